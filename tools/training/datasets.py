"""Reads the data sets that the model learns from, and those it is only tried on.

Real texts about suffering: they are held in memory for the run and never written or shown.
"""

import csv
import gzip
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

_NO_RISK: Final = 10  # the last of PsyGUARD's labels: nothing to do with suicide, harm or attack
_ATTACK: Final = ("用户攻击行为", "他人攻击行为")  # attacks by the writer, or by others


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A text and what people said of it."""

    text: str
    positive: bool
    source: str
    by_seeker: bool = True

    def __repr__(self) -> str:
        """Without the text."""
        return f"Row({self.positive}, {self.source})"


class _Rated(msgspec.Struct):
    text: str
    severity: int


class _Guarded(msgspec.Struct):
    text: str
    labels: list[str]
    label: list[float]
    data_source: str


class _Said(msgspec.Struct):
    text: str
    by: str = "seeker"
    lang: str = "en"


def rallypoint(place: Path, part: str) -> list[Row]:
    """The human-labelled posts of RallyPoint; `part` is `train` or `test`.

    `place` is the wheel of construct-tracker or a folder with its CSV files. Rows of other
    sources, which are labelled by forum only, are left out.
    """
    rows: list[Row] = []
    for row in csv.DictReader(io.StringIO(_rallypoint_csv(place, part))):
        if row["source"].startswith("rallypoint"):
            rows.append(Row(row["doc"], float(row["label"]) > 0, row["source"]))
    return rows


def _rallypoint_csv(place: Path, part: str) -> str:
    csv.field_size_limit(1 << 30)
    name = f"rallypoint_reddit_mentalhealth_{part}_"
    if place.is_dir():
        return next(place.glob(f"{name}*.csv")).read_text(encoding="utf-8")
    with zipfile.ZipFile(place) as wheel:
        inside = next(each for each in wheel.namelist() if name in each and each.endswith(".csv"))
        return wheel.read(inside).decode("utf-8")


def crises(folder: Path) -> list[Row]:
    """Posts of people in crisis; positive if they speak of suicidal thoughts plainly.

    Left out are those whose only sign is a wish to be dead (severity 1): neither yes nor no.
    """
    return [Row(row.text, row.severity > 1, "cssrs") for row in _rated(folder) if row.severity != 1]


def severe(folder: Path) -> list[Row]:
    """The same posts; positive from severity 3: a method, intent, a plan or an attempt."""
    return [Row(row.text, row.severity >= 3, "severity") for row in _rated(folder)]


def _rated(folder: Path) -> list[_Rated]:
    return _lines(folder / "llm_cssrs_dev.jsonl.gz", _Rated)


def chinese(folder: Path) -> list[Row]:
    """Chinese lines; positive if they have to do with suicide or self-harm at all."""
    return [
        Row(row.text, any(each not in _ATTACK for each in row.labels) and not _calm(row), "zh")
        for row in _lines(folder / "psyguard_zh_valid.jsonl.gz", _Guarded)
    ]


def _calm(row: _Guarded) -> bool:
    return row.label[_NO_RISK] > 0


def support_talk(folder: Path) -> list[Row]:
    """Lines of emotional-support chats, nearly all harmless: never to be trained on."""
    rows = _lines(folder / "esconv_dev.jsonl.gz", _Said)
    return [Row(row.text, False, "esconv", row.by != "supporter") for row in rows]


def everyday_talk(folder: Path) -> list[Row]:
    """Lines of everyday talk in four languages, all harmless: never to be trained on."""
    rows = _lines(folder / "xdailydialog_dev.jsonl.gz", _Said)
    return [Row(row.text, False, row.lang) for row in rows]


def _lines(path: Path, kind: type[T]) -> list[T]:
    with gzip.open(path, "rb") as file:
        return [msgspec.json.decode(line, type=kind) for line in file if line.strip()]
