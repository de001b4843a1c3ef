"""One plain spelling for the many ways in which people write the same words.

Responsible for case, marks, look-alike letters, digits for letters, spaced-out and
drawn-out words, chat spellings and typing slips, and for remembering where each word
stood in the text as it was sent. What the words mean is left to the rules.

The result is one string of words with single spaces (" i want to die . "); sentence
ends are the words ".", "?" and pauses are ",". Chinese characters are left unspaced.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from safety.spelling import Speller

# Vowel signs of the Indic and South-East Asian scripts are not \w for `re`.
_LETTER: Final = r"[^\W_\u3040-\u30ff\u3400-\u9fff]|[\u0900-\u0963\u0966-\u109f\u1780-\u17ff]"
_TOKEN: Final = re.compile(
    rf"(?P<word>[@$€]?(?:{_LETTER})+(?:['*@$!€|#]+(?:{_LETTER})+)*)"
    r"|(?P<han>[\u3040-\u30ff\u3400-\u9fff]+)"
    r"|(?P<stop>[.!?,]+)"
)
_PLAIN_TOKEN: Final = re.compile(r"[@$]?[a-z0-9]+(?:['*@$!|#]+[a-z0-9]+)*|[.!?,]+")
"""The same for texts that are ASCII once they are folded, as most are."""
_SPACED_OUT: Final = re.compile(r"(?<![a-z0-9])[a-z0-9](?:[^a-z0-9.!?,]{1,4}[a-z0-9]\b){2}")
_DRAWN_OUT: Final = re.compile(r"(.)\1\1+")
_SYMBOL: Final = re.compile(r"['*@$!€|#]+")
_LEET: Final = str.maketrans("013457@$€!|", "oieastasei" + "i")
_LEET_L: Final = str.maketrans("013457@$€!|", "oleastasei" + "l")
_LOOKALIKE: Final = str.maketrans("авекмнорстухіјѕԁӏґɡ", "abekmhopctyxijsdlrg")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_LATIN: Final = re.compile("[a-z]")
_MIXED: Final = re.compile("[a-z][\u0400-\u052f]|[\u0400-\u052f][a-z]")
_MAX_JOINED: Final = 40
_LONGEST: Final = 12  # letters of a word that is looked for among spaced-out letters
_SHORT_PARTS: Final = {"i", "a", "to", "my", "me"}
_LETTERS: Final = 8192  # more than the scripts of the lexicon and their signs have

_MEANING: Final[Mapping[str, str]] = {
    "🔪": " knife ", "🗡": " knife ", "🔫": " gun ", "💊": " pills ", "🩸": " blood ",
    "😂": " lol ", "🤣": " lol ", "😅": " lol ", "😆": " lol ", "😹": " lol ", "😏": " smirk ",
    "ß": "ss", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe",
    "ک": "ك", "ی": "ي", "ى": "ي", "ے": "ي", "ہ": "ه", "ة": "ه", "ۃ": "ه", "ھ": "ه", "ں": "ن",
    "ٱ": "ا", "ـ": "",
    "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "＇": "'",
    "…": ".", "。": ".", "！": ".", "；": ".", "।": ".", "۔": ".", "？": "?", "؟": "?", "¿": " ",
    "，": ",", "、": ",", "،": ",", "؛": ",", "—": ",", "–": ",", "：": ",", "¡": " ",
}  # fmt: skip
_BREAKS: Final = str.maketrans({"\n": ".", "\r": ".", ";": ".", ":": ",", "\x00": " "})


@dataclass(frozen=True, slots=True, repr=False)
class Normal:
    """A text in plain spelling, and the way back to the text as it was sent."""

    words: str
    """Starts and ends with a space, so that a word is found with its spaces."""
    starts: tuple[int, ...]
    """Where each word begins in `words`."""
    origins: tuple[tuple[int, int], ...]
    """For each word, its stretch of the original text."""

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original text behind `words[start:end]`."""
        if not self.starts:
            return (0, 0)
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, end - 1) - 1)
        return self.origins[first][0], self.origins[last][1]

    def __repr__(self) -> str:
        """Without the text."""
        return f"Normal(words={len(self.starts)})"


NOWHERE: Final = Normal(" ", (), ())
"""The plain spelling of nothing."""


class Read(NamedTuple):
    """The words of a text in plain spelling, and how many words and signs the text had."""

    words: str
    tokens: int


_Token = tuple[str, int, int, str | None]
"""A word, its start and end in the folded text, and its kind. A bare tuple: this is the
hottest loop of the filter."""


