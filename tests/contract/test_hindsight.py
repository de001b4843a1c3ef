"""What became of each rule's flags: in memory, on one store and on a cluster."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from safety.hindsight import Hindsight
from safety.hindsight_memory import HindsightMemory
from safety.hindsight_redis import HindsightRedis
from tests.support.adapters import KINDS, store_for


@pytest.fixture(params=KINDS)
async def hindsight(request: pytest.FixtureRequest) -> AsyncGenerator[Hindsight]:
    async with store_for(request) as store:
        yield HindsightRedis(store) if store else HindsightMemory()


async def test_nothing_is_counted_at_first(hindsight: Hindsight) -> None:
    assert await hindsight.counts() == {}


async def test_each_rule_is_counted_once_for_each_flag(hindsight: Hindsight) -> None:
    await hindsight.count(["en.wish", "join.place", "en.wish"], "flagged")
    await hindsight.count(["en.wish"], "wrong")
    await hindsight.count(["en.wish"], "false_alarm")
    await hindsight.count([], "flagged")
    assert await hindsight.counts() == {
        "en.wish": {"flagged": 1, "wrong": 1, "false_alarm": 1},
        "join.place": {"flagged": 1},
    }


async def test_counts_of_many_at_once_add_up(hindsight: Hindsight) -> None:
    await asyncio.gather(*(hindsight.count(["a", "b"], "flagged") for _ in range(20)))
    assert await hindsight.counts() == {"a": {"flagged": 20}, "b": {"flagged": 20}}
