"""Finds every phrase of the lexicon in plain words, in one pass over them.

An Aho-Corasick automaton looks for the anchors of all phrases at once. Each phrase waits
for its rarest anchors, so that a line without them costs next to nothing; where one is
met, the phrase's other anchors must be there too before its expression is tried, and it
is tried only in the sentences that hold the rare one.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence, Set
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.lexicon import Entry
from safety.phrases import Phrase

_MOST_MATCHES: Final = 8  # of one phrase in one line; more say nothing new and cost time
_MOST_SENTENCES: Final = 24  # in which one phrase is looked for: the first, and the last
_LAST: Final = 200  # code points at the end of a long sentence that are read in any case

_STOP: Final = re.compile(r" [.?] ")

_Span = tuple[int, int]
_Hit = tuple[int, int, int]
"""An anchor's number, and where it starts and ends."""


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
        numbers: dict[str, int] = {}
        groups: dict[tuple[str, ...], frozenset[int]] = {}
        waiting: dict[int, list[tuple[int, tuple[frozenset[int], ...]]]] = {}
        for phrase_number, each in enumerate(indexed):
            for group in each.phrase.anchors:
                if group not in groups:
                    groups[group] = frozenset(
                        [numbers.setdefault(anchor, len(numbers)) for anchor in group]
                    )
            first, *others = [groups[group] for group in each.phrase.anchors]
            for anchor in first:
                waiting.setdefault(anchor, []).append((phrase_number, tuple(others)))
        self._indexed = tuple(indexed)
        self._waiting = {anchor: tuple(phrases) for anchor, phrases in waiting.items()}
        self._rare = frozenset(waiting)
        self._anchors = AhoCorasick(list(numbers), matchkind=MatchKind.Standard)

    def find(self, words: str) -> list[Match]:
        """Every phrase in the words, in the order of the lexicon."""
        hits = self._anchors.find_matches_as_indexes(words, overlapping=True)
        met = {hit[0] for hit in hits}
        candidates = self._candidates(met)
        if not candidates:
            return []
        matches: list[Match] = []
        places = _places(hits, {anchor for anchors in candidates.values() for anchor in anchors})
        stops: list[int] | None = None
        for number in sorted(candidates):
            phrase, entry, lang = self._indexed[number]
            anchors = candidates[number]
            spans = places[anchors[0]]
            for anchor in anchors[1:]:
                spans = spans + places[anchor]
            lead = phrase.lead
            if phrase.fixed:
                found = _fixed(spans, lead)
            else:
                if stops is None:
                    stops = [stop.start() for stop in _STOP.finditer(words)]
                found = _tried(phrase, words, spans, stops)
            for start, end in found:
                matches.append(Match(entry, lang, start + lead, end))
        return matches

    def _candidates(self, met: set[int]) -> dict[int, list[int]]:
        """The phrases of which every group has an anchor in the words, with their rare ones."""
        candidates: dict[int, list[int]] = {}
        waiting = self._waiting
        for anchor in met & self._rare:
            for number, others in waiting[anchor]:
                if number in candidates:
                    candidates[number].append(anchor)
                    continue
                for group in others:
                    if group.isdisjoint(met):
                        break
                else:
                    candidates[number] = [anchor]
        return candidates


def _places(hits: Iterable[_Hit], anchors: Set[int]) -> dict[int, list[_Span]]:
    """Where these anchors stand."""
    places: dict[int, list[_Span]] = {anchor: [] for anchor in anchors}
    for anchor, start, end in hits:
        if anchor in anchors:
            places[anchor].append((start, end))
    return places


def _fixed(spans: list[_Span], lead: int) -> list[_Span]:
    """The longest of the spans that overlap."""
    if len(spans) == 1:
        return spans
    found: list[_Span] = []
    free = 0
    for start, end in sorted(spans, key=_leftmost_longest):
        if start >= free:
            found.append((start, end))
            free = end - lead
    return found if len(found) <= _MOST_MATCHES else [*found[: _MOST_MATCHES - 1], found[-1]]


def _leftmost_longest(span: tuple[int, int]) -> tuple[int, int]:
    return span[0], -span[1]


def _tried(phrase: Phrase, words: str, spans: list[_Span], stops: list[int]) -> list[_Span]:
    """Where the phrase's expression matches, in the sentences that hold its rare anchors."""
    search, lead = phrase.expression.pattern.search, phrase.lead
    found: list[_Span] = []
    whole = phrase.crosses or not stops
    for start, end in [(0, len(words))] if whole else _sentences(spans, stops, len(words)):
        match = search(words, start, end)
        while match is not None:
            found.append(match.span())
            after = match.end() - lead
            if len(found) >= _MOST_MATCHES:
                after = max(after, min(end, max(spans)[1]) - _LAST)
            match = search(words, after, end)
    return found


def _sentences(spans: list[_Span], stops: list[int], size: int) -> list[_Span]:
    """The sentences that hold these spans, each with the spaces around it."""
    numbers = sorted({bisect_right(stops, start) for start, _ in spans})
    return [
        (stops[number - 1] + 2 if number else 0, stops[number] + 1 if number < len(stops) else size)
        for number in (numbers if len(numbers) <= _MOST_SENTENCES else _some(numbers))
    ]


def _some(numbers: list[int]) -> list[int]:
    """The first and the last of more than enough."""
    return [*numbers[: _MOST_SENTENCES // 2], *numbers[-_MOST_SENTENCES // 2 :]]
