"""The people of a run, through the doors that everybody uses: admission over HTTP, then a socket.

Each comes from an address of their own (by `X-Forwarded-For`, which the server of a run believes),
so that no limit on one address is met. Everyone says `ping` now and then, as the SDK does.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from itertools import count

from bench.sockets import Socket, open_socket
from bench.wire import PING, SUBPROTOCOL, Heard, encode, read
from client.http import ask, origin

AT_ONCE = 64
"""People who come in at the same time."""
PING_SECONDS = 15.0
TURNS = 60
"""Into how many turns the pings of a round are spread."""

_numbers = count(1)


class Lost(Exception):
    """Somebody's socket was closed in the middle of a run, or a command was refused."""


class Person:
    """One socket, and what it has heard so far of what matters for the way in."""

    def __init__(self) -> None:
        self.socket: Socket
        self.conversation = ""
        """A seeker's own."""
        self.tell: Callable[[Heard], None] = _nobody

    def says(self, **command: object) -> None:
        """Send a command."""
        self.socket.say(encode(command))

    def hears(self, frame: bytes) -> None:
        """Read a frame and pass it on."""
        self.tell(read(frame))


async def seeker(port: int, tell: Callable[[Heard], None]) -> Person:
    """Let a seeker in. Raises: SocketClosed, Denied, TimeoutError."""
    url, address = f"http://127.0.0.1:{port}", _address()
    reply = await ask(url, "/api/enter", {}, forwarded_for=address, seconds=60)
    person = await _open(port, "/ws/seeker", {"X-Forwarded-For": address}, tell)
    person.says(t="enter", admission=reply.text("admission"), language="en")
    return person


async def supporter(port: int, cookie: str, tell: Callable[[Heard], None]) -> Person:
    """Let a supporter in, who is not available yet. Raises: as `seeker`."""
    url, address = f"http://127.0.0.1:{port}", _address()
    reply = await ask(
        url, "/api/staff/admission", {}, cookie=cookie, forwarded_for=address, seconds=60
    )
    headers = {"Origin": origin(url), "Cookie": cookie, "X-Forwarded-For": address}
    person = await _open(port, "/ws/staff", headers, tell)
    person.says(t="attend", admission=reply.text("admission"))
    return person


async def _open(
    port: int, path: str, headers: dict[str, str], tell: Callable[[Heard], None]
) -> Person:
    person = Person()
    person.tell = tell
    person.socket = await open_socket(
        port, path, person.hears, subprotocol=SUBPROTOCOL, headers=headers
    )
    return person


def _address() -> str:
    number = next(_numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Crowd:
    """Everybody of a run; looks after the pings, and notices who is lost."""

    def __init__(self) -> None:
        self.people: list[Person] = []
        self.leaving = False

    def joins(self, person: Person) -> Person:
        """Look after one more."""
        self.people.append(person)
        return person

    def check(self) -> None:
        """See that everybody is still there. Raises: Lost."""
        for person in self.people:
            if person.socket.closed.done():
                raise Lost(f"a socket was lost: {person.socket.closed.result()}")

    async def ping(self) -> None:
        """Say `ping` for everybody, a part of them at a time, for as long as the run lasts."""
        for turn in count():
            await asyncio.sleep(PING_SECONDS / TURNS)
            for person in self.people[turn % TURNS :: TURNS]:
                if not person.socket.closed.done():
                    person.socket.say(PING)

    def goes(self) -> None:
        """Drop every connection."""
        for person in self.people:
            person.socket.end()


@contextlib.asynccontextmanager
async def crowd() -> AsyncGenerator[Crowd]:
    """Keep a crowd for as long as the context lasts."""
    everybody = Crowd()
    async with asyncio.TaskGroup() as tasks:
        pings = tasks.create_task(everybody.ping(), name="pings")
        try:
            yield everybody
        finally:
            pings.cancel()
            everybody.goes()


def _nobody(_: Heard) -> None:
    """Nobody listens yet."""
