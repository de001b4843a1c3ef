"""The conversation as a state machine: pure, one table, one function.

The rules. A conversation is *waiting* while its seeker has no supporter, *talking* while it has
one, and *ended* for good. The seeker is a member from the first moment to the last. At most one
supporter is a member; supervisors may join beside the supporter, visibly, and step out again. A
supporter who hands over or is lost sends the seeker back to waiting (at the front: that is the
waiting room's affair, told by the effect `Requeue`); a supervisor may take the supporter's place,
but not that of nobody: a seeker without a supporter is the waiting room's to give away.
Anything may end a conversation but a supervisor's stepping out. Nothing follows the end.

`step` decides; `transition.lua` commits, if nobody was faster; the caller carries out the effects.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, assert_never

from chat.entry import ConversationEnded, LogEntry, MemberLeft, SupervisorCame, SupporterCame
from chat.protocol import EndReason, LeaveReason, LeftReason, Phase
from config.clock import Millis
from config.ids import AccountId, ConversationId


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who is in a conversation, and where it stands."""

    id: ConversationId
    phase: Phase = "waiting"
    supporter: AccountId | None = None
    supervisors: frozenset[AccountId] = field(default_factory=lambda: frozenset[AccountId]())
    revision: int = 0
    """Counts the transitions; one is committed only upon the revision it was decided on."""

    def has_member(self, account: AccountId) -> bool:
        """Whether this person of staff may speak here."""
        return account == self.supporter or account in self.supervisors


# Events


@dataclass(frozen=True, slots=True)
class Matched:
    """A supporter has accepted the offer."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A supervisor joins, visibly."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class SteppedOut:
    """A supervisor who joined leaves again."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A supervisor takes the supporter's place."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The supporter hands over, or is lost."""

    account: AccountId
    reason: Literal["handed_over", "lost"]


@dataclass(frozen=True, slots=True)
class SeekerLeft:
    """The seeker ends it."""

    reason: LeaveReason


@dataclass(frozen=True, slots=True)
class Closed:
    """Staff end it, or it ends because the seeker is gone."""

    reason: Literal["closed", "lost", "blocked", "gave_up"]
    by: AccountId | None = None
    """The supporter who ends it; who no longer is one can't."""


Event = Matched | Joined | SteppedOut | TakenOver | GivenBack | SeekerLeft | Closed

# Effects


@dataclass(frozen=True, slots=True)
class Log:
    """Append this entry, in the same commit as the transition."""

    entry: LogEntry


@dataclass(frozen=True, slots=True)
class Requeue:
    """Give the ticket back to the waiting room, at the front."""


@dataclass(frozen=True, slots=True)
class Reseat:
    """Tell the waiting room that the ticket now belongs to this person."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class Release:
    """Let the waiting room forget the ticket."""


Effect = Log | Requeue | Reseat | Release

LEGAL: Final[dict[Phase, frozenset[type[Event]]]] = {
    "waiting": frozenset({Matched, Joined, SteppedOut, SeekerLeft, Closed}),
    "talking": frozenset({Joined, SteppedOut, TakenOver, GivenBack, SeekerLeft, Closed}),
    "ended": frozenset(),
}
"""Which events a phase allows. Some are refused for other reasons as well; see `step`."""


class IllegalEvent(Exception):
    """The event does not fit the state; somebody else was faster, or a caller is wrong."""

    def __init__(self, phase: Phase, event: Event) -> None:
        super().__init__(f"{type(event).__name__} is not legal here, in phase {phase}")
        self.phase = phase
        self.event = event


def step(state: Conversation, event: Event, at: Millis) -> tuple[Conversation, list[Effect]]:
    """Return the state after the event, and what has to be done about it.

    Raises:
        IllegalEvent: the event does not fit the state; nothing is to be done.
    """
    if type(event) not in LEGAL[state.phase]:
        raise IllegalEvent(state.phase, event)
    following, effects = _decide(state, event, at)
    return replace(following, revision=state.revision + 1), effects


def _decide(state: Conversation, event: Event, at: Millis) -> tuple[Conversation, list[Effect]]:
    match event:
        case Matched(account, name):
            came = SupporterCame(at=at, account=account, name=name)
            return _seat(state, account), [Log(came)]
        case Joined(account, name):
            _require(not state.has_member(account), state, event)
            came_too = SupervisorCame(at=at, account=account, name=name)
            joined = replace(state, supervisors=state.supervisors | {account})
            return joined, [Log(came_too)]
        case SteppedOut(account):
            _require(account in state.supervisors, state, event)
            left = MemberLeft(at=at, by="supervisor", reason="stepped_out", account=account)
            return replace(state, supervisors=state.supervisors - {account}), [Log(left)]
        case TakenOver(account, name):
            _require(account != state.supporter, state, event)
            return _take_over(state, account, name, at)
        case GivenBack(account, reason):
            _require(account == state.supporter, state, event)
            gone = _supporter_left(account, reason, at)
            return replace(state, phase="waiting", supporter=None), [gone, Requeue()]
        case SeekerLeft(reason):
            left = MemberLeft(at=at, by="seeker", reason=reason)
            return _end(state, "left", at, [Log(left)])
        case Closed(reason, by):
            _require(by is None or by == state.supporter, state, event)
            return _end(state, reason, at, [])
        case _:
            assert_never(event)


def _seat(state: Conversation, account: AccountId) -> Conversation:
    others = state.supervisors - {account}
    return replace(state, phase="talking", supporter=account, supervisors=others)


def _take_over(
    state: Conversation, account: AccountId, name: str, at: Millis
) -> tuple[Conversation, list[Effect]]:
    effects: list[Effect] = []
    if state.supporter is not None:
        effects.append(_supporter_left(state.supporter, "taken_over", at))
    effects.append(Log(SupporterCame(at=at, account=account, name=name)))
    effects.append(Reseat(account))
    return _seat(state, account), effects


def _supporter_left(account: AccountId, reason: LeftReason, at: Millis) -> Log:
    return Log(MemberLeft(at=at, by="supporter", reason=reason, account=account))


def _end(
    state: Conversation, reason: EndReason, at: Millis, before: list[Effect]
) -> tuple[Conversation, list[Effect]]:
    ended = Log(ConversationEnded(at=at, reason=reason))
    return replace(state, phase="ended"), [*before, ended, Release()]


def _require(condition: bool, state: Conversation, event: Event) -> None:
    if not condition:
        raise IllegalEvent(state.phase, event)
