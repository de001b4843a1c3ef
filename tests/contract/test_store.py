"""The store itself: batches, scripts, wake-ups, on one server and on a cluster."""

import asyncio
import hashlib

import pytest

from store.client import Store, connect
from store.errors import StoreError, StoreUnreachable
from store.replies import as_int
from store.scripts import Script


def a_script(source: str) -> Script:

    return Script("test.echo", source, hashlib.sha1(source.encode()).hexdigest())


async def test_commands_of_one_turn_are_answered_in_order(store: Store) -> None:
    asked = [store.call("INCR", "{a}n") for _ in range(600)]
    assert await asyncio.gather(*asked) == list(range(1, 601))


async def test_a_script_that_the_store_forgot_is_loaded_again(store: Store) -> None:
    echo = a_script("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    asked = [store.run(echo, ["{a}n"], [1]) for _ in range(20)]
    others = [store.call("SET", f"{{b{i}}}", i) for i in range(20)]
    assert {as_int(one) for one in await asyncio.gather(*asked)} == set(range(1, 21))
    await asyncio.gather(*others)
    await store.run(echo, ["{z}n"], [1])


async def test_a_refusal_names_the_script_and_never_its_arguments(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        await store.run(
            a_script("return redis.call('INCR', KEYS[1], 'secret words')"), ["{a}x"], ["sec"]
        )
    assert "test.echo" in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_one_refused_command_leaves_the_others_alone(store: Store) -> None:
    await store.call("SET", "{a}text", "x")
    wrong, right = store.call("INCR", "{a}text"), store.call("INCR", "{a}n")
    answers = await asyncio.gather(wrong, right, return_exceptions=True)
    assert isinstance(answers[0], StoreError)
    assert answers[1] == 1


async def test_a_caller_who_gives_up_does_not_take_the_write_back(store: Store) -> None:
    asked = asyncio.ensure_future(store.call("SET", "{a}kept", "1"))
    await asyncio.sleep(0)
    asked.cancel()
    assert await store.call("GET", "{a}kept") == b"1"


async def test_a_wake_up_reaches_its_listener(store: Store) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    for name in ("{a}:w", "{b}:w", "{c}:w"):
        await store.wakeups.listen(name, lambda _, payload: heard.put_nowait(payload))
    for _ in range(3):
        await asyncio.wait_for(heard.get(), 10)
    await store.call("SPUBLISH", "{b}:w", "look")
    assert await asyncio.wait_for(heard.get(), 10) == b"look"


async def test_an_unreachable_store_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnreachable) as caught:
        async with connect("redis://user:hidden@127.0.0.1:1"):
            pass
    assert "127.0.0.1:1" in str(caught.value)
    assert "hidden" not in str(caught.value)
