"""The risk of a conversation rises at once and falls slowly."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from config.risk import Risk
from safety.screening import load_screen
from safety.standing import stand
from safety.verdict import ContextLine

RISKS = st.sampled_from(Risk)
SAID = st.lists(st.tuples(RISKS, st.booleans()), max_size=30)


def conversation(said: list[tuple[Risk, bool]]) -> list[ContextLine]:
    """The lines of a seeker, each with its own risk and whether it takes something back."""
    lines: list[ContextLine] = []
    for risk, retracts in said:
        lines.append(ContextLine("seeker", "", risk, stand(lines, risk, retracts=retracts)))
    return lines


@given(SAID)
def test_a_line_never_stands_below_its_own_risk(said: list[tuple[Risk, bool]]) -> None:
    assert all(line.standing >= line.risk for line in conversation(said))


@given(SAID)
def test_it_never_falls_by_more_than_a_level_at_a_time(said: list[tuple[Risk, bool]]) -> None:
    lines = conversation(said)
    for before, after in pairwise(lines):
        assert after.standing >= before.standing - 1


@given(SAID)
def test_it_never_falls_to_nothing(said: list[tuple[Risk, bool]]) -> None:
    lines = conversation(said)
    for before, after in pairwise(lines):
        assert after.standing >= min(before.standing, Risk.CONCERN)


@given(st.lists(RISKS, max_size=30))
def test_without_a_retraction_it_is_the_highest_so_far(risks: list[Risk]) -> None:
    lines = conversation([(risk, False) for risk in risks])
    assert [line.standing for line in lines] == [max(risks[: n + 1]) for n in range(len(risks))]


def test_a_retraction_right_after_a_plan_lowers_nothing() -> None:
    lines = conversation([(Risk.HIGH, False), (Risk.NONE, True), (Risk.NONE, True)])
    assert [line.standing for line in lines] == [Risk.HIGH] * 3


def test_a_retraction_after_calmer_lines_lowers_one_level_and_then_waits_again() -> None:
    calm = (Risk.NONE, False)
    back = (Risk.NONE, True)
    lines = conversation([(Risk.HIGH, False), calm, calm, back, back, back, back])
    assert [int(line.standing) for line in lines] == [3, 3, 3, 2, 2, 1, 1]


def test_what_a_seeker_takes_back_lowers_the_conversation_slowly() -> None:
    screen = load_screen()
    lines: list[ContextLine] = []
    said = (
        "im going to end my life tonight",
        "i dont know",
        "its raining here",
        "i gave the pills to my mum",
    )
    for text in said:
        verdict = screen.screen(text, by="seeker", lang="en", context=lines).verdict
        lines.append(ContextLine("seeker", text, verdict.risk, verdict.standing))
    assert [int(line.standing) for line in lines] == [4, 4, 4, 3]
