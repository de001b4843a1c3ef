"""How one word, or letters that stand apart, are read: the known word behind a disguise.

Responsible for digits and signs for letters, blotted-out letters, drawn-out and doubled
words, words run together or cut in two, slips of the hand and chat spellings. Where the
words stand in a text is `normalise`'s business, what a character is like `letters`'s.

An ordinary word must not become a word of crisis: a disguise is only seen through where
what is written is no word we know, and what it would read is one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.letters import MIXED, likenesses

DRAWN_OUT: Final = re.compile(r"([^\W\d_])\1\1+")
_SYMBOL: Final = re.compile(r"['*@$!€|#+£¢¥§<()¡]+")
_LEET: Final[Mapping[str, str]] = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "!": "il", "¡": "i", "|": "li", "€": "e", "£": "le", "+": "t",
    "¢": "c", "¥": "y", "§": "s", "(": "c",
}  # fmt: skip
_PAIRS: Final = (("|<", "k"), ("vv", "w"), ("ph", "f"), ("()", "o"))
_COUNTED: Final = re.compile(
    r"\d*(?:1st|2nd|3rd|\dth)|\d+(?:am|pm|m?gs?|m?l|[kmsxh]|yo|y|yrs?|hrs?|mins?|kgs?|lbs?|cm|km|ft|in)"
)
_MOST_READINGS: Final = 8  # of digits that could each be two letters
_BLOT: Final = "*#"
_LONGEST: Final = 12  # letters of a word that is looked for among letters without spaces
_LONGEST_RUN: Final = 48  # letters without spaces that are cut into words
_STEM: Final = 7  # letters of a chat spelling of several words, so that it stands inside others
_SHORT_PARTS: Final = {"i", "a", "to", "my", "me", "im", "rn", "so", "go", "be"}
_SHORT_WORDS: Final = {"so", "no", "to", "me", "oh", "ya", "my", "do", "go", "be", "he", "we"}
_REVERSED: Final = 5  # letters of a word that is known backwards too
_CONTRACTED: Final = (
    "dont cant wont didnt doesnt isnt wasnt couldnt wouldnt shouldnt havent hasnt hadnt"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that the lexicons speak of, and what is told about their spelling."""

    known: frozenset[str]
    """The words of all phrases: what is disguised is read as one of these or left alone."""
    spellings: Mapping[str, str]
    guarded: frozenset[str]
    """Words that are known by their slips too."""
    disguised: frozenset[str]
    """Words that people hide: looked for behind blots, in pieces, doubled and backwards."""
    own: frozenset[str]
    """Words that look like another's slip and are none."""


