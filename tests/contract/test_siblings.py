"""What the workers of one server tell each other reaches all others, and holds up nobody."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from config.ids import ConversationId
from web.blocked import Lying
from web.siblings import AT_ONCE, Siblings, siblings

MANY = [Lying(ConversationId(f"conversation {n}"), f"{n:032}", 1) for n in range(2 * AT_ONCE + 1)]


@contextmanager
def born(count: int) -> Generator[list[Siblings]]:
    """Let there be so many workers, all in this process."""
    all_ = siblings(count)
    try:
        yield all_
    finally:
        all_[0].close()


async def heard(sibling: Siblings, count: int) -> list[Lying]:
    """Return so many blocks that a sibling is told of."""
    told: asyncio.Queue[Lying] = asyncio.Queue()
    listening = asyncio.create_task(sibling.listen(told.put_nowait))
    try:
        async with asyncio.timeout(10):
            return [await told.get() for _ in range(count)]
    finally:
        listening.cancel()


async def test_all_others_hear_everything_and_call_an_address_by_the_same_tag() -> None:
    with born(3) as (one, two, three):
        one.tell(MANY)
        for other in (two, three):
            assert sorted(await heard(other, len(MANY))) == sorted(MANY)
        two.tell(MANY[:1])
        assert await heard(one, 1) == MANY[:1], "nothing of its own came before"
        assert one.keys is two.keys is three.keys


async def test_who_does_not_listen_holds_up_nobody_and_hears_once_they_do() -> None:
    with born(3) as (one, deaf, two):
        for _ in range(2_000):
            one.tell(MANY[:1])
            assert await heard(two, 1) == MANY[:1]
        assert await heard(deaf, 1) == MANY[:1]


async def test_a_worker_alone_has_nobody_to_tell() -> None:
    with born(1) as (alone,):
        alone.tell(MANY)
