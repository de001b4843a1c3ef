"""Fit the weights by which lines are likened to examples: `safety/examples/weights.gz`.

Reads the examples in `safety/examples/<lang>/*.txt` and the open functional suites in
`tests/pure/`; never the suite that is held out. Needs scikit-learn (`pip install .[train]`).
The same files give the same bytes. With `--check` nothing is fitted: it only says whether the
weights are those of the examples that are there.

    python tools/fit_likeness.py [--check]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safety.finding import Finder  # noqa: E402
from safety.grams import BITS, hashes, read_kindred  # noqa: E402
from safety.lexicon import read_lexicons  # noqa: E402
from safety.likeness import (  # noqa: E402
    KINDRED,
    WEIGHTS,
    Card,
    Head,
    apart,
    digest_of,
    load_likeness,
    pack,
    pieces,
)
from safety.verdict import CATEGORIES  # noqa: E402
from tools.examples import Example, files_of_examples, read_examples  # noqa: E402
from tools.fitting import fitted, matrix_of, out_of_fold  # noqa: E402
from tools.named import read_chinese, read_named  # noqa: E402

KINDS: Final = tuple(category for category in CATEGORIES if category != "contact")
"""What a line may be besides a contact, which redaction knows."""
NAMED_WEIGHT: Final = 0.1
"""Of a stretch of a post against an example: nobody has judged it by itself."""
RATES: Final = {"1": 0.008, "2": 0.005, "3": 0.0022, "4": 0.0015}
"""Of lines whose risk is lower, the share that may be raised to a level: on lines not fitted to,
many of which were written to look like danger."""
RATES_AFTER: Final = {"2 after 1": 0.03, "3 after 1": 0.01, "3 after 2": 0.03, "4 after 3": 0.02}
"""The same where phrases have seen something already."""
CONDUCT: Final = ("harassment", "sexual")
CONDUCT_RATE: Final = 0.001
WRITTEN: Final = {
    "1": 0.02, "2": 0.025, "3": 0.010, "4": 0.008, "harassment": 0.002, "sexual": 0.001,
    "2 after 1": 0.08, "3 after 1": 0.03, "3 after 2": 0.06, "4 after 3": 0.04,
}  # fmt: skip
"""The same share of lines that were written to be mistaken."""
ABROAD_EASE: Final = 0.12
"""What of that is allowed where there are few examples of ordinary talk."""


def main() -> None:
    """Fit, say how well it went, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether they are fresh")
    parser.add_argument("--rallypoint", type=Path, help="the wheel of construct-tracker 1.0.16")
    parser.add_argument("--psyguard", type=Path, help="the file of Chinese lines, gzipped")
    asked = parser.parse_args()
    digest = digest_of([path.read_bytes() for path in files_of_examples()])
    if asked.check:
        load_likeness()
        sys.exit(0 if card_of(WEIGHTS).examples == digest else "weights.gz is older than examples")
    examples = list(read_examples())
    if asked.rallypoint:
        examples += read_named(asked.rallypoint)
    if asked.psyguard:
        examples += read_chinese(asked.psyguard)
    words = plain(examples)
    card, weights = fit(examples, words, digest)
    WEIGHTS.write_bytes(pack(card, weights))
    print(f"{len(examples)} examples, {WEIGHTS.stat().st_size / 1e6:.2f} MB")


def card_of(path: Path) -> Card:
    """The card of a file of weights."""
    import gzip

    return msgspec.json.decode(gzip.decompress(path.read_bytes()).partition(b"\n")[0], type=Card)


def plain(examples: Sequence[Example]) -> list[str]:
    """The examples in plain spelling, as the screen reads them."""
    normaliser = Finder(read_lexicons()).normaliser
    return [normaliser.read(example.text).words for example in examples]


def fit(
    examples: Sequence[Example], words: Sequence[str], digest: str
) -> tuple[Card, NDArray[np.int8]]:
    """The card and the weights; prints what lines get that were not fitted to."""
    kindred = read_kindred(KINDRED)
    matrix = matrix_of(
        [pieces(hashes(apart(line)), kindred) for line in words],
        np.array([NAMED_WEIGHT if example.named else 1.0 for example in examples]),
        2**BITS,
    )
    heads: list[Head] = []
    columns: list[NDArray[np.int8]] = []
    raises: dict[str, float] = {}
    for name, rows, truth in questions(examples):
        asked: list[Example] = [examples[int(row)] for row in rows]
        weights, bias = fitted(matrix, rows, truth)
        scores = out_of_fold(matrix, rows, truth)
        scale = max(float(np.abs(weights).max()), 1e-6) / 127
        heads.append(Head(name, round(bias, 4), scale))
        columns.append(np.round(weights / scale).astype(np.int8))
        raises |= thresholds(name, scores, truth, asked)
    return Card(tuple(heads), raises, digest), np.stack(columns, axis=1)


def questions(
    examples: Sequence[Example],
) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.bool_]]]:
    """Each head: its name, the examples that answer it, and their answers."""
    seekers = np.array([example.by == "seeker" for example in examples])
    low = np.array([example.min for example in examples])
    high = np.array([example.max for example in examples])
    for level in (1, 2, 3, 4):
        rows = np.flatnonzero(seekers & ((low >= level) | (high < level)))
        yield f"risk {level}", rows, low[rows] >= level
    kinds = np.array([example.category for example in examples])
    for category in KINDS:
        conduct = category in CONDUCT
        rows = np.flatnonzero(seekers | conduct)
        yield category, rows, kinds[rows] == category


def thresholds(
    name: str,
    scores: NDArray[np.float64],
    truth: NDArray[np.bool_],
    lines: Sequence[Example],
) -> dict[str, float]:
    """From which score a line is raised, so that few of the others are, in each of two groups.

    Of the others, stretches of posts are as harmless as talk is; lines written for this
    project are mostly there to be mistaken, and more of them may be. Abroad there are no
    stretches, and too few lines to be as sure.
    """
    level = name.removeprefix("risk ")
    every = {name: CONDUCT_RATE} if name in CONDUCT else RATES | RATES_AFTER
    wanted = {key: rate for key, rate in every.items() if key.split()[0] == level}
    named = np.array([line.named for line in lines])
    english = np.array([line.lang == "en" for line in lines])
    found: dict[str, float] = {}
    for group, ours, ease in (("", english, 1.0), (" abroad", ~english, ABROAD_EASE)):
        for key, rate in wanted.items():
            least = [
                _least(scores[~truth & ours & some], share)
                for some, share in ((named, rate), (~named, WRITTEN[key] * ease))
            ]
            found[key + group] = round(max(least) + 1e-4, 4)
            share = float((scores[truth & ours] >= found[key + group]).mean())
            print(f"{key + group:>20}: of {(truth & ours).sum():5d} found {share:.3f}")
    return found


def _least(scores: NDArray[np.float64], share: float) -> float:
    """The score that only this share of these lines exceeds."""
    if not len(scores):
        return -9.0
    return float(np.sort(scores)[::-1][int(share * len(scores))])


if __name__ == "__main__":
    main()
