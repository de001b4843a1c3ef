"""Numbers that reach nobody: dates, times, money, measures, counts and lists."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = r"(?:0?[1-9]|1[0-2])"
_YEAR: Final = r"(?:(?:19|20)\d\d|\d\d)"
_ALONE: Final = r"(?<![\d+])(?<!\d[./,-])"
_ENDED: Final = r"(?![./-]?\d)"
_UNIT: Final = (
    r"(?:[$€£¥₹₽%°]|usd|eur|gbp|inr|rs|kg|kgs|g|mg|mcg|ml|cl|cm|mm|m|km|lbs?|st|stone|ft"
    r"|foot|feet|inch(?:es)?"
    r"|steps?|miles?|k?cal(?:orie)?s?|years?|yrs?|yo|days?|weeks?|months?|hours?|hrs?|h"
    r"|mins?|minutes?"
    r"|secs?|seconds?|people|followers|views|likes|words|points|dollars|euros?|pounds"
    r"|bucks|rupees|rupiah"
    r"|ribu|juta|lira|tl|rub|руб\w*|тысяч\w*|лет|dias|días|jahre|ans|años|anos|schritte"
    r"|pasos|pas|次|元|块|万"
    r"|percent|prozent|times|mal|am|pm|uhr)"
)
# What the first digit needs behind it, to be told apart quickly.
_HINT: Final = (
    r"(?=\d{1,8}(?:[./,:'–-]\d|\s?[-–/$€£¥₹₽%°abcdefghijklmnoprstuvwyдлмртч万次元块]|[ ]000))"
)
_SHIELDS: Final = re.compile(
    rf"(?=\d){_ALONE}{_HINT}(?:"
    rf"{_DAY}([./-]){_MONTH}\1{_YEAR}{_ENDED}|{_MONTH}([./-]){_DAY}\2{_YEAR}{_ENDED}"
    rf"|(?:19|20)\d\d([./-]){_MONTH}\3{_DAY}(?!\d)"
    rf"|(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?!\d)"
    rf"|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d{_ENDED}"
    rf"|\d{{1,3}}(?:[,']\d{{3}}){{1,4}}(?:\.\d{{1,2}})?(?![\d,])"
    rf"|\d{{1,3}}(?:[ .]000){{1,3}}(?!\d)"
    rf"|\d{{1,3}}(?:\.\d{{3}}){{1,3}},\d\d?{_ENDED}"
    rf"|\d{{1,2}}[.,]\d{{1,18}}(?![\d.,/-])|\d{{1,7}}[.,]\d\d?{_ENDED}"
    rf"|24\s?/\s?7{_ENDED}"
    rf"|\d{{1,7}}\s?{_UNIT}(?![^\W\d_])"
    rf")|[$€£¥₹₽]\s?\d{{1,8}}(?:[.,]\d{{1,3}}){{0,3}}(?!\d)",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    rf"(?:19|20)\d\d{_MONTH}{_DAY}|{_DAY}0?{_MONTH}(?:19|20)\d\d|(?:19|20)\d\d(?:\W{{1,3}}"
    rf"(?:19|20)\d\d)*"
)
_COUNTED: Final = "12345678910111213141516"
_ROUND: Final = re.compile(r"\d{1,3}0{4,}|\d{1,2}0{1,5}")
_UNEVEN: Final = frozenset({(3, 4), (4, 4), (4, 3), (5, 3), (3, 5), (3, 3, 2)})


def shielded(text: str) -> str:
    """The text with each harmless number written as x, in the same length."""
    return _SHIELDS.sub(lambda match: "x" * (match.end() - match.start()), text)


def is_date(shown: str) -> bool:
    """Whether digits read as a date without marks, or as years only."""
    return _DATE.fullmatch(shown.strip()) is not None


def counts(parts: Sequence[str]) -> bool:
    """Whether someone counts: 5-4-3-2-1, 10 20 30 40, 1234567, 1 2 3 1 2 3."""
    if len(parts) == 1:
        if _COUNTED.startswith(parts[0]):
            return True
        parts = tuple(parts[0])
    if len(parts) < 3:
        return False
    steps = [int(after) - int(before) for before, after in pairwise(parts)]
    if len(set(steps)) == 1:
        return True
    first = int(parts[0])
    again = all(
        step == steps[0] or int(part) == first for step, part in zip(steps, parts[1:], strict=True)
    )
    return abs(steps[0]) == 1 and again


def is_list(shown: str, parts: Sequence[str]) -> bool:
    """Whether numbers only stand beside each other: ages, marks, weights, prices."""
    sizes = tuple(map(len, parts))
    size = sum(sizes)
    if len(parts) == 1:
        return size < 7 or _ROUND.fullmatch(parts[0]) is not None
    led = any(len(part) > 1 and part[0] == "0" for part in parts)
    if (led and size >= 7) or (parts[0] == "0" and size >= 9):
        return False
    if set(sizes) == {1}:
        return "," in shown and size < 9
    if "," in shown or all(part.endswith("0") for part in parts):
        return True
    if size < 9:
        return not _is_local(shown, sizes, parts)
    if set(sizes) == {2}:
        return size < 10
    return (max(sizes) < 3 and sizes not in ((1, 2, 2, 2, 2), (2, 2, 2, 2, 1))) or len(parts) > 6


def _is_local(shown: str, sizes: tuple[int, ...], parts: Sequence[str]) -> bool:
    """Whether seven or eight digits are grouped as a local number is."""
    if any(len(part) == 4 and part[:2] in ("19", "20") for part in parts) and " " in shown:
        return False
    if sizes in ((3, 2, 2), (2, 3, 2), (2, 2, 2, 2), (2, 2, 3)):
        return "-" in shown or "." in shown
    return sizes in _UNEVEN
