"""Typing slips in English: "shuold", "nigth", "wkae" read as the words that were meant.

A word that is in no word list, in a line that is otherwise English, is read as the word of
the lexicon that is one slip away: two letters swapped, one left out, one too many, one wrong.
Real words stay as they are, however near they stand to a word of crisis; so do names.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent / "words"
_SHORTEST: Final = 3
_LONGEST: Final = 14
_RARE: Final = 9  # the level of words that are in no list
_MOST: Final = 60  # odd words of one line that are looked at; such a line is no English
_FEW: Final = 3  # odd words that are looked at before it is asked whether the line is English
_SIGNS: Final = (".", "?", ",")


class Speller:
    """Knows real words, and which of the lexicon's words a slip may stand for. Immutable."""

    def __init__(
        self, levels: Mapping[str, int], targets: Iterable[str], foreign: Iterable[str]
    ) -> None:
        """Learn the words.

        `levels` are real words, 0 the commonest; `targets` the words that slips may mean;
        `foreign` are words of other languages, which are no slips.
        """
        self._levels = levels
        targets = frozenset(targets)
        self._foreign = frozenset(foreign) - targets - frozenset(levels)
        self._fine = frozenset((*levels, *targets, *self._foreign, *_SIGNS))
        index: defaultdict[str, list[str]] = defaultdict(list)
        for target in targets:
            if _SHORTEST <= len(target) <= _LONGEST and target.isascii() and target.isalpha():
                index[target].append(target)
                for part in _one_left_out(target):
                    index[part].append(target)
        self._index = {part: tuple(words) for part, words in index.items()}

    def mend(self, words: Sequence[str]) -> Sequence[str]:
        """The words of a line, with slips put right if it is an English line."""
        odd = [word for word in set(words).difference(self._fine) if word.isalpha()]
        if not odd or (len(odd) > _FEW and not self._is_english(words)):
            return words
        meant = {word: read for word in odd[:_MOST] if (read := self.meant(word))}
        if not meant or (len(odd) <= _FEW and not self._is_english(words)):
            return words
        return [meant.get(word, word) for word in words]

    def _is_english(self, words: Sequence[str]) -> bool:
        """Whether a third of the words are English and none is of another language we know."""
        real = sum(map(self._levels.__contains__, words))
        return 3 * real >= len(words) and self._foreign.isdisjoint(words)

    def meant(self, word: str) -> str | None:
        """The word that was meant, if this is one slip away from one; the commonest of several."""
        if not _SHORTEST <= len(word) <= _LONGEST or word in self._levels:
            return None
        near = set(self._index.get(word, ()))
        for part in _one_left_out(word):
            near.update(self._index.get(part, ()))
        found = [(cost, target) for target in near if (cost := self._cost(word, target))]
        return min(found)[1] if found else None

    def _cost(self, word: str, target: str) -> tuple[int, int, int] | None:
        """How far-fetched it is that the target was meant; None if it is more than one slip."""
        slip = slip_between(word, target)
        if slip is None:
            return None
        level = self._levels.get(target, _RARE)
        if len(word) == _SHORTEST and slip > 0 and (level > 0 or slip > 1):
            return None  # so short a word is one slip away from too many
        return (level + slip, slip, 0 if word[0] == target[0] else 1)


def slip_between(word: str, target: str) -> int | None:
    """The kind of slip between two words: 0 letters swapped, 1 one left out or too many, 2 wrong.

    None if more than one slip lies between them.
    """
    if word == target:
        return None
    start = 0
    most = min(len(word), len(target))
    while start < most and word[start] == target[start]:
        start += 1
    rest, other = word[start:], target[start:]
    if len(rest) == len(other):
        if rest[2:] == other[2:] and rest[:2] == other[1::-1]:
            return 0
        return 2 if rest[1:] == other[1:] else None
    return 1 if rest[1:] == other or rest == other[1:] else None


@cache
def english() -> Mapping[str, int]:
    """English words and names, with how common they are: 0 the commonest, 4 rare."""
    text = (_HERE / "en.txt").read_text(encoding="ascii")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {word: level for level, line in enumerate(lines) for word in line.split()}


def _one_left_out(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}
