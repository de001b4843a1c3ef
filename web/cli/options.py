"""What several commands share: where settings come from, and JSON instead of prose."""

import os
from pathlib import Path

import click
import msgspec

from config.settings import Settings, load

config_option = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Settings file; else $BENCHSIDE_CONFIG, else benchside.toml if it is there.",
)
"""Names another settings file."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for programs instead of prose."
)
"""Asks for JSON."""


def read_settings(path: Path | None) -> Settings:
    """Return the settings of this process. Raises: SettingsError."""
    return load(path, os.environ)


def print_json(value: object) -> None:
    """Print one value as one line of JSON."""
    click.echo(msgspec.json.encode(value))
