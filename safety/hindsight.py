"""What became of each rule's flags: the port to the counts by which rules are corrected.

Numbers by the id of a rule, and nothing else: no text, no conversation, no person. Whoever
looks after the lexicon sees here which rule cries wolf and which finds what matters.
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal, Protocol, get_args

from safety.escalation import Outcome

Sequel = Literal["flagged", "wrong"] | Outcome
"""What happened to a flag: it was set, it was called wrong, or how its escalation ended."""

SEQUELS: Final[tuple[str, ...]] = ("flagged", "wrong", *get_args(Outcome))
"""All of them, in the order in which they are shown."""


class Hindsight(Protocol):
    """Where the counts are kept. They survive a restart; a crash may lose the last of them."""

    async def count(self, rules: Collection[str], sequel: Sequel) -> None:
        """Count this once for each of the rules."""
        ...

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return the counts by rule and sequel; what never happened is left out."""
        ...
