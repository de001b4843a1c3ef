"""The made-up conversations of the demo, read from `scripts.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chat.protocol import Language, LeaveReason, Opening, Scale, Text, Topics


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line, of one of the two."""

    seeker: Text | None = None
    supporter: Text | None = None


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One conversation."""

    kind: Literal["everyday", "crisis", "abusive"]
    language: Language
    lines: list[Turn]
    opening: Opening
    topics: Topics = []
    country: str | None = None
    mood: Scale | None = None
    ends: LeaveReason | Literal["supporter"] = "done"
    """How the seeker goes, or that the supporter ends it."""
    weight: Annotated[int, Meta(ge=1, le=5)] = 1
    """How often it is played, beside the others."""


class Scripts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them, and what to answer to somebody who has no script."""

    scripts: list[Script]
    answers: dict[Language, list[Text]]

    @property
    def languages(self) -> Sequence[str]:
        """The languages that are spoken in them, English first."""
        return list(dict.fromkeys(["en", *(script.language for script in self.scripts)]))

    def pick(self, chance: Random, language: str | None = None) -> Script:
        """Return one by chance and weight; in this language only, if one is named."""
        among = [one for one in self.scripts if language in (None, one.language)]
        return chance.choices(among, [one.weight for one in among])[0]

    def answers_in(self, language: str) -> Sequence[str]:
        """Return the answers in a language, or else in English."""
        return self.answers.get(language, self.answers["en"])


@cache
def load() -> Scripts:
    """Return the scripts that come with Benchside."""
    text = (files("web.demo") / "scripts.toml").read_text(encoding="utf-8")
    document: Mapping[str, object] = tomllib.loads(text)
    return msgspec.convert(document, Scripts)
