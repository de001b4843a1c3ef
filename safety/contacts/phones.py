"""Telephone numbers, in digits, in words, or in both.

Digits and number words become one stream, in which a run of digits is looked for and
judged: by its length and grouping, by what is said beside it, and by what it may be
instead (a date, a list, a count, the number of a thing, a helpline).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from safety.contacts.harmless import counts, is_date, is_list, shielded
from safety.contacts.helplines import helps
from safety.contacts.reading import Place, merged
from safety.contacts.signs import Sign
from safety.contacts.words import read_numbers

_BEFORE: Final = 32  # characters between a word that announces a number and the number
_BEHIND: Final = 14  # characters between a number and a word that claims it
_THING: Final = 22  # characters between the name of a thing and its number
_LONG: Final = 10  # digits that are taken for a phone's although letters touch them
_MOST: Final = 48  # runs of digits that are judged; of more, none is left standing
_TOO_LONG: Final = 64  # characters of a run that is surely more than a number of help
_FEWEST: Final = 5  # digits that can be a phone's, with all other signs there

_MEANING: Final = read_numbers()
NUMBER_WORDS: Final = frozenset(word for word, means in _MEANING.items() if means.isdigit())
"""The words for a digit or two, in every language."""

_GAP: Final = r"[\s().\-‐-―−/*_|~,;'·…+²³]{0,4}"
_RUN: Final = re.compile(rf"\+?\(?\d(?:{_GAP}\d){{4,59}}")
_FULL_STOP: Final = re.compile(r"[,;/\n|]")
_EXTENSION: Final = re.compile(r"\s?x\d{2,5}(?!\w)")
_PART: Final = re.compile(r"\d+")
_TOKEN: Final = re.compile(
    r"\d+|[\u3007\u4e00-\u9fff]|[^\d\s_!-/:-@\[-`{-~\u00a0-\u00bf\u2000-\u2fff\u3000-\u3006"
    r"\u3008-\u303f\u4e00-\u9fff\u060c\u061f\u06d4\u0964\u0965\ufffd\U0001f000-\U0001faff]+|\s+|."
)
_ZERO: Final = re.compile(r"(?<![^\W\d_])o+(?=[\s.-]?\d)|(?<=\d)o+(?![^\W\d_])|(?<=\d)o+(?=o*\d)")
_REPEATED: Final = re.compile(r"([²³])\W{0,4}(\d)")
_SIGNS: Final = frozenset(" \n\t().-‐‑‒–—―−/*_|~,;'·…+")
_ONE: Final = re.compile(r"(?<=\d)[li|](?=\d)")


class Stream:
    """A line in which number words are digits, and where each character came from."""

    def __init__(self, low: str, tokens: Sequence[str] = (), pieces: Sequence[str] = ()) -> None:
        """Without tokens, `low` is the stream itself."""
        self.text = "".join(pieces) if tokens else low
        self._tokens = tokens
        self._behind = list(accumulate(map(len, tokens)))
        self._ends = list(accumulate(map(len, pieces)))

    def place(self, start: int, end: int) -> Place:
        """Where a part of the stream stands in the line."""
        if not self._tokens:
            return start, end
        first, last = bisect_right(self._ends, start), bisect_right(self._ends, end - 1)
        begun = self._behind[first] - len(self._tokens[first])
        if self._tokens[first].isdecimal():
            begun = self._behind[first] - (self._ends[first] - start)
        ended = self._behind[last]
        if self._tokens[last].isdecimal():
            ended -= self._ends[last] - end
        return begun, ended

    def spoken(self, start: int, end: int) -> int:
        """How many words for digits stand in a part of the stream."""
        if not self._tokens:
            return 0
        first, last = bisect_right(self._ends, start), bisect_right(self._ends, end - 1)
        return sum(map(NUMBER_WORDS.__contains__, self._tokens[first : last + 1]))


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """Digits that stand together, and what is said beside them."""

    shown: str
    parts: tuple[str, ...]
    spoken: int
    """How many of the digits were words."""
    announced: bool
    of_a_thing: bool


def phones(low: str, signs: Sequence[Sign], *, words: bool) -> list[Place]:
    """Return where phone numbers stand; `words` if there are number words in the line."""
    stream = spoken(low) if words else Stream(_zeros(low))
    runs = [match.span() for match in _RUN.finditer(stream.text)]
    if len(runs) > _MOST:
        return [stream.place(runs[0][0], runs[-1][1])]
    safe = _shielded(stream.text, runs)
    starts = [sign.start for sign in signs]
    found: list[Place] = []
    for begun, ended in runs:
        for match in _RUN.finditer(safe, begun, ended):
            start, end = stream.place(*match.span())
            near = signs[bisect_left(starts, start - 60) : bisect_right(starts, end + 20)]
            found += _judged(stream, safe, match.span(), near)
    return found


def _shielded(text: str, runs: Sequence[Place]) -> str:
    """The text with the harmless numbers among its runs of digits hidden, in the same length."""
    pieces: list[str] = []
    place = 0
    for start, end in merged((max(0, begun - 3), ended + 12) for begun, ended in runs):
        pieces += (text[place:start], shielded(text[start:end]))
        place = end
    return "".join((*pieces, text[place:]))


def _judged(stream: Stream, safe: str, span: Place, near: Sequence[Sign]) -> list[Place]:
    """The part of a run of digits that is a phone number, if there is one."""
    if span[1] - span[0] > _TOO_LONG:
        digits = _PART.findall(safe, *span)
        return [] if len(set("".join(digits))) == 1 or counts(digits) else [stream.place(*span)]
    parts = _whole(safe, [match.span() for match in _PART.finditer(safe, *span)], stream, near)
    if not parts or _all_help(safe, parts):
        return []
    for helping in range(1, min(4, len(parts))):
        for own, others in (
            (parts[:helping], parts[helping:]),
            (parts[-helping:], parts[:-helping]),
        ):
            shown = safe[own[0][0] : own[-1][1]]
            if len(shown) < 3 or not helps(shown):
                continue
            first, second = (own, others) if own[0] < others[0] else (others, own)
            apart = _FULL_STOP.search(safe, first[-1][1], second[0][0]) is not None
            if _size(others) < _FEWEST and (apart or all(last - at > 1 for at, last in own)):
                return []
            if apart:
                return _found(stream, safe, others, near)
    return _found(stream, safe, parts, near)


def _all_help(safe: str, parts: Sequence[Place]) -> bool:
    """Whether a run is nothing but numbers of help, one after another."""
    place = 0
    while place < len(parts):
        for end in range(min(place + 5, len(parts)), place, -1):
            shown = safe[parts[place][0] : parts[end - 1][1]]
            if len(shown) >= 3 and helps(shown):
                place = end
                break
        else:
            return helps(safe[max(0, parts[0][0] - 1) : parts[-1][1]])
    return True


def _found(stream: Stream, safe: str, parts: Sequence[Place], near: Sequence[Sign]) -> list[Place]:
    if not is_phone(_run(stream, safe, parts, near)):
        return []
    start, end = parts[0][0], parts[-1][1]
    while start and safe[start - 1] in "+(":
        start -= 1
    return [stream.place(start, end)]


def _size(parts: Sequence[Place]) -> int:
    return sum(end - start for start, end in parts)


def _whole(safe: str, parts: list[Place], stream: Stream, near: Sequence[Sign]) -> list[Place]:
    """The groups of digits without those glued to letters, as in BA2490 or 5pm."""
    start, end = parts[0][0], parts[-1][1]
    if start and _glues(safe[start - 1]) and parts[0][1] - start < _LONG:
        at = stream.place(start, end)[0]
        if all(sign.end != at for sign in near):
            parts = parts[1:]
    extended = _EXTENSION.match(safe, end)
    if extended and parts:
        parts[-1] = (parts[-1][0], extended.end())
    elif parts and end < len(safe) and _glues(safe[end]) and end - parts[-1][0] < _LONG:
        parts = parts[:-1]
    return parts


def _glues(letter: str) -> bool:
    return letter.isalpha() and letter < "\u0590"


def _run(stream: Stream, safe: str, parts: Sequence[Place], near: Sequence[Sign]) -> Run:
    start, end = parts[0][0], parts[-1][1]
    shown = safe[start:end]
    if (start and safe[start - 1] == "+") or (start > 1 and safe[start - 2 : start] == "+("):
        shown = "+" + shown
    place = stream.place(start, end)
    thing = max((s.end for s in near if s.kind == "thing" and s.end <= place[0]), default=-99)
    of_a_thing = place[0] - thing <= _THING
    announced = False
    for sign in near:
        if sign.kind not in ("phone", "number"):
            continue
        close = -_BEHIND <= place[1] - sign.start <= 0 or 0 <= place[0] - sign.end <= _BEFORE
        if close and ((sign.kind == "phone" and sign.start >= thing) or not of_a_thing):
            announced, of_a_thing = True, False
    words = stream.spoken(start, end)
    digits = tuple(_PART.findall(_REPEATED.sub(_repeated, shown) if words else shown))
    return Run(shown, digits, words, announced, of_a_thing)


def _repeated(match: re.Match[str]) -> str:
    return " ".join(match.group(2) * (2 if match.group(1) == "²" else 3))


def _zeros(low: str) -> str:
    """The line with the letters o and l as digits where they stand among digits."""
    if "o" in low:
        low = _ZERO.sub(lambda match: "0" * (match.end() - match.start()), low)
    return _ONE.sub("1", low)


def spoken(low: str) -> Stream:
    """The line with its number words as digits; other words are an x each."""
    tokens = _TOKEN.findall(low)
    means = map(_MEANING.get, tokens)
    pieces = [
        meaning or (token if token[0] in _SIGNS or token.isdecimal() else "x")
        for token, meaning in zip(tokens, means, strict=True)
    ]
    return Stream(low, tokens, pieces)


def is_phone(run: Run) -> bool:
    """Whether these digits reach a person, as far as can be told."""
    digits = "".join(run.parts)
    size = len(digits)
    if size < _FEWEST or helps(run.shown) or len(set(digits)) == 1:
        return False
    if run.shown.startswith("+"):
        return size >= 7
    if run.of_a_thing or counts(run.parts) or is_date(run.shown):
        return False
    if run.announced:
        return size >= (5 if run.spoken >= 3 else 6)
    if run.spoken >= 3:
        return size >= 7 and (
            run.spoken >= 6 or digits[0] == "0" or set(map(len, run.parts)) != {2}
        )
    return size >= 7 and not is_list(run.shown, run.parts)
