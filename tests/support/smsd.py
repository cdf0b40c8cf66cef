"""gammu-smsd with its dummy modem: the real program, sending into nothing and receiving what a test puts there."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

PROGRAM = shutil.which("gammu-smsd")
_CONFIG = """\
[gammu]
model = dummy
connection = none
device = {modem}
[smsd]
service = files
logfile = {folder}/smsd.log
inboxpath = {spool}/inbox/
outboxpath = {spool}/outbox/
sentsmspath = {spool}/sent/
errorsmspath = {spool}/error/
inboxformat = unicode
outboxformat = standard
transmitformat = 7bit
commtimeout = 1
receivefrequency = 1
loopsleep = 1
checksecurity = 0
checkbattery = 0
checksignal = {signal}
statusfrequency = 1
checknetwork = 0
"""
_RECEIVED = """\
[SMSBackup000]
SMSC = "123456"
SMSCUnicode = 003100320033003400350036
Sent = {sent}
State = UnRead
Number = "{plain}"
NumberUnicode = {number}
Name = ""
NameUnicode =
{text}
Coding = Unicode_No_Compression
Folder = 1
Length = {length}
Class = -1
ReplySMSC = False
RejectDuplicates = False
ReplaceMessage = 0
MessageReference = 0
"""


def need_smsd() -> str:
    """Return the program; skip the test without it, or fail where everything is to be tried."""
    if PROGRAM is None:
        if os.environ.get("MONITORD_REQUIRE_ALL") == "1":
            pytest.fail("gammu-smsd is missing")
        pytest.skip("there is no gammu-smsd: apt install gammu-smsd")
    return PROGRAM


class Smsd:
    """The daemon and its folders below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = folder / "spool"
        self.modem = folder / "modem"
        self._process: asyncio.subprocess.Process | None = None
        self._received = 0

    async def start(self, *, signal: bool = False) -> None:
        """Make the folders and start the daemon, which looks at the signal of its modem if it is to."""
        program = need_smsd()
        for name in ("inbox", "outbox", "sent", "error"):
            (self.spool / name).mkdir(parents=True, exist_ok=True)
        (self.modem / "sms" / "1").mkdir(parents=True, exist_ok=True)
        config = self.folder / "smsdrc"
        config.write_text(_CONFIG.format(folder=self.folder, spool=self.spool, modem=self.modem, signal=int(signal)))
        devnull = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(program, "-c", str(config), stdout=devnull, stderr=devnull)

    async def stop(self) -> None:
        """End the daemon, by its own pid."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()

    def receive(self, sender: str, text: str, sent: str = "20261201T030500") -> None:
        """Let the modem have received a text."""
        self._received += 1
        raw = text.encode("utf-16-be")
        digits = raw.hex().upper()
        lines = [f"Text{n:02} = {digits[at : at + 200]}" for n, at in enumerate(range(0, len(digits), 200))]
        number = sender.encode("utf-16-be").hex().upper()
        held = _RECEIVED.format(sent=sent, plain=sender, number=number, text="\n".join(lines), length=len(raw) // 2)
        hidden = self.modem / f"received-{self._received}"
        hidden.write_text(held)
        # Locations are numbered from 1; one is free again when its text was fetched.
        place = next(n for n in range(1, 100) if not (self.modem / "sms" / "1" / str(n)).exists())
        hidden.rename(self.modem / "sms" / "1" / str(place))
