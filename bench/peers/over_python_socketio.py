"""A peer: python-socketio with its Redis manager, one room for each pair."""

import os
from urllib.parse import parse_qs

import socketio

server = socketio.AsyncServer(
    async_mode="asgi", client_manager=socketio.AsyncRedisManager(os.environ["PEER_STORE"])
)
app = socketio.ASGIApp(server)
pairs: dict[str, str] = {}


@server.event
async def connect(sid: str, environ: dict[str, str]) -> None:
    """Join the room of the pair."""
    pairs[sid] = parse_qs(environ["QUERY_STRING"])["pair"][0]
    await server.enter_room(sid, pairs[sid])


@server.event
async def say(sid: str, text: str) -> None:
    """Tell the other in the room."""
    await server.emit("said", text, room=pairs[sid], skip_sid=sid)


@server.event
async def disconnect(sid: str) -> None:
    """Forget who it was."""
    pairs.pop(sid, None)
