"""Signs: what was found in a line and before it, and what a rule makes of them together."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from safety.verdict import Certainty

DANGER_TO_SELF: Final = frozenset({"suicide", "overdose", "self_harm"})


class Signs(msgspec.Struct, frozen=True):
    """What was found in one line: levels by category, and the names of signals."""

    levels: Mapping[str, int]
    """The highest level found for each category."""
    signals: frozenset[str]
    before: Mapping[str, int]
    """The highest level of each category in the seeker's earlier lines."""
    signals_before: frozenset[str]
    """The signals of the last lines: of the same person, and with `_before` of the other."""
    ask_told: Callable[[], frozenset[str]]
    """Asks for `told`, which few rules need and which costs as much as there are lines."""

    @property
    def told(self) -> frozenset[str]:
        """The same of all lines that are still known: what was said once and stays true."""
        return self.ask_told()

    def level(self, *categories: str) -> int:
        """The highest level among the categories."""
        levels = self.levels
        return max([levels.get(category, 0) for category in categories]) if levels else 0

    def earlier(self, *categories: str) -> int:
        """The highest earlier level among the categories."""
        levels = self.before
        return max([levels.get(category, 0) for category in categories]) if levels else 0


class Joined(msgspec.Struct, frozen=True):
    """What a rule makes of the signs."""

    category: str
    level: int
    rule: str
    certainty: Certainty = Certainty.LIKELY


Rule = Callable[[Signs], Joined | None]
