"""What a short line means after what was asked: "yes" to a plan, "no" to being safe.

A table of questions and answers over the names of signals, which the lexicon finds in
the last line of the other person and in the answer.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from safety.signs import Joined

SHORT: Final = 9
"""Lines of at most so many words may be answers that only the question explains."""


class Asked(msgspec.Struct, frozen=True):
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
    """What another short answer means where a wish was told before; 0 where it means nothing."""
    tells: frozenset[str] = frozenset()
    """Signals of such an answer that speak for themselves, without a wish told before."""
    now: int = 0
    """What an answer with "now" or "tonight" means."""
    unsure: int = 0
    """What "I don't know" means."""
    needs: int = 0
    """The wish that must have been told, for the question to be about it."""


_WHERE_OR_HOW: Final = frozenset(
    {"deadly", "means", "at_hand", "in_hand", "spot", "date", "planned"}
)
_DATED: Final = frozenset({"date"})
_CASES: Final = (
    _Case("ask_plan", "suicide", yes=3, told=3, tells=_WHERE_OR_HOW, now=4, unsure=2),
    _Case("ask_plan_bare", "suicide", yes=3, told=3, now=4, unsure=2, needs=1),
    _Case("ask_means", "suicide", yes=3, told=3, now=4, needs=1),
    _Case("ask_loaded", "suicide", yes=4, now=4, needs=1),
    _Case("ask_meaning", "suicide", yes=0, tells=frozenset({"deadly", "no_return"})),
    _Case("ask_where", "suicide", yes=0, tells=frozenset({"spot"}), told=0, needs=1),
    _Case("ask_when", "suicide", yes=3, told=3, now=4, needs=1),
    _Case("ask_when_it", "suicide", yes=3, told=3, tells=_DATED, now=4),
    _Case("ask_now", "suicide", yes=4, now=4, unsure=3, needs=1),
    _Case("ask_attempt_when", "suicide", yes=2, told=2, tells=_DATED, now=4),
    _Case("ask_attempt", "suicide", yes=2, tells=_DATED, now=4),
    _Case("ask_attempt_now", "suicide", yes=3, tells=_DATED, now=4, needs=1),
    _Case("ask_wish", "suicide", yes=2, now=3, unsure=1),
    _Case("ask_wish_often", "suicide", yes=2, told=2, now=3),
    _Case("ask_passive", "suicide", yes=1, now=2, unsure=1),
    _Case("ask_live", "suicide", yes=0, no=1),
    _Case("ask_harm_now", "self_harm", yes=3, now=3),
    _Case("ask_harm", "self_harm", yes=2, now=3, unsure=1),
    _Case("ask_taken", "overdose", yes=3, told=4, tells=frozenset({"amount", "done"}), now=4),
    _Case("ask_abuse", "abuse", yes=3, tells=frozenset({"person", "date"}), now=3),
    _Case("ask_violence", "violence", yes=3, now=4),
    _Case("ask_safe", "suicide", yes=0, no=2, unsure=2),
    _Case("ask_promise", "suicide", yes=0, no=2, unsure=2),
    _Case("ask_tell", "suicide", yes=0, no=2, unsure=2, needs=1),
    _Case("urge_not", "overdose", yes=0),
    _Case("urge_down", "suicide", yes=0, no=3, needs=1),
)
_DEADLY_IF_TOLD: Final = frozenset({"ask_taken", "ask_means", "ask_plan", "ask_plan_bare"})
"""Questions after which things in the hand, or taken, mean that it has begun."""


_INNOCENT: Final = {
    "ask_now": "ask_now_not",
    "ask_plan_bare": "ask_plan_for",
    "ask_taken": "ask_taken_care",
}
"""The signal of what the same question asks in daily life."""


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
    answer, wish = asked.answer, asked.wish
    if case.question == "urge_not":
        return 4 if "done" in answer else 0
    if wish < case.needs:
        return 0
    if case.question in _DEADLY_IF_TOLD and wish and answer & {"in_hand", "done"}:
        return 4
    if _INNOCENT.get(case.question) in asked.questions:
        return 0
    if case.question == "ask_meaning":
        return 3 if answer & case.tells else 0
    leaning = _leaning(answer)
    if leaning == "no":
        if case.no:
            graver = wish >= (2 if case.question == "ask_live" else 3)
            return min(3, case.no + graver)
        return 1 if wish and case.category == "suicide" else 0
    if case.now and ("now" in answer or ("now_bare" in answer and leaning != "yes")):
        return case.now
    if case.question == "ask_where" and answer & case.tells:
        return 4
    if answer & case.tells:
        return 4 if case.question == "ask_taken" and wish else max(3, case.yes)
    if leaning == "yes":
        return 4 if case.question == "ask_taken" and wish else case.yes
    if leaning == "unsure":
        return case.unsure
    return case.told if wish or case.question == "ask_wish_often" else 0


def _leaning(answer: frozenset[str]) -> str:
    """Whether the answer is a yes or a no; what it begins with counts most."""
    if "no_lie" in answer:
        return "yes"
    if "no_first" in answer:
        return "no"
    if "yes_first" in answer:
        return "yes"
    if "unsure" in answer:
        return "yes" if "yes" in answer else "unsure"
    return next((each for each in ("no", "yes") if each in answer), "")
