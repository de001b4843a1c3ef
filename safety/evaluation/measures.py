"""The measures: shares and rankings with their intervals, and percentiles. Pure arithmetic."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import groupby
from math import ceil, floor, sqrt
from statistics import variance
from typing import Final

from safety.evaluation.figures import Estimate, Point, Rate

Z: Final = 1.959963984540054
"""Standard deviations to each side that hold 95 % of a normal distribution."""
_MOST_POINTS: Final = 400  # of a curve; more can't be seen


def rate(hits: int, total: int) -> Rate:
    """The share of `hits` in `total`, with its interval."""
    low, high = wilson(hits, total)
    return Rate(hits, total, hits / total if total else None, low, high)


def wilson(hits: float, total: int) -> tuple[float, float]:
    """The 95 % interval of a share; from 0 to 1 if nothing was counted.

    Wilson, Probable inference, the law of succession, and statistical inference, 1927:
    holds for small counts and for shares near 0 and 1, where the usual formula doesn't.
    """
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    weight = 1 + Z * Z / total
    middle = (share + Z * Z / (2 * total)) / weight
    half = Z * sqrt(share * (1 - share) / total + Z * Z / (4 * total * total)) / weight
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def auc(positives: Sequence[float], negatives: Sequence[float]) -> Estimate:
    """How often a positive is ranked above a negative (a tie counts half), with its interval.

    DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988: the variance of the shares that
    each line wins. Where every line wins alike, that variance is nought though the sample is
    finite; Wilson's interval for the smaller of the two classes stands in.
    """
    if not positives or not negatives:
        return Estimate(None, 0.0, 1.0)
    won = _shares_below(positives, negatives)
    lost = _shares_below(negatives, positives)
    value = sum(won) / len(won)
    spread = _variance_of_mean(won) + _variance_of_mean(lost)
    if spread <= 1e-18:
        low, high = wilson(value * (n := min(len(won), len(lost))), n)
    else:
        low, high = value - Z * sqrt(spread), value + Z * sqrt(spread)
    return Estimate(value, max(0.0, low), min(1.0, high))


def recall_at(positives: Sequence[float], negatives: Sequence[float], most: float) -> Rate:
    """The largest recall whose false alarms are at most the share `most` of the negatives.

    A threshold takes all lines of a score or none, so a coarse score may stay well below
    `most`; nothing is interpolated.
    """
    allowed = floor(most * len(negatives) + 1e-9)
    best = 0
    for wrong, right in _steps(positives, negatives):
        if wrong <= allowed:
            best = right
    return rate(best, len(positives))


def curve(positives: Sequence[float], negatives: Sequence[float]) -> tuple[Point, ...]:
    """Recall against false alarms at each threshold, the strictest first, at most 400 points."""
    if not positives or not negatives:
        return ()
    steps = list(_steps(positives, negatives))
    points = [Point(wrong / len(negatives), right / len(positives)) for wrong, right in steps]
    if len(points) <= _MOST_POINTS:
        return tuple(points)
    stride = (len(points) - 1) / (_MOST_POINTS - 1)
    return tuple(points[round(at * stride)] for at in range(_MOST_POINTS))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the sorted `values` that at least `share` of them do not exceed.

    Raises: ValueError if there are none.
    """
    if not values:
        raise ValueError("no values")
    return values[max(0, ceil(share * len(values)) - 1)]


def _steps(positives: Sequence[float], negatives: Sequence[float]) -> list[tuple[int, int]]:
    """Negatives and positives at or above each threshold, from none to all."""
    scored = sorted([(-score, 1) for score in positives] + [(-score, 0) for score in negatives])
    steps = [(0, 0)]
    for _, same in groupby(scored, key=lambda each: each[0]):
        wrong, right = steps[-1]
        for _, positive in same:
            wrong, right = wrong + 1 - positive, right + positive
        steps.append((wrong, right))
    return steps


def _shares_below(of: Sequence[float], among: Sequence[float]) -> list[float]:
    """For each score of the one class, the share of the other below it; a tie counts half."""
    ordered = sorted(among)
    return [
        (bisect_left(ordered, score) + bisect_right(ordered, score)) / (2 * len(ordered))
        for score in of
    ]


def _variance_of_mean(values: Sequence[float]) -> float:
    return variance(values) / len(values) if len(values) > 1 else 0.0
