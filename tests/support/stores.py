"""Real stores for tests: one embedded server, and a cluster of three masters."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis

from store.embedded import find_binary

PATIENCE = 30.0


@contextmanager
def single_store(folder: Path) -> Iterator[str]:
    """One server without persistence, for speed; yields its URL."""
    path = folder / "s.sock"
    with _process(folder, ["--port", "0", "--unixsocket", str(path)]):
        _wait_for(Redis(unix_socket_path=str(path)))
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


def _join(nodes: list[Redis], ports: list[int]) -> None:
    """Share the slots, and introduce everybody to everybody."""
    shares = [(0, 5460), (5461, 10922), (10923, 16383)]
    buses = [int(str(node.config_get("cluster-port")["cluster-port"])) for node in nodes]
    for node, (first, last) in zip(nodes, shares, strict=True):
        _command(node, "CLUSTER ADDSLOTSRANGE", first, last)
        for port, bus in zip(ports, buses, strict=True):
            _command(node, "CLUSTER MEET", "127.0.0.1", port, bus)
    _until(lambda: all(_sees_all(node) for node in nodes))


def _command(node: Redis, *parts: str | int) -> object:
    """Run a command; redis-py's own method has no types."""
    run: Callable[..., object] = node.execute_command
    return run(*parts)


def _sees_all(node: Redis) -> bool:
    said = _command(node, "CLUSTER INFO")
    if isinstance(said, dict):
        return said.get("cluster_state") == "ok" and said.get("cluster_known_nodes") == "3"
    assert isinstance(said, bytes)
    return b"cluster_state:ok" in said and b"cluster_known_nodes:3" in said


@contextmanager
def _process(folder: Path, options: list[str]) -> Iterator[None]:
    common = ["--save", "", "--appendonly", "no", "--dir", str(folder), "--logfile", "log"]
    process = subprocess.Popen([str(find_binary()), *options, *common], cwd=folder)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


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
