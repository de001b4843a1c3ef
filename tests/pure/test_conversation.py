"""The conversation as a state machine: every phase with every event, and its promises."""

from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chat.conversation import (
    LEGAL,
    Closed,
    Conversation,
    Effect,
    Event,
    GivenBack,
    IllegalEvent,
    Joined,
    Log,
    Matched,
    Release,
    Requeue,
    Reseat,
    SeekerLeft,
    SteppedOut,
    TakenOver,
    step,
)
from chat.entry import ConversationEnded, LogEntry, MemberLeft, SupervisorCame, SupporterCame
from chat.protocol import Phase
from config.clock import Millis
from config.ids import AccountId, ConversationId

AT = Millis(7)
ANNA, BEN, GRACE = AccountId("anna"), AccountId("ben"), AccountId("grace")
PEOPLE = [ANNA, BEN, GRACE]
WAITING = Conversation(ConversationId("one"))
JOINED = Conversation(WAITING.id, supervisors=frozenset({GRACE}))
TALKING = Conversation(WAITING.id, "talking", ANNA, frozenset({GRACE}), 5)
ENDED = Conversation(WAITING.id, "ended", ANNA, frozenset({GRACE}), 6)
STATES: dict[Phase, Conversation] = {"waiting": JOINED, "talking": TALKING, "ended": ENDED}
EVENTS: list[Event] = [
    Matched(BEN, "Ben"),
    Joined(BEN, "Ben"),
    SteppedOut(GRACE),
    TakenOver(GRACE, "Grace"),
    GivenBack(ANNA, "lost"),
    SeekerLeft("done"),
    Closed("closed"),
]


def logged(effects: list[Effect]) -> list[LogEntry]:
    return [effect.entry for effect in effects if isinstance(effect, Log)]


def others(effects: list[Effect]) -> list[Effect]:
    return [effect for effect in effects if not isinstance(effect, Log)]


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))
    assert set(LEGAL) == set(get_args(Phase))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("phase", get_args(Phase))
def test_every_event_in_every_phase_is_as_the_table_says(phase: Phase, event: Event) -> None:
    state = STATES[phase]
    if type(event) in LEGAL[phase]:
        after, effects = step(state, event, AT)
        assert after.revision == state.revision + 1
        assert all(entry.at == AT for entry in logged(effects))
    else:
        with pytest.raises(IllegalEvent) as refused:
            step(state, event, AT)
        assert (refused.value.phase, refused.value.event) == (phase, event)


def test_a_match_seats_the_supporter() -> None:
    after, effects = step(WAITING, Matched(ANNA, "Anna"), AT)
    assert after == Conversation(WAITING.id, "talking", ANNA, frozenset(), 1)
    assert effects == [Log(SupporterCame(at=AT, account=ANNA, name="Anna"))]


def test_a_supervisor_who_becomes_the_supporter_is_no_longer_beside() -> None:
    after, _ = step(JOINED, Matched(GRACE, "Grace"), AT)
    assert (after.supporter, after.supervisors) == (GRACE, frozenset())


def test_a_supporter_who_is_lost_sends_the_seeker_to_the_front() -> None:
    after, effects = step(TALKING, GivenBack(ANNA, "lost"), AT)
    assert after == Conversation(WAITING.id, "waiting", None, frozenset({GRACE}), 6)
    assert logged(effects) == [MemberLeft(at=AT, by="supporter", reason="lost", account=ANNA)]
    assert others(effects) == [Requeue()]


def test_only_the_supporter_can_be_given_back() -> None:
    with pytest.raises(IllegalEvent):
        step(TALKING, GivenBack(BEN, "handed_over"), AT)


def test_a_take_over_tells_who_left_and_who_came() -> None:
    after, effects = step(TALKING, TakenOver(GRACE, "Grace"), AT)
    assert (after.supporter, after.supervisors) == (GRACE, frozenset())
    assert logged(effects) == [
        MemberLeft(at=AT, by="supporter", reason="taken_over", account=ANNA),
        SupporterCame(at=AT, account=GRACE, name="Grace"),
    ]
    assert others(effects) == [Reseat(GRACE)]


def test_nobody_takes_over_from_themselves() -> None:
    with pytest.raises(IllegalEvent):
        step(TALKING, TakenOver(ANNA, "Anna"), AT)


def test_nobody_takes_over_what_the_waiting_room_still_gives_away() -> None:
    with pytest.raises(IllegalEvent):
        step(WAITING, TakenOver(GRACE, "Grace"), AT)