class Disguises:
    """Sees through single words. Holds only tables of the vocabulary, never what was said."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Make the tables; some milliseconds."""
        self._known = vocabulary.known
        self._disguised = vocabulary.disguised
        self._words = vocabulary.known | vocabulary.own | frozenset(vocabulary.spellings)
        self.table = _table(vocabulary)
        """What each written form reads; a form that is not here may still be a disguise."""
        long = {w for w in self._words if 2 < len(w) <= _LONGEST and w.isalpha()}
        self._parts = frozenset(long | _SHORT_PARTS)
        self.pieces = dict(_pieces(vocabulary, self._words))
        """Two words that are one, cut in two."""
        self._stems = tuple(
            form
            for form, words in vocabulary.spellings.items()
            if len(form) >= _STEM and " " in words and form.isalpha() and form.isascii()
        )
        self._shapes = _Shapes(self._known)
        self._hidden = _Shapes(self._disguised)
        cut = [f" {first} {second} " for first, second in self.pieces]
        signs = [letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz"] + ["vv", *cut]
        self._cuts = AhoCorasick(cut, matchkind=MatchKind.Standard)
        self._signs = AhoCorasick([*signs, *self._stems], matchkind=MatchKind.Standard)
        self._joined = AhoCorasick(list(self._stems), matchkind=MatchKind.Standard)

    def suspicious(self, words: str) -> bool:
        """Whether words that were read one by one hold drawn-out, cut or joined ones."""
        return bool(self._signs.find_matches_as_indexes(words))

    def cut_in_two(self, words: str) -> bool:
        """Whether a word that is cut in two is among the words."""
        return bool(self._cuts.find_matches_as_indexes(words))

    def plain(self, word: str) -> str:
        """What one word in small letters reads; itself if there is nothing behind it."""
        table = self.table
        read = table.get(word)
        if read is not None:
            return read
        if MIXED.search(word):
            read = self._first_known(likenesses(word), least=2)
            if read is not None:
                return read
        if not word.isalpha():
            word = self.odd(word)
        elif "vv" in word:
            word = self._first_known(_leet(word)) or word
        if DRAWN_OUT.search(word):
            word = self._undrawn(word)
        if len(word) >= _STEM and word.isascii() and word.isalpha():
            return self._apart(word)
        return word

    def odd(self, word: str) -> str:
        """Read digits and signs as letters where that gives a word we know."""
        if word.isdigit():
            return word
        bare = word.replace("'", "")
        read = self.table.get(bare)
        if read is not None:
            return read
        if bare.isalpha() or _COUNTED.fullmatch(bare):
            return bare
        read = self._first_known(_leet(bare))
        if read is None and ("*" in bare or "#" in bare):
            read = self._starred(bare)
        parts = [part for part in _SYMBOL.split(bare) if part]
        if read is None and len(parts) > 1:
            read = self.glued(parts)
        return read or " ".join(parts) or bare

    def glued(self, parts: list[str]) -> str | None:
        """The hidden word that parts between signs are together ("ki.ll"), if they are one."""
        if len(parts) > 2 and all(len(part) == 1 for part in parts):
            words = self.segmented("".join(parts))
            return " ".join(words) if words else None
        for read in _leet("".join(parts)):
            if read in self._disguised or self.table.get(read) in self._disguised:
                return self.table.get(read, read)
        if len(parts) == 2 and not any(part in self._words and len(part) > 1 for part in parts):
            return self._hidden.fit("*".join(parts))
        return None

    def segmented(self, letters: str) -> list[str] | None:
        """The letters cut into as few known words as can be, one of three letters at least."""
        for read in _leet(letters[:_LONGEST_RUN]):
            words = self._cut(read)
            if words:
                return words
        return None

    def _first_known(self, readings: Iterable[str], least: int = 3) -> str | None:
        for read in readings:
            if read in self.table:
                return self.table[read]
            if read in _SHORT_WORDS or (read in self._known and len(read) >= least):
                return read
            once = DRAWN_OUT.sub(r"\1", read)
            if once != read and once in self._disguised:
                return once
        return None

    def _starred(self, word: str) -> str | None:
        """The one known word that fits letters blotted out with stars, if there is one."""
        return self._hidden.fit(word) or self._shapes.fit(word)

    def _undrawn(self, word: str) -> str:
        """A drawn-out word with its letters once or twice, whichever is a word."""
        once = DRAWN_OUT.sub(r"\1", word)
        twice = DRAWN_OUT.sub(r"\1\1", word)
        for read in (twice, once, _halved(word)):
            if read in self._known:
                return read
            if read in self.table:
                return self.table[read]
        return once if len(once) > 2 or once in _SHORT_WORDS else word

    def _apart(self, word: str) -> str:
        """Words run together, where a known run of words is among them ("ijustwannadie")."""
        if word in self._known or not self._joined.find_matches_as_indexes(word):
            return word
        words = self._cut(word) if len(word) <= _LONGEST_RUN else None
        if words is None:
            found = self._joined.find_matches_as_indexes(word)[0]
            words = [self._stems[found[0]]]
        return " ".join([self.table.get(part, part) for part in words])

    def _cut(self, letters: str) -> list[str] | None:
        parts, size = self._parts, len(letters)
        fewest = [0, *([size + 1] * size)]  # words that spell the letters up to a place
        cut = [0] * (size + 1)  # where the last of these begins
        for start in range(size):
            words = fewest[start] + 1
            if words > size:
                continue
            for end in range(start + 1, min(start + _LONGEST, size) + 1):
                if words < fewest[end] and letters[start:end] in parts:
                    fewest[end], cut[end] = words, start
        if fewest[size] > size:
            return None
        found: list[str] = []
        while size:
            found.append(letters[cut[size] : size])
            size = cut[size]
        return found[::-1] if any(len(word) > 2 for word in found) else None


class _Shapes:
    """Words by their length and each of their letters in its place; made when first needed."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._shapes: dict[tuple[int, int, str], set[str]] = {}

    def fit(self, blotted: str) -> str | None:
        """The one word that fits, or the first of two; None if hardly a letter is told."""
        if len(blotted) > 2 * _LONGEST or sum(1 for c in blotted if c not in _BLOT) < 2:
            return None
        fits: set[str] | None = None
        for place, letter in enumerate(blotted):
            if letter not in _BLOT:
                these = self._all().get((len(blotted), place, letter), set())
                fits = these if fits is None else fits & these
        return min(fits) if fits and len(fits) <= 2 else None

    def _all(self) -> dict[tuple[int, int, str], set[str]]:
        if not self._shapes:
            shapes: dict[tuple[int, int, str], set[str]] = {}
            for word in self._words:
                for place, letter in enumerate(word):
                    shapes.setdefault((len(word), place, letter), set()).add(word)
            self._shapes = shapes
        return self._shapes


def slips(word: str) -> set[str]:
    """What a hurried hand makes of a word: two letters swapped, one doubled, one left out."""
    found: set[str] = set()
    for i in range(len(word) - 1):
        found.add(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    if len(word) >= 5:
        found.update(word[:i] + word[i + 1 :] for i in range(1, len(word)))
    if len(word) >= 3:
        found.update(_doublings(word))
    found.discard(word)
    return found


def _doublings(word: str) -> Iterator[str]:
    return (word[: i + 1] + word[i:] for i in range(1, len(word)))


def _halved(word: str) -> str:
    """A word of which each letter stands twice, with each once."""
    return word[::2] if word[::2] == word[1::2] else word


def _table(vocabulary: Vocabulary) -> dict[str, str]:
    own = vocabulary.known | vocabulary.own
    table: dict[str, str] = {}
    for word in vocabulary.known:
        if word.isascii() and word.isalpha():
            for tail in (1, 2):  # dont, ive: as they are written with care
                if len(word) > tail:
                    table[f"{word[:-tail]}'{word[-tail:]}"] = word
    for word in sorted(vocabulary.guarded):
        for slip in slips(word) - own:
            table.setdefault(slip, word)
    for word in sorted(vocabulary.disguised):
        forms = {*_doublings(word), "".join([letter * 2 for letter in word])}
        if len(word) >= _REVERSED:
            forms.add(word[::-1])
        for form in forms - own:
            table.setdefault(form, word)
    table.update(vocabulary.spellings)
    return table


def _pieces(vocabulary: Vocabulary, words: Iterable[str]) -> Iterator[tuple[tuple[str, str], str]]:
    """Words cut in two, unless both parts are words; contractions without their sign."""
    whole = frozenset(words)
    for word in sorted(vocabulary.disguised):
        for cut in range(2, len(word) - 1):
            first, second = word[:cut], word[cut:]
            if first not in whole or second not in whole:
                yield (first, second), word
    for word in _CONTRACTED.split():
        yield (word[:-1], "t"), word
        yield (word[:-2], "nt"), word
    for second, word in (("m", "im"), ("ve", "ive"), ("ll", "i will")):
        yield ("i", second), word


def _leet(word: str) -> Iterator[str]:
    """The word with its digits and signs as letters, in all ways if these are few."""
    for pair, letter in _PAIRS:
        if pair in word:
            word = word.replace(pair, letter)
    choices = [_LEET.get(letter, letter) for letter in word]
    doubtful = sum(1 for choice in choices if len(choice) > 1)
    if 2**doubtful <= _MOST_READINGS:
        yield from map("".join, product(*choices))
    else:
        yield "".join([choice[0] for choice in choices])
        yield "".join([choice[-1] for choice in choices])
