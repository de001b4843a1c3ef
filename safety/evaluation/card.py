"""What the model card says of sets that the shipped model has seen.

The card is written when the model is trained. A set that the model was trained on flatters
it; only figures from cross-validation say what to expect.
"""

from pathlib import Path
from typing import Final

import msgspec

CARD: Final = Path(__file__).parents[1] / "model" / "card.json"
"""The card of the model that ships."""


class CrossValidated(msgspec.Struct, frozen=True):
    """Figures of folds that the model had not seen."""

    auc: float
    recall_at_1_percent: float | None = None
    recall_at_5_percent: float | None = None

    def __str__(self) -> str:
        """The figures in words."""
        parts = [f"AUC {self.auc:.3f}"]
        if self.recall_at_1_percent is not None:
            parts.append(f"recall at 1 % false alarms {self.recall_at_1_percent:.3f}")
        if self.recall_at_5_percent is not None:
            parts.append(f"at 5 % {self.recall_at_5_percent:.3f}")
        return ", ".join(parts)


class Card(msgspec.Struct, frozen=True):
    """The part of a model card that is read here. Other fields are left."""

    cross_validated: dict[str, CrossValidated] = {}
    """By the name of the set."""


def read_card(path: Path = CARD) -> Card | None:
    """Return the card; None if there is none, because no model ships, or it can't be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Card)
    except (OSError, msgspec.DecodeError):
        return None


def note(card: Card | None, name: str) -> str:
    """What to say of a set that a shipped model has seen."""
    if card is None:
        return "No model ships, or it has no card: these are the figures of the lexicon."
    figures = card.cross_validated.get(name)
    told = str(figures) if figures else "no figure on its card"
    return f"The shipped model was trained on this set; cross-validated: {told}."
