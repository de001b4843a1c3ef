"""What the filter says of a line: risk, categories, and where in the text it saw them.

Only the types; how a verdict is reached is `screening`'s business, and what follows
from one (refusing, escalating) is the business of those who read it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, NamedTuple

import msgspec

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

Tier = Literal["inline", "model", "unscreened"]
"""Which tier reached the verdict: the rules, or a model that raised what they said.

`unscreened` means an internal fault: nobody has read the line.
"""


class Certainty(IntEnum):
    """How far a flag can be relied on, for the person who decides what to do about it."""

    POSSIBLE = 1
    """A first draft of a language's phrases, or a model that is not sure."""
    LIKELY = 2
    """A rule that joins signs, or words whose weight the sentence around them changed."""
    SURE = 3
    """Words that were written for just this, said plainly."""


class Span(msgspec.Struct, frozen=True):
    """A stretch of the original text, and the rule that saw something in it."""

    start: int
    """First code point, counted in the text as it was sent."""
    end: int
    """One past the last code point."""
    category: str
    rule: str
    """The stable id of the lexicon entry, rule or model, for review of wrong flags."""
    certainty: Certainty = Certainty.LIKELY


class Verdict(msgspec.Struct, frozen=True):
    """The judgement of one line. Holds positions, never text."""

    risk: Risk
    categories: tuple[str, ...]
    """Sorted, without repeats; each one of `CATEGORIES`."""
    spans: tuple[Span, ...]
    tier: Tier
    score: float = 0.0
    """How probable it is that the line speaks of suicidal thoughts, from 0 to 1.

    Rules and statistical model together; orders lines of equal risk, and decides nothing.
    """
    standing: Risk = Risk.NONE
    """The risk of the conversation after this line: see `safety.standing`."""
    lowers: bool = False
    """Whether the line took a danger back, so that the conversation's risk fell."""


class Reading(msgspec.Struct, frozen=True):
    """What the rules saw in a line by itself: levels by category, and the names of signals."""

    levels: Mapping[str, int]
    signals: frozenset[str]


@dataclass(slots=True, repr=False, eq=False)
class ContextLine:
    """One earlier line of the conversation, the oldest first where there are several."""

    by: Author
    text: str
    risk: Risk = Risk.NONE
    """What the line was judged to be when it was said."""
    standing: Risk = Risk.NONE
    """The risk of the conversation after that line."""
    reading: Reading | None = None
    """Left here by the screen that first reads the line, to be found by the next."""

    def __repr__(self) -> str:
        """Without the text: a traceback must not carry what was said."""
        return f"ContextLine(by={self.by!r}, length={len(self.text)})"


class Said(NamedTuple):
    """A line that is to be judged."""

    text: str
    by: Author
    lang: str | None = None
    """A hint for later tiers; the rules read every language at once, because people mix them."""
    context: Sequence[ContextLine] = ()
    """The lines before it, the oldest first."""

    def __repr__(self) -> str:
        """Without the text: a traceback must not carry what was said."""
        return f"Said(by={self.by!r}, length={len(self.text)})"


class Screened(msgspec.Struct, frozen=True):
    """A verdict, and the text as it may be delivered."""

    verdict: Verdict
    masked: str
    """The line with personal contacts replaced; all other text is untouched."""
    contacts: int
    """How many contacts were masked."""
    reading: Reading | None = None
    """What the rules saw in the line by itself, for the `ContextLine` that it becomes, if nothing
    was masked."""

    def __repr__(self) -> str:
        """Without the text: a traceback must not carry what was said."""
        return f"Screened(verdict={self.verdict!r}, contacts={self.contacts})"


NOTHING: Final = Verdict(Risk.NONE, (), (), "inline")
"""The verdict on a line in which nothing was seen."""

UNSCREENED: Final = Verdict(Risk.NONE, (), (), "unscreened")
"""The verdict when screening itself failed; the line is delivered, the fault counted."""
