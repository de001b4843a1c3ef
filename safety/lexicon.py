"""The lexicon: readable TOML files of phrases, and how they become typed entries.

Responsible for reading and checking the files; `phrases` compiles them and `frames`
says when a phrase does not mean what it says. One file holds one part of one language;
files of the same language share their classes, frames and spellings.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from safety.verdict import CATEGORIES, Author

_HERE: Final = Path(__file__).parent / "lexicon"


class LexiconError(Exception):
    """A lexicon file can't be used: the server must not start without its filter."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        """Name the file, the line (from 1) and what is wrong there."""
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing people say, in the ways they say it."""

    id: str
    """Stable: flags in the log name it. `<lang>.<category>.<what>`."""
    phrases: tuple[str, ...]
    level: int = 0
    """The risk if nothing around it changes that; 0 for signals and shields."""
    category: str = ""
    signal: str = ""
    """What it says to the rules that join signs: `means`, `place`, `time`, ..."""
    also: str = ""
    """A second category, where one sentence speaks of two."""
    by: Author | Literal["either"] = "seeker"
    """Whose words these are when they count."""
    firm: bool = False
    """The phrase says all: negation, past and jest around it change nothing."""
    jest: bool = False
    """Often said in jest: laughter in the line takes it away."""
    third: int | None = None
    """The risk when it is said of someone else; by default at most elevated."""
    another: bool = False
    """Counts only when it is said of someone else."""
    present: bool = False
    """Says where someone is now: told of another time, it says nothing."""
    past: int = 1
    """The risk when it is told of a time long past."""
    yields: str = ""
    """A signal that makes it a thing of the past wherever it stands in the line, as if its
    time stood beside it; unless the line says that it goes on, or a child speaks."""
    draft: bool = False
    """Not yet checked by a speaker; counts all the same, with less certainty."""


class Frames(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The small words of a language that change what a phrase means. All are phrases."""

    negators: tuple[str, ...] = ()
    """Before the phrase: it is denied."""
    through: tuple[str, ...] = ()
    """May stand between a negator and what it denies."""
    unnegators: tuple[str, ...] = ()
    """Before a negator: nothing is denied after all ("can't promise I won't")."""
    answering: tuple[str, ...] = ()
    """A "no" that answers, and denies nothing of what follows: "no i am"."""
    denials: tuple[str, ...] = ()
    """After the phrase: it is denied."""
    first: tuple[str, ...] = ()
    """Words for oneself."""
    others: tuple[str, ...] = ()
    """Words for someone else."""
    long_past: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    """What brings the past into the present ("again", "still")."""
    weeks_past: tuple[str, ...] = ()
    """A time some weeks past, right before or after a phrase: high at most, not imminent."""
    recovered: tuple[str, ...] = ()
    """What tells, anywhere in the line, that the bad time is years past."""
    survived: tuple[str, ...] = ()
    """What only those tell whose act is over: high at most, not imminent."""
    now: tuple[str, ...] = ()
    """What makes a sentence with such a time speak of the present all the same."""
    jest: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    """Books, films, homework: the words are someone's on a page."""
    pages: tuple[str, ...] = ()
    """What is read or watched: the same, unless the writer speaks of themselves after it."""
    general: tuple[str, ...] = ()
    """Words for people in general: nobody is in danger who could be named."""
    asking: tuple[str, ...] = ()
    """How questions begin, which may come without their mark."""
    particular: tuple[str, ...] = ()
    """Words for one other person whom the writer knows of."""
    address: tuple[str, ...] = ()
    """Words for the listener: a supporter who uses these speaks of the seeker."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    lang: str
    draft: bool = False
    spaced: bool = True
    classes: dict[str, str] = {}
    frames: Frames = Frames()
    spellings: dict[str, str] = {}
    guarded: tuple[str, ...] = ()
    disguised: tuple[str, ...] = ()
    not_slips: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    entry: tuple[Entry, ...] = ()


class Lexicon(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the lexicon, read and checked."""

    file: str
    lang: str
    draft: bool
    """Not yet read by a native speaker: so is then each of its entries."""
    spaced: bool
    """Whether the language writes spaces between words."""
    classes: dict[str, str]
    """Named sets of alternatives that phrases use as `<name>`."""
    frames: Frames
    spellings: dict[str, str]
    """Chat spellings and their plain form."""
    guarded: tuple[str, ...]
    """Words that are known by their typing slips too."""
    disguised: tuple[str, ...]
    """Words that people hide: looked for behind blots, in pieces, doubled and backwards."""
    not_slips: tuple[str, ...]
    """Words that look like a slip of a guarded word and aren't."""
    off: tuple[str, ...]
    """Ids of entries that are not to count: how an operator takes out a phrase that misleads."""
    entries: tuple[Entry, ...]
    lines: tuple[int, ...]
    """The line in the file of each entry."""


