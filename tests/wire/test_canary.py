"""The canary on a real server: it notices, and nobody notices it."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from config.clock import Seconds
from config.settings import Canary, Settings
from tests.support.proxy import Proxy
from tests.support.raw import asks
from tests.support.running import Guests, House, running_house
from web.canary import Canary as Singer
from web.canary import Pulse

PATIENCE = 20.0
OFTEN = Settings(canary=Canary(every_seconds=Seconds(1.0)))
SAMPLE = re.compile(r"^benchside_(\w+)(?:\{.*\})? (\S+)$", re.M)


async def test_a_canary_sings_and_is_no_person(tmp_path: Path) -> None:
    async with running_house(tmp_path, OFTEN) as house:
        guests = Guests(house)
        async with guests.stack:
            supporter = await guests.supporter(capacity=2)
            supervisor = await guests.supervisor()
            await _sung(house, 4)
            seeker = await guests.seeker("hello")
            assert (await supporter.takes()).id == seeker.conversation
            board = await supervisor.opens_board()
            assert board.lights["conversations"] == 1
            assert board.lights["waiting"] == 0
            numbers = await _numbers(house)
        assert numbers["canary_well"] == 1
        assert numbers["canary_lost_total"] == numbers["canary_disordered_total"] == 0
        assert numbers["canary_broken_total"] == 0
        assert numbers["canary_seconds_count"] == numbers["canary_lines_total"]
        assert numbers["conversations"] == 1
        assert numbers["sockets"] == 3
        assert numbers["supporters_available"] == 1
        assert "lines_total" not in numbers, "nobody real has said a line"
        names = [one.name for one in await house.parts.accounts.all()]
        assert "canary" not in names
        assert (await asks(house.url, "/health/ready")).fields == {"ok": True, "canary": "well"}


async def test_without_the_setting_there_is_none(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house:
        assert (await asks(house.url, "/health/ready")).fields == {"ok": True}
        assert not [name for name in await _numbers(house) if "canary" in name]


async def test_a_canary_that_is_cut_off_falls_ill(tmp_path: Path) -> None:
    async with running_house(tmp_path) as house, Proxy.to(house.url) as wire:
        pulse = Pulse(CollectorRegistry(), Seconds(0.05))
        wire.cut()
        singer = Singer(wire.url, "x", Seconds(1.0), pulse, patience=0.3)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            singing = tasks.create_task(singer.sing(), name="canary")
            while pulse.word != "ill":  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            singing.cancel()


@pytest.mark.parametrize("fate", ["was_lost", "came_disordered", "broke_off"])
def test_whatever_befalls_it_is_an_illness_until_a_line_comes_through(fate: str) -> None:
    fates = {
        "was_lost": Pulse.was_lost,
        "came_disordered": Pulse.came_disordered,
        "broke_off": Pulse.broke_off,
    }
    registry = CollectorRegistry()
    pulse = Pulse(registry, Seconds(1.0))
    words: list[str] = []
    for befalls in (pulse.came_through, None, pulse.came_through):
        if befalls is None:
            fates[fate](pulse)
        else:
            befalls(0.01)
        words.append(pulse.word)
        assert registry.get_sample_value("benchside_canary_well") == (words[-1] == "well")
    assert words == ["well", "ill", "well"]


async def _sung(house: House, lines: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while (await _numbers(house)).get("canary_lines_total", 0) < lines:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _numbers(house: House) -> dict[str, float]:
    text = (await asks(house.url, "/metrics")).body.decode()
    return {name: float(value) for name, value in SAMPLE.findall(text)}
