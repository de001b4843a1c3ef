"""What the model card says of sets that the shipped model has seen.

The card is written when the model is trained. A set that the model was trained on flatters
it; only figures from cross-validation say what to expect.
"""

from pathlib import Path
from typing import Final

import msgspec

CARD: Final = Path(__file__).parents[1] / "model" / "inline.json"
"""The card of the model that ships."""
QUESTIONS: Final = {"llm_cssrs": "severity", "psyguard": "zh", "rallypoint": "rallypoint"}
"""Which of the card's questions a set answers."""


class Figure(msgspec.Struct, frozen=True):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """The figure in words."""
        return f"{self.value:.3f} [{self.low:.3f}-{self.high:.3f}]"


class CrossValidated(msgspec.Struct, frozen=True):
    """Figures of folds that the model had not seen."""

    auc: Figure
    recall_at_1_percent: Figure
    recall_at_5_percent: Figure

    def __str__(self) -> str:
        """The figures in words."""
        return (
            f"AUC {self.auc}, recall at 1 % false alarms {self.recall_at_1_percent}, "
            f"at 5 % {self.recall_at_5_percent}"
        )


class Figures(msgspec.Struct, frozen=True):
    """The figures of a card that are read here."""

    cross_validated: dict[str, CrossValidated] = {}
    """By the question that the model answers."""


class Card(msgspec.Struct, frozen=True):
    """The part of a model card that is read here. Other fields are left."""

    figures: Figures = Figures()


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
    figures = card.figures.cross_validated.get(QUESTIONS.get(name, ""))
    told = str(figures) if figures else "no figure on its card"
    return f"The shipped model was trained on this set; cross-validated: {told}."
