"""Letters handed to a relay, and what each of its answers comes to. What every channel promises is tested elsewhere."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from monitord.clock import SystemClock
from monitord.domain.document import Document
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.draw.png import png
from monitord.draw.ring import ring_sheet
from monitord.tell.channels.mail import CHANNEL
from monitord.tell.ports import Listening, Probing
from monitord.texts import pick
from tests.draw.drawings import ZONE, ring
from tests.settings.small import broken, loaded, mistakes, written
from tests.tell.benches.mail import DESK, PASSWORD, PERSON, RELAY_PASSWORD, MailBench, PostOffice, made, opened, tls_of

MESSAGE = Message(17, PERSON, "SỰ CỐ MỚI · SC-0602-004\nMẤT LIÊN LẠC: OLT Tiểu Cần 01", code="SC-0602-004", once="a1")
NOT_SENT, UNCERTAIN, PERMANENT = Delivery.NOT_SENT, Delivery.UNCERTAIN, Delivery.PERMANENT
LATER = timedelta(seconds=60)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[MailBench]:
    async with opened(tmp_path) as it:
        yield it


@pytest.fixture
def ca_file(tmp_path: Path) -> str:
    path = str(tmp_path / "ca.pem")
    if not Path(path).exists():
        trustme.CA().cert_pem.write_to_path(path)
    return path


async def sent(port: int, message: Message = MESSAGE, ca_file: str = "/nowhere", **changes: Any) -> Outcome:
    """What an attempt by a channel of other settings came to."""
    channel = made(port, None, ca_file, **changes)
    await channel.start()
    try:
        async with asyncio.timeout(channel.deadline):
            return await channel.deliver(message)
    finally:
        await channel.stop()


class Script:
    """A relay that says what a test wants: by the word it is told, `` for its greeting and `.` for the end of a letter.
    None is silence, an empty answer the end of the connection."""

    def __init__(self, answers: Mapping[str, str | None]) -> None:
        self._answers: dict[str, str | None] = {"": "220 x", "DATA": "354 x", **answers}
        self.port = 0
        self.told: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            goes_on = self._say("", writer)
            while goes_on and (line := await reader.readline()):
                self.told.append(line)
                word = line.decode("latin-1").strip().upper().partition(" ")[0]
                goes_on = self._say(word, writer)
                if word == "DATA" and goes_on:
                    while (line := await reader.readline()) not in (b".\r\n", b""):
                        self.told.append(line)
                    goes_on = self._say(".", writer)
        finally:
            writer.close()

    def _say(self, word: str, writer: asyncio.StreamWriter) -> bool:
        answer = self._answers.get(word, "250 x")
        if answer:
            writer.write(f"{answer}\r\n".encode())
        return answer != ""


@asynccontextmanager
async def scripted(answers: Mapping[str, str | None]) -> AsyncIterator[Script]:
    script = Script(answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()


# --- what each answer comes to --------------------------------------------------------------------------------------

ANSWERS: dict[str, tuple[str, str, Delivery, DeliveryCause, timedelta | None]] = {
    "greylisted": ("RCPT", "451 4.7.1 Greylisted, try later", NOT_SENT, DeliveryCause.RATE_LIMITED, LATER),
    "mailbox-busy": ("RCPT", "450 4.2.1 mailbox busy", NOT_SENT, DeliveryCause.RATE_LIMITED, LATER),
    "going-down": ("RCPT", "421 4.3.2 shutting down", NOT_SENT, DeliveryCause.RATE_LIMITED, LATER),
    "nobody-550": ("RCPT", "550 5.1.1 user unknown", PERMANENT, DeliveryCause.NO_SUCH_CHAT, None),
    "nobody-551": ("RCPT", "551 5.1.6 moved away", PERMANENT, DeliveryCause.NO_SUCH_CHAT, None),
    "nobody-553": ("RCPT", "553 5.1.3 mailbox name not allowed", PERMANENT, DeliveryCause.NO_SUCH_CHAT, None),
    "full": ("RCPT", "552 5.2.2 mailbox full", PERMANENT, DeliveryCause.BAD_REQUEST, None),
    "syntax": ("RCPT", "501 5.1.3 bad address", PERMANENT, DeliveryCause.BAD_REQUEST, None),
    "no-relaying": ("RCPT", "554 5.7.1 <x>: Relay access denied", NOT_SENT, DeliveryCause.REJECTED, LATER),
    "no-relaying-exim": ("RCPT", "550 relay not permitted", NOT_SENT, DeliveryCause.REJECTED, LATER),
    "somebody-called-relay": ("RCPT", "550 no relay@x.vn here", PERMANENT, DeliveryCause.NO_SUCH_CHAT, None),
    "log-in-first": ("RCPT", "530 5.7.0 Authentication required", NOT_SENT, DeliveryCause.REJECTED, LATER),
    "sender-throttled": ("MAIL", "452 4.3.1 too much", NOT_SENT, DeliveryCause.RATE_LIMITED, LATER),
    "sender-not-ours": ("MAIL", "553 5.7.1 Sender address rejected", NOT_SENT, DeliveryCause.REJECTED, LATER),
    "too-large": ("MAIL", "552 5.3.4 message too large", PERMANENT, DeliveryCause.BAD_REQUEST, None),
    "letter-later": ("DATA", "452 4.3.1 disk full", NOT_SENT, DeliveryCause.RATE_LIMITED, LATER),
    "letter-never": ("DATA", "554 5.6.0 content refused", PERMANENT, DeliveryCause.BAD_REQUEST, None),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_an_answer_of_the_relay_says_what_became_of_the_letter(case: str, bench: MailBench) -> None:
    command, answer, delivery, cause, retry_in = ANSWERS[case]
    bench.office.answers[command] = answer
    outcome = await bench.channel.deliver(MESSAGE)
    assert (outcome.delivery, outcome.cause, outcome.retry_in) == (delivery, cause, retry_in)
    assert outcome.detail.startswith(answer.partition(" ")[0])
    assert bench.office.letters == []


SCRIPTS: dict[str, tuple[dict[str, str | None], Delivery, DeliveryCause]] = {
    "greets-nobody": ({"": None}, NOT_SENT, DeliveryCause.TIMED_OUT),
    "hangs-up-at-once": ({"": ""}, NOT_SENT, DeliveryCause.CONNECT),
    "is-no-relay": ({"": "SSH-2.0-OpenSSH"}, NOT_SENT, DeliveryCause.BAD_ANSWER),
    "is-full": ({"": "421 too many connections"}, NOT_SENT, DeliveryCause.RATE_LIMITED),
    "wants-nobody": ({"": "554 no SMTP here"}, NOT_SENT, DeliveryCause.REJECTED),
    "knows-no-ehlo": ({"EHLO": "502 x", "HELO": "502 x"}, NOT_SENT, DeliveryCause.REJECTED),
    "silent-before-data": ({"RCPT": None}, NOT_SENT, DeliveryCause.TIMED_OUT),
    "gone-before-data": ({"RCPT": ""}, NOT_SENT, DeliveryCause.CONNECT),
    "silent-at-data": ({"DATA": None}, UNCERTAIN, DeliveryCause.TIMED_OUT),
    "gone-at-data": ({"DATA": ""}, UNCERTAIN, DeliveryCause.CONNECTION_LOST),
    "no-data-now": ({"DATA": "451 x"}, NOT_SENT, DeliveryCause.RATE_LIMITED),
    "silent-after-the-letter": ({".": None}, UNCERTAIN, DeliveryCause.TIMED_OUT),
    "gone-after-the-letter": ({".": ""}, UNCERTAIN, DeliveryCause.CONNECTION_LOST),
    "babbles-after-the-letter": ({".": "thanks"}, UNCERTAIN, DeliveryCause.BAD_ANSWER),
    "odd-code-after-the-letter": ({".": "299 x"}, UNCERTAIN, DeliveryCause.BAD_ANSWER),
    "never-says-goodbye": ({"QUIT": None}, Delivery.ACCEPTED, DeliveryCause.FINE),
    "hangs-up-on-goodbye": ({"QUIT": ""}, Delivery.ACCEPTED, DeliveryCause.FINE),
}


@pytest.mark.parametrize("case", SCRIPTS)
async def test_what_the_relay_does_instead_of_answering_says_what_may_have_become_of_it(case: str) -> None:
    answers, delivery, cause = SCRIPTS[case]
    async with scripted(answers) as relay:
        channel = made(relay.port, None, "/nowhere", security="none", user=None, password=None)
        channel.deadline = 0.8 if delivery is not Delivery.ACCEPTED and None in answers.values() else 10.0
        await channel.start()
        async with asyncio.timeout(channel.deadline):
            outcome = await channel.deliver(MESSAGE)
    assert (outcome.delivery, outcome.cause) == (delivery, cause), outcome.detail
    assert len(outcome.detail) <= 200


async def test_a_name_that_is_none_is_not_sent(ca_file: str) -> None:
    assert (await sent(587, host="relay.invalid", ca_file=ca_file)).delivery is NOT_SENT


async def test_a_letter_that_was_begun_and_cut_short_by_the_caller_leaves_no_connection() -> None:
    async with scripted({".": None}) as relay:
        channel = made(relay.port, None, "/nowhere", security="none", user=None, password=None)
        await channel.start()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await channel.deliver(MESSAGE)
    # asyncio would tell of a transport that nobody closed.
    assert relay.told[-1] != b"QUIT\r\n"


async def test_an_edit_is_no_letter(bench: MailBench) -> None:
    outcome = await bench.channel.deliver(replace(MESSAGE, replaces="<n1@vnpt.vn>"))
    assert (outcome.delivery, outcome.cause) == (PERMANENT, DeliveryCause.BAD_REQUEST)


# --- what protects the connection -----------------------------------------------------------------------------------


async def test_a_relay_without_starttls_is_told_nothing() -> None:
    async with scripted({"EHLO": "250-x\r\n250 AUTH PLAIN LOGIN"}) as relay:
        outcome = await sent(relay.port, security="starttls", ca_file=ssl.get_default_verify_paths().cafile or "")
    assert (outcome.delivery, outcome.cause) == (NOT_SENT, DeliveryCause.REJECTED)
    assert outcome.retry_in == LATER
    assert [line.split()[0] for line in relay.told] == [b"EHLO"]


async def test_a_certificate_nobody_vouches_for_is_told_nothing(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    for security in ("starttls", "tls"):
        office = PostOffice(tls_of(trustme.CA()), security == "tls")
        await office.open()
        outcome = await sent(office.port, ca_file=str(tmp_path / "other.pem"), security=security)
        await office.end()
        assert (outcome.delivery, outcome.cause) == (NOT_SENT, DeliveryCause.CERTIFICATE)
        assert office.said == []


async def test_a_certificate_of_another_name_is_told_nothing(tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    office = PostOffice(tls_of(ca, "other.vnpt.vn"))
    await office.open()
    outcome = await sent(office.port, ca_file=str(tmp_path / "ca.pem"))
    await office.end()
    assert (outcome.delivery, outcome.cause) == (NOT_SENT, DeliveryCause.CERTIFICATE)
    assert office.said == []


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_authorities_that_cannot_be_read_are_a_fault_of_the_certificate(
    content: str | None, bench: MailBench, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "mine.pem").write_text(content)
    outcome = await sent(bench.office.port, ca_file=str(tmp_path / "mine.pem"))
    assert (outcome.delivery, outcome.cause) == (NOT_SENT, DeliveryCause.CERTIFICATE)


async def test_tls_from_the_beginning_and_no_tls_where_it_is_not_wanted(tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    office = PostOffice(tls_of(ca), True)
    await office.open()
    assert (await sent(office.port, ca_file=str(tmp_path / "ca.pem"), security="tls")).delivery is Delivery.ACCEPTED
    assert office.said == [b"monitord", RELAY_PASSWORD.encode()]
    await office.end()
    plain = PostOffice(None)
    await plain.open()
    outcome = await sent(plain.port, security="none", user=None, password=None)
    assert outcome.delivery is Delivery.ACCEPTED
    await plain.end()
    assert len(office.letters) == len(plain.letters) == 1


async def test_a_wrong_password_is_tried_again_later(bench: MailBench) -> None:
    bench.office.password = "another one"
    outcome = await bench.channel.deliver(MESSAGE)
    assert (outcome.delivery, outcome.cause) == (NOT_SENT, DeliveryCause.REJECTED)
    assert outcome.retry_in == LATER
    assert bench.office.letters == []


async def test_a_relay_that_gives_the_password_back_does_not_make_it_known() -> None:
    plain = base64.b64encode(f"\0monitord\0{RELAY_PASSWORD}".encode()).decode()
    alone = base64.b64encode(RELAY_PASSWORD.encode()).decode()
    ehlo = "250-x\r\n250 AUTH PLAIN"
    async with scripted({"EHLO": ehlo, "AUTH": f"535 5.7.8 {RELAY_PASSWORD}? {plain}! {alone}."}) as relay:
        outcome = await sent(relay.port, security="none")
    assert outcome.cause is DeliveryCause.REJECTED
    assert outcome.detail == "535 5.7.8 ***? ***! ***."


async def test_a_relay_that_lets_nobody_log_in_is_rejected() -> None:
    async with scripted({}) as relay:
        outcome = await sent(relay.port, security="none")
    assert (outcome.delivery, outcome.cause) == (NOT_SENT, DeliveryCause.REJECTED)


# --- the letter as it arrives ---------------------------------------------------------------------------------------


async def test_the_envelope_is_from_the_desk_to_the_person_and_the_letter_says_the_same(bench: MailBench) -> None:
    outcome = await bench.channel.deliver(replace(MESSAGE, to="An.Nguyen@VNPT.vn"))
    (letter,) = bench.office.letters
    assert letter["X-Envelope"] == f"{DESK} An.Nguyen@VNPT.vn"
    assert letter["From"] == f"Bàn trực Trà Vinh <{DESK}>"
    assert letter["To"] == "An.Nguyen@VNPT.vn"
    assert letter["Message-ID"] == outcome.message_ref


async def test_a_picture_arrives_as_one(bench: MailBench) -> None:
    content = png(ring_sheet(ring(6, {1}), pick("vi"), ZONE))
    message = replace(MESSAGE, document=Document("SC-0112-014-so-do-0312.png", content, picture=True), quiet=True)
    assert (await bench.channel.deliver(message)).delivery is Delivery.ACCEPTED
    (letter,) = bench.office.letters
    (part,) = letter.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("image/png", "SC-0112-014-so-do-0312.png")
    assert part.get_content() == content


async def test_what_is_attached_arrives_whole(bench: MailBench) -> None:
    bench.channel.deadline = 18.0
    content = bytes(range(256)) * 2000
    message = replace(MESSAGE, document=Document("DR-1109-004 điểm mất.csv", content))
    assert (await bench.channel.deliver(message)).delivery is Delivery.ACCEPTED
    (letter,) = bench.office.letters
    (part,) = letter.iter_attachments()
    assert part.get_filename() == "DR-1109-004 điểm mất.csv"
    assert part.get_payload(decode=True) == content


async def test_a_long_text_is_not_cut(bench: MailBench) -> None:
    bench.channel.deadline = 18.0
    lines = [f"{number}. trạm Tiểu Cần" for number in range(10_000)]
    assert (await bench.channel.deliver(replace(MESSAGE, text="\n".join(lines)))).delivery is Delivery.ACCEPTED
    assert (await bench.arrived(1))[0].splitlines() == lines


# --- the section ----------------------------------------------------------------------------------------------------

SECTION = "mail: {host: mx.vnpt.vn, user: monitord, password: a-password, sender: truc.ca@vnpt.vn%s}\n"
IMAP = ", imap: {host: mx.vnpt.vn, user: truc.ca, password: another}"


def with_mail(section: str) -> str:
    text = broken("log_channel:", f"{section}log_channel:")
    return broken("telegram: 1001,", "telegram: 1001, mail: An.Nguyen@VNPT.vn,", text)


async def test_a_section_makes_a_channel_that_can_be_answered_where_there_is_a_mailbox(tmp_path: Path) -> None:
    for number, (imap, hears) in enumerate([("", False), (IMAP, True)]):
        settings = loaded(written(tmp_path / f"config{number}", with_mail(SECTION % imap)))
        assert settings.ways == ("telegram", "mail", "log")
        assert settings.channels["mail"].hears is hears
        assert settings.people["an"].address("mail") == "An.Nguyen@VNPT.vn"
        assert {"a-password", "another"} & settings.secrets() == (
            {"a-password", "another"} if hears else {"a-password"}
        )
        channel = CHANNEL.make(settings, SystemClock())
        assert isinstance(channel, Listening) is hears
        assert channel is not None
        assert "another" not in repr(channel)
    assert CHANNEL.make(loaded(written(tmp_path / "without")), SystemClock()) is None


MISTAKES = {
    SECTION % ", security: ssl": "`security` must be `starttls`, `tls` or `none`",
    SECTION % ", ca_file: ca.pem": "`ca_file` must be a path that begins with `/`",
    SECTION % f"{IMAP[:-1]}, folder: Đã nhận}}": "`folder` must be the name of a folder in plain ASCII",
    SECTION % f"{IMAP[:-1]}, every: 100ms}}": "`every` must be at least 1s",
    SECTION.replace("truc.ca@", "truc ca@") % "": "`sender` must be an e-mail address",
    SECTION.replace(" password: a-password,", "") % "": "`user` and `password` of `mail` go together",
}


@pytest.mark.parametrize("section", MISTAKES)
def test_a_mistake_in_the_section_is_told(section: str, tmp_path: Path) -> None:
    (mistake, *_) = mistakes(written(tmp_path / "config", with_mail(section)))
    assert MISTAKES[section] in mistake
    assert PASSWORD not in mistake


async def test_a_probe_knocks_and_hands_in_nothing(bench: MailBench) -> None:
    assert isinstance(bench.channel, Probing)
    assert (await bench.channel.probe()).delivery is Delivery.ACCEPTED
    await bench.go_away()
    outcome = await bench.channel.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
    await bench.come_back()
    await bench.channel.stop()
    assert (await bench.channel.probe()).cause is DeliveryCause.NOT_CONFIGURED
    assert await bench.arrived() == []
