"""The audit trail: one suite for the fake, a single store and a cluster of three masters."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from config.clock import Millis, now
from config.ids import AccountId
from config.limits import AUDIT_DAYS
from staff.audit import Audit, AuditEntry
from staff.audit_memory import AuditMemory
from staff.audit_redis import AUDIT, AuditRedis, arguments
from staff.chain import verify
from staff.roles import AUDITED, Act
from store.client import Store
from tests.support.adapters import KINDS, store_for

ANA = AccountId("ana")
KEY = b"k" * 32


@pytest.fixture(params=KINDS)
async def audit(request: pytest.FixtureRequest) -> AsyncGenerator[Audit]:
    async with store_for(request) as store:
        yield AuditRedis(store, KEY) if store else AuditMemory()


async def test_the_newest_entries_are_read_first(audit: Audit) -> None:
    acts = sorted(AUDITED)
    for n, act in enumerate(acts):
        await audit.write(ANA, act, f"subject-{n}", Millis(n))
    entries = [AuditEntry(Millis(n), ANA, act, f"subject-{n}") for n, act in enumerate(acts)]
    assert await audit.read(100) == tuple(reversed(entries))
    assert await audit.read(2) == tuple(reversed(entries[-2:]))


async def test_an_empty_trail_reads_as_nothing(audit: Audit) -> None:
    assert await audit.read(10) == ()


async def test_entries_of_several_processes_at_once_are_one_chain(store: Store) -> None:
    here, there = AuditRedis(store, KEY), AuditRedis(store, KEY)
    async with asyncio.TaskGroup() as acts:
        for n in range(40):
            audit = (here, there)[n % 2]
            writing = audit.write(ANA, Act.WATCH, f"subject-{n}", Millis(n))
            acts.create_task(writing, name="an act")
    trail = [each async for each in here.all()]
    assert verify(trail, KEY) == trail[-1].head
    assert {each.entry.subject for each in trail} == {f"subject-{n}" for n in range(40)}
    assert [each.number for each in trail] == list(range(1, 41))


async def test_however_many_act_at_once_in_one_process_all_is_on_record(store: Store) -> None:
    audit = AuditRedis(store, KEY)
    await asyncio.gather(
        *(audit.write(ANA, Act.WATCH, f"subject-{n}", Millis(n)) for n in range(100))
    )
    assert len([each async for each in audit.all()]) == 100


async def test_an_entry_whose_answer_was_lost_is_not_written_twice(store: Store) -> None:
    audit = AuditRedis(store, KEY)
    chained = audit.chained(AuditEntry(Millis(1), ANA, Act.WATCH, "subject"))
    record = store.script("staff", "record")
    for _ in range(2):
        taken = audit.taken(chained, await store.run(record, AUDIT, arguments(chained)))
        assert taken == 1
    assert len(await audit.read(10)) == 1


async def test_an_entry_is_kept_for_its_time_and_not_for_ever(store: Store) -> None:
    audit = AuditRedis(store, KEY)
    present = now()
    for _ in range(300):
        await audit.write(ANA, Act.WATCH, "old", present)
    kept = AUDIT_DAYS * 24 * 3600 * 1000
    await audit.write(ANA, Act.WATCH, "new", Millis(present + kept - 60_000))
    assert len(await audit.read(1000)) == 301
    await audit.write(ANA, Act.WATCH, "new", Millis(present + kept + 60_000))
    assert len(await audit.read(1000)) < 301
