"""The model tier: any text has an opinion, quickly; broken files are named."""

import json
import shutil
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.risk import Risk
from safety.features import MOST, dense, dense_size, evidence, rows_of
from safety.finding import Finder, tally
from safety.lexicon import read_lexicons
from safety.model import UNREAD, Model, Table, load_model, look
from safety.verdict import CATEGORIES, Reading
from safety.weights import SHIPPED, ModelError

JsonCard = dict[str, Any]
CARD: JsonCard = json.loads((SHIPPED / "inline.json").read_text("utf-8"))
NOTHING_SEEN = Reading({}, frozenset())
LEVELS = st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 4))
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
"""Lone surrogates too: a line may hold anything that a `str` can."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "model"))


MODEL = load_model()


@given(ANY_TEXT, LEVELS, st.frozensets(st.text(max_size=8), max_size=4))
def test_any_text_gets_a_probability(
    words: str, levels: dict[str, int], signals: frozenset[str]
) -> None:
    opinion = MODEL.read(words, Reading(levels, signals))
    assert 0.0 <= opinion.score <= 1.0
    assert opinion.supports in (Risk.NONE, Risk.ELEVATED, Risk.HIGH)


PLAIN = st.lists(st.text("abcdefghij", min_size=1, max_size=8), max_size=40).map(" ".join)


@given(st.lists(st.tuples(PLAIN | ANY_TEXT, LEVELS), max_size=12))
def test_lines_are_read_abreast_as_each_is_alone(lines: list[tuple[str, dict[str, int]]]) -> None:
    words = [f" {text} " for text, _ in lines]
    readings = [Reading(levels, frozenset()) for _, levels in lines]
    for opinion, line, reading in zip(
        MODEL.read_all(words, readings), words, readings, strict=True
    ):
        assert opinion == MODEL.read(line, reading)


@given(ANY_TEXT)
@settings(max_examples=50)
def test_high_needs_the_rules_to_see_danger_to_self(words: str) -> None:
    assert MODEL.read(words, Reading({"abuse": 4, "suicide": 1}, frozenset())).supports < Risk.HIGH


@pytest.mark.parametrize("words", ["", " ", "a", "\ud800", "é", "想", " . " * 5000, "想" * 9000])
def test_odd_texts_are_read(model: Model, words: str) -> None:
    assert 0.0 <= model.read(words, NOTHING_SEEN).score <= 1.0


def test_a_thing_said_plainly_scores_above_small_talk(model: Model) -> None:
    finder = Finder(read_lexicons())

    def score(text: str) -> float:
        words = finder.normaliser.read(text).words
        return model.read(words, tally(finder.find(words, "seeker").findings)).score

    assert score("I keep thinking that I want to end my life") > 0.5
    assert score("we went to the market and bought some bread for dinner") < 0.05
    assert score("我真的不想活了") > 0.5
    assert score("今天天气很好，我们去公园吧") < 0.2


def test_a_language_it_does_not_know_gives_no_opinion(model: Model) -> None:
    assert model.read(" сегодня мы были на рынке и купили хлеб ", NOTHING_SEEN) == UNREAD


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_run_has_the_same_row_wherever_it_stands(before: str, run: str) -> None:
    (alone,) = rows_of(run, (4,), 17)
    (inside,) = rows_of(before + run, (4,), 17)
    assert list(inside[len(inside) - len(alone) :]) == list(alone)


@given(st.text(max_size=80), LEVELS)
def test_training_and_server_see_the_same_features(words: str, levels: dict[str, int]) -> None:
    chance = np.random.default_rng(0)
    table = Table(
        chance.integers(-128, 128, size=(1 << 10, 6), dtype=np.int8),
        chance.random(6, dtype=np.float32),
    )
    reading = Reading(levels, frozenset({"now"}))
    rows = rows_of(words, (2, 4), 10)
    letters = dense(table.rows[np.concatenate(rows)] * table.scale, len(rows[0]))
    together = np.append(letters, np.array(evidence(reading, {"now": 0}), np.float32))
    seen = look(words, reading, table, (2, 4), {"now": 0})
    assert np.allclose(seen, together, rtol=1e-5)
    assert len(letters) == dense_size(6)


def test_what_comes_after_the_last_letter_read_changes_nothing(model: Model) -> None:
    words = " word" * MOST
    assert model.read(words, NOTHING_SEEN) == model.read(words + " more", NOTHING_SEEN)


def test_it_is_small_and_loads_quickly() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 20_000_000
    quickest = 9.9
    for _ in range(3):
        start = time.perf_counter()
        load_model()
        quickest = min(quickest, time.perf_counter() - start)
    assert quickest < 0.3


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "inline.npz").unlink()
    with pytest.raises(ModelError, match=r"inline\.npz: No such file"):
        load_model(copy)


def test_a_broken_card_is_named(copy: Path) -> None:
    (copy / "inline.json").write_text("{", "utf-8")
    with pytest.raises(ModelError, match=r"inline\.json: "):
        load_model(copy)


def test_a_card_of_another_format_is_refused(copy: Path) -> None:
    _change(copy, lambda card: card | {"format": 1})
    with pytest.raises(ModelError, match="is of format 1"):
        load_model(copy)


def test_weights_of_another_model_are_refused(copy: Path) -> None:
    weights = copy / "inline.npz"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"inline\.npz: is not the file"):
        load_model(copy)


def test_an_archive_that_is_none_is_refused(copy: Path) -> None:
    (copy / "inline.npz").write_bytes(b"PK not really")
    _change(copy, lambda card: card | {"sha256": sha256(b"PK not really").hexdigest()})
    with pytest.raises(ModelError, match=r"inline\.npz: "):
        load_model(copy)


def test_a_missing_head_is_named(copy: Path) -> None:
    _change(copy, lambda card: card | {"heads": {"latin": card["heads"]["latin"]}})
    with pytest.raises(ModelError, match="has no head han"):
        load_model(copy)


def test_a_table_that_does_not_fit_the_card_is_refused(copy: Path) -> None:
    latin = CARD["heads"]["latin"] | {"bits": 4}
    _change(copy, lambda card: card | {"heads": card["heads"] | {"latin": latin}})
    with pytest.raises(ModelError, match="table of latin does not have the size"):
        load_model(copy)


def test_a_network_that_does_not_fit_the_card_is_refused(copy: Path) -> None:
    latin = CARD["heads"]["latin"] | {"signals": ["now"]}
    _change(copy, lambda card: card | {"heads": card["heads"] | {"latin": latin}})
    with pytest.raises(ModelError, match="arrays of latin don't have the sizes"):
        load_model(copy)


def _change(copy: Path, change: Callable[[JsonCard], JsonCard]) -> None:
    card = change(json.loads((copy / "inline.json").read_text("utf-8")))
    (copy / "inline.json").write_text(json.dumps(card), "utf-8")
