"""`rules`: what became of each rule's flags, so that whoever looks after them can see.

Counts by the id of a rule; no text and nobody's name is kept with them.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from config.settings import Settings
from safety.hindsight import SEQUELS
from safety.hindsight_redis import HindsightRedis
from web.cli.opening import open_store
from web.cli.options import config_option, json_option, print_json, read_settings

Counts = Mapping[str, Mapping[str, int]]


@click.command(epilog="Example: benchside rules --json")
@json_option
@config_option
def rules_command(as_json: bool, path: Path | None) -> None:
    """Show what became of each rule's flags: the ones most often called wrong come first.

    `flagged` counts lines, `wrong` how often staff called the flag wrong; the other columns
    are the outcomes of the escalations that a flagged line raised. To turn a rule off, put
    `off = ["its.id"]` in a lexicon file of your own (setting safety.lexicon).
    """
    counts = asyncio.run(_counts(read_settings(path)))
    if as_json:
        print_json({rule: counts[rule] for rule in in_order(counts)})
    elif not counts:
        click.echo("No line has been flagged yet.")
    else:
        Console().print(_table(counts))


def in_order(counts: Counts) -> list[str]:
    """Return the rules, those with the greatest share of wrong flags first."""
    return sorted(counts, key=lambda rule: (-_misled(counts[rule]), rule))


def _misled(of_rule: Mapping[str, int]) -> float:
    """Return the share of a rule's flags that were called wrong or ended as a false alarm."""
    wrong = of_rule.get("wrong", 0) + of_rule.get("false_alarm", 0)
    return wrong / max(1, of_rule.get("flagged", 0))


async def _counts(settings: Settings) -> Counts:
    async with open_store(settings) as store:
        return await HindsightRedis(store).counts()


def _table(counts: Counts) -> Table:
    seen = [one for one in SEQUELS if any(one in of_rule for of_rule in counts.values())]
    table = Table(box=None)
    table.add_column("rule")
    for sequel in seen:
        table.add_column(sequel.replace("_", " "), justify="right")
    for rule in in_order(counts):
        table.add_row(rule, *(str(counts[rule].get(one, "")) for one in seen))
    return table
