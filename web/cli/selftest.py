"""`selftest`: one whole conversation on a server of its own, with a time for each step."""

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import Settings
from web.cli.options import config_option, json_option, print_json, read_settings

if TYPE_CHECKING:
    from web.selftest import Report


@click.command(epilog="Example: benchside selftest --json")
@config_option
@json_option
def selftest_command(path: Path | None, as_json: bool) -> None:
    """Play one whole conversation, from entering to a crisis that is resolved and feedback.

    It runs on a free port with a fresh store of its own; a running server is not touched. Exit
    code 1 if a step did not do what it should.
    """
    began = time.perf_counter()
    report, ready = asyncio.run(_play(read_settings(path)))
    seconds = time.perf_counter() - began
    if as_json:
        steps = [
            {"name": step.name, "ok": step.ok, "ms": round(step.ms, 2), "detail": step.detail}
            for step in report.steps
        ]
        print_json({"ok": report.ok, "ready_ms": ready, "seconds": seconds, "steps": steps})
    else:
        _tell(report, ready)
    sys.exit(0 if report.ok else 1)


async def _play(settings: Settings) -> tuple["Report", float]:
    """Return what became of each step, and how many milliseconds the server took to be ready."""
    from web.cli.rehearsal import rehearsal
    from web.selftest import play

    began = time.perf_counter()
    async with rehearsal(settings, 1) as stage:
        ready = round((time.perf_counter() - began) * 1000, 1)
        supporter = (stage.supporters[0], stage.passphrase)
        return await play(stage.url, supporter, (stage.supervisor, stage.passphrase)), ready


def _tell(report: "Report", ready: float) -> None:
    click.echo(f"{_sign(True)} {ready:8.1f} ms  the server is ready and has staff")
    for step in report.steps:
        detail = f": {step.detail}" if step.detail else ""
        click.echo(f"{_sign(step.ok)} {step.ms:8.1f} ms  {step.name}{detail}")
    click.echo("All is well." if report.ok else "Not all is well; run benchside doctor.")


def _sign(ok: bool) -> str:
    return click.style("ok  ", fg="green") if ok else click.style("FAIL", fg="red")
