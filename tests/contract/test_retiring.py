"""Keys of old days: nothing that goes on rests on them, and they do not outlive retention."""

from dataclasses import replace

import pytest

from chat.changes import change
from chat.conversation import SeekerLeft
from chat.entry import ConversationEnded, Line
from chat.keyring import day_of
from chat.keyring_memory import MemoryKeyring
from chat.log import SEEKER
from chat.log_redis import RedisLog
from chat.retiring import Retiring, over
from chat.sealing import Day
from config import limits
from store.client import Store
from store.errors import StoreDamaged
from store.replies import as_text
from tests.support.talks import ONE, RETENTION, START, Clock, Talk, a_line, parts_on

A_DAY = 24 * 3600
THE_DAY, THE_NEXT = Day("2025-06-15"), Day("2025-06-16")


class Aging:
    """A conversation with keys of its own, and time that can go by."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.keyring = MemoryKeyring()
        parts = replace(parts_on(store, self.clock), log=self.anew())
        self.talk = Talk(parts, self.clock)
        self.retiring = Retiring(parts, self.keyring, RETENTION)

    def anew(self) -> RedisLog:
        """Return the log as a process sees it that has just started."""
        return RedisLog(
            self.store, self.keyring, origin="anew", retention=RETENTION, now=self.clock
        )

    async def wrapped_under(self) -> str:
        """Return the day by whose key the conversation's is wrapped."""
        return as_text(await self.store.call("HGET", f"{{c:{ONE}}}:meta", "day"))


@pytest.fixture
async def aging(store: Store) -> Aging:
    """A conversation that began on the first day, in which a line was said."""
    made = Aging(store)
    await made.talk.begins()
    await made.talk.parts.log.append(ONE, SEEKER, a_line(text="the first day"))
    assert await made.wrapped_under() == THE_DAY == day_of(START)
    return made


async def test_what_goes_on_does_not_rest_on_an_old_key(aging: Aging) -> None:
    aging.clock.go(10 * 3600)
    await aging.retiring.once()
    assert await aging.wrapped_under() == THE_NEXT
    assert await aging.keyring.days() == (THE_DAY, THE_NEXT), "what has ended may need it yet"
    aging.clock.go(3 * A_DAY)
    await aging.retiring.once()
    assert await aging.keyring.days() == (day_of(aging.clock()),)
    log = aging.anew()
    await log.append(ONE, SEEKER, a_line("2", "the fifth day"))
    texts = [one.text for _, one in await log.read(ONE, 0) if isinstance(one, Line)]
    assert texts == ["the first day", "the fifth day"]


async def test_what_ends_is_kept_for_its_time_though_nobody_saw_to_its_key(aging: Aging) -> None:
    aging.clock.go(5 * A_DAY)
    assert await change(aging.talk.parts, ONE, SeekerLeft("done")) is not None
    await aging.retiring.once()
    *_, (_, last) = await aging.anew().read(ONE, 0)
    assert isinstance(last, ConversationEnded)


async def test_a_key_goes_when_nothing_it_wrapped_may_be_kept(aging: Aging) -> None:
    await change(aging.talk.parts, ONE, SeekerLeft("done"))
    until = over(THE_DAY, RETENTION)
    assert until > START + 1000 * (RETENTION + limits.KEYS_SLACK_SECONDS)
    aging.clock.at = until
    await aging.retiring.once()
    assert THE_DAY in await aging.keyring.days()
    aging.clock.go(1)
    await aging.retiring.once()
    assert THE_DAY not in await aging.keyring.days()
    with pytest.raises(StoreDamaged, match=THE_DAY):
        await aging.anew().read(ONE, 0)


async def test_a_key_that_is_lost_does_not_stop_the_others(aging: Aging) -> None:
    await aging.keyring.destroy(THE_DAY)
    aging.clock.go(A_DAY)
    await aging.retiring.once()
    assert await aging.wrapped_under() == THE_DAY
