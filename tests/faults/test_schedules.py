"""Whatever breaks, in whatever order: nothing acknowledged is lost, doubled or out of order.

Hypothesis draws schedules of faults; people on two processes talk through each of them, and the
checker compares what they were told and shown with the log. The long run, with every fault and
many more lines, is `make soak`.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.bout import Bout, a_bout
from tests.support.turmoil import ARMED, HARMS, Fault, Step

SMALL: tuple[Fault, ...] = (*ARMED, *HARMS, "late_reply", "cut_store", "cut_people")
"""Faults that strike at once and leave every process alive."""
GREAT: tuple[Fault, ...] = ("kill_server", "kill_store", "pause_server", "full_disk")
STAFF = ("amina", "bela")


def steps(faults: Sequence[Fault]) -> st.SearchStrategy[Step]:
    """Return one fault within the talk of a bout."""
    return st.builds(
        Step,
        after=st.integers(1, 12),
        fault=st.sampled_from(faults),
        side=st.integers(0, 1),
        size=st.integers(1, 3),
    )


def play(
    bout: Bout, loop: asyncio.AbstractEventLoop, faults: Sequence[Fault], *, times: int, most: int
) -> None:
    """Draw schedules and play them; called in a thread, since Hypothesis does not await."""

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps(faults), min_size=1, max_size=most))
    def plays(schedule: list[Step]) -> None:
        playing = bout.plays(schedule, seekers=3, lines=9)
        assert asyncio.run_coroutine_threadsafe(playing, loop).result() == []
        assert bout.notes.given_up == []

    plays()


@pytest.mark.timeout(180)
async def test_whatever_is_lost_doubled_or_late_on_the_wires_every_promise_holds(
    tmp_path: Path,
) -> None:
    async with a_bout(tmp_path, STAFF, capacity=2) as bout:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(play, bout, loop, SMALL, times=4, most=8)


@pytest.mark.timeout(180)
async def test_whoever_is_killed_paused_or_out_of_space_every_promise_holds(
    tmp_path: Path,
) -> None:
    async with a_bout(tmp_path, STAFF, capacity=2) as bout:
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(play, bout, loop, GREAT, times=2, most=3)
