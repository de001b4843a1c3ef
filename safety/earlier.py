"""What the lines before a line say: the author's own, and what the other asked.

Responsible for the few things about earlier lines that rules join with a new one.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from safety.verdict import Author, ContextLine, Reading

Earlier = tuple[ContextLine, Reading]
"""An earlier line, and what the rules see in it."""


def own(context: Sequence[ContextLine], by: Author, most: int) -> Sequence[str]:
    """The author's own last lines."""
    texts: list[str] = []
    for line in reversed(context):
        if line.by == by:
            texts.append(line.text)
            if len(texts) == most:
                break
    return texts[::-1]


def levels_before(earlier: Sequence[Earlier], by: Author) -> Mapping[str, int]:
    """The highest level of each category in what the author said before."""
    levels: dict[str, int] = {}
    for line, reading in earlier:
        if reading.levels and line.by == by:
            for category, level in reading.levels.items():
                levels[category] = max(level, levels.get(category, 0))
    return levels


def signals_before(earlier: Sequence[Earlier], by: Author) -> frozenset[str]:
    """The signals of the author's earlier lines, and of the other's with `_before` behind them."""
    signals: set[str] = set()
    for line, reading in earlier:
        if reading.signals:
            if line.by == by:
                signals |= reading.signals
            else:
                signals |= _named_before(reading.signals)
    return frozenset(signals)


@lru_cache(4096)
def _named_before(signals: frozenset[str]) -> frozenset[str]:
    """The names of the other's signals; few different sets of them are ever seen."""
    return frozenset([f"{name}_before" for name in signals])


def questions_before(earlier: Sequence[Earlier], by: Author) -> frozenset[str]:
    """The signals of what the other person said since the author's last line."""
    questions: frozenset[str] = frozenset()
    for line, reading in reversed(earlier):
        if line.by == by:
            break
        questions |= reading.signals
    return questions


def danger_to_self(levels: Mapping[str, int]) -> int:
    """The highest level of danger to self among these."""
    return max(levels.get("suicide", 0), levels.get("overdose", 0), levels.get("self_harm", 0))
