"""Numbers out of measurements: percentiles, medians, and how cost grows. Pure.

Nothing is smoothed and nothing is left out; who measures decides what belongs to a run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

NS_IN_MS = 1_000_000


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed (the nearest rank).

    Raises:
        ValueError: there are no values, or the share is not between 0 and 1.
    """
    if not sorted_values:
        raise ValueError("no values")
    if not 0 < share <= 1:
        raise ValueError("a share is above 0 and at most 1")
    return sorted_values[math.ceil(share * len(sorted_values)) - 1]


def median(values: Sequence[float]) -> float:
    """Return the middle value; of an even number the mean of the two in the middle.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values")
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in milliseconds."""

    p50_ms: float
    p99_ms: float


def spread(nanoseconds: Sequence[int]) -> Spread:
    """Return median and 99th percentile of durations. Raises: ValueError, without durations."""
    ordered = sorted(nanoseconds)
    return Spread(
        round(percentile(ordered, 0.50) / NS_IN_MS, 2),
        round(percentile(ordered, 0.99) / NS_IN_MS, 2),
    )


def growth(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the exponent k of the power law, cost ~ size^k, that fits best (least squares on
    logarithms): 0 does not grow, 1 grows as the size does, 2 as its square.

    Raises:
        ValueError: fewer than two sizes, or something that is not above 0.
    """
    if len(sizes) != len(costs) or len(set(sizes)) < 2 or min(*sizes, *costs) <= 0:
        raise ValueError("growth needs two sizes or more, each with a cost above 0")
    xs, ys = [math.log(one) for one in sizes], [math.log(one) for one in costs]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    above = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return round(above / sum((x - x_mean) ** 2 for x in xs), 2)
