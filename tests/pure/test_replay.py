"""Recordings are read as they are, and what is reported has no text."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from web.recording import RecordingError, Said, read
from web.replay import Latency, Report, latency

FINE = Report(
    conversations=1,
    lines=2,
    in_order=True,
    losses=0,
    doubles=0,
    masked=0,
    altered=0,
    refused=((0, 1, "abusive"),),
    skipped=((0, 2),),
    failures=(),
    flags={3: 1},
    latency=Latency(),
    seconds=1.0,
)


def _lines(*texts: str) -> str:
    return json.dumps([{"by": "seeker", "text": text} for text in texts])


def test_conversations_are_read_from_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(f"{_lines('a', 'b')}\n\n{_lines()}\n{_lines('ç')}", encoding="utf-8")
    assert [[said.text for said in lines] for lines in read(path)] == [["a", "b"], [], ["ç"]]


def test_a_gzipped_recording_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl.gz"
    path.write_bytes(gzip.compress(_lines("a").encode()))
    assert read(path) == [[Said("seeker", "a")]]


@pytest.mark.parametrize(
    "line", ["{}", "secret", '[{"by":"nobody","text":"secret"}]', '[{"by":"seeker"}]']
)
def test_what_is_no_conversation_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(f"{_lines('a')}\n{line}\n")
    with pytest.raises(RecordingError) as problem:
        read(path)
    assert problem.value.line == 2
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize(
    ("text", "sayable"),
    [("a", True), ("x" * 4000, True), ("x" * 4001, False), ("", False), (" \n", False)],
)
def test_only_what_the_wire_has_room_for_is_said(text: str, sayable: bool) -> None:
    assert Said("seeker", text).sayable == sayable


def test_half_a_character_is_not_said() -> None:
    assert not Said("seeker", "\ud83d").sayable


def test_a_recorded_line_is_not_in_its_repr() -> None:
    assert repr(Said("seeker", "secret")) == "Said(seeker)"


def test_percentiles_are_those_of_the_nearest_rank() -> None:
    assert latency([float(number) for number in range(100, 0, -1)]) == Latency(50, 95, 99, 100)
    assert latency([7.0]) == Latency(7, 7, 7, 7)
    assert latency([]) == Latency()


def test_what_is_refused_or_skipped_is_no_failure() -> None:
    assert FINE.ok


@pytest.mark.parametrize(
    "fault",
    [
        replace(FINE, in_order=False),
        replace(FINE, losses=1),
        replace(FINE, doubles=1),
        replace(FINE, altered=1),
        replace(FINE, failures=((0, "matched did not come"),)),
    ],
)
def test_a_line_that_went_wrong_is_a_failure(fault: Report) -> None:
    assert not fault.ok
