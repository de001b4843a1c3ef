"""`init` and `config`: the settings file, written, read and explained."""

from pathlib import Path

import click
import msgspec

from config.keys import SECTIONS, Key, keys, nearest
from config.sections import without_password
from config.settings import FILE, Settings
from web.cli.options import config_option, json_option, print_json, read_settings


@click.command(epilog="Example: benchside init /etc/benchside.toml")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=FILE)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init_command(file: Path, force: bool) -> None:
    """Write a settings file with every key, its default and what it means."""
    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already; --force writes over it.")
    file.write_text(template(), encoding="utf-8")
    click.echo(f"Wrote {file}. Every line is a default; take away the # where you change one.")


def template() -> str:
    """Return a settings file in which every key is explained and none is set."""
    lines = ["# Settings of Benchside. What is commented out is the default.", ""]
    for section, kind in SECTIONS.items():
        lines += [f"# {kind.__doc__}", f"[{section}]"]
        for key in keys().values():
            if key.section == section:
                lines += ["", *_comment(key), f"# {key.name} = {_toml(key.default)}"]
        lines.append("")
    return "\n".join(lines)


@click.group(epilog="Example: benchside config explain store.url")
def config_command() -> None:
    """Show, check and explain the settings."""


@config_command.command(epilog="Example: benchside config show --json")
@config_option
@json_option
def show(path: Path | None, as_json: bool) -> None:
    """Print the settings that would be in force; passwords are left out."""
    settings = _printable(read_settings(path))
    if as_json:
        print_json(settings)
        return
    values = msgspec.to_builtins(settings)
    for key in keys().values():
        value = values[key.section][key.name]
        changed = "" if value == msgspec.to_builtins(key.default) else "  (changed)"
        click.echo(f"{key.path} = {_toml(value)}{changed}")


@config_command.command(epilog="Example: benchside config check --config /etc/benchside.toml")
@config_option
@json_option
def check(path: Path | None, as_json: bool) -> None:
    """Say whether the settings are fit to start with; exit code 2 if they are not."""
    read_settings(path)
    if as_json:
        print_json({"ok": True})
    else:
        click.echo("The settings are fine.")


@config_command.command(epilog="Example: benchside config explain store.url")
@click.argument("key", required=False)
@json_option
def explain(key: str | None, as_json: bool) -> None:
    """Say what one setting means; without KEY, list all of them."""
    chosen = list(keys().values()) if key is None else [_known(key)]
    if as_json:
        print_json([_facts(each) for each in chosen])
        return
    for each in chosen:
        click.echo(f"{each.path} = {_toml(each.default)}\n  {each.description}\n  {each.variable}")


def _known(name: str) -> Key:
    known = keys()
    wanted = name.lower()
    by_variable = {key.variable.lower(): key for key in known.values()}
    found = known.get(wanted) or by_variable.get(wanted)
    if found:
        return found
    near = nearest(wanted, known)
    raise click.UsageError(
        f"There is no setting {name}" + (f"; did you mean {near}?" if near else ".")
    )


def _facts(key: Key) -> dict[str, object]:
    return {
        "key": key.path,
        "environment": key.variable,
        "default": key.default,
        "description": key.description,
    }


def _comment(key: Key) -> list[str]:
    return click.wrap_text(
        key.description, 96, initial_indent="# ", subsequent_indent="# "
    ).splitlines()


def _toml(value: object) -> str:
    """Return a default as TOML writes it; JSON is the same for what settings are made of."""
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()


def _printable(settings: Settings) -> Settings:
    url = without_password(settings.store.url)
    return msgspec.structs.replace(settings, store=msgspec.structs.replace(settings.store, url=url))
