"""What signs mean together: a wish and a time, a means at hand, a child and a blow.

Pure arithmetic over the names of signals and the findings of one line. Each rule has an
id that flags name, and says in one sentence what it joins.
"""

from typing import Final

from safety.joining_before import (
    after_a_baby,
    after_a_threat,
    after_a_wish,
    after_self_harm,
    alone_at_last,
)
from safety.joining_others import (
    armed_and_bound,
    child_and_harm,
    child_lured,
    child_to_wed,
    hurt_and_still,
    minor_courted,
    rough_with_baby,
    sheltering,
)
from safety.joining_self import (
    bleeding,
    day_set,
    done_now,
    goodbyes,
    leaving_for_good,
    longing_for_death,
    means_and_parting,
    not_woken,
    place_and_leap,
    taken_and_felt,
    wish_and_means,
    wish_and_time,
)
from safety.signs import Joined, Rule, Signs


def join(signs: Signs) -> list[Joined]:
    """All that the rules make of the signs of one line; of a line without any, nothing."""
    if not signs.signals and not signs.levels:
        return []
    return [joined for rule in RULES if (joined := rule(signs)) is not None]


RULES: Final[tuple[Rule, ...]] = (
    wish_and_time,
    wish_and_means,
    place_and_leap,
    bleeding,
    means_and_parting,
    done_now,
    day_set,
    goodbyes,
    leaving_for_good,
    longing_for_death,
    taken_and_felt,
    not_woken,
    child_and_harm,
    sheltering,
    child_to_wed,
    rough_with_baby,
    child_lured,
    hurt_and_still,
    armed_and_bound,
    minor_courted,
    after_a_wish,
    alone_at_last,
    after_a_threat,
    after_a_baby,
    after_self_harm,
)
"""Every rule; each is tried on every line that has signs."""
