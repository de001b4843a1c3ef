"""The lists that operators may edit: topics, languages, helplines, names and words.

Read from `config/data/*.toml` on first use and kept. How they are worded in each language is
the pages' business; the lists hold ids, and what is the same in every language.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

Choose = Callable[[Sequence[str]], str]
"""A random choice, such as `secrets.choice`; comes in from outside."""

ANYWHERE = "ZZ"
"""The country whose helplines are shown where the country is unknown."""
PASSPHRASE_WORDS = 5
"""Words of a one-time passphrase: 50 bits, throttled and short-lived."""
RETURN_CODE_WORDS = 4
"""Words of a return code: 40 bits, throttled, single use."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a list."""


class Topic(Item, frozen=True):
    """What a seeker may want to talk about."""

    id: str
    name: str


class Language(Item, frozen=True):
    """A language in which people can be listened to."""

    id: str
    name: str
    """Its own name for itself."""
    english: str
    dir: Literal["ltr", "rtl"]


class Helpline(Item, frozen=True):
    """A place that answers when Benchside can't."""

    name: str
    phone: str = ""
    sms: str = ""
    url: str = ""
    hours: str = ""
    languages: tuple[str, ...] = ()


class Country(Item, frozen=True):
    """Where to turn to in one country."""

    name: str
    emergency: str
    """The number of the emergency services."""
    checked: str
    """When an operator last checked these numbers, or "unchecked"."""
    helplines: tuple[Helpline, ...]


class _Topics(Item, frozen=True):
    topics: tuple[Topic, ...]


class _Languages(Item, frozen=True):
    languages: tuple[Language, ...]


class _Words(Item, frozen=True):
    words: str


class _Names(Item, frozen=True):
    adjectives: str
    nouns: str


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics in the order of the page."""
    return msgspec.convert(_tables("topics"), _Topics).topics


@cache
def languages() -> Mapping[str, Language]:
    """Return the languages by their ids."""
    listed = msgspec.convert(_tables("languages"), _Languages).languages
    return {language.id: language for language in listed}


@cache
def countries() -> Mapping[str, Country]:
    """Return the countries by their ISO 3166 codes; `ZZ` is anywhere."""
    return msgspec.convert(_tables("helplines"), dict[str, Country])


def country(code: str | None) -> Country:
    """Return where to turn to in this country, else what is true anywhere.

    The directories that are good anywhere follow a country's own lines.
    """
    anywhere = countries()[ANYWHERE]
    own = countries().get(code or ANYWHERE, anywhere)
    if own is anywhere:
        return anywhere
    return msgspec.structs.replace(own, helplines=(*own.helplines, *anywhere.helplines))


@cache
def words() -> tuple[str, ...]:
    """Return the 1,024 words of return codes and passphrases."""
    return tuple(msgspec.convert(_tables("words"), _Words).words.split())


@cache
def name_parts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the adjectives and the nouns of seekers' names."""
    parts = msgspec.convert(_tables("names"), _Names)
    return tuple(parts.adjectives.split()), tuple(parts.nouns.split())


def friendly_name(choose: Choose) -> str:
    """Return a name for a seeker, such as Quiet River."""
    return " ".join(choose(part).capitalize() for part in name_parts())


def secret_words(choose: Choose, count: int) -> str:
    """Return `count` random words joined by hyphens: 10 bits each."""
    return "-".join(choose(words()) for _ in range(count))


def _tables(name: str) -> dict[str, object]:
    return tomllib.loads(files("config").joinpath("data", f"{name}.toml").read_text("utf-8"))
