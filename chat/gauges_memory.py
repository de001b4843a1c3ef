"""Gauges in memory: for tests, and for a house of one process."""

from chat.gauges import Gauge, is_fresh
from config.clock import Millis


class GaugesMemory:
    """The gauges of all who share this object."""

    def __init__(self) -> None:
        """Begin with none."""
        self._gauges: dict[str, Gauge] = {}

    async def put(self, gauge: Gauge) -> None:
        """See `Gauges.put`."""
        self._gauges[gauge.origin] = gauge

    async def present(self, now: Millis) -> tuple[Gauge, ...]:
        """See `Gauges.present`."""
        return tuple(one for one in self._gauges.values() if is_fresh(one, now))
