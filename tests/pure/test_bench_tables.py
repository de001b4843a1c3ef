"""The tables of the page on performance: out of the record, and as fresh as it."""

from pathlib import Path

import pytest

from bench.everything import RECORD, Measured, Taken, recorded
from bench.shares import Share, shares
from bench.tables import TABLES, filled

PAGE = RECORD.with_suffix(".md")

DRAWN = "".join(
    f'<g><title>{title}</title><rect x="0%" y="{y}" fill="x" fg:x="{x}" fg:w="{w}"/></g>'
    for title, y, x, w in (
        ("all (10 samples, 100%)", 40, 0, 10),
        ("main (web/serve.py:7) (10 samples, 100%)", 56, 0, 10),
        ("find (safety/finding.py:95) (6 samples, 60%)", 72, 0, 6),
        ("listcomp (numpy/core.py:1) (2 samples, 20%)", 88, 1, 2),
        ("append (chat/log_redis.py:8) (3 samples, 30%)", 72, 7, 3),
        ("ask (store/link.py:5) (1 samples, 10%)", 88, 8, 1),
    )
)


def test_the_page_shows_what_is_on_record() -> None:
    page = PAGE.read_text("utf-8")
    assert filled(page, recorded(RECORD)) == page, 'run: make bench ARGS="all --no-run"'


def test_the_page_has_every_table() -> None:
    page = PAGE.read_text("utf-8")
    assert all(page.count(f"<!-- measured: {name} -->") == 1 for name in TABLES)


def test_a_table_is_replaced_and_the_words_around_it_stay() -> None:
    page = "before\n<!-- measured: peers -->\nold\n<!-- end -->\nafter\n"
    once = filled(page, Measured(peers=Taken("2026-01-02", why="no such system")))
    assert "old" not in once
    assert "Not measured on 2026-01-02: no such system." in once
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert filled(once, Measured()) == filled(page, Measured())


def test_a_table_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- measured: weather -->\n<!-- end -->", Measured())


def test_an_empty_record_says_that_nothing_was_measured(tmp_path: Path) -> None:
    nothing = recorded(tmp_path / "none.json")
    assert "a line |  | not measured yet" in TABLES["targets"](nothing)
    assert TABLES["growth"](nothing) == "Not measured yet."


def test_each_look_counts_for_the_innermost_room() -> None:
    assert [(one.part.split()[0], one.percent) for one in shares(DRAWN)] == [
        ("screening:", 60.0),
        ("conversations:", 20.0),
        ("sockets", 10.0),
        ("the", 10.0),
    ]


def test_what_is_no_flame_graph_has_no_parts() -> None:
    with pytest.raises(ValueError, match="not a flame graph"):
        shares("<svg></svg>")


def test_parts_are_shares_of_the_whole() -> None:
    assert sum(one.percent for one in shares(DRAWN)) == 100
    assert all(isinstance(one, Share) for one in shares(DRAWN))
