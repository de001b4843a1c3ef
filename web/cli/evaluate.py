"""`evaluate`: how well the filter does on labelled texts, in tables, JSON and a picture."""

import sys
import time
from pathlib import Path

import click

from safety.evaluation.card import read_card
from safety.evaluation.evaluating import evaluate, sources
from safety.evaluation.figures import Findings
from safety.evaluation.judging import Run
from safety.evaluation.sets import NAMES
from safety.lexicon import read_lexicons
from safety.screening import Screen, load_screen
from web.cli.options import config_option, json_option, print_json, read_settings


@click.command(epilog="Example: benchside evaluate tests/pure/functional_dev.jsonl")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Run this set; may repeat.")
@click.option("--limit", type=click.IntRange(1), help="At most so many lines of each set.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Draw recall against false alarms as an SVG file.",
)
@json_option
@config_option
def evaluate_command(
    paths: tuple[Path, ...],
    only: tuple[str, ...],
    limit: int | None,
    picture: Path | None,
    as_json: bool,
    path: Path | None,
) -> None:
    """Measure the filter on suites and data sets; nothing of their texts is shown.

    PATHS are files of known names, or folders that hold some; .gz is fine. In brackets: 95 %
    intervals. Exit code 1 if a path held nothing to run, or a set could not be read.
    """
    if picture is not None and not picture.parent.is_dir():
        raise click.BadParameter("its folder is not there", param_hint="--picture")
    chosen, failures = sources(paths, frozenset(only))
    lexicon = read_settings(path).safety.lexicon
    folder = Path(lexicon) if lexicon else None
    run = Run(
        load_screen(folder), Screen(read_lexicons(folder)), time.perf_counter_ns, _progress, limit
    )
    findings = evaluate(run, read_card(), chosen, failures)
    if picture is not None:
        _draw(findings, picture)
    _tell(findings, as_json)
    sys.exit(1 if findings.failures else 0)


def _tell(findings: Findings, as_json: bool) -> None:
    if as_json:
        print_json(findings)
    else:
        from safety.evaluation.tables import console, show

        show(findings, console())
    for failure in findings.failures:
        click.echo(f"benchside: {failure}", err=True)


def _draw(findings: Findings, picture: Path) -> None:
    from safety.evaluation.picture import draw

    picture.write_text(draw(findings), "utf-8")


def _progress(name: str, judged: int, of: int) -> None:
    """Say how far it is, on one line, where a person looks."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{name}: {judged} of {of}", nl=judged == of, err=True)
