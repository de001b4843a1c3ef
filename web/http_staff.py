"""HTTP for staff: log-in and log-out, the own passphrase, and an admission for the socket.

The session is a cookie that only HTTPS (or this machine) carries, that no script can read, and
that no other site can send. Where there is a second factor, the passphrase brings no session
but a cookie of the same kind for some minutes, which the factor turns into one. Whoever still
has a one-time passphrase may change it, and no more; whoever owes a second factor may set one
up, and no more. Who may do what is `web/guarding.py`.
"""

from collections.abc import Mapping
from typing import Final, Literal, assert_never

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config import limits
from config.clock import Millis
from config.ids import Token
from staff.accounts import Account, valid_training
from staff.login import Attendant, FactorAsked, LoggedIn, PassphraseRefused, Refused
from staff.passkeys import Party
from staff.second_factor import Assertion, Code, Proof, RecoveryCode
from web.answers import answer, as_json, body_of, error, nothing
from web.guarding import COOKIE, Guard, party_of
from web.house import House
from web.origins import foreign_origin, own_origin

PENDING_COOKIE: Final = "__Host-benchside-login"
"""Bears a log-in that waits for its second factor."""

DEMO_NAMES: Final[Mapping[str, str]] = {"supporter": "visitor", "supervisor": "overseer"}
"""The demo's accounts that one click opens; made by the demo, and by nothing else."""


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


class GivenProof(msgspec.Struct, forbid_unknown_fields=True):
    """How somebody proves who they are: by a code, a passkey's answer, or the passphrase."""

    method: Literal["totp", "recovery", "passkey", "passphrase"]
    code: str = ""
    credential: msgspec.Raw = msgspec.Raw(b"{}")

    def proof(self, party: Party) -> Proof | str:
        """Return the proof; a text is a passphrase."""
        match self.method:
            case "totp":
                return Code(self.code)
            case "recovery":
                return RecoveryCode(self.code)
            case "passkey":
                return Assertion(bytes(self.credential).decode("utf-8", "replace"), party)
            case "passphrase":
                return self.code
            case _:
                assert_never(self.method)


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
            Route("/api/staff/login/passkey", self.challenge, methods=["POST"]),
            Route("/api/staff/login/factor", self.finish, methods=["POST"]),
            Route("/api/staff/confirm", staff(self.confirm, before_factor=True), methods=["POST"]),
            Route(
                "/api/staff/confirm/passkey",
                staff(self.confirm_challenge, before_factor=True),
                methods=["POST"],
            ),
            Route("/api/staff/logout", staff(self.log_out, before_change=True), methods=["POST"]),
            Route("/api/staff/me", staff(self.me, before_change=True)),
            Route("/api/staff/password", staff(self.change, before_change=True), methods=["POST"]),
            Route("/api/staff/admission", staff(self.admission), methods=["POST"]),
        ]
        if self._house.settings.demo.on:
            routes.append(Route("/api/demo/login", self.demo_log_in, methods=["POST"]))
        return routes

    async def log_in(self, request: Request) -> Response:
        """Begin a session, or ask for the second factor."""
        house = self._house
        if self._foreign(request):
            return error("origin", 403)
        asked = await body_of(request, LogIn)
        tag = house.tag(request.scope)
        outcome = await house.login.log_in(asked.name, asked.password, tag, house.parts.now())
        if not isinstance(outcome, FactorAsked):
            return self._begun(outcome)
        life = int(limits.PENDING_LOGIN_SECONDS)
        response = answer({"factor": outcome.methods, "seconds": life}, 202)
        _set(response, PENDING_COOKIE, outcome.token, life)
        return response

    async def challenge(self, request: Request) -> Response:
        """Ask for a passkey of whoever logs in."""
        house = self._house
        if not self._own(request):
            return error("origin", 403)
        party = party_of(house, dict(request.scope["headers"]))
        pending = request.cookies.get(PENDING_COOKIE, "")
        options = await house.login.challenge(pending, party, house.parts.now())
        return error("expired", 401) if options is None else as_json(options)

    async def finish(self, request: Request) -> Response:
        """Begin the session of a pending log-in, by the second factor."""
        house = self._house
        if not self._own(request):
            return error("origin", 403)
        asked = await body_of(request, GivenProof)
        proof = asked.proof(party_of(house, dict(request.scope["headers"])))
        if isinstance(proof, str):
            return error("wrong", 401)
        pending, tag = request.cookies.get(PENDING_COOKIE, ""), house.tag(request.scope)
        return self._begun(await house.login.finish(pending, proof, tag, house.parts.now()))

    async def confirm(self, request: Request, who: Attendant) -> Response:
        """Prove again who one is, before a grave act."""
        house = self._house
        asked = await body_of(request, GivenProof)
        proof = asked.proof(party_of(house, dict(request.scope["headers"])))
        refused = await house.login.confirm(who, proof, house.tag(request.scope), house.parts.now())
        return nothing() if refused is None else _refused(refused)

    async def confirm_challenge(self, request: Request, who: Attendant) -> Response:
        """Ask for a passkey of whoever is inside."""
        party = party_of(self._house, dict(request.scope["headers"]))
        return as_json(await self._house.factor.challenge(who.account, party, who.session.id))

    async def demo_log_in(self, request: Request) -> Response:
        """Begin a session without a passphrase; exists in the demo only."""
        house = self._house
        if self._foreign(request):
            return error("origin", 403)
        asked = await body_of(request, DemoLogIn)
        account = await house.parts.accounts.named(DEMO_NAMES[asked.role])
        if account is None:
            return error("not_found", 404)
        return self._begun(await house.login.enter_as(account.id, house.parts.now()))

    def _begun(self, outcome: LoggedIn | Refused) -> Response:
        if isinstance(outcome, Refused):
            return _refused(outcome)
        account = outcome.account
        response = answer(
            {
                "account": account.id,
                "name": account.display,
                "role": account.role.value,
                "must_change": outcome.must_change,
                "must_enrol": self._house.owes_factor(account),
                "codes_left": len(account.factors.recovery),
            }
        )
        _set(response, COOKIE, outcome.token, None)
        return response

    def _foreign(self, request: Request) -> bool:
        public = self._house.settings.web.public_origin
        return foreign_origin(dict(request.scope["headers"]), public)

    def _own(self, request: Request) -> bool:
        return own_origin(dict(request.scope["headers"]), self._house.settings.web.public_origin)

    async def log_out(self, request: Request, who: Attendant) -> Response:
        """End this session; its sockets close at once."""
        await self._house.login.log_out(request.cookies[COOKIE], self._house.parts.now())
        response = nothing()
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
        return response

    async def me(self, request: Request, who: Attendant) -> Response:
        """Who is logged in."""
        owes = {"must_enrol": self._house.owes_factor(who.account)}
        return answer(facts_of(who.account, self._house.parts.now()) | owes)

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
        "factors": list(account.factors.methods),
        "languages": list(account.languages),
        "topics": list(account.topics),
        "last_seen": account.last_seen,
        "trained": valid_training(account, now),
        "training": None
        if training is None
        else {"to": training.to, "until": training.until, "by": training.by},
    }


def _refused(refused: Refused) -> Response:
    if refused.reason == "too_many":
        return error("too_many", 429, retry_after=refused.retry_after)
    return error(refused.reason, 401)


def _set(response: Response, name: str, token: Token, life: int | None) -> None:
    response.set_cookie(
        name, token, max_age=life, path="/", secure=True, httponly=True, samesite="strict"
    )
