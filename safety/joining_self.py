"""Rules that join signs of danger to oneself in one line: a wish and a time, means at hand."""

from typing import Final

from safety.signs import DANGER_TO_SELF, Joined, Signs


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


_PARTING: Final = frozenset(
    {
        "goodbye",
        "goodbye_said",
        "absolve",
        "love_to",
        "message_to",
        "entrust",
        "find_me",
        "unseen",
        "no_return",
        "note",
        "last_company",
        "the_time",
        "it_now",
        "nerve",
        "sorry_for",
    }
)
"""What is said when leaving for good; most of it is daily life where it stands alone."""


def place_and_leap(signs: Signs) -> Joined | None:
    """At a height, at the tracks or in the water, with a wish, a parting word or a leap."""
    signals = signs.signals
    wish = signs.level("suicide", "overdose")
    everyday = "everyday" in signals
    if "place_now" in signals:
        if wish >= 1 or signals & (_PARTING | {"leap", "high_place", "height_now", "now", "body"}):
            return Joined("suicide", 3 if everyday and wish < 2 else 4, "join.place")
        return None if everyday else Joined("suicide", 4, "join.brink")
    due = "train_due" in signals and signals & (_PARTING | {"light"})
    if signals & {"high_place", "place_now", "station"} and due and not everyday:
        return Joined("suicide", 4, "join.place")
    if "high_place" in signals and (
        wish >= 2 or (not everyday and signals & (_PARTING | {"leap", "height_now", "at_hand"}))
    ):
        return Joined("suicide", 4, "join.place")
    if not everyday and (
        {"high_place", "deeper"} <= signals
        or ("to_place" in signals and (wish or signals & (_PARTING | {"thanks", "leap"})))
    ):
        return Joined("suicide", 4, "join.place")
    if "in_water" in signals and not everyday:
        return Joined("suicide", 4, "join.water")
    if "into_water" in signals and (wish or signals & (_PARTING | {"deeper", "body"})):
        return None if everyday and wish < 2 else Joined("suicide", 4, "join.water")
    return None


def bleeding(signs: Signs) -> Joined | None:
    """Something is red that should not be, and a word of what was done or how it feels."""
    about = _PARTING | {"body", "now", "wounded", "lonely_place", "at_hand"}
    if "red" in signs.signals and signs.signals & about and "everyday" not in signs.signals:
        return Joined("suicide", 4, "join.bleeding")
    return None


def means_and_parting(signs: Signs) -> Joined | None:
    """The means at hand, and a parting word, a lonely place, a time or the wait for courage."""
    signals = signs.signals
    about = _PARTING | {"now", "lonely_place", "high_place", "place_now", "deadly"}
    if "at_hand" in signals and signals & about and "everyday" not in signals:
        return Joined("suicide", 4, "join.means")
    return None


def done_now(signs: Signs) -> Joined | None:
    """It is done tonight; where nothing else says what "it" is, one level lower."""
    signals = signs.signals
    if "it_now" not in signals or "everyday" in signals:
        return None
    sure = signs.level(*DANGER_TO_SELF) >= 1 or signals & (
        _PARTING - {"it_now"} | {"unprotected", "thanks"}
    )
    return Joined("suicide", 4 if sure else 3, "join.it_now")


def day_set(signs: Signs) -> Joined | None:
    """A day is set, and it is not that of a wedding; or all is ready for what was wished."""
    if {"place_found", "spot"} <= signs.signals and signs.signals & {"date", "hidden", "now"}:
        return Joined("suicide", 3, "join.place_found")
    if "date_set" in signs.signals and "everyday" not in signs.signals:
        return Joined("suicide", 3, "join.day_set")
    signals = signs.signals
    if {"do_it", "considerate"} <= signals:
        return Joined("suicide", 3, "join.prepared")
    if "everyday" in signals:
        return None
    if "the_day" in signals and (
        signs.level("suicide") >= 1 or signals & (_PARTING | {"in_order", "has_needed"})
    ):
        return Joined("suicide", 3, "join.day_set")
    if "know_how" in signals and (
        signs.level("suicide") >= 1
        or len(signals & {"has_needed", "date", "unprotected", "at_hand", "find_me", "now"}) >= 2
        or "has_needed" in signals
    ):
        return Joined("suicide", 3, "join.prepared")
    if "do_it" in signals and (
        signs.level("suicide") >= 1
        or signals & {"has_needed", "unprotected", "at_hand", "nerve", "high_place", "find_me"}
        or signals & {"considerate", "hidden", "note", "goodbye_said"}
    ):
        return Joined("suicide", 3, "join.prepared")
    if "has_needed" in signals and (
        signs.level("suicide", "overdose") >= 2 or signs.earlier("suicide", "overdose") >= 2
    ):
        return Joined("suicide", 3, "join.prepared")
    return None


