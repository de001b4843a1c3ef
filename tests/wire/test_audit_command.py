"""`benchside audit`: whoever answers for the service can check the record and take it along."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.settings import load
from staff.audit_redis import AUDIT
from store.client import Store
from store.replies import as_list, as_text
from web.cli.main import benchside
from web.cli.opening import open_store

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    environ = {
        "BENCHSIDE_STORE_FOLDER": str(tmp_path / "data"),
        "BENCHSIDE_STORE_KEYS": str(tmp_path / "keys"),
    }
    return lambda *words: CliRunner().invoke(benchside, words, env=environ)


async def _with_store(folder: Path, act: str) -> None:
    settings = load(None, {"BENCHSIDE_STORE_FOLDER": str(folder / "data")})
    async with open_store(settings) as store:
        await _tamper(store, act)


async def _tamper(store: Store, act: str) -> None:
    """Do to the newest entry what somebody might who wants it forgotten."""
    newest, fields = as_list(as_list(await store.call("XREVRANGE", AUDIT[0], "+", "-"))[0])
    told = [as_text(each) for each in as_list(fields)]
    await store.call("XDEL", AUDIT[0], as_text(newest))
    if act != "cut":
        field, other = ("act", "?") if act == "nonsense" else ("who", "somebody else")
        told[told.index(field) + 1] = other
        milliseconds, _, place = as_text(newest).partition("-")
        await store.call("XADD", AUDIT[0], f"{milliseconds}-{int(place) + 1}", *told)


def _add(command: Command, *names: str) -> None:
    for name in names:
        added = command("staff", "add", name, "--display", name.title(), "--role", "supporter")
        assert added.exit_code == 0, added.output


def test_a_whole_record_is_verified_and_its_head_can_be_noted(command: Command) -> None:
    _add(command, "amina", "bela")
    verified = command("audit", "verify")
    assert verified.exit_code == 0, verified.output
    head = verified.output.split()[-1]
    _add(command, "chipo")
    assert command("audit", "verify", "--head", head).exit_code == 0
    told = json.loads(command("audit", "verify", "--json").output)
    assert told["whole"] is True
    assert told["number"] > int(head.partition(":")[0])


@pytest.mark.parametrize(("act", "said"), [("change", "was changed"), ("cut", "cut off")])
def test_what_was_done_to_the_record_is_told(
    command: Command, tmp_path: Path, act: str, said: str
) -> None:
    _add(command, "amina", "bela")
    head = command("audit", "verify").output.split()[-1]
    asyncio.run(_with_store(tmp_path, act))
    verified = command("audit", "verify", "--head", head)
    assert verified.exit_code == 1
    assert said in verified.output


def test_every_entry_is_exported_with_its_links(command: Command) -> None:
    _add(command, "amina", "bela")
    rows = [json.loads(line) for line in command("audit", "export").output.splitlines()]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[-1]["before"] == rows[-2]["digest"]
    assert {"at", "who", "act", "subject"} < set(rows[0])


def test_nothing_is_verified_without_the_key_and_none_is_made(
    command: Command, tmp_path: Path
) -> None:
    _add(command, "amina")
    (tmp_path / "keys" / "staff.key").unlink()
    refused = command("audit", "verify")
    assert refused.exit_code == 1
    assert "no staff.key" in refused.output
    assert not (tmp_path / "keys" / "staff.key").exists()


def test_a_field_that_nobody_wrote_is_told_as_changed(command: Command, tmp_path: Path) -> None:
    _add(command, "amina", "bela")
    asyncio.run(_with_store(tmp_path, "nonsense"))
    verified = command("audit", "verify")
    assert verified.exit_code == 1
    assert "was changed" in verified.output


def test_a_head_that_is_none_is_refused(command: Command) -> None:
    refused = command("audit", "verify", "--head", "yesterday")
    assert refused.exit_code == 2
    assert "64 hexadecimal digits" in refused.output
