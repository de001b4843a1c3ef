"""Places, means and acts: what joins, what is over, and what a short answer means."""

import pytest

from config.risk import Risk
from safety.joining import join
from safety.lexicon import read_lexicons
from safety.phrases import Compiler
from safety.screening import Screen
from safety.signs import Signs
from safety.verdict import ContextLine

# The phrases and rules alone: what a model adds is tested with the model.
SCREEN = Screen(read_lexicons())


def risk(text: str, *before: str) -> Risk:
    context = [
        ContextLine("supporter", line[5:])
        if line.startswith("them:")
        else ContextLine("seeker", line)
        for line in before
    ]
    return SCREEN.screen(text, by="seeker", context=context).verdict.risk


def found(phrase: str, words: str) -> bool:
    made = Compiler({}, str, spaced=True).compile(phrase)
    return made.expression.pattern.search(words) is not None


def test_a_phrase_may_ask_for_a_number_of_two_digits() -> None:
    assert found("took ## pills", " took 20 pills ")
    assert not found("took ## pills", " took 2 pills ")


def test_a_phrase_may_stand_only_where_the_line_begins() -> None:
    assert found("^ yes", " yes i am ")
    assert not found("^ yes", " well yes i am ")


def test_a_place_alone_is_daily_life_and_with_a_farewell_a_crisis() -> None:
    assert risk("im on the bridge taking photos") == Risk.NONE
    assert risk("im on the bridge now. goodbye") == Risk.IMMINENT


def test_what_was_taken_counts_with_what_the_body_feels_unless_taken_as_told() -> None:
    assert risk("i took something and i cant keep my eyes open") == Risk.IMMINENT
    assert risk("i took two of my prescribed tablets and feel sleepy") <= Risk.CONCERN


def test_an_act_that_was_survived_is_not_imminent() -> None:
    assert risk("i took all my pills") == Risk.IMMINENT
    assert risk("they discharged me today, i took all my pills on monday") == Risk.HIGH


def test_years_of_recovery_make_an_act_past_wherever_they_stand() -> None:
    assert risk("i overdosed twice. nine years clean this week") <= Risk.ELEVATED


def test_a_no_that_answers_denies_nothing_of_what_follows() -> None:
    assert risk("no im on the ledge") == Risk.IMMINENT


@pytest.mark.parametrize(
    ("answer", "level"),
    [("yes", 3), ("not gonna lie yes", 3), ("yes but i cant say it", 3), ("no, i cant do that", 1)],
)
def test_what_an_answer_begins_with_counts_most(answer: str, level: int) -> None:
    assert risk(answer, "i want to die", "them: have you made a plan to kill yourself?") == level


def test_a_plan_for_the_weekend_is_no_plan() -> None:
    assert risk("yes", "i want to die", "them: do you have a plan for the weekend?") == Risk.NONE


def test_medicine_taken_as_every_day_is_no_overdose() -> None:
    assert risk("yes", "them: have you taken your medication today?") == Risk.NONE
    assert risk("yes", "i want to die", "them: have you taken any pills?") == Risk.IMMINENT


def test_where_someone_is_counts_after_a_wish() -> None:
    assert risk("on the roof", "i want to jump", "them: where are you right now?") == Risk.IMMINENT
    assert risk("on the roof", "hello", "them: where are you right now?") == Risk.NONE


def test_daily_words_take_nothing_from_a_stated_wish() -> None:
    signs = Signs(
        levels={"suicide": 2},
        signals=frozenset({"high_place", "everyday"}),
        before={},
        signals_before=frozenset(),
        ask_told=frozenset,
    )
    assert [joined.level for joined in join(signs)] == [4]
