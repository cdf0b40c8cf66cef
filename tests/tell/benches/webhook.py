"""The other side of the webhook channel: a receiver that believes only what is signed, and takes an id once."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from monitord.clock import SystemClock
from monitord.settings.model import Secret
from monitord.tell.channels.webhook import WebhookChannel
from monitord.tell.http.client import HttpClient
from tests.tell.benches.http_server import Asked, Fault, HttpServer, Reply

KEY = b"a key of thirty-two random bytes"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
DESK = "Bàn trực Trà Vinh"


class WebhookBench:
    """The channel, and a receiver of its messages."""

    def __init__(self) -> None:
        self.server = HttpServer(self._receive)
        self.channel = WebhookChannel(self.server.url, Secret(SECRET), DESK, SystemClock(), HttpClient())
        self.channel.deadline = 1.5
        self.address = "an"
        self.no_addresses = ()
        self.secrets = (SECRET, SECRET.removeprefix("whsec_"), KEY.decode())
        self.gone = False
        self.taken: dict[str, str] = {}

    def _receive(self, asked: Asked) -> Reply:
        if self.gone:
            return Reply(410)
        ident, seconds = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
        digest = hmac.digest(KEY, f"{ident}.{seconds}.".encode() + asked.body, hashlib.sha256)
        if asked.headers["webhook-signature"] != f"v1,{base64.b64encode(digest).decode()}":
            return Reply(401)
        self.taken.setdefault(ident, json.loads(asked.body)["data"]["text"])
        return Reply(204)

    async def arrived(self, at_least: int = 0) -> list[str]:
        await self.server.until_asked(at_least)
        return list(self.taken.values())

    async def go_away(self) -> None:
        await self.server.go_away()

    async def come_back(self) -> None:
        self.gone = False
        await self.server.come_back()

    async def fall_silent(self) -> None:
        self.server.fault = Fault.SILENT

    async def refuse(self) -> None:
        self.gone = True


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[WebhookBench]:
    bench = WebhookBench()
    async with bench.server:
        await bench.channel.start()
        try:
            yield bench
        finally:
            await bench.channel.stop()
