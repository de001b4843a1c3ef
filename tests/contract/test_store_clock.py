"""The house's clock is the store's, and a machine whose clock jumps does not matter."""

import logging

import pytest

from chat.floor import Floor
from chat.sweeps import Sweeps
from config import clock
from config.clock import Seconds
from store.client import Store
from store.clock import StoreClock
from store.replies import Argument, Reply
from tests.support.talks import Clock, parts_on

HOURS = 3 * 3600


class Stored:
    """A store that tells a time, and a machine that counts seconds."""

    def __init__(self) -> None:
        self.time = 1_750_000_000.0
        self.passed = 5.0
        self.slowness = 0.0

    async def call(self, _: Argument) -> Reply:
        """Tell the time, as `TIME` does."""
        self.goes_by(self.slowness / 2)
        whole, part = divmod(self.time, 1)
        answer: Reply = [str(int(whole)).encode(), str(int(part * 1e6)).encode()]
        self.goes_by(self.slowness / 2)
        return answer

    def monotonic(self) -> Seconds:
        """Count."""
        return Seconds(self.passed)

    def goes_by(self, seconds: float) -> None:
        """Let time go by, for both."""
        self.time += seconds
        self.passed += seconds

    def off_by(self, kept: StoreClock) -> float:
        """Return the milliseconds by which the house is wrong."""
        return abs(kept.now() - self.time * 1000)


async def test_a_real_store_tells_the_time(store: Store) -> None:
    kept = StoreClock(store.call)
    await kept.learn()
    assert abs(kept.now() - clock.now()) < 1000


async def test_before_the_store_was_asked_the_machine_tells_the_time() -> None:
    stored = Stored()
    assert abs(StoreClock(stored.call, stored.monotonic).now() - clock.now()) < 1000


async def test_the_machine_may_say_what_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Stored()
    kept = StoreClock(stored.call, stored.monotonic)
    await kept.learn()
    monkeypatch.setattr(clock, "now", lambda: 0)
    stored.goes_by(60)
    assert stored.off_by(kept) <= 1


async def test_a_slow_answer_does_not_make_it_wrong() -> None:
    stored = Stored()
    kept = StoreClock(stored.call, stored.monotonic)
    await kept.learn()
    stored.slowness = 4.0
    await kept.learn()
    assert stored.off_by(kept) <= 1


async def test_a_clock_that_drifts_is_followed() -> None:
    stored = Stored()
    kept = StoreClock(stored.call, stored.monotonic)
    await kept.learn()
    stored.time += 0.3
    await kept.learn()
    assert stored.off_by(kept) <= 1


@pytest.mark.parametrize("jump", [HOURS, -HOURS])
async def test_a_jump_of_the_store_is_followed_and_told(
    jump: float, caplog: pytest.LogCaptureFixture
) -> None:
    stored = Stored()
    kept = StoreClock(stored.call, stored.monotonic)
    await kept.learn()
    stored.time += jump
    with caplog.at_level(logging.WARNING):
        await kept.learn()
    assert stored.off_by(kept) <= 1
    assert "has jumped by 10800 s" in caplog.text


@pytest.mark.parametrize("jump", [HOURS, -HOURS])
async def test_sweeps_notice_once_that_the_clock_has_jumped(jump: float) -> None:
    house = Clock()
    sweeps = Sweeps(parts_on(None, house), Floor())
    assert not sweeps.has_jumped()
    house.go(jump)
    assert sweeps.has_jumped()
    assert not sweeps.has_jumped()
