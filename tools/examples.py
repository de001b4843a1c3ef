"""Reads the examples: readable files of lines, and the open functional suites.

# a comment
[abuse 3]           the lines below: category and risk
[abuse 1-2]         a range of risk, where people may differ
[sexual 1 supporter]  lines of the supporter
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

ROOT: Final = Path(__file__).resolve().parent.parent
EXAMPLES: Final = ROOT / "safety" / "examples"
_PURE: Final = ROOT / "tests" / "pure"
SUITES: Final = (
    _PURE / "functional_dev.jsonl",
    _PURE / "functional_more.jsonl",
    *sorted((_PURE / "suites").glob("*.jsonl")),
)
_HEAD: Final = re.compile(r"\[(\w+) ([0-4])(?:-([0-4]))?( supporter)?\]")

Author = Literal["seeker", "supporter"]


class Example(msgspec.Struct, frozen=True):
    """One line that somebody may type, and the range of risk it should be given."""

    text: str
    min: int
    max: int
    category: str
    by: Author = "seeker"
    lang: str = ""
    context: tuple[str, ...] = ()
    named: bool = False
    """Whether it is a stretch of a named data set, and not written for this project."""


def files_of_examples() -> list[Path]:
    """Every file that the weights are fitted to, in order."""
    return [*sorted(EXAMPLES.glob("*/*.txt")), *(path for path in SUITES if path.exists())]


def read_examples() -> Iterator[Example]:
    """Every example, without those that only their context explains.

    Raises: ValueError, with file and line, if one can't be read.
    """
    seen = set[str]()
    for path in files_of_examples():
        rows = _lines(path) if path.suffix == ".txt" else _cases(path)
        for example in rows:
            if not example.context and example.text.lower() not in seen:
                seen.add(example.text.lower())
                yield example


def _cases(path: Path) -> Iterator[Example]:
    for line in path.read_bytes().splitlines():
        yield msgspec.json.decode(line, type=Example)


def _lines(path: Path) -> Iterator[Example]:
    head: re.Match[str] | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("["):
            head = _HEAD.fullmatch(text)
            if head is None:
                raise ValueError(f"{path.name}:{number}: no such heading: {text}")
            continue
        if head is None:
            raise ValueError(f"{path.name}:{number}: a line before the first heading")
        low, high = int(head[2]), int(head[3] or head[2])
        yield Example(
            text, low, high, head[1], "supporter" if head[4] else "seeker", path.parent.name
        )
