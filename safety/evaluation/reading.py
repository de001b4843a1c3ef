"""From the files of the data sets to cases.

One function for each set, from a path (and a name inside it, if it is an archive) to its
cases. All raise `ReadingError` with file, line and reason. A case that the set does not
name is named by the number of its line.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from safety.evaluation.cases import Labelled, Mark, Marked, Ranged
from safety.evaluation.formats import (
    LANGUAGES,
    MODERATION,
    PSYGUARD,
    CssrsRow,
    DavidsonRow,
    FunctionalRow,
    HateCheckRow,
    ModerationRow,
    PresidioRow,
    PsyGuardRow,
    RallyPointRow,
    SpokenRow,
    TalkRow,
    XSTestRow,
)
from safety.evaluation.rows import ReadingError, read_rows
from safety.verdict import Author, ContextLine

_THEM: Final = "them:"
_REMEMBERED: Final = 24  # earlier lines of a conversation that are given as context


def functional(path: Path, member: str = "") -> Sequence[Ranged]:
    """A functional suite: what people say, and the range of risk that is right for it."""
    cases: dict[str, Ranged] = {}
    for line, row in read_rows(path, member, FunctionalRow):
        if row.id in cases:
            raise ReadingError(str(path), line, "this id is there twice")
        cases[row.id] = Ranged(
            id=row.id,
            text=row.text,
            by=row.by,
            lang=row.lang,
            context=tuple(_earlier(row.by, said) for said in row.context),
            function=row.function,
            min=row.min,
            max=row.max,
            category=row.category,
            draft=row.draft,
        )
    return tuple(cases.values())


def rallypoint(path: Path, member: str = "") -> Sequence[Labelled]:
    """RallyPoint's posts, labelled by people. The Reddit rows beside them are left out."""
    cases = [
        Labelled(
            id=str(line),
            text=row.doc,
            lang="en",
            labels=frozenset({"suicidal"} if row.label >= 0.5 else ()),
        )
        for line, row in read_rows(path, member, RallyPointRow)
        if row.source.lower().startswith("rallypoint")
    ]
    if not cases:
        raise ReadingError(str(path), None, 'holds no row whose source starts with "rallypoint"')
    return cases


def cssrs(path: Path, member: str = "") -> Sequence[Labelled]:
    """Posts with a severity: the labels are `severity` and the figure, and all figures below."""
    return [
        Labelled(
            id=str(line),
            text=row.text,
            lang="en",
            group=f"severity {row.severity}",
            labels=frozenset(f">= {level}" for level in range(1, row.severity + 1)),
        )
        for line, row in read_rows(path, member, CssrsRow)
    ]


def psyguard(path: Path, member: str = "") -> Sequence[Labelled]:
    """Chinese lines, half from counselling."""
    return [
        Labelled(
            id=str(line),
            text=row.text,
            lang="zh",
            group=row.data_source,
            labels=frozenset(PSYGUARD[label] for label in row.labels),
        )
        for line, row in read_rows(path, member, PsyGuardRow)
    ]


def moderation(path: Path, member: str = "") -> Sequence[Labelled]:
    """Prompts with the labels of a moderation scheme, of which not all were decided."""
    cases: list[Labelled] = []
    for line, row in read_rows(path, member, ModerationRow):
        decided = row.decided()
        cases.append(
            Labelled(
                id=str(line),
                text=row.prompt,
                labels=frozenset(name for name, value in decided.items() if value),
                unjudged=frozenset(MODERATION) - decided.keys(),
            )
        )
    return cases


def hatecheck(path: Path, member: str = "") -> Sequence[Labelled]:
    """HateCheck, in English or many languages."""
    return [
        Labelled(
            id=str(line),
            text=row.test_case,
            lang=LANGUAGES.get(row.lang, row.lang),
            group=row.functionality,
            labels=frozenset({"hateful"} if row.label_gold == "hateful" else ()),
        )
        for line, row in read_rows(path, member, HateCheckRow)
    ]


def davidson(path: Path, member: str = "") -> Sequence[Labelled]:
    """Tweets: hate, offensive, neither."""
    names = ("hate", "offensive", "neither")
    return [
        Labelled(id=str(line), text=row.text, lang="en", group=names[row.kind])
        for line, row in read_rows(path, member, DavidsonRow)
    ]


def xstest(path: Path, member: str = "") -> Sequence[Labelled]:
    """Prompts that look unsafe and are not, with their contrasts."""
    return [
        Labelled(
            id=str(line),
            text=row.prompt,
            lang="en",
            group=row.type,
            labels=frozenset({row.label}),
        )
        for line, row in read_rows(path, member, XSTestRow)
    ]


def presidio(path: Path, member: str = "") -> Sequence[Marked]:
    """Texts in which what is personal is marked."""
    return [
        Marked(
            id=str(line),
            text=row.full_text,
            lang="en",
            marks=tuple(
                Mark(span.entity_type, span.start_position, span.end_position) for span in row.spans
            ),
        )
        for line, row in read_rows(path, member, PresidioRow)
    ]


def support_lines(path: Path, member: str = "") -> Sequence[Labelled]:
    """Single lines of emotional-support chats."""
    return [
        Labelled(id=str(line), text=row.text, by=row.by, lang="en", group=row.by)
        for line, row in read_rows(path, member, SpokenRow)
    ]


def support_dialogues(path: Path, member: str = "") -> Sequence[Labelled]:
    """Whole conversations: each line with those before it, named `conversation.line`."""
    cases: list[Labelled] = []
    for number, rows in read_rows(path, member, tuple[SpokenRow, ...]):
        said: list[ContextLine] = []
        for at, row in enumerate(rows, 1):
            later = ContextLine(row.by, row.text)
            cases.append(
                Labelled(
                    id=f"{number}.{at}",
                    text=row.text,
                    by=row.by,
                    lang="en",
                    context=tuple(said[-_REMEMBERED:]),
                    later=later,
                    group=row.by,
                    conversation=number,
                )
            )
            said.append(later)
    return cases


def everyday_talk(path: Path, member: str = "") -> Sequence[Labelled]:
    """Lines of everyday talk in several languages."""
    return [
        Labelled(id=str(line), text=row.text, lang=row.lang, group=row.lang)
        for line, row in read_rows(path, member, TalkRow)
    ]


def _earlier(by: Author, said: str) -> ContextLine:
    if not said.startswith(_THEM):
        return ContextLine(by, said)
    other: Author = "supporter" if by == "seeker" else "seeker"
    return ContextLine(other, said.removeprefix(_THEM).strip())
