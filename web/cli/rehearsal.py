"""A server of its own, with made-up staff: where commands play whole conversations.

It listens on a free port of this machine and keeps everything in a folder that is gone
afterwards; nothing that runs elsewhere is touched.
"""

import secrets
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory

import msgspec

from config.clock import Millis, now
from config.ids import AccountId, new_id
from config.risk import Risk
from config.sections import LANGUAGES
from config.settings import Log, Settings, Store
from staff.accounts import SYSTEM, Account, Training
from staff.accounts_redis import AccountsRedis
from staff.passwords import Passwords
from staff.roles import Role
from web.cli.opening import open_store
from web.http_staff import DEMO_NAMES

DAY = 24 * 3600 * 1000
HERE = "127.0.0.1"
"""Believed as a proxy: clients name the addresses that they pretend to come from."""

FIRST_NAMES = ("Amina", "Jonas", "Chipo", "Mei", "Luis", "Sara", "Tariq", "Olga", "Dewi", "Elif")
"""Display names of the made-up supporters."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The server, and who works there: log-in names, all with the same passphrase."""

    url: str
    supporters: tuple[str, ...]
    supervisor: str
    passphrase: str = field(repr=False)


@asynccontextmanager
async def rehearsal(settings: Settings, supporters: int) -> AsyncGenerator[Rehearsal]:
    """Run a server with so many trained supporters and a supervisor while the context lasts.

    Raises: as `web.serve.running`.
    """
    from web.serve import running

    with TemporaryDirectory(prefix="benchside-") as folder:
        alone = _alone(settings, folder)
        async with running(alone) as url:
            yield await employ(alone, url, supporters)


def _alone(settings: Settings, folder: str) -> Settings:
    """Return settings with which a server meets nobody but those who are made up."""
    return Settings(
        web=msgspec.structs.replace(
            settings.web,
            host=HERE,
            port=0,
            public_origin="",
            trusted_proxies=(HERE,),
        ),
        store=Store(folder=f"{folder}/data"),
        matching=settings.matching,
        safety=settings.safety,
        service=msgspec.structs.replace(settings.service, open=True, languages=LANGUAGES),
        log=Log(level="error", format=settings.log.format),
    )


async def employ(settings: Settings, url: str, supporters: int) -> Rehearsal:
    """Add so many trained supporters, who speak every language, and a supervisor."""
    names = tuple(f"supporter-{number}" for number in range(1, supporters + 1))
    passphrase = secrets.token_urlsafe(16)
    passwords = Passwords()
    try:
        password_hash = await passwords.hash(passphrase)
    finally:
        passwords.close()
    async with open_store(settings) as store:
        accounts = AccountsRedis(store)
        for number, name in enumerate(names):
            display = FIRST_NAMES[number % len(FIRST_NAMES)]
            await accounts.add(_account(name, display, Role.SUPPORTER, password_hash))
        await accounts.add(_account("supervisor", "Noor", Role.SUPERVISOR, password_hash))
        for role, name in DEMO_NAMES.items() if settings.demo.on else ():
            await accounts.add(_account(name, "You", Role(role), password_hash))
    return Rehearsal(url, names, "supervisor", passphrase)


def _account(name: str, display: str, role: Role, password_hash: str) -> Account:
    return Account(
        id=AccountId(new_id()),
        name=name,
        display=display,
        role=role,
        password_hash=password_hash,
        languages=LANGUAGES,
        training=Training(Risk.IMMINENT, Millis(now() + DAY), SYSTEM),
    )
