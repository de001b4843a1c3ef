"""`asyncapi`: the wire as a document for tools."""

from importlib.metadata import version

import click

from web.specification.asyncapi import asyncapi


@click.command(epilog="Example: benchside asyncapi > asyncapi.json")
def asyncapi_command() -> None:
    """Print the AsyncAPI 3.1 document of the wire, as JSON."""
    click.echo(asyncapi(version("benchside")), nl=False)
