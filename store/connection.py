"""How bytes reach the store: one standalone server, a Sentinel's master, or a cluster.

This is the only module that knows redis-py's client classes. Nothing is retried behind the
caller's back: a blind retry once turned one XADD into two entries.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlsplit, urlunsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ClusterError, RedisError, SlotNotCoveredError

from store.replies import Argument, Reply

TIMEOUT = 5.0
"""Seconds for one pipeline; an fsync on a loaded disk takes well under one."""
CONNECT_TIMEOUT = 2.0
"""Seconds for a TCP connection and its greeting."""


class Link:
    """One connection of its own to one server, on which both sides speak unasked.

    It is never mended: what fails is closed, and another is opened.
    """

    def __init__(self, raw: AbstractConnection) -> None:
        self._raw = raw

    @classmethod
    async def open(cls, kind: type[AbstractConnection], options: Mapping[str, object]) -> "Link":
        """Connect and greet, with these options of the library. Raises: RedisError, OSError."""
        # Without a timeout of the library's own, which can swallow a cancellation in Python 3.11.
        own = {**options, "socket_timeout": None, "retry": Retry(NoBackoff(), 0)}
        link = cls(cast("Any", kind)(**own))
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await cast("Any", link._raw).connect()
        except BaseException:
            await link.close()
            raise
        return link

    async def send(self, commands: Sequence[tuple[Argument, ...]]) -> None:
        """Send commands, and don't wait for what they bring."""
        packed = cast("list[bytes]", cast("Any", self._raw).pack_commands(commands))
        await self._raw.send_packed_command(packed, check_health=False)

    async def read(self, seconds: float) -> Reply:
        """Return what the server says next; None if it says nothing for so many seconds.

        Raises: RedisError, OSError: the connection is lost, or the server refuses something.
        """
        raw = cast("Any", self._raw)
        return cast("Reply", await raw.read_response(timeout=seconds, disconnect_on_error=False))

    async def close(self) -> None:
        """Close the socket, without a farewell."""
        await self._raw.disconnect(nowait=True)


class Servers(Protocol):
    """What wake-ups ask of a client library: which server a channel is at, and a way there."""

    def server_of(self, channel: str) -> str:
        """Return the name of the server that wakes this channel; empty if nobody does now."""
        ...

    async def open_link(self, server: str) -> Link:
        """Connect to a server. Raises: RedisError, OSError: it can't be reached."""
        ...

    async def look_around(self) -> None:
        """Ask again which server is for what. Raises: RedisError, OSError."""
        ...


class Connection(Servers, Protocol):
    """The few things that batch and wake-ups ask of a client library."""

    is_cluster: bool

    async def send(self, commands: Sequence[tuple[Argument, ...]]) -> Sequence[Reply | Exception]:
        """Send commands as one pipeline; errors come as values in their places."""
        ...

    async def load(self, source: str) -> None:
        """Teach every master this script."""
        ...

    async def info(self) -> dict[str, str]:
        """Return `server_name` and `version`, and memory and persistence figures."""
        ...

    async def close(self) -> None:
        """Close all sockets."""
        ...


class Single:
    """One server: embedded, remote, or the master that a Sentinel names."""

    is_cluster = False

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def send(self, commands: Sequence[tuple[Argument, ...]]) -> Sequence[Reply | Exception]:
        """Send commands as one pipeline; errors come as values in their places."""
        pipeline = self._redis.pipeline(transaction=False)
        for parts in commands:
            cast("Any", pipeline).execute_command(*parts)
        return cast("list[Reply | Exception]", await pipeline.execute(raise_on_error=False))

    async def load(self, source: str) -> None:
        """Teach the server this script."""
        await cast("Any", self._redis).script_load(source)

    def server_of(self, channel: str) -> str:
        """There is one server, for all channels."""
        return "the store"

    async def open_link(self, server: str) -> Link:
        """See `Servers`."""
        pool = self._redis.connection_pool
        return await Link.open(pool.connection_class, pool.connection_kwargs)

    async def look_around(self) -> None:
        """A Sentinel is asked with each new connection, and otherwise nothing changes."""

    async def info(self) -> dict[str, str]:
        """Return what the server says of itself."""
        return _facts(await cast("Any", self._redis).info())

    async def close(self) -> None:
        """Close all sockets."""
        await self._redis.aclose()


