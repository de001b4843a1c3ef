"""The few HTTP requests that open the door: POST and GET of small JSON, on asyncio streams.

One request a connection, which closes after the answer: a client knocks once and then talks on
its socket. The standard library takes the answer apart.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cache
from http.client import HTTPException, HTTPResponse, IncompleteRead
from io import BytesIO
from typing import IO, TypeGuard
from urllib.parse import urlsplit

from client.errors import Denied, Malformed, Unreachable
from client.wire import items

ANSWER_BYTES = 1 << 20
"""The longest answer that is read."""


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """An answer. Its repr is without body and headers: they may hold secrets."""

    status: int
    headers: Message
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    def text(self, name: str) -> str:
        """Return a text field of the body; empty if it isn't there."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return the texts in a list of the body; empty if it isn't there."""
        return [one for one in items(self.fields.get(name)) if isinstance(one, str)]

    def cookie(self, name: str) -> str:
        """Return the value of a cookie that is being set; empty if there is none."""
        for header in self.headers.get_all("Set-Cookie") or []:
            key, _, rest = str(header).partition("=")
            if key.strip() == name:
                return rest.partition(";")[0].strip()
        return ""

    def __repr__(self) -> str:
        """Without what was answered."""
        return f"Reply({self.status})"


async def ask(
    url: str,
    path: str,
    body: Mapping[str, object] | None = None,
    *,
    cookie: str = "",
    forwarded_for: str = "",
    seconds: float = 10.0,
) -> Reply:
    """Send one request (POST if there is a body) and return the answer, if it is a success.

    A request with a cookie bears the origin of `url`, as the server's own page would.

    Raises:
        Denied: the status is 400 or above.
        Unreachable: no connection, or no answer in time.
        Malformed: the answer is not HTTP, or not JSON.
    """
    try:
        async with asyncio.timeout(seconds):
            raw = await _exchange(
                url, _request(url, path, body, {"Cookie": cookie, "X-Forwarded-For": forwarded_for})
            )
        if b"\r\n\r\n" not in raw:
            raise EOFError
    except (OSError, EOFError, TimeoutError) as problem:
        raise Unreachable(type(problem).__name__) from None
    reply = _reply(raw)
    if reply.status >= 400:
        raise Denied(reply.status, reply.text("error") or "unknown")
    return reply


def _request(
    url: str, path: str, body: Mapping[str, object] | None, more: Mapping[str, str]
) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {
        "Host": urlsplit(url).netloc,
        "Connection": "close",
        "Accept": "application/json",
        "Content-Type": "application/json" if content else "",
        "Content-Length": str(len(content)) if content else "",
        "Origin": origin(url) if more.get("Cookie") else "",
        **more,
    }
    lines = [f"{'POST' if content else 'GET'} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value]
    return "\r\n".join([*lines, "", ""]).encode() + content


async def _exchange(url: str, request: bytes) -> bytes:
    place = urlsplit(url)
    secure = place.scheme == "https"
    reader, writer = await asyncio.open_connection(
        place.hostname,
        place.port or (443 if secure else 80),
        ssl=_trust() if secure else None,
    )
    try:
        writer.write(request)
        await writer.drain()
        return await _all(reader)
    finally:
        writer.close()


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


async def _all(reader: asyncio.StreamReader) -> bytes:
    """Read to the end, but not without end."""
    parts: list[bytes] = []
    room = ANSWER_BYTES
    while room > 0 and (part := await reader.read(room)):
        parts.append(part)
        room -= len(part)
    return b"".join(parts)


class _Heard:
    """What `http.client` takes for a socket: bytes that have all been read."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> IO[bytes]:
        return BytesIO(self._raw)


def _reply(raw: bytes) -> Reply:
    response = HTTPResponse(_Heard(raw))  # type: ignore[arg-type]
    try:
        response.begin()
        fields = _fields(response.read())
    except IncompleteRead:
        raise Unreachable("IncompleteRead") from None
    except HTTPException:
        raise Malformed("answer over HTTP") from None
    return Reply(response.status, response.headers, fields)


def _fields(content: bytes) -> Mapping[str, object]:
    """Return the fields of a JSON body; none if it is something else, as a proxy's error page."""
    try:
        fields: object = json.loads(content)
    except ValueError:
        return {}
    return fields if _is_fields(fields) else {}


def origin(url: str) -> str:
    """Return the origin of a URL, as browsers send it."""
    place = urlsplit(url)
    return f"{place.scheme}://{place.netloc}"


def socket_url(url: str, path: str) -> str:
    """Return the WebSocket URL of a path on the server at `url`."""
    place = urlsplit(url)
    return f"{'wss' if place.scheme == 'https' else 'ws'}://{place.netloc}{path}"


def _is_fields(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)
