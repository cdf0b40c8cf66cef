"""Letters of the desk as MIME: their words, their thread, and a token by which a reply proves who got them.

A From line can be forged by anybody. So the Message-ID of every letter holds a token, `<n17-c0ffee.TOKEN@domain>`: the
first 64 bits of HMAC-SHA256 over the letter's name and the address it goes to. A reply names that Message-ID in
In-Reply-To or References (RFC 5322, section 3.6.4); it is believed when the token is the one for its From address.

What that does not do: whoever sees a letter (a forwarded one, a backup, a mail server on the way) can answer as the one
who got it; a relay that gives letters Message-IDs of its own makes all replies strangers'; and with another password
the letters before it can no longer be answered. The key comes from the password through scrypt, so that who has a token
cannot quickly try passwords against it.
"""

import hmac
import mimetypes
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import encoders
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from hashlib import scrypt, sha256
from html import escape

from monitord.domain.document import Document
from monitord.domain.notice import Message
from monitord.domain.safe import clean

CANARY = "X-Monitord-Canary"
"""The field by which a canary is known before its letter is read."""
SUBJECT = 150
"""Characters of a subject."""
FILE_NAME = 80
"""Characters of an attachment's name: with three bytes each, its line stays below the 998 of RFC 5322."""
NAME = 60
"""Characters of the sender's display name."""
THREAD = 12
"""Message-IDs of a thread that an answer repeats."""

# Not EmailMessage with its own policy: that loses blanks between the encoded words of a long subject
# (github.com/python/cpython/issues/92081) and encodes ids that are longer than a line.
_POLICY = compat32.clone(linesep="\r\n", max_line_length=998)
_LABEL = b"monitord letter 1"
_OURS = re.compile(r"<([na][0-9a-f-]{1,40})\.([0-9a-f]{16})@([^<>\s@]{1,255})>", re.ASCII)
_PAGE = """\
<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body style="margin:0;padding:16px;font-family:sans-serif;font-size:16px;line-height:1.5;color:#111;background:#fff">
<h1 style="margin:0 0 12px;font-size:20px;line-height:1.3;overflow-wrap:anywhere">{head}</h1>
<p style="margin:0;overflow-wrap:anywhere">{rest}</p>
</body></html>
"""


def key_of(password: str, sender: str) -> bytes:
    """Return the key of the tokens. It takes about 0.1 s and 16 MiB: not for the event loop. Without a password the
    key lasts as long as the process."""
    secret = password.encode("utf-8", "surrogatepass") or secrets.token_bytes(32)
    return scrypt(secret, salt=_LABEL + sender.lower().encode(), n=2**14, r=8, p=1, dklen=32)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the address, the name beside it, and the key of the tokens."""

    sender: str
    name: str
    key: bytes = field(repr=False)

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2].lower()

    def message_id(self, name: str, to: str) -> str:
        """Return the Message-ID of the letter of that name (n or a, then hex digits and hyphens) to that address."""
        return f"<{name}.{self._token(name, to)}@{self.domain}>"

    def proves(self, ids: Iterable[str], address: str) -> bool:
        """Return whether one of these Message-IDs is of a letter of ours to that address, in whatever case."""
        found = (_OURS.fullmatch(one) for one in ids)
        return any(
            m is not None and m[3].lower() == self.domain and hmac.compare_digest(m[2], self._token(m[1], address))
            for m in found
        )

    def _token(self, name: str, to: str) -> str:
        return hmac.new(self.key, f"{name}\n{to.lower()}".encode(), "sha256").hexdigest()[:16]


def letter(head: Letterhead, message: Message, at: datetime) -> tuple[str, bytes]:
    """Return the Message-ID and the bytes of a message as a letter, with CRLF.

    Every attempt at one notice has the same Message-ID, by which a mailbox knows a repetition; letters of one incident
    hang on one reference. The text is kept whole.
    """
    once = sha256(message.once.encode()).hexdigest() if message.once else secrets.token_hex(6)
    number = head.message_id(f"n{abs(message.notice)}-{once[:12]}", message.to)
    code = re.sub(r"[^A-Za-z0-9-]", "", message.code)[:40]
    root = (f"<desk.{code}@{head.domain}>",) if code else ()
    written = _written(head, message.to, message.text, number, root, at, "auto-generated", "", message.document)
    return number, (f"{CANARY}: {message.canary}\r\n".encode("ascii") if message.canary else b"") + written


def answer(
    head: Letterhead, to: str, text: str, key: str, subject: str, thread: Sequence[str], at: datetime
) -> tuple[str, bytes]:
    """Return the Message-ID and the bytes of the answer to a letter with that key. The last of `thread` is the letter
    answered; all of them are Message-IDs that were looked at before."""
    number = head.message_id(f"a{sha256(key.encode()).hexdigest()[:16]}", to)
    return number, _written(head, to, text, number, thread[-THREAD:], at, "auto-replied", subject, None)


def _written(
    head: Letterhead,
    to: str,
    text: str,
    number: str,
    thread: Sequence[str],
    at: datetime,
    made: str,
    subject: str,
    document: Document | None,
) -> bytes:
    lines = _lines(text)
    first = next((line for line in lines if line.strip()), head.name)
    mail = MIMEMultipart("alternative") if document is None else MIMEMultipart("mixed")
    mail["Subject"] = Header(clean(subject or first, SUBJECT), "utf-8", header_name="Subject").encode()
    mail["From"] = _from(head)
    mail["To"] = to
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = number
    if thread:
        mail["In-Reply-To"] = thread[-1]
        mail["References"] = " ".join(thread)
    mail["Auto-Submitted"] = made  # RFC 3834, section 5
    mail["X-Auto-Response-Suppress"] = "All"  # [MS-OXCMAIL], section 2.1.3.2.14
    words = mail if document is None else MIMEMultipart("alternative")
    words.attach(MIMEText("\n".join(lines), "plain", "utf-8"))
    words.attach(MIMEText(_page(lines), "html", "utf-8"))
    if document is not None:
        mail.attach(words)
        mail.attach(_attached(document))
    return mail.as_bytes(policy=_POLICY)


def _from(head: Letterhead) -> str:
    name = clean(head.name, NAME)
    if name.isascii():
        return formataddr((name, head.sender))
    return f"{Header(name, 'utf-8', header_name='From').encode()} <{head.sender}>"


def _lines(text: str) -> list[str]:
    """Return the lines of a text without control characters and half characters."""
    return [
        "".join(char for char in line if unicodedata.category(char) not in ("Cc", "Cs"))
        for line in text.replace("\t", " ").splitlines()
    ]


def _page(lines: Sequence[str]) -> str:
    """Return the text as a page: the first line above the others, everything escaped, nothing fetched from anywhere."""
    kept = "\n".join(lines).strip().split("\n")
    rest = "\n".join(kept[1:]).strip("\n")
    return _PAGE.format(head=escape(kept[0]), rest=escape(rest).replace("\n", "<br>\n"))


def _attached(document: Document) -> MIMEBase:
    whole = document.name.replace("/", "_").replace("\\", "_")
    stem, dot, suffix = whole.rpartition(".")
    tail = clean(f".{suffix}") if dot and len(suffix) < 16 else ""
    name = clean(stem if tail else whole, FILE_NAME - len(tail)) + tail
    guessed, coding = mimetypes.guess_type(name)
    kind, _, of = (guessed if guessed and not coding else "application/octet-stream").partition("/")
    part = MIMEBase(kind, of)
    part.set_payload(document.content)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))  # RFC 2231
    return part
