"""Requests that ask the store: so many from one address, and no more for a while.

Pages, files and helplines are served from memory, to whoever asks and however often (promise 10);
they are cheap, and somebody else behind the same address may need them. What asks the store is
dear, so a program that does nothing else is told to wait. An address that stands for everybody
(this machine, a proxy that tells nobody's) is not counted.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from config import limits
from web.answers import answer
from web.house import House
from web.visitors import Limit

REQUESTS = Limit(limits.REQUESTS, limits.REQUESTS_SECONDS)
FREE = "/api/info"
DEAR = ("/api/", "/metrics", "/health/ready")


def sparing(app: ASGIApp, house: House) -> ASGIApp:
    """Return the application, with too many dear requests from one address answered by 429."""

    async def spared(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith(DEAR) and path != FREE:
            visitor = house.visitor(scope)
            if not visitor.shared and not visitor.allows(REQUESTS):
                house.metrics.told_to_wait("request")
                wait = int(REQUESTS.seconds / REQUESTS.burst) + 1
                told = {"error": "too_many", "retry_after": wait}
                await answer(told, 429, {"Retry-After": str(wait)})(scope, receive, send)
                return
        await app(scope, receive, send)

    return spared
