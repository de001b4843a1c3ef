"""The demo's scripts can be played, and leave somebody for a visitor."""

from itertools import pairwise
from random import Random

import pytest

from config.sections import LANGUAGES
from web.demo.people import LEFT_WAITING, shared_out
from web.demo.scripts import Script, load

SCRIPTS = load().scripts


def test_every_language_of_the_service_is_spoken() -> None:
    assert set(load().languages) == set(LANGUAGES)


def test_there_are_quiet_and_hard_conversations() -> None:
    assert {script.kind for script in SCRIPTS} == {"everyday", "crisis", "abusive"}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: f"{script.language} {script.kind}")
def test_a_script_has_one_author_a_line_and_waits_for_each_answer(script: Script) -> None:
    assert all((turn.seeker is None) != (turn.supporter is None) for turn in script.lines)
    assert script.lines[0].seeker
    assert not any(a.supporter and b.supporter for a, b in pairwise(script.lines))


def test_a_visitor_gets_more_than_one_answer() -> None:
    assert all(len(answers) > 1 for answers in load().answers.values())
    assert load().answers_in("sn") == load().answers_in("en")


@pytest.mark.parametrize("seekers", [0, 1, 2, 3, 8, 20])
@pytest.mark.parametrize("supporters", [1, 2, 5])
def test_a_few_seekers_are_left_for_a_visitor(seekers: int, supporters: int) -> None:
    shares = shared_out(seekers, supporters)
    assert len(shares) == supporters
    assert sum(shares) <= max(0, seekers - LEFT_WAITING)
    assert max(shares) <= 5


def test_a_named_language_is_kept_to() -> None:
    chance = Random(1)
    assert {load().pick(chance, "en").language for _ in range(20)} == {"en"}