class Normaliser:
    """Puts texts in plain spelling. Holds only tables, so it may be shared by threads."""

    def __init__(
        self,
        known: Iterable[str],
        spellings: Mapping[str, str],
        guarded: Iterable[str],
        words_of_their_own: Iterable[str],
        speller: Speller | None = None,
    ) -> None:
        """Learn the vocabulary.

        `known` are the words that rules speak of: disguised letters are read as one of
        these or left alone. `guarded` words are also known by their typing slips, except
        where a slip is a word of its own. `speller` mends the slips of English lines.
        """
        self._speller = speller
        self._known = frozenset(known)
        self._parts = {word for word in self._known if 2 < len(word) <= _LONGEST} | _SHORT_PARTS
        own = self._known | frozenset(words_of_their_own)
        table: dict[str, str] = {}
        for word in guarded:
            for slip in slips(word):
                if slip not in own:
                    table.setdefault(slip, word)
        table.update(spellings)
        self._table = table
        self._shapes: dict[tuple[int, int, str], set[str]] = {}

    def read(self, text: str) -> Read:
        """The words of the text, as `normalise` gives them, without the way back: much faster."""
        folded = text.lower().translate(_BREAKS) if text.isascii() else text.translate(_FOLDING)
        if not folded.isascii() or _SPACED_OUT.search(folded):
            normal = self.normalise(text)
            return Read(normal.words, len(normal.starts))
        tokens = _PLAIN_TOKEN.findall(folded)
        if not tokens:
            return Read(" ", 0)
        get, sign = self._table.get, self._sign
        words = [get(token) or (token if token.isalpha() else sign(token)) for token in tokens]
        if _DRAWN_OUT.search(folded):
            words = [self._undrawn(word) if _DRAWN_OUT.search(word) else word for word in words]
        return Read(f" {' '.join(self._mended(words))} ", len(words))

    def normalise(self, text: str) -> Normal:
        """The text in plain spelling; any `str` will do."""
        folded, index = _fold(text)
        tokens = [
            (match[0], match.start(), match.end(), match.lastgroup)
            for match in _TOKEN.finditer(folded)
        ]
        if sum(1 for token in tokens if len(token[0]) == 1 and token[3] == "word") >= 3:
            tokens = self._joined(tokens)
        mixed = index is not None and _MIXED.search(folded) is not None
        drawn_out = _DRAWN_OUT.search(folded) is not None
        pieces: list[str] = [""]
        starts: list[int] = []
        origins: list[tuple[int, int]] = []
        length = 1
        plains = [
            self._plain_of(word, kind, mixed=mixed, drawn_out=drawn_out)
            for word, _, _, kind in tokens
        ]
        for (word, start, end, kind), plain in zip(tokens, self._mended(plains), strict=True):
            if kind == "han":
                starts.extend(range(length + 1, length + len(word)))
                origins.extend(_origin(index, place, place + 1) for place in range(start, end - 1))
                start = end - 1
            starts.append(length)
            origins.append((start, end) if index is None else _origin(index, start, end))
            pieces.append(plain)
            length += len(plain) + 1
        pieces.append("")
        if index is not None:
            starts.sort()
        return Normal(" ".join(pieces), tuple(starts), tuple(origins))

    def plain(self, word: str) -> str:
        """The plain spelling of one word, as the rules must write it."""
        if word.isascii() and word.isalpha() and not _DRAWN_OUT.search(word):
            small = word.lower()
            return self._table.get(small, small)
        return self.normalise(word).words.strip()

    def _plain_of(self, word: str, kind: str | None, *, mixed: bool, drawn_out: bool) -> str:
        if kind == "han":
            return word
        if kind == "stop":
            return _stop(word)
        return self._plain(word, mixed=mixed, drawn_out=drawn_out)

    def _mended(self, words: Sequence[str]) -> Sequence[str]:
        return words if self._speller is None else self._speller.mend(words)

    def _plain(self, word: str, *, mixed: bool, drawn_out: bool) -> str:
        if mixed:
            word = self._cyrillic(word)
        plain = self._table.get(word)
        if plain is None:
            plain = word if word.isalpha() else self._odd(word)
        return self._undrawn(plain) if drawn_out and _DRAWN_OUT.search(plain) else plain

    def _sign(self, token: str) -> str:
        return _stop(token) if token[0] in ".!?," else self._odd(token)

    def _odd(self, word: str) -> str:
        """Read digits and signs as letters where that gives a word we know."""
        bare = word.replace("'", "")
        if bare.isalpha():
            return self._table.get(bare, bare)
        if bare.isdigit():
            return bare
        for table in (_LEET, _LEET_L):
            read = bare.translate(table)
            if read in self._known:
                return read
            if read in self._table:
                return self._table[read]
        if "*" in bare or "#" in bare:
            starred = self._starred(bare)
            if starred:
                return starred
        return " ".join(part for part in _SYMBOL.split(bare) if part) or bare

    def _starred(self, word: str) -> str | None:
        """The one known word that fits letters blotted out with stars, if there is one."""
        if not self._shapes:
            self._shapes = _shapes(self._known)
        fits: set[str] | None = None
        for place, letter in enumerate(word):
            if letter not in "*#":
                these = self._shapes.get((len(word), place, letter), set())
                fits = these if fits is None else fits & these
        return min(fits, default=None) if fits else None

    def _cyrillic(self, word: str) -> str:
        if _CYRILLIC.search(word) and _LATIN.search(word):
            return word.translate(_LOOKALIKE)
        return word

    def _undrawn(self, word: str) -> str:
        """A drawn-out word with its letters once or twice, whichever is a word."""
        once = _DRAWN_OUT.sub(r"\1", word)
        twice = _DRAWN_OUT.sub(r"\1\1", word)
        for read in (twice, once):
            if read in self._known:
                return read
            if read in self._table:
                return self._table[read]
        return once if len(once) > 2 or once in ("so", "no", "to", "me", "oh", "ya") else word

    def _joined(self, tokens: list[_Token]) -> list[_Token]:
        """The tokens, with runs of single letters put together where they spell words."""
        joined: list[_Token] = []
        run: list[_Token] = []
        for token in tokens:
            single = token[3] == "word" and len(token[0]) == 1
            near = not run or token[1] - run[-1][2] <= 4
            if single and near and len(run) < _MAX_JOINED:
                run.append(token)
                continue
            joined.extend(self._spelt(run))
            run = [token] if single else []
            if not single:
                joined.append(token)
        joined.extend(self._spelt(run))
        return joined

    def _spelt(self, run: list[_Token]) -> list[_Token]:
        if len(run) < 3:
            return run
        words = self._segmented("".join(token[0] for token in run).translate(_LEET))
        if words is None:
            return run
        tokens: list[_Token] = []
        place = 0
        for word in words:
            last = place + len(word) - 1
            tokens.append((word, run[place][1], run[last][2], "word"))
            place = last + 1
        return tokens

    def _segmented(self, letters: str) -> list[str] | None:
        """The letters cut into known words of three letters or more, "i" and "a" apart."""
        parts, size = self._parts, len(letters)
        fewest = [0, *([size + 1] * size)]  # words that spell the letters up to a place
        cut = [0] * (size + 1)  # where the last of these begins
        for start in range(size):
            words = fewest[start] + 1
            if words > size:
                continue
            for end in range(start + 1, min(start + _LONGEST, size) + 1):
                if words < fewest[end] and letters[start:end] in parts:
                    fewest[end], cut[end] = words, start
        if fewest[size] > size:
            return None
        found: list[str] = []
        while size:
            found.append(letters[cut[size] : size])
            size = cut[size]
        return found[::-1] if any(len(word) > 2 for word in found) else None


