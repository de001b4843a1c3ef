"""What `doctor` looks at: each check says in one sentence what it found.

A failure keeps the service from working; a warning will hurt somebody later.
"""

import asyncio
import resource
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import msgspec
from fluent.syntax import FluentParser, ast
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from chat.keyring_agreed import AgreedKeyring
from chat.keyring_files import FolderKeyring, prepared_folder
from chat.protocol import SUBPROTOCOL, Enter, Entered, Leave, SeekerFact, encode
from client.http import ask, socket_url
from config import catalogue, clock
from config.limits import SOCKETS, SPACE_BYTES
from config.settings import Settings, Store
from store.replies import as_int, as_list
from web import pages
from web.cli.failing import sentence
from web.cli.opening import open_store
from web.keys import keys_folder
from web.serve import running

Level = Literal["ok", "warning", "failure"]

SPARE_FILES = 500
"""Open files that are no sockets of people: store, pages, logs."""
MIB = 1024 * 1024
DISK_LOW = 1024 * MIB
DISK_OUT = SPACE_BYTES
"""Bytes. Below this newcomers are refused; when nothing is left, the store ends."""
SKEW = 2.0
"""Seconds that the store's clock may differ: offers last 20."""


class Finding(msgspec.Struct, frozen=True):
    """What one check found."""

    check: str
    level: Level
    said: str


async def examine(settings: Settings) -> list[Finding]:
    """Run every check, one after another; none of them raises what an operator can mend."""
    findings: list[Finding] = []
    for name, check in CHECKS.items():
        try:
            level, said = await check(settings)
        except Exception as problem:
            said = sentence(problem) or ""
            if not said:
                raise
            level = "failure"
        findings.append(Finding(name, level, said))
    return findings


async def check_store(settings: Settings) -> tuple[Level, str]:
    """Does the store answer, and write?"""
    with tempfile.TemporaryDirectory() as spare:
        async with open_store(_or_spare(settings, Path(spare))) as store:
            info = await store.info()
            began = clock.monotonic()
            await store.call("SET", "{doctor}", "well", "EX", 1)
            taken = (clock.monotonic() - began) * 1000
            lacking = await store.shortcomings()
    if lacking:
        return "warning", " ".join(lacking)
    return "ok", f"{info['server_name']} {info['version']} writes in {taken:.1f} ms."


async def check_keys(settings: Settings) -> tuple[Level, str]:
    """Is the folder of keys apart, closed, and the one that the store knows?"""
    if not keys_folder(settings).exists():
        return "ok", "There are no keys yet; the first start makes them."
    folder = prepared_folder(keys_folder(settings), Path(settings.store.folder))
    with tempfile.TemporaryDirectory() as spare:
        async with open_store(_or_spare(settings, Path(spare))) as store:
            lost = await AgreedKeyring(FolderKeyring(folder), store).missing()
    if lost:
        return "failure", f"Keys are lost: {', '.join(lost)}. Put {folder} back from a copy."
    return "ok", f"Keys lie in {folder}, for their owner alone."


async def check_clock(settings: Settings) -> tuple[Level, str]:
    """Do this machine and the store agree on the time?"""
    with tempfile.TemporaryDirectory() as spare:
        async with open_store(_or_spare(settings, Path(spare))) as store:
            seconds, micros = as_list(await store.call("TIME"))
            skew = abs(time.time() - (as_int(seconds) + as_int(micros) / 1e6))
    if skew > SKEW:
        return "failure", f"The store's clock differs by {skew:.1f} s; run NTP on both machines."
    return "ok", f"The store's clock differs by {skew * 1000:.0f} ms."


async def check_limits(_: Settings) -> tuple[Level, str]:
    """May enough sockets be open?"""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = SOCKETS + SPARE_FILES
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        people = max(0, allowed - SPARE_FILES)
        return "warning", (
            f"{allowed} files may be open: enough for {people} people at once. "
            f"Raise the hard limit to {wanted} (ulimit -Hn, LimitNOFILE=)."
        )
    return "ok", f"{SOCKETS} people may be connected to one process."


async def check_disk(settings: Settings) -> tuple[Level, str]:
    """Is there room where the store writes?"""
    if settings.store.url:
        return "ok", "The store writes elsewhere; watch its disk there."
    folder = Path(settings.store.folder).resolve()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    free = shutil.disk_usage(there).free
    said = f"{free // MIB:,} MiB are free for {folder}."
    if free < DISK_OUT:
        return "failure", f"Only {said} Make room: newcomers are refused."
    return ("warning", f"Only {said}") if free < DISK_LOW else ("ok", said)


