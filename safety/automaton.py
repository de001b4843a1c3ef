"""Finds every phrase of the lexicon in plain words, in one pass over them.

An Aho-Corasick automaton looks for the anchors of all phrases at once; only phrases of
which every group of anchors is there are tried in full.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.lexicon import Entry
from safety.phrases import Phrase

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
        by_anchor: dict[str, dict[int, int]] = {}
        wanted: list[int] = []
        for number, each in enumerate(indexed):
            for place, group in enumerate(each.phrase.anchors):
                for anchor in group:
                    groups = by_anchor.setdefault(anchor, {})
                    groups[number] = groups.get(number, 0) | 1 << place
            wanted.append((1 << len(each.phrase.anchors)) - 1)
        self._indexed = tuple(indexed)
        self._wanted = tuple(wanted)
        self._targets = tuple(tuple(groups.items()) for groups in by_anchor.values())
        self._anchors = (
            AhoCorasick(list(by_anchor), matchkind=MatchKind.Standard) if by_anchor else None
        )

    def find(self, words: str) -> list[Match]:
        """Every phrase in the words, in the order of the lexicon."""
        if self._anchors is None:
            return []
        matches: list[Match] = []
        for number in self._candidates(self._anchors, words):
            phrase, entry, lang = self._indexed[number]
            for found in islice(phrase.expression.pattern.finditer(words), _MOST_MATCHES):
                matches.append(Match(entry, lang, found.start(), found.end()))
        return matches

    def _candidates(self, anchors: AhoCorasick, words: str) -> list[int]:
        """The phrases of which every group has an anchor in the words."""
        seen: dict[int, int] = {}
        get = seen.get
        for anchor in {
            found[0] for found in anchors.find_matches_as_indexes(words, overlapping=True)
        }:
            for number, groups in self._targets[anchor]:
                seen[number] = get(number, 0) | groups
        wanted = self._wanted
        return sorted(number for number, groups in seen.items() if groups == wanted[number])
