"""Leaving at once, told over HTTP by a page that is going down."""

import pytest

from tests.support.raw import asks, raw_seeker
from tests.support.running import Guests, House, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def leaves_at_once(house: House, token: str, page: str | None = "") -> tuple[int, object]:
    answer = await asks(house.url, "/api/leave", {"token": token}, page=page)
    return answer.status, answer.error


async def test_whoever_leaves_at_once_is_gone_for_all_and_twice_is_the_same(
    house: House, guests: Guests
) -> None:
    async with raw_seeker(house.url, "hello") as seeker:
        entered = await seeker.hears("entered")
        supporter = await guests.supporter()
        conversation = await supporter.takes()
        assert conversation.id == entered.text("conversation")
        for _ in range(2):
            assert await leaves_at_once(house, entered.text("token")) == (204, None)
        left = await supporter.hears("left")
        assert (left.text("by"), left.text("reason")) == ("seeker", "quick_exit")
        assert (await supporter.hears("ended")).text("reason") == "left"
        assert (await seeker.hears("ended")).text("reason") == "left"


async def test_one_who_waits_leaves_the_line(house: House) -> None:
    async with raw_seeker(house.url) as seeker:
        entered = await seeker.hears("entered")
        await seeker.hears("waiting")
        assert await leaves_at_once(house, entered.text("token")) == (204, None)
        await seeker.hears("ended")
    waiting = [one.conversation for one in await house.parts.room.snapshot(100)]
    assert entered.text("conversation") not in waiting


async def test_a_token_that_opens_nothing_ends_nothing_and_tells_nothing(
    house: House, guests: Guests
) -> None:
    seeker, conversation, _ = await guests.pair()
    for token in ("", ".", f"{id_of(seeker)}.", f"{id_of(seeker)}.guessed", "nobody.guessed"):
        assert await leaves_at_once(house, token) == (204, None)
    await conversation.says("still here")
    await seeker.sees("still here")


async def test_no_page_from_elsewhere_ends_a_talk(house: House) -> None:
    async with raw_seeker(house.url) as seeker:
        token = (await seeker.hears("entered")).text("token")
        for page in ("https://elsewhere.example", "null", None):
            assert await leaves_at_once(house, token, page) == (403, "origin")
        await seeker.says("say", ref="1", text="still here")
        await seeker.hears("accepted")
