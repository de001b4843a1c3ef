"""Finds every phrase of the lexicon in plain words, in one pass over them.

An Aho-Corasick automaton looks for the anchors of all phrases at once; only phrases of
which an anchor is there are tried in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.lexicon import Entry
from safety.phrases import Phrase

_MOST_MATCHES: Final = 8  # of one phrase in one line; more say nothing new and cost time


@dataclass(frozen=True, slots=True)
class Indexed:
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
        by_anchor: dict[str, list[int]] = {}
        for number, each in enumerate(indexed):
            for anchor in each.phrase.anchors:
                by_anchor.setdefault(anchor, []).append(number)
        self._indexed = tuple(indexed)
        self._targets = tuple(tuple(numbers) for numbers in by_anchor.values())
        self._anchors = (
            AhoCorasick(list(by_anchor), matchkind=MatchKind.Standard) if by_anchor else None
        )

    def find(self, words: str) -> list[Match]:
        """Every phrase in the words, in the order of the lexicon."""
        if self._anchors is None:
            return []
        tried: set[int] = set()
        for anchor in {
            found[0] for found in self._anchors.find_matches_as_indexes(words, overlapping=True)
        }:
            tried.update(self._targets[anchor])
        matches: list[Match] = []
        for number in sorted(tried):
            phrase, entry, lang = (
                self._indexed[number].phrase,
                self._indexed[number].entry,
                self._indexed[number].lang,
            )
            for found in islice(phrase.pattern.finditer(words), _MOST_MATCHES):
                matches.append(Match(entry, lang, found.start(), found.end()))
        return matches
