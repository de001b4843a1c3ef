"""The files of an evaluation: each format by a few made-up rows, and what is said of broken ones.

No row is from a real set: all texts here were made up for these tests.
"""

import gzip
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from safety.evaluation import reading
from safety.evaluation.card import note, read_card
from safety.evaluation.rows import ReadingError
from safety.evaluation.sets import NAMES, find

CASE = {
    "id": "a-1",
    "function": "greeting",
    "lang": "en",
    "by": "seeker",
    "text": "hello",
    "min": 0,
    "max": 1,
    "category": "none",
}
ROWS: dict[str, list[object]] = {
    "functional_x.jsonl": [CASE, CASE | {"id": "a-2", "context": ["them: hi", "hm"]}],
    "llm_cssrs.jsonl": [{"text": "hello", "severity": 2}, {"text": "bye", "severity": 0}],
    "psyguard_zh.jsonl": [
        {"text": "你好", "labels": ["自杀计划", "自伤行为"], "data_source": "synthetic"},
        {"text": "再见", "labels": ["与自杀/自伤/攻击行为无关"], "idx": 7},
    ],
    "openai_moderation.jsonl": [{"prompt": "hello", "SH": 1, "V": 0}, {"prompt": "bye", "S3": 1}],
    "hatecheck_multilingual.jsonl": [
        {"lang": "german", "functionality": "f_h", "test_case": "x", "label_gold": "hateful"}
    ],
    "davidson_hate.jsonl": [{"text": "hello", "class": 2}, {"text": "bye", "class": 0}],
    "xstest.jsonl": [{"id": 3, "prompt": "hello", "type": "homonyms", "label": "safe"}],
    "presidio_pii.jsonl": [
        {
            "full_text": "call 07700 900123",
            "spans": [
                {
                    "entity_type": "PHONE_NUMBER",
                    "entity_value": "07700 900123",
                    "start_position": 5,
                    "end_position": 17,
                }
            ],
        }
    ],
    "esconv_dialogues.jsonl": [
        [{"by": "supporter", "text": "hi"}, {"by": "seeker", "text": "hello"}],
        [{"by": "seeker", "text": "bye"}],
    ],
    "esconv.jsonl": [{"by": "supporter", "text": "hello"}],
    "xdailydialog.jsonl": [{"lang": "it", "text": "ciao"}],
}


def write(folder: Path, name: str, rows: Sequence[object]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def wheel(folder: Path, rows: str) -> Path:
    path = folder / "construct_tracker-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/rallypoint_reddit_test_1.csv", ",doc,label,source\n" + rows)
        archive.writestr("a/rallypoint_reddit_train_2.csv", "not,read\n")
    return path


def test_a_folder_is_searched_for_every_known_set(tmp_path: Path) -> None:
    for name, rows in ROWS.items():
        write(tmp_path, name, rows)
    write(tmp_path, "hatecheck_en.jsonl", ROWS["hatecheck_multilingual.jsonl"])
    write(tmp_path, "notes.jsonl", [])
    write(tmp_path, "rallypoint_train.jsonl", [])
    wheel(tmp_path, "1,hello,0.0,rallypoint a\n")
    found = find(tmp_path)
    assert [source.kind.name for source in found] == list(NAMES)
    for source in found:
        assert source.kind.read(source.path, source.member), source.name


def test_lines_before_a_case_are_given_to_who_said_them(tmp_path: Path) -> None:
    cases = reading.functional(write(tmp_path, "f.jsonl", ROWS["functional_x.jsonl"]))
    assert [(line.by, line.text) for line in cases[1].context] == [
        ("supporter", "hi"),
        ("seeker", "hm"),
    ]


def test_each_line_of_a_conversation_comes_with_those_before_it(tmp_path: Path) -> None:
    cases = reading.support_dialogues(write(tmp_path, "f.jsonl", ROWS["esconv_dialogues.jsonl"]))
    assert [(case.id, len(case.context)) for case in cases] == [("1.1", 0), ("1.2", 1), ("2.1", 0)]
    assert cases[1].context[0] is cases[0].later


def test_a_severity_counts_for_each_level_up_to_it(tmp_path: Path) -> None:
    cases = reading.cssrs(write(tmp_path, "f.jsonl", ROWS["llm_cssrs.jsonl"]))
    assert [sorted(case.labels) for case in cases] == [[">= 1", ">= 2"], []]


def test_a_label_that_was_not_decided_is_known_as_such(tmp_path: Path) -> None:
    cases = reading.moderation(write(tmp_path, "f.jsonl", ROWS["openai_moderation.jsonl"]))
    assert cases[0].labels == {"SH"}
    assert "V" not in cases[0].unjudged
    assert cases[1].unjudged == {"S", "H", "V", "HR", "SH", "H2", "V2"}


def test_labels_of_psyguard_are_called_in_english(tmp_path: Path) -> None:
    cases = reading.psyguard(write(tmp_path, "f.jsonl", ROWS["psyguard_zh.jsonl"]))
    assert [sorted(case.labels) for case in cases] == [["plan", "self-harm"], ["none of these"]]


def test_posts_labelled_by_forum_are_left_out(tmp_path: Path) -> None:
    rows = '1,"two\nlines",1.0,rallypoint Set 1\n2,x,1.0,reddit y\n3,z,0.0,rallypoint nock2000\n'
    source = find(wheel(tmp_path, rows))[0]
    cases = reading.rallypoint(source.path, source.member)
    assert [(case.id, sorted(case.labels)) for case in cases] == [("3", ["suicidal"]), ("5", [])]


