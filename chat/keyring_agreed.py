"""The keyring of all who share a store: each day's key is the same for all, or is not used.

The store keeps a fingerprint of each day's key, never the key. A host that holds other keys
would seal what nobody else can open, and could not open what others sealed: it is told so, when
it starts or when a day begins, before it has sealed anything.
"""

from chat.keyring import DayKey, Keyring, day_of
from chat.sealing import Day, fingerprint
from config.clock import Millis
from store.client import Store
from store.errors import WrongKeys
from store.replies import as_map, as_optional_bytes

_DAYS = "{keys}:days"
"""Hash: day -> fingerprint of its key."""


class AgreedKeyring:
    """A keyring that has agreed with the store, and remembers what it has agreed on."""

    def __init__(self, keyring: Keyring, store: Store) -> None:
        """`keyring` is where the keys are, `store` what they are used for."""
        self._keyring = keyring
        self._store = store
        self._agreed: dict[Day, DayKey] = {}

    async def at(self, now: Millis) -> DayKey:
        """See `Keyring.at`."""
        day = day_of(now)
        known = self._agreed.get(day)
        if known is not None:
            return known
        found = await self._keyring.of(day)
        if found is None:
            # Who makes a key tells the store after it: a key that is known now may be new here.
            is_known = await self._known(day) is not None
            found = await (self._keyring.of(day) if is_known else self._keyring.at(now))
        return await self._agree(day, found)

    async def of(self, day: Day) -> DayKey | None:
        """See `Keyring.of`."""
        known = self._agreed.get(day)
        if known is not None:
            return known
        found = await self._keyring.of(day)
        return None if found is None else await self._agree(day, found)

    async def days(self) -> tuple[Day, ...]:
        """See `Keyring.days`; with those that only the store knows of, since they are lost."""
        registered = as_map(await self._store.call("HGETALL", _DAYS))
        return tuple(sorted({*await self._keyring.days(), *self._agreed, *map(Day, registered)}))

    async def missing(self) -> tuple[Day, ...]:
        """Return the days whose key the store knows of, and which is not here.

        Raises: WrongKeys: a key is here that is not the store's.
        """
        registered = as_map(await self._store.call("HGETALL", _DAYS))
        days = [Day(day) for day in sorted(registered)]
        return tuple([day for day in days if await self.of(day) is None])

    async def destroy(self, day: Day) -> None:
        """See `Keyring.destroy`."""
        await self._keyring.destroy(day)
        self._agreed.pop(day, None)
        await self._store.call("HDEL", _DAYS, day)

    async def _known(self, day: Day) -> bytes | None:
        return as_optional_bytes(await self._store.call("HGET", _DAYS, day))

    async def _agree(self, day: Day, key: DayKey | None) -> DayKey:
        """Return the key, if it is the one that the store knows or the first for this day."""
        if key is not None:
            ours = fingerprint(key.secret, day)
            await self._store.call("HSETNX", _DAYS, day, ours)
            if await self._known(day) == ours.encode():
                self._agreed[day] = key
                return key
        raise WrongKeys(
            f"The key of {day} that this server holds is {'not' if key else 'missing, and not'} "
            "the one that the store knows. Servers with the same store need the same folder of "
            "keys (store.keys, BENCHSIDE_STORE_KEYS): share it, or put it back from a copy; "
            "if it is lost for good, see `benchside keys --help`. Nothing was changed."
        )
