"""`peers`: the same load on other systems and on Benchside, in one call, on one machine.

Pairs of sockets in a closed loop: a line goes to the other of the pair, who answers; the sender is
told that the server has it. Benchside's lines are also screened, encrypted and on the disk by then.
Memory is weighed on a server of its own, with more connections.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Callable, Collection
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter_ns

import msgspec

from bench.costs import Group, descendants, mark, memory_kib
from bench.figures import median
from bench.idle import talking
from bench.lines import Plan, Round, lines, measured
from bench.machine import Machine, machine
from bench.peers.catalogue import PEERS_KNOWN, Peer, Place
from bench.peers.installing import ROOT, Missing
from bench.problems import first_of, said
from bench.sentences import from_somewhere
from bench.server import free_port
from bench.sockets import Socket, SocketClosed, open_socket
from bench.talks import Record
from store.embedded import find_binary

START_SECONDS = 30.0
RUN_SECONDS = 180.0
"""Beyond its plan, how long one peer may take in all."""
FIRST = 20
"""Pairs before memory is weighed for the first time, as in `bench/idle.py`."""
FAILURES = (OSError, SocketClosed, TimeoutError, ValueError)
"""What may happen to a peer without being our mistake."""
IDLE_SECONDS = 2.0
AT_ONCE = 32
"""Pairs that come in at the same time."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of one system."""

    name: str
    what: str
    promises: str
    lines_per_s: float
    p50_ms: float
    p99_ms: float
    server_us: float
    """CPU of the server for one line."""
    store_us: float
    kib_per_connection: float | None
    """Of server and store, while nobody says anything."""
    cpu_to_benchside: float
    """CPU of server and store for a line, divided by Benchside's."""
    speed_to_benchside: float
    """Lines a second, divided by Benchside's."""


class Absent(msgspec.Struct, frozen=True):
    """A peer that was not measured."""

    name: str
    why: str


class PeersResult(msgspec.Struct, frozen=True, kw_only=True):
    """What `peers` prints last."""

    pairs: int
    connections: int
    """With how many memory was weighed."""
    benchside: Figures
    peers: list[Figures]
    absent: list[Absent]
    machine: Machine


async def compare(plan: Plan, connections: int, only: Collection[str] = ()) -> PeersResult:
    """Measure Benchside, and each peer that can be had. Raises: as `lines`."""
    ours = await lines(plan)
    held = await talking(connections, IDLE_SECONDS) if connections else None
    cpu = ours.cpu_us_per_line
    benchside = Figures(
        name="benchside",
        what="Benchside with its embedded store",
        promises="screened, encrypted, on the disk, acknowledged, delivered",
        lines_per_s=ours.lines_per_s,
        p50_ms=ours.p50_ms,
        p99_ms=ours.p99_ms,
        server_us=cpu.server,
        store_us=cpu.store,
        kib_per_connection=round(held.server_kib + held.store_kib, 1) if held else None,
        cpu_to_benchside=1.0,
        speed_to_benchside=1.0,
    )
    found: list[Figures] = []
    absent: list[Absent] = []
    for peer in PEERS_KNOWN:
        if only and peer.name not in only:
            continue
        try:
            found.append(await _measure(peer, plan, connections, benchside))
        except Missing as missing:
            absent.append(Absent(peer.name, str(missing)))
    return PeersResult(
        pairs=plan.pairs,
        connections=connections,
        benchside=benchside,
        peers=found,
        absent=absent,
        machine=machine(),
    )


async def _measure(peer: Peer, plan: Plan, connections: int, ours: Figures) -> Figures:
    """Start one peer and let its pairs talk. Raises: Missing, if it does not run as it should."""
    try:
        async with asyncio.timeout(RUN_SECONDS + plan.warm_up + plan.rounds * plan.seconds):
            async with _running(peer) as (port, processes):
                rounds = await _talking(peer, port, processes, plan)
            kib = await _weighed(peer, connections) if connections else None
    except (*FAILURES, ExceptionGroup) as failed:
        if not isinstance(first_of(failed), FAILURES):
            raise
        raise Missing(f"it did not work: {said(first_of(failed))}") from None
    server_us = median([one.cpu_us_per_line.server for one in rounds])
    store_us = median([one.cpu_us_per_line.store for one in rounds])
    speed = median([one.lines_per_s for one in rounds])
    return Figures(
        name=peer.name,
        what=peer.what,
        promises=peer.promises,
        lines_per_s=round(speed, 1),
        p50_ms=median([one.p50_ms for one in rounds]),
        p99_ms=median([one.p99_ms for one in rounds]),
        server_us=round(server_us, 1),
        store_us=round(store_us, 1),
        kib_per_connection=kib,
        cpu_to_benchside=round((server_us + store_us) / (ours.server_us + ours.store_us), 2),
        speed_to_benchside=round(speed / ours.lines_per_s, 2),
    )


