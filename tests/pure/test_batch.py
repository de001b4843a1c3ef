"""The one-turn batch over a server that answers as none should."""

import asyncio
from collections.abc import Sequence

import pytest

from store.batch import Asked, Batch
from store.durability import Durability
from store.errors import StoreError, StoreUnreachable
from store.link import Link
from store.replies import Argument, Reply
from store.resp import Refusal
from store.tasks import beside


class Whimsical(Link):
    """Fails in whatever way it is told, and otherwise echoes."""

    def __init__(self) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self.short = False
        self.replicas = 0
        self.asked: list[tuple[Argument, ...]] = []

    async def ask(
        self, commands: Sequence[tuple[Argument, ...]], seconds: float = 0
    ) -> list[Reply | Refusal]:
        self.asked += commands
        if self.failure:
            raise self.failure
        return [self._answer(parts) for parts in commands][self.short :]

    def _answer(self, parts: tuple[Argument, ...]) -> Reply | Refusal:
        if parts[0] == "WAIT":
            return self.replicas
        return Refusal(str(parts[1]) + " secret") if parts[0] == "REFUSE" else parts[0]


class Counter:
    """Stands where a batch's commands come from and go back to."""

    def __init__(self, replicas: int = 0) -> None:
        self.link = Whimsical()
        self.back: list[str] = []
        self.stumbles = 0
        self.opened = 0
        self.batch = Batch(self._connect, self._again, self._stumbled, Durability(replicas), 0.0)

    async def _connect(self) -> Link:
        self.opened += 1
        self.link.lost = False
        return self.link

    def _again(self, asked: Asked, words: str) -> None:
        self.back.append(words)
        asked.fail(StoreUnreachable("later"))

    def _stumbled(self) -> None:
        self.stumbles += 1

    def ask(self, *parts: Argument, settles: bool = False) -> asyncio.Future[Reply]:
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.batch.add(Asked(parts, "{a}n", None, settles, answer))
        return answer


@pytest.mark.parametrize("failure", [RuntimeError("secret"), OSError("secret"), None])
async def test_a_fault_below_fails_its_batch_and_no_other(
    failure: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    counter = Counter()
    async with beside(batch=counter.batch.run):
        counter.link.failure, counter.link.short = failure, failure is None
        asked = [counter.ask("GET", "secret"), counter.ask("GET", "b")]
        for one in asked[failure is None :]:
            with pytest.raises(StoreUnreachable) as caught:
                await one
            assert "secret" not in str(caught.value)
        counter.link.failure, counter.link.short = None, False
        assert await counter.ask("PING") == "PING"
    assert counter.opened == 2, "a link that failed is not asked again"
    assert "secret" not in caplog.text


async def test_only_what_was_certainly_not_carried_out_goes_back() -> None:
    counter = Counter()
    async with beside(batch=counter.batch.run):
        outcomes = await asyncio.gather(
            counter.ask("REFUSE", "MOVED 12"),
            counter.ask("REFUSE", "TRYAGAIN"),
            counter.ask("REFUSE", "WRONGTYPE"),
            counter.ask("PING"),
            return_exceptions=True,
        )
    assert counter.back == ["MOVED 12 secret", "TRYAGAIN"]
    assert type(outcomes[2]) is StoreError
    assert "secret" not in str(outcomes[2])
    assert outcomes[3] == "PING"


async def test_who_is_no_master_any_more_is_left() -> None:
    counter = Counter()
    async with beside(batch=counter.batch.run):
        with pytest.raises(StoreUnreachable):
            await counter.ask("REFUSE", "READONLY")
        await counter.ask("PING")
    assert counter.opened == 2


async def test_a_write_is_answered_only_if_enough_replicas_have_it() -> None:
    counter = Counter(replicas=2)
    async with beside(batch=counter.batch.run):
        counter.link.replicas = 1
        written, read = counter.ask("INCR", settles=True), counter.ask("GET")
        assert await read == "GET"
        with pytest.raises(StoreUnreachable):
            await written
        assert counter.stumbles == 1, "another server may have taken over"
        counter.link.replicas = 2
        assert await counter.ask("INCR", settles=True) == "INCR"
    assert [parts[0] for parts in counter.link.asked] == [
        *("INCR", "GET", "SET", "WAIT"),
        *("INCR", "SET", "WAIT"),
    ], "the mark comes before the wait, and both at the end"


async def test_reads_alone_wait_for_nobody() -> None:
    counter = Counter(replicas=2)
    async with beside(batch=counter.batch.run):
        await counter.ask("GET")
    assert [parts[0] for parts in counter.link.asked] == ["GET"]


async def test_without_replicas_nothing_is_added() -> None:
    counter = Counter()
    async with beside(batch=counter.batch.run):
        await counter.ask("INCR", settles=True)
    assert [parts[0] for parts in counter.link.asked] == ["INCR"]
