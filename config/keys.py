"""What is known of each setting: its path, its name in the environment, what it means.

Derived from the Structs in `config/sections.py`, so that help can't differ from what is read.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import get_args, get_type_hints

import msgspec
from msgspec import Meta

from config.sections import Canary, Demo, Log, Matching, Safety, Section, Service, Staff, Store, Web

PREFIX = "BENCHSIDE_"
"""How every setting begins in the environment."""

SECTIONS: dict[str, type[Section]] = {
    "web": Web,
    "store": Store,
    "matching": Matching,
    "safety": Safety,
    "service": Service,
    "staff": Staff,
    "canary": Canary,
    "log": Log,
    "demo": Demo,
}
"""The tables of the settings file, in its order."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting, as an operator meets it."""

    section: str
    name: str
    kind: object
    """The annotated type, as msgspec reads it."""
    default: object
    description: str

    @property
    def path(self) -> str:
        """Where it stands in the settings file: `section.key`."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"{PREFIX}{self.section}_{self.name}".upper()


def keys() -> dict[str, Key]:
    """Return every known key by its path, in the order of the settings file."""
    return {key.path: key for name, kind in SECTIONS.items() for key in _keys_of(name, kind)}


def _keys_of(section: str, kind: type[Section]) -> Iterator[Key]:
    hints: dict[str, object] = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        notes = [note for note in get_args(hints[field.name]) if isinstance(note, Meta)]
        meaning = " ".join(note.description or "" for note in notes)
        yield Key(section, field.name, hints[field.name], field.default, meaning)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant, if any is near.

    A key that stands in the wrong table is found by its last part.
    """
    known = list(known)
    last = name.rpartition(".")[2]
    elsewhere = [other for other in known if other.rpartition(".")[2] == last]
    return next(iter([*elsewhere, *difflib.get_close_matches(name, known, 1)]), None)
