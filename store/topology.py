"""Which server is for what: the port, and the plainest case, one server that is always the same.

A topology knows addresses and nothing of connections that last. `store/sentinel.py` and
`store/cluster.py` find out by asking; what they say may be out of date, and the server that is
asked wrongly says so.
"""

from collections.abc import Sequence
from typing import Protocol

from store.address import Address
from store.link import Link, open_link


class Servers(Protocol):
    """What wake-ups ask: which server a channel is at, and a way there."""

    def server_of(self, key: str) -> str:
        """Return the name of the server of this key or channel; empty if there is none now."""
        ...

    async def open_link(self, server: str) -> Link:
        """Connect to a server. Raises: OSError, TimeoutError, Refusal: it can't be reached."""
        ...

    async def look_around(self) -> None:
        """Ask again which server is for what. Raises as `open_link`."""
        ...


class Topology(Servers, Protocol):
    """What is known of all servers."""

    is_cluster: bool
    patience: float
    """Seconds for which a command that was certainly not carried out is asked again: as long as
    it takes until another server stands in, and no longer."""
    every: float | None
    """Seconds between two looks around, where a change can come without a word."""

    def servers(self) -> Sequence[str]:
        """Return the names of those that take writes."""
        ...

    def moved(self, key: str, server: str) -> None:
        """Take note that a server said that this key is at another."""
        ...

    def learn(self, server: str) -> None:
        """Take note of a server that another one named."""
        ...


class OneServer:
    """A server of our own, or one that others look after."""

    is_cluster = False
    patience = 1.0
    every: float | None = None

    def __init__(self, address: Address) -> None:
        self._address = address

    def server_of(self, key: str) -> str:
        """See `Servers`."""
        return self._address.name

    def servers(self) -> Sequence[str]:
        """See `Topology`."""
        return (self._address.name,)

    async def open_link(self, server: str) -> Link:
        """See `Servers`."""
        return await open_link(self._address)

    async def look_around(self) -> None:
        """See `Servers`; nothing changes."""

    def moved(self, key: str, server: str) -> None:
        """See `Topology`; nothing changes."""

    def learn(self, server: str) -> None:
        """See `Topology`; there are no others."""
