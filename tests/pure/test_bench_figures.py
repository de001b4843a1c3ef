"""Figures of measurements: percentiles, medians, growth."""

import pytest

from bench.figures import growth, median, percentile, spread
from bench.peers.installing import Missing, node_folder


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(one) for one in range(1, 101)]
    assert percentile(values, 0.50) == 50
    assert percentile(values, 0.99) == 99
    assert percentile(values, 1.0) == 100
    assert percentile([7.0], 0.01) == 7


def test_one_slow_line_in_fifty_is_seen_by_the_99th_percentile() -> None:
    assert spread([1_000_000] * 49 + [80_000_000]).p99_ms == 80.0
    assert spread([80_000_000] + [1_000_000] * 49).p50_ms == 1.0


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert median([9.0, 1.0, 3.0]) == 3
    assert median([4.0, 1.0, 3.0, 100.0]) == 3.5


def test_growth_tells_what_grows_with_the_size_from_what_does_not() -> None:
    sizes = [100.0, 1_000.0, 10_000.0]
    assert growth(sizes, [5.0, 5.0, 5.0]) == 0
    assert growth(sizes, [3 * one for one in sizes]) == 1
    assert growth(sizes, [one * one for one in sizes]) == 2


@pytest.mark.parametrize("values", [[], [1.0], [0.0, 1.0]])
def test_too_little_gives_no_figure(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"two sizes|above 0"):
        growth(values, values)
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)
    with pytest.raises(ValueError, match="no values"):
        median([])


def test_a_peer_that_is_not_there_is_named_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    node_folder.cache_clear()
    with pytest.raises(Missing, match="no Node with npm"):
        node_folder()
