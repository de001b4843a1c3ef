"""HTTP for one's own account: second factors and recovery codes, sessions, signing out everywhere.

Whatever changes what opens an account stands behind `Guard.confirmed`: a computer left open must
not be enough. What a factor is and how it is proved is `staff/second_factor.py`'s business.
"""

import msgspec
import segno
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.clock import Millis
from staff.accounts import Account
from staff.factors import required
from staff.login import Attendant
from staff.passkeys import Party, shown_id
from staff.second_factor import Enrolled, NotEnrolled
from web.answers import answer, as_json, body_of, error, nothing
from web.guarding import Guard, party_of
from web.house import House

QR_SCALE = 5
"""Pixels of each square: a phone reads it from an arm's length."""


class FirstCode(msgspec.Struct, forbid_unknown_fields=True):
    """The first code of a new code generator."""

    code: str


class NewPasskey(msgspec.Struct, forbid_unknown_fields=True):
    """What a browser has made, and what its owner calls it."""

    name: str
    credential: msgspec.Raw


class Removal(msgspec.Struct, forbid_unknown_fields=True):
    """`totp`, or the id of a passkey."""

    factor: str


class FactorRoutes:
    """Routes of one's own factors and sessions."""

    def __init__(self, house: House, guard: Guard) -> None:
        self._house = house
        self._guard = guard

    def routes(self) -> list[Route]:
        """Return the routes."""
        guard = self._guard
        own = "/api/staff/factors"
        changes = {
            "totp": self.propose_totp,
            "totp/confirm": self.confirm_totp,
            "passkey": self.passkey_options,
            "passkey/confirm": self.add_passkey,
            "remove": self.remove,
            "codes": self.new_codes,
        }
        return [
            Route(own, guard.for_staff(self.show, before_factor=True)),
            *(
                Route(
                    f"{own}/{path}",
                    guard.for_staff(guard.confirmed(change), before_factor=True),
                    methods=["POST"],
                )
                for path, change in changes.items()
            ),
            Route("/api/staff/sessions", guard.for_staff(self.sessions)),
            Route("/api/staff/sessions/end", guard.for_staff(self.sign_out), methods=["POST"]),
        ]

    async def show(self, request: Request, who: Attendant) -> Response:
        """One's own factors."""
        factors = who.account.factors
        keys = [
            {"id": shown_id(one), "name": one.name, "added": one.added, "used": one.used}
            for one in factors.passkeys
        ]
        return answer(
            {
                "totp": None if factors.totp is None else {"added": factors.totp.added},
                "passkeys": keys,
                "codes_left": len(factors.recovery),
                "required": self._required(who.account),
            }
        )

    async def propose_totp(self, request: Request, who: Attendant) -> Response:
        """Begin to set up a code generator: its secret, as text and as a picture."""
        name = self._house.settings.service.name
        proposal = await self._house.factor.propose_totp(who.account, name, self._now())
        picture = segno.make(proposal.uri, error="m").svg_data_uri(scale=QR_SCALE, light="#fff")
        return answer({"secret": proposal.secret, "picture": picture})

    async def confirm_totp(self, request: Request, who: Attendant) -> Response:
        """Take it into use, by its first code."""
        asked = await body_of(request, FirstCode)
        tag = self._house.tag(request.scope)
        return _told(
            await self._house.factor.confirm_totp(who.account, asked.code, tag, self._now())
        )

    async def passkey_options(self, request: Request, who: Attendant) -> Response:
        """Begin to make a passkey."""
        party = self._party(request)
        return as_json(await self._house.factor.passkey_options(who.account, party, who.session.id))

    async def add_passkey(self, request: Request, who: Attendant) -> Response:
        """Take the passkey that the browser has made into use."""
        asked = await body_of(request, NewPasskey)
        made = bytes(asked.credential).decode("utf-8", "replace")
        return _told(
            await self._house.factor.add_passkey(
                who.account, made, asked.name, self._party(request), who.session.id, self._now()
            )
        )

    async def remove(self, request: Request, who: Attendant) -> Response:
        """Take a factor away; where one is required, not the last."""
        asked = await body_of(request, Removal)
        outcome = await self._house.factor.remove(
            who.account, asked.factor, self._now(), keep_one=self._required(who.account)
        )
        return _told(outcome) if isinstance(outcome, NotEnrolled) else nothing()

    async def new_codes(self, request: Request, who: Attendant) -> Response:
        """Have other recovery codes."""
        codes = await self._house.factor.new_codes(who.account, self._now())
        return answer({"codes": codes}) if codes else error("not_found", 404)

    async def sessions(self, request: Request, who: Attendant) -> Response:
        """Where one is logged in: when each session began and was last used, and no more."""
        live = await self._house.sessions.of(who.account.id, self._now())
        rows = [
            {"begun": one.begun, "seen": one.seen, "mine": one.id == who.session.id} for one in live
        ]
        return answer({"sessions": rows})

    async def sign_out(self, request: Request, who: Attendant) -> Response:
        """End all one's sessions, this one too; their sockets close within two seconds."""
        await self._house.roster.sign_out(who.account, who.account.id, self._now())
        return nothing()

    def _required(self, account: Account) -> bool:
        return required(self._house.settings.staff.second_factor, account.role)

    def _party(self, request: Request) -> Party:
        return party_of(self._house, dict(request.scope["headers"]))

    def _now(self) -> Millis:
        return self._house.parts.now()


def _told(outcome: Enrolled | NotEnrolled) -> Response:
    if isinstance(outcome, Enrolled):
        return answer({"codes": outcome.codes})
    status = {"too_many": 429, "not_found": 404}.get(outcome.reason, 400)
    return error(outcome.reason, status, retry_after=outcome.retry_after)
