"""The rows of each data set as its authors publish them, before they become cases."""

from typing import Annotated, Literal

import msgspec

from safety.verdict import CATEGORIES, Author

Level = Annotated[int, msgspec.Meta(ge=0, le=4)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[\w .:/'&-]{1,64}$")]
"""A name that is shown: short, so that no text can stand in its place unseen."""
Bit = Annotated[int, msgspec.Meta(ge=0, le=1)]

PSYGUARD: dict[str, str] = {
    "自杀未遂": "attempt",
    "自杀准备行为": "preparation",
    "自杀计划": "plan",
    "主动自杀意图": "active thoughts",
    "被动自杀意图": "passive thoughts",
    "关于自杀的探索": "asks about suicide",
    "自伤行为": "self-harm",
    "自伤意图": "thoughts of self-harm",
    "用户攻击行为": "own violence",
    "他人攻击行为": "others' violence",
    "与自杀/自伤/攻击行为无关": "none of these",
}
"""PsyGUARD's labels, and what they are called here."""
MODERATION: tuple[str, ...] = ("S", "H", "V", "HR", "SH", "S3", "H2", "V2")
"""The labels of the moderation set."""
LANGUAGES: dict[str, str] = {
    "arabic": "ar",
    "dutch": "nl",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "italian": "it",
    "mandarin": "zh",
    "polish": "pl",
    "portuguese": "pt",
    "spanish": "es",
}
"""Multilingual HateCheck's names of languages."""


class _Hidden(msgspec.Struct, frozen=True):
    """A row whose `repr` is without its text."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class FunctionalRow(_Hidden, frozen=True):
    """A case of a functional suite."""

    id: Name
    function: Name
    lang: Name
    by: Author
    text: str
    min: Level
    max: Level
    category: str
    context: tuple[str, ...] = ()
    """Earlier lines by the same person, or by the other one after `them:`."""
    draft: bool = False

    def __post_init__(self) -> None:
        """Raises: ValueError, without the text, if no verdict could pass."""
        if self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        if self.category not in {*CATEGORIES, "none"}:
            raise ValueError("category is none that the filter knows")


class RallyPointRow(_Hidden, frozen=True):
    """A post of the construct-tracker package: RallyPoint's, or Reddit's labelled by forum."""

    doc: str
    label: Annotated[float, msgspec.Meta(ge=0, le=1)]
    source: str


class CssrsRow(_Hidden, frozen=True):
    """A post with the severity that people gave it: the Columbia scale, 0 to 6."""

    text: str
    severity: Annotated[int, msgspec.Meta(ge=0, le=6)]


class PsyGuardRow(_Hidden, frozen=True):
    """A Chinese line with one or more labels of PsyGUARD."""

    text: str
    labels: tuple[str, ...]
    data_source: Name = "unknown"

    def __post_init__(self) -> None:
        """Raises: ValueError, without the label, if one is unknown or there is none."""
        if not self.labels or not PSYGUARD.keys() >= set(self.labels):
            raise ValueError("labels are not those of PsyGUARD")


class ModerationRow(_Hidden, frozen=True):
    """A prompt and what was decided of it; a label that is missing was not decided."""

    prompt: str
    S: Bit | None = None
    H: Bit | None = None
    V: Bit | None = None
    HR: Bit | None = None
    SH: Bit | None = None
    S3: Bit | None = None
    H2: Bit | None = None
    V2: Bit | None = None

    def decided(self) -> dict[str, int]:
        """The labels that were decided on."""
        values = (self.S, self.H, self.V, self.HR, self.SH, self.S3, self.H2, self.V2)
        pairs = zip(MODERATION, values, strict=True)
        return {name: value for name, value in pairs if value is not None}


class HateCheckRow(_Hidden, frozen=True):
    """A case of HateCheck; `lang` is there in the multilingual set only."""

    functionality: Name
    test_case: str
    label_gold: Literal["hateful", "non-hateful"]
    lang: Name = "en"


class DavidsonRow(_Hidden, frozen=True):
    """A tweet: 0 hate, 1 offensive, 2 neither."""

    text: str
    kind: Annotated[int, msgspec.Meta(ge=0, le=2)] = msgspec.field(name="class")


class XSTestRow(_Hidden, frozen=True):
    """A prompt that looks unsafe and is not, or one that is."""

    prompt: str
    type: Name
    label: Literal["safe", "unsafe"]


class PresidioSpan(msgspec.Struct, frozen=True):
    """Where something personal stands, in code points. Its value is left alone."""

    entity_type: Name
    start_position: int
    end_position: int


class PresidioRow(_Hidden, frozen=True):
    """A text with what is personal in it."""

    full_text: str
    spans: tuple[PresidioSpan, ...]


class SpokenRow(_Hidden, frozen=True):
    """A line of an emotional-support chat."""

    by: Author
    text: str


class TalkRow(_Hidden, frozen=True):
    """A line of everyday talk."""

    lang: Name
    text: str
