"""A cluster: several masters, each for some of the 16,384 slots into which keys fall.

Keys with one hash tag are in one slot, so what a script touches is together. Some servers are
asked for the map of slots; of those that say that the cluster is well, the one with the highest
epoch is believed.

https://valkey.io/topics/cluster-spec/
"""

import asyncio
import binascii
from collections.abc import Sequence
from itertools import islice

from store.address import Address, Place
from store.link import Link, open_link
from store.replies import Reply, as_bytes, as_int, as_list, as_text
from store.resp import allowed

SLOTS = 16384
ASKED = 5
"""Servers that are asked for the map at once: enough to hear one that was not cut off."""
ASK_SECONDS = 1.0


def slot_of(key: str) -> int:
    """Return the slot of a key: CRC16 of its hash tag, or of the whole key without one."""
    begin = key.find("{")
    if begin >= 0:
        end = key.find("}", begin)
        if end > begin + 1:
            key = key[begin + 1 : end]
    return binascii.crc_hqx(key.encode(), 0) % SLOTS


class ClusterTopology:
    """Several masters; keys of one hash tag live together."""

    is_cluster = True
    patience = 8.0
    every: float | None = 5.0

    def __init__(self, place: Place) -> None:
        self._greeting = place.servers[0]
        self._known: dict[str, Address] = {one.name: one for one in place.servers}
        self._slots: list[str] = [""] * SLOTS
        self._turn = 0

    def server_of(self, key: str) -> str:
        """See `Servers`."""
        return self._slots[slot_of(key)]

    def servers(self) -> Sequence[str]:
        """See `Topology`."""
        return tuple(sorted(set(self._slots) - {""}))

    async def open_link(self, server: str) -> Link:
        """See `Servers`."""
        if server not in self._known:
            raise ConnectionRefusedError("No server is known for some slots.")
        return await open_link(self._known[server])

    def moved(self, key: str, server: str) -> None:
        """See `Topology`."""
        self.learn(server)
        self._slots[slot_of(key)] = server

    def learn(self, server: str) -> None:
        """See `Topology`."""
        host, _, port = server.rpartition(":")
        self._known.setdefault(server, self._greeting.at(host, int(port)))

    async def look_around(self) -> None:
        """See `Servers`."""
        known = list(self._known.values())
        self._turn += 1
        start = self._turn % len(known)
        asked = islice((*known[start:], *known[:start]), ASKED)
        said = await asyncio.gather(*map(self._ask, asked), return_exceptions=True)
        answers = [one for one in said if not isinstance(one, BaseException)]
        if not answers:
            problem = next(one for one in said if isinstance(one, BaseException))
            raise problem
        _, _, slots = max(answers, key=lambda answer: answer[:2])
        self._slots = slots
        for server in set(slots) - {""}:
            self.learn(server)

    async def _ask(self, address: Address) -> tuple[bool, int, list[str]]:
        """Return whether one server finds the cluster well, its epoch, and its map."""
        link = await open_link(address)
        try:
            replies = await link.ask([("CLUSTER", "INFO"), ("CLUSTER", "SLOTS")], ASK_SECONDS)
        finally:
            link.close()
        info, ranges = map(allowed, replies)
        facts = dict(line.split(":", 1) for line in as_text(info).split("\r\n") if ":" in line)
        well = facts.get("cluster_state") == "ok"
        return well, int(facts.get("cluster_current_epoch", 0)), _slots(ranges, address)


def _slots(ranges: Reply, asked: Address) -> list[str]:
    slots = [""] * SLOTS
    for one in as_list(ranges):
        first, last, master = as_list(one)[:3]
        host, port = as_list(master)[:2]
        # A server that does not know its own address says nothing: it is where it was asked.
        known = as_bytes(host).decode() if host else ""
        name = f"{known if known not in {'', '?'} else asked.host}:{as_int(port)}"
        for slot in range(as_int(first), as_int(last) + 1):
            slots[slot] = name
    return slots
