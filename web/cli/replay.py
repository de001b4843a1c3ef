"""`replay`: recorded conversations through real sockets, and what became of every line."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import Settings
from web.cli.options import config_option, json_option, print_json, read_settings

if TYPE_CHECKING:
    from web.recording import Said
    from web.replay import Report

PER_SUPPORTER = 5
"""Conversations that one supporter has at once."""


@click.command(epilog="Example: benchside replay conversations.jsonl.gz --at-once 50")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--at-once", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--most", type=click.IntRange(1), help="Play only the first so many.")
@click.option("--language", default="en", show_default=True, help="Language that they speak.")
@config_option
@json_option
def replay_command(
    file: Path, at_once: int, most: int | None, language: str, path: Path | None, as_json: bool
) -> None:
    """Play recorded conversations, each by a seeker and a supporter, on a server of its own.

    FILE has one JSON list of {"by", "text"} a line; .gz is fine. Exit code 1 if a line was lost,
    doubled, changed or out of order.
    """
    from web.recording import read

    conversations = read(file)[:most]
    report = asyncio.run(_play(read_settings(path), conversations, at_once, language))
    if as_json:
        print_json({"ok": report.ok} | _fields(report))
    else:
        _tell(report)
    sys.exit(0 if report.ok else 1)


async def _play(
    settings: Settings, conversations: "Sequence[Sequence[Said]]", at_once: int, language: str
) -> "Report":
    from web.cli.rehearsal import rehearsal
    from web.replay import play

    count = -(-min(at_once, len(conversations) or 1) // PER_SUPPORTER)
    async with rehearsal(settings, count) as stage:
        accounts = [(name, stage.passphrase) for name in stage.supporters]
        with _Progress(len(conversations)) as progress:
            return await play(
                stage.url,
                conversations,
                accounts,
                at_once=at_once,
                language=language,
                done=progress.show,
            )


class _Progress:
    """How many conversations are over, on one line, where a person looks."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._seen = sys.stderr.isatty()

    def show(self, over: int) -> None:
        """Say how far it is."""
        if self._seen:
            click.echo(f"\r{over} of {self._total} conversations", nl=False, err=True)

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._seen:
            click.echo(err=True)


def _fields(report: "Report") -> dict[str, object]:
    import msgspec

    return msgspec.convert(msgspec.to_builtins(report), dict[str, object])


def _tell(report: "Report") -> None:
    time = report.latency
    rate = report.lines / report.seconds if report.seconds else 0.0
    click.echo(
        f"{report.conversations} conversations, {report.lines} lines in {report.seconds:.1f} s "
        f"({rate:.0f} a second)"
    )
    click.echo(
        f"in order: {'yes' if report.in_order else 'NO'}, lost {report.losses}, "
        f"doubled {report.doubles}, altered {report.altered}, contacts masked {report.masked}"
    )
    flags = ", ".join(f"{count} at level {level}" for level, count in report.flags.items())
    click.echo(f"flags: {flags or 'none'}")
    click.echo(
        f"latency: p50 {time.p50:.1f} ms, p95 {time.p95:.1f}, p99 {time.p99:.1f}, "
        f"most {time.max:.1f}"
    )
    for name, rows in (
        ("refused", report.refused),
        ("not sayable", report.skipped),
        ("failed", report.failures),
    ):
        for row in rows:
            click.echo(f"{name}: {' '.join(map(str, row))}")
