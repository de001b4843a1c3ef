"""Leaving at once, over HTTP: the last thing that a page sends while it is torn down.

"Leave now" says so on the socket, but what is still on its way there goes down with the page.
Browsers carry a beacon through all the same. Without either, the others in the talk would wait
for somebody who can't come back.
"""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from chat.arrivals import opened_by
from chat.changes import change
from chat.conversation import SeekerLeft
from web.answers import body_of, error, nothing
from web.house import House
from web.origins import own_origin


class Leaving(msgspec.Struct, frozen=True):
    """A seeker has left at once."""

    token: Annotated[str, Meta(max_length=100)]

    def __repr__(self) -> str:
        """Without the token."""
        return "Leaving()"


class Leave:
    """Lets seekers go."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def at_once(self, request: Request) -> Response:
        """End the conversation that the token opens; the answer is the same if it opens none.

        Raises: BadBody; as `change`.
        """
        house = self._house
        if not own_origin(dict(request.scope["headers"]), house.settings.web.public_origin):
            return error("origin", 403)
        asked = await body_of(request, Leaving)
        record = await opened_by(house.parts, asked.token)
        if record is not None:
            await change(house.parts, record.state.id, SeekerLeft("quick_exit"))
        return nothing()
