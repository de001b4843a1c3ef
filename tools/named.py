"""Harmless stretches of the named data sets, so that likeness learns how people talk.

Whole posts that people judged free of suicidal thoughts (RallyPoint's train part, Apache-2.0)
are cut into stretches of a sentence or two; lines of counselling talk in Chinese (PsyGUARD, MIT)
are taken as they are. Nothing of them is kept but weights.
"""

import csv
import gzip
import io
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from tools.examples import Example

_STOP: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_TRAIN: Final = re.compile(r"rallypoint_reddit_mentalhealth_train_\d+\.csv$")
_MOST: Final = 12_000
_SEED: Final = 11


class _Chinese(msgspec.Struct, frozen=True):
    text: str
    label: list[float]
    """One for each kind of danger, and the last for none."""


def read_chinese(file: Path) -> list[Example]:
    """Lines of counselling talk in which people found no danger (PsyGUARD, MIT)."""
    lines = gzip.decompress(file.read_bytes()).splitlines()
    rows = [msgspec.json.decode(line, type=_Chinese) for line in lines]
    return [
        Example(row.text, 0, 1, "none", lang="zh", named=True) for row in rows if row.label[-1] == 1
    ]


def read_named(wheel: Path) -> list[Example]:
    """Stretches of the posts in the package `construct-tracker` (a wheel, as PyPI has it)."""
    stretches = list(_stretches(_posts(wheel)))
    random.Random(_SEED).shuffle(stretches)
    return [Example(text, 0, 1, "none", lang="en", named=True) for text in stretches[:_MOST]]


def _posts(wheel: Path) -> Iterator[str]:
    """The posts of the train part in which people found no suicidal thoughts."""
    csv.field_size_limit(10**8)
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if _TRAIN.search(name))
        with archive.open(name) as opened:
            for row in csv.DictReader(io.TextIOWrapper(opened, encoding="utf-8")):
                if row["source"].startswith("rallypoint") and float(row["label"]) == 0:
                    yield row["doc"]


def _stretches(posts: Iterator[str]) -> Iterator[str]:
    """Sentences, short ones with their neighbours: what one line of a chat may hold."""
    for post in posts:
        kept = ""
        for sentence in _STOP.split(post):
            kept = f"{kept} {sentence}".strip()
            if len(kept) >= 25:
                yield kept[:300]
                kept = ""
