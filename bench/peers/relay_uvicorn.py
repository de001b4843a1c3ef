"""A peer: uvicorn with nothing on it. What comes from one of a pair goes to the other; a floor."""

from starlette.types import Message, Receive, Scope, Send

_others: dict[bytes, Send] = {}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one socket: `?me=12a&to=12b`."""
    if scope["type"] != "websocket":
        return
    me, to = (part.partition(b"=")[2] for part in scope["query_string"].split(b"&"))
    await receive()
    await send({"type": "websocket.accept"})
    _others[me] = send
    while True:
        message: Message = await receive()
        if message["type"] == "websocket.disconnect":
            _others.pop(me, None)
            return
        other = _others.get(to)
        if other is not None:
            await other({"type": "websocket.send", "bytes": message["bytes"]})
        await send({"type": "websocket.send", "bytes": b"."})
