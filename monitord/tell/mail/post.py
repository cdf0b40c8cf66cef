"""Handing a letter to the relay by SMTP, and what became of it.

One connection a letter: a kept one dies unnoticed in just the outage that is to be told, and letters are few.
"""

import asyncio
import base64
import contextlib
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean
from monitord.settings.model import Secret

Security = Literal["starttls", "tls", "none"]
"""How a connection is protected: TLS after STARTTLS, which is insisted on, TLS from the beginning, or not at all."""

REFUSED_WAIT = timedelta(seconds=60)
"""The wait after a refusal that is not for ever: a greylist lets nobody in earlier, and a wrong password stays wrong
until somebody changes it."""
BUSY_WAIT = timedelta(seconds=15)
"""The wait after a relay had no place for our connection."""

_NO_MAILBOX = (550, 551, 553)
_TOO_LARGE = 552
# RFC 3463, section 3.8: a policy, not the address. Exim says it in words only.
_NOT_FOR_US = re.compile(
    r"\s*5\.7\.\d|.*\brelay(?:ing)? (?:not permitted|(?:access )?denied)", re.IGNORECASE | re.DOTALL
)
_LOGIN_FIRST = (503, 530)


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters are handed in. `ca_file` names the authorities to trust instead of the system's."""

    host: str
    port: int
    security: Security
    user: str | None
    password: Secret
    ca_file: str | None


async def post(relay: Relay, sender: str, to: str, letter: bytes, within: float) -> Outcome:
    """Hand in one letter and return what became of it, in at most `within` seconds; an accepted one has no instant yet.

    From the command DATA on nobody but the relay knows: what ends without its word then is UNCERTAIN.
    """
    begun = False
    client: SMTP | None = None
    try:
        async with asyncio.timeout(within):
            client = await _connected(relay, within)
            options = [f"SIZE={len(letter)}"] if client.supports_extension("size") else []
            await client.mail(sender, options=options)
            await client.rcpt(to)
            begun = True
            await client.data(letter)
        with contextlib.suppress(SMTPException, OSError):
            await client.quit(timeout=0)  # said, and not waited for
        return Outcome(Delivery.ACCEPTED)
    except Exception as error:
        return outcome_of(error, begun, _hidden(relay))
    finally:
        if client is not None:
            client.close()


async def knock(relay: Relay, within: float) -> Outcome:
    """Return whether the relay lets us in, in at most `within` seconds; it is handed nothing."""
    client: SMTP | None = None
    try:
        async with asyncio.timeout(within):
            client = await _connected(relay, within)
        with contextlib.suppress(SMTPException, OSError):
            await client.quit(timeout=0)
        return Outcome(Delivery.ACCEPTED)
    except Exception as error:
        return outcome_of(error, False, _hidden(relay))
    finally:
        if client is not None:
            client.close()


async def _connected(relay: Relay, within: float) -> SMTP:
    tls = None if relay.security == "none" else await asyncio.to_thread(trusting, relay.ca_file)
    client = SMTP(
        hostname=relay.host,
        port=relay.port,
        username=relay.user,
        password=relay.password.reveal() if relay.user is not None else None,
        local_hostname=_own_name(),
        timeout=within,
        use_tls=relay.security == "tls",
        start_tls=relay.security == "starttls",
        tls_context=tls,
    )
    await client.connect()
    return client


def trusting(ca_file: str | None) -> ssl.SSLContext:
    """Return a context that trusts the authorities in `ca_file`, the system's without one. Raises OSError when it
    cannot be read. It takes about 50 ms: not for the event loop."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise ssl.SSLCertVerificationError(f"ca_file cannot be used: {getattr(error, 'strerror', error)}") from error


def outcome_of(error: Exception, begun: bool, hidden: tuple[str, ...] = ()) -> Outcome:
    """Return what `error` means for a letter; `begun` says that DATA was on its way. `hidden` is kept out of the
    detail."""
    detail = said(error, hidden)
    match error:
        case SMTPDataError(code=code) if 400 <= code < 500:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, detail, retry_in=REFUSED_WAIT)
        case SMTPDataError(code=code) if 500 <= code < 600:
            return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, detail)
        case TimeoutError():
            return Outcome(Delivery.UNCERTAIN if begun else Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, detail)
        case _ if begun and isinstance(error, OSError):
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST, detail)
        case _ if begun:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, detail)
        case SMTPResponseException():
            return _refused(error, detail)
        case _ if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CERTIFICATE, detail)
        case OSError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, detail)
        case SMTPException():
            # No STARTTLS, or no way to log in that we know: nothing was said, the password least of all.
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REFUSED_WAIT)
        case _:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, detail)


def said(error: BaseException, hidden: tuple[str, ...] = ()) -> str:
    """Return what an exception says as one clean line of 200 characters at most, without what is to be `hidden`."""
    text = str(getattr(error, "message", "") or error)
    for secret in hidden:
        text = text.replace(secret, "***")
    code = f"{error.code} " if isinstance(error, SMTPResponseException) else ""
    return clean(f"{code}{text}".strip() or type(error).__name__, 200)


def _refused(error: SMTPResponseException, detail: str) -> Outcome:
    """Return what an answer before DATA means, by its class (RFC 5321, section 4.2.1) and by what it answers."""
    if 400 <= error.code < 500:
        ours = isinstance(error, SMTPSenderRefused | SMTPRecipientRefused | SMTPAuthenticationError)
        wait = REFUSED_WAIT if ours else BUSY_WAIT
        return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, detail, retry_in=wait)
    if not 500 <= error.code < 600:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.BAD_ANSWER, detail, retry_in=REFUSED_WAIT)
    if error.code == _TOO_LARGE and isinstance(error, SMTPSenderRefused | SMTPRecipientRefused):
        return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, detail)
    about_us = error.code in _LOGIN_FIRST or _NOT_FOR_US.match(error.message) is not None
    if not isinstance(error, SMTPRecipientRefused) or about_us:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, detail, retry_in=REFUSED_WAIT)
    cause = DeliveryCause.NO_SUCH_CHAT if error.code in _NO_MAILBOX else DeliveryCause.BAD_REQUEST
    return Outcome(Delivery.PERMANENT, cause, detail)


def _hidden(relay: Relay) -> tuple[str, ...]:
    """Return the password in the forms in which a relay could give it back."""
    password = relay.password.reveal()
    if not password:
        return ()
    plain = f"\0{relay.user or ''}\0{password}"
    return (password, *(base64.b64encode(form.encode("utf-8", "replace")).decode() for form in (password, plain)))


def _own_name() -> str:
    """Return the name for EHLO without asking anybody (RFC 5321, section 4.1.4): a look-up can hang."""
    name = socket.gethostname()
    return name if "." in name and re.fullmatch(r"[A-Za-z0-9.-]{1,253}", name) else "[127.0.0.1]"


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(12):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__
