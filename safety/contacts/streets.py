"""Streets with their numbers, as addresses are written in many countries.

Each form of `streets.toml` is looked for only around the words that it needs.
"""

import re
from typing import Final

from ahocorasick_rs import AhoCorasick

from safety.contacts.reading import Place
from safety.contacts.words import read_street_forms

_AROUND: Final = 90  # characters before and after such a word that are read
_MOST: Final = 6_000  # characters that are read for all forms together

_FORMS: Final = read_street_forms()
_PATTERNS: Final = tuple(re.compile(form.form, re.IGNORECASE | re.VERBOSE) for form in _FORMS)
_KEYS: Final = tuple(
    (key, number) for number, form in enumerate(_FORMS) for key in form.words.split("|")
)
_WORDS: Final = AhoCorasick([key for key, _ in _KEYS])
_DIGIT: Final = re.compile(r"\d")


def streets(low: str) -> list[Place]:
    """Return where a street stands with a number. `low` holds digits."""
    windows: dict[int, list[Place]] = {}
    for key, start, end in _WORDS.find_matches_as_indexes(f" {low} ", overlapping=True):
        seen = windows.setdefault(_KEYS[key][1], [])
        if seen and start - _AROUND <= seen[-1][1]:
            seen[-1] = (seen[-1][0], end + _AROUND)
        else:
            seen.append((max(0, start - _AROUND), end + _AROUND))
    found: list[Place] = []
    left = _MOST
    for number, seen in windows.items():
        for start, end in seen:
            if left > 0 and _DIGIT.search(low, start, end):
                found += [match.span() for match in _PATTERNS[number].finditer(low, start, end)]
            left -= min(end, len(low)) - start
    return found
