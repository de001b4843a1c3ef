"""How bytes reach the store: one standalone server, a Sentinel's master, or a cluster.

This is the only module that knows redis-py's client classes. Nothing is retried behind the
caller's back: a blind retry once turned one XADD into two entries.
"""

from collections.abc import Sequence
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlsplit, urlunsplit

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from store.replies import Argument, Reply

TIMEOUT = 5.0
"""Seconds for one pipeline; an fsync on a loaded disk takes well under one."""
CONNECT_TIMEOUT = 2.0
"""Seconds for a TCP connection and its greeting."""


class Connection(Protocol):
    """The few things that batch and wake-ups ask of a client library."""

    is_cluster: bool

    async def send(self, commands: Sequence[tuple[Argument, ...]]) -> Sequence[Reply | Exception]:
        """Send commands as one pipeline; errors come as values in their places."""
        ...

    async def load(self, source: str) -> None:
        """Teach every master this script."""
        ...

    def pubsub(self) -> PubSub:
        """Return a new, unconnected subscription of the library."""
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

    def pubsub(self) -> PubSub:
        """Return a new, unconnected subscription of the library."""
        return cast("PubSub", cast("Any", self._redis).pubsub())

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

    def pubsub(self) -> PubSub:
        """Return a new, unconnected subscription of the library."""
        return cast("PubSub", cast("Any", self._redis).pubsub())

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
