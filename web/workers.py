"""Several workers on one machine: a parent that forks them, and looks after them.

The parent holds the listening sockets and serves nobody: it has no event loop and no threads,
so that it may fork at any time. It loads the filter before it forks, so that all workers share
its memory; starts again what has died; and passes on what it is told by signals. Should it be
killed, its children stop by themselves, as the pipe that it holds has ended. What a child does
is for `web/worker.py`.
"""

import gc
import logging
import os
import select
import signal
import socket
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec
from prometheus_client import multiprocess

from config import limits
from config.clock import monotonic, now
from config.settings import Settings
from safety.screening import Screen
from web.addresses import DAY_MS
from web.listening import listen_together, url_of
from web.loading import read_screen
from web.logs import set_up
from web.serve import greet, raise_file_limit
from web.siblings import siblings
from web.worker import HURRY, SIGNALS, Pipes, Ready, child, keep_store, work

log = logging.getLogger("benchside.workers")

SHORTEST_PAUSE: Final = 0.2
"""Seconds before something that has died is started again, the first time."""
LONGEST_PAUSE: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""What has lived so long counts as sound: when it dies the next time, it is started at once."""


class StartFailed(Exception):
    """A child ended before it was ready; it has said why."""


@dataclass(slots=True)
class Post:
    """A place that one child at a time fills."""

    name: str
    run: Callable[[Pipes], Coroutine[None, None, None]]
    pid: int = 0
    since: float = 0.0
    due: float | None = None
    """When to start a child again; None while there is one."""
    pause: float = 0.0
    telling: int = -1
    """Where the child says that it is ready; -1 once it has."""
    ready: Ready | None = None


@dataclass(slots=True)
class _Wires:
    """The pipes' ends that the parent holds, and those that it leaves to its children."""

    lifeline: tuple[int, int] = field(default_factory=os.pipe)
    store_in_use: tuple[int, int] = field(default_factory=os.pipe)
    wakeup: tuple[int, int] = field(default_factory=os.pipe)


