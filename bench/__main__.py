"""The command line: `python -m bench COMMAND`. The last line of each is one JSON object."""

import asyncio
import gc
from collections.abc import Coroutine
from typing import TypeVar

import click
import msgspec
import uvloop

T = TypeVar("T")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the JSON object alone, without prose."
)
workers_option = click.option("--workers", default=1, show_default=True, help="Server processes.")


@click.group(epilog="Example: python -m bench lines --json")
def bench() -> None:
    """Measure Benchside through real sockets, on a server of its own."""


@bench.command(epilog="Example: python -m bench lines --pairs 50 --seconds 2")
@click.option("--pairs", default=200, show_default=True, help="Conversations at once.")
@click.option("--seconds", default=4.0, show_default=True, help="Length of each round.")
@click.option("--rounds", default=3, show_default=True, help="Rounds; figures are their medians.")
@click.option("--warm-up", default=2.0, show_default=True, help="Seconds before the first round.")
@click.option("--capacity", default=1, show_default=True, help="Conversations of one supporter.")
@workers_option
@json_option
def lines(
    pairs: int,
    seconds: float,
    rounds: int,
    warm_up: float,
    capacity: int,
    workers: int,
    as_json: bool,
) -> None:
    """Pairs talk as fast as they can: lines a second, latency, CPU for a line."""
    from bench.lines import Plan
    from bench.lines import lines as run

    found = _run(run(Plan(pairs, seconds, rounds, warm_up, workers, capacity)))
    cpu = found.cpu_us_per_line
    _tell(
        found,
        as_json,
        f"{found.lines_per_s:,.0f} lines/s with {pairs} pairs; delivered after"
        f" {found.p50_ms} ms (p50), {found.p99_ms} ms (p99)",
        f"CPU for a line: server {cpu.server} us + store {cpu.store} us;"
        f" the load itself {found.load_cpu_us_per_line} us",
        "The limits on one person's pace were lifted; all else is the product.",
    )


def _run(work: Coroutine[object, object, T]) -> T:
    """Run without pauses for collecting garbage on our side."""
    gc.disable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _tell(result: object, as_json: bool, *prose: str) -> None:
    if not as_json:
        for line in prose:
            click.echo(line)
    click.echo(msgspec.json.encode(result))


if __name__ == "__main__":
    bench()
