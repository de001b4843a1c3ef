"""Where one suite is held against several adapters: the fake and each real store."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from store.client import Store, connect
from tests.support.stores import empty

KINDS = ["memory", "embedded", "cluster"]
"""The parameters of a fixture that gives the fake, or an adapter on a real store."""


@asynccontextmanager
async def store_for(request: pytest.FixtureRequest) -> AsyncGenerator[Store | None]:
    """Open an empty store of the requested kind; none for the fake, which needs none."""
    if request.param == "memory":
        yield None
        return
    if request.param == "cluster":
        url: str = request.getfixturevalue("cluster_url")
    else:
        url = request.getfixturevalue("single_url")
    empty(url)
    async with connect(url) as store:
        yield store
