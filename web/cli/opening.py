"""The store as a command finds it: the one of a running server, or started for the moment."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from config.settings import Settings
from store.client import Store, connect
from store.embedded import embedded, socket_path
from store.errors import FolderInUse, StoreUnreachable


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncGenerator[Store]:
    """Open the store that the settings name, beside a running server or without one.

    Raises:
        StoreError: it can't be opened; the text says what to do.
    """
    if settings.store.url:
        async with connect(settings.store.url, replicas=settings.store.replicas) as store:
            yield store
        return
    folder = Path(settings.store.folder)
    running = f"unix://{socket_path(folder.resolve())}"
    if await _answers(running):
        async with connect(running) as store:
            yield store
        return
    async with embedded(folder) as url, connect(url) as store:
        yield store


async def _answers(url: str) -> bool:
    try:
        async with connect(url, patience=1.0):
            return True
    except (StoreUnreachable, FolderInUse):
        return False
