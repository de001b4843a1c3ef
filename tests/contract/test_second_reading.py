"""A slower reader raises a line that was already said: on the fakes, one store and a cluster."""

from collections.abc import AsyncGenerator

import pytest

from chat import facts
from chat.entry import FlagRaised, Line
from chat.second_reading import Opinion, SecondReading, raise_flag
from config.ids import Seq
from config.risk import Risk
from safety.verdict import Certainty
from tests.support.adapters import KINDS, store_for
from tests.support.talks import ONE, Clock, Talk, a_line, parts_on

GRAVE = Opinion(Risk.HIGH, "suicide", "embedding.suicide", Certainty.LIKELY)


@pytest.fixture(params=KINDS)
async def talk(request: pytest.FixtureRequest) -> AsyncGenerator[Talk]:
    clock = Clock()
    async with store_for(request) as store:
        talk = Talk(parts_on(store, clock), clock)
        await talk.begins()
        yield talk


async def test_a_raised_line_is_flagged_escalated_and_counted_once(talk: Talk) -> None:
    await talk.says(a_line("r1", "something quiet"))
    for _ in range(2):
        await raise_flag(talk.parts, ONE, Seq(1), GRAVE)
    (escalation,) = await talk.parts.desk.of(ONE)
    assert (escalation.risk, escalation.seq, escalation.causes) == (Risk.HIGH, 1, 1)
    record = await talk.parts.log.find(ONE)
    assert record is not None
    assert record.risk is Risk.HIGH
    assert await talk.parts.log.unraised([ONE]) == []
    assert await talk.parts.hindsight.counts() == {"embedding.suicide": {"flagged": 1}}


async def test_whoever_opens_the_conversation_later_sees_the_raised_flag(talk: Talk) -> None:
    await talk.says(a_line("r1", "something quiet"))
    await raise_flag(talk.parts, ONE, Seq(1), GRAVE)
    ((_, line),) = await talk.parts.log.read(ONE, 0)
    thoughts = facts.second_thoughts(one for _, one in await talk.parts.log.read_staff(ONE, 0))
    assert isinstance(line, Line)
    now, wrong = thoughts.on(Seq(1), line)
    assert (now.risk, now.categories, now.tier, wrong) == (Risk.HIGH, ("suicide",), "model", False)
    assert line.risk is Risk.NONE


async def test_a_line_that_waits_for_its_escalation_is_found_by_the_sweep(talk: Talk) -> None:
    await talk.says(a_line("r1", "something quiet"))
    raised = FlagRaised(
        at=talk.clock(),
        seq=1,
        risk=Risk.IMMINENT,
        category="suicide",
        rule="embedding.suicide",
        certainty=Certainty.POSSIBLE,
    )
    assert await talk.parts.log.raise_flag(ONE, raised)
    assert await talk.parts.log.unraised([ONE]) == [(ONE, 1, Risk.IMMINENT)]


class Reader:
    """Sees danger in every line it is given."""

    def unsure(self, line: Line) -> bool:
        return line.risk < Risk.HIGH

    def read(self, text: str) -> Opinion | None:
        return GRAVE if text else None


async def test_lines_of_the_seeker_are_read_again_beside_the_conversation(talk: Talk) -> None:
    await talk.says(a_line("r1", "something quiet"))
    ((seq, line),) = await talk.parts.log.read(ONE, 0)
    assert isinstance(line, Line)
    second = SecondReading(Reader())
    second.consider(ONE, seq, line)
    await second.catch_up(talk.parts)
    (escalation,) = await talk.parts.desk.of(ONE)
    assert escalation.risk is Risk.HIGH


async def test_without_a_reader_nothing_is_read_again(talk: Talk) -> None:
    await talk.says(a_line("r1", "something quiet"))
    ((seq, line),) = await talk.parts.log.read(ONE, 0)
    assert isinstance(line, Line)
    second = SecondReading(None)
    second.consider(ONE, seq, line)
    await second.catch_up(talk.parts)
    assert await talk.parts.desk.of(ONE) == ()
