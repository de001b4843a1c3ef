"""The desk in memory: the same promises for one process, kept as long as it lives. For tests."""

from config.clock import Millis, Seconds
from config.ids import ConversationId, EscalationId, new_id
from config.risk import Risk
from safety.desk import (
    PATIENCE,
    CannotAcknowledge,
    CannotResolve,
    Placed,
    in_order,
    rule_acknowledgement,
    rule_cause,
    rule_resolution,
)
from safety.escalation import (
    Cause,
    Escalation,
    Louder,
    Outcome,
    Person,
    Raised,
    Resolved,
    State,
    overdue,
    patience,
    step,
)


class DeskMemory:
    """A desk without a store. No method waits, so each is atomic."""

    def __init__(self, usual: Seconds = PATIENCE) -> None:
        """Begin with an empty desk."""
        self._patience = int(usual * 1000)
        self._escalations: dict[EscalationId, Escalation] = {}
        self._causes: dict[tuple[ConversationId, str, int], EscalationId] = {}

    @property
    def wake(self) -> str:
        """A name on which nothing is ever published."""
        return "memory"

    async def raise_(self, cause: Cause, at: Millis) -> Placed:
        """Bring a cause to the desk; bringing it again changes nothing."""
        key = (cause.conversation, cause.kind, cause.seq)
        holder = self._escalations.get(self._causes.get(key, EscalationId("")))
        if holder is not None and holder.state is State.RESOLVED:
            if cause.kind == "line":
                return Placed(holder, new=False)
            holder = None  # a person calls again, after the first call was closed
        current = self._current(cause.conversation)
        raised = Raised(EscalationId(new_id()), cause, at, self._later(at, cause.risk))
        after = rule_cause(current, raised, held=holder is not None)
        self._escalations[after.id] = after
        self._causes[key] = after.id
        return Placed(after, new=current is None)

    async def acknowledge(
        self, escalation: EscalationId, by: Person, at: Millis
    ) -> Escalation | CannotAcknowledge:
        """Say that this supervisor looks after it."""
        ruling = rule_acknowledgement(self._escalations.get(escalation), by, at)
        if isinstance(ruling, Escalation):
            self._escalations[escalation] = ruling
        return ruling

    async def resolve(
        self, escalation: EscalationId, by: Person, outcome: Outcome, at: Millis
    ) -> Escalation | CannotResolve:
        """Close it."""
        event = Resolved(by, outcome, at)
        ruling = rule_resolution(self._escalations.get(escalation), event)
        if isinstance(ruling, Escalation):
            self._escalations[escalation] = ruling
        return ruling

    async def louder(self, now: Millis) -> tuple[Escalation, ...]:
        """Raise again those whose patience ran out, and return those that this call raised."""
        late = [one for one in self._escalations.values() if overdue(one, now)]
        raised = [step(one, Louder(self._later(now, one.risk))) for one in late]
        self._escalations.update({one.id: one for one in raised})
        return in_order(raised)

    async def unresolved(self) -> tuple[Escalation, ...]:
        """Return all that are open or acknowledged: the gravest first, then the oldest."""
        kept = self._escalations.values()
        return in_order([one for one in kept if one.state is not State.RESOLVED])

    async def get(self, escalation: EscalationId) -> Escalation | None:
        """Return one escalation."""
        return self._escalations.get(escalation)

    async def of(self, conversation: ConversationId) -> tuple[Escalation, ...]:
        """Return all escalations of a conversation, the oldest first."""
        kept = [one for one in self._escalations.values() if one.conversation == conversation]
        return tuple(sorted(kept, key=lambda one: (one.raised, one.id)))

    def _current(self, conversation: ConversationId) -> Escalation | None:
        kept = self._escalations.values()
        mine = (one for one in kept if one.conversation == conversation)
        return next((one for one in mine if one.state is not State.RESOLVED), None)

    def _later(self, at: Millis, risk: Risk) -> Millis:
        return Millis(at + patience(self._patience, risk))