class Workers:
    """The parent's work, from the first fork to the last child's end."""

    def __init__(self, settings: Settings, listening: list[socket.socket]) -> None:
        self._settings = settings
        self._listening = listening
        self._siblings = siblings(len(listening))
        self._forget_keys()
        self._wires = _Wires()
        self._store: Post | None = None
        self._workers: list[Post] = []
        self._told = False
        """Whether a signal has asked us to stop."""
        self._has_started = False
        """Whether all have been ready; before, who ends has said why."""
        self._is_stopping = False
        """Whether the workers have been told so."""

    def run(self) -> None:
        """Start all, and look after them until told to stop. Raises: StartFailed."""
        self._hear_signals()
        try:
            settings = self._settings
            if not settings.store.url:
                self._store = Post("the store's keeper", partial(keep_store, settings))
                self._start(self._store)
            screen = read_screen(settings)
            gc.collect()
            gc.freeze()
            gc.enable()
            if self._store:
                store = msgspec.structs.replace(settings.store, url=self._until_ready(self._store))
                settings = msgspec.structs.replace(settings, store=store)
            if not self._told:
                self._hire(settings, screen)
            while not self._told:
                self._look_after()
        finally:
            self._stop()

    def _hire(self, settings: Settings, screen: Screen) -> None:
        """Start the workers; the first alone, so that what is wrong for all is said once."""
        for socket_, one in zip(self._listening, self._siblings, strict=True):
            run = partial(work, settings, socket_, screen, one)
            self._workers.append(Post(f"worker {one.number + 1}", run))
        for some in (self._workers[:1], self._workers[1:]):
            for post in some:
                self._start(post)
            for post in some:
                self._until_ready(post)
        first = self._workers[0].ready
        self._has_started = True
        if not self._told:
            url = settings.web.public_origin or url_of(settings.web.host, self._listening[0])
            greet(url, first.first if first else None, demo=False)

    # Children

    def _start(self, post: Post) -> None:
        hearing, telling = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid == 0:
            os.close(hearing)
            self._leave_parent_behind(post)
            pipes = Pipes(self._wires.lifeline[0], self._wires.store_in_use[0], telling)
            child(partial(post.run, pipes))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        os.close(telling)
        post.pid, post.telling, post.since, post.due = pid, hearing, monotonic(), None

    def _leave_parent_behind(self, post: Post) -> None:
        """Close, in a child, what would keep the parent's pipes open and is others' to hear."""
        os.close(self._wires.lifeline[1])
        if post is self._store:
            os.close(self._wires.store_in_use[1])
            self._siblings[0].keys.forget()
            self._siblings[0].close()
        for other in self._posts():
            if other.telling >= 0:
                os.close(other.telling)

    def _posts(self) -> Iterable[Post]:
        return (*([self._store] if self._store else []), *self._workers)

    def _until_ready(self, post: Post) -> str:
        """Wait until a child is ready; return what it says of the store. Raises: StartFailed."""
        while post.ready is None and not self._told:
            if not post.pid:
                raise StartFailed
            self._look_after(may_restart=False)
        return post.ready.url if post.ready else ""

    # What happens

    def _look_after(self, *, may_restart: bool = True, longest: float = 1.0) -> None:
        """Wait for something to happen, and see to it."""
        self._forget_keys()
        hearing = [post.telling for post in self._posts() if post.telling >= 0]
        due = [post.due - monotonic() for post in self._posts() if post.due is not None]
        patience = max(0.0, min([longest, *due]))
        heard, _, _ = select.select([self._wires.wakeup[0], *hearing], [], [], patience)
        if self._wires.wakeup[0] in heard:
            self._take_signals(os.read(self._wires.wakeup[0], 1024))
        for post in self._posts():
            if post.telling in heard:
                self._hear(post)
        if may_restart:
            for post in self._posts():
                if post.due is not None and post.due <= monotonic():
                    self._start(post)

    def _forget_keys(self) -> None:
        """Keep none but yesterday's, from which each child goes on by the store's clock.

        Not today's: that clock may be behind this machine's.
        """
        keys = self._siblings[0].keys
        keys.turn(now() // DAY_MS - 1)
        keys.before = b""

    def _hear(self, post: Post) -> None:
        words = os.read(post.telling, 4096)
        os.close(post.telling)
        post.telling = -1
        if words:
            post.ready = msgspec.json.decode(words, type=Ready)

    def _take_signals(self, numbers: bytes) -> None:
        for number in numbers:
            if number == signal.SIGCHLD:
                self._bury()
            else:
                self._told = True
                if self._is_stopping:
                    self._tell_workers(HURRY)

    def _tell_workers(self, what: signal.Signals) -> None:
        for post in self._workers:
            if post.pid:
                with suppress(ProcessLookupError):
                    os.kill(post.pid, what)

    def _bury(self) -> None:
        """Note which children have ended, and when to start others in their place."""
        for post in self._posts():
            if post.pid and os.waitpid(post.pid, os.WNOHANG)[0]:
                self._mark_dead(post)
                if not self._told:
                    post.due = monotonic() + post.pause
                    post.pause = next_pause(post.pause, monotonic() - post.since)
                    if self._has_started:
                        log.error("%s ended by itself and is started again", post.name)

    def _mark_dead(self, post: Post) -> None:
        with suppress(OSError):
            multiprocess.mark_process_dead(post.pid)  # type: ignore[no-untyped-call]
        post.pid = 0

    # Signals and the end

    def _hear_signals(self) -> None:
        """Have signals written into a pipe, so that none is missed while we do something else."""
        for end in self._wires.wakeup:
            os.set_blocking(end, False)
        for number in SIGNALS:
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._wires.wakeup[1])

    def _stop(self) -> None:
        """Let the workers drain and end, then the store."""
        self._told = self._is_stopping = True
        for listening in self._listening:
            listening.close()
        self._tell_workers(signal.SIGTERM)
        self._until_ended(self._workers, limits.DRAIN_SECONDS)
        for end in (*self._wires.lifeline, *self._wires.store_in_use):
            os.close(end)
        if self._store:
            self._until_ended([self._store], limits.DRAIN_SECONDS)
        self._siblings[0].close()
        signal.set_wakeup_fd(-1)

    def _until_ended(self, posts: list[Post], seconds: float) -> None:
        end = monotonic() + seconds
        while any(post.pid for post in posts):
            if monotonic() > end:
                for post in posts:
                    if post.pid:
                        os.kill(post.pid, signal.SIGKILL)
            self._look_after(may_restart=False, longest=0.2)


def next_pause(pause: float, lived: float) -> float:
    """Return how long to wait when it dies again, if it has lived so many seconds this time."""
    if lived > STEADY_SECONDS:
        return 0.0
    return min(LONGEST_PAUSE, max(SHORTEST_PAUSE, 2 * pause))


def _noted(number: int, _: object) -> None:
    """The signal is in the pipe."""


def serve_together(settings: Settings) -> None:
    """Serve with several workers until SIGINT or SIGTERM.

    The variable for the folder of metrics must be set before the library is imported.

    Raises: StartFailed; OSError if the address can't be had; as `read_screen`.
    """
    set_up(settings.log.level, settings.log.format)
    raise_file_limit()
    listening = listen_together(settings.web.host, settings.web.port, settings.web.workers)
    Workers(settings, listening).run()
