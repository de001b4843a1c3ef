"""The simulated people of `demo`, beside the server that they use."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from config.settings import Settings
from web.app import App
from web.cli.rehearsal import employ
from web.demo.people import populate
from web.serve import Beside

PER_SUPPORTER = 3
"""Seekers for one supporter: most are in conversation, some wait for a visitor."""
SUPPORTERS_LEAST = 3


def populated_by(settings: Settings) -> Beside:
    """Return what `web.serve.serve` runs beside the server."""

    @asynccontextmanager
    async def companions(url: str, _: App) -> AsyncGenerator[None]:
        count = max(SUPPORTERS_LEAST, -(-settings.demo.seekers // PER_SUPPORTER))
        staff = await employ(settings, url, count)
        accounts = [(name, staff.passphrase) for name in staff.supporters]
        supervisor = (staff.supervisor, staff.passphrase)
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(
                populate(
                    url, accounts, seekers=settings.demo.seekers, stop=stop, supervisor=supervisor
                ),
                name="simulated people",
            )
            try:
                yield
            finally:
                stop.set()

    return companions
