"""HTTP for the roster: who works here, what they are trained for, and the audit trail.

What is allowed, and what goes on record first, is decided in `staff/roster.py`.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.clock import Millis
from config.ids import AccountId
from config.risk import Risk
from staff.accounts import Account, LastAdministrator, NameTaken, UnknownAccount
from staff.login import Attendant
from staff.roles import Act, Role, may
from staff.roster import Added, Invalid, NotAllowed, Profile
from web.answers import answer, body_of, error, nothing
from web.guarding import Guard
from web.house import House
from web.http_staff import facts_of

AUDIT_MOST = 1000
"""Entries of the audit trail that one request may ask for."""


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody new."""

    name: str
    role: Role
    display: str = ""
    languages: list[str] = []
    topics: list[str] = []


class NewTraining(msgspec.Struct, forbid_unknown_fields=True):
    """Trained up to a level of risk, until a time; without a level, not at all."""

    to: Risk | None
    until: int = 0


class NewRole(msgspec.Struct, forbid_unknown_fields=True):
    """Another role."""

    role: Role


Outcome = Account | Added | NotAllowed | NameTaken | Invalid | UnknownAccount | LastAdministrator


class RosterRoutes:
    """Routes for supervisors and administrators."""

    def __init__(self, house: House, guard: Guard) -> None:
        self._house = house
        self._guard = guard

    def routes(self) -> list[Route]:
        """Return the routes."""
        staff, confirmed = self._guard.for_staff, self._guard.confirmed
        one = "/api/roster/{account}"
        return [
            Route("/api/roster", staff(self.show), methods=["GET"]),
            Route("/api/roster", staff(self.add), methods=["POST"]),
            Route(f"{one}/training", staff(self.train), methods=["POST"]),
            Route(f"{one}/disable", staff(self.disable), methods=["POST"]),
            Route(f"{one}/enable", staff(self.enable), methods=["POST"]),
            Route(f"{one}/sign_out", staff(self.sign_out), methods=["POST"]),
            Route(f"{one}/reset", staff(confirmed(self.reset)), methods=["POST"]),
            Route(f"{one}/factors/reset", staff(confirmed(self.reset_factors)), methods=["POST"]),
            Route(f"{one}/role", staff(confirmed(self.change_role)), methods=["POST"]),
            Route("/api/audit", staff(self.audit)),
        ]

    async def show(self, request: Request, who: Attendant) -> Response:
        """Everybody who works here."""
        if not may(who.account.role, Act.READ_ROSTER):
            return error("not_allowed", 403)
        now = self._house.parts.now()
        everybody = await self._house.parts.accounts.all()
        rows = [facts_of(one, now) | {"name": one.name} for one in everybody]
        return answer({"staff": rows})

    async def add(self, request: Request, who: Attendant) -> Response:
        """Add an account; its one-time passphrase is shown once."""
        asked = await body_of(request, NewAccount)
        profile = Profile(
            asked.name,
            asked.display or asked.name,
            asked.role,
            tuple(asked.languages),
            tuple(asked.topics),
        )
        now = self._house.parts.now()
        return _told(await self._house.roster.add(who.account, profile, now), 201)

    async def train(self, request: Request, who: Attendant) -> Response:
        """Record training, or take the record away."""
        asked = await body_of(request, NewTraining)
        return _told(
            await self._house.roster.train(
                who.account, _account(request), asked.to, Millis(asked.until), self._now()
            )
        )

    async def disable(self, request: Request, who: Attendant) -> Response:
        """Close an account; its sockets close within two seconds."""
        subject = _account(request)
        return _told(await self._house.roster.disable(who.account, subject, self._now()))

    async def enable(self, request: Request, who: Attendant) -> Response:
        """Open an account again."""
        subject = _account(request)
        return _told(await self._house.roster.enable(who.account, subject, self._now()))

    async def reset(self, request: Request, who: Attendant) -> Response:
        """Give a new one-time passphrase, shown once."""
        subject = _account(request)
        return _told(await self._house.roster.reset(who.account, subject, self._now()))

    async def reset_factors(self, request: Request, who: Attendant) -> Response:
        """Take the second factors of somebody away who has lost them."""
        subject = _account(request)
        return _told(await self._house.roster.reset_factors(who.account, subject, self._now()))

    async def sign_out(self, request: Request, who: Attendant) -> Response:
        """End all sessions of somebody; their sockets close within two seconds."""
        subject = _account(request)
        return _told(await self._house.roster.sign_out(who.account, subject, self._now()))

    async def change_role(self, request: Request, who: Attendant) -> Response:
        """Give another role."""
        asked = await body_of(request, NewRole)
        subject, role = _account(request), asked.role
        return _told(await self._house.roster.change_role(who.account, subject, role, self._now()))

    async def audit(self, request: Request, who: Attendant) -> Response:
        """The newest entries of the audit trail."""
        if not may(who.account.role, Act.READ_AUDIT):
            return error("not_allowed", 403)
        asked = request.query_params.get("limit", "100")
        limit = min(AUDIT_MOST, int(asked)) if asked.isdigit() else 100
        names = {one.id: one.display for one in await self._house.parts.accounts.all()}
        entries = await self._house.parts.audit.read(max(1, limit))
        rows = [
            {
                "at": entry.at,
                "who": names.get(entry.who, entry.who),
                "act": entry.act.value,
                "subject": names.get(AccountId(entry.subject), entry.subject),
            }
            for entry in entries
        ]
        return answer({"entries": rows})

    def _now(self) -> Millis:
        return self._house.parts.now()


def _account(request: Request) -> AccountId:
    return AccountId(str(request.path_params["account"]))


def _told(outcome: Outcome, status: int = 204) -> Response:
    match outcome:
        case Added():
            code = 201 if status == 201 else 200
            facts = {"account": outcome.account.id, "passphrase": outcome.passphrase}
            return answer(facts, code)
        case Account():
            return nothing()
        case NotAllowed():
            return error("not_allowed", 403)
        case UnknownAccount():
            return error("not_found", 404)
        case NameTaken():
            return error("name_taken", 400, field="name")
        case LastAdministrator():
            return error("last_administrator", 400)
        case Invalid():
            return error("invalid", 400, field=outcome.field)
