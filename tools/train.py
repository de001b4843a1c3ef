"""Train the statistical model of the safety filter and write it to `safety/model/`.

    python tools/train.py --data FOLDER --rallypoint WHEEL_OR_FOLDER [--report-test]

Needs the `train` extra. The same data and the same lexicon give the same files. What the
rules see is part of what the model sees, so train again after the lexicon has changed.

All choices are made on lines that the judged weights were not trained on. `--report-test`
measures the finished model once on RallyPoint's test part: choose nothing by it.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the path comes first

from safety.model import Weights, load_model, probability  # noqa: E402
from tools.training import datasets, shipping  # noqa: E402
from tools.training.datasets import Row  # noqa: E402
from tools.training.figures import Figure, figures  # noqa: E402
from tools.training.fitting import calibration  # noqa: E402
from tools.training.head import Plan, Seen, crossed, honest, train  # noqa: E402
from tools.training.reader import Reader  # noqa: E402
from tools.training.sparse import Doubles, Truth  # noqa: E402

SEED = 1
LATIN = Plan()
HAN = Plan(lengths=(1, 2), bits=16, columns=32, least=2, decay=1.0, known=0.0)


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished head, and the probabilities that cross-validation gave its rows."""

    plan: Plan
    weights: Weights
    truth: Truth
    crossed: Doubles


def trained(rows: list[Row], reader: Reader, plan: Plan) -> Trained:
    """Cross-validate, calibrate by what was left out, and train on all rows."""
    truth = np.array([row.positive for row in rows])
    seen = Seen(*reader.read(rows), plan)
    left_out = crossed(seen, truth, plan, SEED)
    weights = train(seen, truth, plan, np.arange(len(rows)), SEED)
    slope, offset = calibration(left_out, truth)
    fitted = np.array([probability(slope * logit + offset) for logit in left_out])
    return Trained(plan, honest(weights, slope, offset), truth, fitted)


def tried(rows: list[Row], reader: Reader, folder: Path) -> dict[str, float | int]:
    """How often the shipped model would raise harmless lines, without any rules above it."""
    model = load_model(folder)
    opinions = [model.read(*each) for each in zip(*reader.read(rows), strict=True)]
    raised = sum(opinion.supports > 0 for opinion in opinions)
    high = sum(opinion.supports > 2 for opinion in opinions)
    return {"lines": len(rows), "raised": raised, "to_high": high}


def tested(rows: list[Row], reader: Reader, folder: Path) -> dict[str, Figure]:
    """The finished model on rows that nothing was chosen by."""
    model = load_model(folder)
    scores = [model.read(*each).score for each in zip(*reader.read(rows), strict=True)]
    return figures(np.array([row.positive for row in rows]), np.array(scores))


def measured(
    heads: dict[str, Trained], reader: Reader, chosen: argparse.Namespace
) -> dict[str, object]:
    """All figures that the card tells; the finished model lies in its folder by now."""
    crossed_figures: dict[str, dict[str, int | Figure]] = {
        name: {"rows": len(head.truth), "positive": int(head.truth.sum())}
        | dict(figures(head.truth, head.crossed))
        for name, head in heads.items()
    }
    harmless = datasets.support_talk(chosen.data) + datasets.everyday_talk(chosen.data)
    report: dict[str, object] = {
        "cross_validated": crossed_figures,
        "harmless": {
            source: tried([row for row in harmless if row.source == source], reader, chosen.to)
            for source in sorted({row.source for row in harmless})
        },
    }
    if chosen.report_test:
        test = datasets.rallypoint(chosen.rallypoint, "test")
        report["test"] = {"rows": len(test)} | dict(tested(test, reader, chosen.to))
    return report


def main(arguments: list[str]) -> int:
    """Train, ship, measure; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--rallypoint", type=Path, required=True, help="wheel, or folder of CSVs")
    parser.add_argument("--to", type=Path, default=ROOT / "safety" / "model")
    parser.add_argument("--report-test", action="store_true", help="measure on the test part")
    chosen = parser.parse_args(arguments)
    reader = Reader()
    heads = {
        "latin": trained(datasets.rallypoint(chosen.rallypoint, "train"), reader, LATIN),
        "han": trained(datasets.chinese(chosen.data), reader, HAN),
    }
    cards = {
        name: shipping.card(head.plan, head.truth, head.crossed) for name, head in heads.items()
    }
    weights = {name: head.weights for name, head in heads.items()}
    today = datetime.now(UTC).date().isoformat()
    shipping.ship(chosen.to, weights, cards, {}, today)
    shipping.ship(chosen.to, weights, cards, measured(heads, reader, chosen), today)
    print((chosen.to / "card.json").read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
