"""Train the statistical models of the safety filter and write them to `safety/model/`.

    python tools/train.py --data FOLDER --rallypoint WHEEL_OR_FOLDER
        [--embedding [--keep FILE]] [--report-test]

Needs the `train` extra, and `--embedding` the `model` extra. The same data and the same
lexicon give the same files. What the rules see is part of what the models see, so train again
after the lexicon has changed. Without `--embedding` the files of that tier are removed: they
would be of another inline model. `--keep` names a file to keep embeddings in.

All choices are made on lines that the judged weights were not trained on. `--report-test`
measures the finished models on RallyPoint's test part: choose nothing by it.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402 - the path comes first

from safety import embedding, model  # noqa: E402
from tools.training import datasets, inline, tier  # noqa: E402
from tools.training.datasets import Row  # noqa: E402
from tools.training.inline import Trained  # noqa: E402
from tools.training.meanings import Meanings  # noqa: E402
from tools.training.measuring import Report, by_source, harmless, tested  # noqa: E402
from tools.training.reader import Reader  # noqa: E402
from tools.training.shipping import packed_net, ship  # noqa: E402

Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the run was asked for."""

    data: Path
    rallypoint: Path
    to: Path
    embedding: bool
    keep: Path | None
    report_test: bool


def asked(arguments: list[str]) -> Asked:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--rallypoint", type=Path, required=True, help="wheel, or folder of CSVs")
    parser.add_argument("--to", type=Path, default=ROOT / "safety" / "model")
    parser.add_argument("--embedding", action="store_true", help="train that tier as well")
    parser.add_argument("--keep", type=Path, help="a file to keep embeddings in")
    parser.add_argument("--report-test", action="store_true", help="measure on the test part")
    return Asked(**vars(parser.parse_args(arguments)))


def rows_of(run: Asked) -> Rows:
    """The rows that each head learns from."""
    return {
        "latin": datasets.rallypoint(run.rallypoint, "train") + datasets.crises(run.data),
        "severity": datasets.severe(run.data),
        "han": datasets.chinese(run.data),
    }


def train_inline(run: Asked, reader: Reader, rows: Rows) -> dict[str, Trained]:
    """Train, ship and measure the inline model."""
    heads = {name: inline.trained(name, each, reader.read(each)) for name, each in rows.items()}
    arrays = inline.archive(heads)
    card: dict[str, object] = {"heads": {name: head.card for name, head in heads.items()}}
    ship(run.to, model.NAME, arrays, card)
    shipped = model.load_model(run.to)
    crossed: Report = {}
    for name, head in heads.items():
        crossed |= by_source(head.truth, head.logits, rows[name])
    talk = datasets.support_talk(run.data) + datasets.everyday_talk(run.data)
    measured: dict[str, object] = {
        "cross_validated": crossed,
        "harmless": harmless(shipped, talk, reader),
    }
    if run.report_test:
        test = datasets.rallypoint(run.rallypoint, "test")
        measured["test"] = tested(test, reader, lambda _, words, seen: shipped.read(words, seen))
    ship(run.to, model.NAME, arrays, card | {"figures": measured})
    return heads


def train_tier(run: Asked, reader: Reader, rows: Rows, heads: dict[str, Trained]) -> None:
    """Train, ship and measure the embedding tier, beside the inline model."""
    encoder = embedding.load_encoder()
    if encoder is None:
        raise SystemExit(f"{embedding.PACKAGE} is not installed")
    meanings = Meanings(encoder, run.keep)
    asking = rows["latin"] + rows["han"]
    thought = tier.thoughts(
        meanings.of([row.text for row in asking]),
        [heads["latin"], heads["han"]],
        reader.read(asking).readings,
    )
    severe = tier.severity(
        meanings.of([row.text for row in rows["severity"]]),
        heads["severity"],
        reader.read(rows["severity"]).readings,
    )
    truth = np.concatenate([heads["latin"].truth, heads["han"].truth])
    crossed = by_source(truth, thought.logits, asking)
    crossed |= by_source(heads["severity"].truth, severe.logits, rows["severity"])
    measured: dict[str, object] = {"cross_validated": crossed}
    arrays = packed_net("thought", thought.net) | packed_net("severity", severe.net)
    card = {"inline_sha256": model.digest(run.to)} | dict(thought.card) | dict(severe.card)
    ship(run.to, embedding.NAME, arrays, card)
    if run.report_test:
        shipped = embedding.read_embedding(model.load_model(run.to), encoder, run.to)
        test = datasets.rallypoint(run.rallypoint, "test")
        measured["test"] = tested(test, reader, shipped.read)
    ship(run.to, embedding.NAME, arrays, card | {"figures": measured})


def main(arguments: list[str]) -> int:
    """Train, ship, measure; return the exit code."""
    run = asked(arguments)
    reader = Reader()
    for file in run.to.glob(f"{embedding.NAME}.*"):
        file.unlink()
    rows = rows_of(run)
    heads = train_inline(run, reader, rows)
    if run.embedding:
        train_tier(run, reader, rows, heads)
    for file in sorted(run.to.glob("*.json")):
        print(file.read_text("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
