"""What signs mean together: a wish and a time, a means at hand, a child and a blow.

Pure arithmetic over the names of signals and the findings of one line. Each rule has an
id that flags name, and says in one sentence what it joins.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from safety.verdict import Certainty

DANGER_TO_SELF: Final = frozenset({"suicide", "overdose", "self_harm"})


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found in one line: levels by category, and the names of signals."""

    levels: Mapping[str, int]
    """The highest level found for each category."""
    signals: frozenset[str]
    before: Mapping[str, int]
    """The highest level of each category in the seeker's earlier lines."""
    signals_before: frozenset[str]
    """The signals of the last lines: of the same person, and with `_before` of the other."""
    told: frozenset[str]
    """The same of all lines that are still known: what was said once and stays true."""

    def level(self, *categories: str) -> int:
        """The highest level among the categories."""
        return max((self.levels.get(category, 0) for category in categories), default=0)

    def earlier(self, *categories: str) -> int:
        """The highest earlier level among the categories."""
        return max((self.before.get(category, 0) for category in categories), default=0)


@dataclass(frozen=True, slots=True)
class Joined:
    """What a rule makes of the signs."""

    category: str
    level: int
    rule: str
    certainty: Certainty = Certainty.LIKELY


Rule = Callable[[Signs], Joined | None]


def join(signs: Signs) -> list[Joined]:
    """All that the rules make of the signs of one line."""
    return [joined for rule in RULES if (joined := rule(signs)) is not None]


def wish_and_time(signs: Signs) -> Joined | None:
    """A wish to die and a time: now makes it imminent if it is resolved, else a plan."""
    if signs.level("suicide") < 2:
        return None
    if "now" in signs.signals:
        return Joined("suicide", 4 if "resolve" in signs.signals else 3, "join.wish_now")
    if "date" in signs.signals and "resolve" in signs.signals:
        return Joined("suicide", 3, "join.wish_date")
    return None


def wish_and_means(signs: Signs) -> Joined | None:
    """A wish to die and the means to hand."""
    if signs.level("suicide", "overdose") >= 2 and "at_hand" in signs.signals:
        return Joined("suicide", 4 if "now" in signs.signals else 3, "join.wish_means")
    return None


def place_and_leap(signs: Signs) -> Joined | None:
    """Standing at a height or at the tracks, with a wish, a farewell or a jump."""
    if "place_now" in signs.signals and (
        signs.level("suicide") >= 2 or signs.signals & {"leap", "goodbye", "no_return"}
    ):
        return Joined("suicide", 4, "join.place")
    return None


def goodbyes(signs: Signs) -> Joined | None:
    """Several signs of leave-taking: thanks, putting in order, absolving, farewell."""
    leaving = signs.signals & {
        "goodbye",
        "thanks",
        "absolve",
        "in_order",
        "love_to",
        "light",
        "note",
    }
    if leaving <= {"goodbye", "thanks"} and signs.level("suicide") < 2:
        return None
    if len(leaving) >= 3 or (len(leaving) >= 2 and leaving & {"goodbye", "absolve", "note"}):
        return Joined("suicide", 4 if "note" in leaving else 3, "join.goodbyes")
    return None


def child_and_harm(signs: Signs) -> Joined | None:
    """A child speaks of blows, or someone speaks of blows to a child."""
    level = signs.level("abuse")
    if level >= 2 and signs.signals & {"minor", "child"}:
        return Joined("child_at_risk", max(3, level), "join.child")
    return None


def minor_courted(signs: Signs) -> Joined | None:
    """Courting, secrecy or requests for pictures towards someone who said they are a child."""
    if "minor_before" in signs.told and (
        signs.level("sexual") or signs.signals & {"secrecy", "picture", "alone"}
    ):
        return Joined("sexual", 3, "join.grooming")
    return None


def after_a_wish(signs: Signs) -> Joined | None:
    """After a wish to die or a plan was told: means, place or the awaited day has come."""
    earlier = signs.earlier("suicide", "overdose")
    if earlier < 1:
        return None
    if "place_now" in signs.signals or "height_now" in signs.signals:
        return Joined("suicide", 4, "join.later_place")
    if "at_hand" in signs.signals or "means" in signs.signals:
        return Joined("suicide", 4 if "saved" in signs.signals_before else 3, "join.later_means")
    if "given" in signs.signals and earlier >= 2:
        return Joined("suicide", 3, "join.later_given")
    if "date" in signs.signals and "awaited" in signs.signals_before:
        return Joined("suicide", 3, "join.later_day")
    if "death" in signs.signals and "only_for" in signs.signals_before:
        return Joined("suicide", 3, "join.later_loss")
    if "unprotected" in signs.signals and earlier >= 2:
        return Joined("suicide", 3, "join.later_alone")
    return None


def after_a_threat(signs: Signs) -> Joined | None:
    """After abuse was told: the one who does it, or the day on which it happens, is here."""
    if signs.earlier("abuse", "violence") >= 2 and signs.signals & {"arrived", "payday"}:
        return Joined("abuse", 3, "join.later_abuse")
    return None


def after_a_baby(signs: Signs) -> Joined | None:
    """After a crying baby was told of: it is still now, or someone was rough."""
    if "baby" in signs.signals_before and "gone_still" in signs.signals:
        return Joined("child_at_risk", 4, "join.later_baby")
    return None


def after_self_harm(signs: Signs) -> Joined | None:
    """After self-harm when alone was told: now alone."""
    if signs.earlier("self_harm") >= 2 and "unprotected" in signs.signals:
        return Joined("self_harm", 2, "join.later_cut")
    return None


RULES: Final[tuple[Rule, ...]] = (
    wish_and_time,
    wish_and_means,
    place_and_leap,
    goodbyes,
    child_and_harm,
    minor_courted,
    after_a_wish,
    after_a_threat,
    after_a_baby,
    after_self_harm,
)
"""Every rule; each is tried on every line that has signs."""
