"""What the cards tell of a model: how it fares on rows that it was not trained on."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from config.risk import Risk
from safety.model import Model, Opinion, danger
from safety.verdict import Reading
from tools.training.datasets import Row
from tools.training.figures import Figure, figures
from tools.training.reader import Reader
from tools.training.sparse import Doubles, Truth

Report = dict[str, dict[str, int | Figure]]
Ask = Callable[[str, str, Reading], Opinion]


def by_source(truth: Truth, logits: Doubles, rows: Iterable[Row]) -> Report:
    """Figures of each data set by itself, as `<name>` tells them apart in `Row.source`."""
    kinds = np.array([row.source.split()[0] for row in rows])
    report: Report = {}
    for kind in np.unique(kinds).tolist():
        own = kinds == kind
        report[kind] = {**_counts(truth[own]), **figures(truth[own], logits[own])}
    return report


def harmless(model: Model, rows: Sequence[Row], reader: Reader) -> dict[str, dict[str, int]]:
    """How often a model would raise harmless lines of seekers that the rules leave alone."""
    found: dict[str, dict[str, int]] = {}
    for source in sorted({row.source for row in rows}):
        read = reader.read([row for row in rows if row.source == source and row.by_seeker])
        each = zip(read.words, read.readings, strict=True)
        raised = sum(
            model.read(words, seen).supports > max(danger(seen), Risk.CONCERN)
            for words, seen in each
        )
        found[source] = {"lines": len(read.words), "raised": raised}
    return found


def tested(rows: Sequence[Row], reader: Reader, ask: Ask) -> dict[str, int | Figure]:
    """A finished model on rows that nothing was chosen by."""
    read = reader.read(rows)
    truth = np.array([row.positive for row in rows])
    texts = (row.text for row in rows)
    each = zip(texts, read.words, read.readings, strict=True)
    scores = np.array([ask(*one).score for one in each])
    return {**_counts(truth), **figures(truth, scores)}


def _counts(truth: Truth) -> dict[str, int]:
    return {"rows": len(truth), "positive": int(truth.sum())}
