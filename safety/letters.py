"""Small plain letters for all the letters, marks and pictures that people type.

Responsible for single characters: case, accents, styled and look-alike letters, signs of
punctuation, pictures that stand for a word. What a word of such letters reads is left to
`spelling`.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_LETTERS: Final = 8192  # more than the scripts of the lexicon and their signs have

_PICTURES: Final = {
    " knife ": "🔪🗡", " gun ": "🔫", " pills ": "💊", " blood ": "🩸", " rope ": "🪢",
    " yes ": "👍👌", " no ": "👎",
    " razor ": "🪒", " coffin ": "⚰", " grave ": "🪦", " skull ": "💀☠", " lol ": "😂🤣😅😆😹",
    " smirk ": "😏", " heartbroken ": "💔", " church ": "⛪", " bottle ": "🍾🍼", " baby ": "👶",
    " bridge ": "🌉", " hospital ": "🏥", " ambulance ": "🚑", " pregnant ": "🤰",
}  # fmt: skip
_SIGNS: Final = {
    "'": "’‘`´ʼ＇‛′ʹʻˈ՚ꞌ", ".": "…。！;；।۔\n\r\u2028\u2029\x85", "?": "？؟",
    ",": "，、،؛—–：:", " ": "¿\x00",
}  # fmt: skip
_OTHERS: Final = {
    "ß": "ss", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe",
    "ک": "ك", "ی": "ي", "ى": "ي", "ے": "ي", "ہ": "ه", "ة": "ه", "ۃ": "ه", "ھ": "ه", "ں": "ن",
    "ٱ": "ا", "ـ": "",
}  # fmt: skip
_MEANING: Final[Mapping[str, str]] = {
    **{sign: word for word, signs in (_PICTURES | _SIGNS).items() for sign in signs},
    **_OTHERS,
}
# Letters that are no compatibility form of another, but are named after it.
_NAMED: Final = re.compile(
    r"LATIN LETTER SMALL CAPITAL (?P<small>[A-Z])"
    r"|LATIN (?:SMALL|CAPITAL) LETTER (?:TURNED |DOTLESS )?(?P<plain>[A-Z])(?: WITH .*)?"
    r"|(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER (?P<boxed>[A-Z])"
    r"|PARENTHESIZED LATIN (?:SMALL|CAPITAL) LETTER (?P<between>[A-Z])"
    r"|REGIONAL INDICATOR SYMBOL LETTER (?P<flag>[A-Z])"
)

_ALIEN: Final = "\u0370-\u03ff\u0400-\u052f\u0531-\u0587"  # Greek, Cyrillic, Armenian
MIXED: Final = re.compile(f"[a-z][{_ALIEN}]|[{_ALIEN}][a-z]|[іјѕԁӏґɡ]")
"""A word of two scripts, or with letters that few but disguises have."""
_ALIKE: Final = str.maketrans(
    "авекмнорстухгпяьіјѕԁӏґɡαβεικνορτυχγωςηµμζօսոյհց",
    "abekmhopctyxrnrbijsdlrgabeikvoptuxywsnuuzounjhg",
)
_ALIKE_CAPITALS: Final = str.maketrans(
    "авекмнорстухгпиьіјѕԁӏґɡαβεικνορτυχγωςημζօսոյհց",
    "abekmhopctyxrnnbijsdlrgabeiknoptyxywshmzounjhg",
)
_FLIPPED: Final = re.compile("[ɐǝɥʞɯɹʇʌʍʎᴉɟƃ]")
_FLIPPED_LEAST: Final = 3
_FLIPPED_SHARE: Final = 5  # one letter in so many is one that only upside-down text has
_EITHER_WAY: Final = frozenset("oszxnupdbqlıɔן ")  # letters of upside-down text, perhaps
_FLIP: Final = str.maketrans("nupdbqɟƃןɔı", "undpqbfglci")
_LONG: Final = 400  # characters, from which on pictures that are repeated are passed over
_REPEATED: Final = re.compile(r"([^\w\s])\1{4,}")
_FLAG: Final = re.compile("(?<![🇦-🇿])[🇦-🇿]{2}(?![🇦-🇿])")


def fold(text: str) -> str:
    """The text in small plain letters."""
    return text.translate(FOLDING) if text.isascii() else _upright(text)[0].translate(FOLDING)


def folded_from(text: str) -> list[int] | None:
    """For each letter of the folded text its place in the text; None if they are the same."""
    if text.isascii():
        return None
    text, (first, last) = _upright(text)
    places = [*range(first), *reversed(range(first, last)), *range(last, len(text))]
    index: list[int] = []
    for place, letter in zip(places, text, strict=True):
        size = len(FOLDING[ord(letter)])
        if size == 1:
            index.append(place)
        elif size:
            index += [place] * size
    return index


def _upright(text: str) -> tuple[str, tuple[int, int]]:
    """The text without flags, with what stands upside down turned, and where that was."""
    text = _FLAG.sub("  ", text)
    if len(text) > _LONG:
        text = _REPEATED.sub(_few, text)
    flipped = [match.start() for match in _FLIPPED.finditer(text)]
    if len(flipped) < _FLIPPED_LEAST:
        return text, (0, 0)
    first = text.rfind(" ", 0, flipped[0]) + 1
    last = text.find(" ", flipped[-1])
    last = len(text) if last < 0 else last
    while first and text[first - 1] in _EITHER_WAY:
        first -= 1
    while last < len(text) and text[last] in _EITHER_WAY:
        last += 1
    if _FLIPPED_SHARE * len(flipped) < last - first:
        return text, (0, 0)
    turned = text[first:last][::-1].translate(_FLIP)
    return text[:first] + turned + text[last:], (first, last)


def likenesses(word: str) -> list[str]:
    """How a word that mixes scripts reads if its letters are what they look like."""
    return [word.translate(_ALIKE), word.translate(_ALIKE_CAPITALS)]


def _few(repeated: re.Match[str]) -> str:
    return repeated[1] * 4 + " " * (len(repeated[0]) - 4)


class _Folding(dict[int, str]):
    """What each letter is folded to, learnt as letters come.

    Single characters only: nothing that was said can be read out of this table.
    """

    def __missing__(self, code: int) -> str:
        if 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3:
            return chr(code)
        folded = _fold_letter(chr(code))
        if len(self) < _LETTERS:
            self[code] = folded
        return folded


FOLDING: Final = _Folding()
"""A table for `str.translate`."""


def _fold_letter(letter: str) -> str:
    if letter in _MEANING:
        return _MEANING[letter]
    if unicodedata.category(letter) in ("Cf", "Cs"):
        return ""
    named = _NAMED.fullmatch(unicodedata.name(letter, ""))
    if named:
        return next(group for group in named.groups() if group).lower()
    decomposed = unicodedata.normalize("NFKD", letter).lower()
    kept = "".join(_MEANING.get(c, c) for c in decomposed if not _is_mark(c))
    return unicodedata.normalize("NFC", kept)


def _is_mark(letter: str) -> bool:
    """Marks that change no word: accents, Arabic vowels, the nukta, variation selectors."""
    code = ord(letter)
    return (
        0x0300 <= code <= 0x036F
        or 0x0483 <= code <= 0x0489
        or 0x0610 <= code <= 0x061A
        or 0x064B <= code <= 0x065F
        or code in (0x0670, 0x093C)
        or 0x06D6 <= code <= 0x06ED
        or 0x1AB0 <= code <= 0x1AFF
        or 0x1DC0 <= code <= 0x1DFF
        or 0x20D0 <= code <= 0x20FF
        or 0xFE00 <= code <= 0xFE0F
        or 0xFE20 <= code <= 0xFE2F
    )
