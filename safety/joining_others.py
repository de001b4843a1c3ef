"""Rules that join signs of danger to others and to children: a child and a blow, arms."""

from safety.signs import Joined, Signs


def child_and_harm(signs: Signs) -> Joined | None:
    """A child speaks of blows, or someone speaks of blows to a child."""
    level = signs.level("abuse")
    if level < 3 and "hurting" not in signs.signals:
        return None
    if level >= 2 and signs.signals & {"minor", "child", "ward"}:
        return Joined("child_at_risk", max(3, level), "join.child")
    return None


def sheltering(signs: Signs) -> Joined | None:
    """In hiding or behind a barred door, and someone rages near."""
    if signs.signals >= {"sheltering", "raging"}:
        return Joined("abuse", 4, "join.sheltering")
    return None


def child_to_wed(signs: Signs) -> Joined | None:
    """A marriage is made ready for one who is a child."""
    if signs.signals >= {"minor", "to_wed"}:
        return Joined("child_at_risk", 3, "join.to_wed")
    return None


def rough_with_baby(signs: Signs) -> Joined | None:
    """An urge to be rough, and a baby."""
    if signs.signals >= {"rough_urge", "baby"}:
        return Joined("child_at_risk", 3, "join.rough")
    return None


def child_lured(signs: Signs) -> Joined | None:
    """Someone met online lures, and it is a child that is lured, now or in what was told."""
    if "lured" not in signs.signals:
        return None
    if signs.signals & {"minor", "child"} or "minor" in signs.told:
        return Joined("child_at_risk", 3, "join.lured")
    return None


def hurt_and_still(signs: Signs) -> Joined | None:
    """A child was struck, and does not wake or move."""
    if signs.signals >= {"child_blow", "child_still"}:
        return Joined("child_at_risk", 4, "join.hurt_and_still")
    return None


def armed_and_bound(signs: Signs) -> Joined | None:
    """A weapon that one carries, and those whom it is for or the way to them."""
    if signs.signals >= {"armed", "target"}:
        return Joined("violence", 3, "join.armed")
    return None


def minor_courted(signs: Signs) -> Joined | None:
    """Courting, secrecy or requests for pictures towards someone who said they are a child."""
    courts = signs.level("sexual") or signs.signals & {"secrecy", "picture", "alone"}
    if courts and "minor_before" in signs.told:
        return Joined("sexual", 3, "join.grooming")
    return None
