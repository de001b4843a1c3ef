"""`benchside evaluate` as it is typed: tables, JSON, a picture, sentences, and no text."""

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from config.risk import Risk
from safety.evaluation.evaluating import evaluate, sources
from safety.evaluation.figures import Findings, Report
from safety.evaluation.judging import Reader, Run, severity
from safety.evaluation.picture import draw
from safety.verdict import NOTHING, UNSCREENED, Author, ContextLine, Screened, Verdict
from tests.pure.test_evaluation_reading import CASE, ROWS, wheel, write
from web.cli.main import benchside

SUITE = Path(__file__).parent / "functional_dev.jsonl"
CANARY = "pelargonium"


class Stub:
    """A filter with one verdict for lines that hold a word, and another for all others."""

    def __init__(self, seen: Verdict, word: str = "", other: Verdict = NOTHING) -> None:
        self._word, self._seen, self._other = word, seen, other
        self.context: list[list[Risk]] = []

    def screen(
        self,
        text: str,
        *,
        by: Author,
        lang: str | None = None,
        context: Sequence[ContextLine] = (),
    ) -> Screened:
        self.context.append([line.risk for line in context])
        return Screened(self._seen if self._word in text else self._other, text, 0)


def verdict(risk: Risk, *categories: str, score: float = 0.0) -> Verdict:
    return Verdict(risk, categories, (), "inline", score)


def _ask(*words: str | Path) -> Result:
    return CliRunner().invoke(benchside, ["evaluate", *map(str, words)])


def _folder(folder: Path) -> Path:
    """Return a folder with every set, and the canary in a text of each kind."""
    for name, rows in ROWS.items():
        write(folder, name, rows)
    write(folder, "hatecheck_en.jsonl", ROWS["hatecheck_multilingual.jsonl"])
    wheel(folder, f"1,{CANARY},1.0,rallypoint a\n2,hello,0.0,rallypoint a\n")
    for name, rows in ROWS.items():
        told = json.dumps(rows).replace("hello", f"{CANARY} kill myself tonight {CANARY}")
        write(folder, name, json.loads(told))
    return folder


def _found(
    reader: Reader, path: Path, *, lexicon: Reader | None = None, limit: int | None = None
) -> Findings:
    chosen, failures = sources([path], frozenset())
    ticks = count(step=1000)
    run = Run(reader, lexicon, lambda: next(ticks), lambda *_: None, limit)
    return evaluate(run, None, chosen, failures)


def _shares(report: Report, section: int, row: str) -> list[float | None]:
    rows = {each.name: each for each in report.sections[section].rows}
    return [rate.share for rate in rows[row].rates]


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_nothing_of_a_text_is_shown(tmp_path: Path, form: list[str]) -> None:
    picture = tmp_path / "picture.svg"
    shown = _ask(_folder(tmp_path), *form, "--picture", picture)
    assert shown.exit_code == 0, shown.output
    assert CANARY not in shown.output.lower()
    assert "tonight" not in shown.output
    assert CANARY not in picture.read_text("utf-8")


def test_a_suite_is_shown_by_function_and_language_with_intervals() -> None:
    shown = _ask(SUITE)
    assert shown.exit_code == 0
    for said in ("Functions, worst first", "Languages, worst first", "without drafts", "p99"):
        assert said in shown.output
    assert "idiom_hyperbole" in shown.output


def test_json_is_one_document_with_all_figures() -> None:
    shown = _ask(SUITE, "--json", "--limit", "100")
    document = json.loads(shown.stdout)
    assert shown.stderr == "", "progress is for terminals"
    (report,) = document["sets"]
    assert report["set"] == "functional"
    assert report["lines"] == 100
    whole = report["sections"][0]["rows"][0]
    assert whole["rates"][0]["low"] <= whole["rates"][0]["share"] <= whole["rates"][0]["high"]
    assert document["times"][-1]["length"] == "all"
    assert document["failures"] == []


def test_what_could_not_be_run_is_said_and_the_others_are_run(tmp_path: Path) -> None:
    broken = write(tmp_path, "functional_b.jsonl", [CASE, {"id": 7}])
    unknown = write(tmp_path, "mine.jsonl", [])
    shown = _ask(broken, unknown, SUITE, "--json", "--limit", "10")
    assert shown.exit_code == 1
    document = json.loads(shown.stdout)
    assert [(each["file"], each["line"]) for each in document["failures"]] == [
        (str(unknown), None),
        (str(broken), 2),
    ]
    assert len(document["sets"]) == 1
    assert f"{broken}, line 2:" in shown.stderr
    assert "functional, rallypoint" in shown.stderr


def test_only_the_sets_that_are_asked_for_are_run(tmp_path: Path) -> None:
    shown = _ask(_folder(tmp_path), "--only", "xstest", "--only", "esconv", "--json")
    assert [each["set"] for each in json.loads(shown.output)["sets"]] == ["xstest", "esconv"]
    nothing = _ask(SUITE, "--only", "xstest")
    assert nothing.exit_code == 1
    assert "holds no xstest" in nothing.output
    assert _ask(SUITE, "--only", "elsewhere").exit_code == 2


