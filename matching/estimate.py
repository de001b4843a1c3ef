"""What a waiting seeker can honestly be told: a range of time, and whether anybody fits.

Pure. The pace of the room is worked out once for all local seekers; the range for one of them
is then plain arithmetic. Where too little is known, nothing is promised.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from config.clock import Millis
from matching.limits import PICKUP_AGE_MS, PICKUPS_NEEDED
from matching.ticket import Availability, Pickup, Supporter

Fit = Literal["ok", "no_language", "nobody", "closed"]
"""Whether anybody on duty could talk with a seeker."""

_SPREAD = 1.28
"""Standard deviations to each side: four of five waits end inside the range."""
_STEPS_SECONDS = ((120, 15), (600, 60), (math.inf, 300))
"""Ranges are rounded outwards: up to 2 min to 15 s, up to 10 min to 1 min, above to 5 min."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the queue moves while somebody waits in it."""

    gap_ms: float
    """Mean time between two pickups."""
    seen: int
    """Gaps that it was worked out from."""


@dataclass(frozen=True, slots=True)
class Range:
    """A wait, in seconds, that is neither a promise nor a guess."""

    low: int
    high: int


def pace_of(pickups: Iterable[Pickup], now: Millis) -> Pace | None:
    """Return the pace of the recent pickups, or None if they are too few to tell.

    The gap before a pickup counts from the pickup before it, or from the seeker's own arrival
    if that was later: an empty queue is not a slow one.
    """
    recent = sorted((p for p in pickups if now - p.at < PICKUP_AGE_MS), key=lambda p: p.at)
    if len(recent) < PICKUPS_NEEDED:
        return None
    gaps = [min(later.at - earlier.at, later.wait_ms) for earlier, later in pairwise(recent)]
    return Pace(max(0, sum(gaps)) / len(gaps), len(gaps))


def estimate(place: int, pace: Pace | None) -> Range | None:
    """Return the range for a seeker with `place` others before, or None if nothing is known.

    Pickups are taken as coming at random at this pace. What is not known, the luck of
    `place + 1` gaps and how well the few gaps seen tell the pace, widens the range.
    """
    if pace is None:
        return None
    turns = place + 1
    middle = turns * pace.gap_ms / 1000
    stretch = 1 + _SPREAD * math.sqrt(1 / turns + 1 / pace.seen)
    return Range(_rounded_down(middle / stretch), _rounded_up(middle * stretch))


def fit(languages: Sequence[str], supporters: Iterable[Supporter], *, is_open: bool) -> Fit:
    """Return whether anybody on duty could talk with a seeker of these languages."""
    if not is_open:
        return "closed"
    spoken = languages_on_duty(supporters)
    if not spoken:
        return "nobody"
    return "ok" if any(language in spoken for language in languages) else "no_language"


def languages_on_duty(supporters: Iterable[Supporter]) -> tuple[str, ...]:
    """Return the languages of those who take conversations, busy right now or not, sorted.

    Who is finishing, on a break or away, or has no valid training, is no honest promise.
    """
    return tuple(
        sorted(
            {
                language
                for one in supporters
                if one.state is Availability.AVAILABLE and one.trained_to is not None
                for language in one.languages
            }
        )
    )


def _step(seconds: float) -> int:
    return next(step for limit, step in _STEPS_SECONDS if seconds <= limit)


def _rounded_down(seconds: float) -> int:
    step = _step(seconds)
    return int(seconds // step) * step


def _rounded_up(seconds: float) -> int:
    step = _step(seconds)
    return max(step, math.ceil(seconds / step) * step)
