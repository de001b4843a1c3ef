"""A peer: picows with nothing on it; the floor of what Python can do. `relay_picows.py PORT`."""

import asyncio
import sys

import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    ws_create_server,
)

_others: dict[bytes, WSTransport] = {}


class Relay(WSListener):
    """One socket: `?me=12a&to=12b`."""

    def __init__(self, query: bytes) -> None:
        super().__init__()
        self._me, self._to = (part.partition(b"=")[2] for part in query.split(b"&"))

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Be there for the other."""
        _others[self._me] = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Pass a message on, and acknowledge it."""
        if frame.msg_type == WSMsgType.BINARY:
            other = _others.get(self._to)
            if other is not None:
                other.send(WSMsgType.BINARY, frame.get_payload_as_bytes())
            transport.send(WSMsgType.BINARY, b".")
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()


def _listener(request: WSUpgradeRequest) -> Relay:
    return Relay(request.path.partition(b"?")[2])


async def main(port: int) -> None:
    """Serve until the process is stopped."""
    server = await ws_create_server(_listener, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(main(int(sys.argv[1])))
