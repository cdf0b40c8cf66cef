"""The desk's own mailbox by IMAP (RFC 3501): what is new in it, and the mark that it was dealt with.

imaplib of the standard library in a thread. Every step has a limit in seconds, after which the connection is broken
from outside, so that the thread does not wait for ever.
"""

import contextlib
import imaplib
import re
import socket
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator

from monitord.settings.fields import Address, Duration, Port, SecretText, Text, between, text
from monitord.settings.form import MINUTE, SECOND, Form
from monitord.settings.model import Secret
from monitord.tell.mail.post import Security, said, trusting
from monitord.tell.one_thread import OneThread

Made = TypeVar("Made")

SILENCE = 10.0
"""Seconds for which the server may say nothing."""
STEP = 20.0
"""Seconds that one step may take in all."""
HEAD = 65_536
"""Bytes fetched of a letter's head."""
LETTER = 262_144
"""Bytes a letter may have to be fetched."""


def folder_name(value: object) -> str:
    """Return the name of a folder; other than ASCII would have to be written in modified UTF-7 (RFC 3501, 5.1.3)."""
    name = text(value)
    if not name.isascii() or '"' in name or "\\" in name:
        raise ValueError("must be the name of a folder in plain ASCII, without quotes")
    return name


class ImapForm(Form):
    """Section `imap` of `mail`: the mailbox that answers reach, the desk's alone. `every` so often it is asked."""

    host: Address
    port: Port = 993
    security: Security = "tls"
    user: Text
    password: SecretText
    folder: Annotated[str, BeforeValidator(folder_name)] = "INBOX"
    every: Annotated[Duration, between(SECOND, 10 * MINUTE)] = timedelta(seconds=20)


