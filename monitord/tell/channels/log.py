"""The log channel: every message as one JSON line in a file.

For dry runs beside the old way, and as a record of what would be said.
"""

import asyncio
import json
import os
from pathlib import Path

from monitord.clock import Clock
from monitord.domain.journal import stamp
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.settings.model import Settings
from monitord.tell.registry import ChannelKind


class LogChannel:
    """Appends to `path`, and says ACCEPTED when the line is on the disk.

    The file is opened anew each time, so it may be rotated.
    """

    name = "log"
    deadline = 10.0
    per_second = None
    per_address = None

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._one = asyncio.Lock()

    async def start(self) -> None:
        """Do nothing: a folder that is not there yet is made when the first line is written."""

    async def stop(self) -> None:
        """Wait for the line that is being written."""
        async with self._one:
            pass

    async def deliver(self, message: Message) -> Outcome:
        """Append one line. NOT_SENT when it cannot be written, UNCERTAIN when it cannot be brought to the disk."""
        at = self._clock.now()
        line = {
            "at": stamp(at),
            "notice": message.notice,
            "to": message.to,
            "text": message.text,
            "buttons": [[face.label for face in row] for row in message.buttons],
            "replaces": message.replaces,
        }
        if message.document is not None:
            line["document"] = {"name": message.document.name, "size": len(message.document.content)}
        raw = json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        async with self._one:
            problem = await asyncio.to_thread(_append, self._path, raw)
        if problem is not None:
            return problem
        return Outcome(Delivery.ACCEPTED, message_ref=str(message.notice), accepted_at=at)


def _append(path: Path, raw: bytes) -> Outcome | None:
    """Return None when `raw` is on the disk, else what became of it."""
    written = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, error.strerror or "cannot be opened")
    try:
        end = os.lseek(file, 0, os.SEEK_END)
        # A line cut off by a crash is ended, so that ours stands alone.
        torn = end > 0 and os.pread(file, 1, end - 1) != b"\n"
        whole = b"\n" + raw if torn else raw
        if os.write(file, whole) != len(whole):
            return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, "only a part of the line could be written")
        written = True
        os.fsync(file)
    except OSError as error:
        delivery = Delivery.UNCERTAIN if written else Delivery.NOT_SENT
        return Outcome(delivery, DeliveryCause.UNEXPECTED, error.strerror or "cannot be written")
    finally:
        os.close(file)
    return None


def _make(settings: Settings, clock: Clock) -> LogChannel | None:
    return None if settings.log_channel is None else LogChannel(settings.log_channel, clock)


CHANNEL = ChannelKind("log", _make)
