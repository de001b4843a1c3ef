"""Loading: what takes long to read is read in a thread while the store starts.

Responsible for the filter alone, which is most of a start. What the filter reads is for
`safety/` to say.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from config.settings import Settings
from safety.screening import Screen, load_screen
from store.tasks import beside


def read_screen(settings: Settings) -> Screen:
    """Read the filter. Raises: as `load_screen`."""
    lexicon = settings.safety.lexicon
    return load_screen(Path(lexicon) if lexicon else None)


@asynccontextmanager
async def loading(
    settings: Settings, screen: Screen | None
) -> AsyncGenerator[asyncio.Future[Screen]]:
    """Read the filter beside the body, unless there is one; it is in what is yielded.

    Raises: as `read_screen`, wherever the body then is.
    """
    loaded: asyncio.Future[Screen] = asyncio.get_running_loop().create_future()

    async def load() -> None:
        read = await asyncio.to_thread(read_screen, settings) if screen is None else screen
        loaded.set_result(read)

    async with beside(filter=load):
        yield loaded
