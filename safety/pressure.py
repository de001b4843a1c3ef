"""How much pressure newcomers put on the house, and how much work that asks of each of them.

Pure arithmetic. Under no pressure nobody is asked for anything. Under pressure each newcomer's
device proves some work before it is let in: little for one, much for a flood. The work has a
cap, so that the cheapest phone is through in some seconds. Nobody proves anything to see
helplines, or to come back to a conversation.
"""

import math
from dataclasses import dataclass
from typing import Final

WINDOW_SECONDS: Final = 10.0
"""Over how long arrivals are counted."""
USUAL_SECONDS: Final = 3600.0
"""Over how long arrivals are counted to know what is usual."""
FEWEST_TRIES: Final = 40
"""The least work that is worth asking for: 0.3 s on the cheapest phone."""
MOST_TRIES: Final = 500
"""The most that anybody is asked for. One try is PBKDF2 with `config.limits.PROOF_ROUNDS`: some
0.45 ms in a browser on a server's core, reckoned as 8 ms on the cheapest phone without SHA
instructions; so 0.2 s here, and 4 s there."""
RAID_PRESSURE: Final = 0.6
"""The least pressure that is reckoned with while raid mode is on."""
SLOWED_PRESSURE: Final = 0.8
"""The least pressure that is reckoned with for an address that was slowed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happens: events a second, each fading over a window."""

    per_second: float
    at: float
    """Seconds on the caller's monotonic clock."""


NEVER: Final = Rate(0.0, 0.0)


def happened(rate: Rate, now: float, window: float = WINDOW_SECONDS) -> Rate:
    """Return the rate after one more event."""
    return Rate(faded(rate, now, window) + 1.0 / window, max(now, rate.at))


def faded(rate: Rate, now: float, window: float = WINDOW_SECONDS) -> float:
    """Return events a second as seen now, if nothing more has happened."""
    return rate.per_second * math.exp(-max(0.0, now - rate.at) / window)


@dataclass(frozen=True, slots=True)
class Load:
    """What presses on one process, or on the house."""

    arrivals: float = 0.0
    """Newcomers a second who ask this process to be let in."""
    sockets: float = 0.0
    """Share of this process's sockets that are open, 0 to 1."""
    waiting: int = 0
    """Seekers who wait in the house."""
    supporters: int = 0
    """Supporters who are available in the house."""


def pressure(load: Load) -> float:
    """Return the pressure, 0 (none) to 1.

    A long line alone asks for half of the work at most: people in need make long lines too.
    """
    line = load.waiting / max(1, load.supporters) if load.waiting >= 100 else 0.0
    return max(
        _between(load.arrivals, 15.0, 60.0),
        _between(load.sockets, 0.7, 0.95),
        0.5 * _between(line, 20.0, 100.0),
    )


def tries(load: Load, *, least: float = 0.0) -> int:
    """Return how many tries a newcomer's work may take; 0 if none is asked for.

    `least` is a pressure below which the load is not reckoned: of a raid, of a slowed address.
    """
    pressing = max(pressure(load), least)
    if pressing <= 0.0:
        return 0
    return FEWEST_TRIES + round((MOST_TRIES - FEWEST_TRIES) * pressing)


def _between(value: float, low: float, high: float) -> float:
    """Return where a value lies from `low` (0) to `high` (1)."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
