"""The entrance: a newcomer asks over HTTP, and gets an admission, a challenge, or an honest no.

What is decided is the gate's (`web/gate.py`); here it is put into an answer, and counted. Who
has been let in shows the admission on a socket (`web/endpoints.py`).
"""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from store.errors import StoreError
from web.admissions import SEEKER
from web.answers import answer, body_of, error
from web.house import House
from web.origins import foreign_origin
from web.proofs import Proof
from web.visitors import Visitor

STATUS: Mapping[str, int] = {
    "blocked": 403,
    "origin": 403,
    "paused": 403,
    "proof": 403,
    "too_many": 429,
}
"""The statuses of refusals that are about who asks; all others are 503: later it may work."""


class Asking(msgspec.Struct, frozen=True):
    """Somebody asks to be let in; with a proof, if work was asked for."""

    proof: Proof | None = None


class Entrance:
    """Answers newcomers of one process."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def enter(self, request: Request) -> Response:
        """Give an admission to a seeker, or a challenge first while too many come.

        Raises: BadBody.
        """
        house = self._house
        if foreign_origin(dict(request.scope["headers"]), house.settings.web.public_origin):
            return self._no("origin")
        asked = await body_of(request, Asking)
        visitor = house.visitor(request.scope)
        refusal = house.gate.refusal(visitor)
        if refusal == "paused" and (block := house.gate.block(visitor)) is not None:
            return self._no(refusal, until=block.until)
        if refusal is not None:
            return self._no(refusal)
        if not house.gate.has_turn():
            return self._no("slowly")
        try:
            if asked.proof is not None:
                return await self._by_proof(asked.proof, visitor)
            return await self._without_proof(visitor)
        except StoreError:
            return self._no("unavailable")

    async def _without_proof(self, visitor: Visitor) -> Response:
        gate = self._house.gate
        if not gate.admits(visitor):
            return self._no("too_many")
        tries = gate.tries(visitor)
        return await (self._challenge(tries) if tries else self._admission())

    async def _by_proof(self, proof: Proof, visitor: Visitor) -> Response:
        house = self._house
        if not house.gate.trusts(visitor):
            return self._no("too_many")
        if await house.proofs.accepts(proof, house.parts.now()):
            return await self._admission()
        house.gate.failed(visitor)
        return self._no("proof")

    async def _challenge(self, tries: int) -> Response:
        challenge = await self._house.proofs.challenge(tries, self._house.parts.now())
        if challenge is None:
            return self._no("full")
        self._house.metrics.newcomer("challenged")
        return answer({"challenge": challenge, "tries": tries})

    async def _admission(self) -> Response:
        if not self._house.gate.takes_turn():
            return self._no("slowly")
        admission = await self._house.admissions.give(SEEKER)
        self._house.metrics.newcomer("admitted")
        return answer({"admission": admission})

    def _no(self, reason: str, **more: object) -> Response:
        self._house.metrics.newcomer(reason)
        return error(reason, STATUS.get(reason, 503), **more)
