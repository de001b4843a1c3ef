"""Where a contact may stand: one pass over a line looks for every sign at once.

Most lines hold no sign, and nothing else of contact masking is then done with them.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.contacts.words import read_signs

_ENDING: Final = 7  # letters by which a sign marked "*" may go on
_OPENERS: Final = ("\n", "(", "[", "#", "/", '"', ",", "_")
"""What may stand before a word as well as a space does."""


class Sign(NamedTuple):
    """A word of `signs.toml`, found in a line."""

    kind: str
    start: int
    end: int
    """One past its last letter, endings included."""


class Finder:
    """Finds the signs of some kinds. Immutable."""

    def __init__(self, kinds: Iterable[str]) -> None:
        """Build once, from the lists of these kinds."""
        signs = read_signs()
        words: dict[str, set[str]] = {}
        self._open: set[str] = set()
        for kind in kinds:
            for entry in signs[kind].split():
                word = _spaced(entry.rstrip("*").replace("_", " "))
                if entry.endswith("*"):
                    self._open.add(word)
                words.setdefault(word, set()).add(kind)
        self._words = list(words)
        self._kinds = [sorted(words[word]) for word in self._words]
        self._automaton = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest)

    def find(self, apart: str) -> list[Sign]:
        """Return the signs of a line that `apart` made, in order."""
        hits = self._automaton.find_matches_as_indexes(apart)
        return [sign for hit in hits for sign in self._signs(apart, *hit)] if hits else []

    def _signs(self, apart: str, number: int, start: int, end: int) -> list[Sign]:
        word = self._words[number]
        if word[-1].isalpha() and word[-1] < "\u3000":
            stop = _word_end(apart, end)
            if stop > end and (word not in self._open or stop - end > _ENDING):
                return []
            end = stop
        padded = word[0] == " "
        return [Sign(kind, start - 1 + padded, end - 1) for kind in self._kinds[number]]


def apart(low: str) -> str:
    """The line with a space before each word, as `Finder.find` needs it: one longer."""
    for opener in _OPENERS:
        low = low.replace(opener, " ")
    return " " + low


def _spaced(word: str) -> str:
    """A word of an alphabet whose words stand apart begins with a space."""
    if word[0].isalpha() and not "\u0590" <= word[0] <= "\u08ff" and word[0] < "\u2e80":
        word = " " + word
    for opener in _OPENERS:
        word = word.replace(opener, " ")
    return word


def _word_end(apart: str, end: int) -> int:
    size = min(len(apart), end + _ENDING + 1)
    while end < size and apart[end].isalpha():
        end += 1
    return end
