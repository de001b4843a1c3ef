"""The waiting room in the store, shared by any number of processes.

Each operation is one Lua script or one command on the keys of one pool, so it happens as a
whole or not at all. Python decides, the scripts only compare and commit.
"""

from collections.abc import Callable

from config.clock import Millis
from matching.presence_redis import PresenceInStore
from matching.ticket import Pickup, Totals
from matching.tickets_redis import TicketsInStore
from matching.wake import Wake, parse
from store.replies import as_int, as_list, as_map, as_text


class RedisWaitingRoom(TicketsInStore, PresenceInStore):
    """The whole room of one pool; `Overview` and `Wakes` of the port are here."""

    async def pickups(self) -> list[Pickup]:
        """See `Overview`."""
        rows = as_list(await self._store.call("LRANGE", self._keys.pickups, 0, -1))
        parts = (as_text(row).split(" ") for row in rows)
        return [Pickup(Millis(int(at)), int(wait)) for at, wait in parts]

    async def take_turn(self, now: Millis, for_ms: int) -> bool:
        """See `Overview`; the store's clock ends a turn."""
        taken = await self._store.call("SET", self._keys.turn, int(now), "NX", "PX", for_ms)
        return taken is not None

    async def totals(self, now: Millis) -> Totals:
        """See `Overview`."""
        k = self._keys
        waiting, offered, matched, tally = await self._store.calls(
            [
                ("ZCARD", k.waiting),
                ("ZCARD", k.offered),
                ("ZCARD", k.matched),
                ("HGETALL", k.tally(now)),
            ]
        )
        counts = {field: int(count) for field, count in as_map(tally).items()}
        return Totals(
            waiting=as_int(waiting),
            offered=as_int(offered),
            matched=as_int(matched),
            gave_up_today=counts.get("gave_up", 0),
            missed_today=counts.get("missed", 0),
            declined_today=sum(n for field, n in counts.items() if field.startswith("declined:")),
        )

    async def listen(self, listener: Callable[[Wake], None]) -> None:
        """See `Wakes`."""
        await self._store.wakeups.listen(
            self._keys.wake, lambda _, payload: listener(parse(payload))
        )
