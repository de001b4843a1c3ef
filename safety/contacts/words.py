"""The word lists of contact masking, read once from the TOML files beside this module.

The files are meant to be corrected by people who don't program. Responsible for reading
them only; what the words mean for a line is the other modules' business.
"""

import tomllib
from pathlib import Path
from typing import Final

import msgspec

_HERE: Final = Path(__file__).parent


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that are no handles, and well-known sites; see `names.toml`."""

    ordinary: str
    everyday: str
    providers: str
    not_names: str
    no_school: str
    no_street: str


class StreetForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of writing an address; see `streets.toml`."""

    words: str
    form: str


class _Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    digits: tuple[str, ...]
    tens: tuple[str, ...]


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    joins: str
    double: str
    triple: str
    plus: str


_SAID: Final = frozenset(("joins", "double", "triple", "plus"))


def read_signs() -> dict[str, str]:
    """Return the signs by their kinds. Raises: ValidationError, TOMLDecodeError if broken."""
    return msgspec.convert(_table("signs"), dict[str, str])


def read_names() -> Names:
    """Return the names. Raises: as `read_signs`."""
    return msgspec.convert(_table("names"), Names)


def read_street_forms() -> tuple[StreetForm, ...]:
    """Return how addresses are written, with the named parts put in. Raises: as `read_signs`."""
    table = _table("streets")
    parts = msgspec.convert(table["parts"], dict[str, str])
    forms = msgspec.convert(table["forms"], tuple[StreetForm, ...])
    return tuple(StreetForm(form.words, _filled(form.form, parts)) for form in forms)


def _filled(form: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        form = form.replace(f"<{name}>", part)
    return form


def read_numbers() -> dict[str, str]:
    """Return what each word of a spoken number stands for. Raises: as `read_signs`.

    Digits for a number; `²` and `³` for "double" and "triple", `+` for "plus", and a space
    for a word that may stand between two digits.
    """
    table = _table("numbers")
    said = msgspec.convert({key: table[key] for key in _SAID}, _Said)
    spoken = msgspec.convert(
        {key: table[key] for key in table.keys() - _SAID}, dict[str, _Language]
    )
    meaning: dict[str, str] = {}
    for language in spoken.values():
        meaning |= _numbered(language.digits, range(10))
        meaning |= _numbered(language.tens, (*range(10, 20), *range(20, 100, 10)))
    meaning |= _german(meaning)
    for words, sign in (
        (said.joins, " "),
        (said.double, "²"),
        (said.triple, "³"),
        (said.plus, "+"),
    ):
        meaning |= {word: sign for word in words.split() if word not in meaning}
    return meaning


def _numbered(words: tuple[str, ...], values: range | tuple[int, ...]) -> dict[str, str]:
    numbered = zip(words, values, strict=False)
    return {word: str(value) for entry, value in numbered for word in entry.split()}


def _german(meaning: dict[str, str]) -> dict[str, str]:
    """German says both digits of a number in one word, the last first."""
    units = ["ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
    tens = [word for word in meaning if word.endswith(("zig", "ßig", "issig"))]
    return {
        f"{unit}und{ten}": meaning[ten][0] + str(value)
        for value, unit in enumerate(units, start=1)
        for ten in tens
    }


def _table(name: str) -> dict[str, object]:
    return tomllib.loads((_HERE / f"{name}.toml").read_text("utf-8"))