_WORDS_LEFT: Final = frozenset({"goodbye", "sorry_for", "absolve", "love_to", "note", "entrust"})
_SOON: Final = frozenset(
    {"now", "the_time", "goodbye", "find_me", "absolve", "entrust", "at_hand", "unseen"}
)
_TAKING_LEAVE: Final = frozenset(
    {"goodbye", "thanks", "absolve", "in_order", "love_to", "light", "note", "entrust"}
    | {"last_company", "sorry_for", "the_time"}
)
_ORDINARY: Final = frozenset({"goodbye", "thanks", "sorry_for", "last_company"})


def goodbyes(signs: Signs) -> Joined | None:
    """Several signs of leave-taking: thanks, putting in order, absolving, farewell."""
    signals, wish = signs.signals, signs.level("suicide")
    told = {"absolve", "in_order", "light", "entrust", "note", "goodbye_said"} & signals
    if "everyday" in signals and wish < 2 and len(told) < 3:
        return None
    if "last_words" in signals:
        return Joined("suicide", 4, "join.last_words")
    if "goodbye_said" in signals:
        return Joined("suicide", 4 if signals & _SOON or wish >= 3 else 3, "join.goodbyes")
    if "message_to" in signals:
        now = signals & {"now", "at_hand", "place_now", "body"}
        return Joined("suicide", 4 if now else 3, "join.message")
    if "find_me" in signals and (wish >= 1 or signals & _WORDS_LEFT):
        return Joined("suicide", 4, "join.found")
    if {"goodbye", "sorry_for"} <= signals:
        return Joined("suicide", 3, "join.goodbyes")
    return _leave_taken(signals, wish)


def _leave_taken(signals: frozenset[str], wish: int) -> Joined | None:
    """Small signs that are many: three, or two of which one is plain."""
    leaving = signals & _TAKING_LEAVE
    if leaving <= _ORDINARY and wish < 2:
        return None
    if not leaving - {"in_order", "entrust"} and not signals & {"date", "hidden", "the_day"}:
        return None
    if {"in_order", "light"} <= leaving and signals & {"date", "now", "unprotected"}:
        return Joined("suicide", 3, "join.goodbyes")
    strong = leaving & {"goodbye", "absolve", "note", "entrust", "the_time"}
    if len(leaving) >= 3 or (len(leaving) >= 2 and strong):
        return Joined("suicide", 4 if "note" in leaving else 3, "join.goodbyes")
    return None


_LEAVING: Final = {
    "end_farewell": 2,
    "end_absence": 2,
    "end_time": 2,
    "end_last": 1,
    "end_lasting": 1,
    "end_way": 1,
    "end_soon": 1,
    "end_calm": 1,
    "end_handover": 1,
    "end_decided": 1,
    "light": 1,
    "in_order": 1,
    "entrust": 1,
}
"""How much each says that someone goes for good; of daily life, the light ones stand alone."""


def leaving_for_good(signs: Signs) -> Joined | None:
    """Small signs of going for good that together are more than daily talk."""
    weight = sum([_LEAVING.get(signal, 0) for signal in signs.signals])
    if weight >= 3 and ("everyday" not in signs.signals or signs.level("suicide")):
        return Joined("suicide", 2, "join.leaving")
    return None


def longing_for_death(signs: Signs) -> Joined | None:
    """A wish and a word of death, however they hang together: at least a concern."""
    if signs.signals >= {"longing", "deathly"}:
        return Joined("suicide", 1, "join.longing")
    return None


def taken_and_felt(signs: Signs) -> Joined | None:
    """Something was taken, and the body shows it, or a parting word says what for."""
    signals = signs.signals
    if not signals & {"taken_some", "taken_them"}:
        return None
    meant = signals & {
        "goodbye",
        "unseen",
        "find_me",
        "absolve",
        "sorry_for",
        "goodbye_said",
        "light",
    }
    if meant or ("body" in signals and "as_told" not in signals):
        return Joined("overdose", 4, "join.taken")
    if "taken_them" not in signals:
        return None
    if signs.level("suicide") >= 2 or signs.earlier("suicide", "overdose") >= 2:
        return Joined("overdose", 4, "join.taken")
    return None if signals & {"as_told", "everyday"} else Joined("overdose", 3, "join.taken")


def not_woken(signs: Signs) -> Joined | None:
    """Someone can't be woken, and it is not the sleep of a lazy morning."""
    if "wont_wake" in signs.signals and "everyday" not in signs.signals:
        return Joined("overdose", 4, "join.not_woken")
    return None
