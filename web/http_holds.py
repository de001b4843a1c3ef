"""HTTP for held cases: who proposes, who confirms, what is held and until when, and reading it.

What is allowed is asked here; what goes on record first, and what is kept, is decided in
`chat/holding.py`. All but looking at the list and declining asks for a fresh proof of who one is.
"""

from typing import assert_never

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chat.entry import Line, StaffText
from chat.holding import Case, Holding, Refused
from config.ids import ConversationId
from safety.escalation import Person
from safety.holds import DAYS_MOST, Hold, Proposal, Reason, proposed, standing
from staff.login import Attendant
from staff.roles import Act, may
from web.answers import answer, body_of, error, nothing
from web.guarding import Guard
from web.house import House


class NewProposal(msgspec.Struct, forbid_unknown_fields=True):
    """That a case be held, for so many days from the moment it is confirmed."""

    reason: Reason
    days: int = 30


class HoldRoutes:
    """Routes for supervisors and administrators."""

    def __init__(self, house: House, guard: Guard) -> None:
        self._house = house
        self._guard = guard

    @property
    def _holding(self) -> Holding:
        return self._house.holding

    def routes(self) -> list[Route]:
        """Return the routes."""
        staff, confirmed = self._guard.for_staff, self._guard.confirmed
        one = "/api/holds/{conversation}"
        return [
            Route("/api/holds", staff(self.show), methods=["GET"]),
            Route(f"{one}/propose", staff(confirmed(self.propose)), methods=["POST"]),
            Route(f"{one}/confirm", staff(confirmed(self.confirm)), methods=["POST"]),
            Route(f"{one}/decline", staff(self.decline), methods=["POST"]),
            Route(f"{one}/release", staff(confirmed(self.release)), methods=["POST"]),
            Route(f"{one}/read", staff(confirmed(self.read)), methods=["POST"]),
        ]

    async def show(self, request: Request, who: Attendant) -> Response:
        """All that is proposed or held."""
        if not may(who.account.role, Act.PROPOSE_HOLD):
            return error("not_allowed", 403)
        now = self._house.parts.now()
        holds = [one for one in await self._house.parts.holds.all() if standing(one, now) != "over"]
        rows = [
            _row(one, proposed(one, now), who) | {"name": await self._name(one.conversation)}
            for one in holds
        ]
        return answer({"holds": rows, "days_most": DAYS_MOST})

    async def propose(self, request: Request, who: Attendant) -> Response:
        """Propose that a case be held, or be held longer."""
        if not may(who.account.role, Act.PROPOSE_HOLD):
            return error("not_allowed", 403)
        asked = await body_of(request, NewProposal)
        proposal = Proposal(
            by=_person(who), at=self._house.parts.now(), reason=asked.reason, days=asked.days
        )
        return _told(await self._holding.propose(_conversation(request), proposal))

    async def confirm(self, request: Request, who: Attendant) -> Response:
        """Have it held, as somebody else proposed."""
        if not may(who.account.role, Act.CONFIRM_HOLD):
            return error("not_allowed", 403)
        return _told(await self._holding.confirm(_conversation(request), _person(who)))

    async def decline(self, request: Request, who: Attendant) -> Response:
        """Take a proposal away."""
        if not may(who.account.role, Act.DECLINE_HOLD):
            return error("not_allowed", 403)
        return _told(await self._holding.decline(_conversation(request), _person(who)))

    async def release(self, request: Request, who: Attendant) -> Response:
        """End a hold, and destroy what was kept."""
        if not may(who.account.role, Act.RELEASE_HOLD):
            return error("not_allowed", 403)
        return _told(await self._holding.release(_conversation(request), _person(who)))

    async def read(self, request: Request, who: Attendant) -> Response:
        """Everything that is kept of a case; the page shows it, or saves it as a file."""
        if not may(who.account.role, Act.READ_CASE):
            return error("not_allowed", 403)
        return _told(await self._holding.read(_conversation(request), _person(who)))

    async def _name(self, conversation: ConversationId) -> str:
        escalations = await self._house.parts.desk.of(conversation)
        return escalations[-1].name if escalations else ""


def _conversation(request: Request) -> ConversationId:
    return ConversationId(str(request.path_params["conversation"]))


def _person(who: Attendant) -> Person:
    return Person(who.account.id, who.account.display)


def _row(hold: Hold, proposal: Proposal | None, who: Attendant) -> dict[str, object]:
    return {
        "id": hold.conversation,
        "until": hold.until,
        "reason": hold.reason,
        "by": [one.name for one in hold.by],
        "proposal": None
        if proposal is None
        else {
            "by": proposal.by.name,
            "mine": proposal.by.account == who.account.id,
            "at": proposal.at,
            "reason": proposal.reason,
            "days": proposal.days,
        },
    }


def _told(outcome: Hold | Case | Refused | None) -> Response:
    match outcome:
        case None | Hold():
            return nothing()
        case Case():
            return answer(_facts(outcome))
        case "gone" | "not_held" | "nothing_proposed":
            return error(outcome, 404)
        case "not_escalated" | "same_person" | "already_proposed":
            return error(outcome, 400)
        case "contended":
            return error(outcome, 409)
        case _:
            assert_never(outcome)


def _facts(case: Case) -> dict[str, object]:
    return {
        "conversation": case.hold.conversation,
        "until": case.hold.until,
        "log": [
            {"seq": seq, "at": entry.at}
            | (
                {"by": entry.by, "name": entry.name, "text": entry.text, "risk": int(entry.risk)}
                if isinstance(entry, Line)
                else {"event": str(entry.__struct_config__.tag)}
            )
            for seq, entry in case.log
        ],
        "staff": [
            {"at": entry.at}
            | (
                {"name": entry.name, "text": entry.text, "kind": entry.kind}
                if isinstance(entry, StaffText)
                else {"event": str(entry.__struct_config__.tag)}
            )
            for _, entry in case.staff
        ],
    }
