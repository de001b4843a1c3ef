"""Blocks and raid mode: one suite for the fake, a single store and a cluster of three masters."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from config.clock import Millis, now
from config.ids import AccountId, ConversationId
from safety.blocks import HOUR_MS, Block, Blocks, Grade, lay
from safety.blocks_memory import BlocksMemory, RaidsMemory
from safety.blocks_redis import BlocksRedis, RaidsRedis
from safety.escalation import Person
from safety.raid import Raids, raid
from store.client import Store
from tests.support.adapters import KINDS, store_for

GRACE = Person(AccountId("grace"), "Grace")
HENRY = Person(AccountId("henry"), "Henry")
ONE, TWO = ConversationId("one"), ConversationId("two")
START = now()


@dataclass
class Door:
    """What is kept at the door."""

    blocks: Blocks
    raids: Raids


@pytest.fixture(params=KINDS)
async def door(request: pytest.FixtureRequest) -> AsyncGenerator[Door]:
    async with store_for(request) as store:
        if store:
            yield Door(BlocksRedis(store), RaidsRedis(store))
        else:
            yield Door(BlocksMemory(), RaidsMemory())


def after(*, hours: float) -> Millis:
    return Millis(START + int(hours * HOUR_MS))


def paused(conversation: ConversationId, hours: int = 2, at: Millis = START) -> Block:
    return lay(conversation, Grade.PAUSED, "abuse", hours, GRACE, at)


async def test_a_block_holds_until_its_end(door: Door) -> None:
    await door.blocks.lay(paused(ONE, hours=2))
    await door.blocks.lay(paused(TWO, hours=3, at=after(hours=0.5)))
    present = await door.blocks.present(after(hours=1))
    assert [one.conversation for one in present] == [TWO, ONE]
    assert [one.conversation for one in await door.blocks.present(after(hours=2))] == [TWO]
    assert await door.blocks.present(after(hours=9)) == ()
    assert await door.blocks.extend(ONE, 1, HENRY, after(hours=9)) is None


async def test_a_block_gives_way_to_a_later_one_on_the_same_conversation(door: Door) -> None:
    await door.blocks.lay(paused(ONE))
    closed = lay(ONE, Grade.CLOSED, "threat", 48, HENRY, after(hours=1))
    await door.blocks.lay(closed)
    await door.blocks.lay(closed)
    assert await door.blocks.present(after(hours=1)) == (closed,)


async def test_a_block_is_lifted_once_and_can_be_extended_until_then(door: Door) -> None:
    await door.blocks.lay(paused(ONE))
    longer = await door.blocks.extend(ONE, 10, HENRY, after(hours=1))
    assert longer is not None
    assert (longer.by, longer.until) == (HENRY, after(hours=12))
    assert await door.blocks.present(after(hours=11)) == (longer,)
    assert await door.blocks.lift(ONE)
    assert not await door.blocks.lift(ONE)
    assert await door.blocks.extend(ONE, 1, HENRY, after(hours=1)) is None
    assert await door.blocks.present(after(hours=1)) == ()


async def test_all_who_decide_at_once_are_heard(door: Door) -> None:
    await door.blocks.lay(paused(ONE, hours=1))
    team = [Person(AccountId(str(number)), str(number)) for number in range(8)]
    await asyncio.gather(*(door.blocks.extend(ONE, 1, one, START) for one in team))
    (block,) = await door.blocks.present(START)
    assert block.until == after(hours=9)


async def test_raid_mode_is_on_until_its_end_or_until_it_is_switched_off(door: Door) -> None:
    assert await door.raids.present(START) is None
    on = raid(30, GRACE, START)
    await door.raids.begin(on, START)
    assert await door.raids.present(after(hours=0.4)) == on
    assert await door.raids.present(after(hours=0.5)) is None
    await door.raids.begin(on, START)
    await door.raids.end()
    await door.raids.end()
    assert await door.raids.present(START) is None


async def test_each_change_wakes_all_processes(store: Store) -> None:
    blocks, raids = BlocksRedis(store), RaidsRedis(store)
    woken: asyncio.Queue[bytes] = asyncio.Queue()
    await store.wakeups.listen(blocks.wake, lambda _, payload: woken.put_nowait(payload))

    async def wakes(payload: bytes) -> None:
        async with asyncio.timeout(10):
            while await woken.get() != payload:
                pass

    await wakes(b"")
    await blocks.lay(paused(ONE))
    await wakes(b"one")
    await blocks.lift(ONE)
    await wakes(b"one")
    await raids.begin(raid(5, GRACE, START), START)
    await wakes(b"raid")
    await raids.end()
    await wakes(b"raid")
