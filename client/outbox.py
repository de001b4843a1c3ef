"""What this member has said and the server has not yet answered. Pure.

A frame stays here under its ref until the server has answered it, and is sent again after each
reconnect; the server shows a ref only once. The order is the order in which it was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a ref: its position in the log, or the reason of the refusal."""

    seq: int = 0
    refusal: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class _Kept:
    frame: bytes
    text: str


class Outbox:
    """Frames by ref. Holds text, so its repr counts only."""

    __slots__ = ("_answers", "_frames")

    def __init__(self) -> None:
        """Begin empty."""
        self._frames: dict[str, _Kept] = {}
        self._answers: dict[str, Answer] = {}

    def keep(self, ref: str, frame: bytes, text: str) -> None:
        """Keep a frame until `settle`."""
        self._frames[ref] = _Kept(frame, text)

    def settle(self, ref: str, answer: Answer) -> str | None:
        """Note the answer; return the text as it was said, or None for a ref not waited for."""
        kept = self._frames.pop(ref, None)
        if kept is None:
            return None
        self._answers[ref] = answer
        return kept.text

    def give_up(self, answer: Answer) -> None:
        """Note this answer for every ref that is open: the server won't answer any more."""
        for ref in list(self._frames):
            self.settle(ref, answer)

    def answer(self, ref: str) -> Answer | None:
        """Return what became of a ref, once; None while it is open."""
        return self._answers.pop(ref, None)

    @property
    def unanswered(self) -> Sequence[bytes]:
        """The frames to send again, in the order in which they were said."""
        return [kept.frame for kept in self._frames.values()]

    def __len__(self) -> int:
        """Return how many refs are open."""
        return len(self._frames)

    def __repr__(self) -> str:
        """Without what was said."""
        return f"Outbox({len(self)} unanswered)"
