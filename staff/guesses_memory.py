"""Tallies of wrong attempts in memory. For tests."""

from config.clock import Millis, Seconds
from staff.guesses import ADDRESS, KNOWN, NAME, Tally, counted, forgiven, waiting


class GuessesMemory:
    """Tallies without a store. No method waits, so each is atomic."""

    def __init__(self) -> None:
        """Begin without wrong attempts."""
        self._names: dict[str, Tally] = {}
        self._addresses: dict[str, Tally] = {}
        self._known: dict[tuple[str, str], Millis] = {}

    async def attempt(self, name: str, address_tag: str, now: Millis) -> Seconds:
        """Ask to make an attempt: 0 if it may be made, and then it is counted as wrong."""
        tally, place = self._names.get(name), self._addresses.get(address_tag)
        since = self._known.get((name, address_tag))
        known = since is not None and now - since < KNOWN * 1000
        wait = Seconds(0.0) if known else waiting(tally, NAME, now)
        wait = max(wait, waiting(place, ADDRESS, now))
        if wait:
            return wait
        self._names[name] = counted(tally, NAME, now)
        self._addresses[address_tag] = counted(place, ADDRESS, now)
        return wait

    async def forgive(self, name: str, address_tag: str, now: Millis) -> None:
        """Say that the attempt was right."""
        self._names.pop(name, None)
        self._known[name, address_tag] = now
        place = self._addresses.get(address_tag)
        if place is not None:
            self._addresses[address_tag] = forgiven(place)
