"""The two socket endpoints: who may open one, and what then speaks for them."""

import asyncio
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from chat.closing import Closing, Closings
from chat.protocol import ComeBack, Enter, SeekerCommand, decode_seeker
from chat.protocol_commands import Attend, StaffCommand, decode_staff
from chat.seeker_session import SeekerSession
from chat.staff_commands import carry_out
from chat.staff_session import StaffSession
from config import limits
from config.clock import monotonic
from staff.login import Attendant
from store.errors import StoreError
from web.admissions import SEEKER
from web.guarding import COOKIE
from web.house import House
from web.origins import foreign_origin, own_origin
from web.sockets import Socket
from web.visitors import OPENINGS, Visitor


class Seeking:
    """A seeker's socket: the admission is checked, then the session speaks."""

    def __init__(self, house: House, socket: Socket, visitor: Visitor) -> None:
        self._house = house
        self._visitor = visitor
        self._session = SeekerSession(house.parts, house.floor, house.news, socket.outbox)

    async def begin(self, command: SeekerCommand) -> Closing | None:
        """Carry out the first command. Raises: StoreError."""
        refused = await self._refused(command)
        if refused is not None:
            return refused
        closing = await self._session.begin(command)
        if closing is None:
            self._house.visitors.came(self._visitor, self._session.conversation)
        return closing

    async def _refused(self, command: SeekerCommand) -> Closing | None:
        """Return why this seeker is not let in. Who resumes with a token always is."""
        gate, visitor = self._house.gate, self._visitor
        match command:
            case Enter(admission=admission):
                refusal = gate.refusal(visitor, own=1)
                if refusal in ("paused", "blocked"):
                    return Closings.PAUSED.value
                if refusal is not None:
                    return Closings.FULL.value
                if not gate.trusts(visitor):
                    return Closings.TOO_FAST.value
                if not await self._house.admissions.take(admission, SEEKER):
                    gate.failed(visitor)
                    return Closings.ADMISSION.value
            case ComeBack() if not gate.allows_code(visitor):
                return Closings.TOO_FAST.value
            case _:
                pass
        return None

    async def carry_out(self, command: SeekerCommand) -> Closing | None:
        """Carry out a further command. Raises: StoreError."""
        return await self._session.carry_out(command)

    async def lost(self) -> None:
        """The socket is gone. Raises: StoreError."""
        if self._session.conversation:
            self._house.visitors.went(self._visitor, self._session.conversation)
            await self._session.lost()


class Attending:
    """A socket of staff: cookie, origin and admission are checked, then the session speaks."""

    def __init__(self, house: House, socket: Socket, who: Attendant) -> None:
        self._house = house
        self._who = who
        self._session = StaffSession(
            house.parts, house.floor, socket.outbox, who.account, who.session.id
        )

    async def begin(self, command: StaffCommand) -> Closing | None:
        """Carry out the first command. Raises: StoreError."""
        if not isinstance(command, Attend):
            return Closings.OUT_OF_PHASE.value
        if not await self._house.admissions.take(command.admission, self._who.session.id):
            return Closings.ADMISSION.value
        await self._session.begin()
        return await self._revoked()

    async def _revoked(self) -> Closing | None:
        """Whether the session has ended while the socket opened, before it could be found."""
        now = self._house.parts.now()
        live = await self._house.sessions.look(self._who.session.id, now)
        return None if live else Closings.REVOKED.value

    async def carry_out(self, command: StaffCommand) -> Closing | None:
        """Carry out a further command. Raises: StoreError."""
        return await carry_out(self._session, command)

    async def lost(self) -> None:
        """The socket is gone."""
        self._session.gone()


class Endpoints:
    """The sockets of one process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.open: set[Socket] = set()
        self._gone = asyncio.Event()

    async def emptied(self) -> None:
        """Wait until no socket is open."""
        while self.open:
            self._gone.clear()
            await self._gone.wait()

    async def close_silent(self) -> None:
        """Close those who say nothing, not even that they are there, for as long as we run."""
        while True:
            await asyncio.sleep(limits.PING_SECONDS / 3)
            now = monotonic()
            for socket in tuple(self.open):
                patience = limits.SILENT_SECONDS if socket.known else limits.FIRST_FRAME_SECONDS
                if now - socket.heard_at > patience:
                    socket.outbox.close(Closings.SILENT.value)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        socket = Socket(scope, receive, send)
        if self._house.gate.draining:
            await socket.refuse(Closings.RESTART.value)
            return
        visitor = self._house.visitor(scope)
        hasty = not visitor.shared and not visitor.allows(OPENINGS)
        if hasty:
            self._house.metrics.told_to_wait("socket")
        if hasty or self._house.gate.crammed:
            await socket.refuse(Closings.FULL.value)
            return
        self._house.gate.sockets += 1
        self.open.add(socket)
        try:
            match scope["path"]:
                case "/ws/seeker":
                    await self._seeker(socket, visitor)
                case "/ws/staff":
                    await self._staff(socket)
                case _:
                    await receive()
                    await send({"type": "websocket.close", "code": 1000})
        finally:
            self.open.discard(socket)
            self._gone.set()
            self._house.gate.sockets -= 1

    async def _seeker(self, socket: Socket, visitor: Visitor) -> None:
        if foreign_origin(socket.headers, self._house.settings.web.public_origin):
            await socket.refuse(Closings.ORIGIN.value)
            return
        if self._house.gate.packed(visitor):
            await socket.refuse(Closings.FULL.value)
            return
        visitor.sockets += 1
        try:
            if await socket.accept():
                await self._talk(socket, Seeking(self._house, socket, visitor))
        finally:
            visitor.sockets -= 1

    async def _talk(self, socket: Socket, session: Seeking) -> None:
        try:
            await socket.talk(session, decode_seeker)
        finally:
            await _quietly_lost(session)

    async def _staff(self, socket: Socket) -> None:
        if not own_origin(socket.headers, self._house.settings.web.public_origin):
            await socket.refuse(Closings.ORIGIN.value)
            return
        try:
            who = await self._house.login.who(_cookie(socket.headers), self._house.parts.now())
        except StoreError:
            await socket.refuse(Closings.UNAVAILABLE.value)
            return
        if who is None or who.account.must_change or self._house.owes_factor(who.account):
            await socket.refuse(Closings.REVOKED.value)
            return
        if not await socket.accept():
            return
        session = Attending(self._house, socket, who)
        try:
            await socket.talk(session, decode_staff)
        finally:
            await _quietly_lost(session)


async def _quietly_lost(session: Seeking | Attending) -> None:
    try:
        await session.lost()
    except StoreError:
        # The grace and the lease run out by themselves.
        return


def _cookie(headers: Mapping[bytes, bytes]) -> str:
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value
    return ""
