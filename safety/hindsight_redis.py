"""What became of each rule's flags, in the store: one hash for all processes."""

from collections.abc import Collection, Mapping
from typing import Final

from safety.hindsight import Sequel
from store.client import Store
from store.replies import as_int, as_map

_COUNTS: Final = "{desk}:hindsight"
"""hash `<sequel>:<rule>` -> count"""


class HindsightRedis:
    """The counts that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store

    async def count(self, rules: Collection[str], sequel: Sequel) -> None:
        """See `Hindsight.count`."""
        if rules:
            await self._store.calls(
                [("HINCRBY", _COUNTS, f"{sequel}:{rule}", 1) for rule in sorted(set(rules))]
            )

    async def counts(self) -> Mapping[str, Mapping[str, int]]:
        """See `Hindsight.counts`."""
        found: dict[str, dict[str, int]] = {}
        for field, count in as_map(await self._store.call("HGETALL", _COUNTS)).items():
            sequel, _, rule = field.partition(":")
            found.setdefault(rule, {})[sequel] = as_int(count)
        return found
