"""The embedding tier with an encoder of its own: what it asks for, weighs and supports."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.risk import Risk
from safety import embedding
from safety.embedding import LETTERS, SIZE, Embedding, embedded, load_embedding, read_embedding
from safety.features import Floats
from safety.model import UNREAD, Opinion, load_model
from safety.verdict import CATEGORIES, Reading
from safety.weights import SHIPPED, ModelError

NOTHING_SEEN = Reading({}, frozenset())
MODEL = load_model()


class Letters:
    """Stands in for the encoder: numbers that depend on the text, of length one together."""

    def query(self, texts: str) -> Floats:
        texts.encode("utf-8")
        numbers = np.zeros(SIZE, np.float32)
        numbers[len(texts) % SIZE] = 1.0
        return numbers


def tier() -> Embedding:
    return read_embedding(MODEL, Letters(), SHIPPED)


TIER = tier()


@given(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=200),
    st.dictionaries(st.sampled_from(CATEGORIES), st.integers(0, 4)),
)
def test_any_text_gets_a_probability(text: str, levels: dict[str, int]) -> None:
    opinion = TIER.read(text, f" {text} ", Reading(levels, frozenset()))
    assert 0.0 <= opinion.score <= 1.0
    assert opinion.supports in (Risk.NONE, Risk.ELEVATED, Risk.HIGH)


def test_a_line_that_the_inline_model_cannot_read_is_read() -> None:
    words = " сегодня мы были на рынке "
    assert MODEL.read(words, NOTHING_SEEN) == UNREAD
    assert TIER.read(words, words, NOTHING_SEEN).score > 0.0


def test_what_the_first_tiers_are_sure_of_is_not_asked() -> None:
    assert not TIER.is_worthwhile(Opinion(0.9, Risk.ELEVATED), NOTHING_SEEN)
    assert not TIER.is_worthwhile(Opinion(0.001, Risk.NONE), NOTHING_SEEN)
    assert not TIER.is_worthwhile(Opinion(0.3, Risk.NONE), Reading({"suicide": 3}, frozenset()))


def test_what_they_are_unsure_of_is_asked() -> None:
    assert TIER.is_worthwhile(UNREAD, NOTHING_SEEN)
    assert TIER.is_worthwhile(Opinion(0.4, Risk.NONE), NOTHING_SEEN)
    assert TIER.is_worthwhile(Opinion(0.01, Risk.NONE), Reading({"suicide": 1}, frozenset()))


def test_texts_are_cut_and_cleaned_before_they_are_embedded() -> None:
    seen: list[str] = []

    class Listening(Letters):
        def query(self, texts: str) -> Floats:
            seen.append(texts)
            return super().query(texts)

    for text in ("", "a\x00b", "\ud800", "x" * 9000):
        embedded(Listening(), text)
    assert seen == [" ", "a b", "?", "x" * LETTERS]


def test_without_the_package_there_is_no_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "PACKAGE", "no_such_package")
    assert load_embedding(MODEL) is None


def test_it_belongs_to_one_inline_model(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SHIPPED, tmp_path / "model"))
    card = json.loads((copy / "embedding.json").read_text("utf-8"))
    (copy / "embedding.json").write_text(json.dumps(card | {"inline_sha256": "other"}), "utf-8")
    with pytest.raises(ModelError, match="was made for another inline model"):
        read_embedding(MODEL, Letters(), copy)
