"""Accounts: one suite for the fake, a single store and a cluster of three masters."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from config.clock import Millis
from config.ids import AccountId
from config.risk import Risk
from staff.accounts import (
    Account,
    Accounts,
    LastAdministrator,
    NameTaken,
    SetDisabled,
    SetPassphrase,
    SetProfile,
    SetRole,
    SetTraining,
    Training,
    UnknownAccount,
)
from staff.accounts_memory import AccountsMemory
from staff.accounts_redis import AccountsRedis
from staff.audit_redis import AuditRedis
from staff.roles import Role
from tests.support.adapters import KINDS, store_for


@pytest.fixture(params=KINDS)
async def accounts(request: pytest.FixtureRequest) -> AsyncGenerator[Accounts]:
    async with store_for(request) as store:
        yield AccountsRedis(store, AuditRedis(store, b"k" * 32)) if store else AccountsMemory()


def account(name: str, role: Role = Role.SUPPORTER) -> Account:
    return Account(AccountId(f"id-{name}"), name, name.title(), role, f"hash of {name}")


ANA = account("ana")
ADMIN = account("admin", Role.ADMINISTRATOR)


async def test_an_account_is_found_by_id_and_by_name_with_all_its_facts(
    accounts: Accounts,
) -> None:
    full = replace(
        ANA,
        must_change=True,
        passphrase_until=Millis(9),
        languages=("en", "sn"),
        topics=("grief",),
        training=Training(Risk.HIGH, Millis(8), ADMIN.id),
    )
    assert await accounts.add(full) == full
    assert await accounts.get(full.id) == full
    assert await accounts.named("ana") == full


async def test_nobody_is_found_where_nobody_is(accounts: Accounts) -> None:
    assert await accounts.all() == ()
    assert await accounts.get(ANA.id) is None
    assert await accounts.named("ana") is None
    assert await accounts.change(ANA.id, SetDisabled(True)) == UnknownAccount()


async def test_a_name_belongs_to_one_account_also_when_two_want_it_at_once(
    accounts: Accounts,
) -> None:
    twins = [replace(ANA, id=AccountId(f"twin-{n}")) for n in range(5)]
    answers = await asyncio.gather(*(accounts.add(twin) for twin in twins))
    assert sum(isinstance(one, NameTaken) for one in answers) == 4
    assert len(await accounts.all()) == 1


async def test_all_accounts_are_read_by_name_disabled_ones_too(accounts: Accounts) -> None:
    for one in (account("zoe"), ANA, account("kim")):
        await accounts.add(one)
    await accounts.change(AccountId("id-kim"), SetDisabled(True))
    read = [(one.name, one.disabled) for one in await accounts.all()]
    assert read == [("ana", False), ("kim", True), ("zoe", False)]


async def test_changes_made_at_once_are_all_made(accounts: Accounts) -> None:
    await accounts.add(ANA)
    training = Training(Risk.HIGH, Millis(8), ADMIN.id)
    changes = (
        SetRole(Role.SUPERVISOR),
        SetTraining(training),
        SetProfile("A.", ("fr",), ()),
        SetPassphrase("other", must_change=True, until=Millis(5)),
        SetDisabled(True),
    )
    await asyncio.gather(*(accounts.change(ANA.id, change) for change in changes))
    assert await accounts.get(ANA.id) == Account(
        ANA.id, "ana", "A.", Role.SUPERVISOR, "other", True, True, Millis(5), ("fr",), (), training
    )


async def test_the_last_administrator_is_neither_disabled_nor_demoted(accounts: Accounts) -> None:
    await accounts.add(ADMIN)
    assert await accounts.change(ADMIN.id, SetDisabled(True)) == LastAdministrator()
    assert await accounts.change(ADMIN.id, SetRole(Role.SUPERVISOR)) == LastAdministrator()
    assert await accounts.get(ADMIN.id) == ADMIN


async def test_of_two_administrators_who_disable_each_other_at_once_one_stays(
    accounts: Accounts,
) -> None:
    other = account("other", Role.ADMINISTRATOR)
    await accounts.add(ADMIN)
    await accounts.add(other)
    answers = await asyncio.gather(
        accounts.change(ADMIN.id, SetDisabled(True)), accounts.change(other.id, SetDisabled(True))
    )
    assert LastAdministrator() in answers
    assert [one.disabled for one in await accounts.all()].count(False) == 1


async def test_an_administrator_who_was_disabled_counts_again_when_enabled(
    accounts: Accounts,
) -> None:
    other = account("other", Role.ADMINISTRATOR)
    await accounts.add(ADMIN)
    await accounts.add(other)
    await accounts.change(other.id, SetDisabled(True))
    assert await accounts.change(ADMIN.id, SetDisabled(True)) == LastAdministrator()
    await accounts.change(other.id, SetDisabled(False))
    assert await accounts.change(ADMIN.id, SetDisabled(True)) == replace(ADMIN, disabled=True)


async def test_when_someone_was_last_seen_is_remembered(accounts: Accounts) -> None:
    await accounts.add(ANA)
    await accounts.seen(ANA.id, Millis(7))
    seen = replace(ANA, last_seen=Millis(7))
    assert await accounts.get(ANA.id) == await accounts.named("ana") == seen
    assert await accounts.all() == (seen,)
    assert await accounts.change(ANA.id, SetDisabled(True)) == replace(seen, disabled=True)
