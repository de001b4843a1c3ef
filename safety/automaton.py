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
_SHORT: Final = 120  # code points up to which it costs less to search than to think
_LAST: Final = 200  # code points at the end of a long sentence that are read in any case
_LAST_SENTENCES: Final = 2  # that are read in any case

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
        for each in indexed:
            for group in each.phrase.anchors:
                for anchor in group:
                    numbers.setdefault(anchor, len(numbers))
        self._indexed = tuple(indexed)
        self._rarest = tuple([_numbered(each.phrase.anchors[0], numbers) for each in indexed])
        self._others = tuple(
            [
                tuple([_numbered(one, numbers) for one in each.phrase.anchors[1:]])
                for each in indexed
            ]
        )
        """The other groups of anchors of each phrase."""
        waiting: list[list[int]] = [[] for _ in numbers]
        for number, rarest in enumerate(self._rarest):
            for place in rarest:
                waiting[place].append(number)
        self._waiting = tuple([tuple(phrases) for phrases in waiting])
        """For each anchor, the phrases of which it is one of the rarest."""
        crosses = [number for number, each in enumerate(indexed) if each.phrase.crosses]
        self._across = frozenset(crosses)
        """The phrases that speak of the end of a sentence."""
        self._heads = tuple([_numbered(each.phrase.head, numbers) for each in indexed])
        """The anchors that each phrase begins with, where these are known."""
        self._anchors = AhoCorasick(list(numbers), matchkind=MatchKind.Standard)

    def find(self, words: str) -> list[Match]:
        """Every phrase in the words, in the order of the lexicon."""
        hits = self._anchors.find_matches_as_indexes(words, overlapping=True)
        if not hits:
            return []
        sentences = _sentences(words, hits)
        if len(sentences) == 1:
            start, end, those = sentences[0]
            stretch = _Stretch(words, start, end, those)
            found: list[tuple[int, int, int]] = []
            for number in self._candidates(stretch.met):
                found += self._matched(number, stretch)
        else:
            found = self._in_sentences(words, hits, sentences)
        if not found:
            return []
        found.sort()
        indexed = self._indexed
        return [
            Match(indexed[number].entry, indexed[number].lang, start, end)
            for number, start, end in found
        ]

    def _in_sentences(
        self, words: str, hits: list[_Hit], sentences: list[tuple[int, int, list[_Hit]]]
    ) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        counts: dict[int, int] = {}
        last = len(sentences) - _LAST_SENTENCES
        for place, (start, end, those) in enumerate(sentences):
            stretch = _Stretch(words, start, end, those)
            for number in self._candidates(stretch.met):
                before = counts.get(number, 0)
                if number not in self._across and (before < _MOST_MATCHES or place >= last):
                    here = self._matched(number, stretch)
                    counts[number] = before + len(here)
                    found += here
        whole = _Stretch(words, 0, len(words), hits)
        for number in self._candidates(whole.met):
            if number in self._across:
                found += self._matched(number, whole)
        return found

    def _candidates(self, met: set[int]) -> list[int]:
        """The phrases of which an anchor of each group is met."""
        waiting, others = self._waiting, self._others
        candidates: list[int] = []
        for anchor in met:
            for number in waiting[anchor]:
                for group in others[number]:
                    if group.isdisjoint(met):
                        break
                else:
                    candidates.append(number)
        return candidates if len(candidates) < 2 else sorted(set(candidates))

    def _matched(self, number: int, stretch: "_Stretch") -> list[tuple[int, int, int]]:
        """Where a phrase is in a stretch that holds an anchor of each of its groups."""
        phrase, head = self._indexed[number].phrase, self._heads[number]
        lead = phrase.lead
        if phrase.fixed:
            here = _fixed(stretch.spans(self._rarest[number]), lead)
        elif phrase.opens:
            here = _opening(phrase, stretch)
        else:
            size = stretch.end - stretch.start
            starts = {start for start, _ in stretch.spans(head)} if size > _SHORT and head else ()
            if 0 < len(starts) * _WORTH < size:
                here = _begun(phrase, stretch, sorted(starts))
            else:
                here = _tried(phrase, stretch, self._rarest[number])
        return [(number, start + lead, end) for start, end in here]


def _numbered(group: tuple[str, ...], numbers: dict[str, int]) -> frozenset[int]:
    return frozenset([numbers[anchor] for anchor in group])


class _Stretch:
    """A part of the words in which phrases are looked for, and where its anchors are."""

    __slots__ = ("_hits", "_places", "end", "met", "start", "words")

    def __init__(self, words: str, start: int, end: int, hits: list[_Hit]) -> None:
        """`hits` are those of the anchors within."""
        self.words = words
        self.start = start
        self.end = end
        self.met = {hit[0] for hit in hits}
        """The anchors that are here."""
        self._hits = hits
        self._places: dict[int, list[_Span]] | None = None

    def spans(self, anchors: frozenset[int]) -> list[_Span]:
        """Where those of these anchors are that are here."""
        if self._places is None:
            places: dict[int, list[_Span]] = {anchor: [] for anchor in self.met}
            for anchor, start, end in self._hits:
                places[anchor].append((start, end))
            self._places = places
        places = self._places
        return [span for anchor in anchors & self.met for span in places[anchor]]


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


def _tried(phrase: Phrase, stretch: _Stretch, rare: frozenset[int]) -> list[_Span]:
    """Where the phrase matches, wherever it may begin."""
    search, lead = phrase.expression.pattern.search, phrase.lead
    words, end = stretch.words, stretch.end
    found: list[_Span] = []
    match = search(words, stretch.start, end)
    while match is not None:
        found.append(match.span())
        after = match.end() - lead
        if len(found) >= _MOST_MATCHES:
            after = max(after, max(stretch.spans(rare))[1] - _LAST)
        match = search(words, after, end)
    return found


def _enough(found: list[_Span]) -> list[_Span]:
    return found if len(found) <= _MOST_MATCHES else [*found[: _MOST_MATCHES - 1], found[-1]]
