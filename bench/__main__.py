"""The command line: `python -m bench COMMAND`. The last line of each is one JSON object."""

import asyncio
import gc
import resource
from collections.abc import Coroutine
from pathlib import Path
from typing import TypeVar

import click
import msgspec
import uvloop

from bench.idle import KINDS, Kind
from bench.lines import Plan
from bench.peers.installing import Missing
from bench.people import Lost
from bench.problems import first_of, said
from bench.sockets import SocketClosed

T = TypeVar("T")

EXPECTED = (Lost, Missing, SocketClosed, TimeoutError)
"""What a run may meet without being our mistake."""

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
    """Pairs talk as fast as they can: lines a second, latency, CPU for a line.

    A closed loop from a process of its own: each pair has one line on its way, which counts once it
    is screened, encrypted, on the disk (fsync), acknowledged and delivered. CPU is of server and
    store, by the kernel's accounts. The limits on one person's pace are lifted.
    """
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


@bench.command(epilog="Example: python -m bench idle --connections 10000")
@click.option("--connections", default=2000, show_default=True, help="Connections of each kind.")
@click.option("--seconds", default=5.0, show_default=True, help="To settle, and to count CPU.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), default=KINDS)
@workers_option
@json_option
def idle(
    connections: int, seconds: float, kinds: tuple[Kind, ...], workers: int, as_json: bool
) -> None:
    """Memory of a connection that says nothing: waiting, attending, talking.

    What each adds to the memory (PSS) of server and store after the first forty have come, with its
    session, conversation and outbox; and the CPU that it takes a second.
    """
    from bench.idle import idle as run

    found = _run(run(connections, seconds, kinds, workers))
    told = {"waiting": found.waiting, "attending": found.attending, "talking": found.talking}
    _tell(
        found,
        as_json,
        *(
            f"{name:10} server {one.server_kib} KiB + store {one.store_kib} KiB a connection;"
            f" {one.cpu_us_per_s} us of CPU a second"
            for name, one in told.items()
            if one
        ),
    )


@bench.command(epilog="Example: python -m bench latency --rate 400")
@click.option("--rate", default=200.0, show_default=True, help="Lines a second, of all together.")
@click.option("--connections", default=2000, show_default=True, help="In conversations of two.")
@click.option("--seconds", default=15.0, show_default=True, help="How long lines are said.")
@click.option("--warm-up", default=2.0, show_default=True, help="Seconds before that.")
@workers_option
@json_option
def latency(
    rate: float, connections: int, seconds: float, warm_up: float, workers: int, as_json: bool
) -> None:
    """Lines at a given rate: how long each takes from when it was due.

    An open loop with many connections, fsync on every line and the limits as they are: from the
    moment a line was due until it is acknowledged, and until the other side has it.
    """
    from bench.latency import latency as run

    found = _run(run(rate, connections, seconds, warm_up, workers))
    _tell(
        found,
        as_json,
        f"{found.lines_per_s} lines/s with {found.connections} connections: delivered after"
        f" {found.p50_ms} ms (p50), {found.p99_ms} ms (p99); acknowledged after"
        f" {found.accepted_p50_ms} and {found.accepted_p99_ms} ms",
    )


@bench.command(epilog="Example: python -m bench match --waiting 1000 --no-sockets")
@click.option("--waiting", default=10_000, show_default=True, help="Seekers who wait.")
@click.option("--supporters", default=1_000, show_default=True, help="Supporters who come.")
@click.option("--singles", default=300, show_default=True, help="Pairings timed one by one.")
@click.option("--sockets/--no-sockets", default=True, help="Also through everybody's sockets.")
@json_option
def match(waiting: int, supporters: int, singles: int, sockets: bool, as_json: bool) -> None:
    """Pairings a second, and how long one takes, with many who wait.

    Twice, and named apart. room_alone: the waiting room on its store, without sockets; all
    supporters free at once, and then one after another. through_sockets: the whole path, until
    each supporter has a conversation open and each seeker is told.
    """
    from bench.matches import match as run

    found = _run(run(waiting, supporters, singles, sockets=sockets))
    room, through = found.room_alone, found.through_sockets
    _tell(
        found,
        as_json,
        f"the room alone: {room.pairings_per_s:,.0f} pairings/s with {waiting:,} waiting"
        f" ({room.cpu_us_per_pairing} us of CPU each); one by itself takes"
        f" {room.one_p50_ms} ms (p50), {room.one_p99_ms} ms (p99)",
        f"through sockets: {through.matched_per_s} matches/s; one more supporter is offered a"
        f" seeker after {through.offered_p50_ms} ms (p50), {through.offered_p99_ms} ms (p99)"
        if through
        else "not measured through sockets",
    )


@bench.command(epilog="Example: python -m bench start --times 3")
@click.option("--times", default=10, show_default=True, help="Starts of each kind.")
@click.option("--cold/--no-cold", default=True, help="Also without compiled Python files.")
@json_option
def start(times: int, cold: bool, as_json: bool) -> None:
    """From the start of the process until it is ready, with the embedded store.

    Medians in seconds until the store has answered and the server listens: with data, in an empty
    folder, and without compiled Python files.
    """
    from bench.starting import start as run

    found = _run(run(times, cold=cold))
    _tell(
        found,
        as_json,
        f"ready after {found.warm_s} s with data, {found.empty_s} s in an empty folder;"
        f" without compiled files {found.cold_s} s",
    )


@bench.command(epilog="Example: python -m bench growth --size 100 --size 1000")
@click.option(
    "--size", "sizes", multiple=True, type=int, default=(100, 1000, 3000, 10_000), show_default=True
)
@json_option
def growth(sizes: tuple[int, ...], as_json: bool) -> None:
    """How cost grows with connections, conversations and waiting seekers; takes minutes.

    CPU and latency of a line by open connections (50 pairs talk) and by pairs who talk; CPU of a
    pass of pairing and of one seeker's news by those who wait; and the exponent of each.
    """
    from bench.growing import grow

    found = _run(grow(list(sizes)))
    _tell(
        found,
        as_json,
        *(msgspec.json.encode(row).decode() for row in found.connections),
        f"a line grows as connections ^ {found.line_by_connections}",
        *(msgspec.json.encode(row).decode() for row in found.conversations),
        f"a line grows as conversations ^ {found.line_by_conversations}",
        *(msgspec.json.encode(row).decode() for row in found.waiting),
        f"a pairing grows as those who wait ^ {found.pairing_by_waiting},"
        f" one seeker's news ^ {found.news_by_waiting}",
    )


@bench.command(epilog="Example: python -m bench peers --only socket_io --pairs 50")
@click.option("--pairs", default=200, show_default=True, help="Pairs of connections.")
@click.option("--seconds", default=3.0, show_default=True, help="Length of each round.")
@click.option("--rounds", default=3, show_default=True, help="Rounds; figures are their medians.")
@click.option("--warm-up", default=2.0, show_default=True, help="Seconds before the first round.")
@click.option("--connections", default=2000, show_default=True, help="To weigh memory; 0: not.")
@click.option("--only", multiple=True, help="Only this peer; can be given several times.")
@json_option
def peers(
    pairs: int,
    seconds: float,
    rounds: int,
    warm_up: float,
    connections: int,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """The same load on other systems and on Benchside; installs them under build/.

    Socket.IO, nchan, Django Channels (both layers) and python-socketio with a Redis, and two bare
    relays: pairs of sockets in a closed loop, lines acknowledged and delivered. CPU of all their
    processes for a line, lines a second, latency, memory of an idle connection, and the ratios.
    What can't be installed is named with the reason.
    """
    from bench.peers.comparing import compare

    found = _run(compare(Plan(pairs, seconds, rounds, warm_up), connections, only))
    _tell(
        found,
        as_json,
        f"{'':16} {'lines/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'server':>8} {'store':>6}"
        f" {'CPU ratio':>9} {'KiB/conn':>8}",
        *(
            f"{one.name:16} {one.lines_per_s:8,.0f} {one.p50_ms:7.1f} {one.p99_ms:7.1f}"
            f" {one.server_us:8.1f} {one.store_us:6.1f} {one.cpu_to_benchside:9.2f}"
            f" {one.kib_per_connection if one.kib_per_connection is not None else '-':>8}"
            for one in (found.benchside, *found.peers)
        ),
        *(f"{one.name} was not measured: {one.why}" for one in found.absent),
    )


@bench.command(epilog="Example: python -m bench flame --picture build/flame.svg")
@click.option("--picture", type=click.Path(path_type=Path), default="build/flame.svg")
@click.option("--pairs", default=200, show_default=True, help="Conversations at once.")
@click.option("--seconds", default=10.0, show_default=True, help="How long to look.")
@json_option
def flame(picture: Path, pairs: int, seconds: float, as_json: bool) -> None:
    """Draw where the server's time goes; py-spy is installed under build/.

    Looks at the stack of a server on which pairs talk as fast as they can; also says how much of
    the time each part of the program took.
    """
    from bench.flame import flame as run

    found = _run(run(picture.absolute(), pairs, seconds))
    _tell(found, as_json, f"{picture} ({found.kib} KiB)")


@bench.command("all", epilog="Example: python -m bench all --only lines --only peers")
@click.option("--only", multiple=True, help="Only this measurement; can be given several times.")
@click.option("--run/--no-run", default=True, help="Or only fill the page from the record.")
@json_option
def run_all(only: tuple[str, ...], run: bool, as_json: bool) -> None:
    """Run everything in turn, 15 minutes or so; fill the tables of docs/performance.md.

    The record goes to docs/performance.json and the flame graph to docs/images/.
    """
    from bench.everything import RECORD, everything, recorded
    from bench.tables import filled

    try:
        found = _run(everything(RECORD, only)) if run else recorded(RECORD)
    except ValueError as unknown:
        raise click.UsageError(str(unknown)) from None
    page = RECORD.with_suffix(".md")
    page.write_text(filled(page.read_text("utf-8"), found), "utf-8")
    _tell(found, as_json, f"filled {page.name}")


def _run(work: Coroutine[object, object, T]) -> T:
    """Run without pauses for collecting garbage on our side, and with all the sockets we may."""
    gc.disable()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    earlier: list[BaseException] = []
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.get_loop().set_exception_handler(
                lambda _, context: earlier.append(context.get("exception") or Lost(str(context)))
            )
            return runner.run(work)
    except (*EXPECTED, BaseExceptionGroup) as failed:
        # What broke in a socket's callback is the reason for what was then waited for in vain.
        problem = first_of([*earlier, failed][0])
        if not isinstance(problem, EXPECTED):
            raise
        raise SystemExit(f"Not measured: {said(problem)}") from None


def _tell(result: object, as_json: bool, *prose: str) -> None:
    if not as_json:
        for line in prose:
            click.echo(line)
    click.echo(msgspec.json.encode(result))


if __name__ == "__main__":
    bench()
