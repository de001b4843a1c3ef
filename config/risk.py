"""The five levels of risk: the one scale that filter, queue, desk and pages share.

After the Columbia scale (C-SSRS), flattened to what changes how people act.
"""

from enum import IntEnum


class Risk(IntEnum):
    """How much danger a line or a conversation speaks of.

    Ordered, so that `max` and `>=` mean what they say.
    """

    NONE = 0
    """Nothing that asks for more than listening."""
    CONCERN = 1
    """Distress; a passive wish to be gone."""
    ELEVATED = 2
    """Active thoughts without a plan; urges to self-harm."""
    HIGH = 3
    """A method, intent, plan or recent attempt; harm or abuse going on."""
    IMMINENT = 4
    """Means at hand, an act in progress, tonight."""


ESCALATES_FROM = Risk.HIGH
"""A line at this level or above always has an escalation (promise 7)."""
