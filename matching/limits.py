"""The waiting room's protective numbers, each with its unit and its reason."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from config.risk import Risk

_MINUTE_MS: Final = 60_000

HEAD_START_MS: Final[Mapping[Risk, int]] = MappingProxyType(
    {
        Risk.NONE: 0,
        Risk.CONCERN: 2 * _MINUTE_MS,
        Risk.ELEVATED: 5 * _MINUTE_MS,
        Risk.HIGH: 20 * _MINUTE_MS,
        Risk.IMMINENT: 60 * _MINUTE_MS,
    }
)
"""Milliseconds by which severity moves a seeker forward. Bounded, so that nobody starves: a
later arrival can overtake by the difference of two head starts and no more."""

RETURN_HEAD_START_MS: Final = 120 * _MINUTE_MS
"""Milliseconds for a seeker whose supporter was lost or handed over, on top of severity. Longer
than any wait that is expected, so it means "the front"; still bounded."""

TOP_HEAD_START_MS: Final = RETURN_HEAD_START_MS + max(HEAD_START_MS.values())
"""Milliseconds that a later arrival can overtake by at the very most (promise 6)."""

OFFER_MS: Final = 20_000
"""Milliseconds to answer an offer: enough to read it, short for the one who waits."""

LEASE_MS: Final = 45_000
"""Milliseconds until a silent supporter counts as lost: three heartbeats of 15 s."""

GRACE_MS: Final = 120_000
"""Milliseconds that a silent seeker keeps the place: a tunnel, a lift, a reload on a slow phone."""

CODE_MS: Final = 30 * _MINUTE_MS
"""Milliseconds that a return code is good for, and keeps the place: long enough to find another
browser, short enough that a guessed code is worth little."""

DECLINE_PAUSE_MS: Final = 10_000
"""Milliseconds in which nobody is asked again about a ticket that they have just let go: a breath,
not a door bell that rings at once."""

DECLINE_MEMORY_MS: Final = 60_000
"""Milliseconds in which a ticket that somebody let go goes to that person only as a last resort."""

TRAINING_PATIENCE_MS: Final = 120_000
"""Milliseconds that a seeker at risk is kept for somebody trained for it who is on duty but busy;
then being heard matters more."""

MISSES_UNTIL_AWAY: Final = 2
"""Offers missed in a row until a supporter counts as away: each one costs a seeker 20 s."""

PAGE_TICKETS: Final = 256
"""Tickets that one reading of the queue brings: about 0.1 MB, far below a turn of the loop."""

SWEEP_OFFERS: Final = 100
"""Overdue offers that one run of a script returns to their places, so that it stays short."""

LAPSED_AT_ONCE: Final = 2000
"""Lapsed seekers or supporters named by one sweep; the next sweep names the rest."""

PICKUPS_KEPT: Final = 50
"""Recent pickups remembered: enough for a range, few enough to follow a change of shift."""

PICKUP_AGE_MS: Final = 60 * _MINUTE_MS
"""Milliseconds after which a pickup says nothing about the present."""

PICKUPS_NEEDED: Final = 4
"""Pickups below which no estimate is given: silence is more honest than a guess."""

TALLY_SECONDS: Final = 48 * 3600
"""Seconds that the counts of a day are kept after their last change."""
