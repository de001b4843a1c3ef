"""One plain spelling for the many ways in which people write the same words.

Responsible for cutting a text into words and signs, for letters that stand apart, and for
remembering where each word stood in the text as it was sent. Single characters are
`letters`'s business, single words `disguise`'s, typing slips `spelling`'s; what the words
mean is left to the rules.

The result is one string of words with single spaces (" i want to die . "); sentence
ends are the words ".", "?" and pauses are ",". Chinese characters are left unspaced.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Final, NamedTuple

from safety.disguise import Disguises, Vocabulary
from safety.letters import MIXED, fold, folded_from
from safety.spelling import Speller

# Vowel signs of the Indic and South-East Asian scripts are not \w for `re`.
_LETTERS: Final = (
    r"(?:[^\W_\u3040-\u30ff\u3400-\u9fff]++|[\u0900-\u0963\u0966-\u109f\u1780-\u17ff]++)++"
)
_INNER: Final = r"['*@$!€|#£¢¡§<]"
_TOKEN: Final = re.compile(
    rf"((?:\|<|[@$€])?{_LETTERS}(?:{_INNER}+{_LETTERS})*"
    r"|[\u3040-\u30ff\u3400-\u9fff]+"
    r"|[.!?,]+)"
)
_PLAIN_TOKEN: Final = re.compile(r"((?:\|<|[@$])?[a-z0-9]+(?:['*@$!|#<]+[a-z0-9]+)*|[.!?,]+)")
"""The same for texts that are ASCII once they are folded, as most are."""
_PLAIN_WORD: Final = re.compile(r"(?:\|<|[@$])?[a-z0-9]+(?:['*@$!|#<]+[a-z0-9]+)*")
_BANG: Final = re.compile(r"![\w'`*@$|#<]")
_STOPS: Final = re.compile(r"[.!?,]{2,}")
_GLUED: Final = re.compile(r"(?<!\w)[^\W_]{1,12}(?:[-_/+~=.,^&%·•]{1,2}[^\W_]{1,12}){1,40}(?!\w)")
"""Parts with signs between them and no space: perhaps one word."""
_GLUE: Final = re.compile(r"[-_/+~=.,^&%·•]+")
_GLUE_HINT: Final = re.compile(r"[-_/+~=.,^&%·•]{1,2}[^\W_]")
_SINGLES: Final = re.compile(r"\b[a-z0-9](?:[*@$|#<']{0,2} [ *@$|#<']{0,3}[a-z0-9]){2}\b")
_NEAR: Final = 4  # signs at most between letters that stand apart
_MOST_DISGUISES: Final = 150  # different words of a text that are looked at closely
_MAX_RUN: Final = 40  # letters that stand apart and are read together


def _classes(groups: Mapping[str, str], other: str) -> bytes:
    """A table for `bytes.translate`: the class of each character."""
    classes = {ord(char): class_ for class_, chars in groups.items() for char in chars}
    return bytes(ord(classes.get(code, other)) for code in range(256))


_ALNUM: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_SIGNS: Final = "'*@$|#<"
_SMALL: Final = bytes(
    ord(char if char in _ALNUM + _SIGNS + ".,?!" else " ")
    for char in fold("".join(map(chr, range(128)))).ljust(256)
)
"""Small letters, and spaces for all that only keeps words apart."""
_APART: Final = ((".", " . "), (",", " , "), ("?", " ? "), ("!", " . "))
_SHAPE: Final = _classes({"a": _ALNUM + _ALNUM.upper(), "-": "-_/+~=^&%.,;:\n\r"}, " ")
_STOP_SHAPE: Final = _classes({".": ".,?!;:\n\r"}, " ")


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
        begin, finish = self.origins[first], self.origins[last]
        return min(begin[0], finish[0]), max(begin[1], finish[1])

    def __repr__(self) -> str:
        """Without the text."""
        return f"Normal(words={len(self.starts)})"


NOWHERE: Final = Normal(" ", (), ())
"""The plain spelling of nothing."""


class Read(NamedTuple):
    """The words of a text in plain spelling, and how many words and signs the text had."""

    words: str
    tokens: int


_Token = tuple[str, int, int]
"""A word or stops, its start and its end in the folded text. A bare tuple: this is the
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
        disguised: Iterable[str] = (),
    ) -> None:
        """Learn the vocabulary.

        `known` are the words that rules speak of: disguised letters are read as one of
        these or left alone. `guarded` words are also known by their typing slips, except
        where a slip is a word of its own; `disguised` ones in pieces and behind blots too.
        `speller` mends the slips of English lines.
        """
        self._speller = speller
        words = frozenset(known)
        self._disguises = Disguises(
            Vocabulary(
                known=words,
                spellings={
                    form: " ".join(meant.split())
                    for form, meant in spellings.items()
                    if meant.strip()
                },
                guarded=frozenset(guarded),
                disguised=frozenset(disguised),
                own=frozenset(words_of_their_own),
            )
        )
        itself = {word: word for word in (*words, *".,?")}
        self._table: dict[str, str] = itself | self._disguises.table | {"!": "."}

    def read(self, text: str) -> Read:
        """The words of the text, as `normalise` gives them, without the way back: much faster."""
        if text.isascii():
            read = self._quick(text)
            if read is not None:
                return read
        tokens = self._plainly(fold(text))
        if not tokens:
            return Read(" ", 0)
        words = f" {' '.join([token[0] for token in tokens])} "
        if words.isascii():
            return Read(words, len(tokens))
        return Read(words, sum([len(word) if _is_han(word) else 1 for word, _, _ in tokens]))

    def normalise(self, text: str) -> Normal:
        """The text in plain spelling; any `str` will do."""
        tokens = self._plainly(fold(text))
        if not tokens:
            return NOWHERE
        index = folded_from(text)
        starts: list[int] = []
        origins: list[tuple[int, int]] = []
        length = 1
        for word, start, end in tokens:
            if _is_han(word):
                starts.extend(range(length, length + len(word)))
                origins.extend([_origin(index, place, place + 1) for place in range(start, end)])
            else:
                starts.append(length)
                origins.append(_origin(index, start, end))
            length += len(word) + 1
        words = f" {' '.join([token[0] for token in tokens])} "
        return Normal(words, tuple(starts), tuple(origins))

    def plain(self, word: str) -> str:
        """The plain spelling of one word, as the rules must write it."""
        small = word.lower()
        read = self._table.get(small)
        if read is not None:
            return read
        if small.isascii() and small.isalpha() and not self._disguises.suspicious(small):
            return small
        return self.normalise(word).words.strip()

    def _quick(self, text: str) -> Read | None:
        """The words of a text of plain letters and signs, unless it needs a closer look."""
        if "!" in text and _BANG.search(text):
            return None
        raw = text.encode()
        if b"-a" in raw.translate(_SHAPE) and next(self._glued(fold(text)), None):
            return None
        low = raw.translate(_SMALL).decode()
        if b".." in raw.translate(_STOP_SHAPE):
            low = _STOPS.sub(_one_of, low)
        for stop, apart in _APART:
            if stop in low:
                low = low.replace(stop, apart)
        if _SINGLES.search(low):
            return None
        chunks = low.split()
        get = self._table.get
        words = [get(it) or (it if it.isalpha() or it.isdigit() else "") for it in chunks]
        if "" in words:
            words = self._odd(chunks, words)
        if not words:
            return Read(" ", 0)
        read = f" {' '.join(words)} "
        if self._disguises.suspicious(read):
            return None
        mended = self._mended(words)
        return Read(read if mended is words else f" {' '.join(mended)} ", len(words))

    def _odd(self, chunks: list[str], words: list[str]) -> list[str]:
        """The words, with those that digits or signs stand in read too."""
        read: list[str] = []
        seen: dict[str, str] = {}
        for chunk, word in zip(chunks, words, strict=True):
            if word:
                read.append(word)
                continue
            if chunk not in seen:
                found = _PLAIN_WORD.search(chunk)
                seen[chunk] = self._closely(found[0], len(seen)) if found else ""
            if seen[chunk]:
                read.append(seen[chunk])
        return read

    def _closely(self, word: str, before: int) -> str:
        known = self._table.get(word)
        if known is not None or before >= _MOST_DISGUISES:
            return known or word
        return self._disguises.plain(word)

    def _plainly(self, folded: str) -> list[_Token]:
        """The words of the folded text in plain spelling."""
        tokens = self._tokens(folded)
        get = self._table.get
        closer = self._disguises.suspicious(folded) or MIXED.search(folded) is not None
        seen: dict[str, str] = {}
        words: list[str] = []
        looked = 0
        for word, _, _ in tokens:
            read = get(word) or seen.get(word)
            if read is None:
                if word[0] in ".!?,":
                    read = _one(word)
                elif not closer if word.isalpha() else looked >= _MOST_DISGUISES:
                    read = word
                else:
                    read = self._disguises.plain(word)
                    looked += not word.isalpha()
                seen[word] = read
            words.append(read)
        if self._disguises.cut_in_two(f" {' '.join(words)} "):
            words, tokens = self._whole(words, tokens)
        mended = self._mended(words)
        return [(word, start, end) for word, (_, start, end) in zip(mended, tokens, strict=True)]

    def _mended(self, words: list[str]) -> Sequence[str]:
        return words if self._speller is None else self._speller.mend(words)

    def _tokens(self, folded: str) -> list[_Token]:
        pieces = (_PLAIN_TOKEN if folded.isascii() else _TOKEN).split(folded)
        places = list(accumulate(map(len, pieces)))
        words = pieces[1::2]
        tokens = list(zip(words, places[::2], places[1::2], strict=False))
        glued = list(self._glued(folded))
        if glued:
            tokens = _replaced(tokens, glued)
        if sum([len(word) == 1 for word in words]) >= 3:
            tokens = self._joined(tokens)
        return tokens

    def _glued(self, folded: str) -> Iterator[_Token]:
        """Words that are written in parts, with signs between them and no space."""
        done = 0
        for hint in islice(_GLUE_HINT.finditer(folded), _MOST_DISGUISES):
            if hint.start() < done:
                continue
            begin = folded.rfind(" ", done, hint.start()) + 1 or done
            done = folded.find(" ", hint.end())
            done = len(folded) if done < 0 else done
            for match in _GLUED.finditer(folded, begin, done):
                word = self._disguises.glued(_GLUE.split(match[0]))
                if word:
                    yield (word, *match.span())

    def _joined(self, tokens: list[_Token]) -> list[_Token]:
        """The tokens, with runs of single letters put together where they spell words."""
        joined: list[_Token] = []
        run: list[_Token] = []
        seen: dict[str, list[str] | None] = {}
        for token in tokens:
            word = token[0]
            single = len(word) == 1 and word not in ".!?," and not _is_han(word)
            if run:
                if single and token[1] - run[-1][2] <= _NEAR and len(run) < _MAX_RUN:
                    run.append(token)
                    continue
                joined += run if len(run) < 3 else self._spelt(run, seen)
                run = []
            if single:
                run.append(token)
            else:
                joined.append(token)
        joined += run if len(run) < 3 else self._spelt(run, seen)
        return joined

    def _spelt(self, run: list[_Token], seen: dict[str, list[str] | None]) -> list[_Token]:
        letters = "".join([token[0] for token in run])
        if letters not in seen:
            digits = sum(map(str.isdigit, letters)) * 2 > len(run)
            skip = digits or len(seen) >= _MOST_DISGUISES
            seen[letters] = None if skip else self._disguises.segmented(letters)
        words = seen[letters]
        if words is None:
            return run
        tokens: list[_Token] = []
        place = 0
        for word in words:
            last = place + len(word) - 1
            tokens.append((word, run[place][1], run[last][2]))
            place = last + 1
        return tokens

    def _whole(self, words: list[str], tokens: list[_Token]) -> tuple[list[str], list[_Token]]:
        """The same with words whole that were cut in two."""
        pieces = self._disguises.pieces
        whole: list[str] = []
        spans: list[_Token] = []
        for word, token in zip(words, tokens, strict=True):
            joined = pieces.get((whole[-1], word)) if whole else None
            if joined is None:
                whole.append(word)
                spans.append(token)
            else:
                whole[-1] = joined
                spans[-1] = (joined, spans[-1][1], token[2])
        return whole, spans


def _replaced(tokens: list[_Token], glued: list[_Token]) -> list[_Token]:
    """The tokens, with those inside the glued words replaced by these."""
    kept: list[_Token] = []
    begins = [token[1] for token in glued]
    for token in tokens:
        number = bisect_right(begins, token[1]) - 1
        if number < 0 or token[1] >= glued[number][2]:
            kept.append(token)
        elif token[1] == begins[number]:
            kept.append(glued[number])
    return kept


def _origin(index: Sequence[int] | None, start: int, end: int) -> tuple[int, int]:
    if index is None:
        return start, end
    first, last = index[start], index[end - 1]
    return (first, last + 1) if first <= last else (last, first + 1)


def _is_han(word: str) -> bool:
    first = word[0]
    return "\u3040" <= first <= "\u9fff" and not "\u30ff" < first < "\u3400"


def _one(stops: str) -> str:
    """The one stop that several are."""
    return "?" if "?" in stops else "," if stops == "," else "."


def _one_of(found: re.Match[str]) -> str:
    return _one(found[0])