def _shapes(known: Iterable[str]) -> dict[tuple[int, int, str], set[str]]:
    """The known words by their length and each of their letters in its place."""
    shapes: dict[tuple[int, int, str], set[str]] = {}
    for word in known:
        for place, letter in enumerate(word):
            shapes.setdefault((len(word), place, letter), set()).add(word)
    return shapes


def slips(word: str) -> set[str]:
    """What a hurried hand makes of a word: two letters swapped, one doubled, one left out."""
    found: set[str] = set()
    for i in range(len(word) - 1):
        found.add(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    if len(word) >= 5:
        found.update(word[:i] + word[i + 1 :] for i in range(1, len(word)))
    if len(word) >= 3:
        found.update(word[: i + 1] + word[i:] for i in range(1, len(word)))
    found.discard(word)
    return found


def _fold(text: str) -> tuple[str, list[int] | None]:
    """The text in small plain letters; the index of each letter's origin, unless one to one."""
    if text.isascii():
        return text.lower().translate(_BREAKS), None
    pieces: list[str] = []
    index: list[int] = []
    for place, letter in enumerate(text):
        plain = _FOLDING[ord(letter)]
        if plain:
            pieces.append(plain)
            index.extend([place] * len(plain))
    return "".join(pieces), index


def _origin(index: list[int] | None, start: int, end: int) -> tuple[int, int]:
    return (start, end) if index is None else (index[start], index[end - 1] + 1)


def _stop(token: str) -> str:
    return "?" if "?" in token else "," if token == "," else "."


class _Folding(dict[int, str]):
    """What each letter is folded to, learnt as letters come.

    Single characters only: nothing that was said can be read out of this table.
    """

    def __missing__(self, code: int) -> str:
        folded = _fold_letter(chr(code))
        if len(self) < _LETTERS:
            self[code] = folded
        return folded


_FOLDING: Final = _Folding()


def _fold_letter(letter: str) -> str:
    if letter in _MEANING:
        return _MEANING[letter]
    if unicodedata.category(letter) in ("Cf", "Cs"):
        return ""
    decomposed = unicodedata.normalize("NFKD", letter).lower()
    kept = "".join(_MEANING.get(c, c) for c in decomposed if not _is_mark(c))
    return unicodedata.normalize("NFC", kept).translate(_BREAKS)


def _is_mark(letter: str) -> bool:
    """Marks that change no word: accents, Arabic vowels, the nukta, variation selectors."""
    code = ord(letter)
    return (
        0x0300 <= code <= 0x036F
        or 0x0610 <= code <= 0x061A
        or 0x064B <= code <= 0x065F
        or code in (0x0670, 0x093C)
        or 0x06D6 <= code <= 0x06ED
        or 0x1AB0 <= code <= 0x1AFF
        or 0x20D0 <= code <= 0x20FF
        or 0xFE00 <= code <= 0xFE0F
    )