async def check_locales(settings: Settings) -> tuple[Level, str]:
    """Can the pages be read in the languages that are offered?"""
    words = {file.stem: _messages(file) for file in sorted(_locales().glob("*.ftl"))}
    broken = [name for name, messages in words.items() if None in messages]
    if broken:
        return "failure", f"Not readable as Fluent: {', '.join(broken)}."
    lacking = [
        f"{name} ({len(gap)})" for name in words if (gap := words[_english(name)] - words[name])
    ]
    if lacking:
        return "warning", f"Messages not translated, shown in English: {', '.join(lacking)}."
    missing = [name for name in settings.service.languages if name not in words]
    english = f" Pages in English for: {', '.join(missing)}." if missing else ""
    return "ok", f"{len(words)} files of words are whole.{english}"


async def check_helplines(settings: Settings) -> tuple[Level, str]:
    """Has somebody checked the numbers that people in danger will call?"""
    country = settings.service.country
    if country not in catalogue.countries():
        return "warning", f"There are no helplines for {country}; add them to helplines.toml."
    if catalogue.country(country).checked == "unchecked":
        return "warning", (
            f"Nobody has checked the helplines for {country}: call each number, then write "
            "the date in config/data/helplines.toml."
        )
    return "ok", f"The helplines for {country} were checked {catalogue.country(country).checked}."


async def check_staff(settings: Settings) -> tuple[Level, str]:
    """Is a stolen passphrase enough to read what people said?"""
    policy = settings.staff.second_factor
    if policy == "off" and settings.web.public_origin:
        return "warning", (
            "Nobody has to have a second factor, and a supervisor's passphrase opens every "
            "conversation: set staff.second_factor to supervisors or all."
        )
    asked = {"off": "nobody", "supervisors": "supervisors and administrators", "all": "everybody"}
    return "ok", f"A second factor is required of {asked[policy]}."


async def check_socket(settings: Settings) -> tuple[Level, str]:
    """Can somebody come in, through a real socket?"""
    with tempfile.TemporaryDirectory() as spare:
        web = msgspec.structs.replace(settings.web, host="127.0.0.1", port=0, public_origin="")
        store = Store(folder=f"{spare}/data")
        alone = msgspec.structs.replace(settings, web=web, store=store)
        async with running(alone) as url:
            began = clock.monotonic()
            await _come_in(url)
            taken = (clock.monotonic() - began) * 1000
    return "ok", f"A seeker came in and left within {taken:.0f} ms."


CHECKS: dict[str, Callable[[Settings], Awaitable[tuple[Level, str]]]] = {
    "store": check_store,
    "keys": check_keys,
    "clock": check_clock,
    "limits": check_limits,
    "disk": check_disk,
    "locales": check_locales,
    "helplines": check_helplines,
    "staff": check_staff,
    "socket": check_socket,
}
"""All checks, in the order in which they are run and told."""


async def _come_in(url: str) -> None:
    decoder: msgspec.msgpack.Decoder[SeekerFact] = msgspec.msgpack.Decoder(SeekerFact)
    admission = (await ask(url, "/api/enter", {})).text("admission")
    where = socket_url(url, "/ws/seeker")
    async with asyncio.timeout(10), connect(where, subprotocols=[Subprotocol(SUBPROTOCOL)]) as bare:
        await bare.send(encode(Enter(admission=admission, language="en")))
        fact = decoder.decode(await bare.recv(decode=False))
        if not isinstance(fact, Entered):
            raise TypeError(type(fact).__name__)
        await bare.send(encode(Leave(reason="done")))


def _or_spare(settings: Settings, spare: Path) -> Settings:
    """Look at the store that is there; don't make a data folder only to look into it."""
    if settings.store.url or Path(settings.store.folder).exists():
        return settings
    return msgspec.structs.replace(settings, store=Store(folder=str(spare / "data")))


def _locales() -> Path:
    return pages.HERE / "locales"


def _english(name: str) -> str:
    """Return the English file of the same part: `en` for `fr`, `en.staff` for `fr.staff`."""
    return ".".join(["en", *name.split(".")[1:]])


def _messages(file: Path) -> set[str | None]:
    """Return the ids of a file's messages; None among them if a part can't be read."""
    resource_ = FluentParser().parse(file.read_text("utf-8"))
    return {
        None if isinstance(entry, ast.Junk) else entry.id.name
        for entry in resource_.body
        if isinstance(entry, ast.Junk | ast.Message | ast.Term)
    }
