"""Gauges in the store: one hash for all processes."""

from typing import Final

import msgspec

from chat.gauges import Gauge, is_fresh
from config.clock import Millis
from store.client import Store
from store.replies import as_map

_GAUGES: Final = "{board}:gauges"
"""hash process -> gauge"""

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Gauge] = msgspec.msgpack.Decoder(Gauge)


class GaugesRedis:
    """The gauges that all processes share."""

    def __init__(self, store: Store) -> None:
        """Use an open store."""
        self._store = store

    async def put(self, gauge: Gauge) -> None:
        """See `Gauges.put`."""
        await self._store.call("HSET", _GAUGES, gauge.origin, _encoder.encode(gauge))

    async def present(self, now: Millis) -> tuple[Gauge, ...]:
        """See `Gauges.present`. Those of processes that are gone are taken away."""
        kept = as_map(await self._store.call("HGETALL", _GAUGES))
        gauges = [_decoder.decode(one) for one in kept.values()]
        gone = [one.origin for one in gauges if not is_fresh(one, now)]
        if gone:  # one that only slept puts its own again
            await self._store.call("HDEL", _GAUGES, *gone)
        return tuple(one for one in gauges if is_fresh(one, now))
