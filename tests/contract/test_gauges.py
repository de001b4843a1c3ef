"""What each process sees alone reaches all boards: in memory, on one store and on a cluster."""

from collections.abc import AsyncGenerator

import pytest

from chat.gauges import FRESH_MS, REPEAT_MS, Gauge, Gauges
from chat.gauges_memory import GaugesMemory
from chat.gauges_redis import GaugesRedis
from config.clock import Millis
from config.ids import AccountId
from tests.support.adapters import KINDS, store_for

NOW = Millis(1_000_000)
GRACE, HENRY = AccountId("grace"), AccountId("henry")


@pytest.fixture(params=KINDS)
async def gauges(request: pytest.FixtureRequest) -> AsyncGenerator[Gauges]:
    async with store_for(request) as store:
        yield GaugesRedis(store) if store else GaugesMemory()


def told(origin: str, *, after: int = 0, unscreened: int = 0) -> Gauge:
    at = Millis(NOW + after)
    return Gauge(origin=origin, at=at, watching=(GRACE, HENRY), unscreened=unscreened)


async def test_each_process_counts_once_with_what_it_told_last(gauges: Gauges) -> None:
    await gauges.put(told("one", unscreened=1))
    await gauges.put(told("two"))
    await gauges.put(told("one", after=1, unscreened=3))
    present = await gauges.present(NOW)
    assert sorted(present, key=lambda one: one.origin) == [
        told("one", after=1, unscreened=3),
        told("two"),
    ]


async def test_a_process_that_says_nothing_more_counts_no_more_until_it_does(
    gauges: Gauges,
) -> None:
    await gauges.put(told("gone"))
    await gauges.put(told("here", after=REPEAT_MS))
    assert len(await gauges.present(Millis(NOW + FRESH_MS - 1))) == 2
    (left,) = await gauges.present(Millis(NOW + FRESH_MS))
    assert left.origin == "here"
    await gauges.put(told("gone", after=FRESH_MS))
    assert len(await gauges.present(Millis(NOW + FRESH_MS))) == 2
