"""Seekers and staff on sockets over the fakes, in one process: what they do, and what they see."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chat import protocol as wire
from chat import protocol_commands as commands
from chat.closing import Closing
from chat.floor import Floor
from chat.offers import OfferNews
from chat.outbox import Outbox
from chat.parts import Parts
from chat.seeker_session import SeekerSession
from chat.staff_commands import carry_out
from chat.staff_session import StaffSession
from chat.waiting import WaitingNews
from config.clock import Millis
from config.ids import AccountId, ConversationId, new_id
from config.risk import Risk
from staff.accounts import SYSTEM, Account, Training
from staff.accounts_memory import AccountsMemory
from staff.audit import AuditEntry
from staff.audit_memory import AuditMemory
from staff.roles import Role
from staff.sessions import SessionId
from store.client import Store
from store.tasks import beside
from tests.support.talks import START, Clock, Counted, Screenful, parts_on

ADMISSION = "x" * 20
DAY_MS = 24 * 3600 * 1000


@dataclass
class SeekerAt:
    """A seeker on one socket."""

    session: SeekerSession
    screen: Screenful

    @property
    def id(self) -> ConversationId:
        """Return the conversation."""
        return self.session.conversation

    @property
    def token(self) -> str:
        """Return the token that was told."""
        (entered,) = self.screen.of("entered")
        return str(entered["token"])

    async def does(self, command: wire.SeekerCommand) -> Closing | None:
        """Send a command."""
        return await self.session.carry_out(command)

    async def says(self, text: str, ref: str = "") -> None:
        """Say a line."""
        await self.does(wire.Say(ref=ref or new_id(), text=text))

    async def sees(self, kind: str, times: int = 1) -> dict[str, object]:
        """Wait for a fact; return the last of so many."""
        return await self.screen.sees(kind, times)


@dataclass
class StaffAt:
    """A person of staff on one socket."""

    session: StaffSession
    screen: Screenful

    async def does(self, command: commands.StaffCommand) -> Closing | None:
        """Send a command."""
        return await carry_out(self.session, command)

    async def says(self, id_: ConversationId, text: str, ref: str = "") -> None:
        """Say a line."""
        await self.does(commands.StaffSay(conversation=id_, ref=ref or new_id(), text=text))

    async def is_available(self, capacity: int = 1) -> None:
        """Welcome offers."""
        await self.does(commands.SetAvailability(state="available", capacity=capacity))

    async def accepts(self, times: int = 1) -> ConversationId:
        """Wait for an offer and take it; return the conversation that it opens."""
        offer = str((await self.sees("offered", times))["offer"])
        await self.does(commands.AcceptOffer(offer=offer))
        return ConversationId(str((await self.sees("opened", times))["conversation"]))

    async def sees(self, kind: str, times: int = 1) -> dict[str, object]:
        """Wait for a fact; return the last of so many."""
        return await self.screen.sees(kind, times)

    def refusals(self) -> list[object]:
        """Return the reasons of all refusals."""
        return [fact["reason"] for fact in self.screen.of("refused")]


@dataclass
class Meeting:
    """One process, and all who come to it."""

    parts: Parts
    clock: Clock
    floor: Floor
    news: WaitingNews
    tasks: asyncio.TaskGroup
    outboxes: list[Outbox] = field(default_factory=list[Outbox])

    @property
    def tallies(self) -> Counted:
        """Return what was counted."""
        assert isinstance(self.parts.tallies, Counted)
        return self.parts.tallies

    async def comes(self, command: wire.SeekerCommand | None = None) -> SeekerAt:
        """A seeker opens a socket; with no command, to enter."""
        seeker = SeekerAt(*self._seeker())
        first = command or wire.Enter(admission=ADMISSION, language="en")
        assert await seeker.session.begin(first) is None
        await seeker.sees("entered" if isinstance(first, wire.Enter) else "resumed")
        return seeker

    async def is_turned_away(self, command: wire.SeekerCommand) -> int:
        """A seeker opens a socket and is closed at once; return the code."""
        session, _ = self._seeker()
        closing = await session.begin(command)
        assert closing is not None
        return closing.code

    def _seeker(self) -> tuple[SeekerSession, Screenful]:
        screen = self._screen()
        return SeekerSession(self.parts, self.floor, self.news, screen.outbox), screen

    async def hires(self, name: str, role: Role = Role.SUPPORTER, *, trained: bool = True) -> None:
        """Add somebody to the staff; the name is the account."""
        until = Millis(START + DAY_MS)
        training = Training(Risk.IMMINENT, until, SYSTEM) if trained else None
        person = Account(
            id=AccountId(name),
            name=name,
            display=name.capitalize(),
            role=role,
            password_hash="",
            languages=("en",),
            training=training,
        )
        assert isinstance(self.parts.accounts, AccountsMemory)
        await self.parts.accounts.add(person)

    async def attends(self, name: str) -> StaffAt:
        """Somebody of the staff opens a socket."""
        person = await self.parts.accounts.named(name)
        assert person is not None
        screen = self._screen()
        session = StaffSession(
            self.parts, self.floor, screen.outbox, person, SessionId(f"session of {name}")
        )
        await session.begin()
        return StaffAt(session, screen)

    async def on_record(self) -> list[AuditEntry]:
        """Return the audit trail, the oldest first."""
        assert isinstance(self.parts.audit, AuditMemory)
        return list(reversed(await self.parts.audit.read(100)))

    def _screen(self) -> Screenful:
        screen = Screenful(Outbox())
        self.outboxes.append(screen.outbox)
        self.tasks.create_task(screen.read(), name="a socket's writer")
        return screen


@asynccontextmanager
async def meeting(
    other: Meeting | None = None, store: Store | None = None
) -> AsyncGenerator[Meeting]:
    """Open a process, over fakes or over a store; with another, on the same truth."""
    clock = other.clock if other else Clock()
    parts = parts_on(store, clock, beside=other.parts if other else None)
    floor = Floor()
    offers, news = OfferNews(parts, floor), WaitingNews(parts, floor)
    await parts.room.listen(offers.woken)
    async with (
        beside(relay=parts.relay.run, offers=offers.run, news=news.run),
        asyncio.TaskGroup() as tasks,
    ):
        one = Meeting(parts, clock, floor, news, tasks)
        yield one
        for outbox in one.outboxes:
            outbox.close(Closing(4999, "over", False, "The test is over."))
