"""What is counted as conversations go on: the port to the metrics.

Numbers only; no label here can carry an id, a word or an address.
"""

from typing import Protocol

from config.risk import Risk


class Tallies(Protocol):
    """Where the conversation's rooms count."""

    def line(self, by: str, seconds: float) -> None:
        """A line was committed, so long after its frame was read."""
        ...

    def flag(self, risk: Risk, tier: str) -> None:
        """The filter saw something in a line, or failed on it."""
        ...

    def pairing(self, seconds: float) -> None:
        """A pairing pass made an offer, so long after it began."""
        ...

    def pickup(self, seconds: float) -> None:
        """A supporter accepted a seeker who had waited so long."""
        ...

    def feedback(self, helped: str, mood_before: int | None, mood_after: int | None) -> None:
        """A seeker said how it was."""
        ...

    def wrong_flag(self) -> None:
        """Staff said that a flag was wrong."""
        ...
