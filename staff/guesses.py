"""How long someone who guesses passphrases has to wait.

The first wrong attempts cost nothing; then each wrong one costs more waiting than the one
before. They are counted by account name and by address, and an attempt waits for the longer
of the two. A quiet while forgets them.

Nobody is locked out for good: the waiting for a name has a low ceiling, attempts made while
waiting are neither counted nor checked, and where the right passphrase was given from an
address lately, that address does not wait for what others do to the name.

The rules are pure; `Guesses` is the port to where the tallies are kept. An attempt is counted
as wrong before the passphrase is looked at, and forgiven if it was right, so that a hundred
attempts made at once are not a hundred free ones.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from config.clock import Millis, Seconds


@dataclass(frozen=True, slots=True)
class Tally:
    """How many attempts were wrong, and when the last one was."""

    wrong: int
    last: Millis


@dataclass(frozen=True, slots=True)
class Patience:
    """How wrong attempts are answered."""

    free: int
    """Wrong attempts that cost nothing: people mistype."""
    first: Seconds
    """The first waiting; each next one is twice as long."""
    longest: Seconds
    """The ceiling of the waiting."""
    memory: Seconds
    """The quiet while after which all is forgotten."""


NAME: Final = Patience(free=5, first=Seconds(2), longest=Seconds(60), memory=Seconds(900))
"""For one account name: under 1,500 guesses a day, and its owner never waits long."""
ADDRESS: Final = Patience(free=5, first=Seconds(2), longest=Seconds(600), memory=Seconds(900))
"""For one address: under 150 guesses a day. An office shares one, so what was right there is
not counted, but it does not make up for what was wrong."""
KNOWN: Final = Seconds(24 * 3600.0)
"""How long an address is known to be that of an account's owner."""


def remembered(tally: Tally | None, patience: Patience, now: Millis) -> Tally:
    """Return the tally as it counts now: nothing, after a quiet while."""
    if tally is None or now - tally.last >= patience.memory * 1000:
        return Tally(0, now)
    return tally


def waiting(tally: Tally | None, patience: Patience, now: Millis) -> Seconds:
    """Return how long the next attempt has to wait; 0 if it may be made now."""
    counted = remembered(tally, patience, now)
    if counted.wrong < patience.free:
        return Seconds(0.0)
    doublings = min(counted.wrong - patience.free, 30)
    delay = min(patience.longest, patience.first * 2**doublings)
    return Seconds(max(0.0, delay - (now - counted.last) / 1000))


def counted(tally: Tally | None, patience: Patience, now: Millis) -> Tally:
    """Return the tally after one more wrong attempt."""
    before = remembered(tally, patience, now)
    return Tally(before.wrong + 1, max(now, before.last))


def forgiven(tally: Tally) -> Tally:
    """Return the tally after an attempt that was counted turned out to be right."""
    return Tally(max(0, tally.wrong - 1), tally.last)


class Guesses(Protocol):
    """Where the tallies are kept."""

    async def attempt(self, name: str, address_tag: str, now: Millis) -> Seconds:
        """Ask to make an attempt: 0 if it may be made, and then it is counted as wrong.

        Else how long to wait; then nothing is counted. `address_tag` is any string that
        stands for the address without being it.
        """
        ...

    async def forgive(self, name: str, address_tag: str, now: Millis) -> None:
        """Say that the attempt was right: forget those on the name, and this one's address."""
        ...
