"""What became of each rule's flags, in memory: for tests."""

from collections.abc import Collection, Mapping

from safety.hindsight import Sequel


class HindsightMemory:
    """The counts of one process."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts: dict[str, dict[str, int]] = {}

    async def count(self, rules: Collection[str], sequel: Sequel) -> None:
        """See `Hindsight.count`."""
        for rule in set(rules):
            of_rule = self._counts.setdefault(rule, {})
            of_rule[sequel] = of_rule.get(sequel, 0) + 1

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """See `Hindsight.counts`."""
        return {rule: dict(counts) for rule, counts in self._counts.items()}
