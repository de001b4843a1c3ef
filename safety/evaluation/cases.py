"""A labelled line, and what the filter made of it.

The types that hold a text have a `repr` without it; `Outcome` has none.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from safety.verdict import Author, ContextLine


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One line to judge, as its set gives it."""

    id: str
    """How the set names it, else the number of its line in the file."""
    text: str
    by: Author = "seeker"
    lang: str = ""
    """Empty where the set doesn't say."""
    context: tuple[ContextLine, ...] = ()
    """The lines before it, the oldest first."""
    later: ContextLine | None = None
    """The line itself as the context of later ones; the verdict is noted on it."""

    def __repr__(self) -> str:
        """Without the text."""
        return f"{type(self).__name__}({self.id!r})"


class Ranged(Case, frozen=True, kw_only=True):
    """A case of a functional suite: the range of risk that is right for it."""

    function: str
    min: int
    max: int
    category: str
    draft: bool = False


class Labelled(Case, frozen=True, kw_only=True):
    """A line of a set that people have labelled, or of one that is harmless throughout."""

    group: str = ""
    """What the set files it under: a function, a kind, a speaker."""
    labels: frozenset[str] = frozenset()
    """What people said of it."""
    unjudged: frozenset[str] = frozenset()
    """Labels that nobody decided on for this line."""
    conversation: int = 0
    """Which conversation of the set it belongs to."""


class Mark(msgspec.Struct, frozen=True):
    """Where a text holds something personal, in code points."""

    kind: str
    start: int
    end: int


class Marked(Case, frozen=True, kw_only=True):
    """A text in which people marked what is personal."""

    marks: tuple[Mark, ...] = ()


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the filter said of a case. Holds no text."""

    risk: int
    severity: float
    """Orders lines by how gravely the filter takes them: see `judging.severity`."""
    standing: int
    """The risk of the conversation after the line."""
    categories: tuple[str, ...]
    contacts: tuple[tuple[int, int], ...]
    """Where contacts were masked."""
    screened: bool
    length: int
    """Code points of the text."""
    microseconds: float


C = TypeVar("C", bound=Case, covariant=True)


@dataclass(frozen=True, slots=True)
class Judged(Generic[C]):
    """A case and its outcome."""

    case: C
    outcome: Outcome
