"""Addresses of devices: literals as they are, names looked up beside the loop and remembered for a while."""

import ipaddress
import socket

from monitord.clock import Clock
from monitord.look.transports.crew import Busy, Crew

KEPT = 60.0
"""Seconds an address is believed; a name server's failure after that falls back on the last address known."""


class NotResolved(Exception):
    """The name has no address, or nobody could say in time."""


def literal(address: str) -> str | None:
    """Return `address` in its compressed form when it is an IP address, else None."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).compressed
    except ValueError:
        return None


class Names:
    """Looks names up in at most four threads of its own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._crew = Crew(4, "names")
        self._known: dict[str, tuple[str, float]] = {}

    async def address(self, name: str, timeout: float) -> str:
        """Return the IP address of `name`, first one told; NotResolved at the latest after `timeout` seconds."""
        plain = literal(name)
        if plain is not None:
            return plain
        known = self._known.get(name)
        now = self._clock.mono()
        if known is not None and now - known[1] < KEPT:
            return known[0]
        try:
            found = await self._crew.run(lambda: socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM), timeout)
            address = str(found[0][4][0])
        except (OSError, UnicodeError, TimeoutError, Busy, IndexError) as error:
            if known is not None:
                return known[0]
            raise NotResolved from error
        self._known[name] = (literal(address) or address, now)
        return self._known[name][0]
