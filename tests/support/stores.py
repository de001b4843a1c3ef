"""Real stores for tests: one server, three masters, three with replicas, and one with Sentinels.

All of them are the embedded store's binary. Servers of a group can be killed, and cut off from
each other.
"""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from store.cluster import slot_of
from store.embedded import find_binary

PATIENCE = 30.0
SLOTS = "CLUSTER SLOTS"
"""Which master has which slots: the first, the last, and its address and port."""


@contextmanager
def single_store(folder: Path) -> Iterator[str]:
    """One server without persistence, for speed; yields its URL."""
    path = folder / "s.sock"
    with _process(folder, ["--port", "0", "--unixsocket", str(path)]):
        with Redis(unix_socket_path=str(path)) as store:
            _wait_for(store)
        yield f"unix://{path}"


@contextmanager
def three_masters(folder: Path) -> Iterator[str]:
    """A real cluster of three masters that share all slots; yields its URL."""
    ports = [_free_port() for _ in range(3)]
    with ExitStack() as stack:
        for port in ports:
            home = folder / str(port)
            home.mkdir()
            options = ["--port", str(port), "--bind", "127.0.0.1", "--cluster-enabled", "yes"]
            options += ["--cluster-port", str(_free_port()), "--cluster-node-timeout", "2000"]
            stack.enter_context(_process(home, options))
        nodes = [stack.enter_context(Redis(port=port)) for port in ports]
        for node in nodes:
            _wait_for(node)
        _join(nodes, ports)
        yield f"redis+cluster://127.0.0.1:{ports[0]}"


def empty(url: str) -> None:
    """Empty a server, or every master of a cluster; each connection is closed again."""
    if "cluster" not in url:
        with Redis.from_url(url) as single:
            single.flushall()
        return
    with Redis(port=urlsplit(url).port or 0) as first:
        stretches = cast("Sequence[tuple[int, int, Sequence[object]]]", _command(first, SLOTS))
    for port in {int(str(master[1])) for _, _, master in stretches}:
        with Redis(port=port) as node:
            node.flushall()


@dataclass
class Server:
    """One server of a group."""

    port: int
    command: list[str]
    folder: Path
    process: "subprocess.Popen[bytes]"

    @classmethod
    def start(cls, port: int, command: list[str], folder: Path) -> "Server":
        """Start one, and wait until it answers."""
        server = cls(port, command, folder, subprocess.Popen(command, cwd=folder))
        with server.redis as redis:
            _wait_for(redis)
        return server

    def revive(self) -> None:
        """Start it again where it was, as what looks after services does."""
        self.process = subprocess.Popen(self.command, cwd=self.folder)
        with self.redis as redis:
            _wait_for(redis)

    def end(self) -> None:
        """End it, in whatever state it is."""
        _end(self.process)

    @property
    def redis(self) -> Redis:
        """A way in, past the code that is tested."""
        return Redis(port=self.port, socket_timeout=2, socket_connect_timeout=2)

    def asks(self, *parts: str | int) -> object:
        """Carry out one command there."""
        with self.redis as redis:
            return _command(redis, *parts)

    async def kill(self) -> None:
        """Kill it as if its power had gone, while others go on asking it."""
        self.process.kill()
        await asyncio.to_thread(self.process.wait, 10)

    def freeze(self) -> None:
        """Let it do nothing, while its connections stay open."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it stopped."""
        os.kill(self.process.pid, signal.SIGCONT)

    async def is_cut_off_from_servers(self) -> None:
        """Take nothing from replicas and Sentinels any more, while its clients stay with it.

        Who comes anew needs a password, and those who are there are shown out.
        """
        await asyncio.to_thread(self._shows_out)

    def _shows_out(self) -> None:
        with self.redis as redis:
            _command(redis, "CONFIG", "SET", "requirepass", "nobody knows")
            _command(redis, "CLIENT", "KILL", "TYPE", "replica")
            for client in redis.client_list():
                if str(client["name"]).startswith("sentinel"):
                    _command(redis, "CLIENT", "KILL", "ID", int(client["id"]))

    @property
    def is_master(self) -> bool:
        """Whether it takes itself for a master."""
        with self.redis as redis:
            info = redis.info("replication")
        assert isinstance(info, dict)
        return bool(info["role"] == "master")


