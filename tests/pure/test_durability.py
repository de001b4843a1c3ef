"""Which commands wait for replicas, and what is said of servers that would lose lines."""

from pathlib import Path

import pytest

from store.durability import Durability, script_settles, verb_settles
from store.scripts import script

ROOT = Path(__file__).resolve().parents[2]


def test_each_script_that_writes_waits_and_those_that_only_read_do_not() -> None:
    scripts = {path: path.read_text("utf-8") for path in ROOT.glob("*/lua/*.lua")}
    passing = {path.stem for path, source in scripts.items() if not script_settles(source)}
    said = {
        path.stem
        for path, source in scripts.items()
        if "nothing is written.\n" in source and "Invariant: nothing is written" in source
    }
    assert passing == said
    assert script("chat", "append").settles


def test_a_script_that_calls_what_cannot_be_seen_waits() -> None:
    assert script_settles("return redis.call(ARGV[1], KEYS[1])")
    assert not script_settles("return redis.call('GET', KEYS[1])")


def test_reading_a_log_waits_since_people_are_shown_what_was_read() -> None:
    assert verb_settles("XRANGE")
    assert verb_settles("set")
    assert not verb_settles("HGETALL")


def test_the_mark_lies_where_the_key_does() -> None:
    mark, wait = Durability(2).proof("{c:one}:log")
    assert mark[:2] == ("SET", "{c:one}:mark")
    assert wait[:2] == ("WAIT", 2)


def test_enough_replicas_are_enough_and_a_refusal_is_none() -> None:
    durability = Durability(2)
    assert durability.holds([b"OK", 2])
    assert not durability.holds([b"OK", 1])
    assert not durability.holds([b"OK", RuntimeError()])
    assert not durability.holds([RuntimeError(), 2]), "without the mark the count says nothing"


@pytest.mark.parametrize(
    ("replicas", "facts", "words"),
    [
        (0, {"connected_slaves": "0"}, ""),
        (0, {"connected_slaves": "2"}, "Set store.replicas = 1"),
        (1, {"connected_slaves": "0"}, "nothing can be acknowledged"),
        (1, {"connected_slaves": "1", "min-replicas-to-write": "0"}, "min-replicas-to-write 1"),
        (
            1,
            {
                "connected_slaves": "1",
                "min-replicas-to-write": "1",
                "min-replicas-max-lag": "10",
            },
            "min-replicas-max-lag 5",
        ),
        (
            1,
            {"connected_slaves": "1", "min-replicas-to-write": "1", "min-replicas-max-lag": "5"},
            "",
        ),
        (1, {"connected_slaves": "1"}, ""),
    ],
)
def test_servers_that_would_lose_lines_are_named_with_what_to_set(
    replicas: int, facts: dict[str, str], words: str
) -> None:
    said = Durability(replicas).shortcomings("a:1", facts)
    assert bool(said) == bool(words)
    assert words in " ".join(said)
