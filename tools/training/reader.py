"""Reads rows as the server reads lines: the same plain words, the same findings."""

from collections.abc import Sequence
from dataclasses import dataclass

from safety.finding import Finder, tally
from safety.lexicon import read_lexicons
from safety.verdict import Reading
from tools.training.datasets import Row


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """Plain words, and what the rules find in them, of each row."""

    words: list[str]
    readings: list[Reading]


class Reader:
    """The server's normaliser and lexicon."""

    def __init__(self) -> None:
        """Load the lexicon that ships."""
        self._finder = Finder(read_lexicons())

    def read(self, rows: Sequence[Row]) -> Read:
        """All rows."""
        words = [self._finder.normaliser.read(row.text).words for row in rows]
        readings = [
            tally(self._finder.find(each, "seeker" if row.by_seeker else "supporter").findings)
            for each, row in zip(words, rows, strict=True)
        ]
        return Read(words, readings)
