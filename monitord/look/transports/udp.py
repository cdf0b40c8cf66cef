"""One non-blocking UDP socket of an address family: a drain loop, a size cap before decoding, and ICMP errors by the
peer they concern.
"""

import asyncio
import errno
import socket
import struct
from collections.abc import Callable

RECEIVE_BUFFER = 4 * 1024 * 1024
"""Bytes asked of the kernel; the default holds about 277 small answers, and what does not fit looks like silent
devices.
"""

DRAIN = 256
"""Datagrams taken in one go, so that a flood cannot keep the loop from everything else."""

_IP_RECVERR, _IPV6_RECVERR, _MSG_ERRQUEUE = 11, 25, 0x2000
_ICMP_ORIGINS = frozenset({2, 3})

Peer = tuple[str, int]


class UdpDoor:
    """Sends to many peers from one socket. `heard(datagram, peer)` gets what came, cut at `cap` + 1 bytes;
    `failed(peer, errno)` an ICMP error.

    Neither callback may raise. Addresses are given and handed back in the compressed form of `ipaddress`, without a
    scope.
    """

    def __init__(
        self,
        family: socket.AddressFamily,
        cap: int,
        heard: Callable[[bytes, Peer], None],
        failed: Callable[[Peer, int], None],
    ) -> None:
        self._heard, self._failed, self._cap = heard, failed, cap
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        # Without the error queue an unconnected socket never hears of a closed port: a refusal costs a whole time-out.
        level, option = (
            (socket.IPPROTO_IP, _IP_RECVERR) if family == socket.AF_INET else (socket.IPPROTO_IPV6, _IPV6_RECVERR)
        )
        try:
            self._socket.setsockopt(level, option, 1)
            self._error_queue = True
        except OSError:
            self._error_queue = False
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._drain)

    def send(self, datagram: bytes, peer: Peer) -> None:
        """Send or raise OSError. An error left over from another peer's ICMP message is set aside and sending tried
        again.
        """
        for _ in range(8):
            try:
                self._socket.sendto(datagram, peer)
                return
            except BlockingIOError:
                raise
            except OSError:
                if not self._errors():
                    raise
        raise OSError(errno.ENOBUFS, "sending keeps failing")

    def close(self) -> None:
        """Close the socket; harmless when closed already."""
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()

    def _drain(self) -> None:
        for _ in range(DRAIN):
            try:
                datagram, source = self._socket.recvfrom(self._cap + 1)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                continue  # an ICMP error, told in full by the error queue below
            self._heard(datagram, (source[0].partition("%")[0], source[1]))
            if self._socket.fileno() < 0:
                return
        self._errors()

    def _errors(self) -> int:
        """Tell of the ICMP errors queued and return how many there were."""
        count = 0
        while self._error_queue and count < DRAIN and self._socket.fileno() >= 0:
            try:
                _, controls, _, peer = self._socket.recvmsg(1, 512, _MSG_ERRQUEUE)
            except OSError:
                break
            count += 1
            for _, _, content in controls:
                if len(content) >= 16:
                    number, origin = struct.unpack_from("=IB", content)
                    if origin in _ICMP_ORIGINS and peer:
                        self._failed((peer[0].partition("%")[0], peer[1]), number)
        return count
