"""The demo's population: seekers, supporters and a supervisor, until it is told to stop."""

import asyncio
from collections.abc import Sequence
from random import Random

from web.demo import seekers as seeking
from web.demo import supervisors as supervising
from web.demo import supporters as supporting
from web.demo.scripts import load
from web.demo.stage import Stage

CAPACITY_MOST = 5
LEFT_WAITING = 2
"""Seekers more than there are free supporters: they are offered to a visitor who logs in."""


async def populate(
    url: str,
    accounts: Sequence[tuple[str, str]],
    *,
    seekers: int,
    stop: asyncio.Event,
    supervisor: tuple[str, str] | None = None,
    pace: float = 1.0,
    chance: Random | None = None,
) -> None:
    """Have simulated people use the server at `url` until `stop` is set.

    `accounts` are (name, password) of supporters, trained to the highest level; `supervisor`
    is one of a supervisor, without whom escalations pile up. `seekers`: how many are about at
    once. The server should trust this machine as a proxy, since every simulated seeker comes
    from an address of their own. `pace` stretches all pauses.

    Raises:
        ExceptionGroup: of Denied, if an account can't log in.
    """
    stage = Stage(url, load(), chance or Random(), pace)
    async with asyncio.TaskGroup() as people:
        lives = [
            people.create_task(seeking.live(stage, number), name=f"demo seeker {number}")
            for number in range(seekers)
        ]
        shares = shared_out(seekers, len(accounts))
        for number, (account, share) in enumerate(zip(accounts, shares, strict=True)):
            if share:
                life = supporting.live(stage, account, number, share)
                lives.append(people.create_task(life, name=f"demo supporter {number}"))
        if supervisor is not None:
            life = supervising.live(stage, supervisor)
            lives.append(people.create_task(life, name="demo supervisor"))
        await stop.wait()
        for task in lives:
            task.cancel()


def shared_out(seekers: int, supporters: int) -> Sequence[int]:
    """Return how many conversations each supporter takes, so that a few seekers are left over."""
    room = max(0, seekers - LEFT_WAITING)
    return [
        min(CAPACITY_MOST, room // supporters + (number < room % supporters))
        for number in range(supporters)
    ]
