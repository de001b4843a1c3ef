"""`serve` and `demo`: the server in the foreground, until it is told to stop."""

import gc
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from config.settings import Demo, Settings, Store
from web.cli.options import config_option, read_settings


@click.command(epilog="Example: benchside serve --host 0.0.0.0 --port 8080")
@click.option("--host", help="Address to listen on, instead of web.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of web.port.")
@config_option
def serve_command(host: str | None, port: int | None, path: Path | None) -> None:
    """Start the server. It stops cleanly on Ctrl+C or SIGTERM."""
    gc.disable()  # until it serves: what is loaded stays
    from web.serve import serve

    serve(_listening(read_settings(path), host, port))


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
    from web.cli.populating import populated_by
    from web.serve import serve

    with TemporaryDirectory(prefix="benchside-demo-") as folder:
        settings = _demo(_listening(read_settings(path), host, port), folder, seekers)
        serve(settings, populated_by(settings))


def _demo(settings: Settings, folder: str, seekers: int | None) -> Settings:
    """Return settings for made-up people: a passing store, and many addresses from here."""
    count = settings.demo.seekers if seekers is None else seekers
    return msgspec.structs.replace(
        settings,
        web=msgspec.structs.replace(settings.web, trusted_proxies=("127.0.0.1",)),
        store=Store(folder=f"{folder}/data"),
        demo=Demo(on=True, seekers=count),
    )


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    web = msgspec.structs.replace(
        settings.web,
        host=settings.web.host if host is None else host,
        port=settings.web.port if port is None else port,
    )
    return msgspec.structs.replace(settings, web=web)
