"""How HTTP answers look: JSON, never kept by anyone, and errors as ids for the page to word."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from config import limits

T = TypeVar("T")


class BadBody(Exception):
    """The body is not what this request takes; the text quotes nothing of it."""


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as JSON."""
    body = msgspec.json.encode(value)
    return Response(body, status, dict(headers or {}), "application/json")


def as_json(body: str) -> Response:
    """Return what is JSON already."""
    return Response(body, media_type="application/json")


def nothing() -> Response:
    """Return that it is done."""
    return Response(status_code=204)


def error(reason: str, status: int, **more: object) -> Response:
    """Return an error's id, and what the page needs to word it."""
    return answer({"error": reason, **more}, status)


async def body_of(request: Request, kind: type[T]) -> T:
    """Return the JSON body of a request as a type.

    Raises:
        BadBody: it is too long, not JSON, or not of this type.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limits.BODY_BYTES:
            raise BadBody
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeError):
        raise BadBody from None
