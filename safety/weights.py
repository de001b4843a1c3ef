"""The files of the statistical models, and the small network that they are of.

A model is two files: a JSON card with what must be known of it, and an archive of arrays.
The card carries the archive's digest, so that numbers and thresholds belong together. What
is fed to a network and what its answer means is `model`'s and `embedding`'s business.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from safety.features import Floats

SHIPPED: Final = Path(__file__).parent / "model"
"""Where the models lie that ship with the server."""
FORMAT: Final = 2

Arrays = Mapping[str, Floats]


class ModelError(Exception):
    """The files of a model can't be used: the server must not start with half a filter."""

    def __init__(self, file: str, reason: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What every card tells; the rest of it is for people to read."""

    format: int
    sha256: str
    """Of the archive."""


C = TypeVar("C", bound=Card)


@dataclass(frozen=True, slots=True)
class Net:
    """A network of one hidden layer, over features made even."""

    middle: Floats
    """Taken from the features, before they are multiplied by `spread`."""
    spread: Floats
    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: float

    def logit(self, features: Floats) -> float:
        """The log-odds of the answer yes."""
        even = (features - self.middle) * self.spread
        hidden = np.maximum(even @ self.inner + self.inner_bias, 0)
        return float(hidden @ self.outer) + self.outer_bias

    def logits(self, features: Floats) -> list[float]:
        """The same for several lines, a row each.

        Each is multiplied by itself: what a line comes to must not hang on who is beside it.
        """
        even = ((features - self.middle) * self.spread)[:, None, :]
        hidden = np.maximum(even @ self.inner + self.inner_bias, 0)
        found: list[float] = (hidden @ self.outer)[:, 0].tolist()
        return [each + self.outer_bias for each in found]


def probability(logit: float) -> float:
    """Log-odds as a probability."""
    return float(1 / (1 + np.exp(-min(max(logit, -30.0), 30.0))))


def read_files(folder: Path, name: str, kind: type[C]) -> tuple[C, Arrays]:
    """The card `<name>.json` and the arrays of `<name>.npz`.

    Raises: ModelError if one is missing or broken, or if they don't belong together.
    """
    card = _card(folder / f"{name}.json", kind)
    file = folder / f"{name}.npz"
    packed = _bytes(file)
    if hashlib.sha256(packed).hexdigest() != card.sha256:
        raise ModelError(file.name, f"is not the file that {name}.json describes")
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
            return card, {each: _floats(arrays[each]) for each in arrays.files}
    except (ValueError, zipfile.BadZipFile) as error:
        raise ModelError(file.name, str(error)) from None


def net_of(arrays: Arrays, name: str, width: int, file: str) -> Net:
    """The network of this name, which must take so many features. Raises: ModelError."""
    try:
        middle, spread, inner, inner_bias, outer, outer_bias = (
            arrays[f"{name}.{part}"] for part in PARTS
        )
    except KeyError as error:
        raise ModelError(file, f"has no array {error}") from None
    fits = middle.shape == spread.shape == (width,) and outer_bias.shape == (1,)
    if not fits or inner.shape != (width, *outer.shape) or inner_bias.shape != outer.shape:
        raise ModelError(file, f"the arrays of {name} don't have the sizes that the card tells")
    return Net(middle, spread, inner, inner_bias, outer, float(outer_bias[0]))


PARTS: Final = ("middle", "spread", "inner", "inner_bias", "outer", "outer_bias")
"""The arrays of a network, in the order of `Net`."""


def _card(file: Path, kind: type[C]) -> C:
    try:
        card = msgspec.json.decode(_bytes(file), type=kind)
    except msgspec.DecodeError as error:
        raise ModelError(file.name, str(error)) from None
    if card.format != FORMAT:
        raise ModelError(file.name, f"is of format {card.format}, not {FORMAT}")
    return card


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ModelError(file.name, error.strerror or "can't be read") from None


def _floats(array: NDArray[np.generic]) -> Floats:
    floats = array.astype(np.float32)
    if not np.isfinite(floats).all():
        raise ValueError("holds numbers that are none")
    return floats
