"""When a phrase does not mean what it says: denied, past, told of others, joked, quoted.

A frame lowers what a phrase weighs; it never raises it. What makes lines weigh more
together than alone is in `joining`.

The small words of all frames are looked for once in a line; an expression is run only
where a word that it can't do without stands in its reach.
"""

from bisect import bisect_right
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from safety.automaton import Match
from safety.lexicon import Frames
from safety.phrases import Compiler, Expression
from safety.signs import DANGER_TO_SELF
from safety.verdict import Author

DONE_BY_OTHERS: Final = frozenset({"abuse", "violence", "child_at_risk"})
"""Categories that nobody recovers from by being well themselves."""
_CLAUSE: Final = (" . ", " ? ", " , ", " but ")
_SENTENCE: Final = (" . ", " ? ")
_WINDOW: Final = 90  # code points before a match in which its negator may stand
_REACH: Final = 160  # code points to either side that count as the same sentence at most


class _Frame:
    """The words of one frame: their expression, and what must be there for it to match."""

    __slots__ = ("anchors", "expression", "fixed", "following", "number")

    def __init__(
        self, number: int, phrases: tuple[str, ...], compiler: Compiler, lead: str, tail: str = ""
    ) -> None:
        parts = [compiler.part(phrase) for phrase in phrases]
        source = "(?:" + "|".join([source for source, _, _ in parts]) + ")" if parts else "(?!)"
        self.number = number
        self.expression = Expression(lead + source + tail)
        self.following = Expression(source)
        """The same right behind a word, whose space is taken already."""
        anchors = {anchor for _, groups, _ in parts for group in groups for anchor in group}
        self.anchors = anchors if all(groups for _, groups, _ in parts) else {" "}
        self.fixed = all(fixed for _, _, fixed in parts)
        """Whether the anchors are all there is to find."""


class FrameRules:
    """The frames of one language. Immutable."""

    def __init__(self, frames: Frames, compiler: Compiler, *, spaced: bool) -> None:
        """Read the frames. Raises: PhraseError if one can't be read."""
        lead = " " if spaced else ""
        self._frames: list[_Frame] = []

        def frame(phrases: tuple[str, ...], tail: str = "") -> _Frame:
            made = _Frame(len(self._frames), phrases, compiler, lead, tail)
            self._frames.append(made)
            return made

        through = "|".join([compiler.source(phrase) for phrase in frames.through])
        self.denied = frame(frames.negators, (f"(?:{through}){{0,6}}" if through else "") + r"\Z")
        self.undenied = frame(frames.unnegators)
        self.answering = frame(frames.answering)
        self.denial = frame(frames.denials)
        self.first = frame(frames.first)
        self.others = frame(frames.others)
        self.long_past = frame(frames.long_past)
        self.recent = frame(frames.recent)
        self.weeks_past = frame(frames.weeks_past)
        self.survived = frame(frames.survived)
        self.recovered = frame(frames.recovered)
        self.now = frame(frames.now)
        self.jest = frame(frames.jest)
        self.media = frame(frames.media)
        self.address = frame(frames.address)
        self.pages = frame(frames.pages)
        self.general = frame(frames.general)
        self.asking = frame(frames.asking)
        self.particular = frame(frames.particular)
        self._index()

    def _index(self) -> None:
        told: dict[str, list[int]] = {}
        for frame in self._frames:
            for anchor in frame.anchors:
                told.setdefault(anchor, []).append(frame.number)
        self._told = [tuple(numbers) for numbers in told.values()]
        self._anchors = AhoCorasick(list(told), matchkind=MatchKind.Standard)

    def ends(self, words: str) -> list[list[int]]:
        """For each frame, where its anchors end in the words, in order."""
        ends: list[list[int]] = [[] for _ in self._frames]
        told = self._told
        for anchor, _, end in self._anchors.find_matches_as_indexes(words, overlapping=True):
            for number in told[anchor]:
                ends[number].append(end)
        return ends


