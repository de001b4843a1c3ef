"""The risk of a conversation: what its lines so far ask for, taken together.

It rises at once with the gravest line of the seeker and falls slowly: only when the seeker
takes back what was said ("I've given them away", "I'm safe now"), one level at a time, not
before two further lines of theirs were calmer, and never below `concern`. Silence, thanks
and a change of subject lower nothing: people who have decided are often calm.

Queue order, what the board puts first and how soon an unanswered escalation is raised
again follow from it. An escalation that was raised stays until a person resolves it.
"""

from collections.abc import Sequence
from typing import Final

from config.risk import Risk
from safety.verdict import ContextLine

CALM_LINES: Final = 2
"""Lines of the seeker below the standing risk that must come before a retraction lowers it."""


def stand(context: Sequence[ContextLine], risk: Risk, *, retracts: bool) -> Risk:
    """The risk of the conversation after a line of the seeker.

    `context` are the lines before it, the oldest first; `risk` is the line's own;
    `retracts` says whether the line takes back a danger told before.
    """
    before = standing(context)
    if risk >= before:
        return risk
    if not retracts or before <= Risk.CONCERN or not _calm(context, before):
        return before
    return max(Risk(before - 1), risk)


def standing(context: Sequence[ContextLine]) -> Risk:
    """The risk of the conversation after its last line so far."""
    return context[-1].standing if context else Risk.NONE


def _calm(context: Sequence[ContextLine], level: Risk) -> bool:
    """Whether the seeker's last lines were calmer, and the risk did not just change."""
    last = [line for line in context if line.by == "seeker"][-CALM_LINES:]
    return len(last) == CALM_LINES and all(
        line.risk < level and line.standing == level for line in last
    )