class Cluster:
    """Several masters; keys of one hash tag live together."""

    is_cluster = True

    def __init__(self, redis: RedisCluster) -> None:
        self._redis = redis

    async def send(self, commands: Sequence[tuple[Argument, ...]]) -> Sequence[Reply | Exception]:
        """Send commands grouped by node; errors come as values in their places."""
        pipeline = self._redis.pipeline()
        for parts in commands:
            pipeline.execute_command(*parts)
        return cast("list[Reply | Exception]", await pipeline.execute(raise_on_error=False))

    async def load(self, source: str) -> None:
        """Teach every master this script."""
        await cast("Any", self._redis).script_load(source)

    def server_of(self, channel: str) -> str:
        """See `Servers`."""
        try:
            node = self._redis.get_node_from_key(channel)
        except SlotNotCoveredError:
            return ""
        return node.name if node else ""

    async def open_link(self, server: str) -> Link:
        """See `Servers`."""
        node = self._redis.get_node(node_name=server) if server else None
        if node is None:
            raise ClusterError("No server is known for some slots.")
        return await Link.open(node.connection_class, node.connection_kwargs)

    async def look_around(self) -> None:
        """See `Servers`."""
        async with asyncio.timeout(TIMEOUT):
            await self._redis.nodes_manager.initialize()

    async def info(self) -> dict[str, str]:
        """Return what one node says of itself."""
        node = self._redis.get_default_node()
        return _facts(await cast("Any", self._redis).info(target_nodes=node))

    async def close(self) -> None:
        """Close all sockets."""
        await self._redis.aclose()


async def open_connection(url: str) -> Connection:
    """Open and greet what `url` names.

    Raises:
        redis.RedisError, OSError: nobody answers, or not as a store should.
        ValueError: the scheme is unknown.
    """
    scheme = urlsplit(url).scheme
    match scheme:
        case "redis" | "rediss" | "unix":
            single = cast("Redis", cast("Any", Redis).from_url(url, **_options()))
            await _greet(single)
            return Single(single)
        case "redis+sentinel":
            master = _sentinel(url)
            await _greet(master)
            return Single(master)
        case "redis+cluster":
            plain = urlunsplit(urlsplit(url)._replace(scheme="redis"))
            cluster = RedisCluster.from_url(plain, **_options())
            try:
                await cluster.initialize()
            except RedisError:
                await cluster.aclose()
                raise
            return Cluster(cluster)
        case _:
            raise ValueError(f"store.url begins with an unknown scheme: {scheme or 'none'}")


def _options() -> dict[str, Any]:
    return {
        "decode_responses": False,
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": CONNECT_TIMEOUT,
    }


async def _greet(redis: Redis) -> None:
    try:
        await cast("Any", redis).ping()
    except (RedisError, OSError):
        await redis.aclose()
        raise


def _sentinel(url: str) -> Redis:
    """`redis+sentinel://host:port,host:port/service[?password=...]`."""
    parts = urlsplit(url)
    hosts = [host.rpartition(":") for host in parts.netloc.split(",")]
    options = _options()
    password = parse_qs(parts.query).get("password")
    if password:
        options["password"] = password[0]
    sentinel = cast("Any", Sentinel)(
        [(host, int(port)) for host, _, port in hosts],
        sentinel_kwargs={"socket_timeout": CONNECT_TIMEOUT},
        **options,
    )
    return cast("Redis", sentinel.master_for(parts.path.strip("/") or "mymaster"))


def _facts(info: dict[str, object]) -> dict[str, str]:
    facts = {key: str(value) for key, value in info.items() if not isinstance(value, dict)}
    facts["version"] = facts.get("valkey_version") or facts["redis_version"]
    facts["server_name"] = "Valkey" if "valkey_version" in facts else "Redis"
    return facts
