"""The seals that this process holds: made for new conversations, fetched for known ones.

A seal is kept until nobody here follows its conversation, so that a line costs no question to
the store. Nonces come from here too. AES-GCM breaks if one key meets one nonce twice; a key
belongs to one conversation, but several processes may seal under it. So a nonce is 64 random
bits, drawn once by each process, and a count of 32 bits: within a process no nonce comes twice
(after 2^32 of them the bits are drawn anew), and that two of the few processes which ever see
one conversation draw the same 64 bits is less likely than one in 2^50, were there a hundred.
A process must make its own: what was forked would count on from the same place.
"""

import secrets
from collections.abc import Awaitable, Callable, Container

from chat.keyring import Keyring, day_of
from chat.sealing import KEY_BYTES, Seal, Unsealable, Wrapped, unwrap, wrap
from config import limits
from config.clock import Millis
from config.ids import ConversationId
from store.errors import StoreDamaged

_COUNTS = 2**32


class Nonces:
    """Numbers that no other call ever returned. See above why not."""

    def __init__(self) -> None:
        self._prefix = b""
        self._count = _COUNTS

    def next(self) -> bytes:
        """Return a nonce of 12 bytes."""
        count = self._count
        if count == _COUNTS:
            self._prefix = secrets.token_bytes(8)
            count = 0
        self._count = count + 1
        return self._prefix + count.to_bytes(4, "big")

    def skip(self, numbers: int) -> None:
        """Leave out so many."""
        self._count = min(self._count + numbers, _COUNTS)


class Seals:
    """Seals of conversations, kept for as long as they are needed here."""

    def __init__(
        self,
        keyring: Keyring,
        fetch: Callable[[ConversationId], Awaitable[Wrapped | None]],
        now: Callable[[], Millis],
    ) -> None:
        """`fetch` asks the store for the wrapped key of a conversation."""
        self._keyring = keyring
        self._fetch = fetch
        self._now = now
        self._held: dict[ConversationId, Seal] = {}
        self._nonces = Nonces()
        self.nonce = self._nonces.next
        self.get = self._held.get
        """Returns the seal of a conversation if it is held here; asks nobody."""

    async def make(self, conversation: ConversationId) -> tuple[Seal, Wrapped]:
        """Return a seal for a new conversation, not held yet, and its key to be kept."""
        today = await self._keyring.at(self._now())
        seal = Seal(conversation, secrets.token_bytes(KEY_BYTES), today.day)
        return seal, wrap(today.secret, today.day, self.nonce(), seal)

    async def of(self, conversation: ConversationId) -> Seal | None:
        """Return the seal of a conversation; None if there is no such conversation (any more).

        Raises:
            StoreDamaged: its key can't be opened: that of its day is gone, or another.
        """
        held = self._held.get(conversation)
        if held is not None:
            return held
        wrapped = await self._fetch(conversation)
        return None if wrapped is None else self.hold(await self._opened(conversation, wrapped))

    def aged(self, seal: Seal) -> bool:
        """Whether its key was last wrapped by the key of an earlier day."""
        return seal.day != day_of(self._now())

    async def rewrapped(self, conversation: ConversationId, old: Wrapped) -> Wrapped | None:
        """Return a key wrapped by today's; None if it is already. Raises as `of`."""
        today = await self._keyring.at(self._now())
        if old.day == today.day:
            return None
        seal = await self._opened(conversation, old)
        return wrap(today.secret, today.day, self.nonce(), seal)

    def hold(self, seal: Seal) -> Seal:
        """Keep a seal until it is dropped, or until there are too many."""
        self._held[seal.conversation] = seal
        if len(self._held) > limits.SEALS:
            del self._held[next(iter(self._held))]
        return seal

    def drop(self, conversation: ConversationId) -> None:
        """Keep the seal of a conversation no longer."""
        self._held.pop(conversation, None)

    def keep_only(self, wanted: Container[ConversationId]) -> None:
        """Drop every seal whose conversation is not among the wanted."""
        for conversation in [one for one in self._held if one not in wanted]:
            del self._held[conversation]

    async def _opened(self, conversation: ConversationId, wrapped: Wrapped) -> Seal:
        key = await self._keyring.of(wrapped.day)
        if key is None:
            raise StoreDamaged(
                f"What was said in {conversation} can't be read: the key of {wrapped.day} is not "
                "in the folder of keys (store.keys)."
            )
        try:
            return unwrap(key.secret, wrapped, conversation)
        except Unsealable:
            raise StoreDamaged(
                f"What was said in {conversation} can't be read: its key is damaged."
            ) from None
