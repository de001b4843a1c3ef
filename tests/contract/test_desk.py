"""The desk: one suite for the fake, a single store and a cluster of three masters."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from config.clock import Millis, Seconds
from config.ids import AccountId, ConversationId, EscalationId
from config.risk import Risk
from safety.desk import (
    AlreadyAcknowledged,
    AlreadyResolved,
    Desk,
    NotAcknowledged,
    Placed,
    UnknownEscalation,
)
from safety.desk_memory import DeskMemory
from safety.desk_redis import DeskRedis
from safety.escalation import Cause, CauseKind, Escalation, Person, State
from store.client import Store
from tests.support.adapters import KINDS, store_for

ANA = Person(AccountId("a"), "Ana")
BEN = Person(AccountId("b"), "Ben")
NOBODY = EscalationId("nobody")


@pytest.fixture(params=KINDS)
async def desk(request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    async with store_for(request) as store:
        yield DeskRedis(store) if store else DeskMemory()


def at(seconds: float) -> Millis:
    return Millis(int(seconds * 1000))


def cause(
    seq: int = 3, risk: Risk = Risk.HIGH, kind: CauseKind = "line", conversation: str = "c1"
) -> Cause:
    return Cause(ConversationId(conversation), kind, seq, "suicide", risk, "Willow")


async def raised(desk: Desk, what: Cause | None = None, seconds: float = 0) -> Escalation:
    placed = await desk.raise_(what or cause(), at(seconds))
    assert placed.new
    return placed.escalation


async def acknowledged(desk: Desk, by: Person = ANA) -> Escalation:
    ruling = await desk.acknowledge((await raised(desk)).id, by, at(5))
    assert isinstance(ruling, Escalation)
    return ruling


async def resolved(desk: Desk) -> Escalation:
    ruling = await desk.resolve((await acknowledged(desk)).id, ANA, "safety_plan", at(9))
    assert isinstance(ruling, Escalation)
    return ruling


async def test_a_cause_is_an_open_escalation_with_all_its_facts(desk: Desk) -> None:
    escalation = await raised(desk)
    assert (escalation.state, escalation.loudness, escalation.causes) == (State.OPEN, 0, 1)
    assert (escalation.name, escalation.cause, escalation.reason) == ("Willow", "line", "suicide")
    assert (escalation.risk, escalation.seq, escalation.raised) == (Risk.HIGH, 3, at(0))
    assert await desk.get(escalation.id) == escalation
    assert await desk.unresolved() == (escalation,)
    assert await desk.of(ConversationId("c1")) == (escalation,)


async def test_an_empty_desk_has_nothing_on_it(desk: Desk) -> None:
    assert await desk.unresolved() == await desk.louder(at(99)) == ()
    assert await desk.of(ConversationId("c1")) == ()
    assert await desk.get(NOBODY) is None


async def test_the_same_cause_never_makes_two(desk: Desk) -> None:
    escalation = await raised(desk)
    assert await desk.raise_(cause(), at(1)) == Placed(escalation, new=False)
    assert await desk.unresolved() == (escalation,)


async def test_the_same_cause_brought_by_many_at_once_makes_one(desk: Desk) -> None:
    placed = await asyncio.gather(*(desk.raise_(cause(), at(0)) for _ in range(10)))
    assert [one.new for one in placed].count(True) == 1
    assert len({one.escalation.id for one in placed}) == 1
    assert [one.causes for one in await desk.unresolved()] == [1]


async def test_different_causes_of_one_conversation_at_once_make_one(desk: Desk) -> None:
    placed = await asyncio.gather(*(desk.raise_(cause(seq), at(0)) for seq in range(1, 9)))
    assert [one.new for one in placed].count(True) == 1
    assert [one.causes for one in await desk.unresolved()] == [8]


async def test_a_further_cause_joins_and_raises_the_risk(desk: Desk) -> None:
    escalation = await raised(desk)
    placed = await desk.raise_(cause(7, Risk.IMMINENT, "report"), at(2))
    assert not placed.new
    assert placed.escalation.id == escalation.id
    after = await desk.get(escalation.id)
    assert after == placed.escalation
    assert (after.causes, after.risk, after.seq) == (2, Risk.IMMINENT, 7)


async def test_the_same_line_may_turn_out_to_be_graver(desk: Desk) -> None:
    await raised(desk)
    placed = await desk.raise_(cause(risk=Risk.IMMINENT), at(2))
    assert (placed.escalation.risk, placed.escalation.causes) == (Risk.IMMINENT, 1)


async def test_causes_of_other_kinds_and_conversations_are_other_causes(desk: Desk) -> None:
    first = await raised(desk)
    help_asked = await desk.raise_(cause(kind="help"), at(1))
    assert (help_asked.escalation.id, help_asked.escalation.causes) == (first.id, 2)
    other = await raised(desk, cause(conversation="c2"))
    assert other.id != first.id


async def test_of_two_supervisors_at_once_one_acknowledges_and_one_is_told_who(
    desk: Desk,
) -> None:
    escalation = await raised(desk)
    answers = await asyncio.gather(
        *(desk.acknowledge(escalation.id, person, at(5)) for person in (ANA, BEN))
    )
    (winner,) = [one for one in answers if isinstance(one, Escalation)]
    (told,) = [one for one in answers if isinstance(one, AlreadyAcknowledged)]
    assert told.by == winner.by
    after = await desk.get(escalation.id)
    assert after == winner
    assert (winner.state, winner.acknowledged) == (State.ACKNOWLEDGED, at(5))


async def test_acknowledging_twice_is_the_same_as_once(desk: Desk) -> None:
    escalation = await acknowledged(desk)
    assert await desk.acknowledge(escalation.id, ANA, at(8)) == escalation


async def test_what_nobody_looks_after_cannot_be_resolved(desk: Desk) -> None:
    escalation = await raised(desk)
    refused = await desk.resolve(escalation.id, ANA, "false_alarm", at(5))
    assert refused == NotAcknowledged()
    assert await desk.unresolved() == (escalation,)


async def test_another_supervisor_may_resolve_what_one_acknowledged(desk: Desk) -> None:
    escalation = await acknowledged(desk)
    ruling = await desk.resolve(escalation.id, BEN, "safety_plan", at(9))
    assert isinstance(ruling, Escalation)
    assert (ruling.by, ruling.closed_by, ruling.outcome) == (ANA, BEN, "safety_plan")
    assert ruling.resolved == at(9)
    assert await desk.unresolved() == ()
    assert await desk.of(ConversationId("c1")) == (ruling,)


async def test_of_two_who_resolve_at_once_one_is_told_who(desk: Desk) -> None:
    escalation = await acknowledged(desk)
    answers = await asyncio.gather(
        desk.resolve(escalation.id, ANA, "safety_plan", at(9)),
        desk.resolve(escalation.id, BEN, "referred", at(9)),
    )
    (winner,) = [one for one in answers if isinstance(one, Escalation)]
    assert AlreadyResolved(winner.closed_by or ANA) in answers


async def test_what_is_resolved_stays_resolved(desk: Desk) -> None:
    escalation = await resolved(desk)
    assert await desk.acknowledge(escalation.id, BEN, at(10)) == AlreadyResolved(ANA)
    again = await desk.resolve(escalation.id, ANA, "safety_plan", at(10))
    assert again == escalation
    assert await desk.resolve(escalation.id, ANA, "false_alarm", at(10)) == AlreadyResolved(ANA)


async def test_a_cause_that_was_resolved_raises_nothing_and_a_new_one_does(desk: Desk) -> None:
    escalation = await resolved(desk)
    assert await desk.raise_(cause(), at(20)) == Placed(escalation, new=False)
    second = await raised(desk, cause(12), 30)
    assert second.id != escalation.id
    assert await desk.of(ConversationId("c1")) == (escalation, second)
    assert await desk.unresolved() == (second,)


@pytest.mark.parametrize("kind", ["help", "report"])
async def test_a_person_who_calls_again_after_the_first_call_was_resolved_is_heard(
    desk: Desk, kind: CauseKind
) -> None:
    first = await raised(desk, cause(kind=kind))
    await desk.acknowledge(first.id, ANA, at(5))
    await desk.resolve(first.id, ANA, "safe_for_now", at(9))
    second = await raised(desk, cause(kind=kind), 20)
    assert second.id != first.id
    assert await desk.unresolved() == (second,)
    assert await desk.raise_(cause(kind=kind), at(21)) == Placed(second, new=False)


async def test_a_graver_cause_calls_again_after_the_acknowledgement(desk: Desk) -> None:
    escalation = await acknowledged(desk)
    placed = await desk.raise_(cause(8, Risk.IMMINENT), at(30))
    assert (placed.escalation.state, placed.escalation.loudness) == (State.OPEN, 1)
    assert await desk.louder(at(59.9)) == ()
    assert [one.loudness for one in await desk.louder(at(60))] == [2]
    ruling = await desk.acknowledge(escalation.id, BEN, at(91))
    assert isinstance(ruling, Escalation)
    assert ruling.by == BEN


async def test_where_a_life_is_at_risk_the_patience_is_half(desk: Desk) -> None:
    await raised(desk, cause(risk=Risk.IMMINENT))
    assert await desk.louder(at(29.9)) == ()
    (first,) = await desk.louder(at(30))
    assert first.louder_at == at(60)


async def test_an_unanswered_escalation_is_raised_once_each_interval(desk: Desk) -> None:
    escalation = await raised(desk)
    assert await desk.louder(at(59.9)) == ()
    by_each_process = await asyncio.gather(*(desk.louder(at(60)) for _ in range(5)))
    assert [[one.loudness for one in some] for some in by_each_process if some] == [[1]]
    assert await desk.louder(at(119)) == ()
    (second,) = await desk.louder(at(125))
    assert (second.loudness, second.louder_at) == (2, at(185))
    assert await desk.get(escalation.id) == second


async def test_what_is_acknowledged_calls_no_more(desk: Desk) -> None:
    await acknowledged(desk)
    assert await desk.louder(at(600)) == ()


async def test_the_gravest_is_read_first_and_then_the_oldest(desk: Desk) -> None:
    late = await raised(desk, cause(conversation="late"), 9)
    grave = await raised(desk, cause(conversation="grave", risk=Risk.IMMINENT), 10)
    early = await raised(desk, cause(conversation="early"), 1)
    assert await desk.unresolved() == (grave, early, late)


async def test_nobody_acts_on_an_unknown_escalation(desk: Desk) -> None:
    assert await desk.acknowledge(NOBODY, ANA, at(1)) == UnknownEscalation()
    assert await desk.resolve(NOBODY, ANA, "referred", at(1)) == UnknownEscalation()


# What only a real store can show


async def test_the_patience_is_the_operators(store: Store) -> None:
    desk = DeskRedis(store, usual=Seconds(10))
    await raised(desk)
    assert len(await desk.louder(at(10))) == 1


async def test_what_is_unresolved_never_expires_and_what_is_resolved_does(store: Store) -> None:
    desk = DeskRedis(store, retention=Seconds(1000))
    first = await resolved(desk)
    keys = [f"{{desk}}:escalation:{first.id}", "{desk}:conversation:c1"]
    assert all([0 < int(str(await store.call("PTTL", key))) <= 10**6 for key in keys])
    second = await raised(desk, cause(12), 30)
    assert await store.call("PTTL", f"{{desk}}:escalation:{second.id}") == -1
    assert await store.call("PTTL", keys[1]) == -1


async def test_each_change_wakes_the_desk(store: Store) -> None:
    desk = DeskRedis(store)
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    await store.wakeups.listen(desk.wake, lambda _, payload: heard.put_nowait(payload))
    await asyncio.wait_for(heard.get(), 10)
    escalation = await acknowledged(desk)
    for _ in range(2):
        assert await asyncio.wait_for(heard.get(), 10) == escalation.id.encode()
