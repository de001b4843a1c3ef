"""An ear: the subscription at one server, for as long as one connection lasts.

One task writes and one reads; whatever fails in either ends both. A server that says nothing for
a while is asked whether it is there, and counts as lost if it says nothing for as long again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from store.link import Link
from store.replies import Argument, Reply
from store.tasks import beside

QUIET_SECONDS = 10.0
"""Half the time in which a connection that died without a word is found out."""


class Ear:
    """What is asked of one server, and what it says."""

    def __init__(self, heard: Callable[[Reply], None], quiet: float) -> None:
        """
        Arguments:
            heard: called with each reply of the server; must not block.
            quiet: seconds of silence after which the server is asked whether it is there.
        """
        self._heard = heard
        self._quiet = quiet
        self._due: dict[str, str] = {}
        """Command by channel, in the order of asking; a later wish replaces an earlier one."""
        self._doubted = False
        self._woken = asyncio.Event()
        self._link: Link | None = None
        self._left = False
        self.channels: set[str] = set()
        """The channels that were asked for."""

    def ask(self, channel: str) -> None:
        """Subscribe, soon; what is subscribed already is confirmed once more."""
        self.channels.add(channel)
        self._due[channel] = "SSUBSCRIBE"
        self._woken.set()

    def spare(self, channel: str) -> None:
        """Unsubscribe, soon."""
        self.channels.discard(channel)
        self._due[channel] = "SUNSUBSCRIBE"
        self._woken.set()

    def leave(self) -> None:
        """Hear this server no more; `run` fails as if the connection were lost."""
        self._left = True
        if self._link is not None:
            self._link.close()

    async def run(self, connect: Callable[[], Awaitable[Link]]) -> None:
        """Subscribe and hear until the connection fails; then raise why."""
        self._link = link = await connect()
        try:
            if self._left:
                raise ConnectionAbortedError("The channels are elsewhere.")
            async with beside(
                store_wakeups_writer=partial(self._write, link),
                store_wakeups_reader=partial(self._read, link),
            ):
                await asyncio.Event().wait()
        finally:
            link.close()

    async def _write(self, link: Link) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            due, self._due = self._due, {}
            # One command for each channel: a cluster takes only channels of one slot together.
            commands: list[tuple[Argument, ...]] = [(verb, one) for one, verb in due.items()]
            if self._doubted:
                commands.append(("PING",))
            if commands:
                link.send(commands)

    async def _read(self, link: Link) -> None:
        while True:
            reply = await link.read(self._quiet)
            if reply is not None:
                self._doubted = False
                self._heard(reply)
            elif self._doubted:
                raise TimeoutError
            else:
                self._doubted = True
                self._woken.set()
