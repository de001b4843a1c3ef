"""When a phrase does not mean what it says: denied, past, told of others, joked, quoted.

A frame lowers what a phrase weighs; it never raises it. What makes lines weigh more
together than alone is in `joining`.
"""

import re
from functools import partial
from typing import Final

from safety.automaton import Match
from safety.lexicon import Frames
from safety.phrases import Compiler, Expression
from safety.verdict import Author

_NEVER: Final = Expression("(?!)")
_CLAUSE: Final = (" . ", " ? ", " , ", " but ")
_SENTENCE: Final = (" . ", " ? ")
_WINDOW: Final = 90  # code points before a match in which its negator may stand
_REACH: Final = 160  # code points to either side that count as the same sentence at most


class FrameRules:
    """The frames of one language."""

    def __init__(self, frames: Frames, compiler: Compiler, *, spaced: bool) -> None:
        """Read the frames. Raises: PhraseError if one can't be read."""
        build = partial(_alternation, compiler)
        negators, through = build(frames.negators), build(frames.through)
        head = "(?<= )" if spaced else ""
        gap = f"(?:{through}){{0,6}}" if through else ""
        self._denied = _search(f"{negators}{gap}\\Z" if negators else "", head)
        self._undenied = _search(build(frames.unnegators), head)
        self._denial = _search(build(frames.denials), "")
        self._first = _search(build(frames.first), head)
        self._others = _search(build(frames.others), head)
        self._long_past = _search(build(frames.long_past), head)
        self._recent = _search(build(frames.recent), head)
        self._weeks_past = _search(build(frames.weeks_past), head)
        self._now = _search(build(frames.now), head)
        self._jest = _search(build(frames.jest), head)
        self._media = _search(build(frames.media), head)
        self._address = _search(build(frames.address), head)

    def weigh(self, match: Match, words: str, by: Author) -> int | None:
        """What a match weighs where it stands: its entry's level or less, None for nothing."""
        entry = match.entry
        if entry.by != "either" and by == "supporter" and entry.by != by:
            if not self._own_words(match, words):
                return None
        elif entry.by not in ("either", by):
            return None
        if entry.firm:
            return entry.level
        if self.denied(match, words):
            return None
        start, end = sentence(words, match.start, match.end)
        if self._media.pattern.search(words, start, end):
            return None
        if entry.jest and self._jest.pattern.search(words):
            return None
        level = entry.level
        if (entry.present or level == 4) and self._over(match, words, start, end):
            if entry.present:
                return None
            level = 3
        if self._of_another(match, words, start):
            level = min(level, 2) if entry.third is None else entry.third
        if self._long_past.pattern.search(words, start, end):
            recent = self._recent.pattern.search(words, start, end + _REACH // 2)
            level = min(level, 2 if recent else entry.past)
        return level

    def denied(self, match: Match, words: str) -> bool:
        """Whether the match is denied by the words before it or after it."""
        if self._denial.pattern.match(words, match.end):
            return True
        clause = _last(words, match.start, _CLAUSE)
        before = words[max(clause, match.start - _WINDOW) : match.start]
        spaced = before if before.startswith(" ") else " " + before
        negation = self._denied.pattern.search(spaced)
        return negation is not None and not self._undenied.pattern.search(" " + before)

    def _over(self, match: Match, words: str, start: int, end: int) -> bool:
        """Whether a time some weeks past stands right beside the match, and nothing says now.

        Right beside: "she left me last month so i took them" is about the present.
        """
        told = self._weeks_past.pattern.match(words, match.end) is not None
        if not told:
            opening = self._weeks_past.pattern.match(words, start + 1)
            if opening is None or opening.end() > match.start:
                return False
            between = words[opening.end() : match.start].removeprefix(", ")
            told = not between or self._first.pattern.fullmatch(" " + between, 1) is not None
        return told and self._now.pattern.search(words, start, end) is None

    def _of_another(self, match: Match, words: str, start: int) -> bool:
        """Whether the nearest person before the end of the match is someone else."""
        if self._first.pattern.search(words, match.start, match.end):
            return False
        mine = _last_end(self._first.pattern, words, start, match.end)
        theirs = _last_end(self._others.pattern, words, start, match.end)
        return theirs > mine

    def _own_words(self, match: Match, words: str) -> bool:
        """Whether a supporter says it of themselves, and does not ask or reflect."""
        start, end = sentence(words, match.start, match.end)
        return (
            not words.startswith("? ", end + 1)
            and self._first.pattern.search(words, start, match.end) is not None
            and self._address.pattern.search(words, start, end) is None
        )


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


def _last_end(pattern: re.Pattern[str], words: str, start: int, end: int) -> int:
    last = -1
    for found in pattern.finditer(words, start, end):
        last = found.end()
    return last


def _alternation(compiler: Compiler, phrases: tuple[str, ...]) -> str:
    if not phrases:
        return ""
    return "(?:" + "|".join(compiler.source(phrase) for phrase in phrases) + ")"


def _search(source: str, head: str) -> Expression:
    return Expression(head + source) if source else _NEVER