@dataclass
class Group:
    """Servers that stand in for each other."""

    url: str
    servers: list[Server]
    sentinels: list[Server] = field(default_factory=list[Server])

    def at(self, port: int) -> Server:
        """Return the server at a port."""
        return next(one for one in self.servers if one.port == port)

    def master_of(self, key: str) -> Server:
        """Return the server that has the slot of a key."""
        for one in self.servers:
            if one.process.poll() is None:
                slots = one.asks("CLUSTER", "SLOTS")
                return self.at(_owner(slots, slot_of(key)))
        raise AssertionError("all servers are dead")

    async def has_another_master(self, key: str, than: Server) -> None:
        """Wait until another server has taken over the slot of a key."""
        async with asyncio.timeout(PATIENCE):
            while self.master_of(key) is than:  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    def moves(self, key: str) -> tuple[Server, Server]:
        """Begin to move the slot of a key; return where from and where to."""
        source = self.master_of(key)
        others = (one for one in self.servers if one is not source)
        target = next(one for one in others if one.process.poll() is None and one.is_master)
        slot = slot_of(key)
        there, here = (_text(one.asks("CLUSTER", "MYID")) for one in (target, source))
        target.asks("CLUSTER", "SETSLOT", slot, "IMPORTING", here)
        source.asks("CLUSTER", "SETSLOT", slot, "MIGRATING", there)
        return source, target

    def has_moved(self, key: str, source: Server, target: Server) -> None:
        """Move all keys of a slot, and say that they are there."""
        slot = slot_of(key)
        with source.redis as redis:
            while keys := _command(redis, "CLUSTER", "GETKEYSINSLOT", slot, 100):
                assert isinstance(keys, list)
                names = [_text(one) for one in keys]
                where = ("127.0.0.1", target.port, "", 0, 5000, "REPLACE", "KEYS")
                _command(redis, "MIGRATE", *where, *names)
        there = _text(target.asks("CLUSTER", "MYID"))
        for one in (target, source):
            one.asks("CLUSTER", "SETSLOT", slot, "NODE", there)


@contextmanager
def three_masters_with_replicas(folder: Path) -> Iterator[Group]:
    """A real cluster of three masters, each with a replica."""
    with ExitStack() as stack:
        servers = [_cluster_server(folder, stack) for _ in range(6)]
        nodes = [stack.enter_context(one.redis) for one in servers]
        _join(nodes, [one.port for one in servers])
        ids = [_text(_command(node, "CLUSTER", "MYID")) for node in nodes[:3]]
        for replica, master in zip(nodes[3:], ids, strict=True):
            _until(lambda r=replica, m=master: _replicates(r, m))
        for node in nodes[:3]:
            _until(lambda n=node: _has_replicas(n, 1))
        yield Group(f"redis+cluster://127.0.0.1:{servers[0].port}", servers)


@contextmanager
def master_with_sentinels(folder: Path) -> Iterator[Group]:
    """One master, two replicas, and three Sentinels that watch over them."""
    with ExitStack() as stack:
        servers = [_plain_server(folder, stack) for _ in range(3)]
        master, *replicas = servers
        for one in replicas:
            one.asks("REPLICAOF", "127.0.0.1", master.port)
        with master.redis as redis:
            _until(lambda: _has_replicas(redis, 2))
        sentinels = [_sentinel(folder, stack, master.port) for _ in range(3)]
        for one in sentinels:
            with one.redis as redis:
                _until(lambda r=redis: _watches(r))
        hosts = ",".join(f"127.0.0.1:{one.port}" for one in sentinels)
        yield Group(f"redis+sentinel://{hosts}/mymaster", servers, sentinels)


def _plain_server(folder: Path, stack: ExitStack, *more: str) -> Server:
    port = _free_port()
    home = folder / str(port)
    home.mkdir()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--repl-diskless-sync-delay", "0"]
    server = Server.start(port, _command_line(home, [*options, *more]), home)
    stack.callback(server.end)
    return server


