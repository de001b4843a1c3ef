"""The supervisors' desk: the port to where escalations are kept, and its rulings.

The rulings are pure and shared by all adapters: given an escalation as it was read, they say
what it becomes, or why not. An adapter reads, asks for the ruling, and writes only if nothing
has changed in between; so of two supervisors who acknowledge at once one is told of the other.
Each write publishes the escalation's id on the desk's wake-up channel.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from config.clock import Millis, Seconds
from config.ids import ConversationId, EscalationId
from safety.escalation import (
    Acknowledged,
    Cause,
    Escalation,
    Outcome,
    Person,
    Raised,
    RaisedAgain,
    Resolved,
    State,
    step,
)

PATIENCE: Final = Seconds(60)
"""How long an escalation waits for an answer before it is raised again, louder."""
RETENTION: Final = Seconds(30 * 24 * 3600)
"""How long a resolved escalation is kept, to be talked over in supervision."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The escalation that now holds the cause."""

    escalation: Escalation
    new: bool
    """Whether this cause made it; else it joined it, or was there before."""


@dataclass(frozen=True, slots=True)
class UnknownEscalation:
    """There is no such escalation, or no longer."""


@dataclass(frozen=True, slots=True)
class AlreadyAcknowledged:
    """Another supervisor was first."""

    by: Person


@dataclass(frozen=True, slots=True)
class AlreadyResolved:
    """It is closed."""

    by: Person


@dataclass(frozen=True, slots=True)
class NotAcknowledged:
    """Nobody looks after it yet: acknowledge first, then resolve."""


CannotAcknowledge = UnknownEscalation | AlreadyAcknowledged | AlreadyResolved
CannotResolve = UnknownEscalation | NotAcknowledged | AlreadyResolved


class Desk(Protocol):
    """Where escalations are kept. All of it survives a restart."""

    @property
    def wake(self) -> str:
        """The sharded channel on which the id of each changed escalation is published."""
        ...

    async def raise_(self, cause: Cause, at: Millis) -> Placed:
        """Bring a cause to the desk; bringing it again changes nothing.

        But a person who calls again (`help`, `report`) after the first call was resolved is
        heard anew, though nothing was said in between.

        If the same cause comes again with a higher risk, its unresolved escalation bears it.
        """
        ...

    async def acknowledge(
        self, escalation: EscalationId, by: Person, at: Millis
    ) -> Escalation | CannotAcknowledge:
        """Say that this supervisor looks after it. Saying it twice is the same as once."""
        ...

    async def resolve(
        self, escalation: EscalationId, by: Person, outcome: Outcome, at: Millis
    ) -> Escalation | CannotResolve:
        """Close it. The same person closing it twice with the same outcome is once."""
        ...

    async def louder(self, now: Millis) -> tuple[Escalation, ...]:
        """Raise again those whose patience ran out, and return those that this call raised.

        However many processes ask, each is raised once for each interval.
        """
        ...

    async def unresolved(self) -> tuple[Escalation, ...]:
        """Return all that are open or acknowledged: the gravest first, then the oldest."""
        ...

    async def get(self, escalation: EscalationId) -> Escalation | None:
        """Return one escalation."""
        ...

    async def of(self, conversation: ConversationId) -> tuple[Escalation, ...]:
        """Return all escalations of a conversation that are still kept, the oldest first."""
        ...


# Rulings


def rule_cause(current: Escalation | None, raised: Raised, *, held: bool) -> Escalation:
    """Say what a cause makes of the conversation's unresolved escalation, or of none.

    `held` says that `current` holds this very cause already.
    """
    if current is None:
        return step(None, raised)
    if held and raised.cause.risk <= current.risk:
        return current
    return step(current, RaisedAgain(raised.cause, raised.louder_at, held))


def rule_acknowledgement(
    escalation: Escalation | None, by: Person, at: Millis
) -> Escalation | CannotAcknowledge:
    """Say what becomes of an escalation that a supervisor acknowledges."""
    if escalation is None:
        return UnknownEscalation()
    if escalation.closed_by is not None:
        return AlreadyResolved(escalation.closed_by)
    if escalation.by is None:
        return step(escalation, Acknowledged(by, at))
    if escalation.by.account == by.account:
        return escalation
    return AlreadyAcknowledged(escalation.by)


def rule_resolution(escalation: Escalation | None, event: Resolved) -> Escalation | CannotResolve:
    """Say what becomes of an escalation that a supervisor resolves."""
    if escalation is None:
        return UnknownEscalation()
    if escalation.state is State.OPEN:
        return NotAcknowledged()
    if escalation.closed_by is None:
        return step(escalation, event)
    if (escalation.closed_by.account, escalation.outcome) == (event.by.account, event.outcome):
        return escalation
    return AlreadyResolved(escalation.closed_by)


def in_order(escalations: list[Escalation]) -> tuple[Escalation, ...]:
    """Sort as a supervisor should read them: the gravest first, then the oldest."""
    return tuple(sorted(escalations, key=lambda one: (-one.risk, one.raised, one.id)))
