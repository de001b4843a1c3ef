"""Promise 8: staff text never reaches a seeker. Every byte that a seeker's socket gets is read."""

import typing
from dataclasses import dataclass

import msgspec
import pytest

from chat import protocol as wire_of_seekers
from client.conversation import Conversation
from client.supervisor import Supervisor
from client.wire import Fact
from tests.support.proxy import Proxy
from tests.support.raw import RawSocket, raw_seeker, raw_socket
from tests.support.running import SUPERVISORS, SUPPORTERS, Guests

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTE = "marigold note of the supporter"
WHISPER = "juniper whisper of the supervisor"
OUTCOME = "cinnamon words about the outcome"
CRISIS = "I want to end my life tonight"
STAFF_TEXTS = (NOTE, WHISPER, OUTCOME)
FACTS: dict[str, set[str]] = {
    str(kind.__struct_config__.tag): {field.encode_name for field in msgspec.structs.fields(kind)}
    for kind in typing.get_args(wire_of_seekers.SeekerFact)
}
"""What a seeker may be told: kinds, and their fields."""


@dataclass
class Stage:
    """A conversation in which everything happens that staff do among themselves."""

    seeker: RawSocket
    token: str
    conversation: Conversation
    supervisor: Supervisor
    escalation: str = ""

    async def plays(self) -> None:
        """Live through all of it; the seeker hears up to the end."""
        await self.seeker.says("say", ref="1", text=CRISIS)
        await self.conversation.sees(CRISIS)
        raised = (await self.supervisor.hears("escalated")).row("escalation")
        await self.supervisor.acknowledges(raised.text("id"))
        await self.conversation.notes(NOTE)
        watched = await self.supervisor.watches(self.conversation.id)
        await watched.whispers(WHISPER)
        await self.conversation.hears("whispered")
        await self.conversation.asks_help("crisis")
        await self.conversation.says_wrong_flag(3)
        await self.seeker.says("report", reason="unkind")
        await self.seeker.hears("reported")
        joined = await self.supervisor.joins(self.conversation.id)
        await joined.types()
        await joined.notes(NOTE)
        await joined.says("hello from the team")
        await joined.steps_out()
        await self.supervisor.resolves(raised.text("id"), "safety_plan", OUTCOME)


async def test_no_byte_of_staff_text_reaches_a_seeker(guests: Guests, wire: Proxy) -> None:
    supporter = await guests.supporter()
    supervisor = await guests.supervisor()
    async with raw_seeker(wire.url, "opening words") as seeker:
        token = (await seeker.hears("entered")).text("token")
        stage = Stage(seeker, token, await supporter.takes(), supervisor)
        await seeker.hears("matched")
        await stage.plays()
        async with raw_socket(wire.url, "/ws/seeker") as again:
            await again.says("resume", token=token, since=0)
            await again.hears("resumed")
            await stage.supervisor.takes_over(stage.conversation.id)
            await stage.supervisor.blocks(stage.conversation.id, "other")
            await again.hears("ended")
            await again.says("feedback", helped="no")
            await again.hears("thanked")
            await seeker.closed()
            _are_clean([*seeker.facts, *again.facts])
    accounts = [await guests.house.account(name) for name in (*SUPPORTERS, *SUPERVISORS)]
    for secret in (*STAFF_TEXTS, *accounts, "whisper", "noted", "flagged", "escalat", "risk"):
        assert secret.encode() not in wire.heard
    assert b"hello from the team" in wire.heard, "the recording works"


async def test_staff_who_only_look_leave_no_trace_on_the_seekers_socket(
    guests: Guests, wire: Proxy
) -> None:
    supporter = await guests.supporter()
    supervisor = await guests.supervisor()
    async with raw_seeker(wire.url) as seeker:
        await seeker.hears("entered")
        conversation = await supporter.takes()
        await seeker.hears("matched")
        await seeker.says("ping")
        await seeker.hears("ponged")
        before = len(wire.heard)
        watched = await supervisor.watches(conversation.id)
        await watched.whispers(WHISPER)
        await watched.types()
        await conversation.notes(NOTE)
        await conversation.hears("whispered")
        await watched.steps_out()
        assert len(wire.heard) == before
        await conversation.says("hello")
        assert (await seeker.hears("said")).number("seq") == 2


def _are_clean(facts: list[Fact]) -> None:
    """Find nothing but what a seeker may be told, down to the fields."""
    assert facts
    for fact in facts:
        assert fact.kind in FACTS
        assert set(fact.fields) - {"t"} <= FACTS[fact.kind]
