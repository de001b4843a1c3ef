"""The lexicon's phrases as they were compiled last time: a server starts in half the time.

Responsible for a file beside Python's own byte code, which it resembles: it is trusted as the
code is, made anew whenever the lexicon or a module of the filter has changed, and may be
deleted at any time. Where it can't be written, each start compiles. What a phrase compiles to
is for `phrases` to say.
"""

import hashlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

import msgspec

from safety.lexicon import Lexicon
from safety.phrases import Compiler, Expression, Phrase

_HERE: Final = Path(__file__).parent


class _Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A phrase; `head` is the place of its head among the anchors, -1 for none."""

    source: str
    anchors: tuple[tuple[str, ...], ...]
    lead: int
    fixed: bool
    crosses: bool
    head: int
    opens: bool


class _Language(msgspec.Struct, frozen=True, array_like=True):
    phrases: dict[str, _Row]
    vocabulary: tuple[str, ...]


class _Sheet(msgspec.Struct, frozen=True, array_like=True):
    digest: str
    """Of the body, so that a file that was cut off or changed is not believed."""
    body: bytes


class Shelf:
    """Where compiled phrases are kept from one start to the next."""

    def __init__(self, path: Path, key: str) -> None:
        """`key` changes with everything that decides what a phrase compiles to."""
        self._path = path
        self._key = key
        self._languages = _read(path, key)
        self._is_new = False

    @classmethod
    def of(cls, lexicons: Sequence[Lexicon]) -> "Shelf":
        """The shelf of these lexicons, in the folder of the byte code."""
        folder = Path(cache_from_source(str(_HERE / "lexicon.py"))).parent
        return cls(folder / "lexicon.phrases", _key_of(lexicons))

    def lend(self, lang: str, compiler: Compiler) -> None:
        """Let a compiler know what the language's phrases compiled to, if that is kept."""
        language = self._languages.get(lang)
        if language is not None:
            phrases = {text: _phrase(row) for text, row in language.phrases.items()}
            compiler.remember(phrases, language.vocabulary)

    def take(self, lang: str, compiler: Compiler) -> None:
        """Keep what the compiler has compiled, if it is new."""
        if lang not in self._languages:
            rows = {text: _row(phrase) for text, phrase in compiler.compiled.items()}
            self._languages[lang] = _Language(rows, tuple(sorted(compiler.vocabulary)))
            self._is_new = True

    def save(self) -> None:
        """Write what is new, if the folder lets us.

        Another process may do the same; what comes out then is right, or not believed.
        """
        if not self._is_new:
            return
        body = msgspec.msgpack.encode(self._languages)
        sheet = msgspec.msgpack.encode(_Sheet(_digest(self._key, body), body))
        passing = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            passing.write_bytes(sheet)
            passing.replace(self._path)


def _read(path: Path, key: str) -> dict[str, _Language]:
    try:
        sheet = msgspec.msgpack.decode(path.read_bytes(), type=_Sheet)
        if sheet.digest == _digest(key, sheet.body):
            return msgspec.msgpack.decode(sheet.body, type=dict[str, _Language])
    except (OSError, msgspec.MsgspecError):
        pass
    return {}


def _digest(key: str, body: bytes) -> str:
    return hashlib.sha256(key.encode() + body).hexdigest()


def _key_of(lexicons: Sequence[Lexicon]) -> str:
    """What tells these lexicons, read by this code, from all others."""
    digest = hashlib.sha256(sys.version.encode())
    for file in sorted((*_HERE.glob("*.py"), *(_HERE / "words").iterdir())):
        digest.update(file.read_bytes())
    digest.update(msgspec.msgpack.encode(lexicons))
    return digest.hexdigest()


def _row(phrase: Phrase) -> _Row:
    head = phrase.anchors.index(phrase.head) if phrase.head else -1
    return _Row(
        phrase.expression.source,
        phrase.anchors,
        phrase.lead,
        phrase.fixed,
        phrase.crosses,
        head,
        phrase.opens,
    )


def _phrase(row: _Row) -> Phrase:
    return Phrase(
        Expression(row.source),
        row.anchors,
        row.lead,
        fixed=row.fixed,
        crosses=row.crosses,
        head=row.anchors[row.head] if row.head >= 0 else (),
        opens=row.opens,
    )
