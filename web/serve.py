"""Serving: the application on a real port, in the foreground or for a test.

uvicorn's own signal handling closes sockets before the application can say anything, so the
signals are ours: let nobody in, tell everybody to come back, then stop.
"""

import asyncio
import contextlib
import gc
import resource
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator

import click
import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from config import limits
from config.settings import Settings
from safety.screening import Screen
from store.tasks import beside
from web.app import App, build
from web.cage import caged
from web.canary import Canary
from web.guarded import GuardedSocket
from web.guarded_http import GuardedHttp
from web.hooks import check_hooks
from web.listening import listen, url_of
from web.logs import quiet, set_up
from web.siblings import Siblings

CAGE = "127.0.0.1"
"""Where the canary is served: for this machine alone."""

Beside = Callable[[str, App], contextlib.AbstractAsyncContextManager[None]]
"""Something that runs beside a server, given its address."""


class Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us and says when it is ready."""

    def __init__(self, app: App, settings: Settings, listening: socket.socket) -> None:
        check_hooks()
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=GuardedHttp,
                ws=GuardedSocket,
                ws_max_size=limits.FRAME_BYTES,
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                date_header=False,
                access_log=False,
                log_config=None,
                timeout_graceful_shutdown=int(limits.DRAIN_SECONDS / 4),
                timeout_keep_alive=15,
                backlog=2048,
            )
        )
        quiet()
        self._listening = listening
        self.ready = asyncio.Event()
        self._stopped = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def run_here(self) -> None:
        """Serve until `stop`."""
        try:
            await self.serve([self._listening])
        finally:
            self._stopped.set()

    async def stop(self) -> None:
        """Cut off who has not left, stop serving, and wait until it has stopped.

        A socket that does not read would never close by itself: its last words wait for ever.
        """
        self._abort(lambda socket: not socket.close_sent)
        self.should_exit = True
        await self._stopped.wait()
        self._abort(lambda _: True)

    def _abort(self, which: Callable[[WebSocketsSansIOProtocol], bool]) -> None:
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, WebSocketsSansIOProtocol) and which(connection):
                connection.transport.abort()


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[str]:
    """Serve in this process for as long as the context lasts; yield the address.

    Raises: as `build`, and OSError if the port can't be had.
    """
    async with running_app(settings) as (url, _):
        yield url


@contextlib.asynccontextmanager
async def running_app(
    settings: Settings, hurried: asyncio.Event | None = None
) -> AsyncGenerator[tuple[str, App]]:
    """Serve as `running` does; yield the address, and the application with its parts.

    Once `hurried` is set, nobody is waited for at the end.

    Raises: as `running`.
    """
    listening = listen(settings.web.host, settings.web.port)
    with contextlib.closing(listening):
        async with serving(settings, listening, hurried or asyncio.Event()) as app:
            yield url_of(settings.web.host, listening), app


@contextlib.asynccontextmanager
async def serving(
    settings: Settings,
    listening: socket.socket,
    hurried: asyncio.Event,
    screen: Screen | None = None,
    siblings: Siblings | None = None,
) -> AsyncGenerator[App]:
    """Serve at this socket for as long as the context lasts, with this filter if there is one.

    `siblings` are the other workers of the same server, if there are any.

    Raises: as `build`.
    """
    async with build(settings, screen, siblings) as app:
        server = Server(app, settings, listening)
        async with beside(http_server=server.run_here):
            await server.ready.wait()
            try:
                async with _canary(app):
                    yield app
            finally:
                await app.drain(hurried)
                server.force_exit = hurried.is_set()
                await server.stop()


@contextlib.asynccontextmanager
async def _canary(app: App) -> AsyncGenerator[None]:
    """Keep a canary for as long as the context lasts, if one is wanted."""
    settings, pulse = app.house.settings, app.house.pulse
    if pulse is None:
        yield
        return
    with contextlib.closing(listen(CAGE, 0)) as listening:
        async with caged(app) as (cage, passphrase):
            server = Server(cage, settings, listening)
            canary = Canary(
                url_of(CAGE, listening), passphrase, settings.canary.every_seconds, pulse
            )
            async with beside(cage_server=server.run_here):
                await server.ready.wait()
                try:
                    async with beside(canary=canary.sing):
                        yield
                finally:
                    await server.stop()


def serve(
    settings: Settings,
    companions: Beside | None = None,
) -> None:
    """Serve in the foreground until SIGINT or SIGTERM, and print the three addresses.

    `companions(url, app)` runs for as long, such as the simulated people of the demo.

    Raises: as `running`.
    """
    set_up(settings.log.level, settings.log.format)
    raise_file_limit()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(settings, companions))


async def _serve(settings: Settings, companions: Beside | None) -> None:
    stop, hurried = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _told_to_stop, stop, hurried)
    async with running_app(settings, hurried) as (url, app):
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        gc.enable()
        first = None
        if not settings.demo.on:
            first = await app.house.roster.ensure_first(app.house.parts.now())
        public = settings.web.public_origin or url
        greet(public, first, demo=settings.demo.on)
        if companions is None:
            await stop.wait()
            return
        async with companions(url, app):
            await stop.wait()


def _told_to_stop(stop: asyncio.Event, hurried: asyncio.Event) -> None:
    """Take a signal: the first asks to stop, the next to hurry."""
    (hurried if stop.is_set() else stop).set()


def greet(url: str, first: tuple[str, str] | None, *, demo: bool) -> None:
    """Print where people go, and what the first administrator needs."""
    click.echo(f"Benchside is ready{' (demo: the people here are made up)' if demo else ''}.")
    click.echo(f"  seekers      {url}/")
    click.echo(f"  supporters   {url}/supporter")
    click.echo(f"  supervisors  {url}/supervisor")
    if first is not None:
        name, passphrase = first
        click.echo(f"The first administrator is {name!r}, with this one-time passphrase,")
        click.echo(f"which is shown only now:  {passphrase}")


def raise_file_limit() -> None:
    """Take as many open files as we may: a socket is one, and the usual soft limit is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the loop on which a server runs."""
    import uvloop

    return uvloop.new_event_loop()
