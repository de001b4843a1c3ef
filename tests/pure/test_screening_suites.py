"""The suites of single themes: each was written before the rules that it made better.

They hold what was reached, so that a change which loses ground fails here. How far the
filter generalises they can't say: their lines were seen since.
"""

from pathlib import Path
from typing import Final

import msgspec
import pytest

from safety.screening import Screen, load_screen
from safety.verdict import Author, ContextLine

_SUITES: Final = Path(__file__).parent / "suites"
_REACHED: Final = {"en_wishes": 0.9}
"""The share of lines in the accepted range; other suites hold to the least."""
_LEAST: Final = 0.85


class Case(msgspec.Struct, frozen=True):
    """One line of a suite."""

    id: str
    by: Author
    lang: str
    text: str
    min: int
    max: int
    context: tuple[str, ...] = ()


@pytest.fixture(scope="module")
def screen() -> Screen:
    return load_screen()


def _risk(screen: Screen, case: Case) -> int:
    other: Author = "supporter" if case.by == "seeker" else "seeker"
    context = [
        ContextLine(other, line.removeprefix("them:").strip())
        if line.startswith("them:")
        else ContextLine(case.by, line)
        for line in case.context
    ]
    return screen.screen(case.text, by=case.by, lang=case.lang, context=context).verdict.risk


@pytest.mark.parametrize("path", sorted(_SUITES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_suite_stays_where_it_was(screen: Screen, path: Path) -> None:
    cases = [msgspec.json.decode(line, type=Case) for line in path.read_bytes().splitlines()]
    failed = [case.id for case in cases if not case.min <= _risk(screen, case) <= case.max]
    reached = 1 - len(failed) / len(cases)
    assert reached >= _REACHED.get(path.stem, _LEAST), f"{path.stem}: {reached:.3f} {failed}"