def test_a_picture_has_a_curve_for_each_ranked_set(tmp_path: Path) -> None:
    (tmp_path / "sets").mkdir()
    picture = tmp_path / "picture.svg"
    assert _ask(_folder(tmp_path / "sets"), "--picture", picture).exit_code == 0
    text = picture.read_text("utf-8")
    curves = ElementTree.fromstring(text).findall("{*}path[@class='curve c0 d0']")
    assert len(curves) == 2, "a curve and its entry in the legend"
    assert "prefers-color-scheme:dark" in text
    assert _ask(SUITE, "--picture", tmp_path / "absent" / "p.svg").exit_code == 2


def test_a_picture_of_nothing_is_empty_axes() -> None:
    assert ElementTree.fromstring(draw(Findings((), (), ()))).tag.endswith("svg")


def test_too_low_too_high_and_false_alarms_are_counted(tmp_path: Path) -> None:
    rows = [
        CASE | {"id": "1", "text": "bad"},
        CASE | {"id": "2", "text": "fine"},
        CASE | {"id": "3", "text": "fine", "min": 3, "max": 4, "category": "suicide"},
        CASE | {"id": "4", "text": "bad", "min": 3, "max": 4, "category": "suicide", "draft": True},
    ]
    stub = Stub(verdict(Risk.HIGH, "overdose"), "bad")
    (report,) = _found(stub, write(tmp_path, "functional.jsonl", rows)).sets
    assert _shares(report, 0, "all") == [0.5, 0.5, 0.5, 0.25, 0.25]
    assert _shares(report, 0, "all without drafts") == [1 / 3, 0.0, 0.5, 1 / 3, 1 / 3]
    assert report.sections[1].rows[0].ids == ("1", "3")
    assert _shares(report, 3, "suicide") == [0.0, 0.5], "overdose is kin to suicide"


def test_conduct_passes_only_by_its_name(tmp_path: Path) -> None:
    row = CASE | {"category": "harassment", "max": 2}
    path = write(tmp_path, "functional.jsonl", [row])
    for category, passed in (("harassment", 1.0), ("abuse", 0.0)):
        (report,) = _found(Stub(verdict(Risk.NONE, category)), path).sets
        assert _shares(report, 0, "all")[0] == passed


def test_lines_the_filter_failed_on_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "functional.jsonl", [CASE])
    (report,) = _found(Stub(UNSCREENED), path).sets
    assert report.unscreened == 1


def test_earlier_lines_are_judged_before_a_case(tmp_path: Path) -> None:
    stub = Stub(verdict(Risk.HIGH), "hi")
    _found(stub, write(tmp_path, "functional.jsonl", [CASE | {"context": ["hi", "hm"]}]))
    assert stub.context == [[], [Risk.HIGH], [Risk.HIGH, Risk.NONE]]


def test_a_conversation_is_judged_line_by_line(tmp_path: Path) -> None:
    stub = Stub(verdict(Risk.HIGH), "hi")
    path = write(tmp_path, "esconv_dialogues.jsonl", ROWS["esconv_dialogues.jsonl"])
    (report,) = _found(stub, path).sets
    assert stub.context == [[], [Risk.HIGH], []]
    assert _shares(report, 2, "with such a line") == [0.5, 0.5, 0.0]
    assert report.sections[0].rows[0].ids == ("1.1",)


def test_the_lexicon_alone_stands_beside_all_tiers(tmp_path: Path) -> None:
    path = write(tmp_path, "llm_cssrs.jsonl", ROWS["llm_cssrs.jsonl"])
    model, lexicon = Stub(verdict(Risk.HIGH), "hello"), Stub(NOTHING)
    (report,) = _found(model, path, lexicon=lexicon).sets
    areas = {(each.tier, each.name): each.auc.value for each in report.rankings}
    assert areas["all tiers", "severity >= 1"] == 1.0
    assert areas["lexicon alone", "severity >= 1"] == 0.5


def test_a_mark_is_found_wholly_or_in_part(tmp_path: Path) -> None:
    shown = _ask(write(tmp_path, "presidio.jsonl", ROWS["presidio_pii.jsonl"]), "--json")
    (report,) = json.loads(shown.output)["sets"]
    (whole, phone) = report["sections"][0]["rows"]
    assert (whole["name"], phone["name"]) == ("all", "PHONE_NUMBER")
    assert [rate["share"] for rate in phone["rates"]] == [1.0, 1.0]


def test_a_limit_is_spread_over_the_set(tmp_path: Path) -> None:
    rows = [CASE | {"id": str(at), "min": 1} for at in range(10)]
    (report,) = _found(Stub(NOTHING), write(tmp_path, "functional.jsonl", rows), limit=3).sets
    assert report.sections[1].rows[0].ids == ("0", "3", "6")


def test_a_level_of_risk_weighs_as_much_as_a_quarter_of_the_score() -> None:
    def verdict(score: float, risk: Risk) -> Verdict:
        return Verdict(risk, (), (), "inline", score)

    assert severity(verdict(0.9, Risk.NONE)) > severity(verdict(0.2, Risk.ELEVATED))
    assert severity(verdict(0.2, Risk.HIGH)) > severity(verdict(0.9, Risk.NONE))
    assert severity(verdict(0.5, Risk.HIGH)) > severity(verdict(0.5, Risk.ELEVATED))
