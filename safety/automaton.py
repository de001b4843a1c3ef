"""Finds every phrase of the lexicon in plain words, in one pass over them.

An Aho-Corasick automaton looks for the anchors of all phrases at once. Each phrase waits
for its rarest anchors, so that a line without them costs next to nothing; where one is
met, the phrase's other anchors must be in the same sentence before its expression is tried.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.lexicon import Entry
from safety.phrases import Phrase

_MOST_MATCHES: Final = 8  # of one phrase in one line; more say nothing new and cost time
_WORTH: Final = 10  # code points that are searched in the time of trying one place
_SHORT: Final = 120  # code points up to which taking a line apart costs more than it saves
_LAST: Final = 200  # code points at the end of a long sentence that are read in any case
_LAST_SENTENCES: Final = 2  # that are read in any case

_STOP: Final = re.compile(r" [.?] ")

_Span = tuple[int, int]
_Hit = tuple[int, int, int]
"""An anchor's number, and where it starts and ends."""
_Needs = tuple[int, tuple[frozenset[int], ...]]
"""A phrase's number, and the groups of anchors of each of which it needs one."""


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
        within: dict[int, list[_Needs]] = {}
        across: dict[int, list[_Needs]] = {}
        for number, each in enumerate(indexed):
            for group in each.phrase.anchors:
                if group not in groups:
                    groups[group] = frozenset(
                        [numbers.setdefault(anchor, len(numbers)) for anchor in group]
                    )
            first, *others = [groups[group] for group in each.phrase.anchors]
            waiting = across if each.phrase.crosses else within
            for anchor in first:
                waiting.setdefault(anchor, []).append((number, tuple(others)))
        self._indexed = tuple(indexed)
        self._heads = tuple([groups.get(each.phrase.head) for each in indexed])
        """The anchors that each phrase begins with, where these are known."""
        self._within = _Waiting(frozenset(within), within)
        self._across = _Waiting(frozenset(across), across)
        self._anchors = AhoCorasick(list(numbers), matchkind=MatchKind.Standard)

    def find(self, words: str) -> list[Match]:
        """Every phrase in the words, in the order of the lexicon."""
        hits = self._anchors.find_matches_as_indexes(words, overlapping=True)
        if not hits:
            return []
        found = self._within_sentences(words, hits)
        met = {hit[0] for hit in hits}
        across = _candidates(self._across, met)
        if across:
            whole = _Stretch(words, 0, len(words), _places(hits), met)
            for number, anchors in across.items():
                found += self._matched(number, whole, anchors)
        found.sort()
        indexed = self._indexed
        return [
            Match(indexed[number].entry, indexed[number].lang, start, end)
            for number, start, end in found
        ]

    def _within_sentences(self, words: str, hits: list[_Hit]) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        counts: dict[int, int] = {}
        sentences = _sentences(words, hits)
        last = len(sentences) - _LAST_SENTENCES
        for place, (start, end, those) in enumerate(sentences):
            met = {hit[0] for hit in those}
            candidates = _candidates(self._within, met)
            if candidates:
                stretch = _Stretch(words, start, end, _places(those), met)
                for number, anchors in candidates.items():
                    before = counts.get(number, 0)
                    if before < _MOST_MATCHES or place >= last:
                        here = self._matched(number, stretch, anchors)
                        counts[number] = before + len(here)
                        found += here
        return found

    def _matched(
        self, number: int, stretch: "_Stretch", anchors: list[int]
    ) -> list[tuple[int, int, int]]:
        """Where a phrase is in a stretch that holds these of its rarest anchors."""
        phrase, head = self._indexed[number].phrase, self._heads[number]
        lead = phrase.lead
        if phrase.fixed:
            here = _fixed(stretch.spans(anchors), lead)
        elif phrase.opens:
            here = _opening(phrase, stretch)
        else:
            starts = stretch.starts(head) if head else []
            if starts and len(starts) * _WORTH < stretch.end - stretch.start:
                here = _begun(phrase, stretch, starts)
            else:
                here = _tried(phrase, stretch, anchors)
        return [(number, start + lead, end) for start, end in here]


