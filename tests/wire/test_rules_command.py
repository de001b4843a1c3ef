"""`benchside rules`: what became of each rule's flags, for whoever looks after the lexicon."""

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner

from config.settings import load
from safety.hindsight_redis import HindsightRedis
from web.cli.main import benchside
from web.cli.opening import open_store


async def _count(folder: Path) -> None:
    settings = load(None, {"BENCHSIDE_STORE_FOLDER": str(folder)})
    async with open_store(settings) as store:
        hindsight = HindsightRedis(store)
        await hindsight.count(["en.plan", "en.jest"], "flagged")
        await hindsight.count(["en.plan"], "flagged")
        await hindsight.count(["en.plan"], "safety_plan")
        await hindsight.count(["en.jest"], "wrong")


def test_rules_that_mislead_come_first(tmp_path: Path) -> None:
    asyncio.run(_count(tmp_path))
    environ = {"BENCHSIDE_STORE_FOLDER": str(tmp_path)}
    shown = CliRunner().invoke(benchside, ["rules", "--json"], env=environ)
    assert shown.exit_code == 0, shown.output
    assert list(json.loads(shown.output).items()) == [
        ("en.jest", {"flagged": 1, "wrong": 1}),
        ("en.plan", {"flagged": 2, "safety_plan": 1}),
    ]
    table = CliRunner().invoke(benchside, ["rules"], env=environ).output.split()
    assert table[:4] == ["rule", "flagged", "wrong", "safety"]


def test_without_flags_it_says_so(tmp_path: Path) -> None:
    environ = {"BENCHSIDE_STORE_FOLDER": str(tmp_path)}
    assert "No line" in CliRunner().invoke(benchside, ["rules"], env=environ).output
