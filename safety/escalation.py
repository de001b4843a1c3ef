"""An escalation: a call to the supervisors that ends only by a named person with an outcome.

The rules:

1. A cause (a line at `high` or more, a supporter who asks for help, a seeker's report) raises
   an escalation. It is **open** until a supervisor acknowledges it, then **acknowledged**,
   then **resolved**. Nothing leads out of resolved.
2. While it is open and nobody answers, it becomes louder each time its patience runs out,
   which at `imminent` is half the usual.
3. A further cause of the same conversation joins the escalation instead of making another.
   The escalation bears the gravest of its causes; among equals the first.
4. If it was acknowledged, and a further cause is graver than what was acknowledged, it is
   open again and louder: who said "I look after this" has not seen how grave it now is. It
   must be acknowledged again, by the same person or another.
5. Only an acknowledged escalation can be resolved, by any supervisor, so that nobody closes
   what nobody has looked at.
6. A resolved escalation changes no more; a new cause raises a new one.

Pure: times and ids come in as arguments. Where escalations are kept, and how two supervisors
at once are told apart, is the desk's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, assert_never

from config.clock import Millis
from config.ids import AccountId, ConversationId, EscalationId
from config.risk import Risk

CauseKind = Literal["line", "help", "report"]
"""What can raise an escalation."""

Outcome = Literal[
    "safe_for_now",
    "safety_plan",
    "emergency_services",
    "referred",
    "handed_to_team",
    "false_alarm",
    "lost_contact",
]
"""How an escalation can end."""


class State(StrEnum):
    """Where an escalation stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Person:
    """A supervisor who acts, named."""

    account: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an escalation is raised. (conversation, kind, seq) is its identity."""

    conversation: ConversationId
    kind: CauseKind
    seq: int
    """The line, or for `help` and `report` the end of the log when it was made."""
    reason: str
    """An id: the category of the line, or the reason that was picked. Never words said."""
    risk: Risk
    name: str
    """The name that the conversation goes by on the board."""


@dataclass(frozen=True, slots=True, repr=False)
class Escalation:
    """One escalation, as it stands."""

    id: EscalationId
    conversation: ConversationId
    name: str
    cause: CauseKind
    reason: str
    risk: Risk
    seq: int
    raised: Millis
    state: State = State.OPEN
    loudness: int = 0
    louder_at: Millis | None = None
    """When it is raised again; none once it is acknowledged."""
    causes: int = 1
    """How many causes it holds."""
    by: Person | None = None
    """Who acknowledged it."""
    acknowledged: Millis | None = None
    closed_by: Person | None = None
    """Who resolved it."""
    resolved: Millis | None = None
    outcome: Outcome | None = None

    def __repr__(self) -> str:
        """Without names."""
        return (
            f"Escalation(id={self.id!r}, conversation={self.conversation!r}, "
            f"cause={self.cause!r}, seq={self.seq}, risk={self.risk!r}, "
            f"state={self.state!r}, loudness={self.loudness})"
        )


# Events


@dataclass(frozen=True, slots=True)
class Raised:
    """A cause came, and the conversation had no unresolved escalation."""

    id: EscalationId
    cause: Cause
    at: Millis
    louder_at: Millis


@dataclass(frozen=True, slots=True)
class RaisedAgain:
    """A further cause of the same conversation came, or one it holds became graver."""

    cause: Cause
    louder_at: Millis
    held: bool = False
    """Whether the escalation holds this cause already, so that it is not counted again."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A supervisor looks after it."""

    by: Person
    at: Millis


@dataclass(frozen=True, slots=True)
class Louder:
    """Its patience ran out and nobody had answered."""

    louder_at: Millis


@dataclass(frozen=True, slots=True, repr=False)
class Resolved:
    """A supervisor closed it."""

    by: Person
    outcome: Outcome
    at: Millis

    def __repr__(self) -> str:
        """Without the name."""
        return f"Resolved(by={self.by.account!r}, outcome={self.outcome!r}, at={self.at})"


Event = Raised | RaisedAgain | Acknowledged | Louder | Resolved

LEGAL: Final[Mapping[State | None, frozenset[type[Event]]]] = MappingProxyType(
    {
        None: frozenset({Raised}),
        State.OPEN: frozenset({RaisedAgain, Acknowledged, Louder}),
        State.ACKNOWLEDGED: frozenset({RaisedAgain, Resolved}),
        State.RESOLVED: frozenset(),
    }
)
"""What may happen in each state; none is the state before the escalation exists."""


class IllegalEvent(Exception):
    """This can't happen in this state; the caller should have asked first."""

    def __init__(self, state: State | None, event: Event) -> None:
        """Remember the state and the kind of event, never what the event holds."""
        super().__init__(f"{type(event).__name__} in state {state}")
        self.state = state
        self.event = type(event)


def step(escalation: Escalation | None, event: Event) -> Escalation:
    """Return the escalation after the event.

    Raises:
        IllegalEvent: `LEGAL` does not have this event in this state.
    """
    match event:
        case Raised() if escalation is None:
            return _raise(event)
        case _ if escalation is None or type(event) not in LEGAL[escalation.state]:
            raise IllegalEvent(escalation.state if escalation else None, event)
        case RaisedAgain():
            return _join(escalation, event)
        case Acknowledged(by, at):
            return replace(
                escalation, state=State.ACKNOWLEDGED, by=by, acknowledged=at, louder_at=None
            )
        case Louder(louder_at):
            return replace(escalation, loudness=escalation.loudness + 1, louder_at=louder_at)
        case Resolved():
            return _resolve(escalation, event)
        case Raised():
            raise IllegalEvent(escalation.state, event)
        case _:
            assert_never(event)


def patience(usual: int, risk: Risk) -> int:
    """How long an escalation of this risk waits for an answer, in milliseconds.

    Where a life is at risk now, half of what is usual.
    """
    return usual // 2 if risk >= Risk.IMMINENT else usual


def overdue(escalation: Escalation, now: Millis) -> bool:
    """Say whether nobody has answered within its patience."""
    return escalation.louder_at is not None and escalation.louder_at <= now


def _raise(event: Raised) -> Escalation:
    cause = event.cause
    return Escalation(
        id=event.id,
        conversation=cause.conversation,
        name=cause.name,
        cause=cause.kind,
        reason=cause.reason,
        risk=cause.risk,
        seq=cause.seq,
        raised=event.at,
        louder_at=event.louder_at,
    )


def _join(escalation: Escalation, event: RaisedAgain) -> Escalation:
    counted = escalation if event.held else replace(escalation, causes=escalation.causes + 1)
    cause = event.cause
    if cause.risk <= escalation.risk:
        return counted
    graver = replace(counted, cause=cause.kind, reason=cause.reason, risk=cause.risk, seq=cause.seq)
    if escalation.state is not State.ACKNOWLEDGED:
        return graver
    return replace(
        graver,
        state=State.OPEN,
        loudness=escalation.loudness + 1,
        louder_at=event.louder_at,
        by=None,
        acknowledged=None,
    )


def _resolve(escalation: Escalation, event: Resolved) -> Escalation:
    return replace(
        escalation,
        state=State.RESOLVED,
        closed_by=event.by,
        resolved=event.at,
        outcome=event.outcome,
    )
