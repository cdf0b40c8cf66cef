"""What a letter in the mailbox says, read without trusting any of it: who answers, and the first line he wrote. Pure.

Of a stranger's letter only the head is read, in bounded pieces; the rest of a letter is parsed once its sender is
proved (mail/letter.py). Letters that machines write are never commands, so that two machines cannot keep each other
busy (RFC 3834, section 2).
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from hashlib import sha256

from monitord.domain.safe import clean
from monitord.tell.mail.letter import CANARY, SUBJECT, Letterhead
from monitord.tell.mail.words import text_of, written

TEXT = 500
"""Characters kept of what somebody writes."""
MOST_IDS = 50
"""Message-IDs looked at of a thread, the last ones."""
LONGEST_FROM = 1_000
"""Characters of a From line that is looked at."""
LONGEST = 65_536
"""Characters looked at of one field."""

_ID = re.compile(r"<[!-;=?-~]{1,250}>", re.ASCII)
_BY_MACHINE = frozenset({"bulk", "junk", "list", "auto_reply"})


class Ignored(Exception):
    """A letter that is no reply to be acted on; says why, and nothing of what stands in it."""


@dataclass(frozen=True, slots=True)
class Head:
    """Who answers, proved by the token of a letter he got, and the thread. `thread` ends with the letter itself, where
    it has a Message-ID."""

    sender: str
    subject: str
    message_id: str
    thread: tuple[str, ...] = ()


def read_head(raw: bytes, letterhead: Letterhead) -> Head:
    """Return the head of a letter. Raises Ignored for what a machine wrote, and for what nobody proves to have sent."""
    try:
        mail = BytesHeaderParser().parsebytes(raw)
        if by_machine(mail):
            raise Ignored("a machine wrote it")
        fields = [str(one) for one in mail.get_all("From", ())]
        senders = getaddresses(fields) if len(fields) == 1 and len(fields[0]) <= LONGEST_FROM else []
        named = _ID.findall(_field(mail, "References"))[-MOST_IDS:]
        named += [one for one in _ID.findall(_field(mail, "In-Reply-To"))[:MOST_IDS] if one not in named]
        own = _ID.findall(_field(mail, "Message-ID"))[:1]
        subject = _subject(mail)
    except Ignored:
        raise
    except Exception as error:
        raise Ignored(f"it cannot be read ({type(error).__name__})") from error
    if len(senders) != 1:
        raise Ignored("it has not exactly one sender")
    if not letterhead.proves(named, senders[0][1]):
        raise Ignored("its sender does not prove to have got a letter of ours")
    return Head(senders[0][1], subject, own[0] if own else "", (*named, *own))


def read_canary(raw: bytes, letterhead: Letterhead, address: str) -> tuple[str, str] | None:
    """Return the token and the Message-ID of a canary that we sent to `address`, None for any other letter: its
    Message-ID proves it."""
    try:
        mail = BytesHeaderParser().parsebytes(raw)
        token = clean(_field(mail, CANARY), 32)
        own = _ID.findall(_field(mail, "Message-ID"))[:1]
    except Exception:
        return None
    return (token, own[0]) if token and own and letterhead.proves(own, address) else None


def by_machine(mail: Message) -> bool:
    """Return whether a letter says that no person wrote it: an absence note, a bounce, a list."""
    submitted = _field(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _field(mail, "Precedence").strip().lower() in _BY_MACHINE
        or _field(mail, "Return-Path").strip() == "<>"
        or mail.get_content_type() == "multipart/report"
        or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
    )


def read_text(raw: bytes) -> str:
    """Return the first line that the sender wrote, clean and bounded. Raises Ignored when there is none."""
    try:
        found = clean(next(written(text_of(message_from_bytes(raw))), ""), TEXT)
    except Exception as error:
        raise Ignored(f"it cannot be read ({type(error).__name__})") from error
    if not found:
        raise Ignored("it says nothing")
    return found


def key_of(head: Head, raw: bytes, place: str) -> str:
    """Return what names a letter, however often it is fetched: 64 hex digits of its Message-ID and its body, or `place`
    (its number in the mailbox) when it has none."""
    body = raw.partition(b"\r\n\r\n")[2]
    return sha256(head.message_id.encode() + sha256(body).digest()).hexdigest() if head.message_id else place


def _field(mail: Message, name: str) -> str:
    return str(mail.get(name, ""))[-LONGEST:]


def _subject(mail: Message) -> str:
    try:
        subject = str(make_header(decode_header(_field(mail, "Subject")[:1000])))
    except Exception:  # unknown charsets, wrong base64
        return ""
    subject = clean(re.sub(r"^(\s*(re|tl|trả lời)\s*:)+", "", subject, flags=re.IGNORECASE), SUBJECT - 4)
    return f"Re: {subject}" if subject else ""