@pytest.mark.parametrize("account", [ANNA, GRACE])
def test_nobody_joins_what_they_are_in(account: AccountId) -> None:
    with pytest.raises(IllegalEvent):
        step(TALKING, Joined(account, "name"), AT)


def test_only_who_joined_steps_out() -> None:
    after, effects = step(TALKING, SteppedOut(GRACE), AT)
    assert after.supervisors == frozenset()
    assert others(effects) == []
    for account in (ANNA, BEN):
        with pytest.raises(IllegalEvent):
            step(TALKING, SteppedOut(account), AT)


@pytest.mark.parametrize("state", [WAITING, TALKING])
def test_a_seeker_who_leaves_ends_it(state: Conversation) -> None:
    after, effects = step(state, SeekerLeft("quick_exit"), AT)
    assert after.phase == "ended"
    assert logged(effects) == [
        MemberLeft(at=AT, by="seeker", reason="quick_exit"),
        ConversationEnded(at=AT, reason="left"),
    ]
    assert others(effects) == [Release()]


def test_an_illegal_event_says_nothing_about_anybody() -> None:
    refused = IllegalEvent("ended", Matched(ANNA, "Anna Secret"))
    assert "Secret" not in str(refused)
    assert "Matched" in str(refused)


people = st.sampled_from(PEOPLE)
names = st.just("name")
events = st.one_of(
    st.builds(Matched, people, names),
    st.builds(Joined, people, names),
    st.builds(SteppedOut, people),
    st.builds(TakenOver, people, names),
    st.builds(GivenBack, people, st.sampled_from(["handed_over", "lost"])),
)
endings = st.builds(SeekerLeft, st.just("done")) | st.builds(
    Closed, st.sampled_from(["closed", "lost", "blocked", "gave_up"])
)


class Life(RuleBasedStateMachine):
    """One conversation, and what a reader of its log alone would believe."""

    def __init__(self) -> None:
        super().__init__()
        self.state = WAITING
        self.log: list[LogEntry] = []
        self.steps = 0

    @rule(event=events)
    def something_happens(self, event: Event) -> None:
        self._step(event)

    @rule(event=endings, meant=st.integers(0, 5))
    def it_ends(self, event: Event, meant: int) -> None:
        if meant == 0:
            self._step(event)

    def _step(self, event: Event) -> None:
        before = self.state
        try:
            after, effects = step(before, event, AT)
        except IllegalEvent:
            return
        assert before.phase != "ended"
        self.state, self.steps = after, self.steps + 1
        self.log += logged(effects)
        self._effects_match(before, after, others(effects))

    def _effects_match(
        self, before: Conversation, after: Conversation, effects: list[Effect]
    ) -> None:
        expected: list[Effect] = []
        if after.phase == "ended":
            expected = [Release()]
        elif before.supporter is not None and after.supporter is None:
            expected = [Requeue()]
        elif before.supporter is not None and after.supporter != before.supporter:
            assert after.supporter is not None
            expected = [Reseat(after.supporter)]
        assert effects == expected

    @invariant()
    def each_change_counts_once(self) -> None:
        assert self.state.revision == self.steps

    @invariant()
    def there_is_a_supporter_exactly_while_they_talk(self) -> None:
        if self.state.phase != "ended":
            assert (self.state.supporter is not None) == (self.state.phase == "talking")
        assert self.state.supporter not in self.state.supervisors

    @invariant()
    def the_log_alone_tells_who_is_in_it(self) -> None:
        supporter, supervisors, ended = _told(self.log)
        assert supporter == self.state.supporter
        assert ended == (self.state.phase == "ended")
        assert self.state.supervisors == supervisors - {supporter}

    @invariant()
    def the_end_is_the_last_entry(self) -> None:
        ends = [isinstance(entry, ConversationEnded) for entry in self.log]
        assert not any(ends[:-1])


def _told(log: list[LogEntry]) -> tuple[AccountId | None, set[AccountId], bool]:
    """Return supporter, supervisors and whether it ended, from what was told."""
    supporter: AccountId | None = None
    supervisors: set[AccountId] = set()
    for entry in log:
        match entry:
            case SupporterCame(account=account):
                assert supporter is None
                supporter = account
                supervisors -= {account}
            case SupervisorCame(account=account):
                supervisors |= {account}
            case MemberLeft(by="supporter", account=account):
                assert account == supporter
                supporter = None
            case MemberLeft(by="supervisor", account=account) if account:
                supervisors -= {account}
            case _:
                pass
    return supporter, supervisors, any(isinstance(entry, ConversationEnded) for entry in log)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
