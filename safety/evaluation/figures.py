"""What an evaluation reports: shares, estimates, curves and times, and never a text.

Only the types, which are also the JSON of `benchside evaluate --json`. How a figure is
reached is `measures`' business, which figures a set has that of `sets`.
"""

from typing import Literal

import msgspec

Unit = Literal["percent", "per_1000"]
"""How a share is shown to people; in JSON it is always a share of 1."""


class Rate(msgspec.Struct, frozen=True):
    """A share of lines, with its 95 % interval after Wilson. All from 0 to 1."""

    hits: int
    total: int
    share: float | None
    """None if there was no line to count."""
    low: float
    high: float


class Estimate(msgspec.Struct, frozen=True):
    """A figure from 0 to 1 with its 95 % interval; the value is None if there was no pair."""

    value: float | None
    low: float
    high: float


class Point(msgspec.Struct, frozen=True):
    """What share of the positive lines is found at the price of what share of the others."""

    false_alarms: float
    recall: float


class LevelPoint(msgspec.Struct, frozen=True):
    """What is found, and raised wrongly, at one level of risk or above."""

    level: int
    false_alarms: Rate
    recall: Rate


class Ranking(msgspec.Struct, frozen=True):
    """How well one figure of the verdict tells the positive lines of a set from the others."""

    name: str
    """What counts as positive."""
    tier: str
    """What was asked: all that ships, or the lexicon alone."""
    positives: int
    negatives: int
    auc: Estimate
    """Area under the curve of recall against false alarms; interval after DeLong."""
    recall_at_1_percent: Rate
    recall_at_5_percent: Rate
    levels: tuple[LevelPoint, ...]
    curve: tuple[Point, ...]


class Column(msgspec.Struct, frozen=True):
    """One share that is reported for each row of a section."""

    name: str
    unit: Unit = "percent"


class Row(msgspec.Struct, frozen=True):
    """One group of lines and what was counted in it, in the order of the section's columns."""

    name: str
    lines: int
    rates: tuple[Rate, ...]
    ids: tuple[str, ...] = ()
    """The cases worth reading, such as those that fail: ids or line numbers, never a text."""


class Section(msgspec.Struct, frozen=True):
    """A table: groups of lines, and shares of each."""

    title: str
    by: str
    """What the groups are."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    ids_are: str = ""
    """What the ids of a row name; empty if it has none."""


class Times(msgspec.Struct, frozen=True):
    """How long the filter took for lines of one length, each judged once. Microseconds."""

    length: str
    lines: int
    p50: float
    p99: float
    most: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was measured on one set."""

    set: str
    """The name to give to `--only`."""
    title: str
    source: str
    """The file, as it was named."""
    lines: int
    seconds: float
    unscreened: int
    """Lines on which the filter itself failed."""
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    rankings: tuple[Ranking, ...]
    times: tuple[Times, ...]


class Failure(msgspec.Struct, frozen=True):
    """A path that could not be measured, and why."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        """File, line and reason as one sentence."""
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.reason}"


class Findings(msgspec.Struct, frozen=True):
    """What one run of `benchside evaluate` found."""

    sets: tuple[Report, ...]
    times: tuple[Times, ...]
    """Over all sets together."""
    failures: tuple[Failure, ...]
