"""One plain spelling for many, and the way back to the text as it was sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.normalise import Normaliser, slips

PLAIN = Normaliser(
    known=("kill", "killing", "myself", "die", "pills", "want", "to", "cut"),
    spellings={"wanna": "want to"},
    guarded=("myself",),
    words_of_their_own=(),
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I WANT to", "i want to"),
        ("wanna", "want to"),
        ("k1ll mys3lf", "kill myself"),
        ("k i l l i n g  m y s e l f", "killing myself"),
        ("c-u-t", "cut"),
        ("dieeeee", "die"),
        ("d!e", "die"),
        ("k*ll", "kill"),
        ("myslef", "myself"),
        ("kіll", "kill"),
        ("pi\u200blls", "pills"),
        ("𝓭𝓲𝓮", "die"),
        ("don't", "dont"),
        ("so. what?", "so . what ?"),
        ("12th of 2024", "12th of 2024"),
    ],
)
def test_a_word_is_read_however_it_is_written(written: str, read: str) -> None:
    assert PLAIN.normalise(written).words.strip() == read


@given(st.text(alphabet=st.characters(), max_size=200))
def test_every_word_comes_from_inside_the_text(text: str) -> None:
    normal = PLAIN.normalise(text)
    assert len(normal.starts) == len(normal.origins)
    assert list(normal.starts) == sorted(normal.starts)
    for start, end in normal.origins:
        assert 0 <= start < end <= len(text)


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("kil my.!?,'*@$-éß 1")), max_size=60
    )
)
@settings(max_examples=500)
def test_the_words_are_the_same_without_the_way_back(text: str) -> None:
    normal = PLAIN.normalise(text)
    assert PLAIN.read(text) == (normal.words, len(normal.starts))


def test_a_slip_is_one_letter_away() -> None:
    assert {"klil", "killl"} <= slips("kill")
    assert "kill" not in slips("kill")
