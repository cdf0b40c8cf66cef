"""What people answer by letter, through a real mailbox. What counts as a reply is tested without one elsewhere."""

import asyncio
import contextlib
import imaplib
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
import trustme

from monitord.domain.update import Answer, Heard
from monitord.settings.model import Secret
from monitord.tell.channels.mail import MailChannel
from monitord.tell.mail.mailbox import ImapForm, Mailbox
from monitord.tell.ports import Listening
from tests.support.dovecot import Dovecot
from tests.tell.bench import Desk
from tests.tell.benches.mail import DESK, PASSWORD, PERSON, MailBench, answered, made, reply_to, text_of

LIMIT = 20.0
PLAIN = {"security": "none"}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[MailBench]:
    async with answered(tmp_path) as it:
        yield it


@asynccontextmanager
async def listening(channel: MailChannel, desk: Desk) -> AsyncIterator[asyncio.Task[None]]:
    assert isinstance(channel, Listening)
    await channel.start()
    task = asyncio.create_task(channel.listen(desk))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Told(logging.Handler):
    """What was logged, waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._came = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self._came.set()

    async def until(self, words: str, many: int = 1) -> None:
        async with asyncio.timeout(LIMIT):
            while sum(words in line for line in self.lines) < many:
                self._came.clear()
                await self._came.wait()


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[Told]:
    caplog.set_level(logging.INFO)
    handler = Told()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def box_of(bench: MailBench) -> Dovecot:
    assert bench.box is not None
    return bench.box


async def test_of_many_letters_only_replies_are_brought_and_every_one_bears_the_mark(
    bench: MailBench, told: Told
) -> None:
    box, letter, others = box_of(bench), await bench.letter(), await bench.letter("binh@vnpt.vn")
    page = MIMEText("<p>NN 004 <b>đứt cáp</b></p>", "html", "utf-8")
    page["From"], page["References"], page["Message-ID"] = PERSON, letter["Message-ID"], "<page@vnpt.vn>"
    for raw in (
        reply_to(letter, "SECRET 1", References=None, In_Reply_To=None),
        reply_to(others, "SECRET 2", PERSON),
        reply_to(letter, "SECRET 3", Auto_Submitted="auto-replied"),
        reply_to(letter, "SECRET 4\n" + "x" * 300_000),
        reply_to(letter, ""),
        b"no letter at all",
        b"",
        page.as_bytes(),
        reply_to(letter, "XN 004"),
    ):
        box.put(raw)
    desk = Desk()
    async with listening(bench.channel, desk):
        await desk.until("XN 004")
        await bench.arrived(2)
    assert desk.texts == ["NN 004 đứt cáp", "XN 004"]
    assert box.seen() == box.letters() == 9
    assert len(bench.office.letters) == 2
    assert "SECRET" not in "\n".join(told.lines)
    assert sum("is too large" in line for line in told.lines) == 2


async def test_a_sender_is_named_as_the_settings_write_him(bench: MailBench) -> None:
    box_of(bench).put(reply_to(await bench.letter(), "XN 004", "An.NGUYEN@Vnpt.VN"))
    box_of(bench).put(reply_to(await bench.letter("Binh@VNPT.vn"), "TT", "binh@vnpt.vn"))
    desk = Desk()
    async with listening(bench.channel, desk):
        await desk.until("TT")
    assert [heard.sender for heard in desk.heard] == [PERSON, "Binh@VNPT.vn"]


async def test_an_answer_hangs_on_the_reply_and_can_be_answered(bench: MailBench) -> None:
    letter = await bench.letter()
    box_of(bench).put(reply_to(letter, "XN 004", Message_ID="<mine@vnpt.vn>"))
    desk = Desk()
    async with listening(bench.channel, desk):
        (answer,) = await bench.office.until(1)
        box_of(bench).put(reply_to(answer, "TT", References=None))
        await desk.until("TT")
    assert answer["In-Reply-To"] == "<mine@vnpt.vn>"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["X-Envelope"] == f"{DESK} {PERSON}"
    assert text_of(answer) == "Đã ghi nhận: tiếp nhận SC-0602-004."


async def test_an_answer_comes_once_although_the_letter_was_brought_often(bench: MailBench) -> None:
    await bench.send("XN 004")
    desk = Desk(refusals=3)
    async with listening(bench.channel, desk):
        await desk.until("XN 004")
        await bench.arrived(1)
        await bench.send("TT")
        await bench.arrived(2)
    assert len(bench.office.letters) == 2


async def test_one_letter_that_the_desk_cannot_take_does_not_stand_in_the_way_of_the_next(bench: MailBench) -> None:
    class Stubborn(Desk):
        async def hear(self, heard: Heard) -> Answer:
            if heard.text == "CC 004":
                raise OSError("never")
            return await super().hear(heard)

    await bench.send("CC 004")
    await bench.send("XN 004")
    desk = Stubborn()
    async with listening(bench.channel, desk):
        await desk.until("XN 004")
        await bench.arrived(1)
    assert box_of(bench).seen() == 1


async def test_what_the_desk_does_not_answer_is_not_answered(bench: MailBench) -> None:
    class Quiet(Desk):
        async def hear(self, heard: Heard) -> Answer:
            await super().hear(heard)
            return Answer("" if heard.text == "hello" else "answer", accepted=True)

    await bench.send("hello")
    await bench.send("XN 004")
    async with listening(bench.channel, Quiet()):
        assert [text_of(letter) for letter in await bench.office.until(1)] == ["answer"]


@pytest.mark.slow
async def test_more_letters_than_one_round_takes_are_all_brought(bench: MailBench) -> None:
    letter = await bench.letter()
    for number in range(120):
        box_of(bench).put(reply_to(letter, f"XN {number}"))
    desk = Desk()
    async with listening(bench.channel, desk):
        await desk.until("XN 119")
    assert sorted(desk.texts) == sorted(f"XN {number}" for number in range(120))
    assert len({heard.key for heard in desk.heard}) == 120


async def test_a_letter_without_a_name_is_named_by_its_place(bench: MailBench) -> None:
    box_of(bench).put(reply_to(await bench.letter(), "XN 004", Message_ID=None))
    desk = Desk()
    async with listening(bench.channel, desk):
        await desk.until("XN 004")
    validity, _, uid = desk.heard[0].key.partition(".")
    assert validity.isdigit()
    assert uid == "1"


async def test_an_answer_that_cannot_be_sent_is_said_and_nothing_else(bench: MailBench, told: Told) -> None:
    await bench.send("XN 004")
    await bench.send("TT")
    await bench.office.close()
    desk = Desk()
    async with listening(bench.channel, desk):
        await desk.until("TT")
        await told.until("could not be answered", 2)


# --- the mailbox is away --------------------------------------------------------------------------------------------


async def test_a_mailbox_that_goes_away_is_asked_until_it_is_back(bench: MailBench, told: Told) -> None:
    desk = Desk()
    await bench.send("XN 004")
    async with listening(bench.channel, desk) as task:
        await desk.until("XN 004")
        await box_of(bench).stop()
        await told.until("the mailbox cannot be read")
        await bench.send("TT")
        await box_of(bench).start()
        await desk.until("TT")
        assert not task.done()


@pytest.mark.parametrize(
    ("imap", "words"),
    [
        ({"password": "sai mật khẩu"}, "AUTHENTICATIONFAILED"),
        ({"user": "somebody"}, "AUTHENTICATIONFAILED"),
        ({"folder": "Nowhere"}, "Mailbox doesn't exist"),
        ({"host": "localhost"}, "CERTIFICATE_VERIFY_FAILED"),
        ({"security": "tls"}, "SSLError"),
        ({"host": "mailbox.invalid"}, "gaierror"),
    ],
    ids=["password", "user", "folder", "name", "no-tls-here", "host"],
)
async def test_what_is_wrong_with_the_mailbox_is_said_without_a_secret_and_does_not_end_the_listening(
    imap: dict[str, Any], words: str, bench: MailBench, tmp_path: Path, told: Told
) -> None:
    secret = imap.get("password", PASSWORD)
    channel = made(bench.office.port, bench.box, str(tmp_path / "ca.pem"), imap_secret=secret, imap=imap)
    async with listening(channel, Desk()) as task:
        await told.until("the mailbox cannot be read")
        assert not task.done()
    (line, *_) = [line for line in told.lines if "the mailbox cannot be read" in line]
    assert words in line
    assert PASSWORD not in line
    assert "sai mật khẩu" not in line


async def test_a_mailbox_by_tls_from_the_beginning(bench: MailBench, tmp_path: Path) -> None:
    imap = {"security": "tls", "port": box_of(bench).tls_port}
    channel = made(bench.office.port, bench.box, str(tmp_path / "ca.pem"), imap=imap)
    await bench.send("XN 004")
    desk = Desk()
    async with listening(channel, desk):
        await desk.until("XN 004")


def form(port: int) -> ImapForm:
    return ImapForm.model_validate({"host": "127.0.0.1", "port": port, "user": "a", "password": "b"} | PLAIN)


class Server:
    """An IMAP server that says what a test wants, line by line; None is silence."""

    def __init__(self, greeting: bytes | None, *answers: bytes) -> None:
        self._greeting = greeting
        self._answers = list(answers)
        self.told: list[bytes] = []
        self.came = asyncio.Event()
        self.ended = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._greeting is None:
                self.came.set()
            else:
                writer.write(self._greeting)
            while line := await reader.readline():
                self.came.set()
                self.told.append(line)
                tag = line.split(b" ")[0]
                if self._answers:
                    writer.write(self._answers.pop(0).replace(b"TAG", tag))
        finally:
            self.ended.set()
            writer.close()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[int]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()


async def test_a_mailbox_without_starttls_is_told_no_password(tmp_path: Path, told: Told) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = Server(b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK x\r\n")
    async with serving(server) as port:
        channel = made(25, None, str(tmp_path / "ca.pem"), imap_port=port, imap={"security": "starttls"})
        async with listening(channel, Desk()):
            await told.until("TLS not supported by server")
        await asyncio.wait_for(server.ended.wait(), LIMIT)
    assert [line.split()[1] for line in server.told] == [b"CAPABILITY"]


async def test_a_mailbox_with_a_strange_certificate_is_told_no_password(tmp_path: Path, told: Told) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server = Server(b"* OK ready\r\n")
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    port = listener.sockets[0].getsockname()[1]
    channel = made(25, None, str(tmp_path / "ca.pem"), imap_port=port, imap={"security": "tls"})
    async with listening(channel, Desk()):
        await told.until("CERTIFICATE_VERIFY_FAILED")
    listener.close()
    assert server.told == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (b"* OK [PERMANENTFLAGS ()] x\r\n* OK [READ-ONLY] x\r\n", "is not writable"),
        (b"* OK [PERMANENTFLAGS (\\Answered)] x\r\n", "keeps no marks"),
    ],
)
async def test_a_mailbox_that_cannot_keep_the_mark_is_not_read(
    flags: bytes, words: str, tmp_path: Path, told: Told
) -> None:
    # Whoever answers again and again what he cannot mark would fill a person's mailbox.
    server = Server(
        b"* OK ready\r\n",
        b"* CAPABILITY IMAP4rev1\r\nTAG OK x\r\n",
        b"TAG OK x\r\n",
        b"* 1 EXISTS\r\n" + flags + b"TAG OK x\r\n",
    )
    async with serving(server) as port:
        channel = made(25, None, str(tmp_path / "ca.pem"), imap_port=port, imap_secret="ascii", imap=PLAIN)
        async with listening(channel, Desk()):
            await told.until(words)
        await asyncio.wait_for(server.ended.wait(), LIMIT)
    assert [line.split()[1] for line in server.told] == [b"CAPABILITY", b"LOGIN", b"SELECT"]
    assert server.told[1].split(b" ", 1)[1] == b'LOGIN "truc.ca@vnpt.vn" "ascii"\r\n'


async def test_a_mailbox_that_drips_is_given_up_and_never_asked_by_two_threads(tmp_path: Path) -> None:
    may_end = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while not may_end.is_set():
                writer.write(b"*")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    given = form(server.sockets[0].getsockname()[1])
    mailbox = Mailbox(given, Secret("b"), None, silence=5.0, step=0.3)
    with pytest.raises(TimeoutError):
        await mailbox.open()
    with pytest.raises(OSError, match="an earlier step still hangs"):
        await mailbox.open()
    may_end.set()
    said = "hangs"
    async with asyncio.timeout(LIMIT):
        while "hangs" in said:
            try:
                await mailbox.open()
            except (OSError, imaplib.IMAP4.error) as error:
                said = str(error)
            await asyncio.sleep(0)
    server.close()


async def test_a_mailbox_that_falls_silent_half_way_is_broken_off(bench: MailBench, tmp_path: Path) -> None:
    server = Server(
        b"* OK ready\r\n",
        b"* CAPABILITY IMAP4rev1\r\nTAG OK x\r\n",
        b"TAG OK x\r\n",
        b"* 1 EXISTS\r\nTAG OK x\r\n",
    )
    async with serving(server) as port:
        given = form(port)
        mailbox = Mailbox(given, Secret("b"), None, silence=30.0, step=0.3)
        await mailbox.open()
        with pytest.raises(TimeoutError):
            await mailbox.unseen(10)
        assert not mailbox.is_open
        await asyncio.wait_for(server.ended.wait(), LIMIT)


@pytest.mark.parametrize("greeting", [None, b"* OK ready\r\n"], ids=["from-the-beginning", "after-the-greeting"])
async def test_a_mailbox_that_says_nothing_can_be_left_at_once(greeting: bytes | None, tmp_path: Path) -> None:
    server = Server(greeting)
    async with serving(server) as port:
        channel = made(25, None, str(tmp_path / "ca.pem"), imap_port=port, imap=PLAIN)
        async with listening(channel, Desk()):
            await asyncio.wait_for(server.came.wait(), LIMIT)
            before = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - before < 5.0
