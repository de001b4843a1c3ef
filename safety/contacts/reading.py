"""A line as the detectors of contacts read it: plain letters and plain digits.

Letters and digits of other alphabets' shapes become ASCII, invisible characters go; their
origins say where each character stood. Lower case, and the case as written, side by side.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, NamedTuple

Place = tuple[int, int]
"""Where something stands: its first character, and one past its last."""

# Digits of other scripts, invisible characters, full-width and ornamental letters.
_ODD: Final = re.compile(
    "[\u00ad\u00b2\u00b3\u00b9\u034f\u061c\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u0966-\u096f"
    "\u09e6-\u09ef\u0a66-\u0a6f\u0ae6-\u0aef\u0b66-\u0b6f\u0be6-\u0bef\u0c66-\u0c6f\u0ce6-\u0cef"
    "\u0d66-\u0d6f\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049\u17e0-\u17e9\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u208e\u20e3\u2460-\u249b\u24b6-\u24ea\u2776-\u2793\u3002\ud800-\udfff"
    "\ufe00-\ufe0f\ufeff\uff01-\uff5e\uff61\U0001d400-\U0001d7ff\U0001f100-\U0001f10a"
    "\U0001fbf0-\U0001fbf9\U000e0000-\U000e01ef]"
)
_KEPT: Final = 4096  # letters whose plain form is remembered: bounds the table


class Line(NamedTuple):
    """A line in plain characters."""

    cased: str
    low: str
    """`cased` in small letters, of the same length."""
    origins: list[int] | None
    """The place of each character in the original; None where it is the same."""


def read(text: str) -> Line:
    """Read any `str`, lone surrogates and all."""
    cased, index = text, None
    if not text.isascii() and _ODD.search(text):
        cased = text.translate(_PLAIN)
        if len(cased) != len(text):
            index = [place for place, letter in enumerate(text) if _PLAIN[ord(letter)]]
    low = cased.lower()
    if len(low) != len(cased):
        low = "".join(letter.lower()[0] for letter in cased)
    return Line(cased, low, index)


def original(line: Line, place: Place, length: int) -> Place:
    """Where a place of the line stands in the original of this length.

    Invisible characters right behind it, such as the frame of a key-cap digit, belong to it.
    """
    if line.origins is None:
        return place
    start, end = place
    index = line.origins
    return index[start], index[end] if end < len(index) else length


def merged(places: Iterable[Place]) -> list[Place]:
    """The places in order; those that touch or overlap become one."""
    result: list[Place] = []
    for start, end in sorted(places):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


class _Plain(dict[int, str]):
    """The plain form of each character, learnt as characters come.

    Single characters only: nothing that was said can be read out of this table.
    """

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if len(self) < _KEPT:
            self[code] = plain
        return plain


_PLAIN: Final = _Plain()


def _plain(letter: str) -> str:
    if letter < "\x80":
        return letter
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    if letter == "\u3002" or letter == "\uff61":
        return "."
    category = unicodedata.category(letter)
    if category == "Cs":
        return "\ufffd"
    if (
        category == "Cf"
        or letter == "\u20e3"
        or "\ufe00" <= letter <= "\ufe0f"
        or letter >= "\U000e0000"
    ):
        return ""
    folded = unicodedata.normalize("NFKC", letter)
    return folded if len(folded) == 1 else letter
