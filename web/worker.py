"""What the children of `benchside serve --workers` do: serve, or keep the embedded store.

Responsible for one process from its fork to its end: signals, the lifeline by which it learns
that its parent is gone, and the words by which the parent learns that it is ready. Which
children there are, and what becomes of one that ends, is for `web/workers.py`.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Never

import click
import msgspec

from config.settings import Settings
from safety.screening import Screen
from store.embedded import embedded
from web.cli.failing import sentence
from web.serve import new_loop, serving
from web.siblings import Siblings

log = logging.getLogger("benchside.workers")

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
"""What the parent hears; a child is born with them held back, until they are its own."""


HURRY = signal.SIGUSR1
"""How the parent tells a worker to wait for nobody."""


class Ready(msgspec.Struct, frozen=True):
    """What a child tells its parent, once."""

    url: str = ""
    """Where the store is."""
    first: tuple[str, str] | None = None
    """The first administrator and the one-time passphrase, if they were made just now."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """What holds parent and children together."""

    lifeline: int
    """Ends when the parent is gone."""
    store_in_use: int
    """Ends, for who keeps the store, when nobody needs it any more."""
    telling: int
    """Where the child says that it is ready."""


def child(run: Callable[[], Coroutine[None, None, None]]) -> Never:
    """Be a child process until `run` has ended; never returns into what the parent was doing."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to pass on
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(run())
        code = 0
    except Exception as error:
        said = sentence(error)
        if said is None:  # the top of a process: it ends, and the parent starts another
            log.exception("a child of the server failed")
        else:
            click.echo(f"benchside: {said}", err=True)
            code = 2
    finally:
        sys.stderr.flush()
        os._exit(code)


async def work(
    settings: Settings,
    listening: socket.socket,
    screen: Screen,
    siblings: Siblings,
    pipes: Pipes,
) -> None:
    """Serve until the parent says stop, or is gone; worker 0 sees to the first administrator.

    Raises: as `serving`.
    """
    stop, hurried = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)  # may come twice: from a service manager too
    loop.add_signal_handler(HURRY, _told_to_hurry, stop, hurried)
    loop.add_reader(pipes.lifeline, _parent_is_gone, pipes.lifeline, stop)
    async with serving(settings, listening, hurried, screen, siblings) as app:
        first = None
        if siblings.number == 0:
            first = await app.house.roster.ensure_first(app.house.parts.now())
        _tell(pipes, Ready(first=first))
        await stop.wait()


async def keep_store(settings: Settings, pipes: Pipes) -> None:
    """Run the embedded store until nobody needs it any more. Raises: as `embedded`."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, _not_yet)
    needless = asyncio.Event()
    loop.add_reader(pipes.store_in_use, _parent_is_gone, pipes.store_in_use, needless)
    async with embedded(Path(settings.store.folder)) as url:
        _tell(pipes, Ready(url=url))
        await needless.wait()


def _told_to_hurry(stop: asyncio.Event, hurried: asyncio.Event) -> None:
    """Stop, and wait for nobody."""
    stop.set()
    hurried.set()


def _tell(pipes: Pipes, ready: Ready) -> None:
    with contextlib.suppress(OSError):
        os.write(pipes.telling, msgspec.json.encode(ready) + b"\n")


def _not_yet() -> None:
    """The store stops last: those who serve have to write what they were told."""


def _parent_is_gone(lifeline: int, stop: asyncio.Event) -> None:
    asyncio.get_running_loop().remove_reader(lifeline)
    stop.set()
