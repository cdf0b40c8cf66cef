"""Making a connection to an SMS centre: the name, TCP, TLS, the bind; and what it means when one of them fails."""

import asyncio
import logging
import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta

from smpplib import consts  # type: ignore[import-untyped]

from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean
from monitord.settings.model import Secret
from monitord.tell.one_thread import OneThread
from monitord.tell.smpp.link import PULSE, Deliver, Link, LostError, UnsentError
from monitord.tell.smpp.pdu import said

log = logging.getLogger(__name__)

OPENING = 8.0
"""Seconds to look the name up, connect, agree on TLS and bind, together."""
ADDRESSES = 3
"""Addresses of one name that are tried; each has its part of the time."""
REFUSED_WAIT = timedelta(seconds=60)
"""The wait after a refused login: it stays wrong until somebody changes it."""

LOGIN = frozenset({consts.SMPP_ESME_RBINDFAIL, consts.SMPP_ESME_RINVPASWD, consts.SMPP_ESME_RINVSYSID})
"""What a centre says to a login that it does not know (SMPP 3.4, section 5.1.3)."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a centre is reached and who we are there. `ca_file` names the authorities to trust, not the system's."""

    host: str
    port: int
    system_id: str
    password: Secret
    system_type: str = ""
    tls: bool = False
    ca_file: str | None = None


class RefusedError(Exception):
    """The centre refused to bind us; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(said(status))
        self.status = status


class Opener:
    """Opens connections to one centre, one after the other: as transceiver where `deliver` is given, else as
    transmitter. A look-up that hangs has a thread of its own."""

    def __init__(self, access: Access, deliver: Deliver | None = None, pulse: float = PULSE) -> None:
        self._access = access
        self._deliver = deliver
        self._pulse = pulse
        self._looking_up = OneThread("look up the SMS centre")

    async def open(self) -> Link:
        """Return a new bound connection, in OPENING seconds; raises what keeps us from it."""
        async with asyncio.timeout(OPENING):
            return await self._opened()

    async def _opened(self) -> Link:
        access = self._access
        if not access.password.reveal().isascii():
            raise RefusedError(consts.SMPP_ESME_RINVPASWD)
        link = Link(*await self._connected(), self._deliver, self._pulse)
        try:
            bound = await link.bound(
                "bind_transmitter" if self._deliver is None else "bind_transceiver",
                OPENING,
                system_id=access.system_id,
                password=access.password.reveal(),
                system_type=access.system_type,
            )
            if bound.status:
                raise RefusedError(bound.status)
        except BaseException:
            await link.gone()
            raise
        return link

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        addresses, tls = await self._looking_up.do(self._prepared, OPENING, lambda late: None)
        share = OPENING / max(1, len(addresses))
        for address in addresses:
            try:
                async with asyncio.timeout(share):
                    name = self._access.host if tls is not None else None
                    return await asyncio.open_connection(address, self._access.port, ssl=tls, server_hostname=name)
            except OSError:
                if address == addresses[-1]:
                    raise
        raise OSError("the name has no address")

    def _prepared(self) -> tuple[list[str], ssl.SSLContext | None]:
        """Return the addresses of the centre and what TLS trusts; both may take their time."""
        found = socket.getaddrinfo(self._access.host, self._access.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))[:ADDRESSES]
        try:
            return addresses, ssl.create_default_context(cafile=self._access.ca_file) if self._access.tls else None
        except (OSError, ValueError) as error:
            why = f"ca_file cannot be used: {getattr(error, 'strerror', error)}"
            raise ssl.SSLCertVerificationError(why) from error


def failure_of(error: Exception) -> Outcome:
    """Return NOT_SENT and why there is no connection: nothing was said on it yet but the login."""
    detail = clean(str(error) or type(error).__name__, 200)
    match error:
        case RefusedError(status=status) if status in LOGIN:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REFUSED_WAIT)
        case RefusedError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR, detail)
        case ssl.SSLCertVerificationError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CERTIFICATE, detail)
        case TimeoutError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, "it does not answer")
        case OSError() | UnsentError() | LostError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, detail)
        case _:
            log.error("a session with the SMS centre failed", exc_info=error)
            return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, type(error).__name__)
