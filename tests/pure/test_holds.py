"""Holds: two people, a day on which it ends, and no way around either."""

from hypothesis import given
from hypothesis import strategies as st

from config.clock import Millis
from config.ids import AccountId, ConversationId
from safety.escalation import Person
from safety.holds import (
    DAY_MS,
    DAYS_MOST,
    PROPOSAL_MS,
    Hold,
    Proposal,
    confirm,
    decline,
    propose,
    standing,
)

ONE = ConversationId("one")
PEOPLE = [Person(AccountId(name), name.title()) for name in ("grace", "henry", "iris")]
GRACE, HENRY, IRIS = PEOPLE
START = Millis(1_000_000)


def proposal(by: Person = GRACE, days: int = 30, at: Millis = START) -> Proposal:
    return Proposal(by=by, at=at, reason="danger", days=days)


def held(days: int = 30) -> Hold:
    hold = confirm(as_hold(propose(None, ONE, proposal(days=days))), HENRY, START)
    return as_hold(hold)


def as_hold(outcome: object) -> Hold:
    assert isinstance(outcome, Hold)
    return outcome


def test_one_person_holds_nothing() -> None:
    hold = as_hold(propose(None, ONE, proposal()))
    assert standing(hold, START) == "proposed"
    assert confirm(hold, GRACE, START) == "same_person"
    assert confirm(None, HENRY, START) == "nothing_proposed"


def test_two_people_hold_it_until_its_day() -> None:
    hold = held(days=3)
    assert {one.account for one in hold.by} == {GRACE.account, HENRY.account}
    assert standing(hold, Millis(START + 3 * DAY_MS - 1)) == "held"
    assert standing(hold, Millis(START + 3 * DAY_MS)) == "over"


def test_a_proposal_that_nobody_confirms_lapses() -> None:
    hold = as_hold(propose(None, ONE, proposal()))
    late = Millis(START + PROPOSAL_MS)
    assert standing(hold, late) == "over"
    assert confirm(hold, HENRY, late) == "nothing_proposed"


def test_somebody_elses_proposal_is_answered_first() -> None:
    hold = as_hold(propose(None, ONE, proposal()))
    assert propose(hold, ONE, proposal(by=HENRY)) == "already_proposed"
    assert as_hold(propose(hold, ONE, proposal(days=5))).proposal == proposal(days=5)


def test_declined_it_is_as_if_it_had_not_been_proposed() -> None:
    assert decline(as_hold(propose(None, ONE, proposal())), START) is None
    longer = as_hold(propose(held(), ONE, proposal(by=IRIS)))
    assert decline(longer, START) == held()
    assert decline(held(), START) == "nothing_proposed"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["propose", "confirm", "decline", "wait"]),
            st.sampled_from(PEOPLE),
            st.integers(-5, 500),
        ),
        max_size=25,
    )
)
def test_whatever_is_done_two_people_decided_and_it_ends_in_time(
    acts: list[tuple[str, Person, int]],
) -> None:
    hold: Hold | None = None
    now = START
    confirmed = START
    for act, who, days in acts:
        if act == "wait":
            now = Millis(now + max(0, days) * DAY_MS // 50)
            continue
        if act == "propose":
            outcome: object = propose(hold, ONE, proposal(who, days, now))
        elif act == "confirm":
            outcome = confirm(hold, who, now)
            if isinstance(outcome, Hold):
                confirmed = now
        else:
            outcome = decline(hold, now)
        if outcome is None or isinstance(outcome, Hold):
            hold = outcome
        if hold and hold.until and now >= hold.until:
            assert standing(hold, now) == "over"
        if hold and standing(hold, now) == "held":
            assert len({one.account for one in hold.by}) == 2
            assert now < hold.until <= confirmed + DAYS_MOST * DAY_MS
