"""The words of the waiting room as values: ticket, supporter, offer, and what moves them.

Pure data and the one formula that orders the queue. Who is paired is `policy`'s, what is
committed is the waiting room's.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId
from config.risk import Risk
from matching.limits import HEAD_START_MS, RETURN_HEAD_START_MS

DeclineReason = Literal["not_now", "topic", "too_heavy", "other"]
"""Why a supporter let an offer go."""

NEVER: Final = Millis(0)
"""The time of what has not happened."""


class Availability(StrEnum):
    """Whether a supporter wants offers."""

    AVAILABLE = "available"
    FINISHING = "finishing"
    """Carries on with the conversations there are, and takes no more."""
    BREAK = "break"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A seeker in the waiting room."""

    conversation: ConversationId
    name: str
    languages: tuple[str, ...]
    """Those the seeker can talk in, the preferred one first."""
    topics: tuple[str, ...]
    risk: Risk
    arrived_at: Millis
    boosted: Millis = NEVER
    """When the seeker came back to the waiting room after losing a supporter."""
    declines: int = 0
    """How often an offer of this ticket was declined or missed."""

    @property
    def waiting_since(self) -> Millis:
        """The start of the present wait."""
        return self.boosted or self.arrived_at

    @property
    def score(self) -> float:
        """The place in the queue; the lowest is next."""
        return score(self.arrived_at, self.risk, returned=self.boosted > 0)


@dataclass(frozen=True, slots=True)
class Supporter:
    """A supporter on duty, as the waiting room sees them."""

    account: AccountId
    name: str
    state: Availability
    capacity: int
    load: int
    """Conversations held plus the offer that is open, if there is one."""
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    trained_to: Risk | None
    """The highest risk with a valid training record; without one nothing is offered."""
    idle_since: Millis
    """When a conversation last ended, or offers became welcome."""
    asked: bool = False
    """Whether an offer is open: one at a time, so that nobody has to choose between seekers."""

    @property
    def free(self) -> bool:
        """Whether an offer may be made now."""
        return (
            self.state is Availability.AVAILABLE
            and self.trained_to is not None
            and not self.asked
            and self.load < self.capacity
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """One ticket, held for one supporter until it is answered or due."""

    id: OfferId
    conversation: ConversationId
    supporter: AccountId
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """An offer with what the supporter is told about the seeker."""

    offer: Offer
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class ExpiredOffer:
    """An offer that nobody answered; its ticket is back in its place."""

    id: OfferId
    conversation: ConversationId
    supporter: AccountId
    away: bool
    """Whether this was one miss too many, and the supporter now counts as away."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits with a seeker, and since when."""

    supporter: AccountId
    since: Millis


@dataclass(frozen=True, slots=True)
class Released:
    """Whom the release of a conversation concerns."""

    supporter: AccountId | None = None
    """Who sat with the seeker or was asked to."""
    offer: OfferId | None = None
    """The open offer that was withdrawn with it."""


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Who has not been heard of for too long."""

    supporters: tuple[AccountId, ...]
    seekers: tuple[ConversationId, ...]


@dataclass(frozen=True, slots=True)
class Pickup:
    """One seeker picked up out of the queue."""

    at: Millis
    wait_ms: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The waiting room in numbers."""

    waiting: int
    offered: int
    matched: int
    gave_up_today: int
    missed_today: int
    declined_today: int


def head_start(risk: Risk, *, returned: bool) -> int:
    """Return the milliseconds by which a seeker is moved forward.

    Severity counts among those who were returned, too, so the two add up.
    """
    return HEAD_START_MS[risk] + (RETURN_HEAD_START_MS if returned else 0)


def score(arrived_at: Millis, risk: Risk, *, returned: bool) -> float:
    """Return the place of a ticket in the queue, in milliseconds; the lowest is next.

    Equal head starts leave the order of arrival. No score is more than
    `TOP_HEAD_START_MS` before its arrival, so nobody is overtaken by those who come later
    than that (promise 6).
    """
    return float(arrived_at - head_start(risk, returned=returned))
