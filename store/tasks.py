"""Task groups as context managers of resources: what fails alone is raised as itself.

`asyncio.TaskGroup` wraps even the body's own exception in a group, so a resource that runs
something in the background would change every error that passes through it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def beside(**work: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Run these for as long as the context lasts, as tasks with these names.

    If one fails, the body is cancelled and the failure raised.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(one), name=name) for name, one in work.items()]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as failures:
        if len(failures.exceptions) == 1:
            raise failures.exceptions[0] from None
        raise


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
