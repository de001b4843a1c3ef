"""The table of threats names, in each row, tests that are there."""

import re
from pathlib import Path

import pytest

from tests.house.test_promises import ROOT, _tests

THREATS = ROOT / "docs" / "threats.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")


def _rows() -> list[list[str]]:
    """Return the cells of every row of every table."""
    lines = Path(THREATS).read_text("utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [row for row in rows if row[0] not in ("threat", "---")]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0][:60])
def test_each_threat_names_tests_that_exist(row: list[str]) -> None:
    assert len(row) == 3, "a row has a threat, what is done, and the tests"
    named = NAMED.findall(row[2])
    assert named, "no test is named"
    assert [name for name in named if name not in _tests()] == []


def test_the_table_is_not_empty() -> None:
    assert len(_rows()) > 30
