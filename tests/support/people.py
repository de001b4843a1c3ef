"""Staff for tests: accounts with a passphrase that is hashed cheaply."""

from config.clock import now
from config.ids import AccountId, new_id
from config.risk import Risk
from config.sections import LANGUAGES
from staff.accounts import SYSTEM, Account, Training
from staff.accounts_redis import AccountsRedis
from staff.passwords import Cost, Passwords
from staff.roles import Role
from store.client import Store

PASSPHRASE = "a passphrase for tests"
DAY = 24 * 3600 * 1000
CHEAP = Cost(memory_kib=8, passes=1, lanes=1)


async def employ(store: Store, *supporters: str, supervisors: tuple[str, ...] = ("grace",)) -> None:
    """Add trained supporters, and supervisors, all with `PASSPHRASE`."""
    passwords = Passwords(CHEAP)
    try:
        hashed = await passwords.hash(PASSPHRASE)
    finally:
        passwords.close()
    accounts = AccountsRedis(store)
    for name in supporters:
        await accounts.add(account(name, Role.SUPPORTER, hashed))
    for name in supervisors:
        await accounts.add(account(name, Role.SUPERVISOR, hashed))


def account(name: str, role: Role, hashed: str, *, trained: bool = True) -> Account:
    """Return an account; trained up to the highest risk for a day, or not at all."""
    training = Training(Risk.IMMINENT, type(now())(now() + DAY), SYSTEM) if trained else None
    return Account(
        id=AccountId(new_id()),
        name=name,
        display=name.capitalize(),
        role=role,
        password_hash=hashed,
        languages=LANGUAGES,
        training=training,
    )
