"""One-turn batching: the commands of one turn of the event loop go out as one pipeline.

Measured, this halves the server's cost of a line, and under `appendfsync always` it is the
group commit. While one pipeline is under way the next one fills, so a busy store is asked in
larger groups, in the order of asking. A caller that is cancelled does not take back its
command: the task that sends belongs to the store, not to the caller.

A batch belongs to one server and has one link at a time. A command whose link was lost may or may
not have been carried out: its caller is told that the outcome is unknown, and nothing here asks
again. That is why every script is safe to run twice. What a server refused because it is not the
one to ask, or not yet, was certainly not carried out, and goes back to be asked elsewhere or
later (`store/routing.py`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from config.clock import monotonic
from store.durability import Durability
from store.errors import StoreError, StoreUnreachable
from store.link import Link
from store.replies import Argument, Reply
from store.resp import Refusal
from store.scripts import Script

log = logging.getLogger("benchside.store")

LARGEST = 512
"""Commands in one pipeline: enough to amortise a round trip, small enough to answer soon."""

# fmt: off
NOT_CARRIED_OUT = frozenset({
    "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "READONLY", "MASTERDOWN",
    "NOREPLICAS", "BUSY",
})
# fmt: on
"""Refusals by a server that can't, for now or for good, and has done nothing."""
_LOST = frozenset({"READONLY", "MASTERDOWN"})
"""Refusals by a server that is no master any more."""


@dataclass(slots=True)
class Asked:
    """One command, and who waits for its answer."""

    parts: tuple[Argument, ...]
    key: str
    script: Script | None
    settles: bool
    """Whether its outcome has to be on the replicas before anybody is told."""
    answer: asyncio.Future[Reply]
    due: float = 0.0
    """When asking again ends; 0 while it was never asked in vain."""
    asking: bool = False
    """Whether the server takes it only on request, while its slot moves there."""

    def fail(self, error: StoreError) -> None:
        """Tell the caller, if it is still there."""
        if not self.answer.done():
            self.answer.set_exception(error)


Again = Callable[[Asked, str], None]
"""Takes what was certainly not carried out, and the words of the refusal."""


