"""The functional suite: what people say, and the range of risk it should be given.

The thresholds stand slightly below what is reached, so that a change that loses ground
fails here. The open suite was seen while the rules were written: its figures flatter. What
to expect of unseen lines the held-out suite says.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import pytest

from safety.screening import Screen, load_screen
from safety.verdict import Author, ContextLine, Verdict

_HERE: Final = Path(__file__).parent
_SUITE: Final = _HERE / "functional_dev.jsonl"
_HELD_OUT: Final = _HERE / "functional_held_out.jsonl"
"""Written by others than the rules, and never to be looked at while rules are written."""
_MUST_BE_NAMED: Final = ("harassment", "sexual", "contact")


class Case(msgspec.Struct, frozen=True):
    """One line of the suite."""

    id: str
    function: str
    lang: str
    by: Author
    text: str
    min: int
    max: int
    category: str
    context: tuple[str, ...] = ()
    draft: bool = False


def _cases(suite: Path = _SUITE) -> list[Case]:
    return [
        msgspec.json.decode(line, type=Case)
        for line in suite.read_bytes().splitlines()
        if line.strip()
    ]


def _verdict(screen: Screen, case: Case) -> Verdict:
    other: Author = "supporter" if case.by == "seeker" else "seeker"
    context = [
        ContextLine(other, line.removeprefix("them:").strip())
        if line.startswith("them:")
        else ContextLine(case.by, line)
        for line in case.context
    ]
    return screen.screen(case.text, by=case.by, lang=case.lang, context=context).verdict


def _passes(case: Case, verdict: Verdict) -> bool:
    named = case.category not in _MUST_BE_NAMED or case.category in verdict.categories
    return named and case.min <= verdict.risk <= case.max


def _worst(results: Sequence[tuple[Case, bool]]) -> str:
    """The functions with the most failures, by id only."""
    failed: dict[str, list[str]] = defaultdict(list)
    for case, passed in results:
        if not passed:
            failed[case.function].append(case.id)
    worst = sorted(failed.items(), key=lambda item: -len(item[1]))[:8]
    return "\n".join(f"{function}: {', '.join(ids)}" for function, ids in worst)


@pytest.fixture(scope="module")
def screen() -> Screen:
    return load_screen()


def test_english_lines_get_a_risk_in_their_range(screen: Screen) -> None:
    results = [(c, _passes(c, _verdict(screen, c))) for c in _cases() if c.lang == "en"]
    share = sum(passed for _, passed in results) / len(results)
    assert share >= 0.97, f"{share:.3f}\n{_worst(results)}"


def test_lines_in_other_languages_get_a_risk_in_their_range(screen: Screen) -> None:
    results = [(c, _passes(c, _verdict(screen, c))) for c in _cases() if c.lang != "en"]
    share = sum(passed for _, passed in results) / len(results)
    assert share >= 0.95, f"{share:.3f}\n{_worst(results)}"


def test_crisis_lines_are_found_at_high_or_above(screen: Screen) -> None:
    crises = [c for c in _cases() if c.min >= 3]
    results = [(c, _verdict(screen, c).risk >= 3) for c in crises]
    share = sum(passed for _, passed in results) / len(results)
    assert share >= 0.98, f"{share:.3f}\n{_worst(results)}"


def test_harmless_lines_are_rarely_raised(screen: Screen) -> None:
    harmless = [c for c in _cases() if c.max <= 1]
    results = [(c, _verdict(screen, c).risk < 2) for c in harmless]
    raised = sum(not passed for _, passed in results) / len(results)
    assert raised <= 0.02, f"{raised:.3f}\n{_worst(results)}"


def test_no_function_in_english_falls_below_four_in_five(screen: Screen) -> None:
    results = defaultdict[str, list[bool]](list)
    for case in _cases():
        if case.lang == "en":
            results[case.function].append(_passes(case, _verdict(screen, case)))
    assert {f for f, passed in results.items() if sum(passed) < 0.8 * len(passed)} == set()


@pytest.mark.parametrize(("english", "least", "found"), [(True, 0.72, 0.6), (False, 0.45, 0.2)])
def test_lines_that_nobody_has_seen_are_read_as_well_as_the_docs_say(
    screen: Screen, english: bool, least: float, found: float
) -> None:
    cases = [c for c in _cases(_HELD_OUT) if (c.lang == "en") == english]
    verdicts = [(c, _verdict(screen, c)) for c in cases]
    assert sum(_passes(c, v) for c, v in verdicts) >= least * len(cases)
    crises = [v for c, v in verdicts if c.min >= 3]
    assert sum(v.risk >= 3 for v in crises) >= found * len(crises)


def test_no_line_of_the_suite_causes_a_fault(screen: Screen) -> None:
    before = screen.faults
    for case in _cases():
        assert _verdict(screen, case).tier == "inline", case.id
    assert screen.faults == before
