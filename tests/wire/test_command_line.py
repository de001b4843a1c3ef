"""Commands that meet a real server and a real store, as an operator runs them."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.raw import raw_seeker, raw_socket

BENCHSIDE = (sys.executable, "-m", "web")
ROOT = Path(__file__).resolve().parents[2]


def _environ(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BENCHSIDE_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "BENCHSIDE_STORE_FOLDER": str(folder / "data"),
        **{f"BENCHSIDE_{name.upper()}": value for name, value in settings.items()},
    }


def _run(
    folder: Path, *arguments: str, seconds: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BENCHSIDE, *arguments],
        cwd=folder,
        env=_environ(folder, **settings),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@contextmanager
def _serving(folder: Path, command: str = "serve") -> Iterator[list[str]]:
    """Run a server on a free port; yield what it prints up to the addresses."""
    with subprocess.Popen(
        [*BENCHSIDE, command, "--port", "0"],
        cwd=folder,
        env=_environ(folder),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline() for _ in range(4)]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def test_serve_prints_three_addresses_and_stops_cleanly(tmp_path: Path) -> None:
    with _serving(tmp_path) as printed:
        told = "".join(printed)
    assert "/supporter" in told
    assert "/supervisor" in told
    assert "http://127.0.0.1:" in told


def test_the_demo_is_peopled_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with _serving(tmp_path, "demo") as printed:
        assert "demo" in printed[0]
        url = printed[1].split()[1]
        assert _eventually(f"{url}metrics", r'benchside_lines_total\{by="seeker"\} [1-9]')
    assert not (tmp_path / "data").exists()


def _eventually(url: str, pattern: str) -> bool:
    """Ask until the answer has the pattern, or half a minute is over."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with urlopen(url, timeout=5) as answer:
            if re.search(pattern, answer.read().decode()):
                return True
        time.sleep(0.2)
    return False


def test_staff_are_looked_after_beside_a_running_server_and_without_one(tmp_path: Path) -> None:
    with _serving(tmp_path):
        added = _run(tmp_path, "staff", "add", "amina", "-l", "sn", "--json")
        assert added.returncode == 0, added.stderr
        assert len(json.loads(added.stdout)["passphrase"]) > 20
    again = _run(tmp_path, "staff", "add", "amina")
    assert again.returncode == 2
    assert "already" in again.stderr
    assert _run(tmp_path, "staff", "disable", "amina").returncode == 0
    listed = json.loads(_run(tmp_path, "staff", "list", "--json").stdout)
    assert {row["name"]: row["disabled"] for row in listed} == {"admin": False, "amina": True}
    for command, said in (("reset-factors", "no second factor"), ("sign-out", "signed out")):
        done = _run(tmp_path, "staff", command, "Amina")
        assert (done.returncode, said in done.stdout) == (0, True), done.stderr
    nobody = _run(tmp_path, "staff", "reset", "nobody")
    assert nobody.returncode == 2
    assert "no account nobody" in nobody.stderr


def test_a_folder_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with _serving(tmp_path):
        second = _run(tmp_path, "serve", "--port", "0")
    assert second.returncode == 2
    assert "store.folder" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        second = _run(tmp_path, "serve", "--port", port)
    assert second.returncode == 2
    assert "in use" in second.stderr
    assert "Traceback" not in second.stderr


def test_an_unreachable_store_is_named_without_its_password(tmp_path: Path) -> None:
    for command in ("serve", "staff list", "doctor"):
        url = "redis://someone:secret@127.0.0.1:1"
        done = _run(tmp_path, *command.split(), store_url=url)
        said = done.stdout + done.stderr
        assert done.returncode == 2
        assert "127.0.0.1:1" in said
        assert "secret" not in said
        assert "Traceback" not in said


def test_the_doctor_says_what_works(tmp_path: Path) -> None:
    done = _run(tmp_path, "doctor", "--json")
    findings = {each["check"]: each for each in json.loads(done.stdout)}
    assert set(findings) == {
        "store",
        "keys",
        "clock",
        "limits",
        "disk",
        "locales",
        "helplines",
        "staff",
        "socket",
    }
    assert findings["socket"]["level"] == "ok"
    assert findings["store"]["level"] == "ok"
    assert findings["helplines"]["level"] == "warning"
    assert done.returncode == (2 if "failure" in {f["level"] for f in findings.values()} else 1)
    assert not (tmp_path / "data").exists(), "looking must not make a data folder"


def test_lost_keys_are_named_and_given_up_only_when_told_to(tmp_path: Path) -> None:
    with _serving(tmp_path) as printed:
        url = printed[1].split()[1].rstrip("/")
        held = asyncio.run(_comes_in(url))
    (key,) = (tmp_path / "keys").glob("2*.key")
    key.unlink()
    refused = _run(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 2
    assert "store.keys" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert json.loads(_run(tmp_path, "keys", "--json").stdout)["lost"] == [key.stem]
    assert "given up" in _run(tmp_path, "keys", "--forget-lost").stdout
    with _serving(tmp_path) as printed:
        assert asyncio.run(_is_let_back(printed[1].split()[1].rstrip("/"), held)) is False


async def _comes_in(url: str) -> str:
    """Begin a conversation; return its token."""
    async with raw_seeker(url, "hello") as seeker:
        return (await seeker.hears("entered")).text("token")


async def _is_let_back(url: str, token: str) -> bool:
    async with raw_socket(url, "/ws/seeker") as seeker:
        await seeker.says("resume", token=token)
        return await seeker.closed() != (4005, "token")


def test_the_doctor_repairs_a_damaged_file(tmp_path: Path) -> None:
    with _serving(tmp_path):
        for name in ("amina", "bela", "chipo", "dana"):
            assert _run(tmp_path, "staff", "add", name).returncode == 0
    log = max((tmp_path / "data" / "appendonlydir").glob("*.incr.aof"))
    whole = log.read_bytes()
    command = whole.index(b"\r\n*", len(whole) // 2) + 2  # inside a value nobody could tell
    log.write_bytes(whole[:command] + b"\x00damage\x00" + whole[command + 8 :])
    refused = _run(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 2
    assert "doctor --repair" in refused.stderr
    repaired = _run(tmp_path, "doctor", "--repair")
    assert "Kept" in repaired.stderr
    with _serving(tmp_path) as printed:
        assert "ready" in printed[0]


@pytest.mark.timeout(90)
def test_the_selftest_plays_a_whole_conversation(tmp_path: Path) -> None:
    done = _run(tmp_path, "selftest", "--json")
    report = json.loads(done.stdout)
    assert report["ok"] is True, report
    assert done.returncode == 0
    assert any("resolved" in step["name"] for step in report["steps"])


def test_a_recording_is_replayed_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "recorded.jsonl"
    conversation = [
        {"by": "seeker", "text": "hello"},
        {"by": "supporter", "text": "hello, I am here"},
        {"by": "seeker", "text": "it was a long week"},
    ]
    file.write_text((json.dumps(conversation) + "\n") * 3, "utf-8")
    done = _run(tmp_path, "replay", str(file), "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert (report["ok"], report["conversations"], report["lines"]) == (True, 3, 9)


def test_a_recording_that_is_not_one_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "recorded.jsonl"
    file.write_text('[{"by": "seeker", "text": "hello"}]\n{"by": 3}\n', "utf-8")
    done = _run(tmp_path, "replay", str(file))
    assert done.returncode == 2
    assert "line 2" in done.stderr
