"""The other side of the mail channel: aiosmtpd as the relay, and Dovecot as the mailbox of the desk."""

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from monitord.clock import SystemClock
from monitord.domain.notice import Delivery, Message
from monitord.settings.model import Secret
from monitord.tell.channels.mail import AnsweredMailChannel, MailChannel, MailForm
from tests.support.dovecot import Dovecot
from tests.support.ports import reserved

DESK = "truc.ca@vnpt.vn"
PASSWORD = "mật khẩu của hộp thư"
RELAY_PASSWORD = "mật khẩu của máy gửi"
PERSON = "an.nguyen@vnpt.vn"
ASIDE = "only so that there is something to answer"
"""Stands in letters that are for the bench itself; the others are for the test."""
LIMIT = 20.0
"""Seconds until what a test waits for must have come."""


class PostOffice:
    """A relay on a port that stays its own. What it answers can be set; what it has taken lies in `letters`."""

    def __init__(self, tls: ssl.SSLContext | None, from_the_beginning: bool = False) -> None:
        self._holder = reserved()
        self.port = int(self._holder.getsockname()[1])
        self._from_the_beginning = tls if from_the_beginning else None
        self._starttls = None if from_the_beginning else tls
        self.password = RELAY_PASSWORD
        self._server: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()
        self._came = asyncio.Condition()
        self.letters: list[EmailMessage] = []
        self.aside: list[EmailMessage] = []
        self.said: list[bytes] = []
        """The names and passwords that somebody logged in with."""
        self.answers: dict[str, str] = {}
        """The answer to a command (MAIL, RCPT, DATA) other than 250."""
        self.mute = asyncio.Event()
        self.mute.set()
        """While it is not set, nobody is told what became of a letter."""

    async def open(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                self._session, "127.0.0.1", self.port, reuse_address=True, ssl=self._from_the_beginning
            )

    async def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for session in self._sessions:
                if session.transport is not None:
                    session.transport.close()
            self._sessions.clear()
            await server.wait_closed()

    async def end(self) -> None:
        await self.close()
        self._holder.close()

    async def until(self, many: int, seconds: float = LIMIT) -> list[EmailMessage]:
        """Return the letters when there are so many."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: len(self.letters) >= many)
        return list(self.letters)

    def _session(self) -> SMTP:
        session = SMTP(
            self,
            authenticator=self._log_in,
            hostname="relay.vnpt.vn",
            tls_context=self._starttls,
            auth_require_tls=self._starttls is not None,
            data_size_limit=None,
        )
        self._sessions.add(session)
        return session

    def _log_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.said += [data.login, data.password]
        return AuthResult(success=data.password == self.password.encode(), handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" not in self.answers:
            envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self.mute.wait()
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert isinstance(envelope.original_content, bytes)
        letter = message_from_bytes(envelope.original_content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        letter["X-Envelope"] = f"{envelope.mail_from} {' '.join(envelope.rcpt_tos)}"
        async with self._came:
            (self.aside if ASIDE in text_of(letter) else self.letters).append(letter)
            self._came.notify_all()
        return "250 OK"


def text_of(letter: EmailMessage, kind: str = "plain") -> str:
    """Return what a reader sees of a letter."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").rstrip("\n")


