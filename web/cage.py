"""The canary's cage: a house of its own, in which nobody real is ever met.

It shares the store, the keys, the filter, the relay and the event loop with the real house, since
these are what the canary is there to try. It has its own waiting room, its own address on this
machine, and a desk, a staff and a record that are gone with the process; nothing that happens in
it is counted as a person's.
"""

import hashlib
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import msgspec

from chat.entry import Line
from chat.floor import Floor
from chat.gauges_memory import GaugesMemory
from chat.offers import OfferNews
from chat.sweeps import Sweeps
from chat.waiting import WaitingNews
from config import clock
from config.clock import Millis
from config.ids import AccountId, ConversationId, Seq, new_id
from config.risk import Risk
from config.sections import LANGUAGES
from config.settings import Settings
from config.settings import Staff as StaffSection
from matching.waiting_room_redis import RedisWaitingRoom
from safety.desk_memory import DeskMemory
from safety.hindsight_memory import HindsightMemory
from staff.accounts import SYSTEM, Account, Training
from staff.accounts_memory import AccountsMemory
from staff.audit_memory import AuditMemory
from staff.guesses_memory import GuessesMemory
from staff.login import Login
from staff.passwords import Cost, Passwords
from staff.pending_memory import PendingMemory
from staff.roles import Role
from staff.roster import Roster
from staff.sessions_memory import SessionsMemory
from store.tasks import beside
from web.app import App, kept, patience_of
from web.canary import NAME
from web.draining import Draining
from web.endpoints import Endpoints
from web.gate import Gate
from web.house import House
from web.visitors import Visitors

QUICK = Cost(memory_kib=8, passes=1, lanes=1)
"""A passphrase of 256 random bits that nobody outside this process knows needs no more."""
YEARS_MS = 10 * 366 * 24 * 3600 * 1000


class Uncounted:
    """Tallies that count nothing: these are no people."""

    def line(self, by: str, seconds: float) -> None:
        """See `Tallies`."""

    def flag(self, risk: Risk, tier: str) -> None:
        """See `Tallies`."""

    def pairing(self, seconds: float) -> None:
        """See `Tallies`."""

    def pickup(self, seconds: float) -> None:
        """See `Tallies`."""

    def feedback(self, helped: str, mood_before: int | None, mood_after: int | None) -> None:
        """See `Tallies`."""

    def wrong_flag(self) -> None:
        """See `Tallies`."""


@asynccontextmanager
async def caged(app: App) -> AsyncGenerator[tuple[App, str]]:
    """Run a house beside the real one; yield it, and the passphrase of its one supporter."""
    passphrase = secrets.token_hex(32)
    passwords, accounts = Passwords(QUICK), AccountsMemory()
    try:
        await accounts.add(_supporter(await passwords.hash(passphrase)))
        house = _house(app, accounts, passwords, _pool(app.house.settings, app.house.number))
        parts, floor = house.parts, house.floor
        offers, sweeps, endpoints = OfferNews(parts, floor), Sweeps(parts, floor), Endpoints(house)
        await parts.room.listen(offers.woken)
        work = {
            "caged_offers": offers.run,
            "caged_sweeps": sweeps.run,
            "caged_heartbeats": sweeps.heartbeats,
            "caged_silence": endpoints.close_silent,
        }
        draining = Draining(house.gate, endpoints, stop_offers=offers.stop, beat=sweeps.beat)
        async with beside(**{name: partial(kept, name, run) for name, run in work.items()}):
            yield App(house, endpoints, draining, app.store), passphrase
    finally:
        passwords.close()


def _never(conversation: ConversationId, seq: Seq, line: Line) -> None:
    """What a canary says need not be read again."""


def _pool(settings: Settings, number: int) -> str:
    """Return a waiting room that no other process uses, and that this one finds again."""
    place = f"{socket.gethostname()} {settings.web.host} {settings.web.port} {number}"
    return f"canary-{hashlib.sha256(place.encode()).hexdigest()[:16]}"


def _supporter(hashed: str) -> Account:
    return Account(
        id=AccountId(new_id()),
        name=NAME,
        display=NAME,
        role=Role.SUPPORTER,
        password_hash=hashed,
        languages=LANGUAGES,
        training=Training(Risk.IMMINENT, Millis(clock.now() + YEARS_MS), SYSTEM),
    )


def _house(app: App, accounts: AccountsMemory, passwords: Passwords, pool: str) -> House:
    real, floor = app.house, Floor()
    audit, sessions, guesses = AuditMemory(), SessionsMemory(), GuessesMemory()
    settings = _settings(real.settings)
    parts = replace(
        real.parts,
        settings=settings,
        room=RedisWaitingRoom(app.store, pool, patience_of(settings)),
        desk=DeskMemory(),
        hindsight=HindsightMemory(),
        gauges=GaugesMemory(),
        reread=_never,
        accounts=accounts,
        audit=audit,
        tallies=Uncounted(),
    )
    return replace(
        real,
        settings=settings,
        parts=parts,
        floor=floor,
        news=WaitingNews(parts, floor),
        gate=Gate(is_open=True, asks_work=False),
        visitors=Visitors(),
        login=Login(accounts, sessions, guesses, audit, passwords, real.factor, PendingMemory()),
        roster=Roster(accounts, sessions, audit, passwords),
        sessions=sessions,
        pulse=None,
    )


def _settings(settings: Settings) -> Settings:
    """Return the settings of a house at an address of this machine, without a second factor."""
    return msgspec.structs.replace(
        settings,
        web=msgspec.structs.replace(settings.web, public_origin=""),
        staff=StaffSection(),
    )
