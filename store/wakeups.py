"""Wake-ups: sharded pub/sub that says «look», and never carries the truth.

A wake-up may be lost or come twice. So a confirmed subscription counts as one wake-up of its
channel (what was committed before it took hold would be missed otherwise), and once everything
that a lost connection was for is confirmed again, the gap is announced: all look again.

`listen` and `forget` only change what is wanted. Connections belong to `run`: one to each
server (`store/ear.py`), thrown away with its first failure, whatever that is.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from store.ear import QUIET_SECONDS, Ear
from store.replies import Reply
from store.resp import Refusal
from store.topology import Servers

log = logging.getLogger("benchside.store")

Listener = Callable[[str, bytes], None]
"""Called with channel and payload; must not block."""

_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between attempts to reach a server that went away."""


class Wakeups:
    """Who is to be woken by which channel."""

    def __init__(self, servers: Servers, quiet: float = QUIET_SECONDS) -> None:
        """
        Arguments:
            quiet: seconds of silence after which a server is asked whether it is there.
        """
        self._servers = servers
        self._quiet = quiet
        self._listeners: dict[str, Listener] = {}
        self._gap_listeners: list[Callable[[], None]] = []
        self._changed: dict[str, None] = {}
        """Channels that somebody began or ceased to listen to, in the order of asking."""
        self._wanted = asyncio.Event()
        self._ears: dict[str, Ear] = {}
        self._failures: dict[str, int] = {}
        self._missed: set[str] = set()
        """Channels whose connection was lost, until they are confirmed again."""

    async def listen(self, channel: str, listener: Listener) -> None:
        """Call `listener` for each wake-up of `channel`, from now on and once when it takes hold.

        While the store is away the wish is kept and carried out when it is back.
        """
        self._listeners[channel] = listener
        self._look_at(channel)

    async def forget(self, channel: str) -> None:
        """Stop calling the listener of `channel`."""
        self._listeners.pop(channel, None)
        self._missed.discard(channel)
        self._look_at(channel)

    def on_gap(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever wake-ups may have been lost."""
        self._gap_listeners.append(listener)

    def moved(self) -> None:
        """Leave the servers that channels were at and are not any more; their gap is announced."""
        for server, ear in self._ears.items():
            if any(self._servers.server_of(channel) != server for channel in ear.channels):
                ear.leave()

    async def run(self) -> None:
        """Carry out what is wanted, and wake, for as long as the store is open."""
        async with asyncio.TaskGroup() as ears:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                changed, self._changed = self._changed, {}
                for channel in changed:
                    self._place(channel, ears)

    def _look_at(self, *channels: str) -> None:
        self._changed.update(dict.fromkeys(channels))
        self._wanted.set()

    def _place(self, channel: str, ears: asyncio.TaskGroup) -> None:
        """Ask the server of a channel for it, or to be spared it."""
        server = self._servers.server_of(channel)
        ear = self._ears.get(server)
        if channel not in self._listeners:
            if ear is not None:
                ear.spare(channel)
            return
        if ear is None:
            ear = Ear(partial(self._heard, server), self._quiet)
            self._ears[server] = ear
            ears.create_task(self._hear(server, ear), name="store wake-ups")
        ear.ask(channel)

    async def _hear(self, server: str, ear: Ear) -> None:
        """Hear one server; when that fails, find out where its channels are now."""
        try:
            await ear.run(partial(self._servers.open_link, server))
        except Exception as error:  # noqa: BLE001 - the top of a task: it costs a gap, no more
            log.warning("wake-ups may have been lost: %s", type(error).__name__)
        self._missed.update(channel for channel in ear.channels if channel in self._listeners)
        failures = self._failures.get(server, 0)
        self._failures[server] = failures + 1
        await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
        try:
            await self._servers.look_around()
        except (Refusal, OSError, TimeoutError) as error:
            log.warning("the store does not say which server is for what: %s", type(error).__name__)
        del self._ears[server]
        self._look_at(*ear.channels)

    def _heard(self, server: str, reply: Reply) -> None:
        match reply:
            case [b"smessage", bytes(channel), bytes(payload)]:
                self._wake(channel.decode(), payload)
            case [b"ssubscribe", bytes(channel), _]:
                self._failures.pop(server, None)
                self._wake(channel.decode(), b"")
                self._confirm(channel.decode())
            case [b"sunsubscribe", bytes(channel), _]:
                if channel.decode() in self._listeners:  # its slot has moved to another server
                    self._look_at(channel.decode())
            case _:
                pass

    def _wake(self, channel: str, payload: bytes) -> None:
        listener = self._listeners.get(channel)
        if listener is not None:
            listener(channel, payload)

    def _confirm(self, channel: str) -> None:
        if channel in self._missed:
            self._missed.discard(channel)
            if not self._missed:
                for listener in self._gap_listeners:
                    listener()
