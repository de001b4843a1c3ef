"""Who is connected to this process: seekers by conversation, staff by account.

It forgets with the process, and nothing rests on it: presence for others is the waiting room's.
"""

from collections.abc import Iterable
from typing import Literal, Protocol

from chat import protocol as wire
from chat.closing import Closing
from chat.protocol_board import Board
from chat.protocol_staff import StaffFact
from config.clock import monotonic
from config.ids import AccountId, ConversationId
from matching.ticket import Supporter
from safety.raid import Raid
from staff.roles import Role
from staff.sessions import SessionId

SETTLED_SECONDS = 0.3
"""Between the end of a conversation and the moment when the waiting room has freed the seat."""


class StaffMember(Protocol):
    """One socket of one person of staff."""

    account: AccountId
    session: SessionId
    role: Role
    board: Board | None
    stated: Supporter | None

    def shows(self) -> frozenset[ConversationId]:
        """Return the conversations whose text this screen may show."""
        ...

    def take_away(self, conversation: ConversationId, reason: Literal["erased", "expired"]) -> None:
        """Have the screen forget a conversation."""
        ...

    def tell(self, fact: StaffFact) -> None:
        """Let this person hear a fact."""
        ...

    def hear(self, frame: bytes) -> None:
        """Let this person hear a fact that is encoded already."""
        ...

    def cut(self, closing: Closing) -> None:
        """Close the socket now, with nothing more told."""
        ...


class SeekerMember(Protocol):
    """One socket of one seeker."""

    conversation: ConversationId
    languages: list[str]
    waiting: bool

    def gives_way(self, number: int) -> bool:
        """Close for a newer connection of the same seeker; return whether it is newer."""
        ...

    def told_waiting(self, fact: wire.Waiting) -> None:
        """Let the seeker hear where they stand, if it is news."""
        ...

    def close_if_over(self, now: float) -> None:
        """Close the socket some time after the conversation ended."""
        ...


class Floor:
    """The registry of this process."""

    def __init__(self) -> None:
        self.seekers: dict[ConversationId, SeekerMember] = {}
        self.raid: Raid | None = None
        """Raid mode, as this process last heard of it."""
        self.raid_proposed = False
        """Whether this process thinks that raid mode should be on; for its boards."""
        self._staff: dict[AccountId, list[StaffMember]] = {}
        self._supporting: set[AccountId] = set()
        self._loads: dict[AccountId, float] = {}

    def come(self, member: StaffMember) -> None:
        """A socket of staff is open."""
        self._staff.setdefault(member.account, []).append(member)

    def go(self, member: StaffMember) -> None:
        """A socket of staff is closed."""
        members = self._staff.get(member.account, [])
        if member in members:
            members.remove(member)
        if not members:
            self._staff.pop(member.account, None)
            self._supporting.discard(member.account)

    def state(self, member: StaffMember) -> None:
        """This person has said whether offers are welcome; the lease is now to be renewed."""
        self._supporting.add(member.account)

    def load_changed(self, member: StaffMember) -> None:
        """A conversation of this person has begun or ended; they are to be told their load."""
        self._loads[member.account] = monotonic()

    def take_changed_loads(self) -> frozenset[AccountId]:
        """Return whose load changed long enough ago for the waiting room to know it."""
        ripe = [one for one, at in self._loads.items() if monotonic() - at > SETTLED_SECONDS]
        for one in ripe:
            del self._loads[one]
        return frozenset(ripe)

    def supporting(self) -> frozenset[AccountId]:
        """Return who is here and has a lease to renew."""
        return frozenset(self._supporting)

    def of(self, account: AccountId) -> Iterable[StaffMember]:
        """Return the sockets of one person."""
        return tuple(self._staff.get(account, ()))

    def accounts(self) -> tuple[AccountId, ...]:
        """Return all people of staff who are here."""
        return tuple(self._staff)

    def all_staff(self) -> Iterable[StaffMember]:
        """Return all sockets of staff."""
        return tuple(member for members in self._staff.values() for member in members)

    def boards(self) -> tuple[StaffMember, ...]:
        """Return the sockets that show the board."""
        return tuple(member for member in self.all_staff() if member.board is not None)

    def tell(self, account: AccountId, fact: StaffFact) -> None:
        """Let all sockets of one person hear a fact."""
        for member in self.of(account):
            member.tell(fact)

    def tell_boards(self, fact: StaffFact) -> None:
        """Let all boards hear a fact, encoded once."""
        frame = wire.encode(fact)
        for member in self.boards():
            member.hear(frame)
