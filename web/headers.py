"""Headers of every HTTP answer: kept by nobody, framed by nobody, telling nobody."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
)
"""On every answer; each page brings its own Content-Security-Policy as well."""
NO_STORE = (b"cache-control", b"no-store")
"""Where an answer does not say otherwise."""


def with_headers(app: ASGIApp) -> ASGIApp:
    """Return the application with these headers on all that it answers."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers: list[tuple[bytes, bytes]] = list(message["headers"])
                if not any(name.lower() == NO_STORE[0] for name, _ in headers):
                    headers.append(NO_STORE)
                message["headers"] = [*headers, *ALWAYS]
            await send(message)

        await app(scope, receive, sending)

    return wrapped
