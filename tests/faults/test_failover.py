"""A master that is lost under load: nothing acknowledged or shown is lost, doubled or swapped.

Each test lets people talk by one process and others be shown it by a second one, and compares
with the log at the end (`tests/support/load.py`). What is printed is the record of one run.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.client import connect
from tests.support.load import Load, load
from tests.support.stores import Group, master_with_sentinels, three_masters_with_replicas

PAUSE = 10.0
"""Seconds that nobody may wait longer for an acknowledgement."""
TALKERS = 24


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    with three_masters_with_replicas(_short(tmp_path_factory)) as group:
        yield group


@pytest.fixture
def sentinels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    with master_with_sentinels(_short(tmp_path_factory)) as group:
        yield group


async def test_a_master_of_a_cluster_dies_and_the_others_go_on(cluster: Group) -> None:
    async with load(cluster.url, talkers=TALKERS) as people:
        await people.goes_on(5)
        tag = f"{{c:{people.talkers[0].id}}}"
        dead = cluster.master_of(tag)
        others = [one for one in people.talkers if not _is_at(cluster, one.id, dead.port)]
        assert others
        await dead.kill()
        await Load(others, {}).goes_on(50)
        assert cluster.master_of(tag) is dead, "nobody had taken over yet"
        await cluster.has_another_master(tag, dead)
        dead.revive()  # a master that stands alone acknowledges nothing
        await people.goes_on(50)
    _report("a master of a cluster dies", people)


async def test_the_master_of_sentinels_dies(sentinels: Group) -> None:
    async with load(sentinels.url, talkers=TALKERS) as people:
        await people.goes_on(5)
        await sentinels.servers[0].kill()
        await people.goes_on(50)
    _report("the master of Sentinels dies", people)


async def test_a_master_that_was_cut_off_with_its_clients_acknowledges_nothing(
    sentinels: Group,
) -> None:
    old = sentinels.servers[0]
    async with load(sentinels.url, talkers=TALKERS) as people:
        await people.goes_on(5)
        await old.is_cut_off_from_servers()
        await people.goes_on(50)
    assert any(one.is_master for one in sentinels.servers[1:])
    _report("a master is cut off with its clients", people)


async def test_a_slot_moves_to_another_master(cluster: Group) -> None:
    async with load(cluster.url, talkers=TALKERS) as people:
        await people.goes_on(5)
        tag = f"{{c:{people.talkers[0].id}}}"
        source, target = cluster.moves(tag)
        await Load(people.talkers[1:], {}).goes_on(5)
        cluster.has_moved(tag, source, target)
        await people.goes_on(20)
        assert cluster.master_of(tag) is target
    _report("a slot moves", people)


async def test_servers_that_would_lose_lines_are_named(sentinels: Group) -> None:
    async with connect(sentinels.url) as store:
        (said,) = await store.shortcomings()
        assert "store.replicas = 1" in said
    async with connect(sentinels.url, replicas=1) as store:
        (said,) = await store.shortcomings()
        assert "min-replicas-to-write 1" in said
        sentinels.servers[0].asks("CONFIG", "SET", "min-replicas-to-write", 1)
        sentinels.servers[0].asks("CONFIG", "SET", "min-replicas-max-lag", 5)
        assert await store.shortcomings() == []


def _is_at(group: Group, id_: str, port: int) -> bool:
    return group.master_of(f"{{c:{id_}}}").port == port


def _report(what: str, people: Load) -> None:
    unknown = sum(one.unknown for one in people.talkers)
    print(
        f"{what}: {people.lines} lines acknowledged, 0 lost, 0 doubled, {unknown} said again, "
        f"longest pause {people.longest:.1f} s"
    )
    assert people.longest <= PAUSE


def _short(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("f")
