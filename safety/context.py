"""What a short line means after what was asked: "yes" to a plan, "no" to being safe.

A table of questions and answers over the names of signals, which the lexicon finds in
the last line of the other person and in the answer.
"""

from dataclasses import dataclass
from typing import Final

from safety.joining import Joined

SHORT: Final = 9
"""Lines of at most so many words may be answers that only the question explains."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the other person, the answer, and what was told before."""

    questions: frozenset[str]
    """The signals of the last line, if the other person wrote it."""
    answer: frozenset[str]
    """The signals of the line itself: `yes`, `no`, `now`, `done`, ..."""
    length: int
    """How many words the answer has."""
    wish: int
    """The highest level of danger to self that was told before."""


@dataclass(frozen=True, slots=True)
class _Case:
    question: str
    category: str
    yes: int
    no: int = 0
    told: int = 0
    """What any other short answer means; 0 where it means nothing."""
    now: int = 0
    """What an answer with "now" or "tonight" means."""


_CASES: Final = (
    _Case("ask_plan", "suicide", yes=3, told=3, now=4),
    _Case("ask_means", "suicide", yes=3, told=3, now=4),
    _Case("ask_when", "suicide", yes=3, told=3, now=4),
    _Case("ask_attempt_when", "suicide", yes=3, told=3, now=4),
    _Case("ask_attempt", "suicide", yes=2, now=4),
    _Case("ask_wish", "suicide", yes=2, now=3),
    _Case("ask_wish_often", "suicide", yes=2, told=2, now=3),
    _Case("ask_passive", "suicide", yes=1, now=2),
    _Case("ask_harm_now", "self_harm", yes=3, now=3),
    _Case("ask_harm", "self_harm", yes=2, now=3),
    _Case("ask_taken", "overdose", yes=3, now=4),
    _Case("ask_abuse", "abuse", yes=3, now=3),
    _Case("ask_violence", "violence", yes=3, now=4),
    _Case("ask_safe", "suicide", yes=0, no=2),
    _Case("ask_promise", "suicide", yes=0, no=2),
    _Case("urge_not", "overdose", yes=0),
)


def answered(asked: Asked) -> Joined | None:
    """What the answer means after its question; None if it means no more than its words."""
    best: Joined | None = None
    if asked.length > SHORT:
        return None
    for case in _CASES:
        if case.question in asked.questions:
            level = _level(case, asked)
            if level and (best is None or level > best.level):
                best = Joined(case.category, level, f"answer.{case.question}")
    return best


def _level(case: _Case, asked: Asked) -> int:
    if case.question == "urge_not":
        return 4 if "done" in asked.answer else 0
    if "no" in asked.answer:
        if case.no:
            return case.no + (1 if asked.wish >= 3 else 0)
        return 1 if asked.wish >= 2 and case.category == "suicide" else 0
    if "now" in asked.answer and case.now:
        return case.now
    if "yes" in asked.answer:
        return case.yes
    return case.told
