"""The outbox of one connection: order, bounds, and the reason for which it ends."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from chat.closing import Closing, Closings
from chat.outbox import Outbox

ENDED, TOO_SLOW = Closings.ENDED.value, Closings.TOO_SLOW.value


class Reader:
    """Takes frames, one each time it is let."""

    def __init__(self, *, lets: int = 1000) -> None:
        self.frames: list[bytes] = []
        self.may = asyncio.Semaphore(lets)
        self.stuck = asyncio.Event()
        self._came = asyncio.Event()

    async def __call__(self, frame: bytes) -> None:
        if self.may.locked():
            self.stuck.set()
        await self.may.acquire()
        self.frames.append(frame)
        self._came.set()

    async def has(self, number: int) -> None:
        """Wait until so many have come."""
        while len(self.frames) < number:
            self._came.clear()
            await self._came.wait()


async def test_frames_come_in_the_order_in_which_they_were_put() -> None:
    outbox, reader = Outbox(), Reader()
    sent = [bytes([n]) for n in range(200)]
    for frame in sent[:100]:
        outbox.put(frame)
    async with asyncio.TaskGroup() as tasks:
        draining = tasks.create_task(outbox.drain(reader), name="drain")
        for number, frame in enumerate(sent[100:], 101):
            outbox.put(frame)
            await reader.has(number)
        outbox.close(ENDED)
    assert draining.result() == ENDED
    assert reader.frames == sent


async def test_what_one_turn_brings_is_written_together_without_a_task() -> None:
    outbox, written = Outbox(), list[list[bytes]]()
    done = asyncio.Event()

    def write(frames: Sequence[bytes]) -> bool:
        written.append(list(frames))
        done.set()
        return True

    outbox.open_straight(write)
    outbox.put(b"one")
    outbox.put(b"two")
    await done.wait()
    assert written == [[b"one", b"two"]]
    assert outbox.has_room(lambda: None)


async def test_who_reads_too_slowly_is_sent_all_in_order_by_the_writer() -> None:
    outbox, reader, ready = Outbox(), Reader(lets=0), False

    def write(frames: Sequence[bytes]) -> bool:
        if ready:
            reader.frames.extend(frames)
        return ready

    outbox.open_straight(write)
    async with asyncio.TaskGroup() as tasks:
        draining = tasks.create_task(outbox.drain(reader), name="drain")
        outbox.put(b"one")
        outbox.put(b"two")
        await reader.stuck.wait()
        ready = True
        outbox.put(b"three")
        await asyncio.sleep(0)
        assert reader.frames == []
        for _ in range(3):
            reader.may.release()
        await reader.has(3)
        outbox.put(b"four")
        await asyncio.sleep(0)
        outbox.close(ENDED)
    assert draining.result() == ENDED
    assert reader.frames == [b"one", b"two", b"three", b"four"]


async def test_what_is_queued_goes_out_before_the_closing_and_nothing_after() -> None:
    outbox, reader = Outbox(), Reader()
    outbox.put(b"before")
    outbox.close(ENDED)
    outbox.put(b"after")
    assert await outbox.drain(reader) == ENDED
    assert reader.frames == [b"before"]


async def test_the_first_reason_holds() -> None:
    outbox = Outbox(most_frames=1)
    outbox.close(ENDED)
    outbox.close(Closings.RESTART.value)
    assert await outbox.drain(Reader()) == ENDED
    slow = Outbox(most_frames=1)
    for _ in range(3):
        slow.put(b"x")
    slow.close(ENDED)
    assert await slow.drain(Reader()) == TOO_SLOW


@pytest.mark.parametrize(("frames", "size"), [(5, 1), (2, 50)])
async def test_a_reader_too_far_behind_is_cut(frames: int, size: int) -> None:
    outbox = Outbox(most_bytes=100, most_frames=5)
    closings: list[Closing | None] = []
    for _ in range(frames + 1):
        outbox.put(b"x" * size)
        closings.append(outbox.closing)
    assert closings == [None] * frames + [TOO_SLOW]
    reader = Reader()
    assert await outbox.drain(reader) == TOO_SLOW
    assert reader.frames == []


async def test_one_frame_may_be_longer_than_the_bound() -> None:
    outbox, reader = Outbox(most_bytes=10), Reader()
    outbox.put(b"x" * 1000)
    assert outbox.closing is None
    outbox.close(ENDED)
    await outbox.drain(reader)
    assert [len(frame) for frame in reader.frames] == [1000]


async def test_what_was_read_makes_room() -> None:
    outbox, reader = Outbox(most_bytes=10, most_frames=2), Reader(lets=0)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.drain(reader), name="drain")
        for n in range(50):
            outbox.put(b"12345")
            reader.may.release()
            await reader.has(n + 1)
        outbox.close(ENDED)
    assert len(reader.frames) == 50


async def test_a_frame_on_its_way_does_not_count_but_those_behind_it_do() -> None:
    outbox, reader = Outbox(most_bytes=100, most_frames=2), Reader(lets=0)
    async with asyncio.TaskGroup() as tasks:
        draining = tasks.create_task(outbox.drain(reader), name="drain")
        outbox.put(b"on its way")
        await reader.stuck.wait()
        outbox.put(b"one")
        outbox.put(b"two")
        assert outbox.closing is None
        outbox.put(b"three")
        reader.may.release()
    assert draining.result() == TOO_SLOW
    assert reader.frames == [b"on its way"]


# Room for a backlog


def called(then: list[str]) -> Callable[[], None]:
    return lambda: then.append("called")


@pytest.mark.parametrize(("frames", "size"), [(2, 1), (1, 50)])
async def test_a_backlog_has_half_of_the_room(frames: int, size: int) -> None:
    outbox, calls = Outbox(most_bytes=100, most_frames=4), list[str]()
    for _ in range(frames):
        assert outbox.has_room(called(calls))
        outbox.put(b"x" * size)
    assert not outbox.has_room(called(calls))
    outbox.put(b"said now")
    assert outbox.closing is None
    assert calls == []


async def test_who_waits_for_room_is_called_once_all_is_read() -> None:
    outbox, reader, calls = Outbox(most_frames=2), Reader(), list[str]()
    outbox.put(b"one")
    assert not outbox.has_room(called(calls))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(outbox.drain(reader), name="drain")
        async with asyncio.timeout(10):
            await outbox.room()
        assert calls == ["called"]
        outbox.put(b"two")
        await reader.has(2)
        assert calls == ["called"]
        outbox.close(ENDED)


async def test_nobody_waits_for_room_in_what_is_closed() -> None:
    outbox, calls = Outbox(most_frames=2), list[str]()
    outbox.put(b"one")
    assert not outbox.has_room(called(calls))
    outbox.close(ENDED)
    assert calls == ["called"]
    assert not outbox.has_room(called(calls))
    async with asyncio.timeout(10):
        await outbox.room()
    assert calls == ["called"]


async def test_when_sending_fails_nothing_more_is_taken() -> None:
    async def fails(frame: bytes) -> None:
        raise OSError

    outbox, calls = Outbox(most_frames=2), list[str]()
    outbox.put(b"one")
    assert not outbox.has_room(called(calls))
    with pytest.raises(OSError):
        await outbox.drain(fails)
    assert outbox.closing is not None
    assert calls == ["called"]


async def test_what_is_cut_sends_nothing_of_what_was_queued() -> None:
    called: list[str] = []
    outbox, reader = Outbox(when_cut=lambda: called.append("cut")), Reader()
    outbox.put(b"before")
    outbox.cut(ENDED)
    outbox.put(b"after")
    assert await outbox.drain(reader) == ENDED
    assert reader.frames == []
    assert called == ["cut"]


async def test_a_closing_that_waits_for_its_queue_can_still_be_cut() -> None:
    outbox, reader = Outbox(), Reader()
    outbox.put(b"before")
    outbox.close(ENDED)
    outbox.cut(TOO_SLOW)
    assert await outbox.drain(reader) == ENDED
    assert reader.frames == []
