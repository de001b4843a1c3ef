"""The escalation's rules: every state with every event, and what no sequence can break."""

from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import Millis
from config.ids import AccountId, ConversationId, EscalationId
from config.risk import Risk
from safety.escalation import (
    LEGAL,
    Acknowledged,
    Cause,
    CauseKind,
    Escalation,
    Event,
    IllegalEvent,
    Louder,
    Outcome,
    Person,
    Raised,
    RaisedAgain,
    Resolved,
    State,
    overdue,
    step,
)

ANA = Person(AccountId("a"), "Ana")
BEN = Person(AccountId("b"), "Ben")


def cause(risk: Risk = Risk.HIGH, seq: int = 3, kind: CauseKind = "line") -> Cause:
    return Cause(ConversationId("c"), kind, seq, "suicide", risk, "Willow")


def at(seconds: int) -> Millis:
    return Millis(seconds * 1000)


RAISED = Raised(EscalationId("e"), cause(), at(0), at(60))
SAMPLES: dict[type[Event], Event] = {
    Raised: RAISED,
    RaisedAgain: RaisedAgain(cause(Risk.HIGH, 4), at(70)),
    Acknowledged: Acknowledged(ANA, at(5)),
    Louder: Louder(at(120)),
    Resolved: Resolved(ANA, "safety_plan", at(9)),
}
OPEN = step(None, RAISED)
ACKNOWLEDGED = step(OPEN, SAMPLES[Acknowledged])
RESOLVED = step(ACKNOWLEDGED, SAMPLES[Resolved])
STATES: dict[State | None, Escalation | None] = {
    None: None,
    State.OPEN: OPEN,
    State.ACKNOWLEDGED: ACKNOWLEDGED,
    State.RESOLVED: RESOLVED,
}


def test_the_table_knows_every_state_and_the_samples_every_event() -> None:
    assert set(LEGAL) == {None, *State} == set(STATES)
    assert set(SAMPLES) == set(get_args(Event))


@pytest.mark.parametrize(("state", "event"), list(product(STATES, SAMPLES)))
def test_what_the_table_allows_happens_and_nothing_else_does(
    state: State | None, event: type[Event]
) -> None:
    if event in LEGAL[state]:
        assert isinstance(step(STATES[state], SAMPLES[event]), Escalation)
        return
    with pytest.raises(IllegalEvent) as caught:
        step(STATES[state], SAMPLES[event])
    assert caught.value.state is state


def test_an_escalation_bears_the_gravest_of_its_causes_and_among_equals_the_first() -> None:
    twice = step(OPEN, RaisedAgain(cause(Risk.HIGH, 4, "help"), at(70)))
    assert (twice.cause, twice.seq, twice.causes) == ("line", 3, 2)
    graver = step(twice, RaisedAgain(cause(Risk.IMMINENT, 5, "report"), at(80)))
    assert (graver.cause, graver.seq, graver.risk) == ("report", 5, Risk.IMMINENT)
    assert (graver.causes, graver.louder_at) == (3, at(60))


def test_a_cause_that_is_held_already_is_not_counted_again() -> None:
    graver = step(OPEN, RaisedAgain(cause(Risk.IMMINENT), at(70), held=True))
    assert (graver.causes, graver.risk) == (1, Risk.IMMINENT)


def test_a_graver_cause_opens_what_was_acknowledged_and_is_louder() -> None:
    again = step(ACKNOWLEDGED, RaisedAgain(cause(Risk.IMMINENT, 8), at(99)))
    assert (again.state, again.loudness, again.louder_at) == (State.OPEN, 1, at(99))
    assert again.by is None
    assert again.acknowledged is None


def test_a_cause_that_is_no_graver_leaves_the_acknowledgement_alone() -> None:
    again = step(ACKNOWLEDGED, RaisedAgain(cause(Risk.HIGH, 8), at(99)))
    assert again == replace(ACKNOWLEDGED, causes=2)


def test_an_open_escalation_is_overdue_when_its_patience_has_run_out() -> None:
    assert not overdue(OPEN, Millis(at(60) - 1))
    assert overdue(OPEN, at(60))
    assert not overdue(ACKNOWLEDGED, at(600))


def test_a_traceback_never_shows_names() -> None:
    shown = repr(RESOLVED) + repr(SAMPLES[Resolved])
    assert not [word for word in ("Willow", "Ana") if word in shown]


events = st.one_of(
    st.builds(
        RaisedAgain,
        st.builds(cause, st.sampled_from(Risk), st.integers(1, 9)),
        st.builds(at, st.integers(0, 99)),
        st.booleans(),
    ),
    st.builds(Acknowledged, st.sampled_from([ANA, BEN]), st.builds(at, st.integers(0, 99))),
    st.builds(Louder, st.builds(at, st.integers(0, 99))),
    st.builds(
        Resolved,
        st.sampled_from([ANA, BEN]),
        st.sampled_from(get_args(Outcome)),
        st.builds(at, st.integers(0, 99)),
    ),
)


@given(st.lists(events, max_size=30))
def test_whatever_happens_it_ends_only_by_a_named_person_with_an_outcome(
    happenings: list[Event],
) -> None:
    escalation = OPEN
    for event in happenings:
        if type(event) not in LEGAL[escalation.state]:
            continue
        after = step(escalation, event)
        assert after.risk >= escalation.risk
        assert after.loudness >= escalation.loudness
        assert after.causes >= escalation.causes
        assert (after.louder_at is not None) == (after.state is State.OPEN)
        assert (after.by is not None) == (after.state is not State.OPEN)
        ended = (after.closed_by, after.outcome, after.resolved)
        assert (None not in ended) == (after.state is State.RESOLVED)
        escalation = after
