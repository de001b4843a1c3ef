"""`screen`: lines of text in, verdicts out, one for one and as soon as each is there.

JSON lines for programs; where a person looks, the line itself with what raised it in colour.
"""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import click
import msgspec

from safety.screening import Screen, load_screen
from safety.verdict import Author, ContextLine, Screened, Span
from web.cli.options import config_option, read_settings

Speaker = Literal["seeker", "supporter", "supervisor"]

COLOURS = ("white", "cyan", "yellow", "red", "bright_red")
"""One for each level of risk."""
LEVELS = ("none", "concern", "elevated", "high", "imminent")


class Earlier(msgspec.Struct, frozen=True):
    """An earlier line of the conversation."""

    text: str
    by: Speaker | None = None


class Asked(msgspec.Struct, frozen=True):
    """A line to judge. Other fields are left alone, so that annotated sets can be piped in."""

    text: str
    lang: str | None = None
    by: Speaker | None = None
    context: tuple[Earlier, ...] | None = None


class Answer(msgspec.Struct, frozen=True):
    """What the filter says of one line."""

    risk: int
    categories: tuple[str, ...]
    spans: tuple[Span, ...]
    masked: str
    tier: str
    score: float
    """How probable suicidal thoughts are, by the model."""
    standing: int
    """The risk of the conversation after this line."""
    ms: float
    """The filter's own milliseconds for this line."""


class Malformed(msgspec.Struct, frozen=True):
    """What is said in place of an answer."""

    error: str


@click.command(epilog="""Example: echo '{"text": "I can not go on"}' | benchside screen""")
@click.option("--json", "as_json", is_flag=True, help="JSON lines out, on a terminal too.")
@click.option("--explain", is_flag=True, help="Say of each line which words, which rule, how sure.")
@click.option("--text", "as_text", is_flag=True, help="Plain text in, one line each, not JSON.")
@config_option
def screen_command(as_json: bool, explain: bool, as_text: bool, path: Path | None) -> None:
    """Judge lines of text as the server would; nothing is kept.

    In: JSON lines {"text", "lang"?, "by"?, "context"?: [{"by", "text"}]}; plain text on a terminal.
    Out: JSON lines {"risk", "categories", "spans", "masked", "tier", "score",
    "standing", "ms"}, in order; coloured
    text on a terminal. A line that can't be read gets {"error"} and the exit code is then 1.
    """
    lexicon = read_settings(path).safety.lexicon
    screen = load_screen(Path(lexicon) if lexicon else None)
    source = sys.stdin.buffer
    read = _plain if as_text or sys.stdin.isatty() else _parsed
    plain = as_json or (not explain and not sys.stdout.isatty())
    show = _json if plain else _explained if explain else _coloured
    if not _screen_all(screen, source, read, show):
        sys.exit(1)


def judge(screen: Screen, asked: Asked) -> tuple[Asked, Answer]:
    """Return what the filter says of one line, and how long it took to say it."""
    context = [ContextLine(_author(line.by), line.text) for line in asked.context or ()]
    began = time.perf_counter_ns()
    screened = screen.screen(asked.text, by=_author(asked.by), lang=asked.lang, context=context)
    taken = (time.perf_counter_ns() - began) / 1e6
    return asked, _answer(screened, taken)


def _screen_all(
    screen: Screen,
    source: BinaryIO,
    read: Callable[[int, bytes], Asked | Malformed],
    show: Callable[[Asked, Answer | Malformed], None],
) -> bool:
    """Answer each line of the source; return whether all could be read."""
    whole = True
    for number, line in _lines(source):
        asked = read(number, line)
        if isinstance(asked, Malformed):
            whole = False
            show(Asked(""), asked)
        else:
            show(*judge(screen, asked))
    return whole


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield lines as they come, without reading ahead; empty ones are left out."""
    for number, line in enumerate(iter(source.readline, b""), 1):
        if line.strip():
            yield number, line


def _parsed(number: int, line: bytes) -> Asked | Malformed:
    try:
        return msgspec.json.decode(line, type=Asked)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        return Malformed(f"line {number}: {problem}")


def _plain(_: int, line: bytes) -> Asked | Malformed:
    return Asked(line.decode("utf-8", "replace").rstrip("\r\n"))


def _author(speaker: Speaker | None) -> Author:
    return "seeker" if speaker is None or speaker == "seeker" else "supporter"


def _answer(screened: Screened, taken: float) -> Answer:
    verdict = screened.verdict
    return Answer(
        int(verdict.risk),
        verdict.categories,
        verdict.spans,
        screened.masked,
        verdict.tier,
        round(verdict.score, 4),
        int(verdict.standing),
        round(taken, 4),
    )


def _json(_: Asked, answer: Answer | Malformed) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


def _coloured(asked: Asked, answer: Answer | Malformed) -> None:
    if isinstance(answer, Malformed):
        click.secho(answer.error, fg="red")
        return
    colour = COLOURS[answer.risk]
    level = click.style(f"{answer.risk} {LEVELS[answer.risk]:<9}", fg=colour, bold=True)
    categories = ", ".join(answer.categories)
    click.echo(f"{level} {_marked(asked.text, answer.spans, colour)}")
    if categories or answer.masked != asked.text:
        masked = "" if answer.masked == asked.text else f"  sent as: {answer.masked}"
        click.echo(f"            {categories}{masked}  ({answer.ms:.2f} ms)")


def _explained(asked: Asked, answer: Answer | Malformed) -> None:
    """Show a line, and below it each reason: how sure, what kind, which rule, which words."""
    _coloured(asked, answer)
    if isinstance(answer, Malformed):
        return
    for span in answer.spans:
        words = asked.text[span.start : span.end]
        sure = span.certainty.name.lower()
        click.echo(f"            {sure:<8} {span.category}  {span.rule}  {words!r}")
    click.echo(
        f"            tier: {answer.tier}; suicidal thoughts by the model: {answer.score:.2f}; "
        f"the conversation then stands at {answer.standing}"
    )


def _marked(text: str, spans: tuple[Span, ...], colour: str) -> str:
    """Return the text with what raised the verdict in colour."""
    raised = {at for span in spans for at in range(span.start, span.end)}
    return "".join(
        click.style(sign, fg=colour, underline=True) if at in raised else sign
        for at, sign in enumerate(text)
    )
