"""A telephone exchange for tests: sipp plays its signalling (SIP), a handset of ours hears and presses keys (RTP)."""

import asyncio
import os
import shutil
import signal
import socket
import struct
from html import escape
from pathlib import Path
from typing import cast

import pytest

PACKET = 0.02
"""Seconds of one packet of G.711."""
EVENT = 101
"""The payload type that the exchange offers for keys (RFC 4733)."""
_DIGITS = "0123456789*#"
_HEADERS = """\
[last_Via:]
[last_From:]
[last_To:];tag=[pid]S[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>"""
_TAG = ";tag=[pid]S[call_number]"
_EMPTY = "Content-Length: 0\n\n"
_SDP = """\
Content-Type: application/sdp
Content-Length: [len]

v=0
o=pbx 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
"""
_CHALLENGE = 'Digest realm="pbx", nonce="{nonce}", algorithm=MD5, qop="auth"'


def need(*programs: str) -> None:
    """Skip the test without one of these programs; fail where everything is to be tried."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing and os.environ.get("MONITORD_REQUIRE_ALL") == "1":
        pytest.fail(f"missing: {', '.join(missing)}")
    if missing:
        pytest.skip(f"missing: {', '.join(missing)}: apt install baresip-core espeak-ng sip-tester")


# --- scenarios ------------------------------------------------------------------------------------------------------


def reply(status: str, extra: str = "", again: bool = True, next_label: str = "", inside: bool = False) -> str:
    """Answer the last request with that status; `again` repeats it until it is acknowledged, `inside` says that the
    dialog is there already."""
    attributes = ' retrans="500"' * again + f' next="{next_label}"' * bool(next_label)
    headers = (_HEADERS.replace(_TAG, "") if inside else _HEADERS) + (f"\n{extra}" if extra else "")
    tail = "\n" if "v=0" in extra else f"\n{_EMPTY}"
    return f"<send{attributes}><![CDATA[\nSIP/2.0 {status}\n{headers}{tail}]]></send>"


def refused(status: str) -> str:
    return reply(status) + '<recv request="ACK"/>'


def ringing() -> str:
    return reply("180 Ringing", again=False)


def answered(port: int, then: str = "") -> str:
    """Ring shortly, answer, and hang up by `then` or wait for the other side to do it."""
    taken = reply("200 OK", _SDP.format(port=port)) + '<recv request="ACK"/>'
    return (
        ringing()
        + '<pause milliseconds="50"/>'
        + taken
        + (then or '<recv request="BYE"/>' + reply("200 OK", again=False, inside=True))
    )


HANGS_UP = """<pause milliseconds="700"/>
<send retrans="500"><![CDATA[
BYE [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$to];tag=[pid]S[call_number]
To:[$from]
[last_Call-ID:]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
<recv response="200"/>"""


PRESSES_BY_INFO = """<pause milliseconds="300"/>
<send retrans="500"><![CDATA[
INFO [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$to];tag=[pid]S[call_number]
To:[$from]
[last_Call-ID:]
CSeq: 2 INFO
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=1
Duration=160
]]></send>
<recv response="200"/><recv request="BYE"/>""" + reply("200 OK", again=False, inside=True)


def never_answered() -> str:
    """Ring until the caller gives up (RFC 3261 section 9.2)."""
    given_up = reply("487 Request Terminated").replace("[last_CSeq:]", "CSeq: [$number] INVITE")
    return ringing() + '<recv request="CANCEL"/>' + reply("200 OK", again=False) + given_up + '<recv request="ACK"/>'


def transferred(port: int, status: str = "200 OK") -> str:
    """Answer, take a REFER and say what it came to (RFC 3515); then wait for the end."""
    notify = f"""<send retrans="500"><![CDATA[
NOTIFY [$contact] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$to];tag=[pid]S[call_number]
To:[$from]
[last_Call-ID:]
CSeq: 3 NOTIFY
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Event: refer
Subscription-State: terminated;reason=noresource
Content-Type: message/sipfrag;version=2.0
Content-Length: [len]

SIP/2.0 {status}
]]></send>
<recv response="200"/>"""
    then = (
        '<recv request="INVITE" optional="true" next="held"/><recv request="REFER" next="refer"/><label id="held"/>'
        + reply("200 OK", _SDP.format(port=port), inside=True)
        + '<recv request="ACK"/><recv request="REFER"/><label id="refer"/>'
        + reply("202 Accepted", again=False, inside=True)
        + notify
        + '<recv request="BYE"/>'
        + reply("200 OK", again=False, inside=True)
    )
    return answered(port, then)


def login(user: str, password: str, then: str) -> str:
    """Ask for a login, and go on with `then` when it is right; refuse it else."""
    challenge = "WWW-Authenticate: " + _CHALLENGE.format(nonce="[call_number]abc")
    check = f"""<recv request="INVITE"><action>
<verifyauth assign_to="right" username="{user}" password="{escape(password)}"/>
</action></recv><nop next="right" test="right"/>"""
    return (
        reply("401 Unauthorized", challenge)
        + '<recv request="ACK"/>'
        + check
        + reply("403 Forbidden", next_label="acknowledged")
        + '<label id="right"/>'
        + then
        + '<nop next="over"/><label id="acknowledged"/><recv request="ACK"/><label id="over"/>'
    )


def registers(status: str) -> str:
    """Say that to a registration, and to its end."""
    extra = "Expires: 300" if status.startswith("200") else ""
    return reply(status, extra, again=False) + '<recv request="REGISTER"/>' + reply("200 OK", again=False)


def scenario(invite: str, register: str = "") -> str:
    """Return the file of a scenario: what is done with a call, and with a registration."""
    noted = """<action>
<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="number"/>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
<ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
</action>"""
    return f"""<?xml version="1.0" encoding="ISO-8859-1" ?>
<!DOCTYPE scenario SYSTEM "sipp.dtd">
<scenario name="exchange">
<recv request="OPTIONS" optional="true" next="options"/>
<recv request="REGISTER" optional="true" next="register"/>
<recv request="INVITE">{noted}</recv>
{invite}
<nop next="end"/>
<label id="options"/>
{reply("200 OK", again=False, next_label="end")}
<label id="register"/>
{register or registers("200 OK")}
<label id="end"/>
<nop/>
<Reference variables="number,from,to,contact"/>
</scenario>
"""


# --- the exchange ---------------------------------------------------------------------------------------------------


class Handset(asyncio.DatagramProtocol):
    """Where the words arrive. It presses `keys` one by one, each when it has heard speech for a while again.

    `speech` counts packets with sound in all calls, `calls` the calls, `pressed` the keys.
    """

    def __init__(self) -> None:
        self.keys = ""
        self.speech = 0
        self.calls = 0
        self.pressed = 0
        self.hears = asyncio.Event()
        self.presses = asyncio.Event()
        self._of_call = -1
        self._heard = 0
        self._next = 0
        self._sequence = 0
        self._clock = 0
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def port(self) -> int:
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 12 or data[1] & 0x7F != 8:
            return
        source = int.from_bytes(data[8:12], "big")
        if source != self._of_call:
            self._of_call, self._heard, self._next = source, 0, 0
            self.calls += 1
        # A telephone sends without a pause, and who hears it may rely on that.
        self._send(8, bytes([0xD5]) * 160, self._clock, addr)
        self._clock += 160
        if len(set(data[12:])) < 4:
            return
        self.speech += 1
        self._heard += 1
        self.hears.set()
        if self._next < len(self.keys) and self._heard >= 10 * (self._next + 1):
            self.press(self.keys[self._next], addr)
            self._next += 1

    def press(self, digit: str, to: tuple[str, int]) -> None:
        """Press and let go (RFC 4733 section 2.5): its end is sent three times."""
        self.pressed += 1
        self.presses.set()
        for number, (end, length) in enumerate(((0, 160), (0, 320), (1, 480), (1, 480), (1, 480))):
            event = struct.pack("!BBH", _DIGITS.index(digit), end << 7 | 10, length)
            self._send(EVENT | (0x80 if number == 0 else 0), event, self._clock, to)
        self._clock += 640

    def _send(self, kind: int, payload: bytes, stamp: int, to: tuple[str, int]) -> None:
        assert self._transport is not None
        self._sequence = (self._sequence + 1) % 65_536
        self._transport.sendto(struct.pack("!BBHII", 0x80, kind, self._sequence, stamp, 77) + payload, to)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Exchange:
    """sipp on a port of its own, and the handset behind it. `play` begins a scenario, in place of the one before."""

    def __init__(self, folder: Path) -> None:
        need("sipp", "baresip", "espeak-ng")
        self.folder = folder
        self.port = 0
        self.handset = Handset()
        self._process: asyncio.subprocess.Process | None = None
        self._runs = 0

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self.handset, local_addr=("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]

    async def play(self, invite: str, register: str = "", transport: str = "u1") -> None:
        """Play that scenario for every call from now on; `transport` is u1 for UDP and t1 for TCP."""
        await self.stop()
        self._runs += 1
        path = self.folder / f"scenario-{self._runs}.xml"
        path.write_text(scenario(invite, register), encoding="ascii")
        nothing = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *("sipp", "-sf", str(path), "-i", "127.0.0.1", "-p", str(self.port), "-nostdin", "-nd", "-t", transport),
            *("-trace_msg", "-message_file", str(self.folder / f"messages-{self._runs}.log")),
            *("-trace_err", "-error_file", str(self.folder / f"errors-{self._runs}.log")),
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            cwd=self.folder,
            env=os.environ | {"TERM": "dumb"},
            start_new_session=True,
        )
        async with asyncio.timeout(30):
            while not self._listens("udp" if transport == "u1" else "tcp"):
                assert self._process.returncode is None, "sipp does not start"
                await asyncio.sleep(0.02)  # the other program tells nobody

    def _listens(self, protocol: str) -> bool:
        lines = Path(f"/proc/net/{protocol}").read_text(encoding="ascii").splitlines()[1:]
        return any(line.split()[1].endswith(f":{self.port:04X}") for line in lines)

    async def stop(self) -> None:
        """End sipp, by its own pid: nobody listens on its port then."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.send_signal(signal.SIGKILL)
            await process.wait()

    async def close(self) -> None:
        await self.stop()
        self.handset.close()

    def messages(self) -> str:
        """Return everything that came and went in the last scenario."""
        path = self.folder / f"messages-{self._runs}.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def received(self) -> list[str]:
        """Return the first lines of the requests that came in with the last scenario, in order."""
        found: list[str] = []
        for part in self.messages().split("-" * 47)[1:]:
            lines = [line for line in part.splitlines() if line.strip()]
            if len(lines) > 2 and "received" in lines[1] and lines[2].endswith("SIP/2.0"):
                found.append(lines[2])
        return found
