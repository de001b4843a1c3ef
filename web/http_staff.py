"""HTTP for staff: log-in and log-out, the own passphrase, and an admission for the socket.

The session is a cookie that only HTTPS (or this machine) carries, that no script can read, and
that no other site can send. Whoever still has a one-time passphrase may change it, and no more.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.clock import Millis
from staff.accounts import Account, valid_training
from staff.login import Attendant, LoggedIn, PassphraseRefused, Refused
from web.answers import answer, body_of, error, nothing
from web.house import House
from web.origins import foreign_origin, own_origin

COOKIE = "__Host-benchside"
"""The prefix makes browsers insist on Secure, on this host alone, and on the whole path."""

DEMO_NAMES: Final[Mapping[str, str]] = {"supporter": "visitor", "supervisor": "overseer"}
"""The demo's accounts that one click opens; made by the demo, and by nothing else."""

Handler = Callable[[Request, Attendant], Awaitable[Response]]


class LogIn(msgspec.Struct, forbid_unknown_fields=True):
    """Name and passphrase."""

    name: str
    password: str


class NewPassphrase(msgspec.Struct, forbid_unknown_fields=True):
    """The present passphrase and the next one."""

    old: str
    new: str


class DemoLogIn(msgspec.Struct, forbid_unknown_fields=True, rename={"role": "as"}):
    """Which of the demo's people to be."""

    role: Literal["supporter", "supervisor"]


class Guard:
    """Lets only people of staff through, from pages that we served."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def attendant(self, request: Request) -> Attendant | None:
        """Return who is asking, if somebody is logged in."""
        token = request.cookies.get(COOKIE)
        return await self._house.login.who(token, self._house.parts.now()) if token else None

    def for_staff(
        self, handler: Handler, *, before_change: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler behind the guard.

        `before_change`: also for those who have yet to change a one-time passphrase.
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
            return await handler(request, who)

        return guarded


class StaffRoutes:
    """Routes of log-in and of one's own account."""

    def __init__(self, house: House, guard: Guard) -> None:
        self._house = house
        self._guard = guard

    def routes(self) -> list[Route]:
        """Return the routes."""
        staff = self._guard.for_staff
        routes = [
            Route("/api/staff/login", self.log_in, methods=["POST"]),
            Route("/api/staff/logout", staff(self.log_out, before_change=True), methods=["POST"]),
            Route("/api/staff/me", staff(self.me, before_change=True)),
            Route("/api/staff/password", staff(self.change, before_change=True), methods=["POST"]),
            Route("/api/staff/admission", staff(self.admission), methods=["POST"]),
        ]
        if self._house.settings.demo.on:
            routes.append(Route("/api/demo/login", self.demo_log_in, methods=["POST"]))
        return routes

    async def log_in(self, request: Request) -> Response:
        """Begin a session."""
        house = self._house
        if foreign_origin(dict(request.scope["headers"]), house.settings.web.public_origin):
            return error("origin", 403)
        asked = await body_of(request, LogIn)
        tag = house.tag(request.scope)
        return self._begun(
            await house.login.log_in(asked.name, asked.password, tag, house.parts.now())
        )

    async def demo_log_in(self, request: Request) -> Response:
        """Begin a session without a passphrase; exists in the demo only."""
        house = self._house
        if foreign_origin(dict(request.scope["headers"]), house.settings.web.public_origin):
            return error("origin", 403)
        asked = await body_of(request, DemoLogIn)
        account = await house.parts.accounts.named(DEMO_NAMES[asked.role])
        if account is None:
            return error("not_found", 404)
        return self._begun(await house.login.enter_as(account.id, house.parts.now()))

    def _begun(self, outcome: LoggedIn | Refused) -> Response:
        if isinstance(outcome, Refused):
            if outcome.reason == "wrong":
                return error("wrong", 401)
            return error("too_many", 429, retry_after=outcome.retry_after)
        response = answer(
            {
                "account": outcome.account.id,
                "name": outcome.account.display,
                "role": outcome.account.role.value,
                "must_change": outcome.must_change,
            }
        )
        response.set_cookie(
            COOKIE, outcome.token, path="/", secure=True, httponly=True, samesite="strict"
        )
        return response

    async def log_out(self, request: Request, who: Attendant) -> Response:
        """End this session; its sockets close at once."""
        await self._house.login.log_out(request.cookies[COOKIE], self._house.parts.now())
        response = nothing()
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def me(self, request: Request, who: Attendant) -> Response:
        """Who is logged in."""
        return answer(facts_of(who.account, self._house.parts.now()))

    async def change(self, request: Request, who: Attendant) -> Response:
        """Change one's own passphrase."""
        house = self._house
        asked = await body_of(request, NewPassphrase)
        outcome = await house.login.change_passphrase(
            who, asked.old, asked.new, house.tag(request.scope), house.parts.now()
        )
        if isinstance(outcome, PassphraseRefused):
            status = 429 if outcome.reason == "too_many" else 400
            return error(outcome.reason, status, retry_after=outcome.retry_after)
        return nothing()

    async def admission(self, request: Request, who: Attendant) -> Response:
        """Give an admission for this session's socket."""
        return answer({"admission": await self._house.admissions.give(who.session.id)})


def facts_of(account: Account, now: Millis) -> dict[str, object]:
    """Return what pages show of an account."""
    training = account.training
    return {
        "account": account.id,
        "name": account.display,
        "login": account.name,
        "display": account.display,
        "role": account.role.value,
        "disabled": account.disabled,
        "must_change": account.must_change,
        "languages": list(account.languages),
        "topics": list(account.topics),
        "last_seen": account.last_seen,
        "trained": valid_training(account, now),
        "training": None
        if training is None
        else {"to": training.to, "until": training.until, "by": training.by},
    }
