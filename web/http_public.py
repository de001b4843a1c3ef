"""HTTP for everybody: pages, files, what the house is, the entrance, and the health of it all.

Pages and helplines need no store, so they are there when it is not.
"""

import logging

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from store.errors import StoreError
from web.answers import answer, error
from web.entrance import Entrance
from web.house import House
from web.leaving import Leave
from web.pages import CONTENT_SECURITY_POLICY, NAMES, Asset

log = logging.getLogger("benchside.http")


class PublicRoutes:
    """Routes that need no log-in."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._entrance = Entrance(house)
        self._leave = Leave(house)

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/", self.seeker),
            Route("/supporter", self.staff_page),
            Route("/supervisor", self.staff_page),
            Route("/login", self.staff_page),
            Route("/account", self.staff_page),
            Route("/favicon.ico", self.icon),
            Route("/static/{path:path}", self.asset),
            Route("/locales/{path:path}", self.asset),
            Route("/api/info", self.info),
            Route("/api/enter", self._entrance.enter, methods=["POST"]),
            Route("/api/leave", self._leave.at_once, methods=["POST"]),
            Route("/health/live", self.live),
            Route("/health/ready", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def seeker(self, request: Request) -> Response:
        """The seeker's page, with what the house is inside, so that one round trip will do."""
        return self._html(request, "seeker")

    async def staff_page(self, request: Request) -> Response:
        """A page of staff; what it shows needs a log-in, the page itself does not."""
        return self._html(request, request.url.path.strip("/"))

    def _html(self, request: Request, name: str) -> Response:
        assert name in NAMES
        response = _compressed(request, self._house.pages[name])
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    async def icon(self, request: Request) -> Response:
        """There is none, so that a tab tells nothing; browsers ask whatever a page says."""
        return Response(status_code=204, headers={"Cache-Control": "max-age=86400"})

    async def asset(self, request: Request) -> Response:
        """A file that a page loads; kept by the browser, asked again by its tag."""
        found = self._house.assets.get(request.url.path)
        if found is None:
            return error("not_found", 404)
        if request.headers.get("if-none-match") == found.etag:
            return Response(status_code=304, headers={"ETag": found.etag})
        response = _compressed(request, found)
        response.headers["ETag"] = found.etag
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def info(self, request: Request) -> Response:
        """What the house is."""
        return Response(self._house.info, media_type="application/json")

    async def live(self, request: Request) -> Response:
        """Whether the process answers."""
        return answer({"ok": True})

    async def ready(self, request: Request) -> Response:
        """Whether people can be let in: a real write to the store has gone through."""
        if self._house.gate.draining:
            return answer({"ok": False, "why": "draining"}, 503)
        try:
            await self._house.admissions.give("health")
        except StoreError:
            return answer({"ok": False, "why": "store"}, 503)
        pulse = self._house.pulse
        return answer({"ok": True, "canary": pulse.word} if pulse else {"ok": True})

    async def metrics(self, request: Request) -> Response:
        """The numbers, for Prometheus."""
        house = self._house
        try:
            body = await house.metrics.render(house.parts, house.floor, house.gate.sockets)
        except StoreError:
            return error("unavailable", 503)
        return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def _compressed(request: Request, asset: Asset) -> Response:
    accepts = "gzip" in request.headers.get("accept-encoding", "")
    response = Response(
        asset.gzipped if accepts else asset.body,
        headers={"Vary": "Accept-Encoding"},
        media_type=asset.content_type,
    )
    if accepts:
        response.headers["Content-Encoding"] = "gzip"
    return response