def test_csv_and_gzip_are_read_as_well(tmp_path: Path) -> None:
    plain = tmp_path / "hatecheck.csv"
    text = 'functionality,test_case,label_gold,other\nf_nh,"a, b",non-hateful,7\n'
    plain.write_text(text, "utf-8")
    packed = tmp_path / "hatecheck.csv.gz"
    packed.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    for path in (plain, packed):
        (case,) = reading.hatecheck(path)
        assert (case.id, case.text, case.lang, case.labels) == ("2", "a, b", "en", frozenset())


def test_numbers_that_are_none_and_halves_of_signs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "xstest.jsonl"
    row = '{"prompt": "\\ud83d", "type": "t", "label": "safe", "note": NaN}\n\n'
    path.write_text(row, "utf-8")
    assert reading.xstest(path)[0].text == "\ud83d"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": None}, "Expected `str`"),
        ({"min": 5}, "<= 4"),
        ({"min": 3}, "min 3 is above max 1"),
        ({"by": "canary"}, "$.by"),
        ({"category": "canary"}, "category is none that the filter knows"),
        ({"function": "canary " * 12}, "$.function"),
        ({"id": "a-1"}, "this id is there twice"),
    ],
)
def test_a_wrong_row_is_named_with_line_and_reason(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = write(tmp_path, "functional.jsonl", [CASE, CASE | {"id": "b"} | change])
    with pytest.raises(ReadingError) as caught:
        reading.functional(path)
    assert caught.value.line == 2
    assert caught.value.file == str(path)
    assert said.replace("`", '"') in caught.value.reason
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "line", "said"),
    [
        ("davidson.jsonl", b'{"text": "canary"}', 1, 'missing required field "class"'),
        ("davidson.jsonl", b'\n{"text": canary', 2, "is not JSON"),
        ("davidson.jsonl", b'{"text": "\xff", "class": 1}', 1, "UTF-8"),
        ("davidson.jsonl", b'{"a": ' + b"[" * 100_000, 1, "is not JSON"),
        ("davidson.jsonl", b"\n\n", None, "holds no rows"),
        ("davidson.jsonl.gz", b"canary", None, "damaged"),
        ("davidson.jsonl.gz", gzip.compress(b"canary" * 99, mtime=0)[:-9], None, "damaged"),
        ("davidson.csv", b"text,sort\ncanary,1\n", 2, 'missing required field "class"'),
        ("davidson.csv", b"text,class\n\ncanary,none\n", 3, "$.class"),
        ("davidson.csv", b"text,class\ncanary\n", 2, "has 1 fields, the first line names 2"),
        ("davidson.csv", b"text,class\n\xff,1\n", 2, "UTF-8"),
        ("davidson.csv", b"text,class\n" + b"x" * 200_000 + b",1\n", 2, "is not CSV"),
        ("davidson.csv", b"", None, "holds no rows"),
    ],
)
def test_a_broken_file_is_named_with_line_and_reason(
    tmp_path: Path, name: str, content: bytes, line: int | None, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReadingError) as caught:
        reading.davidson(path)
    assert said in caught.value.reason
    assert caught.value.line == line
    assert "canary" not in str(caught.value)


def test_unknown_labels_are_an_error_without_being_repeated(tmp_path: Path) -> None:
    path = write(tmp_path, "psyguard.jsonl", [{"text": "x", "labels": ["canary"]}])
    with pytest.raises(ReadingError, match="labels are not those") as caught:
        reading.psyguard(path)
    assert "canary" not in str(caught.value)


def test_what_holds_no_known_set_is_said_with_the_known_ones(tmp_path: Path) -> None:
    wrong = tmp_path / "construct_tracker-1.whl"
    wrong.write_bytes(b"no archive")
    empty = tmp_path / "construct_tracker-2.whl"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme", "")
    (tmp_path / "folder").mkdir()
    unknown = write(tmp_path, "mine.jsonl", [])
    for path, said in (
        (tmp_path / "folder", "xdailydialog"),
        (unknown, "xdailydialog"),
        (tmp_path / "absent.jsonl", "no such file"),
        (wrong, "not a whole zip"),
        (empty, "holds no file"),
    ):
        with pytest.raises(ReadingError) as caught:
            find(path)
        assert said in caught.value.reason


def test_only_posts_of_reddit_are_no_set(tmp_path: Path) -> None:
    path = write(tmp_path, "r.jsonl", [{"doc": "x", "label": 1, "source": "reddit"}])
    with pytest.raises(ReadingError, match="rallypoint"):
        reading.rallypoint(path)


def test_a_case_can_be_shown_without_its_text(tmp_path: Path) -> None:
    path = write(tmp_path, "functional.jsonl", [CASE | {"text": "canary"}])
    assert "canary" not in repr(reading.functional(path))


def test_a_model_card_may_be_absent_or_silent(tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    assert read_card(card) is None
    assert "No model ships" in note(None, "psyguard")
    figure = {"value": 0.9634, "low": 0.95, "high": 0.98}
    recall = {"recall_at_1_percent": figure, "recall_at_5_percent": figure}
    figures = {"cross_validated": {"zh": {"rows": 5, "auc": figure} | recall}}
    card.write_text(json.dumps({"figures": figures}), "utf-8")
    told = read_card(card)
    assert told is not None
    assert "cross-validated: AUC 0.963 [0.950-0.980]" in note(told, "psyguard")
    assert "no figure" in note(told, "llm_cssrs")
