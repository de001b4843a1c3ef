"""Things that happen twice or at once, and what must come of them."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed

from chat.changes import change
from chat.conversation import Closed
from config.ids import AccountId, ConversationId
from tests.support.raw import RawSocket, raw_seeker, raw_socket
from tests.support.running import Guests, House

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_of_two_connections_that_resume_at_once_one_stays(
    house: House, guests: Guests
) -> None:
    async with raw_seeker(house.url, "hello") as first:
        token = (await first.hears("entered")).text("token")
    for _ in range(5):
        async with (
            raw_socket(house.url, "/ws/seeker") as one,
            raw_socket(house.url, "/ws/seeker") as other,
        ):
            await asyncio.gather(*(each.says("resume", token=token) for each in (one, other)))
            await asyncio.gather(*(each.hears("resumed") for each in (one, other)))
            heard = await asyncio.gather(*(_stays(each) for each in (one, other)))
            assert sorted(heard) == [False, True]


async def _stays(socket: RawSocket) -> bool:
    """Whether the socket still answers, twice: what is to be closed is closed by then."""
    try:
        for _ in range(2):
            await socket.says("ping")
            await socket.hears("ponged")
    except ConnectionClosed:
        return False
    return True


async def test_who_is_no_longer_the_supporter_cannot_end_the_conversation(
    house: House, guests: Guests
) -> None:
    seeker, conversation, _ = await guests.pair()
    id_ = ConversationId(conversation.id)
    assert await change(house.parts, id_, Closed("closed", by=AccountId("stranger"))) is None
    await conversation.says("still here")
    await seeker.sees("still here")