def read_lexicon(path: Path) -> Lexicon:
    """Read one file. Raises: LexiconError, with the line, if it can't be used."""
    source = _text(path)
    lines = tuple(
        number
        for number, line in enumerate(source.splitlines(), 1)
        if line.strip().startswith("[[entry]]")
    )
    try:
        read = msgspec.toml.decode(source, type=_File)
    except msgspec.ValidationError as error:
        raise LexiconError(path.name, _line_of(str(error), lines), str(error)) from None
    except msgspec.DecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise LexiconError(path.name, int(found.group(1)) if found else 1, str(error)) from None
    if len(lines) != len(read.entry):
        raise LexiconError(path.name, 1, "each entry must begin with a line [[entry]]")
    for entry, line in zip(read.entry, lines, strict=True):
        reason = _fault(entry)
        if reason:
            raise LexiconError(path.name, line, f"{entry.id}: {reason}")
    return Lexicon(
        file=path.name,
        lang=read.lang,
        draft=read.draft,
        spaced=read.spaced,
        classes=read.classes,
        frames=read.frames,
        spellings=read.spellings,
        guarded=read.guarded,
        disguised=read.disguised,
        not_slips=read.not_slips,
        off=read.off,
        entries=tuple(_drafted(entry) if read.draft else entry for entry in read.entry),
        lines=lines,
    )


def read_lexicons(extra: Path | None = None) -> tuple[Lexicon, ...]:
    """Read what ships with the server, and the files of the folder `extra`.

    Entries that a file turns `off` are left out, wherever they stand.

    Raises: LexiconError if a file can't be used, if an entry's id is there twice, or if one
        that is turned off isn't there at all.
    """
    folders = [_HERE] if extra is None else [_HERE, extra]
    lexicons = tuple(
        read_lexicon(path) for folder in folders for path in sorted(folder.glob("*.toml"))
    )
    _check_ids(lexicons)
    off = {id_ for lexicon in lexicons for id_ in lexicon.off}
    return tuple(_without(lexicon, off) for lexicon in lexicons) if off else lexicons


def _text(path: Path) -> str:
    source = path.read_bytes()
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise LexiconError(path.name, line, "not written in UTF-8") from None


def _drafted(entry: Entry) -> Entry:
    return msgspec.structs.replace(entry, draft=True)


def _without(lexicon: Lexicon, off: set[str]) -> Lexicon:
    kept = [
        (entry, line)
        for entry, line in zip(lexicon.entries, lexicon.lines, strict=True)
        if entry.id not in off
    ]
    return msgspec.structs.replace(
        lexicon,
        entries=tuple(entry for entry, _ in kept),
        lines=tuple(line for _, line in kept),
    )


def _check_ids(lexicons: Sequence[Lexicon]) -> None:
    seen: set[str] = set()
    for lexicon in lexicons:
        for entry, line in zip(lexicon.entries, lexicon.lines, strict=True):
            if entry.id in seen:
                raise LexiconError(lexicon.file, line, f"{entry.id}: this id is there twice")
            seen.add(entry.id)
    for lexicon in lexicons:
        for id_ in lexicon.off:
            if id_ not in seen:
                raise LexiconError(lexicon.file, 1, f"off: there is no entry {id_}")


def _fault(entry: Entry) -> str | None:
    if not entry.phrases:
        return "no phrases"
    if not 0 <= entry.level <= 4:
        return "level must be 0 to 4"
    for category in (entry.category, entry.also):
        if category and category not in CATEGORIES:
            return f"no such category: {category}"
    if not entry.category and not entry.signal:
        return "needs a category or a signal"
    return None


def _line_of(error: str, lines: tuple[int, ...]) -> int:
    found = re.search(r"entry\[(\d+)\]", error)
    if found is None or int(found.group(1)) >= len(lines):
        return 1
    return lines[int(found.group(1))]
