"""Supporters for a run: trained accounts with a session each, written before the server starts.

A log-in hashes a passphrase for a sixth of a second, which is no part of what is measured. So the
sessions are begun as the demo begins its own, and the supporters come with their cookies.
"""

from pathlib import Path

from config.clock import Millis, now
from config.ids import AccountId, new_id
from config.risk import Risk
from config.sections import LANGUAGES
from staff.accounts import SYSTEM, Account, Training
from staff.accounts_redis import AccountsRedis
from staff.roles import Role
from staff.sessions_redis import SessionsRedis
from store.client import connect
from store.embedded import embedded
from web.guarding import COOKIE

DAY_MS = 24 * 3600 * 1000


async def employ(folder: Path, count: int) -> list[str]:
    """Add so many supporters to the store in `folder`; return a cookie for each."""
    async with embedded(folder) as url, connect(url) as store:
        accounts, sessions = AccountsRedis(store), SessionsRedis(store)
        cookies: list[str] = []
        for number in range(count):
            account = _account(number)
            await accounts.add(account)
            cookies.append(f"{COOKIE}={await sessions.begin(account.id, now())}")
        return cookies


def _account(number: int) -> Account:
    return Account(
        id=AccountId(new_id()),
        name=f"supporter{number}",
        display=f"Supporter {number}",
        role=Role.SUPPORTER,
        password_hash="",
        languages=LANGUAGES,
        training=Training(Risk.IMMINENT, Millis(now() + DAY_MS), SYSTEM),
    )
