"""Typing slips are read as what was meant; real words and other languages stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.risk import Risk
from safety.screening import load_screen
from safety.spelling import Speller, english, slip_between

SCREEN = load_screen()
SPELLER = Speller(english(), ["night", "should", "dad", "hang", "stop", "the"], ["noche"])


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("nigth", "night"), ("shuold", "should"), ("dda", "dad"), ("hagn", "hang"), ("sotp", "stop")],
)
def test_a_slip_is_read_as_the_word_that_was_meant(slip: str, meant: str) -> None:
    assert SPELLER.meant(slip) == meant


@pytest.mark.parametrize("word", ["sing", "fight", "had", "bang", "step", "hang", "of", ""])
def test_a_real_word_means_itself(word: str) -> None:
    assert SPELLER.meant(word) is None


@given(st.text(alphabet="abcdefgh", max_size=8), st.text(alphabet="abcdefgh", max_size=8))
def test_one_slip_is_one_slip_whichever_way_it_goes(one: str, other: str) -> None:
    assert slip_between(one, other) == slip_between(other, one)
    if slip_between(one, other) is not None:
        assert abs(len(one) - len(other)) <= 1


@given(st.lists(st.text(max_size=8), max_size=12))
def test_as_many_words_come_out_as_went_in(words: list[str]) -> None:
    assert len(SPELLER.mend(words)) == len(words)


def test_a_line_in_another_language_is_left_alone() -> None:
    assert SPELLER.mend(["la", "noche", "nigth"]) == ["la", "noche", "nigth"]


def test_slips_do_not_hide_a_crisis() -> None:
    verdict = SCREEN.screen("i wnat to kil mysefl tonihgt", by="seeker").verdict
    assert verdict.risk >= Risk.HIGH


def test_the_place_of_a_slip_is_that_of_the_text_as_it_was_sent() -> None:
    text = "hello, i wnat to kil mysefl."
    spans = SCREEN.screen(text, by="seeker").verdict.spans
    assert any("kil mysefl" in text[span.start : span.end] for span in spans)
