"""The folders that gammu-smsd and we share (gammu-smsd-files(7)). Every call works on files, and may raise OSError."""

import os
from datetime import datetime
from enum import Enum
from pathlib import Path

KEPT = 500
"""Files that are kept of what was sent, what failed and what was heard, each."""
LARGEST = 4096
"""Bytes read of one text that came in."""


class Stand(Enum):
    """Where a text lies."""

    WAITING = "outbox"
    SENT = "sent"
    FAILED = "error"
    NOWHERE = "nowhere"


class Spool:
    """Texts on their way out, found by their tag, and texts that came in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, tag: str, name: str, text: str) -> Stand:
        """Leave a text in the outbox unless it lies there or was sent already; return where it lies then. One that the
        modem failed to send is tried anew.
        """
        stand = self.stand(tag)
        if stand is Stand.FAILED:
            for path in self._of(Stand.FAILED, tag):
                path.unlink(missing_ok=True)
        if stand in (Stand.FAILED, Stand.NOWHERE):
            self._prune(Stand.SENT.value)
            self._prune(Stand.FAILED.value)
            self.write(name, text)
            return Stand.WAITING
        return stand

    def write(self, name: str, text: str) -> None:
        """Write a file into the outbox so that it is there whole or not at all."""
        outbox = self._folder / Stand.WAITING.value
        hidden = outbox / f".{name}"
        file = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o660)
        try:
            os.write(file, text.encode("ascii", "replace"))
            os.fsync(file)
        finally:
            os.close(file)
        hidden.rename(outbox / name)

    def stand(self, tag: str) -> Stand:
        """Return where the text of a tag lies. A file on its way between two folders is looked for twice."""
        for _ in range(2):
            for stand in (Stand.SENT, Stand.FAILED, Stand.WAITING):
                if self._of(stand, tag):
                    return stand
        return Stand.NOWHERE

    def take_back(self, tag: str) -> Stand:
        """Take a text out of the outbox; NOWHERE says that it was there still, and perhaps being sent."""
        for path in self._of(Stand.WAITING, tag):
            path.unlink(missing_ok=True)
        return self.stand(tag)

    def oldest(self, now: datetime) -> float:
        """Return for how many seconds the oldest text lies in the outbox; 0 when there is none."""
        outbox = self._folder / Stand.WAITING.value
        files = [path.stat().st_mtime for path in outbox.iterdir() if path.name.startswith("OUT")]
        return max((now.timestamp() - begun for begun in files), default=0.0)

    def incoming(self) -> dict[str, int]:
        """Return the files of the inbox by name, the oldest first, with their sizes."""
        inbox = self._folder / "inbox"
        found = {path.name: path.stat().st_size for path in sorted(inbox.glob("IN*"))}
        return dict(list(found.items())[:KEPT])

    def read(self, name: str) -> str:
        """Return the text of a file of the inbox: UTF-16 with its mark (`inboxformat = unicode`), else UTF-8."""
        with (self._folder / "inbox" / name).open("rb") as stream:
            raw = stream.read(LARGEST)
        coded = "utf-16" if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"
        return raw.decode(coded, "replace")

    def put_aside(self, name: str) -> None:
        """Move a file out of the inbox into `heard`, beside it."""
        heard = self._folder / "heard"
        heard.mkdir(exist_ok=True, mode=0o770)
        (self._folder / "inbox" / name).rename(heard / name)
        self._prune("heard")

    def _of(self, stand: Stand, tag: str) -> list[Path]:
        return list((self._folder / stand.value).glob(f"OUT*_{tag}.*"))

    def _prune(self, name: str) -> None:
        """Delete the oldest files of a folder: behind `OUTA` or `OUTB` stands their date, behind `IN` most of it."""
        files = sorted((self._folder / name).glob("*.*"), key=lambda path: path.name[4:])
        for path in files[: max(0, len(files) - KEPT)]:
            path.unlink(missing_ok=True)
