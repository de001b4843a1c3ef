"""Recorded conversations: JSON lines, each a list of `{by, text}`, gzipped or not."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from chat.protocol import LINE_LENGTH


class Said(msgspec.Struct, frozen=True):
    """One recorded line. Other fields are left alone. Its repr has no text."""

    by: Literal["seeker", "supporter"]
    text: str

    @property
    def sayable(self) -> bool:
        """Whether the wire has room for it: not empty, not too long, whole characters."""
        if not self.text.strip() or len(self.text) > LINE_LENGTH:
            return False
        return not any("\ud800" <= sign <= "\udfff" for sign in self.text)

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Said({self.by})"


class RecordingError(Exception):
    """A line of the file is not a conversation; the text names file and line, not its content."""

    def __init__(self, path: Path, line: int) -> None:
        """`line` counts from 1."""
        self.path = path
        self.line = line
        super().__init__(f'{path}, line {line}: not a JSON list of {{"by", "text"}}')


def read(path: Path) -> Sequence[Sequence[Said]]:
    """Return the conversations in a file; empty lines are passed over.

    Raises:
        RecordingError: a line is something else.
        OSError: the file can't be read, or is not gzip though its name ends in .gz.
    """
    decoder = msgspec.json.Decoder(list[Said])
    conversations: list[list[Said]] = []
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                conversations.append(decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                raise RecordingError(path, number) from None
    return conversations
