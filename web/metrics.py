"""The metrics: numbers about the service for Prometheus, and no word, id or address.

Counters and histograms are kept as things happen; gauges about queue and desk are asked of the
store when somebody looks. Several workers of one server count into files of one folder, so that
any of them tells the numbers of all.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from chat.board import ROWS, oldest_seconds
from chat.floor import Floor
from chat.parts import Parts
from config.risk import Risk
from matching.ticket import Availability
from safety.escalation import State

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types here

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
LONG = (5, 15, 30, 60, 120, 300, 600, 1200, 2400, 3600)
MOODS = (-5, -3, -2, -1, 0, 1, 2, 3, 5, 10)
ALL_WORKERS: dict[str, Literal["livesum", "sum"]] = {
    "sockets": "livesum",
    "screening_faults": "sum",
}
"""What each worker counts for itself; all else is asked of the store, so the last to ask is right.
"""
FRESH_SECONDS = 5.0
"""How old another worker's own gauges may be."""
GAUGES = {
    "waiting": "Seekers waiting or offered",
    "oldest_wait_seconds": "The longest present wait",
    "open_offers": "Offers that are not answered yet",
    "conversations": "Conversations with a supporter",
    "supporters_available": "Supporters who take conversations",
    "escalations_unacknowledged": "Escalations that nobody looks after",
    "escalations_unresolved": "Escalations that are not resolved",
    "sockets": "Open sockets",
    "screening_faults": "Faults of the filter since the start",
}


class Metrics:
    """One process's numbers; it is where the conversation's rooms count (`Tallies`)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._lines = self._counter("lines", "Lines committed", "by")
        self._flags = self._counter("flags", "Lines by risk", "risk")
        self._unscreened = self._counter("unscreened", "Lines that no filter read")
        self._wrong = self._counter("wrong_flags", "Flags that staff call wrong")
        self._newcomers = self._counter("newcomers", "Answers to newcomers", "answer")
        self._waits = self._counter("told_to_wait", "Addresses that asked too often", "what")
        self._offers = self._counter("offers", "Offers made")
        self._feedback = self._counter("feedback", "Answers to: did it help", "helped")
        self._line_seconds = self._histogram("line_seconds", "From frame to commit", FAST)
        self._pairing_seconds = self._histogram("pairing_seconds", "From pass to offer", FAST)
        self._wait_seconds = self._histogram("wait_seconds", "Wait until picked up", LONG)
        self._mood = self._histogram("mood_change", "Feeling after, less before", MOODS)
        self._gauges = {
            name: Gauge(
                f"benchside_{name}",
                text,
                registry=self.registry,
                multiprocess_mode=ALL_WORKERS.get(name, "mostrecent"),
            )
            for name, text in GAUGES.items()
        }
        self._whole = _of_all_workers() or self.registry

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"benchside_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(f"benchside_{name}", text, buckets=buckets, registry=self.registry)

    def line(self, by: str, seconds: float) -> None:
        """See `Tallies`."""
        self._lines.labels(by).inc()
        self._line_seconds.observe(seconds)

    def flag(self, risk: Risk, tier: str) -> None:
        """See `Tallies`."""
        self._flags.labels(risk.name.lower()).inc()
        if tier == "unscreened":
            self._unscreened.inc()

    def newcomer(self, answer: str) -> None:
        """Somebody asked to be let in, and was answered so."""
        self._newcomers.labels(answer).inc()

    def told_to_wait(self, what: Literal["request", "socket"]) -> None:
        """Somebody asked more often than one address may, and was told to come later."""
        self._waits.labels(what).inc()

    def pairing(self, seconds: float) -> None:
        """See `Tallies`."""
        self._offers.inc()
        self._pairing_seconds.observe(seconds)

    def pickup(self, seconds: float) -> None:
        """See `Tallies`."""
        self._wait_seconds.observe(seconds)

    def feedback(self, helped: str, mood_before: int | None, mood_after: int | None) -> None:
        """See `Tallies`."""
        self._feedback.labels(helped).inc()
        if mood_before is not None and mood_after is not None:
            self._mood.observe(mood_after - mood_before)

    def wrong_flag(self) -> None:
        """See `Tallies`."""
        self._wrong.inc()

    async def render(self, parts: Parts, floor: Floor, sockets: int) -> bytes:
        """Return the exposition, with the gauges as they are now. Raises: StoreError."""
        now = parts.now()
        totals = await parts.room.totals(now)
        waiting = await parts.room.snapshot(ROWS)
        supporters = await parts.room.supporters(now)
        unresolved = await parts.desk.unresolved()
        values = {
            "waiting": totals.waiting + totals.offered,
            "oldest_wait_seconds": oldest_seconds(waiting, now),
            "open_offers": totals.offered,
            "conversations": totals.matched,
            "supporters_available": sum(
                1 for one in supporters if one.state is Availability.AVAILABLE
            ),
            "escalations_unacknowledged": sum(1 for one in unresolved if one.state is State.OPEN),
            "escalations_unresolved": len(unresolved),
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        self._count_own(sockets, parts.screener.faults)
        return generate_latest(self._whole)

    async def keep_fresh(self, sockets: Callable[[], int], faults: Callable[[], int]) -> None:
        """Keep what other workers tell of this one fresh, for as long as the server runs."""
        while True:
            self._count_own(sockets(), faults())
            await asyncio.sleep(FRESH_SECONDS)

    def _count_own(self, sockets: int, faults: int) -> None:
        self._gauges["sockets"].set(sockets)
        self._gauges["screening_faults"].set(faults)


def _of_all_workers() -> CollectorRegistry | None:
    """Return what collects over the workers of this server; None if it has none."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return None
    whole = CollectorRegistry()
    MultiProcessCollector(whole)  # type: ignore[no-untyped-call]
    return whole
