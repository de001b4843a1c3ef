"""Writes trained models so that the server can load them: an archive of arrays and a card."""

import hashlib
import io
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import scipy
from numpy.typing import NDArray

from safety.features import Floats
from safety.weights import FORMAT, PARTS, Net

Archive = dict[str, NDArray[np.int8] | Floats]

_STEPS: Final = 127  # whole numbers on each side of nought

SOURCES: Final = (
    "RallyPoint posts in construct-tracker 1.0.16 (Apache-2.0), train part",
    "r/SuicideWatch posts with C-SSRS severity (CC BY 4.0), the part given",
    "PsyGUARD (MIT), the part given",
)


def packed_net(name: str, net: Net) -> Archive:
    """The arrays of a network."""
    bias = np.array([net.outer_bias], np.float32)
    arrays = (net.middle, net.spread, net.inner, net.inner_bias, net.outer, bias)
    return {f"{name}.{part}": array for part, array in zip(PARTS, arrays, strict=True)}


def packed_table(name: str, table: Floats) -> Archive:
    """The table in whole numbers of one byte, and what one of them is worth in each column."""
    scale: Floats = np.abs(table).max(axis=0) / np.float32(_STEPS) + np.float32(1e-12)
    whole: Floats = np.round(table / scale)
    return {f"{name}.table": whole.astype(np.int8), f"{name}.scale": scale}


def ship(folder: Path, name: str, arrays: Archive, card: Mapping[str, object]) -> str:
    """Write both files and return the archive's digest. The same numbers give the same bytes."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    digest = hashlib.sha256(packed.getvalue()).hexdigest()
    versions = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }
    content = {
        "format": FORMAT,
        "sha256": digest,
        "date": datetime.now(UTC).date().isoformat(),
        "versions": versions,
        "sources": SOURCES,
        **card,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.npz").write_bytes(packed.getvalue())
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    (folder / f"{name}.json").write_bytes(text + b"\n")
    return digest