def _cluster_server(folder: Path, stack: ExitStack) -> Server:
    bus = ("--cluster-port", str(_free_port()), "--cluster-node-timeout", "2000")
    return _plain_server(folder, stack, "--cluster-enabled", "yes", *bus)


def _sentinel(folder: Path, stack: ExitStack, master: int) -> Server:
    port = _free_port()
    home = folder / str(port)
    home.mkdir()
    file = home / "sentinel.conf"
    file.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {home}\nlogfile log\n"
        f"sentinel monitor mymaster 127.0.0.1 {master} 2\n"
        "sentinel down-after-milliseconds mymaster 2000\n"
        "sentinel failover-timeout mymaster 5000\n"
    )
    server = Server.start(port, [str(find_binary()), str(file), "--sentinel"], home)
    stack.callback(server.end)
    return server


def _replicates(replica: Redis, master: str) -> bool:
    try:
        _command(replica, "CLUSTER", "REPLICATE", master)
    except RedisError:  # it has not met the master yet
        return False
    return True


def _has_replicas(master: Redis, count: int) -> bool:
    return _command(master, "WAIT", count, 100) == count


def _watches(sentinel: Redis) -> bool:
    said = _command(sentinel, "SENTINEL", "MASTER", "mymaster")
    if isinstance(said, list):
        said = dict(zip(said[::2], said[1::2], strict=True))
    assert isinstance(said, dict)
    facts = {_text(key): _text(value) for key, value in said.items()}
    return facts["num-slaves"] == "2" and facts["num-other-sentinels"] == "2"


def _owner(slots: object, slot: int) -> int:
    """Return the port of the master of a slot."""
    if isinstance(slots, dict):
        for (first, last), one in slots.items():
            if first <= slot <= last:
                return int(one["primary"][1])
    assert isinstance(slots, list)
    for first, last, master, *_ in slots:
        if first <= slot <= last:
            return int(master[1])
    raise AssertionError(f"nobody has the slot {slot}")


def _text(reply: object) -> str:
    return reply.decode() if isinstance(reply, bytes) else str(reply)


def _join(nodes: list[Redis], ports: list[int]) -> None:
    """Share the slots, and introduce everybody to everybody."""
    shares = [(0, 5460), (5461, 10922), (10923, 16383)]
    buses = [int(str(node.config_get("cluster-port")["cluster-port"])) for node in nodes]
    for node, (first, last) in zip(nodes[:3], shares, strict=True):
        _command(node, "CLUSTER ADDSLOTSRANGE", first, last)
    for node in nodes:
        for port, bus in zip(ports, buses, strict=True):
            _command(node, "CLUSTER MEET", "127.0.0.1", port, bus)
    _until(lambda: all(_sees_all(node, len(nodes)) for node in nodes))


def _command(node: Redis, *parts: str | int) -> object:
    """Run a command; redis-py's own method has no types."""
    run: Callable[..., object] = node.execute_command
    return run(*parts)


def _sees_all(node: Redis, count: int) -> bool:
    said = _command(node, "CLUSTER INFO")
    if isinstance(said, dict):
        return said.get("cluster_state") == "ok" and said.get("cluster_known_nodes") == str(count)
    assert isinstance(said, bytes)
    return b"cluster_state:ok" in said and f"cluster_known_nodes:{count}".encode() in said


@contextmanager
def _process(folder: Path, options: list[str]) -> Iterator[None]:
    process = subprocess.Popen(_command_line(folder, options), cwd=folder)
    try:
        yield
    finally:
        _end(process)


def _command_line(folder: Path, options: list[str]) -> list[str]:
    common = ["--save", "", "--appendonly", "no", "--dir", str(folder), "--logfile", "log"]
    return [str(find_binary()), *options, *common]


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGCONT)  # a frozen one can't end
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def _wait_for(redis: Redis) -> None:
    def answers() -> bool:
        try:
            return bool(redis.ping())
        except OSError:
            return False
        except Exception as error:
            if "Connection" in type(error).__name__ or "Loading" in type(error).__name__:
                return False
            raise

    _until(answers)


def _until(holds: object) -> None:
    """Wait for something outside this process, which has no other way to tell."""
    assert callable(holds)
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "the store did not come up in time"
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
