"""The master that Sentinels name, among replicas that may take its place.

All Sentinels are asked, since one that was cut off still names the old master; the one with the
highest configuration epoch is believed, and never one with a lower epoch than was seen before.

https://valkey.io/topics/sentinel/
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from store.address import Address, Place
from store.link import Link, open_link
from store.replies import as_int, as_map, as_text
from store.resp import allowed

ASK_SECONDS = 1.0


class SentinelTopology:
    """One master at a time."""

    is_cluster = False
    patience = 8.0
    every: float | None = 1.0

    def __init__(self, place: Place) -> None:
        self._service = place.service
        self._greeting = place.servers[0]
        self._sentinels = tuple(
            replace(one, username="", password=place.sentinel_password, database=0)
            for one in place.servers
        )
        self._master: Address | None = None
        self._epoch = -1

    def server_of(self, key: str) -> str:
        """See `Servers`."""
        return self._master.name if self._master else ""

    def servers(self) -> Sequence[str]:
        """See `Topology`."""
        return (self._master.name,) if self._master else ()

    async def open_link(self, server: str) -> Link:
        """See `Servers`."""
        if self._master is None or self._master.name != server:
            raise ConnectionRefusedError("This server is not the master any more.")
        return await open_link(self._master)

    async def look_around(self) -> None:
        """See `Servers`."""
        said = await asyncio.gather(*map(self._ask, self._sentinels), return_exceptions=True)
        answers = [one for one in said if not isinstance(one, BaseException)]
        if not answers:
            problem = next(one for one in said if isinstance(one, BaseException))
            raise problem
        epoch, master = max(answers, key=lambda answer: answer[0])
        if epoch >= self._epoch:
            self._epoch, self._master = epoch, master

    def moved(self, key: str, server: str) -> None:
        """See `Topology`; there is one master for all."""

    def learn(self, server: str) -> None:
        """See `Topology`; only Sentinels are believed."""

    async def _ask(self, sentinel: Address) -> tuple[int, Address]:
        link = await open_link(sentinel)
        try:
            (reply,) = await link.ask([("SENTINEL", "MASTER", self._service)], ASK_SECONDS)
        finally:
            link.close()
        said = as_map(allowed(reply))
        where = self._greeting.at(as_text(said["ip"]), as_int(said["port"]))
        return as_int(said["config-epoch"]), where
