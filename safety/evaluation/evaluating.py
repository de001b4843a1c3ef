"""One run: every set through the filter, and what was found, or why a set could not be."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from safety.evaluation.card import Card, note
from safety.evaluation.cases import Outcome
from safety.evaluation.figures import Failure, Findings, Report
from safety.evaluation.judging import Run, times
from safety.evaluation.rows import ReadingError
from safety.evaluation.sets import Source, find


def sources(paths: Iterable[Path], only: frozenset[str]) -> tuple[list[Source], list[Failure]]:
    """Return what is to be run, and the paths that hold nothing to run.

    `only` are names of sets; if it is empty, all are run.
    """
    found: list[Source] = []
    failures: list[Failure] = []
    for path in paths:
        try:
            here = find(path)
        except ReadingError as error:
            failures.append(Failure(error.file, error.line, error.reason))
            continue
        wanted = [each for each in here if not only or each.kind.name in only]
        if not wanted:
            failures.append(Failure(str(path), None, f"holds no {' or '.join(sorted(only))}"))
        found += [each for each in wanted if each not in found]
    return found, failures


def evaluate(
    run: Run, card: Card | None, chosen: Sequence[Source], failures: Sequence[Failure]
) -> Findings:
    """Measure each set; one that can't be read is a failure, and the others go on.

    `card` is that of the shipped model; `failures` are those of `sources`.
    """
    reports: list[Report] = []
    outcomes: list[Outcome] = []
    failed = list(failures)
    for source in chosen:
        try:
            report, judged = _report(run, card, source)
        except ReadingError as error:
            failed.append(Failure(error.file, error.line, error.reason))
            continue
        reports.append(report)
        outcomes += judged
    return Findings(tuple(reports), times(outcomes), tuple(failed))


def _report(run: Run, card: Card | None, source: Source) -> tuple[Report, list[Outcome]]:
    began = run.clock()
    measured, outcomes = source.kind.run(source, run)
    seen = (note(card, source.kind.name),) if source.kind.trained_on else ()
    return Report(
        set=source.kind.name,
        title=source.kind.title,
        source=source.name,
        lines=len(outcomes),
        seconds=round((run.clock() - began) / 1e9, 2),
        unscreened=sum(not each.screened for each in outcomes),
        notes=(*seen, *measured.notes),
        sections=measured.sections,
        rankings=measured.rankings,
        times=times(outcomes),
    ), outcomes
