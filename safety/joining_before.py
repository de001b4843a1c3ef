"""Rules that join a line with what was told before: the awaited day has come, the baby is still."""

from safety.signs import Joined, Signs


def after_a_wish(signs: Signs) -> Joined | None:
    """After a wish to die or a plan was told: means, place or the awaited day has come."""
    earlier = signs.earlier("suicide", "overdose")
    if {"awaited", "deadly"} <= signs.signals_before and "date" in signs.signals:
        return Joined("suicide", 3, "join.later_day")
    if "ask_wish_before" in signs.signals_before and signs.signals & {"high_place", "place_now"}:
        return Joined("suicide", 4, "join.later_place")
    if earlier < 1:
        return None
    if signs.signals & {"place_now", "height_now", "high_place", "to_place"}:
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
    if "happened" in signs.signals and "awaited" in signs.signals_before and earlier >= 2:
        return Joined("suicide", 3, "join.later_event")
    if signs.signals & {"deadly", "no_return"} and "ask_plan_before" in signs.signals_before:
        return Joined("suicide", 3, "join.later_meant")
    if "done" in signs.signals and "taken_some" in signs.signals:
        return Joined("overdose", 4, "join.later_taken")
    return None


def alone_at_last(signs: Signs) -> Joined | None:
    """What was to be done once nobody is there, and now nobody is."""
    if "awaits_alone" in signs.signals_before and "unprotected" in signs.signals:
        return Joined("suicide", 3, "join.later_alone")
    return None


def after_a_threat(signs: Signs) -> Joined | None:
    """After abuse was told: the one who does it, or the day on which it happens, is here."""
    if signs.earlier("abuse", "violence") >= 2 and (
        signs.signals & {"arrived", "payday"}
        or ("happened" in signs.signals and "awaited" in signs.signals_before)
        or ("yes_first" in signs.signals and "ask_trigger_before" in signs.signals_before)
    ):
        return Joined("abuse", 3, "join.later_abuse")
    return None


def after_a_baby(signs: Signs) -> Joined | None:
    """After a crying baby was told of: it is still now, or someone was rough."""
    if "baby" in signs.signals_before and "gone_still" in signs.signals:
        return Joined("child_at_risk", 4, "join.later_baby")
    return None


def after_self_harm(signs: Signs) -> Joined | None:
    """After self-harm when alone, or after a row, was told: now alone, or there was a row."""
    if signs.earlier("self_harm") >= 1 and (
        "unprotected" in signs.signals
        or ("happened" in signs.signals and "awaited" in signs.signals_before)
    ):
        return Joined("self_harm", 2, "join.later_cut")
    return None
