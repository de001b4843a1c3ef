"""A real server in this process with a real store, and the people who come to it in a test."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from redis.asyncio import Redis

from chat.changes import change
from chat.conversation import Closed
from chat.floor import Floor
from chat.parts import Parts
from chat.sweeps import Sweeps
from client.conversation import Conversation
from client.seeker import Seeker
from client.staff import Staff
from client.supervisor import Supervisor
from client.supporter import Supporter
from config.clock import Millis
from config.ids import AccountId, ConversationId
from config.settings import Settings, Store, Web
from matching.ticket import Availability
from staff.accounts_redis import AccountsRedis
from staff.login import LoggedIn
from staff.passwords import Passwords
from staff.roles import Role
from store.client import connect
from store.embedded import embedded, socket_path
from tests.support.people import CHEAP, PASSPHRASE, account, employ
from tests.support.proxy import Proxy
from web.app import App
from web.guarding import COOKIE
from web.serve import running_app

SUPPORTERS = ("amina", "bela", "chipo")
SUPERVISORS = ("grace", "henry")
ADMINISTRATOR = "ada"
NOVICE = "nia"
"""A supporter without a training record."""

_ADDRESSES = count(1)


def an_address() -> str:
    """Return an address that nobody has come from yet, so that no limit is shared."""
    number = next(_ADDRESSES)
    return f"198.18.{number >> 8 & 255}.{number & 255}"


@dataclass
class House:
    """A running server."""

    url: str
    app: App
    folder: Path

    @property
    def parts(self) -> Parts:
        """What the server is made of."""
        return self.app.house.parts

    def now(self, *, after: float = 0.0) -> Millis:
        """Return the house's own time, which is the store's, so many seconds from now."""
        return Millis(self.parts.now() + int(after * 1000))

    async def sweeps(self, *, after: float) -> None:
        """Sweep as another process would do so many seconds from now."""
        later = replace(self.parts, now=lambda: self.now(after=after))
        await Sweeps(later, Floor()).once()

    @asynccontextmanager
    async def store(self) -> AsyncGenerator[Redis]:
        """Reach into the store, past the server."""
        async with Redis(unix_socket_path=str(socket_path(self.folder))) as store:
            yield store

    async def account(self, name: str) -> AccountId:
        """Return the id of somebody's account."""
        found = await self.parts.accounts.named(name)
        assert found is not None
        return found.id

    async def cookie(self, name: str) -> str:
        """Log somebody in, and return the value of the cookie."""
        begun = await self.app.house.login.enter_as(await self.account(name), self.now())
        assert isinstance(begun, LoggedIn)
        return begun.token

    async def header(self, name: str) -> str:
        """Log somebody in, and return the header that says so."""
        return f"{COOKIE}={await self.cookie(name)}"

    async def tidy(self) -> None:
        """End every conversation and sign everybody off, so that the next test finds nobody."""
        for id_, _ in await self.parts.room.live():
            if await change(self.parts, id_, Closed("closed")) is None:
                await self.parts.room.release(id_, self.now())
        for one in await self.parts.room.supporters(self.now()):
            away = replace(one, state=Availability.AWAY)
            await self.parts.room.set_availability(away, self.now())


@asynccontextmanager
async def running_house(folder: Path, settings: Settings | None = None) -> AsyncGenerator[House]:
    """Run a server with its own store, and with the staff named above."""
    data = folder / "data"
    async with _staffed(data):
        pass
    async with running_app(_on_a_free_port(settings, Store(folder=str(data)))) as (url, app):
        yield House(url, app, data)


@asynccontextmanager
async def house_far_from_its_store(folder: Path) -> AsyncGenerator[tuple[House, Proxy]]:
    """Run a server with the same staff, and with a wire to its store that can be cut."""
    data = folder / "data"
    async with (
        _staffed(data) as store_url,
        Proxy.to_store(store_url, folder / "wire") as wire,
        running_app(_on_a_free_port(None, Store(url=wire.url, folder=str(data)))) as (url, app),
    ):
        yield House(url, app, data), wire
        wire.mend()


@asynccontextmanager
async def houses_of_one_store(folder: Path, count: int) -> AsyncGenerator[list[House]]:
    """Run several servers on one store, as several processes would be, with the same staff."""
    data = folder / "data"
    async with _staffed(data) as store_url, AsyncExitStack() as stack:
        houses: list[House] = []
        for _ in range(count):
            settings = _on_a_free_port(None, Store(url=store_url, folder=str(data)))
            url, app = await stack.enter_async_context(running_app(settings))
            houses.append(House(url, app, data))
        yield houses


@asynccontextmanager
async def _staffed(data: Path) -> AsyncGenerator[str]:
    """Run a store that knows the staff; yield its URL."""
    async with embedded(data) as store_url, connect(store_url) as store:
        await employ(store, *SUPPORTERS, supervisors=SUPERVISORS)
        hashed = await _hashed()
        accounts = AccountsRedis(store)
        await accounts.add(account(ADMINISTRATOR, Role.ADMINISTRATOR, hashed))
        await accounts.add(account(NOVICE, Role.SUPPORTER, hashed, trained=False))
        yield store_url


def _on_a_free_port(settings: Settings | None, store: Store) -> Settings:
    base = settings or Settings()
    return Settings(
        web=Web(port=0, trusted_proxies=("127.0.0.1",)),
        store=store,
        matching=base.matching,
        safety=base.safety,
        service=base.service,
        staff=base.staff,
        canary=base.canary,
    )


async def _hashed() -> str:
    passwords = Passwords(CHEAP)
    try:
        return await passwords.hash(PASSPHRASE)
    finally:
        passwords.close()


@dataclass
class Guests:
    """Lets people in for one test, and sees them out at its end."""

    house: House
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def seeker(
        self, opening: str = "", *, url: str = "", language: str = "en", code: str = ""
    ) -> Seeker:
        """Let a seeker in."""
        seeker = Seeker(
            url or self.house.url,
            opening=opening,
            language=language,
            code=code,
            forwarded_for=an_address(),
        )
        return await self.stack.enter_async_context(seeker)

    async def supporter(
        self,
        name: str = "amina",
        *,
        url: str = "",
        state: str = "available",
        capacity: int = 1,
        languages: Sequence[str] = (),
    ) -> Supporter:
        """Let a supporter in, who is ready for offers unless told otherwise."""
        supporter = Supporter(url or self.house.url, name, PASSPHRASE)
        await self.logs_in(supporter, name)
        await self.stack.enter_async_context(supporter)
        if state:
            await supporter.becomes(state, capacity=capacity, languages=languages)
        return supporter

    async def supervisor(self, name: str = "grace", *, url: str = "") -> Supervisor:
        """Let a supervisor in, with the board open."""
        supervisor = Supervisor(url or self.house.url, name, PASSPHRASE)
        await self.logs_in(supervisor, name)
        await self.stack.enter_async_context(supervisor)
        await supervisor.opens_board()
        return supervisor

    async def pair(self, *, url: str = "") -> tuple[Seeker, Conversation, Supporter]:
        """Let a seeker and a supporter in, and let them meet; the seeker comes by `url`."""
        supporter = await self.supporter()
        seeker = await self.seeker(url=url)
        conversation = await supporter.takes()
        await seeker.matched()
        return seeker, conversation, supporter

    async def logs_in(self, person: Staff, name: str) -> None:
        """Give the session's cookie by hand: hashing a passphrase costs a quarter of a second."""
        person._cookie = await self.house.cookie(name)


def id_of(seeker: Seeker) -> ConversationId:
    """Return the id of a seeker's conversation."""
    return ConversationId(seeker.conversation)
