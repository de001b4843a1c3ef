"""What this process remembers of an address tag: its buckets, its sockets, its blocks.

In memory only, bounded, and forgotten with the process. A visitor of yesterday is found again
under today's tag if they come within the day, so no limit falls open at midnight. From which
visitor a conversation came is remembered while its socket is open and for an hour, so that a
block can be laid on the visitor. What other workers of this server know of blocks, they tell
(`web/siblings.py`). What follows from it is decided in `web/gate.py`.
"""

from collections import OrderedDict
from collections.abc import Set
from dataclasses import dataclass

from config import limits
from config.clock import monotonic
from config.ids import ConversationId
from safety.throttle import Bucket, full, take
from web.addresses import Tags
from web.blocked import BlockedTags, Lying

REMEMBERED = 50_000
"""Visitors remembered at once; the least recently seen is forgotten, which only favours them."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """How often something may be done from one address."""

    burst: int
    seconds: float
    """The time in which the burst is earned back."""


ADMISSIONS = Limit(limits.ADMISSIONS, limits.ADMISSIONS_SECONDS)
SLOWED = Limit(limits.SLOWED_ADMISSIONS, limits.SLOWED_ADMISSIONS_SECONDS)
RAID = Limit(limits.RAID_ADMISSIONS, limits.RAID_ADMISSIONS_SECONDS)
RETURN_CODES = Limit(limits.RETURN_CODES, limits.RETURN_CODES_SECONDS)
OPENINGS = Limit(limits.OPENINGS, limits.OPENINGS_SECONDS)
FAILURES = Limit(limits.FAILURES, limits.FAILURES_SECONDS)


class Visitor:
    """Whoever comes from one address."""

    __slots__ = ("_blocked", "_buckets", "day", "shared", "sockets", "tag")

    def __init__(self, *, shared: bool, blocked: BlockedTags | None = None) -> None:
        self.tag = ""
        """What stood for the address when it was last seen."""
        self.day = 0
        """Of which day that tag is."""
        self._blocked = blocked or BlockedTags()
        self.shared = shared
        """Whether the address stands for everybody, so that sockets can't be counted by it."""
        self.sockets = 0
        """Seekers' sockets that are open from here."""
        self._buckets: dict[Limit, Bucket] = {}

    @property
    def blocked_by(self) -> Set[ConversationId]:
        """Conversations from here that were blocked; whether a block still holds is looked up."""
        return self._blocked.on(self.tag)

    def allows(self, limit: Limit) -> bool:
        """Take one from this visitor's bucket, if there is one."""
        self._buckets[limit], allowed = take(
            self._bucket(limit), limit.burst / limit.seconds, limit.burst, monotonic()
        )
        return allowed

    def has(self, limit: Limit) -> bool:
        """Whether one could be taken now; takes none."""
        rate = limit.burst / limit.seconds
        return take(self._bucket(limit), rate, limit.burst, monotonic())[1]

    def _bucket(self, limit: Limit) -> Bucket:
        return self._buckets.get(limit) or full(limit.burst, monotonic())


@dataclass(slots=True)
class _Link:
    """From which visitor a conversation comes, while its sockets are open."""

    visitor: Visitor
    sockets: int = 0


class Visitors:
    """All that this process remembers."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Visitor] = OrderedDict()
        self._here: dict[ConversationId, _Link] = {}
        self._left: OrderedDict[ConversationId, tuple[Visitor, float]] = OrderedDict()
        """Conversations whose last socket is closed, and when that was; the oldest first."""
        self.blocked = BlockedTags()
        """On whom blocks lie, as far as this server's workers know."""

    def of(self, tags: Tags) -> Visitor:
        """Return the visitor behind these tags, known or new."""
        found = self._known.pop(tags.today, None) or self._known.pop(tags.before, None)
        visitor = found or Visitor(shared=tags.shared, blocked=self.blocked)
        visitor.tag, visitor.day = tags.today, tags.day
        self.blocked.carry(tags.before, tags.today, tags.day)
        self._known[tags.today] = visitor
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return visitor

    def came(self, visitor: Visitor, conversation: ConversationId) -> None:
        """A socket of this conversation is open from this visitor's address."""
        link = self._here.get(conversation)
        if link is None or link.visitor is not visitor:
            link = self._here[conversation] = _Link(visitor)
        link.sockets += 1
        self._left.pop(conversation, None)

    def went(self, visitor: Visitor, conversation: ConversationId) -> None:
        """That socket is closed."""
        link = self._here.get(conversation)
        if link is not None and link.visitor is visitor:
            link.sockets -= 1
            if link.sockets == 0:
                del self._here[conversation]
                self._left[conversation] = visitor, monotonic()
        self._forget()

    def block(self, conversation: ConversationId) -> None:
        """Lay a block on the visitor from whom this conversation came, if that is known here.

        An address that stands for many is not blocked: nobody else would get in any more.
        """
        self._forget()
        link = self._here.get(conversation)
        visitor = link.visitor if link else self._left.get(conversation, (None, 0.0))[0]
        if visitor is not None and not visitor.shared:
            self.blocked.lay(Lying(conversation, visitor.tag, visitor.day))

    def _forget(self) -> None:
        """Forget from where conversations came that were left long ago."""
        oldest = monotonic() - limits.LINKED_SECONDS
        while self._left:
            conversation, (_, left) = next(iter(self._left.items()))
            if left > oldest and len(self._left) <= REMEMBERED:
                return
            del self._left[conversation]
