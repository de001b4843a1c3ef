"""Holds: that an escalated case is kept beyond its time, by two people, until a day.

Pure rules, and the port to where holds are kept. One person proposes, another one confirms; only
then is anything kept. The same way it is kept longer. Anybody of them may end it sooner, and it
ends by itself. What is kept, and under which key, is the business of `chat/holding.py`.

    nothing --propose--> proposed --confirm, by another--> held --release, or its day--> over
    over --destroyed--> nothing
    proposed --decline, or a day--> nothing
    held --propose, confirm by another--> held, until another day
"""

from typing import Final, Literal, Protocol

import msgspec

from config.clock import Millis
from config.ids import ConversationId
from safety.escalation import Person

DAY_MS: Final = 24 * 3600 * 1000
DAYS_MOST: Final = 90
"""The longest that one decision of two people keeps a case."""
PROPOSAL_MS: Final = DAY_MS
"""How long a proposal waits for a second person; then it counts no more."""

Reason = Literal["danger", "safeguarding", "complaint", "law", "other"]
Standing = Literal["proposed", "held", "over"]
NotDone = Literal["nothing_proposed", "same_person", "already_proposed"]
"""`nothing_proposed`: no proposal stands; `same_person`: who proposes can't confirm;
`already_proposed`: somebody else's proposal stands, to be confirmed or declined first."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """That a case be held for so many days."""

    by: Person
    at: Millis
    reason: Reason
    days: int


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """One case: what is proposed, and how long it is held, if it is."""

    conversation: ConversationId
    proposal: Proposal | None = None
    reason: Reason = "other"
    by: tuple[Person, ...] = ()
    """The two who decided last."""
    until: Millis = Millis(0)
    """0 if it is not held."""
    ending: bool = False
    """Whether it is being destroyed: nothing brings it back from there."""

    def __repr__(self) -> str:
        """Without names."""
        return f"Hold(conversation={self.conversation!r}, until={self.until})"


def standing(hold: Hold, now: Millis) -> Standing:
    """Say where a case stands. What is over is to be destroyed, whatever is proposed beside."""
    if hold.until:
        return "held" if now < hold.until and not hold.ending else "over"
    return "proposed" if proposed(hold, now) else "over"


def proposed(hold: Hold, now: Millis) -> Proposal | None:
    """Return the proposal that stands, if one does."""
    proposal = hold.proposal
    return proposal if proposal and now < proposal.at + PROPOSAL_MS else None


def propose(hold: Hold | None, conversation: ConversationId, proposal: Proposal) -> Hold | NotDone:
    """Return the case with a proposal. The same person may change their mind; see `NotDone`.

    What is over has been destroyed before; it is no part of a new one.
    """
    over = hold is None or standing(hold, proposal.at) == "over"
    before = Hold(conversation=conversation) if over or hold is None else hold
    other = proposed(before, proposal.at)
    if other and other.by.account != proposal.by.account:
        return "already_proposed"
    days = max(1, min(proposal.days, DAYS_MOST))
    return msgspec.structs.replace(before, proposal=msgspec.structs.replace(proposal, days=days))


def confirm(hold: Hold | None, by: Person, now: Millis) -> Hold | NotDone:
    """Return the case held, as was proposed by somebody else: so many days, or so many more."""
    proposal = proposed(hold, now) if hold else None
    if hold is None or proposal is None or standing(hold, now) == "over":
        return "nothing_proposed"
    if proposal.by.account == by.account:
        return "same_person"
    return Hold(
        conversation=hold.conversation,
        reason=proposal.reason,
        by=(proposal.by, by),
        until=Millis(min(max(now, hold.until) + proposal.days * DAY_MS, now + DAYS_MOST * DAY_MS)),
    )


def decline(hold: Hold | None, now: Millis) -> Hold | NotDone | None:
    """Return the case without its proposal; None if nothing is left of it."""
    if hold is None or proposed(hold, now) is None:
        return "nothing_proposed"
    return msgspec.structs.replace(hold, proposal=None) if now < hold.until else None


class Holds(Protocol):
    """Where holds are kept; all processes of a house share them. Raises: StoreError, each."""

    async def get(self, conversation: ConversationId) -> Hold | None:
        """Return what is kept of one case."""
        ...

    async def all(self) -> tuple[Hold, ...]:
        """Return every one, also what is over and not destroyed yet."""
        ...

    async def replace(
        self, conversation: ConversationId, before: Hold | None, after: Hold | None
    ) -> bool:
        """Write it, or take it away, if it is still as it was; False if someone was first."""
        ...

    async def takes_turn(self, seconds: int) -> bool:
        """Whether it is this process that sees to all holds for so long."""
        ...