class Batch:
    """Collects the commands for one server; `run` must be running for anything to go out."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Link]],
        again: Again,
        stumbled: Callable[[], None],
        durability: Durability,
        patience: float,
    ) -> None:
        """
        Arguments:
            again: takes what was certainly not carried out.
            stumbled: called when it may be that another server has taken over.
            patience: seconds for which a server that can't be reached is waited for.
        """
        self._connect = connect
        self._again = again
        self._stumbled = stumbled
        self._durability = durability
        self._patience = patience
        self._away_since = 0.0
        self._link: Link | None = None
        self._pending: list[Asked] = []
        self._filled = asyncio.Event()
        self._closed = False

    def add(self, asked: Asked) -> None:
        """Send a command with the others of this turn."""
        if self._closed:
            asked.fail(StoreUnreachable("The store is closed."))
        else:
            self._pending.append(asked)
            self._filled.set()

    def leave(self) -> None:
        """Give up the link: the server is not to be asked any more."""
        if self._link is not None:
            self._link.close()

    async def run(self) -> None:
        """Send what is pending, for as long as the store is open."""
        try:
            while True:
                await self._filled.wait()
                batch, self._pending = self._pending[:LARGEST], self._pending[LARGEST:]
                if not self._pending:
                    self._filled.clear()
                await self._carry_out(batch)
        finally:
            self._closed = True
            self.leave()
            for one in self._pending:
                one.fail(StoreUnreachable("The store is closed."))

    async def _carry_out(self, batch: list[Asked]) -> None:
        try:
            link = await self._open()
        except (Refusal, OSError, TimeoutError) as error:
            self._not_asked(batch, _kind(error))
            return
        except asyncio.CancelledError:
            _fail(batch, StoreUnreachable("The store is closed."))
            raise
        try:
            missing = await self._ask(link, batch)
            if missing:
                await self._teach(link, missing)
        except (Refusal, OSError, TimeoutError) as error:
            link.close()
            self._stumbled()
            _fail(batch, StoreUnreachable(f"The store did not answer ({_kind(error)})."))
        except Exception as error:  # noqa: BLE001 - the top of a task: what comes next may go well
            link.close()
            log.error("a batch of %d commands failed: %s", len(batch), type(error).__name__)
            _fail(batch, StoreUnreachable(f"The outcome is unknown ({type(error).__name__})."))
        except asyncio.CancelledError:
            _fail(batch, StoreUnreachable("The store is closed."))
            raise

    async def _open(self) -> Link:
        if self._link is None or self._link.lost:
            self._link = await self._connect()
            self._away_since = 0.0
        return self._link

    def _not_asked(self, batch: list[Asked], why: str) -> None:
        """Let a server that was there a moment ago have its time to come back, and no more."""
        now = monotonic()
        self._away_since = self._away_since or now
        if now - self._away_since > self._patience:
            self._stumbled()
            _fail(batch, StoreUnreachable(f"No store answers ({why})."))
        else:
            for one in batch:
                self._again(one, why)

    async def _ask(self, link: Link, batch: list[Asked]) -> list[Asked]:
        """Ask, and give each answer to its caller; return those with an unknown script."""
        commands = [one.parts for one in batch]
        if any(one.asking for one in batch):
            commands = [part for one in batch for part in _on_request(one)]
        settled = True
        if self._durability.replicas and (key := _key_to_settle(batch)) is not None:
            proof = self._durability.proof(key)
            replies = await link.ask([*commands, *proof])
            settled = self._durability.holds(replies[-len(proof) :])
            if not settled:
                self._stumbled()
            del replies[-len(proof) :]
        else:
            replies = await link.ask(commands)
        if len(commands) != len(batch):
            replies = list(_without_requests(batch, replies))
        missing: list[Asked] = []
        for one, reply in zip(batch, replies, strict=True):
            if isinstance(reply, Refusal):
                self._refused(one, reply, link, missing)
            elif one.settles and not settled:
                one.fail(StoreUnreachable("Too few replicas have it; the outcome is unknown."))
            elif not one.answer.done():
                one.answer.set_result(reply)
        return missing

    def _refused(self, one: Asked, reply: Refusal, link: Link, missing: list[Asked]) -> None:
        """Sort out what was refused; the words of the store can quote arguments."""
        kind = reply.kind
        if kind == "NOSCRIPT" and one.script:
            missing.append(one)
        elif kind in NOT_CARRIED_OUT:
            if kind in _LOST:
                link.close()
            self._again(one, str(reply) if kind in {"MOVED", "ASK"} else kind)
        else:
            name = one.script.name if one.script else str(one.parts[0])
            one.fail(StoreError(f"The store refused {name} ({kind})."))

    async def _teach(self, link: Link, missing: list[Asked]) -> None:
        """Teach a server that was restarted its scripts, and ask again, once."""
        sources = {one.script.source for one in missing if one.script}
        await link.ask([("SCRIPT", "LOAD", source) for source in sources])
        still = await self._ask(link, missing)
        _fail(still, StoreError("The store forgets scripts as soon as they are loaded."))


def _on_request(one: Asked) -> list[tuple[Argument, ...]]:
    return [("ASKING",), one.parts] if one.asking else [one.parts]


def _without_requests(
    batch: list[Asked], replies: Sequence[Reply | Refusal]
) -> Sequence[Reply | Refusal]:
    left = iter(replies)
    answers: list[Reply | Refusal] = []
    for one in batch:
        if one.asking:
            next(left)
        answers.append(next(left))
    return answers


def _key_to_settle(batch: list[Asked]) -> str | None:
    """Return a key beside which the mark may be written, if anything here has to wait.

    A slot that moves takes no mark; another of the batch is as good.
    """
    settling = [one for one in batch if one.settles]
    firm = [one for one in settling if not one.asking]
    return (firm or settling)[-1].key if settling else None


def _kind(error: Exception) -> str:
    return error.kind if isinstance(error, Refusal) else type(error).__name__


def _fail(batch: Sequence[Asked], error: StoreError) -> None:
    for one in batch:
        one.fail(error)
