"""Headers of every HTTP answer: kept by nobody, framed by nobody, telling nobody, doing nothing."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
)
"""On every answer."""
NO_STORE = (b"cache-control", b"no-store")
NOTHING_RUNS = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
UNLESS_SAID = (NO_STORE, NOTHING_RUNS)
"""Where an answer does not say otherwise: a page has its own policy, a file may be kept."""


def with_headers(app: ASGIApp) -> ASGIApp:
    """Return the application with these headers on all that it answers."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[tuple[bytes, bytes]] = list(message["headers"])
                said = {name.lower() for name, _ in headers}
                unsaid = (header for header in UNLESS_SAID if header[0] not in said)
                message["headers"] = [*headers, *unsaid, *ALWAYS]
            await send(message)

        await app(scope, receive, sending)

    return wrapped
