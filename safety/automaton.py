"""Finds every phrase of the lexicon in plain words, in one pass over them.

An Aho-Corasick automaton looks for the anchors of all phrases at once; only phrases of
which every group of anchors is there are tried in full.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.lexicon import Entry
from safety.phrases import GROUPS, Phrase

_MOST_MATCHES: Final = 8  # of one phrase in one line; more say nothing new and cost time


class Indexed(NamedTuple):
    """A phrase, the entry it belongs to and its language."""

    phrase: Phrase
    entry: Entry
    lang: str


class Match(NamedTuple):
    """An entry's phrase, found in `words[start:end]`."""

    entry: Entry
    lang: str
    start: int
    end: int


class Automaton:
    """All phrases of all languages, ready to be looked for. Immutable."""

    def __init__(self, indexed: Sequence[Indexed]) -> None:
        """Build once; some tens of milliseconds."""
        count = len(indexed)
        signs: dict[str, int] = {}
        settled = 0
        for number, each in enumerate(indexed):
            for place, group in enumerate(each.phrase.anchors):
                bit = 1 << place * count + number
                for anchor in group:
                    signs[anchor] = signs.get(anchor, 0) | bit
            for place in range(len(each.phrase.anchors), GROUPS):
                settled |= 1 << place * count + number
        self._indexed = tuple(indexed)
        self._settled = settled
        self._signs = tuple(signs.values())
        self._anchors = AhoCorasick(list(signs), matchkind=MatchKind.Standard) if signs else None

    def find(self, words: str) -> list[Match]:
        """Every phrase in the words, in the order of the lexicon."""
        if self._anchors is None:
            return []
        matches: list[Match] = []
        for number in self._candidates(self._anchors, words):
            phrase, entry, lang = self._indexed[number]
            search, lead = phrase.expression.pattern.search, phrase.lead
            found = search(words)
            for _ in range(_MOST_MATCHES):
                if found is None:
                    break
                end = found.end()
                matches.append(Match(entry, lang, found.start() + lead, end))
                found = search(words, end - lead)
        return matches

    def _candidates(self, anchors: AhoCorasick, words: str) -> list[int]:
        """The phrases of which every group has an anchor in the words.

        A bit stands for one group of one phrase: first the first groups of all phrases,
        then the second, and so on. A phrase with fewer groups has the bits of the others.
        """
        met = {found[0] for found in anchors.find_matches_as_indexes(words, overlapping=True)}
        seen = self._settled
        for anchor in met:
            seen |= self._signs[anchor]
        count = len(self._indexed)
        whole = seen & (1 << count) - 1
        for place in range(1, GROUPS):
            whole &= seen >> place * count
        numbers: list[int] = []
        while whole:
            lowest = whole & -whole
            numbers.append(lowest.bit_length() - 1)
            whole ^= lowest
        return numbers