def reply_to(letter: EmailMessage, text: str, sender: str = PERSON, **fields: str | None) -> bytes:
    """Return a person's reply as a mail program writes it; None takes a field away, an underscore is a hyphen."""
    quoted = "".join(f"> {line}\n" for line in text_of(letter).splitlines())
    reply = MIMEText(
        f"{text}\n\nVào Th 2, 2 thg 2, 2026 lúc 03:00 Trực ca <{DESK}> đã viết:\n\n{quoted}", "plain", "utf-8"
    )
    number = str(letter["Message-ID"])
    given = {
        "From": f"An <{sender}>",
        "To": DESK,
        "Subject": f"Re: {letter['Subject']}",
        "Message-ID": f"<{next(_NUMBERS)}.reply@{sender.rpartition('@')[2]}>",
        "In-Reply-To": number,
        "References": f"{letter['References'] or ''} {number}".strip(),
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    for name, value in given.items():
        if value is not None:
            reply[name] = value
    return reply.as_bytes(policy=policy.compat32.clone(linesep="\r\n"))


_NUMBERS = itertools.count(1)


class MailBench:
    """The channel, its relay, and its mailbox where it has one."""

    def __init__(self, office: PostOffice, box: Dovecot | None, folder: Path) -> None:
        self.office = office
        self.box = box
        self.address = PERSON
        self.no_addresses = ("nobody", "a@b@c", "x y@z.vn", "a@b\r\nBcc: c@d", "a@b.vn\n", "<a@b.vn>", "đ@vnpt.vn")
        self.secrets = (PASSWORD, RELAY_PASSWORD)
        self.channel: MailChannel = made(office.port, box, str(folder / "ca.pem"))
        self._count = 900

    async def arrived(self, at_least: int = 0) -> list[str]:
        return [text_of(letter) for letter in await self.office.until(at_least)]

    async def go_away(self) -> None:
        await self.office.close()

    async def come_back(self) -> None:
        self.office.answers.clear()
        self.office.mute.set()
        await self.office.open()

    async def fall_silent(self) -> None:
        self.office.mute.clear()

    async def refuse(self) -> None:
        self.office.answers["RCPT"] = "550 5.1.1 <x>: Recipient address rejected: User unknown"

    async def letter(self, to: str = PERSON, code: str = "SC-0602-004") -> EmailMessage:
        """Return a letter of the channel, as it arrived at somebody; the test's own ones are others."""
        self._count += 1
        outcome = await self.channel.deliver(
            Message(self._count, to, f"{code}\n{ASIDE}", code=code, once=f"{self._count}")
        )
        assert outcome.delivery is Delivery.ACCEPTED, outcome
        return self.office.aside[-1]

    async def send(self, text: str, sender: str | None = None) -> None:
        assert self.box is not None
        self.box.put(reply_to(await self.letter(sender or PERSON), text, sender or PERSON))


def made(
    port: int,
    box: Dovecot | None,
    ca_file: str,
    imap_port: int | None = None,
    imap_secret: str = PASSWORD,
    imap: dict[str, Any] | None = None,
    **changes: Any,
) -> MailChannel:
    """Return a channel for a relay on that port, with a deadline of two seconds; `changes` are to the section."""
    section: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "user": "monitord",
        "password": RELAY_PASSWORD,
        "sender": DESK,
        "ca_file": ca_file,
    }
    if box is not None or imap_port is not None:
        section["imap"] = {
            "host": "127.0.0.1",
            "port": imap_port or (box.port if box is not None else None),
            "security": "starttls",
            "user": DESK,
            "password": imap_secret,
        } | (imap or {})
    given = MailForm.model_validate(section | changes)
    clock = SystemClock()
    channel: MailChannel
    if given.imap is None:
        channel = MailChannel(given, Secret(RELAY_PASSWORD), Secret(PASSWORD), "Bàn trực Trà Vinh", clock)
    else:
        # Faster than the settings let anybody ask.
        often = given.imap.model_copy(update={"every": timedelta(milliseconds=50)})
        secrets = (Secret(RELAY_PASSWORD), Secret(imap_secret))
        channel = AnsweredMailChannel(given, often, *secrets, "Bàn trực Trà Vinh", clock, [PERSON])
    channel.deadline = 2.0
    return channel


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[MailBench]:
    """Letters that nobody can answer."""
    async with _opened(folder, lambda ca: None) as bench:
        yield bench


@asynccontextmanager
async def answered(folder: Path) -> AsyncIterator[MailBench]:
    """Letters that can be answered."""
    async with _opened(folder, lambda ca: Dovecot(DESK, PASSWORD, ca)) as bench:
        yield bench


@asynccontextmanager
async def _opened(folder: Path, box_of: Callable[[trustme.CA], Dovecot | None]) -> AsyncIterator[MailBench]:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    box = box_of(ca)
    async with contextlib.AsyncExitStack() as stack:
        if box is not None:
            stack.push_async_callback(box.end)
            await box.start()
        office = PostOffice(tls_of(ca))
        stack.push_async_callback(office.end)
        await office.open()
        bench = MailBench(office, box, folder)
        await bench.channel.start()
        stack.push_async_callback(bench.channel.stop)
        yield bench


def tls_of(ca: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    """Return the context of a server of that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context
