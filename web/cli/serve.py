"""`serve` and `demo`: the server in the foreground, until it is told to stop."""

import gc
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from config.settings import Demo, Settings, Store
from web.cli.options import config_option, read_settings


@click.command(epilog="Example: benchside serve --host 0.0.0.0 --port 8080")
@click.option("--host", help="Address to listen on, instead of web.host.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of web.port.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Processes that serve, instead of web.workers."
)
@config_option
def serve_command(
    host: str | None, port: int | None, workers: int | None, path: Path | None
) -> None:
    """Start the server. It stops cleanly on Ctrl+C or SIGTERM."""
    gc.disable()  # until it serves: what is loaded stays
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a line is too small for a second thread
    try:
        settings = _listening(read_settings(path), host, port, workers)
        if settings.web.workers > 1:
            _serve_together(settings)
        else:
            _serve_alone(settings)
    finally:
        gc.enable()


def _serve_alone(settings: Settings) -> None:
    from web.serve import serve

    serve(settings)


def _serve_together(settings: Settings) -> None:
    """Serve with workers, who count into files of one folder: the library asks before all else."""
    with TemporaryDirectory(prefix="benchside-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        from web.workers import StartFailed, serve_together

        try:
            serve_together(settings)
        except StartFailed:
            sys.exit(2)


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


def _listening(
    settings: Settings, host: str | None, port: int | None, workers: int | None = None
) -> Settings:
    web = msgspec.structs.replace(
        settings.web,
        host=settings.web.host if host is None else host,
        port=settings.web.port if port is None else port,
        workers=settings.web.workers if workers is None else workers,
    )
    return msgspec.structs.replace(settings, web=web)
