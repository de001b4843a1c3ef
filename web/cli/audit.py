"""`audit`: the record of who did and looked at what, checked and exported.

Works while the server runs, and without it.
"""

import asyncio
import re
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import NoReturn

import click
import msgspec

from config.settings import Settings
from staff.audit_redis import AuditRedis
from staff.chain import START, Broken, Chained, Fault, Head, verify
from staff.key_file import NAME
from web.cli.opening import open_store
from web.cli.options import config_option, json_option, print_json, read_settings
from web.keys import audit_key, keys_folder

_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")
_SAID: dict[Fault, str] = {
    "changed": "it was changed after it was written",
    "unstamped": "it bears no stamp of this server's key (was the folder of keys replaced?)",
    "gap": "what stood right before it is missing, or it was put in",
    "aged": "what was noted is older than the oldest entry that is kept; note a newer head",
    "head": "the head that was noted is not there as it was: entries were cut off or replaced",
}


class Row(msgspec.Struct, frozen=True):
    """One entry, as it is exported: with its links anybody can check the chain."""

    number: int
    at: int
    who: str
    act: str
    subject: str
    before: str
    digest: str


@click.group(epilog="Example: benchside audit verify")
def audit_command() -> None:
    """Check and export the record of who did and looked at what."""


@audit_command.command("verify", epilog="Example: benchside audit verify --head 120:6f1c...")
@click.option("--head", "noted", default="", help="A head that an earlier check printed.")
@json_option
@config_option
def verify_command(noted: str, as_json: bool, path: Path | None) -> None:
    """Check that no entry was changed, left out or put in; print the head to note elsewhere.

    The head, kept where the server can't reach it, is what shows later that the newest entries
    were cut off. Exits with 1 if the chain is broken.
    """
    known = _head(noted)
    settings = read_settings(path)
    if not (keys_folder(settings) / NAME).exists():
        raise click.ClickException(
            f"There is no {NAME} in {keys_folder(settings)}: without it nothing can be verified. "
            "Put the folder of keys back, or name it (store.keys)."
        )
    outcome, oldest, unchained = asyncio.run(_verified(settings, known))
    if isinstance(outcome, Broken):
        _tell_broken(outcome, as_json=as_json)
    if as_json:
        told = {"whole": True, "number": outcome.number, "digest": outcome.digest, "first": oldest}
        print_json(told | {"unchained": unchained})
    else:
        if unchained:
            click.echo(f"{unchained} entries of an earlier version stand before it, unproven.")
        if not outcome.number:
            click.echo("There is no entry yet.")
            return
        span = f"from entry {oldest} to {outcome.number}"
        click.echo(f"The record is whole, {span}. Note its head elsewhere:")
        click.echo(f"{outcome.number}:{outcome.digest}")


@audit_command.command("export", epilog="Example: benchside audit export > audit.jsonl")
@config_option
def export_command(path: Path | None) -> None:
    """Print every entry as a JSON object a line, the oldest first, with the links of the chain.

    `digest` is the SHA-256 of before, number, at, who, act and subject, each as its length, a
    colon and itself.
    """
    asyncio.run(_export(read_settings(path)))


def _head(noted: str) -> Head:
    if not noted:
        return START
    found = _HEAD.fullmatch(noted.strip())
    if found is None:
        raise click.BadParameter("a head is a number, a colon and 64 hexadecimal digits", None)
    return Head(int(found[1]), found[2])


async def _verified(settings: Settings, noted: Head) -> tuple[Head | Broken, int, int]:
    """Return what the check says, the oldest number, and how many entries bear none."""
    async with open_store(settings) as store:
        key = audit_key(settings)
        chained = [each async for each in AuditRedis(store, key).all()]
        numbers = [each.number for each in chained]
        oldest = next(filter(None, numbers), 0)
        return verify(chained, key, noted), oldest, numbers.count(0)


async def _export(settings: Settings) -> None:
    async with open_store(settings) as store:
        rows: AsyncGenerator[Chained] = AuditRedis(store, audit_key(settings)).all()
        async for each in rows:
            entry = each.entry
            told = (int(entry.at), entry.who, entry.act.value, entry.subject)
            row = Row(each.number, *told, each.before, each.digest)
            click.echo(msgspec.json.encode(row).decode())


def _tell_broken(broken: Broken, *, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"whole": False, "number": broken.number, "fault": broken.fault})
    else:
        click.echo(f"The record is broken at entry {broken.number}: {_SAID[broken.fault]}.")
        click.echo("Keep a copy of the store as it is, and find out who could write to it.")
    sys.exit(1)
