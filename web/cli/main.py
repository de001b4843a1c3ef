"""The entry point: which commands there are, and what becomes of an error.

A command's module is imported only when that command runs, so that `benchside --help` and
`benchside config` answer at once.
"""

import sys
from importlib import import_module

import click

from web.cli.failing import sentence

COMMANDS = {
    "serve": ("web.cli.serve", "Start the server."),
    "demo": ("web.cli.serve", "Start the server with simulated people."),
    "init": ("web.cli.settings", "Write a settings file with every key explained."),
    "config": ("web.cli.settings", "Show, check and explain the settings."),
    "doctor": ("web.cli.doctor", "Say what would keep the service from working here."),
    "staff": ("web.cli.staff", "Look after the accounts of supporters and supervisors."),
    "keys": ("web.cli.keys", "Show the keys that open what is kept, and give up lost ones."),
    "screen": ("web.cli.screen", "Judge lines of text as the server would."),
    "audit": ("web.cli.audit", "Check and export the record of who did and looked at what."),
    "rules": ("web.cli.rules", "Show what became of each rule's flags."),
    "evaluate": ("web.cli.evaluate", "Measure the filter on suites and data sets."),
    "selftest": ("web.cli.selftest", "Play one whole conversation on a server of its own."),
    "replay": ("web.cli.replay", "Play recorded conversations through real sockets."),
    "asyncapi": ("web.cli.asyncapi", "Print the AsyncAPI document of the wire."),
}
"""Every command: the module that holds it (under its own name, with `_command`) and its help."""


class Commands(click.Group):
    """The commands, imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which an operator meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command: object = getattr(module, f"{cmd_name}_command")
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, epilog="Example: benchside serve --port 8080")
@click.version_option(None, "-V", "--version", package_name="benchside")
def benchside() -> None:
    """A server where a person in distress talks in real time with a trained supporter."""


def main() -> None:
    """Run the command line; an error somebody can mend becomes one sentence and exit code 2."""
    try:
        benchside(prog_name="benchside")
    except Exception as error:
        said = sentence(error)
        if said is None:
            raise
        click.echo(f"benchside: {said}", err=True)
        sys.exit(2)
