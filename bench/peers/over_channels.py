"""A peer: Django Channels, one group for each pair; the environment says store and layer."""

import os

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

settings.configure(
    SECRET_KEY="measured and thrown away",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": f"channels_redis.{os.environ['PEER_LAYER']}",
            "CONFIG": {"hosts": [os.environ["PEER_STORE"]]},
        }
    },
)
django.setup()


class Talk(AsyncWebsocketConsumer):
    """One socket: `/PAIR/?me=12a&to=12b`."""

    async def connect(self) -> None:
        """Join the group of the pair."""
        self.pair = f"pair{self.scope['url_route']['kwargs']['pair']}"
        await self.channel_layer.group_add(self.pair, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(self.pair, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Tell the group, and the sender that it is told."""
        await self.channel_layer.group_send(
            self.pair, {"type": "said", "text": text_data, "by": self.channel_name}
        )
        await self.send(text_data=".")

    async def said(self, event: dict[str, str]) -> None:
        """Hear what the other said."""
        if event["by"] != self.channel_name:
            await self.send(text_data=event["text"])


app = URLRouter([path("<str:pair>/", Talk.as_asgi())])
