"""The other side of the brand-name channel: eSMS.vn as its documentation has it, and a gateway of some telco."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from monitord.clock import SystemClock
from monitord.tell.channels.brandname import BrandnameChannel
from monitord.tell.http.client import HttpClient
from monitord.tell.http.gateway_form import BrandnameForm
from monitord.tell.http.gateways import Esms, Gateway, Template
from tests.tell.benches.http_server import Asked, Fault, HttpServer, Reply

KEY, SECRET = "A172B7865F1CF01A", "S3E1A059FFC584F72"
MOBILE = "+84912345678"
DESK = "Bàn trực Trà Vinh"


def said(**fields: object) -> Reply:
    """A reply of eSMS."""
    return Reply(200, json.dumps({"CountRegenerate": 0, **fields}).encode(), {"Content-Type": "application/json"})


class EsmsStandIn:
    """Takes a RequestId once. `remembers_refused` is what its documentation does not say."""

    def __init__(self) -> None:
        self.server = HttpServer(self.receive)
        self.calls: list[dict[str, Any]] = []
        self.taken: dict[str, str] = {}
        self.refuses: Reply | None = None
        self.remembers_refused = False

    def gateway(self) -> Gateway:
        return Esms(self.server.url, KEY, SECRET, "VNPT-TVH")

    def receive(self, asked: Asked) -> Reply:
        call = json.loads(asked.body)
        self.calls.append(call)
        if (call["ApiKey"], call["SecretKey"]) != (KEY, SECRET):
            return said(CodeResult="101", ErrorMessage="Authorize Failed")
        if call["RequestId"] in self.taken:
            return said(CodeResult="124", ErrorMessage="Request exist 1", SendStatus="5")
        if self.refuses is not None:
            if self.remembers_refused:
                self.taken[call["RequestId"]] = ""
            return self.refuses
        self.taken[call["RequestId"]] = call["Content"]
        return said(CodeResult="100", SMSID=f"d533459ee42b{len(self.taken)}")

    async def refuse(self) -> None:
        self.taken.clear()
        self.refuses = said(CodeResult="108", ErrorMessage="Phone is not valid")


class TelcoStandIn:
    """Takes a form, and says in the body of a 200 what it thinks of it."""

    def __init__(self) -> None:
        self.server = HttpServer(self.receive)
        self.taken: dict[str, str] = {}
        self.refuses = False

    def gateway(self) -> Gateway:
        form = {
            "kind": "template",
            "url": self.server.url,
            "secret": {"secret": "telco"},
            "headers": {"Authorization": "Bearer {secret}"},
            "content_type": "application/x-www-form-urlencoded",
            "body": "to={phone}&message={text}&ref={id}",
            "accepted": '"result": 0',
            "unknown_number": '"result": 7',
        }
        return Template(BrandnameForm.model_validate(form), SECRET)

    def receive(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return Reply(401)
        given = {name: values[0] for name, values in parse_qs(asked.body.decode(), strict_parsing=True).items()}
        if self.refuses or given["to"] != MOBILE.removeprefix("+"):
            return Reply(200, b'{"result":7}')
        self.taken[str(len(self.taken))] = given["message"]
        return Reply(200, b'{"result":0}')

    async def refuse(self) -> None:
        self.taken.clear()
        self.refuses = True


class BrandnameBench:
    """The channel, talking to one of the stand-ins."""

    def __init__(self, other: EsmsStandIn | TelcoStandIn) -> None:
        self.other = other
        self.channel = BrandnameChannel(other.gateway(), DESK, SystemClock(), HttpClient())
        self.channel.deadline = 1.5
        self.address = MOBILE
        self.no_addresses = ("nobody", "0912345678", "84912345678", "+84 912 345 678", "+849x2345678", "+٨٤٩١٢٣٤٥٦٧٨")
        self.secrets = (KEY, SECRET)

    async def arrived(self, at_least: int = 0) -> list[str]:
        await self.other.server.until_asked(at_least)
        return list(self.other.taken.values())

    async def go_away(self) -> None:
        await self.other.server.go_away()

    async def come_back(self) -> None:
        await self.other.server.come_back()

    async def fall_silent(self) -> None:
        self.other.server.fault = Fault.SILENT

    async def refuse(self) -> None:
        await self.other.refuse()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[BrandnameBench]:
    async with _opened(EsmsStandIn()) as bench:
        yield bench


@asynccontextmanager
async def opened_template(folder: Path) -> AsyncIterator[BrandnameBench]:
    async with _opened(TelcoStandIn()) as bench:
        yield bench


@asynccontextmanager
async def _opened(other: EsmsStandIn | TelcoStandIn) -> AsyncIterator[BrandnameBench]:
    bench = BrandnameBench(other)
    async with other.server:
        await bench.channel.start()
        try:
            yield bench
        finally:
            await bench.channel.stop()
