"""Which peers there are, how each is started, and what it does not do.

Each is written as its own documentation says for one process: the framework's recommended way, no
access logs, no compression, a store of its own where it needs one.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from bench.peers.dialects import CHANNELS, NCHAN, RELAY, SOCKET_IO, Dialect
from bench.peers.installing import NCHAN as NCHAN_MODULE
from bench.peers.installing import PEERS, bench_python, nginx_with_nchan, node_folder

STORES = "not on the disk, not screened, not encrypted; passes through Redis and is gone"
KEEPS_NOTHING = "no store at all, one process; not on the disk, not screened, not encrypted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a peer is to run."""

    port: int
    store: str
    """URL of a Valkey that keeps nothing on disk."""
    folder: Path


@dataclass(frozen=True, slots=True)
class Peer:
    """Another system."""

    name: str
    what: str
    dialect: Dialect
    command: Callable[[Place], list[str]]
    """How to start it. Raises: Missing."""
    promises: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    with_store: bool = True


def _uvicorn(python: str, app: str, port: int) -> list[str]:
    return [
        *(python, "-m", "uvicorn", app, "--port", str(port), "--loop", "uvloop"),
        *("--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--lifespan", "off"),
        *("--http", "httptools", "--no-access-log", "--log-level", "warning"),
    ]


def _nchan(place: Place) -> list[str]:
    nginx = nginx_with_nchan()
    text = Template((PEERS / "nchan.conf").read_text("utf-8")).safe_substitute(
        module=NCHAN_MODULE, folder=place.folder, store=place.store, port=place.port
    )
    conf = place.folder / "nginx.conf"
    conf.write_text(text, "utf-8")
    return [nginx, "-c", str(conf), "-e", str(place.folder / "error.log"), "-g", "daemon off;"]


PEERS_KNOWN = (
    Peer(
        name="socket_io",
        what="Socket.IO on Node, with its Redis adapter",
        dialect=SOCKET_IO,
        command=lambda place: ["node", str(node_folder() / "socket_io.mjs"), str(place.port)],
        promises=STORES,
    ),
    Peer(
        name="nchan",
        what="nginx with nchan, with Redis",
        dialect=NCHAN,
        command=_nchan,
        promises="not on the disk, not screened, not encrypted; an hour in Redis, in memory",
    ),
    Peer(
        name="channels_core",
        what="Django Channels, core layer of channels_redis, on uvicorn",
        dialect=CHANNELS,
        command=lambda place: _uvicorn(bench_python(), "bench.peers.over_channels:app", place.port),
        promises=STORES,
        environment={"PEER_LAYER": "core.RedisChannelLayer"},
    ),
    Peer(
        name="channels_pubsub",
        what="Django Channels, pub/sub layer of channels_redis, on uvicorn",
        dialect=CHANNELS,
        command=lambda place: _uvicorn(bench_python(), "bench.peers.over_channels:app", place.port),
        promises=STORES,
        environment={"PEER_LAYER": "pubsub.RedisPubSubChannelLayer"},
    ),
    Peer(
        name="python_socketio",
        what="python-socketio with its Redis manager, on uvicorn",
        dialect=SOCKET_IO,
        command=lambda place: _uvicorn(
            bench_python(), "bench.peers.over_python_socketio:app", place.port
        ),
        promises=STORES,
    ),
    Peer(
        name="relay_uvicorn",
        what="a bare relay on uvicorn: the floor of the server that Benchside uses",
        dialect=RELAY,
        command=lambda place: _uvicorn(sys.executable, "bench.peers.relay_uvicorn:app", place.port),
        promises=KEEPS_NOTHING,
        with_store=False,
    ),
    Peer(
        name="relay_picows",
        what="a bare relay on picows: the floor of Python",
        dialect=RELAY,
        command=lambda place: [
            *(bench_python(), "-m", "bench.peers.relay_picows", str(place.port))
        ],
        promises=KEEPS_NOTHING,
        with_store=False,
    ),
)
