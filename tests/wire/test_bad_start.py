"""Stores and folders that won't do: one sentence that says what to do, and exit code 2."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0

Answer = Callable[[bytes], bytes]


async def test_a_store_older_than_the_floor_is_named_with_both_versions(tmp_path: Path) -> None:
    async with _somebody_at(_old_store) as url:
        said = await _refusal(tmp_path, BENCHSIDE_STORE_URL=url)
    assert "6.2.14" in said
    assert "7.0" in said


async def test_what_is_no_store_is_named_with_its_address(tmp_path: Path) -> None:
    async with _somebody_at(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        said = await _refusal(tmp_path, BENCHSIDE_STORE_URL=url)
    assert url in said
    assert "BENCHSIDE_STORE_URL" in said


async def test_a_store_that_never_answers_is_not_waited_for_without_end(tmp_path: Path) -> None:
    async with _somebody_at(lambda _: b"") as url:
        said = await _refusal(tmp_path, BENCHSIDE_STORE_URL=url)
    assert url in said


async def test_what_is_wrong_for_all_workers_is_said_once(tmp_path: Path) -> None:
    async with _somebody_at(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        said = await _refusal(tmp_path, BENCHSIDE_STORE_URL=url, BENCHSIDE_WEB_WORKERS="2")
    assert said.count("benchside:") == 1


async def test_a_store_that_wants_a_password_is_named_without_the_one_given(
    tmp_path: Path,
) -> None:
    async with _somebody_at(lambda _: b"-WRONGPASS invalid username-password pair\r\n") as url:
        login = url.replace("//", "//bench:opensesame@")
        said = await _refusal(tmp_path, BENCHSIDE_STORE_URL=login)
    assert "opensesame" not in said
    assert url.removeprefix("redis://") in said


async def test_a_misspelt_setting_is_named_with_the_nearest_known_one(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('[store]\nfoldr = "elsewhere"\n')
    said = await _refusal(tmp_path, BENCHSIDE_CONFIG=str(file))
    assert "line 2" in said
    assert "did you mean store.folder?" in said
    said = await _refusal(tmp_path, BENCHSIDE_WEB_PROT="80")
    assert "did you mean BENCHSIDE_WEB_PORT?" in said


async def test_a_data_folder_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a_file"
    file.write_text("here first")
    said = await _refusal(tmp_path, BENCHSIDE_STORE_FOLDER=str(file))
    assert str(file) in said
    assert file.read_text() == "here first"


async def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    said = await _refusal(tmp_path, BENCHSIDE_WEB_HOST="192.0.2.1")
    assert "web.host" in said


async def _refusal(folder: Path, **environ: str) -> str:
    """Start a server that can't start; return the sentence that it ends with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BENCHSIDE_")}
    base = {"PYTHONPATH": str(ROOT), "BENCHSIDE_STORE_FOLDER": str(folder / "data")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "web", "serve", "--port", "0"),
        cwd=folder,
        env={**kept, **base, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        printed, said = await process.communicate()
    assert process.returncode == 2, said.decode()
    assert printed == b""
    assert b"Traceback" not in said
    return said.decode()


@asynccontextmanager
async def _somebody_at(answer: Answer) -> AsyncGenerator[str]:
    """Listen on a port as somebody who answers like this; yield the address as a store's."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(65536):
            writer.write(answer(asked))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _old_store(asked: bytes) -> bytes:
    """Answer as Redis 6.2 does, as far as it is asked."""
    info = b"# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\n"
    answers = b""
    for command in asked.split(b"*")[1:]:
        words = [word.upper() for word in command.split(b"\r\n")[2::2]]
        match words[0]:
            case b"INFO":
                answers += b"$%d\r\n%s\r\n" % (len(info), info)
            case b"HELLO":
                answers += b"*4\r\n$7\r\nversion\r\n$6\r\n6.2.14\r\n$5\r\nproto\r\n:3\r\n"
            case b"PING":
                answers += b"+PONG\r\n"
            case _:
                answers += b"+OK\r\n"
    return answers
