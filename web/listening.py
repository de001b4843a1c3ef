"""Listening: the sockets at which a server, or several workers of one, take connections."""

import socket
import sys


def listen(host: str, port: int) -> socket.socket:
    """Listen at an address. Raises: OSError if it can't be had."""
    listening = _opened(host)
    try:
        return _bound(listening, host, port)
    except OSError:
        listening.close()
        raise


def listen_together(host: str, port: int, count: int) -> list[socket.socket]:
    """Listen at one address with a socket for each worker.

    On Linux the kernel spreads new connections evenly over sockets that share a port; of
    workers that share one socket, the first awake takes most. Elsewhere they share one socket.

    Raises: OSError if the address can't be had, also if others would share it with us.
    """
    listening = listen(host, port)
    if not sys.platform.startswith("linux"):
        return [listening, *[listening.dup() for _ in range(count - 1)]]
    bound: int = listening.getsockname()[1]
    listening.close()  # it was nobody else's
    together: list[socket.socket] = []
    try:
        for _ in range(count):
            together.append(_opened(host))
            together[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            _bound(together[-1], host, bound)
    except OSError:
        for one in together:
            one.close()
        raise
    return together


def url_of(host: str, listening: socket.socket) -> str:
    """Return the address to type for this socket on this machine."""
    port: int = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _opened(host: str) -> socket.socket:
    family, kind, protocol, *_ = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)  # without it, asyncio leaves Nagle on
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listening


def _bound(listening: socket.socket, host: str, port: int) -> socket.socket:
    listening.bind(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4])
    listening.listen(2048)
    listening.setblocking(False)
    return listening
