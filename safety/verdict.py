"""What the filter says of a line: risk, categories, and where in the text it saw them.

Only the types; how a verdict is reached is `screening`'s business, and what follows
from one (refusing, escalating) is the business of those who read it.
"""

from dataclasses import dataclass
from typing import Final, Literal

from config.risk import Risk

CATEGORIES: Final[tuple[str, ...]] = (
    "suicide",
    "self_harm",
    "overdose",
    "abuse",
    "violence",
    "child_at_risk",
    "eating",
    "harassment",
    "sexual",
    "contact",
)
"""Every category a verdict can name. The first seven are about danger to someone;
the last three are about conduct in the conversation and carry little risk of themselves."""

Author = Literal["seeker", "supporter"]
"""Who wrote a line. Supervisors who join count as supporters."""

Tier = Literal["inline", "unscreened"]
"""Which tier reached the verdict. `unscreened` means an internal fault: nobody has read it."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the original text, and the rule that saw something in it."""

    start: int
    """First code point, counted in the text as it was sent."""
    end: int
    """One past the last code point."""
    category: str
    rule: str
    """The stable id of the lexicon entry or rule, for review of wrong flags."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one line. Holds positions, never text."""

    risk: Risk
    categories: tuple[str, ...]
    """Sorted, without repeats; each one of `CATEGORIES`."""
    spans: tuple[Span, ...]
    tier: Tier


@dataclass(frozen=True, slots=True, repr=False)
class ContextLine:
    """One earlier line of the conversation, the oldest first where there are several."""

    by: Author
    text: str

    def __repr__(self) -> str:
        """Without the text: a traceback must not carry what was said."""
        return f"ContextLine(by={self.by!r}, length={len(self.text)})"


@dataclass(frozen=True, slots=True, repr=False)
class Screened:
    """A verdict, and the text as it may be delivered."""

    verdict: Verdict
    masked: str
    """The line with personal contacts replaced; all other text is untouched."""
    contacts: int
    """How many contacts were masked."""

    def __repr__(self) -> str:
        """Without the text: a traceback must not carry what was said."""
        return f"Screened(verdict={self.verdict!r}, contacts={self.contacts})"


NOTHING: Final = Verdict(Risk.NONE, (), (), "inline")
"""The verdict on a line in which nothing was seen."""

UNSCREENED: Final = Verdict(Risk.NONE, (), (), "unscreened")
"""The verdict when screening itself failed; the line is delivered, the fault counted."""
