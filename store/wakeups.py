"""Wake-ups: sharded pub/sub that says «look», and never carries the truth.

A wake-up may be lost or come twice. So a confirmed subscription counts as one wake-up of its
channel (what was committed before it took hold would be missed otherwise), and after a lost
connection `gaps` are announced: every listener looks again.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

from redis.asyncio.client import PubSub
from redis.asyncio.cluster import ClusterPubSub
from redis.exceptions import RedisError

Listener = Callable[[str, bytes], None]
"""Called with channel and payload; must not block."""

_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts to reach a store that went away."""
_POLL = 1.0
"""Seconds that one read waits; a quiet subscription notices a dead connection by then."""
_POLL_CLUSTER = 0.02
"""Seconds on each node in turn: a wake-up on one waits while another is read."""


class Wakeups:
    """Who is to be woken by which channel."""

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub
        self._listeners: dict[str, Listener] = {}
        self._gap_listeners: list[Callable[[], None]] = []
        self._subscribed = asyncio.Event()
        self._lock = asyncio.Lock()

    async def listen(self, channel: str, listener: Listener) -> None:
        """Call `listener` for each wake-up of `channel`, from now on and once when it takes hold.

        While the store is away the wish is kept and carried out when it is back.
        """
        self._listeners[channel] = listener
        try:
            async with self._lock:
                await cast("Any", self._pubsub).ssubscribe(channel)
        except (RedisError, OSError):
            pass
        self._subscribed.set()

    async def forget(self, channel: str) -> None:
        """Stop calling the listener of `channel`."""
        self._listeners.pop(channel, None)
        try:
            async with self._lock:
                await cast("Any", self._pubsub).sunsubscribe(channel)
        except (RedisError, OSError):
            pass

    def on_gap(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever wake-ups may have been lost."""
        self._gap_listeners.append(listener)

    async def run(self) -> None:
        """Read wake-ups for as long as the store is open."""
        failures = 0
        try:
            while True:
                await self._subscribed.wait()
                try:
                    await self._read()
                    failures = 0
                except (RedisError, OSError, RuntimeError):
                    await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                    failures += 1
                    await self._subscribe_again()
        finally:
            await cast("Any", self._pubsub).aclose()

    async def _read(self) -> None:
        if isinstance(self._pubsub, ClusterPubSub):
            reading = cast("Any", self._pubsub).get_sharded_message(timeout=_POLL_CLUSTER)
        else:
            reading = cast("Any", self._pubsub).get_message(timeout=_POLL)
        message = cast("Mapping[str, object] | None", await reading)
        if message is None:
            return
        channel, payload = message.get("channel"), message.get("data")
        if isinstance(channel, bytes) and message.get("type") in {"smessage", "ssubscribe"}:
            listener = self._listeners.get(channel.decode())
            if listener:
                listener(channel.decode(), payload if isinstance(payload, bytes) else b"")

    async def _subscribe_again(self) -> None:
        try:
            async with self._lock:
                for channel in list(self._listeners):
                    await cast("Any", self._pubsub).ssubscribe(channel)
        except (RedisError, OSError):
            return
        for listener in self._gap_listeners:
            listener()