class _Waiting(NamedTuple):
    """Phrases that wait for their rarest anchors."""

    rare: frozenset[int]
    phrases: dict[int, list[_Needs]]
    """Those that wait for each."""


class _Stretch(NamedTuple):
    """A part of the words in which phrases are looked for, and where its anchors are."""

    words: str
    start: int
    end: int
    places: dict[int, list[_Span]]
    met: set[int]
    """The anchors that are here."""

    def spans(self, anchors: list[int]) -> list[_Span]:
        """Where these anchors are."""
        if len(anchors) == 1:
            return self.places[anchors[0]]
        return [span for anchor in anchors for span in self.places[anchor]]

    def starts(self, anchors: frozenset[int]) -> list[int]:
        """Where those of these anchors begin that are here."""
        places = self.places
        return sorted({start for anchor in anchors & self.met for start, _ in places[anchor]})


def _places(hits: list[_Hit]) -> dict[int, list[_Span]]:
    places: dict[int, list[_Span]] = {}
    for anchor, start, end in hits:
        if anchor in places:
            places[anchor].append((start, end))
        else:
            places[anchor] = [(start, end)]
    return places


def _candidates(waiting: _Waiting, met: set[int]) -> dict[int, list[int]]:
    """The phrases of which every group has an anchor here, with their rarest ones."""
    candidates: dict[int, list[int]] = {}
    for anchor in waiting.rare & met:
        for number, others in waiting.phrases[anchor]:
            if number in candidates:
                candidates[number].append(anchor)
                continue
            for group in others:
                if group.isdisjoint(met):
                    break
            else:
                candidates[number] = [anchor]
    return candidates


def _sentences(words: str, hits: list[_Hit]) -> list[tuple[int, int, list[_Hit]]]:
    """The sentences, each with the spaces around it and its hits; of the same ones the first."""
    stops = [stop.start() for stop in _STOP.finditer(words)] if len(words) > _SHORT else []
    if not stops:
        return [(0, len(words), hits)]
    ends = [hit[2] for hit in hits]
    sentences: list[tuple[int, int, list[_Hit]]] = []
    seen: set[str] = set()
    start = first = 0
    for stop in [*stops, len(words) - 1]:
        after = bisect_right(ends, stop + 1, first)
        if after > first:
            sentence = words[start : stop + 1]
            if sentence not in seen:
                seen.add(sentence)
                sentences.append((start, stop + 1, hits[first:after]))
            first = after
        start = stop + 2
    return sentences


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
    return _enough(found)


def _leftmost_longest(span: _Span) -> _Span:
    return span[0], -span[1]


def _opening(phrase: Phrase, stretch: _Stretch) -> list[_Span]:
    match = phrase.expression.pattern.match(stretch.words) if stretch.start == 0 else None
    return [] if match is None else [match.span()]


def _begun(phrase: Phrase, stretch: _Stretch, starts: list[int]) -> list[_Span]:
    """Where the phrase matches, if it can begin only in these places."""
    match, lead = phrase.expression.pattern.match, phrase.lead
    words, end = stretch.words, stretch.end
    found: list[_Span] = []
    free = 0
    for start in starts:
        if start >= free:
            met = match(words, start, end)
            if met is not None:
                found.append(met.span())
                free = met.end() - lead
    return _enough(found)


def _tried(phrase: Phrase, stretch: _Stretch, anchors: list[int]) -> list[_Span]:
    """Where the phrase matches, wherever it may begin."""
    search, lead = phrase.expression.pattern.search, phrase.lead
    words, end = stretch.words, stretch.end
    found: list[_Span] = []
    match = search(words, stretch.start, end)
    while match is not None:
        found.append(match.span())
        after = match.end() - lead
        if len(found) >= _MOST_MATCHES:
            after = max(after, max(stretch.spans(anchors))[1] - _LAST)
        match = search(words, after, end)
    return found


def _enough(found: list[_Span]) -> list[_Span]:
    return found if len(found) <= _MOST_MATCHES else [*found[: _MOST_MATCHES - 1], found[-1]]
