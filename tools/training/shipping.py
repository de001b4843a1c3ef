"""Writes a trained model so that the server can load it: `weights.npz` and `card.json`."""

import hashlib
import io
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from safety.features import Floats
from safety.model import HeadCard, Weights
from tools.training.figures import threshold
from tools.training.head import Plan
from tools.training.sparse import Doubles, Truth

ALARMS_ELEVATED: Final = 0.005
"""The share of harmless training rows, left out of training, that may be raised."""
ALARMS_HIGH: Final = 0.001
_STEPS: Final = 127  # whole numbers on each side of nought

SOURCES: Final = (
    "RallyPoint posts of construct-tracker 1.0.16 (Apache-2.0): train part",
    "PsyGUARD (MIT): the part given",
)


def card(plan: Plan, truth: Truth, scores: Doubles) -> HeadCard:
    """What the server must know of a head; thresholds from cross-validated scores."""
    return HeadCard(
        lengths=plan.lengths,
        bits=plan.bits,
        known=plan.known,
        signals=plan.signals,
        elevated=round(threshold(scores[~truth], ALARMS_ELEVATED), 4),
        high=round(threshold(scores[~truth], ALARMS_HIGH), 4),
    )


def ship(
    folder: Path,
    weights: Mapping[str, Weights],
    heads: Mapping[str, HeadCard],
    report: Mapping[str, object],
    date: str,
) -> None:
    """Write both files. The same numbers give the same bytes."""
    arrays: dict[str, NDArray[np.int8] | Floats] = {}
    for name, each in weights.items():
        table, scale = _small(each.table)
        arrays[f"{name}.table"], arrays[f"{name}.scale"] = table, scale
        arrays[f"{name}.middle"], arrays[f"{name}.spread"] = each.middle, each.spread
        arrays[f"{name}.inner"], arrays[f"{name}.inner_bias"] = each.inner, each.inner_bias
        arrays[f"{name}.outer"] = each.outer
        arrays[f"{name}.outer_bias"] = np.array([each.outer_bias], np.float32)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.npz").write_bytes(packed.getvalue())
    content = {
        "format": 1,
        "sha256": hashlib.sha256(packed.getvalue()).hexdigest(),
        "date": date,
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "sources": SOURCES,
        "heads": heads,
        "figures": report,
    }
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    (folder / "card.json").write_bytes(text + b"\n")


def _small(table: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The table in whole numbers of one byte, and what one of them is worth in each column."""
    scale: Floats = np.abs(table).max(axis=0) / np.float32(_STEPS) + np.float32(1e-12)
    whole: Floats = np.round(table / scale)
    return whole.astype(np.int8), scale
