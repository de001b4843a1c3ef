"""Puts cases before the filter, one by one, and notes what it says and how long it takes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from safety.evaluation.cases import Case, Judged, Outcome
from safety.evaluation.figures import Times
from safety.evaluation.measures import percentile
from safety.verdict import Author, ContextLine, Screened, Verdict

_C = TypeVar("_C", bound=Case)

LENGTHS: Final = (60, 300, 1000)
"""Up to how many code points a line is short, of a chat's usual length, or long."""


class Reader(Protocol):
    """What judges lines: a `Screen`, or a part of one."""

    def screen(
        self,
        text: str,
        *,
        by: Author,
        lang: str | None = None,
        context: Sequence[ContextLine] = (),
    ) -> Screened:
        """Judge one line by its words and by the lines before it."""
        ...


def severity(verdict: Verdict) -> float:
    """One figure by which verdicts are put in order, the gravest last.

    A level of risk weighs as much as a quarter of the score: rules see short lines best, the
    score long ones.
    """
    return verdict.score + verdict.risk / 4


@dataclass(frozen=True, slots=True)
class Run:
    """What a run needs from outside."""

    reader: Reader
    """All that ships."""
    lexicon: Reader | None
    """The rules without a model; None if no model ships."""
    clock: Callable[[], int]
    """Nanoseconds."""
    progress: Callable[[str, int, int], None]
    """Told now and then: the file, how many of its lines are judged, and of how many."""
    limit: int | None = None
    """Judge at most so many lines of a set, spread evenly over it."""


def judge(
    reader: Reader, cases: Sequence[_C], clock: Callable[[], int], seen: Callable[[int], None]
) -> list[Judged[_C]]:
    """Return the outcome of each case, in order.

    `clock` gives nanoseconds; `seen` is told how many are done, from time to time.
    """
    judged: list[Judged[_C]] = []
    for number, case in enumerate(cases, 1):
        judged.append(Judged(case, _outcome(reader, case, clock)))
        if number % 100 == 0 or number == len(cases):
            seen(number)
    return judged


def times(outcomes: Iterable[Outcome]) -> tuple[Times, ...]:
    """How long the lines of each length took, and all together last."""
    classes: dict[str, list[float]] = {_length_class(at): [] for at in (*LENGTHS, None)}
    for outcome in outcomes:
        limit = next((at for at in LENGTHS if outcome.length <= at), None)
        classes[_length_class(limit)].append(outcome.microseconds)
    classes["all"] = [each for some in classes.values() for each in some]
    return tuple(_times(name, sorted(taken)) for name, taken in classes.items() if taken)


def _outcome(reader: Reader, case: Case, clock: Callable[[], int]) -> Outcome:
    if case.later is None:
        _follow(reader, case.context)
    began = clock()
    screened = reader.screen(case.text, by=case.by, lang=case.lang or None, context=case.context)
    taken = (clock() - began) / 1000
    verdict = screened.verdict
    if case.later is not None:
        case.later.risk = verdict.risk
        case.later.standing = verdict.standing
    return Outcome(
        risk=int(verdict.risk),
        severity=severity(verdict),
        standing=int(verdict.standing),
        categories=verdict.categories,
        contacts=tuple(
            (span.start, span.end) for span in verdict.spans if span.rule == "redaction.contact"
        ),
        screened=verdict.tier != "unscreened",
        length=len(case.text),
        microseconds=taken,
    )


def _follow(reader: Reader, context: Sequence[ContextLine]) -> None:
    """Judge earlier lines in their turn, as the server has when it comes to the next."""
    for at, line in enumerate(context):
        verdict = reader.screen(line.text, by=line.by, context=context[:at]).verdict
        line.risk, line.standing = verdict.risk, verdict.standing


def _length_class(limit: int | None) -> str:
    if limit is None:
        return f"over {LENGTHS[-1]}"
    return f"up to {limit}"


def _times(length: str, taken: list[float]) -> Times:
    return Times(
        length,
        len(taken),
        round(percentile(taken, 0.5), 1),
        round(percentile(taken, 0.99), 1),
        round(taken[-1], 1),
    )
