"""One real server for each module, and the people of each test."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.proxy import Proxy
from tests.support.running import Guests, House, running_house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    """A running server, shared by the tests of a module."""
    async with running_house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def guests(house: House) -> AsyncGenerator[Guests]:
    """Those who come in one test; nobody is left after it."""
    guests = Guests(house)
    try:
        yield guests
    finally:
        await guests.stack.aclose()
        await house.tidy()


@pytest_asyncio.fixture(loop_scope="module")
async def wire(house: House) -> AsyncGenerator[Proxy]:
    """A wire to the server that can be cut."""
    async with Proxy.to(house.url) as proxy:
        yield proxy
