"""Embeds texts, and keeps the numbers in a file so that no text is embedded twice.

Embedding thousands of posts takes a quarter of an hour, and depends on the texts alone. The
file holds digests and numbers, no text.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from safety.embedding import SIZE, Encoder, embedded
from safety.features import Floats


class Meanings:
    """Embeddings of texts, kept in a file if one is named."""

    def __init__(self, encoder: Encoder, file: Path | None) -> None:
        """Take what the file has, if it is there."""
        self._encoder = encoder
        self._file = file
        self._known: dict[bytes, Floats] = {}
        if file is not None and file.is_file():
            with np.load(file, allow_pickle=False) as kept:
                digests, numbers = kept["digests"], kept["numbers"].astype(np.float32)
            for digest, each in zip(digests, numbers, strict=True):
                self._known[digest.tobytes()] = each

    def of(self, texts: Sequence[str]) -> Floats:
        """The embedding of each text."""
        found = np.zeros((len(texts), SIZE), np.float32)
        before = len(self._known)
        for place, text in enumerate(texts):
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
            if digest not in self._known:
                self._known[digest] = embedded(self._encoder, text)
            found[place] = self._known[digest]
        if len(self._known) > before:
            self._write()
        return found

    def _write(self) -> None:
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        digests = np.array([np.frombuffer(each, np.uint8) for each in self._known])
        np.savez(self._file, digests=digests, numbers=np.array(list(self._known.values())))
