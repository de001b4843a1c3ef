"""The composition root: the only place where the parts of Benchside are put together.

`build` opens the store, makes every part, starts what runs in the background, and yields the
ASGI application for as long as the context lasts.
"""

import asyncio
import gzip
import logging
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from chat.board import BoardNews
from chat.cases_redis import RedisCaseTexts
from chat.changes import Contended
from chat.desk_news import DeskNews
from chat.erasing import Erasures
from chat.floor import Floor
from chat.gauges_redis import GaugesRedis
from chat.holding import Holding
from chat.keyring import Keyring
from chat.log_redis import RedisLog
from chat.offers import OfferNews
from chat.parts import Parts
from chat.relay import Relay
from chat.retiring import Retiring
from chat.screener import Screener
from chat.second_reading import SecondReading
from chat.sweeps import Sweeps
from chat.waiting import WaitingNews
from config import catalogue, limits
from config.ids import new_id
from config.settings import Settings
from matching.patience import Patience
from matching.waiting_room_redis import RedisWaitingRoom
from safety.blocks_redis import BlocksRedis, RaidsRedis
from safety.desk_redis import DeskRedis
from safety.hindsight_redis import HindsightRedis
from safety.holds_redis import HoldsRedis
from safety.screening import Screen
from staff.accounts_redis import AccountsRedis
from staff.audit_redis import AuditRedis
from staff.guesses_redis import GuessesRedis
from staff.login import Login
from staff.passwords import Passwords
from staff.pending_redis import PendingRedis
from staff.roster import Roster
from staff.second_factor import SecondFactor
from staff.sessions_redis import SessionsRedis
from store.client import Store, connect
from store.clock import StoreClock
from store.embedded import embedded
from store.errors import StoreError
from store.tasks import beside
from web.addresses import Addresses
from web.admissions import Admissions
from web.answers import BadBody, error
from web.canary import Pulse
from web.costly import sparing
from web.draining import Draining
from web.endpoints import Endpoints
from web.gate import Gate
from web.guarding import Guard
from web.headers import with_headers
from web.house import House
from web.http_factors import FactorRoutes
from web.http_holds import HoldRoutes
from web.http_public import PublicRoutes
from web.http_roster import RosterRoutes
from web.http_staff import StaffRoutes
from web.info import helplines, info
from web.keys import audit_key, case_keys, open_keyring, staff_sealer
from web.loading import loading
from web.lookout import Lookout
from web.metrics import Metrics
from web.pages import NAMES, Asset, load_assets, page
from web.proofs import Proofs
from web.revoking import Revoking
from web.second import second_reader
from web.siblings import Siblings
from web.space import Space, store_folder
from web.visitors import Visitors

log = logging.getLogger("benchside")