async def _weighed(peer: Peer, connections: int) -> float:
    """Return how many KiB each of so many connections holds, in the server and the store."""
    async with _running(peer) as (port, processes):
        pairs = await _come(peer, port, 0, FIRST)
        group = processes()
        await asyncio.sleep(IDLE_SECONDS)  # subscriptions may still be on their way to the store
        before = memory_kib((*group.server, *group.store))
        pairs += await _come(peer, port, FIRST, connections // 2)
        await asyncio.sleep(IDLE_SECONDS)
        grown = memory_kib((*group.server, *group.store)) - before
        for pair in pairs:
            pair.ends()
    return round(grown / (connections // 2 * 2), 1)


async def _come(peer: Peer, port: int, first: int, count: int) -> list["Pair"]:
    """Open so many pairs, some at a time; the very first one alone."""
    pairs = [await _first_pair(peer, port)] if first == 0 else []
    at_once = asyncio.Semaphore(AT_ONCE)

    async def comes(number: int) -> None:
        async with at_once:
            pairs.append(await Pair.open(peer, port, number))

    async with asyncio.TaskGroup() as tasks:
        for number in range(first + len(pairs), first + count):
            tasks.create_task(comes(number), name=f"pair {number}")
    return pairs


async def _talking(
    peer: Peer, port: int, processes: Callable[[], Group], plan: Plan
) -> list[Round]:
    """Return what was measured."""
    pairs = await _come(peer, port, 0, plan.pairs)
    group = processes()
    await asyncio.sleep(1.0)  # subscriptions may still be on their way to the store
    for pair in pairs:
        pair.says(0)
    await asyncio.sleep(plan.warm_up)
    rounds: list[Round] = []
    for _ in range(plan.rounds):
        for pair in pairs:
            pair.record = Record()
        begun = mark(group)
        await asyncio.sleep(plan.seconds)
        used = mark(group).since(begun)
        whole = Record()
        for pair in pairs:
            whole.delivered.extend(pair.record.delivered)
        rounds.append(measured(whole, used))
    for pair in pairs:
        pair.ends()
    return rounds


async def _first_pair(peer: Peer, port: int) -> "Pair":
    """Open the first pair; some listen before their store is there. Raises: as `Pair.open`."""
    end = perf_counter_ns() + START_SECONDS * 1e9
    while True:
        try:
            return await Pair.open(peer, port, 0)
        except SocketClosed:
            if perf_counter_ns() > end:
                raise
            await asyncio.sleep(0.2)


class Pair:
    """Two sockets of a peer, and one line between them."""

    def __init__(self, peer: Peer, number: int) -> None:
        self.record = Record()
        self._dialect = peer.dialect
        self._texts = from_somewhere(number)
        self._sockets: list[Socket] = []
        self._ready: list[asyncio.Event] = [asyncio.Event(), asyncio.Event()]
        self._said_ns = 0
        self._over = False

    @classmethod
    async def open(cls, peer: Peer, port: int, number: int) -> "Pair":
        """Open both sockets. Raises: SocketClosed, TimeoutError."""
        pair = cls(peer, number)
        for side in (0, 1):
            path = peer.dialect.path(number, side)
            pair._sockets.append(await open_socket(port, path, partial(pair._hears, side)))
            if peer.dialect.greeting:
                pair._sockets[side].say(peer.dialect.greeting, peer.dialect.kind)
            else:
                pair._ready[side].set()
        for ready in pair._ready:
            async with asyncio.timeout(START_SECONDS):
                await ready.wait()
        return pair

    def says(self, side: int) -> None:
        """Say the next line on this side."""
        self._said_ns = perf_counter_ns()
        self._sockets[side].say(self._dialect.encode(next(self._texts)), self._dialect.kind)

    def ends(self) -> None:
        """Drop both sockets."""
        self._over = True
        for socket in self._sockets:
            socket.end()

    def _hears(self, side: int, frame: bytes) -> None:
        match self._dialect.meaning(frame):
            case "line":
                self.record.delivered.append(perf_counter_ns() - self._said_ns)
                if not self._over:
                    self.says(side)
            case "ask":
                self._sockets[side].say(self._dialect.answer(frame), self._dialect.kind)
            case "ready":
                self._ready[side].set()
            case "nothing":
                pass


@contextlib.asynccontextmanager
async def _running(peer: Peer) -> AsyncGenerator[tuple[int, Callable[[], Group]]]:
    """Run a peer, with a store if it wants one; yield its port, and what tells its processes.

    They are asked for once it serves: nginx listens before its worker is born. Raises: Missing.
    """
    port, store_port = free_port(), free_port()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="benchside-bench-")))
        place = Place(port, f"redis://127.0.0.1:{store_port}", folder)
        command = peer.command(place)
        store: tuple[int, ...] = ()
        if peer.with_store:
            options = ["--port", str(store_port), "--bind", "127.0.0.1", "--save", ""]
            store = (
                await stack.enter_async_context(
                    _process([str(find_binary()), *options], store_port, folder / "store.log", {})
                ),
            )
        more = {**peer.environment, "PEER_STORE": place.store, "PYTHONPATH": str(ROOT)}
        pid = await stack.enter_async_context(_process(command, port, folder / "log", more))
        yield port, lambda: Group(descendants(pid), store)


@contextlib.asynccontextmanager
async def _process(
    command: list[str], port: int, log: Path, more: dict[str, str]
) -> AsyncGenerator[int]:
    """Run a process until the context ends; yield its id once its port answers. Raises: Missing."""
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=written, stderr=written, cwd=log.parent, env={**os.environ, **more}
        )
    try:
        if not await _answers(process, port):
            said = log.read_text("utf-8", "replace").strip().splitlines()
            raise Missing(f"it did not start: {said[-1] if said else 'it said nothing'}")
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _answers(process: asyncio.subprocess.Process, port: int) -> bool:
    """Wait until somebody listens there; False if the process ends or it takes too long."""
    for _ in range(int(START_SECONDS / 0.05)):
        if process.returncode is not None:
            return False
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)  # another process; it rings no bell
        else:
            writer.close()
            return True
    return False