class Weighing:
    """One line, and what its phrases weigh where they stand."""

    __slots__ = ("_anywhere", "_by", "_ends", "_rules", "_words")

    def __init__(self, rules: FrameRules, words: str, by: Author) -> None:
        """The frame words are looked for when a phrase first asks for them."""
        self._rules = rules
        self._words = words
        self._by = by
        self._ends: list[list[int]] | None = None
        self._anywhere: dict[int, bool] = {}
        """Whether words of a frame stand in the line at all, of frames that were asked for."""

    def weigh(self, match: Match) -> int | None:
        """What a match weighs: its entry's level or less, None for nothing."""
        entry, by = match.entry, self._by
        foreign = entry.by not in ("either", by)
        if foreign and (by == "seeker" or not self._own_words(match)):
            return None
        if entry.firm:
            return entry.level
        return None if self.denied(match) else self._changed(match)

    def _changed(self, match: Match) -> int | None:
        """What the sentence around a match makes of it."""
        entry, rules = match.entry, self._rules
        start, end = sentence(self._words, match.start, match.end)
        if self._in_media(match, start, end) or self._on_a_page(match, start, end):
            return None
        if entry.jest and self._told(rules.jest):
            return None
        if entry.another and self._last_end(rules.others, start, match.end) < 0:
            return None
        level = entry.level
        if entry.present and self._within(rules.weeks_past, start, end):
            if not self._within(rules.now, start, end):
                return None
        elif level == 4 and self._over(match, start, end):
            level = 3
        if level == 4 and self._survived(start, end):
            level = 3
        if entry.category in DANGER_TO_SELF and self._in_general(match, start):
            if self._asked(match, start, end):
                return None
            level = min(level, 1)
        elif entry.category in DANGER_TO_SELF and self._of_nobody(match, start, end):
            level = min(level, 1)
        elif self._of_another(match, start):
            if entry.present and entry.third is None:
                return None
            level = min(level, 2) if entry.third is None else entry.third
        if entry.category not in DONE_BY_OTHERS and self._recovered(start, end):
            return None if entry.present else min(level, entry.past)
        if self._within(rules.long_past, start, end):
            if entry.present:
                return None
            recent = self._within(rules.recent, start, end + _REACH // 2)
            level = min(level, 2 if recent else entry.past)
        return level

    def denied(self, match: Match) -> bool:
        """Whether the match is denied by the words before it or after it."""
        rules, words = self._rules, self._words
        near = self._met(rules.denial, match.end, match.end + _REACH)
        if near and rules.denial.following.pattern.match(words, match.end):
            return True
        first = match.start - _WINDOW
        if not self._met(rules.denied, first, match.start):
            return False
        clause = _last(words, match.start, _CLAUSE)
        before = words[max(clause, first) : match.start]
        spaced = before if before.startswith(" ") else " " + before
        negation = rules.denied.expression.pattern.search(spaced)
        if negation is None or rules.answering.expression.pattern.match(
            words, match.start - len(spaced) + negation.start()
        ):
            return False
        return not rules.undenied.expression.pattern.search(" " + before)

    def _over(self, match: Match, start: int, end: int) -> bool:
        """Whether a time some weeks past stands right beside the match, and nothing says now.

        Right beside: "she left me last month so i took them" is about the present.
        """
        rules, words = self._rules, self._words
        if not self._met(rules.weeks_past, start, end + _REACH):
            return False
        past = rules.weeks_past.following.pattern
        told = past.match(words, match.end) is not None
        if not told:
            opening = past.match(words, start + 1)
            if opening is None or opening.end() > match.start:
                return False
            between = words[opening.end() : match.start].removeprefix(", ")
            told = not between or rules.first.following.pattern.fullmatch(between) is not None
        return told and not self._within(rules.now, start, end)

    def _survived(self, start: int, end: int) -> bool:
        """Whether the act was survived; told in another sentence, this one must not be of now."""
        rules = self._rules
        if self._within(rules.survived, start, end):
            return True
        told = self._told(rules.survived)
        return told and not self._within(rules.now, start, end)

    def _recovered(self, start: int, end: int) -> bool:
        """Whether the line tells of years since, and this sentence of nothing that is now."""
        rules = self._rules
        told = self._told(rules.recovered)
        return told and not self._within(rules.now, start, end)

    def _of_another(self, match: Match, start: int) -> bool:
        """Whether the nearest person before the end of the match is someone else."""
        rules = self._rules
        theirs = self._last_end(rules.others, start, match.end)
        if theirs < 0 or self._within(rules.first, match.start - 1, match.end):
            return False
        return theirs > self._last_end(rules.first, start, match.end)

    def _in_media(self, match: Match, start: int, end: int) -> bool:
        """Whether it is said in a book, a song, a joke, and not by the writer after a pause."""
        rules, words = self._rules, self._words
        told = self._last_end(rules.media, start, match.start + 1)
        if told < 0:
            pause = words.find(" , ", match.end - 1, end)
            if pause >= 0 and self._within(rules.first, match.start - 1, match.end):
                return self._within(rules.media, match.start, pause + 1)
            return self._within(rules.media, match.start, end)
        pause = words.find(" , ", told - 1, match.start)
        return pause < 0 or not self._within(rules.first, pause + 2, match.end)

    def _on_a_page(self, match: Match, start: int, end: int) -> bool:
        """Whether it was read or watched, and the writer does not speak of themselves."""
        rules = self._rules
        if not self._met(rules.pages, start, end):
            return False
        if self._within(rules.first, match.start - 1, match.end):
            return False
        page = self._last_end(rules.pages, start, match.start)
        if page < 0:
            return self._within(rules.pages, match.end - 1, end)
        return self._last_end(rules.first, page - 1, match.end) < 0

    def _in_general(self, match: Match, start: int) -> bool:
        """Whether the nearest person is nobody in particular: people, men, "if someone"."""
        rules = self._rules
        general = self._last_end(rules.general, start, match.end)
        if general < 0 or self._within(rules.first, match.start - 1, match.end):
            return False
        return general > max(
            self._last_end(rules.first, start, match.end),
            self._last_end(rules.particular, start, match.end),
        )

    def _of_nobody(self, match: Match, start: int, end: int) -> bool:
        """Whether it is a question in which there is no person at all: "is suicide a sin?"."""
        rules = self._rules
        return (
            self._asked(match, start, end)
            and self._last_end(rules.first, start, end) < 0
            and self._last_end(rules.others, start, end) < 0
        )

    def _asked(self, match: Match, start: int, end: int) -> bool:
        """Whether the sentence is a question, with its mark or by how it begins."""
        return self._words.startswith("? ", end) or self._within(
            self._rules.asking, start, match.end
        )

    def _own_words(self, match: Match) -> bool:
        """Whether a supporter says it of themselves, and does not ask or reflect."""
        rules, words = self._rules, self._words
        start, end = sentence(words, match.start, match.end)
        return (
            not words.startswith("? ", end + 1)
            and self._within(rules.first, start, match.end)
            and not self._within(rules.address, start, end)
        )

    def _met(self, frame: _Frame, start: int, end: int) -> bool:
        """Whether an anchor of the frame ends in this stretch."""
        if self._ends is None:
            self._ends = self._rules.ends(self._words)
        ends = self._ends[frame.number]
        return bool(ends) and bisect_right(ends, start) < bisect_right(ends, end)

    def _within(self, frame: _Frame, start: int, end: int) -> bool:
        """Whether words of the frame stand in this stretch."""
        if not self._met(frame, start, end):
            return False
        if frame.fixed:
            return True
        return frame.expression.pattern.search(self._words, max(0, start), end) is not None

    def _told(self, frame: _Frame) -> bool:
        """Whether words of the frame stand anywhere; looked for once, however many ask."""
        told = self._anywhere.get(frame.number)
        if told is None:
            told = self._anywhere[frame.number] = self._within(frame, 0, len(self._words))
        return told

    def _last_end(self, frame: _Frame, start: int, end: int) -> int:
        """Where the last words of the frame in this stretch end, or -1."""
        if not self._met(frame, start, end):
            return -1
        if frame.fixed and self._ends is not None:
            ends = self._ends[frame.number]
            return ends[bisect_right(ends, end) - 1]
        last = -1
        for found in frame.expression.pattern.finditer(self._words, start, end):
            last = found.end()
        return last


def sentence(words: str, start: int, end: int) -> tuple[int, int]:
    """The stretch of words around a match that counts as one sentence."""
    first = _last(words, start, _SENTENCE)
    ends = [place for mark in _SENTENCE if (place := words.find(mark, max(0, end - 1))) >= 0]
    last = min(ends, default=len(words))
    return max(first, start - _REACH), min(last + 1, end + _REACH)


def _last(words: str, before: int, marks: tuple[str, ...]) -> int:
    """Where the last of the marks before a place ends; its closing space included."""
    last = 0
    for mark in marks:
        place = words.rfind(mark, last, before)
        if place >= 0:
            last = max(last, place + len(mark) - 1)
    return last
