"""`serve` and `demo`: the server in the foreground, until it is told to stop."""

from pathlib import Path

import click
import msgspec

from config.settings import Settings
from web.cli.options import config_option, read_settings


@click.command(epilog="Example: benchside serve --host 0.0.0.0 --port 8080")
@click.option("--host", help="Address to listen on, instead of web.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of web.port.")
@config_option
def serve_command(host: str | None, port: int | None, path: Path | None) -> None:
    """Start the server. It stops cleanly on Ctrl+C or SIGTERM."""
    _serve(_listening(read_settings(path), host, port))


@click.command(epilog="Example: benchside demo --seekers 20")
@click.option("--host", help="Address to listen on, instead of web.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of web.port.")
@click.option("--seekers", type=click.IntRange(0, 500), help="Seekers, instead of demo.seekers.")
@config_option
def demo_command(
    host: str | None, port: int | None, seekers: int | None, path: Path | None
) -> None:
    """Start the server with simulated seekers and supporters and one-click log-in for staff.

    Nobody real should write to it: anyone can read along. It uses a store of its own that is
    gone when it stops.
    """
    settings = _listening(read_settings(path), host, port)
    demo = msgspec.structs.replace(
        settings.demo, on=True, seekers=settings.demo.seekers if seekers is None else seekers
    )
    _serve(msgspec.structs.replace(settings, demo=demo))


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    web = msgspec.structs.replace(
        settings.web,
        host=settings.web.host if host is None else host,
        port=settings.web.port if port is None else port,
    )
    return msgspec.structs.replace(settings, web=web)


def _serve(settings: Settings) -> None:
    from web.serve import serve

    serve(settings)
