"""The measures of the evaluation: held against what they mean, counted the slow way."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.evaluation.measures import auc, curve, percentile, rate, recall_at, wilson

_COARSE = st.lists(st.integers(0, 4).map(float), min_size=1, max_size=30)
_FINE = st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=30)
_SCORES = _COARSE | _FINE


@given(_SCORES, _SCORES)
def test_the_area_is_the_share_of_pairs_in_the_right_order(
    positives: list[float], negatives: list[float]
) -> None:
    won = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    found = auc(positives, negatives)
    assert found.value == pytest.approx(won / (len(positives) * len(negatives)))
    assert found.value is not None
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9


def test_the_interval_of_an_area_is_that_of_delong() -> None:
    """Two by two, by hand: the positives win 1 and 1/2, the negatives lose 1/2 and 1."""
    found = auc([1.0, 3.0], [0.0, 2.0])
    half = 1.959963984540054 * (0.125 / 2 + 0.125 / 2) ** 0.5
    assert found.value == pytest.approx(0.75)
    assert found.low == pytest.approx(0.75 - half)
    assert found.high == 1.0


def test_a_perfect_order_of_few_lines_is_not_certain() -> None:
    few, many = auc([1.0] * 5, [0.0] * 5), auc([1.0] * 500, [0.0] * 500)
    assert few.value == many.value == 1.0
    assert few.low < 0.7 < 0.99 < many.low


def test_without_a_pair_nothing_is_known() -> None:
    for found in (auc([], [1.0]), auc([1.0], [])):
        assert (found.value, found.low, found.high) == (None, 0.0, 1.0)
    assert rate(0, 0).share is None
    assert curve([], [1.0]) == ()
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@given(st.integers(0, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(counted: tuple[int, int]) -> None:
    hits, total = counted
    low, high = wilson(hits, total)
    assert 0 <= low <= high <= 1
    if total:
        assert low <= hits / total <= high


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(5, 10)
    assert low == pytest.approx(0.2366, abs=1e-4)
    assert high == pytest.approx(0.7634, abs=1e-4)


@given(_SCORES, _SCORES, st.lists(st.floats(0, 1), min_size=2))
def test_more_false_alarms_never_find_less(
    positives: list[float], negatives: list[float], rates: list[float]
) -> None:
    found = [recall_at(positives, negatives, most).hits for most in sorted(rates)]
    assert found == sorted(found)
    assert recall_at(positives, negatives, 1.0).hits == len(positives)


@given(_SCORES, _SCORES, st.floats(0, 1))
def test_recall_at_a_rate_is_the_best_of_all_thresholds(
    positives: list[float], negatives: list[float], most: float
) -> None:
    best = 0
    for threshold in {*positives, *negatives}:
        if sum(n >= threshold for n in negatives) <= most * len(negatives) + 1e-9:
            best = max(best, sum(p >= threshold for p in positives))
    assert recall_at(positives, negatives, most).hits == best


@given(_SCORES, _SCORES)
def test_a_curve_rises_from_nothing_to_everything(
    positives: list[float], negatives: list[float]
) -> None:
    points = curve(positives, negatives)
    assert (points[0].false_alarms, points[0].recall) == (0, 0)
    assert (points[-1].false_alarms, points[-1].recall) == (1, 1)
    for before, after in pairwise(points):
        assert before.false_alarms <= after.false_alarms
        assert before.recall <= after.recall


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    points = curve([float(at) for at in range(3000)], [at + 0.5 for at in range(3000)])
    assert len(points) == 400
    assert points[0].recall == 0
    assert points[-1].recall == 1


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_is_the_first_value_that_enough_do_not_exceed(
    values: list[float], share: float
) -> None:
    ordered = sorted(values)
    found = percentile(ordered, share)
    assert sum(value <= found for value in ordered) >= share * len(ordered) - 1e-9
    assert sum(value < found for value in ordered) < max(1e-9, share * len(ordered))
