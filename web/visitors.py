"""What this process remembers of an address tag: its buckets, its sockets, its conversations.

In memory only, bounded, and forgotten with the process. A visitor of yesterday is found again
under today's tag if they come within the day, so no limit falls open at midnight. What follows
from it is decided in `web/gate.py`.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from config import limits
from config.clock import monotonic
from config.ids import ConversationId
from safety.throttle import Bucket, full, take
from web.addresses import Tags

REMEMBERED = 50_000
"""Visitors remembered at once; the least recently seen is forgotten, which only favours them."""
CONVERSATIONS = 50
"""Conversations remembered of one visitor: a school's worth at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """How often something may be done from one address."""

    burst: int
    seconds: float
    """The time in which the burst is earned back."""


ADMISSIONS = Limit(limits.ADMISSIONS, limits.ADMISSIONS_SECONDS)
SLOWED = Limit(limits.SLOWED_ADMISSIONS, limits.SLOWED_ADMISSIONS_SECONDS)
RETURN_CODES = Limit(limits.RETURN_CODES, limits.RETURN_CODES_SECONDS)
FAILURES = Limit(limits.FAILURES, limits.FAILURES_SECONDS)


class Visitor:
    """Whoever comes from one address."""

    __slots__ = ("_buckets", "_conversations", "shared", "sockets")

    def __init__(self, *, shared: bool) -> None:
        self.shared = shared
        """Whether the address stands for everybody, so that sockets can't be counted by it."""
        self.sockets = 0
        """Seekers' sockets that are open from here."""
        self._buckets: dict[Limit, Bucket] = {}
        self._conversations: OrderedDict[ConversationId, float] = OrderedDict()

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

    def speaks_in(self, conversation: ConversationId) -> None:
        """Note a conversation that somebody from here takes part in."""
        self._conversations[conversation] = monotonic()
        self._conversations.move_to_end(conversation)
        while len(self._conversations) > CONVERSATIONS:
            self._conversations.popitem(last=False)

    def conversations(self) -> Iterable[ConversationId]:
        """Return the conversations of lately."""
        oldest = monotonic() - limits.LINKED_SECONDS
        return (id_ for id_, at in self._conversations.items() if at > oldest)


class Visitors:
    """All that this process remembers."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Visitor] = OrderedDict()

    def of(self, tags: Tags) -> Visitor:
        """Return the visitor behind these tags, known or new."""
        found = self._known.pop(tags.today, None) or self._known.pop(tags.before, None)
        visitor = found or Visitor(shared=tags.shared)
        self._known[tags.today] = visitor
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return visitor
