"""How a process is emptied: in which order, and what doesn't hold it up."""

import asyncio
from dataclasses import dataclass, field

from chat.closing import Closing, Closings
from store.errors import StoreUnreachable
from web.draining import Draining
from web.gate import Gate


@dataclass
class Inside:
    """Sockets that leave as soon as they are told, and what happened so far."""

    events: list[str] = field(default_factory=list[str])
    open: list["Peer"] = field(default_factory=list["Peer"])

    async def emptied(self) -> None:
        """See `web.draining.Inside`."""
        assert not self.open


@dataclass
class Peer:
    """One of them."""

    inside: Inside
    told: list[Closing] = field(default_factory=list[Closing])

    def leave(self, closing: Closing) -> None:
        """See `web.draining.Leaving`."""
        self.told.append(closing)
        self.inside.events.append("told")
        self.inside.open.remove(self)


def _full(count: int) -> tuple[Inside, list[Peer]]:
    inside = Inside()
    inside.open = [Peer(inside) for _ in range(count)]
    return inside, list(inside.open)


def _draining(inside: Inside, gate: Gate, *, store_is_there: bool = True) -> Draining:
    async def beat() -> None:
        inside.events.append("beat")
        if not store_is_there:
            raise StoreUnreachable("gone")

    def stop() -> None:
        assert gate.draining
        inside.events.append("no offers")

    return Draining(gate, inside, stop_offers=stop, beat=beat)


async def test_nobody_is_told_to_go_before_their_place_is_kept_once_more() -> None:
    inside, peers = _full(450)
    gate = Gate(is_open=True)
    await _draining(inside, gate).run(asyncio.Event())
    assert inside.events == ["no offers", "beat", *["told"] * 450]
    assert all(peer.told == [Closings.RESTART.value] for peer in peers)
    assert gate.full, "nobody new is let in"


async def test_a_store_that_is_gone_holds_nobody_up() -> None:
    inside, peers = _full(3)
    await _draining(inside, Gate(is_open=True), store_is_there=False).run(asyncio.Event())
    assert all(peer.told for peer in peers)


async def test_who_is_in_a_hurry_tells_all_at_once() -> None:
    inside, peers = _full(3)
    hurried = asyncio.Event()
    hurried.set()
    await _draining(inside, Gate(is_open=True)).run(hurried)
    assert all(peer.told for peer in peers)
