"""What the workers of one server tell each other: which address tags are blocked.

Workers have the same keys by their birth, so they call an address by the same tag. Where the seeker
of a blocked conversation came from, only the worker with the talk can know; it tells the others,
and they go on telling, so that it outlives that worker. Tags go through sockets between processes
and nowhere else: neither to the store nor to another host (decision 21).
"""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from socket import AF_UNIX, SOCK_DGRAM, socket, socketpair
from typing import Final

import msgspec

from web.addresses import DayKeys
from web.blocked import Lying

AT_ONCE: Final = 500
"""Blocks in one datagram: some 30 KB."""
_LONGEST: Final = 1 << 17  # bytes of one datagram

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[list[Lying]] = msgspec.msgpack.Decoder(list[Lying])


@dataclass(frozen=True, slots=True)
class Siblings:
    """The others, as one worker sees them."""

    keys: DayKeys
    number: int
    """Which of the workers this one is."""
    _pairs: Sequence[tuple[socket, socket]]
    """For each worker, where it hears, and where it is told."""

    def tell(self, blocked: Iterable[Lying]) -> None:
        """Tell all others; waits for nobody. Who hears too slowly is told the next time.

        In any order, so that in the end all get through.
        """
        known = list(blocked)
        random.shuffle(known)
        for start in range(0, len(known), AT_ONCE):
            datagram = _encoder.encode(known[start : start + AT_ONCE])
            for number, (_, told) in enumerate(self._pairs):
                if number != self.number:
                    with suppress(OSError):
                        told.send(datagram)

    async def listen(self, learn: Callable[[Lying], None]) -> None:
        """Pass on what the others tell, for as long as the server runs."""
        loop = asyncio.get_running_loop()
        hears, _ = self._pairs[self.number]
        while True:
            for one in _decoder.decode(await loop.sock_recv(hears, _LONGEST)):
                learn(one)

    def close(self) -> None:
        """Close all sockets, also the others', in this process."""
        for end in (end for pair in self._pairs for end in pair):
            end.close()


def siblings(count: int) -> list[Siblings]:
    """Return a place for each of so many workers; made by their parent, before it forks."""
    keys = DayKeys()
    pairs = [socketpair(AF_UNIX, SOCK_DGRAM) for _ in range(count)]
    for end in (end for pair in pairs for end in pair):
        end.setblocking(False)
    return [Siblings(keys, number, pairs) for number in range(count)]
