"""From judged cases to the rows of a report: groups, shares, rankings. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from config.risk import Risk
from safety.evaluation.cases import Case, Judged, Labelled
from safety.evaluation.figures import Column, LevelPoint, Ranking, Rate, Row, Section
from safety.evaluation.measures import auc, curve, rate, recall_at

_E = TypeVar("_E")

ALL_THAT_SHIPS: Final = "all tiers"
"""What a ranking asked, unless it says otherwise."""
RAISED: Final = (
    Column("elevated or above", "per_1000"),
    Column("high or above", "per_1000"),
    Column("imminent", "per_1000"),
)
"""The columns of `raised`."""
FOUND: Final = (Column("concern+"), Column("elevated+"), Column("high+"), Column("imminent"))
"""The columns of `found`."""
_LEVELS: Final = (Risk.CONCERN, Risk.ELEVATED, Risk.HIGH, Risk.IMMINENT)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a set reports of its judged cases."""

    sections: tuple[Section, ...] = ()
    rankings: tuple[Ranking, ...] = ()
    notes: tuple[str, ...] = ()

    def beside(self, other: "Measured", tier: str) -> "Measured":
        """The same, with the rankings of a part of the filter after its own."""
        renamed = [msgspec.structs.replace(each, tier=tier) for each in other.rankings]
        return msgspec.structs.replace(self, rankings=(*self.rankings, *renamed))


def share(judged: Sequence[_E], holds: Callable[[_E], bool]) -> Rate:
    """In how many of them it holds."""
    return rate(sum(map(holds, judged)), len(judged))


def at_least(judged: Judged[Case], level: Risk) -> bool:
    """Whether the line was given that risk or more."""
    return judged.outcome.risk >= level


def found(judged: Sequence[Judged[Case]]) -> tuple[Rate, ...]:
    """The shares at each level or above, the lowest first."""
    risks = [each.outcome.risk for each in judged]
    return tuple(rate(sum(risk >= level for risk in risks), len(risks)) for level in _LEVELS)


def raised(judged: Sequence[Judged[Case]]) -> tuple[Rate, ...]:
    """The shares at `elevated` or above, `high` or above, and at `imminent`."""
    return found(judged)[1:]


def grouped(judged: Iterable[_E], key: Callable[[_E], str]) -> dict[str, list[_E]]:
    """The groups, in the order in which they first appear."""
    groups: dict[str, list[_E]] = {}
    for each in judged:
        groups.setdefault(key(each), []).append(each)
    return groups


def worst_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows with the smallest first share first; those without any at the end."""
    return tuple(sorted(rows, key=lambda row: (_share(row), row.name)))


def most_first(rows: Iterable[Row], column: int = 0) -> tuple[Row, ...]:
    """The rows with the largest share in a column first."""
    return tuple(sorted(rows, key=lambda row: (-(row.rates[column].share or 0.0), row.name)))


def ranking(
    name: str,
    judged: Sequence[Judged[Labelled]],
    positive: Callable[[Judged[Labelled]], bool],
) -> Ranking:
    """How well the severity of the verdict tells the positive lines from all others."""
    return rank(
        name,
        [each for each in judged if positive(each)],
        [each for each in judged if not positive(each)],
    )


def rank(
    name: str, positives: Sequence[Judged[Case]], negatives: Sequence[Judged[Case]]
) -> Ranking:
    """How well the severity of the verdict tells the ones from the others."""
    up = [each.outcome.severity for each in positives]
    down = [each.outcome.severity for each in negatives]
    return Ranking(
        name=name,
        tier=ALL_THAT_SHIPS,
        positives=len(up),
        negatives=len(down),
        auc=auc(up, down),
        recall_at_1_percent=recall_at(up, down, 0.01),
        recall_at_5_percent=recall_at(up, down, 0.05),
        levels=tuple(
            LevelPoint(int(level), false, right)
            for level, false, right in zip(_LEVELS, found(negatives), found(positives), strict=True)
        ),
        curve=curve(up, down),
    )


def _share(row: Row) -> float:
    value = row.rates[0].share
    return 2.0 if value is None else value
