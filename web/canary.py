"""The canary: a made-up pair that talks all the time, so that silence is noticed at once.

Responsible for the two of them, who are ordinary clients on ordinary sockets, and for the
numbers they leave: what was lost, what came out of order, how long a line took. Where they live,
so that they never meet anybody real, is for `web/cage.py`.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from client.conversation import Conversation
from client.errors import ClientError, TimedOut
from client.seeker import Seeker
from client.supporter import Supporter
from config.clock import Seconds, monotonic

log = logging.getLogger("benchside.canary")

PATIENCE: Final = 10.0
"""Seconds after which a line that was acknowledged and not shown counts as lost."""
LEAST_SECONDS: Final = 1.0
"""Between two lines of one person: more often is not allowed for long (`limits.LINES`)."""
ROUNDS: Final = 500
"""Rounds of one conversation; then the pair begins anew, as people do."""
NAME: Final = "canary"
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Word = Literal["new", "well", "ill"]


class Pulse:
    """How the canary is."""

    def __init__(self, registry: CollectorRegistry, every: Seconds) -> None:
        """`every` is how often it sings."""
        self._late = 3 * every + 2 * PATIENCE
        self._heard_at = 0.0
        self._failed = False
        self._lines = self._counter(registry, "lines", "Lines that both had and saw in order")
        self._lost = self._counter(registry, "lost", "Lines acknowledged and never shown")
        self._disordered = self._counter(registry, "disordered", "Talks not the same for both")
        self._broken = self._counter(registry, "broken", "Talks that broke off")
        self._seconds = Histogram(
            "benchside_canary_seconds",
            "From said to acknowledged and shown",
            buckets=BUCKETS,
            registry=registry,
        )
        self._well = Gauge(
            "benchside_canary_well",
            "1 if the last lines came through",
            registry=registry,
            multiprocess_mode="livemin",
        )

    @staticmethod
    def _counter(registry: CollectorRegistry, name: str, text: str) -> Counter:
        return Counter(f"benchside_canary_{name}", text, registry=registry)

    @property
    def word(self) -> Word:
        """`well`, `ill`, or `new` before it has sung for the first time."""
        if self._failed or (self._heard_at and monotonic() - self._heard_at > self._late):
            return "ill"
        return "well" if self._heard_at else "new"

    def came_through(self, seconds: float) -> None:
        """A line was acknowledged and shown."""
        self._lines.inc()
        self._seconds.observe(seconds)
        self._heard_at, self._failed = monotonic(), False
        self._well.set(1)

    def was_lost(self) -> None:
        """A line was acknowledged and not shown in time."""
        self._lost.inc()
        self._fell_ill()

    def came_disordered(self) -> None:
        """The two have not seen the same lines in one order."""
        self._disordered.inc()
        self._fell_ill()

    def broke_off(self) -> None:
        """They could not meet, or could not go on."""
        self._broken.inc()
        self._fell_ill()

    def _fell_ill(self) -> None:
        self._failed = True
        self._well.set(0)


@dataclass(frozen=True, slots=True)
class Canary:
    """The pair, at a server's address."""

    url: str
    passphrase: str
    every: Seconds
    pulse: Pulse
    patience: float = PATIENCE

    async def sing(self) -> None:
        """Talk, for as long as the server runs."""
        while True:
            try:
                await self._talk()
            except ClientError as problem:
                self.pulse.broke_off()
                log.warning("the canary broke off: %s", type(problem).__name__)
                await asyncio.sleep(max(self.every, self.patience))

    async def _talk(self) -> None:
        """Meet, and say one line each, again and again. Raises: ClientError."""
        async with (
            Supporter(self.url, NAME, self.passphrase, patience=self.patience) as supporter,
            Seeker(self.url, patience=self.patience) as seeker,
        ):
            await supporter.becomes("available")
            conversation = await supporter.takes()
            while conversation.id != seeker.conversation:  # of one who died before
                await conversation.ends("test")
                conversation = await supporter.takes()
            await seeker.matched()
            said: list[str] = []
            for _ in range(ROUNDS):
                await self._line(said, seeker, conversation)
                await self._line(said, conversation, seeker)
                self._compare(said, seeker, conversation)
                await asyncio.sleep(max(self.every, LEAST_SECONDS))
            await seeker.leaves()

    async def _line(
        self, said: list[str], who: Seeker | Conversation, other: Seeker | Conversation
    ) -> None:
        text = f"line {len(said)}"
        began = monotonic()
        await who.says(text)
        said.append(text)
        try:
            await other.sees(text)
        except TimedOut:
            self.pulse.was_lost()
            raise
        self.pulse.came_through(monotonic() - began)

    def _compare(self, said: list[str], seeker: Seeker, conversation: Conversation) -> None:
        for one in (seeker, conversation):
            if [line.text for line in one.transcript] != said:
                self.pulse.came_disordered()
                return
