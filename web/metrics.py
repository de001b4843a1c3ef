"""The metrics: numbers about the service for Prometheus, and no word, id or address.

Counters and histograms are kept as things happen; gauges about queue and desk are asked of the
store when somebody looks.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from chat.board import oldest_seconds
from chat.floor import Floor
from chat.parts import Parts
from config.risk import Risk
from matching.ticket import Availability
from safety.escalation import State

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
LONG = (5, 15, 30, 60, 120, 300, 600, 1200, 2400, 3600)


class Metrics:
    """One process's numbers; it is where the conversation's rooms count (`Tallies`)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        of = self.registry
        self._lines = Counter("benchside_lines", "Lines committed", ["by"], registry=of)
        self._line_seconds = Histogram(
            "benchside_line_seconds",
            "From frame to commit",
            buckets=FAST,
            registry=of,
        )
        self._flags = Counter("benchside_flags", "Lines by risk", ["risk"], registry=of)
        self._unscreened = Counter("benchside_unscreened", "Lines that no filter read", registry=of)
        self._wrong = Counter("benchside_wrong_flags", "Flags that staff call wrong", registry=of)
        self._offers = Counter("benchside_offers", "Offers made", registry=of)
        self._pairing_seconds = Histogram(
            "benchside_pairing_seconds",
            "Pairing pass until an offer",
            buckets=FAST,
            registry=of,
        )
        self._wait_seconds = Histogram(
            "benchside_wait_seconds",
            "Wait of seekers who were picked up",
            buckets=LONG,
            registry=of,
        )
        self._feedback = Counter(
            "benchside_feedback",
            "Answers to: did it help",
            ["helped"],
            registry=of,
        )
        self._mood = Histogram(
            "benchside_mood_change",
            "Feeling after, less before",
            buckets=(-5, -3, -2, -1, 0, 1, 2, 3, 5, 10),
            registry=of,
        )
        self._gauges = {
            name: Gauge(f"benchside_{name}", text, registry=of)
            for name, text in {
                "waiting": "Seekers waiting or offered",
                "oldest_wait_seconds": "The longest present wait",
                "open_offers": "Offers that are not answered yet",
                "conversations": "Conversations with a supporter",
                "supporters_available": "Supporters who take conversations",
                "escalations_unacknowledged": "Escalations that nobody looks after",
                "escalations_unresolved": "Escalations that are not resolved",
                "sockets": "Sockets of this process",
                "screening_faults": "Faults of the filter since the start",
            }.items()
        }

    def line(self, by: str, seconds: float) -> None:
        """See `Tallies`."""
        self._lines.labels(by).inc()
        self._line_seconds.observe(seconds)

    def flag(self, risk: Risk, tier: str) -> None:
        """See `Tallies`."""
        self._flags.labels(risk.name.lower()).inc()
        if tier == "unscreened":
            self._unscreened.inc()

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

    def wrong_flag(self, risk: Risk) -> None:
        """See `Tallies`."""
        self._wrong.inc()

    async def render(self, parts: Parts, floor: Floor, sockets: int) -> bytes:
        """Return the exposition, with the gauges as they are now. Raises: StoreError."""
        now = parts.now()
        totals = await parts.room.totals(now)
        waiting = await parts.room.snapshot(1)
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
            "sockets": sockets,
            "screening_faults": parts.screen.faults,
        }
        for name, value in values.items():
            self._gauges[name].set(value)
        return generate_latest(self.registry)