class App:
    """The ASGI application: sockets to their endpoints, all else to the routes."""

    def __init__(
        self, house: House, endpoints: Endpoints, draining: Draining, store: Store
    ) -> None:
        self.house = house
        self.endpoints = endpoints
        self.store = store
        self._draining = draining
        self._routes = _answering(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "websocket":
            await self.endpoints(scope, receive, send)
        else:
            await self._routes(scope, receive, send)

    async def drain(self, hurried: asyncio.Event | None = None) -> None:
        """Let nobody in any more, and see those inside out: see `Draining.run`."""
        await self._draining.run(hurried or asyncio.Event())


@asynccontextmanager
async def build(
    settings: Settings, screen: Screen | None = None, siblings: Siblings | None = None
) -> AsyncGenerator[App]:
    """Yield the application, ready to serve; with this filter, if it is loaded already.

    `siblings` are the other workers of the same server.

    Raises:
        StoreError: the store or its keys can't be opened; the text says what to do.
        LexiconError: the filter's lexicon is broken; names file and line.
        LikenessError, ModelError: what was fitted for the filter is broken.
    """
    async with loading(settings, screen) as loaded, _store(settings) as store:
        passwords, proofs = Passwords(), Proofs(store)
        try:
            second = SecondReading(second_reader(wanted=settings.safety.embedding))
            keyring = await open_keyring(settings, store)
            time = StoreClock(store.call)
            await time.learn()
            loads = await loaded
            house = _house(
                settings, store, time, keyring, loads, passwords, proofs, second, siblings
            )
            endpoints = Endpoints(house)
            sweeps, offers = Sweeps(house.parts, house.floor), OfferNews(house.parts, house.floor)
            draining = Draining(house.gate, endpoints, stop_offers=offers.stop, beat=sweeps.beat)
            work = await _background(house, endpoints, store, second, sweeps, offers)
            retiring = Retiring(house.parts, keyring, _retention(settings))
            folder = store_folder(settings)
            if folder is not None:
                work["space"] = partial(kept, "space", Space(folder, house.gate).run)
            work["clock"] = partial(kept, "clock", time.run)
            work["holding"] = partial(kept, "holding", house.holding.run)
            work["retiring"] = partial(kept, "retiring", retiring.run)
            async with beside(**work):
                yield App(house, endpoints, draining, store)
        finally:
            passwords.close()
            proofs.close()


@asynccontextmanager
async def _store(settings: Settings) -> AsyncGenerator[Store]:
    if settings.store.url:
        async with connect(settings.store.url, replicas=settings.store.replicas) as store:
            await _say_shortcomings(store)
            yield store
    else:
        async with embedded(Path(settings.store.folder)) as url, connect(url) as store:
            yield store


async def _say_shortcomings(store: Store) -> None:
    """Say what is to be set at the store; that one of its servers is away is no reason to stop."""
    try:
        for shortcoming in await store.shortcomings():
            log.warning("%s", shortcoming)
    except StoreError as error:
        log.warning("it is not known whether the store keeps what it acknowledges: %s", error)


def _house(
    settings: Settings,
    store: Store,
    time: StoreClock,
    keyring: Keyring,
    screen: Screen,
    passwords: Passwords,
    proofs: Proofs,
    second: SecondReading,
    siblings: Siblings | None,
) -> House:
    audit = AuditRedis(store, audit_key(settings))
    accounts, sessions = AccountsRedis(store, audit), SessionsRedis(store)
    guesses, pending = GuessesRedis(store), PendingRedis(store)
    factor = SecondFactor(accounts, guesses, audit, pending, staff_sealer(settings))
    metrics = Metrics()
    parts = _parts(settings, store, time, keyring, screen, accounts, audit, metrics, second)
    told = info(settings)
    floor = Floor()
    return House(
        settings=settings,
        parts=parts,
        floor=floor,
        news=WaitingNews(parts, floor),
        gate=Gate(is_open=settings.service.open, asks_work=settings.service.proof_of_work),
        addresses=Addresses(settings.web.trusted_proxies, siblings.keys if siblings else None),
        visitors=Visitors(),
        siblings=siblings,
        admissions=Admissions(store),
        proofs=proofs,
        login=Login(accounts, sessions, guesses, audit, passwords, factor, pending),
        factor=factor,
        roster=Roster(accounts, sessions, audit, passwords),
        holding=Holding(parts, case_keys(settings), RedisCaseTexts(store)),
        sessions=sessions,
        metrics=metrics,
        pulse=_pulse(settings, metrics),
        assets=load_assets(),
        pages={name: _html(page(name, told)) for name in NAMES},
        info=told,
    )


def _pulse(settings: Settings, metrics: Metrics) -> Pulse | None:
    every = settings.canary.every_seconds
    return Pulse(metrics.registry, every) if every else None


def _html(body: bytes) -> Asset:
    return Asset(body, "text/html; charset=utf-8", "", gzip.compress(body, 9, mtime=0))


def _parts(
    settings: Settings,
    store: Store,
    time: StoreClock,
    keyring: Keyring,
    screen: Screen,
    accounts: AccountsRedis,
    audit: AuditRedis,
    metrics: Metrics,
    second: SecondReading,
) -> Parts:
    origin = new_id()
    conversations = RedisLog(store, keyring, origin=origin, retention=_retention(settings))
    return Parts(
        settings=settings,
        log=conversations,
        relay=Relay(conversations, store.wakeups, origin),
        room=RedisWaitingRoom(store, settings.store.pool, patience_of(settings)),
        desk=DeskRedis(store, usual=settings.safety.escalation_louder_seconds),
        blocks=BlocksRedis(store),
        raids=RaidsRedis(store),
        holds=HoldsRedis(store),
        hindsight=HindsightRedis(store),
        gauges=GaugesRedis(store),
        screener=Screener(screen),
        reread=second.consider,
        accounts=accounts,
        audit=audit,
        tallies=metrics,
        now=time.now,
        new_name=lambda: catalogue.friendly_name(secrets.choice),
        new_code=lambda: catalogue.secret_words(secrets.choice, catalogue.RETURN_CODE_WORDS),
        helplines=helplines,
        origin=origin,
    )


def _retention(settings: Settings) -> int:
    """Return how many seconds an ended conversation is kept."""
    return max(limits.KEEP_LEAST_SECONDS, settings.service.retention_hours * 3600)


def patience_of(settings: Settings) -> Patience:
    """Return how long the waiting room waits for whom."""
    matching = settings.matching
    return Patience(
        offer_ms=int(matching.offer_seconds * 1000),
        lease_ms=int(matching.supporter_lease_seconds * 1000),
        grace_ms=int(matching.seeker_grace_seconds * 1000),
    )


async def _background(
    house: House,
    endpoints: Endpoints,
    store: Store,
    second: SecondReading,
    sweeps: Sweeps,
    offers: OfferNews,
) -> dict[str, Callable[[], Awaitable[None]]]:
    """Return all that runs beside the sockets, listening already to what wakes it."""
    parts, floor = house.parts, house.floor
    desk, erasures = DeskNews(parts, floor), Erasures(parts, floor)
    revoking = Revoking(house)
    await parts.room.listen(offers.woken)
    await store.wakeups.listen(parts.desk.wake, desk.woken)
    await store.wakeups.listen(parts.log.erasures, erasures.woken)
    lookout = Lookout(house)
    await store.wakeups.listen(parts.blocks.wake, lookout.woken)
    await store.wakeups.listen(house.sessions.revocations, revoking.woken)
    work: dict[str, Callable[[], Awaitable[None]]] = {
        "relay": parts.relay.run,
        "waiting_news": house.news.run,
        "offers": offers.run,
        "desk_news": desk.run,
        "board_news": BoardNews(parts, floor).run,
        "second_reading": partial(second.run, parts),
        "sweeps": sweeps.run,
        "heartbeats": sweeps.heartbeats,
        "revocations": revoking.run,
        "silence": endpoints.close_silent,
        "metrics": partial(
            house.metrics.keep_fresh, lambda: house.gate.sockets, lambda: parts.screener.faults
        ),
        "lookout": lookout.run,
    }
    if house.siblings is not None:
        work["siblings"] = partial(house.siblings.listen, house.visitors.blocked.lay)
    return {name: partial(kept, name, run) for name, run in work.items()}


async def kept(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a background part; if it fails by a fault of ours, say so and start it again."""
    while True:
        try:
            await run()
        except Exception:  # the top of a task: conversations go on without this part's news
            log.exception("a background part failed and is started again: %s", name)
            await asyncio.sleep(limits.PING_SECONDS / 15)


def all_routes(house: House) -> list[Route]:
    """Return whatever is answered over HTTP."""
    guard = Guard(house)
    return [
        *PublicRoutes(house).routes(),
        *StaffRoutes(house, guard).routes(),
        *FactorRoutes(house, guard).routes(),
        *RosterRoutes(house, guard).routes(),
        *HoldRoutes(house, guard).routes(),
    ]


def _answering(house: House) -> ASGIApp:
    starlette = Starlette(
        routes=all_routes(house),
        exception_handlers={BadBody: _bad_body, StoreError: _no_store, Contended: _no_turn},
    )
    return with_headers(sparing(starlette, house))


async def _bad_body(_: Request, __: Exception) -> Response:
    return error("bad_request", 400)


async def _no_store(_: Request, problem: Exception) -> Response:
    log.warning("the store failed a request: %s", problem)
    return error("unavailable", 503)


async def _no_turn(_: Request, __: Exception) -> Response:
    return error("unavailable", 503)
