"""The report for people: one block of tables for each set. Prints figures and ids only."""

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from safety.evaluation.figures import (
    Column,
    Estimate,
    Findings,
    Ranking,
    Rate,
    Report,
    Row,
    Section,
    Times,
)

LEVELS: Final = ("none", "concern", "elevated", "high", "imminent")
_INTERVAL: Final = 11  # signs of an interval, which must not be cut
_IDS: Final = 4  # of a row; the others are in the JSON
_ROOMY: Final = 120  # columns; with fewer, ids and all intervals but the first are left out
_WIDTH: Final = 150  # where no terminal says how wide it is


def show(findings: Findings, console: Console) -> None:
    """Print everything that was found, set by set, and the times over all."""
    for report in findings.sets:
        _report(report, console)
    if len(findings.sets) > 1:
        console.rule(Text("All sets", style="bold"), align="left")
        _times(findings.times, console)


def console() -> Console:
    """Where the tables go: standard output, wide enough for them if it is no terminal."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=_WIDTH)


def _report(report: Report, console: Console) -> None:
    console.rule(Text(report.title, style="bold"), align="left")
    console.print(
        Text(f"{report.source}: {report.lines:,} lines in {report.seconds:.1f} s, {report.set}")
    )
    if report.unscreened:
        console.print(Text(f"The filter failed on {report.unscreened} lines.", style="bold red"))
    for note in report.notes:
        console.print(Text(note, style="italic"))
    if report.rankings:
        _rankings(report.rankings, console)
    for section in report.sections:
        _section(section, console)
    _times(report.times, console)


def _rankings(rankings: Sequence[Ranking], console: Console) -> None:
    table = _table("Told from the others by the score, then risk")
    table.add_column("positive")
    table.add_column("tier")
    for name in ("yes", "no"):
        table.add_column(name, justify="right")
    table.add_column("AUC", justify="right", min_width=_INTERVAL + 2)
    for name in ("recall at 1 %", "recall at 5 %"):
        table.add_column(name, justify="right", min_width=_INTERVAL)
    for each in rankings:
        found = (each.recall_at_1_percent, each.recall_at_5_percent)
        table.add_row(
            Text(each.name),
            each.tier,
            f"{each.positives:,}",
            f"{each.negatives:,}",
            _estimate(each.auc),
            *(_rate(rate, Column("")) for rate in found),
        )
    console.print(table)
    _levels(rankings, console)


def _levels(rankings: Sequence[Ranking], console: Console) -> None:
    table = _table("What a level finds, at what price")
    for name in ("positive", "tier", "level"):
        table.add_column(name)
    for name in ("recall", "false alarms in 1,000"):
        table.add_column(name, justify="right", min_width=_INTERVAL)
    for each in rankings:
        for at, point in enumerate(each.levels):
            table.add_row(
                Text("" if at else each.name),
                "" if at else each.tier,
                LEVELS[point.level],
                _rate(point.recall, Column("")),
                _rate(point.false_alarms, Column("", "per_1000")),
            )
    console.print(table)


def _section(section: Section, console: Console) -> None:
    table, roomy = _table(section.title), console.width >= _ROOMY
    table.add_column(section.by, overflow="fold")
    table.add_column("lines", justify="right")
    for at, column in enumerate(section.columns):
        unit = "in 1,000" if column.unit == "per_1000" else "%"
        least = 5 if at and not roomy else _INTERVAL
        table.add_column(f"{column.name}, {unit}", justify="right", min_width=least)
    if section.ids_are and roomy:
        table.add_column(section.ids_are, overflow="fold")
    for row in section.rows:
        ids = [_ids(row)] if section.ids_are and roomy else []
        rates = [
            _rate(rate, column) if roomy or not at else _share(rate, column)
            for at, (rate, column) in enumerate(zip(row.rates, section.columns, strict=True))
        ]
        table.add_row(Text(row.name), f"{row.lines:,}", *rates, *ids)
    console.print(table)


def _times(times: Sequence[Times], console: Console) -> None:
    table = _table("Microseconds a line, by its characters")
    table.add_column("characters")
    for name in ("lines", "p50", "p99", "most"):
        table.add_column(name, justify="right")
    for each in times:
        table.add_row(
            each.length,
            f"{each.lines:,}",
            f"{each.p50:,.0f}",
            f"{each.p99:,.0f}",
            f"{each.most:,.0f}",
        )
    console.print(table)


def _table(title: str) -> Table:
    return Table(
        title=Text(title),
        title_justify="left",
        title_style="bold cyan",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )


def _rate(rate: Rate, column: Column) -> str:
    """A share and its interval, as `97.6 [96-99]`; closer where the interval is narrow."""
    if rate.share is None:
        return "-"
    times = 1000 if column.unit == "per_1000" else 100
    low, high = rate.low * times, rate.high * times
    digits = 0 if high - low >= 4 else 1 if high - low >= 0.4 else 2
    return f"{rate.share * times:.{max(1, digits)}f} \\[{low:.{digits}f}-{high:.{digits}f}]"


def _share(rate: Rate, column: Column) -> str:
    """A share without its interval."""
    times = 1000 if column.unit == "per_1000" else 100
    return "-" if rate.share is None else f"{rate.share * times:.1f}"


def _estimate(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    return f"{estimate.value:.3f} \\[{estimate.low:.3f}-{estimate.high:.3f}]"


def _ids(row: Row) -> Text:
    shown = " ".join(row.ids[:_IDS])
    more = len(row.ids) - _IDS
    return Text(f"{shown} +{more}" if more > 0 else shown)
