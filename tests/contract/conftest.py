"""The stores that every adapter is held to: a single server and a cluster of three masters."""

from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from store.client import Store, connect
from tests.support.stores import empty, single_store, three_masters


@pytest.fixture(scope="session")
def single_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with single_store(_short(tmp_path_factory)) as url:
        yield url


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with three_masters(_short(tmp_path_factory)) as url:
        yield url


@pytest.fixture(params=["embedded", "cluster"])
async def store(request: pytest.FixtureRequest) -> AsyncGenerator[Store]:
    """An open, empty store."""
    if request.param == "cluster":
        url: str = request.getfixturevalue("cluster_url")
    else:
        url = request.getfixturevalue("single_url")
    empty(url)
    async with connect(url) as opened:
        yield opened


def _short(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("s")
