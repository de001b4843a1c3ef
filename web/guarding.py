"""The guard before every route of staff: who is asking, from which page, and lately enough.

`for_staff` lets a live session through. `confirmed` stands before grave acts as well: it lets
those through who proved who they are within the last minutes, and tells the page of all others
how they may (`step_up`).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from staff.login import Attendant
from staff.passkeys import Party
from staff.sessions import confirmed
from web.answers import error
from web.house import House
from web.origins import foreign_origin, own_origin

COOKIE: Final = "__Host-benchside"
"""The prefix makes browsers insist on Secure, on this host alone, and on the whole path."""

Handler = Callable[[Request, Attendant], Awaitable[Response]]


class Guard:
    """Lets only people of staff through, from pages that we served."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def attendant(self, request: Request) -> Attendant | None:
        """Return who is asking, if somebody is logged in."""
        token = request.cookies.get(COOKIE)
        return await self._house.login.who(token, self._house.parts.now()) if token else None

    def for_staff(
        self, handler: Handler, *, before_change: bool = False, before_factor: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler behind the guard.

        `before_change`: also for those who have yet to change a one-time passphrase.
        `before_factor`: also for those who have yet to set up a second factor.
        """

        async def guarded(request: Request) -> Response:
            headers = dict(request.scope["headers"])
            public = self._house.settings.web.public_origin
            ours = own_origin(headers, public)
            if foreign_origin(headers, public) or (request.method == "POST" and not ours):
                return error("origin", 403)
            who = await self.attendant(request)
            if who is None:
                return error("not_logged_in", 401)
            if who.account.must_change and not before_change:
                return error("must_change", 403)
            if self._house.owes_factor(who.account) and not (before_change or before_factor):
                return error("must_enrol", 403)
            return await handler(request, who)

        return guarded

    def confirmed(self, handler: Handler) -> Handler:
        """Return the handler for those who lately proved who they are; others are told how.

        The demo asks nobody: its visitors know no passphrase.
        """

        async def asked(request: Request, who: Attendant) -> Response:
            demo = self._house.settings.demo.on
            if demo or confirmed(who.session, self._house.parts.now()):
                return await handler(request, who)
            methods = who.account.factors.methods or ("passphrase",)
            return error("step_up", 403, methods=methods)

        return asked


def party_of(house: House, headers: Mapping[bytes, bytes]) -> Party:
    """Return whom passkeys are for: `web.public_origin`, else the page that asks.

    Ask only once the origin is known to be ours.
    """
    said = headers.get(b"origin", b"").decode("latin-1")
    origin = house.settings.web.public_origin or said
    return Party(urlsplit(origin).hostname or "localhost", origin, house.settings.service.name)
