"""Presence in the store: leases of supporters, graces of seekers, and return codes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash
from matching.limits import CODE_MS, LAPSED_AT_ONCE
from matching.offers_redis import OffersInStore
from matching.room_redis import about_supporter, read_supporter, supporter_rows
from matching.ticket import Availability, Lapsed, Supporter
from store.replies import Argument, Reply, as_int, as_list, as_text


class PresenceInStore(OffersInStore):
    """`Presence` and `Codes` of the port; stands on offers, since who leaves declines."""

    async def set_availability(self, supporter: Supporter, now: Millis) -> Supporter:
        """See `Presence`."""
        reply = await self._run(
            "set_availability",
            [self._keys.supporters, self._keys.leases, self._keys.wake],
            supporter.account,
            about_supporter(supporter),
            supporter.state,
            supporter.capacity,
            now,
            now + self._patience.lease_ms,
        )
        load, idle_since, offer = as_list(reply)
        known = replace(
            supporter,
            load=as_int(load),
            idle_since=Millis(as_int(idle_since)),
            asked=offer is not None,
        )
        if offer is None or supporter.state is Availability.AVAILABLE:
            return known
        back = await self.decline(OfferId(as_text(offer)), supporter.account, "not_now", now)
        return replace(known, load=known.load - 1, asked=False) if back else known

    async def heartbeat(
        self,
        supporters: Collection[AccountId],
        seekers: Collection[ConversationId],
        now: Millis,
    ) -> frozenset[AccountId]:
        """See `Presence`."""
        k = self._keys
        attending = sorted(supporters)
        commands: list[tuple[Argument, ...]] = []
        if seekers:
            commands.append(_renew(k.graces, seekers, now + self._patience.grace_ms))
        if attending:
            commands.append(_renew(k.leases, attending, now + self._patience.lease_ms))
            commands.append(("ZMSCORE", k.leases, *attending))
        replies = await self._store.calls(commands)
        if not attending:
            return frozenset()
        leases = as_list(replies[-1])
        return frozenset(one for one, lease in zip(attending, leases, strict=True) if lease is None)

    async def lapsed(self, now: Millis) -> Lapsed:
        """See `Presence`."""
        k = self._keys
        until: tuple[Argument, ...] = ("-inf", now, "LIMIT", 0, LAPSED_AT_ONCE)
        supporters, seekers = await self._store.calls(
            [("ZRANGEBYSCORE", k.leases, *until), ("ZRANGEBYSCORE", k.graces, *until)]
        )
        return Lapsed(
            tuple(AccountId(one) for one in _texts(supporters)),
            tuple(ConversationId(one) for one in _texts(seekers)),
        )

    async def sign_off(self, supporter: AccountId, now: Millis) -> bool:
        """See `Presence`."""
        keys = [self._keys.supporters, self._keys.leases]
        return as_int(await self._run("sign_off", keys, supporter, now)) == 1

    async def supporters(self, now: Millis) -> list[Supporter]:
        """See `Presence`."""
        reply = await self._run("on_duty", [self._keys.leases, self._keys.supporters], now)
        return [read_supporter(row) for row in supporter_rows(reply)]

    async def keep_code(self, conversation: ConversationId, code: TokenHash, now: Millis) -> bool:
        """See `Codes`."""
        k = self._keys
        keys = [k.live, k.codes, k.tickets, k.graces]
        reply = await self._run("keep_code", keys, conversation, code, now + CODE_MS)
        return as_int(reply) == 1

    async def take_code(self, code: TokenHash, now: Millis) -> ConversationId | None:
        """See `Codes`."""
        k = self._keys
        keys = [k.codes, k.tickets, k.graces]
        found = await self._run("take_code", keys, code, now, now + self._patience.grace_ms)
        return None if found is None else ConversationId(as_text(found))


def _renew(key: str, members: Iterable[str], until: int) -> tuple[Argument, ...]:
    """Only what is there is renewed, and never shortened."""
    pairs: list[Argument] = []
    for member in members:
        pairs += (until, member)
    return ("ZADD", key, "XX", "GT", *pairs)


def _texts(reply: Reply) -> Sequence[str]:
    return [as_text(one) for one in as_list(reply)]
