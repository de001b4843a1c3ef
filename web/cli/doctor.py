"""`doctor`: what would keep the service from working here, and how to mend it."""

import asyncio
import sys
from pathlib import Path

import click

from config.settings import Settings
from web.cli.options import config_option, json_option, print_json, read_settings

SIGNS = {"ok": ("ok  ", "green"), "warning": ("warn", "yellow"), "failure": ("FAIL", "red")}


@click.command(epilog="Example: benchside doctor --json")
@click.option("--repair", is_flag=True, help="Repair a damaged append-only file; a copy is kept.")
@config_option
@json_option
def doctor_command(repair: bool, path: Path | None, as_json: bool) -> None:
    """Look at store, clock, limits, disk, locales, helplines and a real socket.

    Exit code 0: all is well; 1: something will hurt later; 2: something does not work.
    """
    settings = read_settings(path)
    if repair:
        _repair(settings)
    from web.cli.checks import examine

    findings = asyncio.run(examine(settings))
    if as_json:
        print_json(findings)
    for finding in findings if not as_json else ():
        sign, colour = SIGNS[finding.level]
        click.echo(f"{click.style(sign, fg=colour)} {finding.check:<10} {finding.said}")
    levels = {finding.level for finding in findings}
    sys.exit(2 if "failure" in levels else int("warning" in levels))


def _repair(settings: Settings) -> None:
    from store.repair import repair

    if settings.store.url:
        raise click.UsageError("--repair is for the embedded store; this store is elsewhere.")
    click.echo(asyncio.run(repair(Path(settings.store.folder))), err=True)
