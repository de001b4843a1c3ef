"""Likeness to examples: bounded, deterministic, fresh, and never an exception."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.grams import BITS, Kindred, grams, hashes
from safety.likeness import (
    WEIGHTS,
    Card,
    Head,
    LikenessError,
    apart,
    digest_of,
    load_likeness,
    pack,
    unpack,
)
from tools.examples import files_of_examples
from tools.fit_likeness import card_of

LIKENESS = load_likeness()
WORDS = st.text(st.characters(codec="utf-8"), max_size=300)
PLAIN = st.lists(st.text("abcdefghij", min_size=1, max_size=8), max_size=40).map(" ".join)


@given(WORDS, st.integers(0, 4))
def test_any_words_are_likened_and_never_lowered(words: str, seen: int) -> None:
    scores = LIKENESS.scores(f" {words} ")
    assert np.isfinite(scores).all()
    likely = LIKENESS.likely(scores, seen)
    assert likely.level == 0 or likely.level > seen


@given(st.lists(WORDS | PLAIN, max_size=12))
def test_lines_score_abreast_as_each_does_alone(lines: list[str]) -> None:
    lines = [f" {' '.join(line.split())} " for line in lines]
    for line, scores in zip(lines, LIKENESS.scores_of(lines), strict=True):
        assert (scores == LIKENESS.scores(line)).all()


@given(st.lists(st.sampled_from(["one", "two", "three", "four"]), min_size=1, max_size=40))
def test_a_word_has_one_hash_wherever_it_stands(words: list[str]) -> None:
    hashed = hashes(f" {' '.join(words)} ")
    assert len(hashed) == len(words)
    assert len(set(hashed.tolist())) == len(set(words))
    places = grams(hashed)
    assert ((places >= 0) & (places < 2**BITS)).all()


@given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=24), st.integers(24, 40))
def test_a_long_line_has_all_pieces_of_the_short_one_that_it_begins_with(
    words: list[str], more: int
) -> None:
    short = hashes(f" {' '.join(words)} ")
    long = hashes(f" {' '.join(words + ['more'] * more)} ")
    assert set(grams(short).tolist()) <= set(grams(long).tolist())
    assert len(grams(np.stack((short, short)))) == 2 * len(grams(short))


def test_kindred_words_are_one_word() -> None:
    kindred = Kindred({"#kin": ["mum", "mother"]})
    one, other, third = kindred.of(hashes(" mum mother lamp "))
    assert one == other != third


@given(WORDS)
def test_chinese_characters_stand_apart_and_others_stay_together(words: str) -> None:
    assert apart(words).replace(" ", "") == words.replace(" ", "")


@given(st.lists(st.tuples(st.integers(0, 2**BITS - 1), st.integers(-127, 127)), max_size=20))
def test_weights_come_back_as_they_were_packed(cells: list[tuple[int, int]]) -> None:
    card = Card((Head("risk 1", 0.0, 1.0), Head("suicide", 0.5, 0.25)), {"1": 0.0}, "")
    weights = np.zeros((2**BITS, 2), np.int8)
    for place, weight in cells:
        weights[place, place % 2] = weight
    packed = pack(card, weights)
    assert packed == pack(card, weights)
    body = gzip.decompress(packed).partition(b"\n")[2]
    assert (unpack(body, 2) == weights).all()


@pytest.mark.parametrize("broken", [b"", b"no gzip", gzip.compress(b"{}\n"), gzip.compress(b"x")])
def test_broken_weights_stop_the_start_by_name(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "weights.gz"
    path.write_bytes(broken)
    with pytest.raises(LikenessError, match=r"weights\.gz"):
        load_likeness(path)


def test_the_weights_are_those_of_the_examples_that_are_there() -> None:
    digest = digest_of([path.read_bytes() for path in files_of_examples()])
    assert card_of(WEIGHTS).examples == digest, "run tools/fit_likeness.py"


def test_nothing_is_fitted_to_the_suite_that_is_held_out() -> None:
    assert not [path for path in files_of_examples() if "held_out" in path.name]


@settings(max_examples=20)
@given(st.sampled_from(["kill ", "i ", "死", "a" * 50 + " "]))
def test_a_long_line_is_read_in_stretches(piece: str) -> None:
    scores = LIKENESS.scores(f" {piece * (4000 // len(piece))} ")
    assert LIKENESS.likely(scores, 0).level in range(5)