class Mailbox:
    """One connection at a time. What goes wrong is raised as it comes; then `drop` it and `open` it anew.

    A letter is named by its UID; nothing but `mark` and `delete` changes it.
    """

    def __init__(
        self, given: ImapForm, password: Secret, ca_file: str | None, silence: float = SILENCE, step: float = STEP
    ) -> None:
        self._given = given
        self._password = password
        self._ca_file = ca_file
        self._silence = silence
        self._step = step
        self._imap: imaplib.IMAP4 | None = None
        self._thread = OneThread("mailbox")
        self.validity = ""
        """The UIDVALIDITY under which the UIDs are given."""

    @property
    def is_open(self) -> bool:
        return self._imap is not None

    async def open(self) -> None:
        """Connect, log in and select the folder. Without TLS, where it is asked for, no password is sent."""
        self._imap = await self._thread.do(self._opened, self._step, _close)

    async def unseen(self, most: int) -> list[str]:
        """Return the UIDs of the first `most` letters without the mark."""

        def ask(imap: imaplib.IMAP4) -> list[str]:
            _fine(imap.noop())
            found = _fine(imap.uid("SEARCH", "UNSEEN", "UNDELETED"))
            numbers = b" ".join(line for line in found if isinstance(line, bytes)).split()
            return [number.decode() for number in numbers if number.isdigit()][:most]

        return await self._with(ask)

    async def head(self, uid: str) -> tuple[int, bytes] | None:
        """Return a letter's size in bytes and the beginning of its head; None when it is gone."""

        def ask(imap: imaplib.IMAP4) -> tuple[int, bytes] | None:
            about, head = _fetched(imap, uid, f"(RFC822.SIZE BODY.PEEK[HEADER]<0.{HEAD}>)")
            size = re.search(rb"RFC822\.SIZE (\d{1,12})", about)
            return None if head is None or size is None else (int(size[1]), head[:HEAD])

        return await self._with(ask)

    async def whole(self, uid: str) -> bytes | None:
        """Return a letter, LETTER bytes of it at most; None when it is gone."""

        def ask(imap: imaplib.IMAP4) -> bytes | None:
            letter = _fetched(imap, uid, f"(BODY.PEEK[]<0.{LETTER}>)")[1]
            return None if letter is None else letter[:LETTER]

        return await self._with(ask)

    async def mark(self, uid: str) -> None:
        """Mark a letter as dealt with: it is seen."""
        await self._with(lambda imap: _fine(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")))

    async def delete(self, uid: str) -> None:
        """Delete a letter; where the server cannot delete one alone it only gets the marks."""

        def ask(imap: imaplib.IMAP4) -> None:
            _fine(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Deleted)"))
            # Asked anew: what a server can do it says only to who has logged in.
            able = b" ".join(line for line in _fine(imap.capability()) if isinstance(line, bytes)).upper()
            if b"UIDPLUS" in able.split():  # RFC 4315
                _fine(imap.uid("EXPUNGE", uid))

        await self._with(ask)

    def drop(self) -> None:
        """Break the connection, also under a thread that waits for it."""
        imap, self._imap = self._imap, None
        if imap is not None:
            with contextlib.suppress(OSError):
                imap.sock.shutdown(socket.SHUT_RDWR)
            if not self._thread.busy:  # else it is closed when the thread has ended
                _close(imap)

    def told(self, error: BaseException) -> str:
        """Return what an exception says, clean and without the password."""
        return f"{type(error).__name__}: {said(error, (self._password.reveal(),))}"

    async def _with(self, ask: Callable[[imaplib.IMAP4], Made]) -> Made:
        imap = self._imap
        if imap is None:
            raise OSError("the mailbox is not open")
        try:
            return await self._thread.do(lambda: ask(imap), self._step, lambda _: _close(imap))
        finally:
            if self._thread.busy:
                self.drop()

    # --- in the thread ----------------------------------------------------------------------------------------------

    def _opened(self) -> imaplib.IMAP4:
        given = self._given
        tls = None if given.security == "none" else trusting(self._ca_file)
        if given.security == "tls":
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(given.host, given.port, ssl_context=tls, timeout=self._silence)
        else:
            imap = imaplib.IMAP4(given.host, given.port, timeout=self._silence)
        try:
            if given.security == "starttls":
                _fine(imap.starttls(tls))
            _log_in(imap, given.user, self._password.reveal())
            _fine(imap.select(f'"{given.folder}"'))
            flags = imap.response("PERMANENTFLAGS")[1]
            if flags and isinstance(flags[-1], bytes) and rb"\Seen" not in flags[-1]:
                raise imaplib.IMAP4.error("the folder keeps no marks")
            self.validity = b"".join(v for v in imap.response("UIDVALIDITY")[1] if isinstance(v, bytes)).decode()[:20]
        except BaseException:
            _close(imap)
            raise
        return imap


def _log_in(imap: imaplib.IMAP4, user: str, password: str) -> None:
    if "AUTH=PLAIN" in imap.capabilities:  # RFC 4616: any characters
        _fine(imap.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode()))
    else:
        quoted = user.replace("\\", "\\\\").replace('"', '\\"')
        _fine(imap.login(f'"{quoted}"', password))


def _fetched(imap: imaplib.IMAP4, uid: str, what: str) -> tuple[bytes, bytes | None]:
    """Return what the answer to FETCH says beside the literal, and the literal; other letters' news is left out."""
    about, literal = b"", None
    for piece in _fine(imap.uid("FETCH", uid, what)):
        if isinstance(piece, tuple) and re.search(rb"\bUID %s\b" % uid.encode(), piece[0]):
            about, literal = about + piece[0], piece[1]
        elif isinstance(piece, bytes) and literal is not None:
            about += piece
    return about, literal


def _fine(answered: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    status, answer = answered
    if status != "OK":
        why = answer[-1] if answer else b""
        raise imaplib.IMAP4.error(why.decode("ascii", "replace") if isinstance(why, bytes) else status)
    return answer


def _close(imap: imaplib.IMAP4 | None) -> None:
    if imap is None:
        return
    with contextlib.suppress(OSError, imaplib.IMAP4.error):
        imap.shutdown()
