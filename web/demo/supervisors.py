"""A simulated supervisor: keeps the desk from filling up, and leaves the newest to visitors."""

import contextlib

from client.errors import ClientError, Denied, Refused, TimedOut
from client.supervisor import Supervisor
from client.wire import Fact
from web.demo.stage import Stage

LEFT_OPEN = 2
"""Escalations that are left for a visitor to acknowledge."""
LEFT_ACKNOWLEDGED = 3
"""Escalations that stay acknowledged for a while before they are resolved."""
OUTCOMES = ("safe_for_now", "safety_plan", "referred", "false_alarm")


async def live(stage: Stage, account: tuple[str, str]) -> None:
    """Be on duty, for ever. Raises: Denied, if the account can't log in."""
    while True:
        try:
            await _attend(stage, account)
        except Denied as denied:
            if denied.status == 401:
                raise
        except ClientError:
            pass
        await stage.pause(5, 10)


async def _attend(stage: Stage, account: tuple[str, str]) -> None:
    async with Supervisor(stage.url, *account) as supervisor:
        await supervisor.opens_board()
        while supervisor.failure is None:
            await stage.pause(8, 15)
            with contextlib.suppress(Refused, TimedOut):
                await _look(stage, supervisor)


async def _look(stage: Stage, supervisor: Supervisor) -> None:
    """Acknowledge and resolve the oldest, where more than a few are on the desk."""
    rows = sorted(supervisor.board.escalations.values(), key=lambda row: row.number("raised"))
    for row in _but_the_last(LEFT_OPEN, rows, "open"):
        await supervisor.acknowledges(row.text("id"))
    for row in _but_the_last(LEFT_ACKNOWLEDGED, rows, "acknowledged"):
        await supervisor.resolves(row.text("id"), stage.chance.choice(OUTCOMES))


def _but_the_last(kept: int, rows: list[Fact], state: str) -> list[Fact]:
    among = [row for row in rows if (row.text("state") or "open") == state]
    return among[: max(0, len(among) - kept)]
