"""When a write counts as durable, and which commands have to wait for that. Pure.

With `store.replicas` = n, a pipeline that writes ends with `WAIT n`, on the same connection, and
its writers are answered only if so many replicas have all of it.

Two things are easily overlooked. `WAIT` counts from the last write of the *same* connection: after
a script that found its line there already (a resend, perhaps by another process) it says "all
replicas", though the line may be on none. So each such pipeline ends with a small write of its
own, the mark, and what was there before the mark is on the replicas too. And who reads a log tells
people what is in it: a line that is read before it is on a replica could be taken back by a
failover, and its seq given to another. So reading a log waits as writing does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from store.replies import Argument, Reply

WAIT_MS = 2000
"""How long replicas may take. A replica that lags further is lost, for what it is worth."""
LAG_SECONDS = 5
"""`min-replicas-max-lag` at most: replicas report each second, and may miss it a few times."""
MARK_MS = 1000

# fmt: off
_PASSING = frozenset({
    "CONFIG", "DBSIZE", "ECHO", "EXISTS", "GET", "HEXISTS", "HGET", "HGETALL", "HLEN",
    "HMGET", "HVALS", "INFO", "LRANGE", "MGET", "PING", "PTTL", "PUBLISH", "SCARD",
    "SISMEMBER", "SMEMBERS", "SPUBLISH", "TIME", "TTL", "TYPE", "XLEN", "ZCARD", "ZCOUNT",
    "ZRANGE", "ZRANGEBYSCORE", "ZRANK", "ZSCORE",
})
# fmt: on
"""Commands that write nothing and read nothing of a log."""
_CALLS = re.compile(r"redis\.p?call\(\s*'([A-Za-z]+)'")


def verb_settles(verb: str) -> bool:
    """Whether this command has to wait for the replicas."""
    return verb.upper() not in _PASSING


def script_settles(source: str) -> bool:
    """Whether a script calls any command that has to wait; True also if that can't be seen."""
    verbs = _CALLS.findall(source)
    calls = source.count("redis.call(") + source.count("redis.pcall(")
    return len(verbs) < calls or any(map(verb_settles, verbs))


@dataclass(frozen=True, slots=True)
class Durability:
    """How many replicas must have a write before it is acknowledged."""

    replicas: int = 0

    def proof(self, key: str) -> list[tuple[Argument, ...]]:
        """Return the commands that end a pipeline that has to wait: the mark, and the wait.

        Arguments:
            key: one that the pipeline writes or reads; the mark lies in the same slot.
        """
        tag = key[key.find("{") : key.find("}") + 1] if "{" in key else "{store}"
        return [("SET", f"{tag}:mark", "", "PX", MARK_MS), ("WAIT", self.replicas, WAIT_MS)]

    def holds(self, proof: Sequence[Reply | Exception]) -> bool:
        """Whether the answers to `proof` say that enough replicas have it all."""
        mark, count = proof
        marked = not isinstance(mark, Exception)
        return marked and isinstance(count, int) and count >= self.replicas

    def shortcomings(self, server: str, facts: Mapping[str, str]) -> list[str]:
        """Return what is to be set at a server so that it keeps what it acknowledges.

        Arguments:
            facts: what the server says with `INFO replication` and `CONFIG GET min-replicas-*`;
                what it would not say is missing.
        """
        said: list[str] = []
        connected = int(facts.get("connected_slaves", 0))
        if self.replicas and connected < self.replicas:
            said.append(
                f"{server} has {connected} replicas, and store.replicas asks for {self.replicas}: "
                "nothing can be acknowledged."
            )
        if not self.replicas and connected:
            said.append(
                f"{server} has replicas, but store.replicas is 0: lines that were acknowledged "
                "can be lost when a replica takes over. Set store.replicas = 1."
            )
        if self.replicas and "min-replicas-to-write" in facts:
            said += self._settings(server, facts)
        return said

    def _settings(self, server: str, facts: Mapping[str, str]) -> list[str]:
        if int(facts["min-replicas-to-write"]) < self.replicas:
            return [
                f"{server} takes writes without replicas: set min-replicas-to-write "
                f"{self.replicas} and min-replicas-max-lag {LAG_SECONDS} there."
            ]
        if not 0 < int(facts.get("min-replicas-max-lag", LAG_SECONDS)) <= LAG_SECONDS:
            return [
                f"{server} believes replicas for too long: set min-replicas-max-lag "
                f"{LAG_SECONDS} there."
            ]
        return []
