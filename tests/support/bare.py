"""A server with our guards and next to nothing behind them, so that only the guards are tested."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from client.wire import SUBPROTOCOL
from config import limits
from store.tasks import beside
from web.guarded import GuardedSocket
from web.guarded_http import GuardedHttp


class BareServer(uvicorn.Server):
    """A server that says when it is ready and when it has stopped."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=GuardedHttp,
                ws=GuardedSocket,
                ws_max_size=limits.FRAME_BYTES,
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                lifespan="off",
                log_config=None,
                access_log=False,
            )
        )
        self.listening = socket.create_server(("127.0.0.1", 0))
        # As on a slow line, where the system keeps little of what is to be sent.
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        self.ready = asyncio.Event()
        self.stopped = asyncio.Event()

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
        await self.serve([self.listening])
        self.stopped.set()

    async def stop(self) -> None:
        """Stop, and wait for it."""
        self.should_exit = True
        await self.stopped.wait()


@contextlib.asynccontextmanager
async def bare_server(app: ASGIApp) -> AsyncGenerator[BareServer]:
    """Serve this application behind the guards for as long as the context lasts."""
    server = BareServer(app)
    async with beside(bare_server=server.run_here):
        await server.ready.wait()
        try:
            yield server
        finally:
            await server.stop()


async def accept(receive: Receive, send: Send) -> None:
    """Complete the handshake of a socket."""
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept a socket, and wait for its end; to HTTP, answer nothing in particular."""
    if scope["type"] == "websocket":
        await accept(receive, send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
    else:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
