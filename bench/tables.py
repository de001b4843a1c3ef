"""The tables of `docs/performance.md`, out of a record of measurements. Pure.

They stand between `<!-- measured: NAME -->` and `<!-- end -->`; all else of the page is written by
hand. What could not be measured stands in its table with the reason.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.everything import Measured, Taken
from bench.growing import GrowthResult
from bench.idle import IdleResult, PerConnection
from bench.latency import LatencyResult
from bench.lines import LinesResult
from bench.matches import MatchResult
from bench.peers.comparing import Figures, PeersResult
from bench.starting import StartResult

T = TypeVar("T")

PLACE = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """A target, and what was found."""

    what: str
    target: str
    found: str
    met: bool = False


def filled(page: str, measured: Measured) -> str:
    """Return the page with its tables. Raises: KeyError, for a table that nobody knows."""
    return PLACE.sub(lambda at: f"{at[1]}\n{TABLES[at[2]](measured)}\n\n{at[3]}", page)


def targets(measured: Measured) -> str:
    """What is to be reached, and what was."""
    rows = [
        *_taken("a line", measured.lines, _lines),
        *_taken("a connection", measured.idle, _idle),
        *_taken("latency", measured.latency, _latency),
        *_taken("pairing", measured.match, _match),
        *_taken("a start", measured.start, _start),
    ]
    return _table(("what", "target", "measured", "", "on"), rows)


def _taken(
    name: str, taken: Taken[T] | None, read: Callable[[T], list[Row]]
) -> Iterable[tuple[str, ...]]:
    if taken is None:
        return [(name, "", "not measured yet", "", "")]
    if taken.result is None:
        return [(name, "", f"not measured: {taken.why}", "", taken.date)]
    return [
        (one.what, one.target, one.found, _verdict(one), taken.date) for one in read(taken.result)
    ]


def _verdict(row: Row) -> str:
    if not row.target:
        return ""
    return "met" if row.met else "**missed**"


def _lines(found: LinesResult) -> list[Row]:
    cpu = found.cpu_us_per_line
    both = cpu.server + cpu.store
    return [
        Row(
            "CPU of server and store for one line",
            "≤ 115 µs",
            f"{both:.0f} µs ({cpu.server:.0f} + {cpu.store:.0f})",
            both <= 115,
        ),
        Row(
            f"lines a second, one worker, {found.pairs} pairs in a closed loop",
            "≥ 8,500",
            f"{found.lines_per_s:,.0f} (p50 {found.p50_ms:.0f} ms, p99 {found.p99_ms:.0f} ms)",
            found.lines_per_s >= 8500,
        ),
    ]


def _idle(found: IdleResult) -> list[Row]:
    kinds = (
        ("a seeker who waits", found.waiting),
        ("a supporter without a talk", found.attending),
        ("one of two who talk", found.talking),
    )
    return [_idle_row(what, one, found.connections) for what, one in kinds if one]


def _idle_row(what: str, one: PerConnection, connections: int) -> Row:
    both = one.server_kib + one.store_kib
    return Row(
        f"memory of an idle connection, {connections:,} of them: {what}",
        "≤ 45 KiB",
        f"{both:.1f} KiB ({one.server_kib} + {one.store_kib});"
        f" {one.cpu_us_per_s} µs of CPU a second",
        both <= 45,
    )


def _latency(found: LatencyResult) -> list[Row]:
    return [
        Row(
            f"from due to delivered at {found.asked_per_s:.0f} lines/s,"
            f" {found.connections:,} connections, fsync always",
            "p50 < 20 ms, p99 < 150 ms",
            f"p50 {found.p50_ms:.1f} ms, p99 {found.p99_ms:.1f} ms",
            found.p50_ms < 20 and found.p99_ms < 150,
        )
    ]


def _match(found: MatchResult) -> list[Row]:
    room, through = found.room_alone, found.through_sockets
    rows = [
        Row(
            f"pairings a second, {found.waiting:,} wait, {found.supporters:,} supporters:"
            " the waiting room alone",
            "≥ 2,000, p99 of one < 50 ms",
            f"{room.pairings_per_s:,.0f} ({room.cpu_us_per_pairing:.0f} µs each);"
            f" one by itself p50 {room.one_p50_ms:.1f} ms, p99 {room.one_p99_ms:.1f} ms",
            room.pairings_per_s >= 2000 and room.one_p99_ms < 50,
        )
    ]
    if through:
        rows.append(
            Row(
                "the same through the whole path: offered, accepted, opened, seen by both",
                "",
                f"{through.matched_per_s:,.0f} a second ({through.cpu_us_per_match:.0f} µs each);"
                f" an offer by itself p50 {through.offered_p50_ms:.0f} ms,"
                f" p99 {through.offered_p99_ms:.0f} ms",
            )
        )
    return rows


def _start(found: StartResult) -> list[Row]:
    cold = f", {found.cold_s:.2f} s without compiled files" if found.cold_s else ""
    return [
        Row(
            "from start to ready, embedded store",
            "< 1.5 s",
            f"{found.warm_s:.2f} s with data, {found.empty_s:.2f} s in an empty folder{cold}",
            found.warm_s < 1.5,
        )
    ]


def peers(measured: Measured) -> str:
    """Benchside beside the others."""
    taken = measured.peers
    if taken is None or taken.result is None:
        return "Not measured" + (f" on {taken.date}: {taken.why}" if taken else " yet") + "."
    found = taken.result
    head = (
        *("", "lines/s", "p50 ms", "p99 ms", "CPU of a line, µs: server + store"),
        *("CPU, Benchside = 1", "lines/s, Benchside = 1", "KiB a connection", "what a line gets"),
    )
    table = _table(head, [_peer(one) for one in (found.benchside, *found.peers)])
    absent = "".join(f"\n\nNot measured: {one.name}: {one.why}." for one in found.absent)
    return f"{_on(taken.date, found)}\n\n{table}{absent}"


def _on(date: str, found: PeersResult) -> str:
    return (
        f"{date}, {found.pairs} pairs in a closed loop; memory with {found.connections:,}"
        " idle connections."
    )


def _peer(one: Figures) -> tuple[str, ...]:
    memory = "" if one.kib_per_connection is None else f"{one.kib_per_connection:.0f}"
    return (
        *(one.what, f"{one.lines_per_s:,.0f}", f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}"),
        f"{one.server_us:.0f} + {one.store_us:.0f}",
        *(f"{one.cpu_to_benchside:.2f}", f"{one.speed_to_benchside:.2f}", memory, one.promises),
    )


def growth(measured: Measured) -> str:
    """How cost grows."""
    taken = measured.growth
    if taken is None or taken.result is None:
        return "Not measured" + (f" on {taken.date}: {taken.why}" if taken else " yet") + "."
    parts = (_by_connections, _by_conversations, _by_waiting)
    return "\n\n".join((f"{taken.date}.", *(part(taken.result) for part in parts)))


def _by_connections(found: GrowthResult) -> str:
    rows = [
        (
            f"{one.connections:,}",
            f"{one.cpu_us_per_line:.0f}",
            f"{one.p50_ms:.1f}",
            f"{one.p99_ms:.1f}",
        )
        for one in found.connections
    ]
    head = ("connections", "CPU of a line, µs", "p50 ms", "p99 ms")
    return f"{_table(head, rows)}\n\nCPU of a line ~ connections^{found.line_by_connections}."


def _by_conversations(found: GrowthResult) -> str:
    rows = [
        (
            *(f"{one.conversations:,}", f"{one.cpu_us_per_line:.0f}"),
            *(f"{one.lines_per_s:,.0f}", f"{one.p50_ms:.1f}"),
        )
        for one in found.conversations
    ]
    head = ("conversations, all talking", "CPU of a line, µs", "lines/s", "p50 ms")
    return f"{_table(head, rows)}\n\nCPU of a line ~ conversations^{found.line_by_conversations}."


def _by_waiting(found: GrowthResult) -> str:
    rows = [
        (
            *(f"{one.waiting:,}", f"{one.pairing_p50_ms:.1f}"),
            *(f"{one.pairing_cpu_us:,.0f}", f"{one.news_cpu_us:,.0f}"),
        )
        for one in found.waiting
    ]
    head = (
        *("seekers who wait", "one pass, p50 ms", "its CPU, µs"),
        "news of the place for one seeker, µs of CPU",
    )
    return (
        f"{_table(head, rows)}\n\nCPU of a pass ~ waiting^{found.pairing_by_waiting};"
        f" of one seeker's news ~ waiting^{found.news_by_waiting}."
    )


def on_what(measured: Measured) -> str:
    """The machine."""
    taken = measured.lines or measured.peers
    if taken is None or taken.result is None:
        return "Not known yet."
    one = taken.result.machine
    return (
        f"{taken.date}: {one.cores} cores of a virtual {one.model}, shared by server, store and"
        f" load; Linux {one.kernel}, Python {one.python}, uvicorn {one.uvicorn}; load average at"
        f" the end of `lines` {one.load_average}."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def parts(measured: Measured) -> str:
    """Where the time of a line goes, as the flame graph shows it."""
    taken = measured.flame
    if taken is None or taken.result is None:
        return "Not measured" + (f" on {taken.date}: {taken.why}" if taken else " yet") + "."
    rows = [(one.part, f"{one.percent:.1f} %") for one in taken.result.parts]
    return f"{taken.date}.\n\n{_table(('part', 'of the time'), rows)}"


TABLES: dict[str, Callable[[Measured], str]] = {
    "machine": on_what,
    "targets": targets,
    "peers": peers,
    "growth": growth,
    "parts": parts,
}
