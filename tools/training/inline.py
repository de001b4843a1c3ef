"""Trains the inline model: a head for each script, and one for severity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from config.risk import Risk
from safety.model import HeadCard, danger
from safety.verdict import Reading
from safety.weights import probability
from tools.training.datasets import Row
from tools.training.figures import threshold
from tools.training.fitting import calibration, honest
from tools.training.head import Learnt, Plan, Seen, crossed, train
from tools.training.reader import Read
from tools.training.shipping import Archive, packed_net, packed_table
from tools.training.sparse import Doubles, Truth

SEED: Final = 1
NEW_ALARMS: Final = 0.005
"""The share of harmless rows that may be raised and that the rules leave alone."""
SEVERE_ALARMS: Final = 0.02
"""The share of less severe posts that may be taken for severe."""
PLANS: Final[Mapping[str, Plan]] = {
    "latin": Plan(),
    "han": Plan(lengths=(1, 2), bits=16, columns=32, least=2, decay=1.0, known=0.0),
    "severity": Plan(columns=32, least=2, decay=3.0),
}


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished head, and what cross-validation said of the rows it was trained on."""

    card: HeadCard
    learnt: Learnt
    truth: Truth
    logits: Doubles
    """Of each row, calibrated, by a head that had not seen it."""


def trained(name: str, rows: Sequence[Row], read: Read) -> Trained:
    """Cross-validate, calibrate by what was left out, and train on all rows."""
    plan, severe = PLANS[name], name == "severity"
    truth = np.array([row.positive for row in rows])
    seen = Seen(read.words, read.readings, plan)
    left_out = crossed(seen, truth, plan, SEED)
    slope, offset = calibration(left_out, truth)
    learnt = train(seen, truth, plan, np.arange(len(rows)), SEED)
    logits = left_out * slope + offset
    card = HeadCard(
        lengths=plan.lengths,
        bits=plan.bits,
        known=plan.known,
        signals=plan.signals,
        raises=severe_from(logits, truth) if severe else raising(logits, truth, read.readings),
    )
    net = honest(learnt.net, slope, offset)
    return Trained(card, Learnt(learnt.table, net), truth, logits)


def raising(logits: Doubles, truth: Truth, readings: Sequence[Reading]) -> float:
    """The probability from which on few enough harmless rows are newly raised.

    Danger that the rules see anyway does not count: there is nothing left to raise.
    """
    quiet = np.array([danger(reading) < Risk.ELEVATED for reading in readings]) & ~truth
    share = NEW_ALARMS * float((~truth).sum()) / float(quiet.sum())
    return _above(threshold(logits[quiet], share))


def severe_from(logits: Doubles, truth: Truth) -> float:
    """The probability from which on few enough of the less severe posts are taken for severe."""
    return _above(threshold(logits[~truth], SEVERE_ALARMS))


def _above(logit: float) -> float:
    return round(min(probability(logit) + 1e-4, 1.0), 4)


def archive(heads: Mapping[str, Trained]) -> Archive:
    """The arrays of all heads."""
    arrays: Archive = {}
    for name, each in heads.items():
        arrays |= packed_table(name, each.learnt.table) | packed_net(name, each.learnt.net)
    return arrays
