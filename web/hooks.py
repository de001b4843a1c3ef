"""Whether the inside of uvicorn is what our guards hook into.

A guard that is not called guards nothing, and nobody would notice. So the server does not start
with a uvicorn whose protocols lack a method or attribute that we use, or no longer call what we
override. `pyproject.toml` pins its minor version for the same reason.
"""

from collections.abc import Callable, Mapping

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

CALLED: Mapping[type, Mapping[str, tuple[str, ...]]] = {
    WebSocketsSansIOProtocol: {
        "__init__": (
            *("queue", "frames", "loop", "logger", "conn", "writable", "read_paused"),
            *("handshake_initiated", "close_sent", "disconnected", "close_timeout"),
        ),
        "connection_made": ("transport", "connections"),
        "connection_lost": ("queue", "writable"),
        "data_received": ("handle_parser_exception", "handle_events", "parser_exc"),
        "handle_events": (
            "handle_bytes",
            "handle_text",
            "handle_cont",
            "handle_ping",
            "handle_pong",
        ),
        "handle_cont": ("frames", "send_receive_event_to_app"),
        "handle_connect": ("run_asgi", "on_task_complete", "scope", "response"),
        "send": ("writable", "handshake_complete", "close_sent", "conn", "write", "close_timeout"),
        "handle_parser_exception": ("close_sent", "close"),
        "handle_bytes": ("frames",),
        "handle_ping": ("data_to_send", "write"),
        "receive": ("read_paused", "resume_reading"),
        "pause_writing": ("writable",),
        "resume_writing": ("writable",),
        "shutdown": ("close",),
    },
    HttpToolsProtocol: {
        "__init__": ("connections", "loop", "logger", "access_log", "cycle", "pipeline"),
        "connection_made": ("transport", "flow"),
        "connection_lost": ("connections",),
        "data_received": ("feed_data", "send_400_response"),
        "on_headers_complete": ("cycle",),
        "on_message_complete": ("cycle",),
        "on_response_complete": ("timeout_keep_alive_handler",),
        "timeout_keep_alive_handler": ("close",),
        "pause_writing": ("flow",),
        "resume_writing": ("flow",),
        "shutdown": ("close",),
    },
}
"""For each method of uvicorn that we override or build upon, the names that it must use."""


class HookGone(Exception):
    """uvicorn has changed inside, so that a guard would guard nothing."""

    def __init__(self, hook: str) -> None:
        self.hook = hook
        super().__init__(
            f"uvicorn {uvicorn.__version__} has no {hook} that Benchside could guard. Install the "
            "version that requirements.lock names: make run does, in a fresh .venv."
        )


def check_hooks(called: Mapping[type, Mapping[str, tuple[str, ...]]] = CALLED) -> None:
    """Make sure that every hook of our guards is there.

    Raises:
        HookGone: one is not; names it, and the version of uvicorn.
    """
    for owner, methods in called.items():
        for method, names in methods.items():
            found: Callable[..., object] | None = vars(owner).get(method)
            code = getattr(found, "__code__", None)
            if code is None:
                raise HookGone(f"{owner.__name__}.{method}")
            missing = [name for name in names if name not in code.co_names]
            if missing:
                raise HookGone(f"{missing[0]} in {owner.__name__}.{method}")
