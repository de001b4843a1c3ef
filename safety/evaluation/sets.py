"""The sets that are known: their names, their files, how they are read and what is measured.

A set is known by the name of its file. A folder is searched for such names, not deeper.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from safety.evaluation import functional, labelled, masking, reading
from safety.evaluation.cases import Case, Judged, Labelled, Marked, Outcome, Ranged
from safety.evaluation.counting import Measured
from safety.evaluation.judging import Run, judge
from safety.evaluation.rows import ReadingError, members

_C = TypeVar("_C", bound=Case)


@dataclass(frozen=True, slots=True)
class Kind(Generic[_C]):
    """A set that can be measured."""

    name: str
    """What `--only` calls it."""
    title: str
    files: str
    """A regular expression for the names of its files in lower case, without `.gz`."""
    read: Callable[[Path, str], Sequence[_C]]
    measure: Callable[[Sequence[Judged[_C]]], Measured]
    trained_on: bool = False
    """Whether the shipped model has seen it, so that its figures here flatter."""
    members: str = ""
    """A regular expression for its files inside an archive; empty if it comes in none."""

    def run(self, source: "Source", run: Run) -> tuple[Measured, list[Outcome]]:
        """Judge and measure one file. Raises: ReadingError."""
        cases = _spread(self.read(source.path, source.member), run.limit)

        def seen(number: int) -> None:
            run.progress(source.name, number, len(cases))

        judged = judge(run.reader, cases, run.clock, seen)
        measured = self.measure(judged)
        if run.lexicon is not None and measured.rankings:
            alone = self.measure(judge(run.lexicon, cases, run.clock, seen))
            measured = measured.beside(alone, "lexicon alone")
        return measured, [each.outcome for each in judged]


AnyKind = Kind[Ranged] | Kind[Labelled] | Kind[Marked]

_ROWS: Final = r"\.(jsonl|csv)"
KINDS: Final[tuple[AnyKind, ...]] = (
    Kind(
        "functional",
        "Functional suite",
        r"functional.*\.jsonl",
        reading.functional,
        functional.measure,
    ),
    Kind(
        "rallypoint",
        "RallyPoint posts, test part",
        rf"rallypoint(?!.*train).*{_ROWS}|construct_tracker-.*\.(whl|zip)",
        reading.rallypoint,
        labelled.suicidal_posts,
        members=r"(.*/)?rallypoint[^/]*test[^/]*\.csv",
    ),
    Kind(
        "llm_cssrs",
        "Posts in crisis on the Columbia scale",
        rf"llm_cssrs.*{_ROWS}",
        reading.cssrs,
        labelled.severities,
        trained_on=True,
    ),
    Kind(
        "psyguard",
        "PsyGUARD, Chinese, half of it counselling",
        r"psyguard.*\.jsonl",
        reading.psyguard,
        labelled.counselling,
        trained_on=True,
    ),
    Kind(
        "moderation",
        "Moderation set",
        r"(openai_)?moderation.*\.jsonl",
        reading.moderation,
        labelled.moderated,
    ),
    Kind(
        "hatecheck_multilingual",
        "HateCheck, multilingual",
        rf"hatecheck_multi.*{_ROWS}",
        reading.hatecheck,
        labelled.hate,
    ),
    Kind(
        "hatecheck_en",
        "HateCheck, English",
        rf"hatecheck(?!_multi).*{_ROWS}",
        reading.hatecheck,
        labelled.hate,
    ),
    Kind(
        "davidson",
        "Tweets: hate, offensive, neither",
        rf"davidson.*{_ROWS}",
        reading.davidson,
        labelled.offensive,
    ),
    Kind(
        "xstest",
        "XSTest: prompts that look unsafe",
        rf"xstest.*{_ROWS}",
        reading.xstest,
        labelled.contrasts,
    ),
    Kind(
        "presidio",
        "Presidio: personal data",
        r"presidio.*\.jsonl",
        reading.presidio,
        masking.measure,
    ),
    Kind(
        "esconv_dialogues",
        "Supportive conversations, in context",
        r"esconv_dialogues.*\.jsonl",
        reading.support_dialogues,
        labelled.conversations,
    ),
    Kind(
        "esconv",
        "Lines of supportive conversations",
        rf"esconv(?!_dialogues).*{_ROWS}",
        reading.support_lines,
        labelled.harmless,
    ),
    Kind(
        "xdailydialog",
        "Everyday talk",
        rf"xdailydialog.*{_ROWS}",
        reading.everyday_talk,
        labelled.harmless,
    ),
)
"""Every set, the ones that matter most first."""
NAMES: Final = tuple(kind.name for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a known set."""

    kind: AnyKind
    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """The file's own name, and the name inside it if it is an archive."""
        inner = self.member.rsplit("/", 1)[-1]
        return f"{self.path.name}: {inner}" if inner else self.path.name


def find(path: Path) -> list[Source]:
    """Return the known sets that a path leads to; in a folder, in the order of `KINDS`.

    Raises: ReadingError if there is none, with the reason.
    """
    if path.is_dir():
        found = [
            (KINDS.index(kind), file)
            for file in sorted(path.rglob("*"))
            if file.is_file() and (kind := _kind(file)) is not None
        ]
        if not found:
            raise ReadingError(str(path), None, f"no file there is of a known set: {_known()}")
        return [each for at, file in sorted(found) for each in _sources(KINDS[at], file)]
    if not path.exists():
        raise ReadingError(str(path), None, "there is no such file")
    kind = _kind(path)
    if kind is None:
        raise ReadingError(str(path), None, f"not named as a known set is: {_known()}")
    return _sources(kind, path)


def _kind(path: Path) -> AnyKind | None:
    name = path.name.lower().removesuffix(".gz")
    return next((kind for kind in KINDS if re.fullmatch(kind.files, name)), None)


def _sources(kind: AnyKind, path: Path) -> list[Source]:
    if not path.name.lower().endswith((".whl", ".zip")):
        return [Source(kind, path)]
    inside = [name for name in members(path) if re.fullmatch(kind.members, name.lower())]
    if not inside:
        raise ReadingError(str(path), None, f"holds no file of {kind.title}")
    return [Source(kind, path, name) for name in inside]


def _spread(cases: Sequence[_C], limit: int | None) -> Sequence[_C]:
    """At most so many of the cases, evenly from the first to the last.

    Of conversations the first lines, because each line needs those before it.
    """
    if limit is None or len(cases) <= limit:
        return cases
    if cases[0].later is not None:
        return cases[:limit]
    return [cases[at * len(cases) // limit] for at in range(limit)]


def _known() -> str:
    return ", ".join(NAMES)
