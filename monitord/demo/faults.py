"""What an SNMP agent can do wrong, as data: one name per fault, one small function where it is not trivial."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from monitord.demo.ber import Oid, Reply, encoded, integer, octets


class Wrong(StrEnum):
    """The ways in which an agent misbehaves; the amount's meaning stands beside each."""

    SILENT = "silent"
    REFUSE = "refuse"  # socket closed: the asker gets ICMP port unreachable
    DELAY = "delay"  # seconds
    EVERY = "every"  # answers only each n-th request
    DUPLICATE = "duplicate"  # how many copies
    GARBAGE = "garbage"  # how many bytes, 60 if not said
    TRUNCATE = "truncate"  # how many bytes are left, all but 5 if not said
    TRAILING = "trailing"  # how many bytes too many, 4 if not said
    ECHO = "echo"  # the request comes back as it is
    WRONG_ID = "wrongid"
    OTHER_PORT = "otherport"
    OTHER_ADDRESS = "otheraddress"
    ERROR = "error"  # error-status
    TOO_BIG = "toobig"
    OTHER_OID = "otheroid"
    NO_VARBINDS = "novarbinds"
    TOO_MANY_VARBINDS = "manyvarbinds"  # how many more
    NO_SUCH = "nosuch"
    WRONG_TYPE = "wrongtype"
    BIG_STRING = "bigstring"  # bytes of the string, 60,000 if not said
    LOOP = "loop"  # a walk meets the same OID again and again
    ENDLESS = "endless"  # a walk never comes to an end
    DECREASING = "decreasing"  # a walk goes backwards
    INTERFACE_DOWN = "ifdown"  # name of the interface
    REBOOT = "reboot"  # at once; nothing stays wrong


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with an agent: what, how much, and on which interface."""

    what: Wrong
    amount: float | None = None
    name: str = ""

    def number(self, otherwise: int) -> int:
        """Return the amount as a whole number, or `otherwise` if none was given."""
        return otherwise if self.amount is None else int(self.amount)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Return the fault written as `delay 1.5`, `ifdown ge-0/0/1` or `silent`. ValueError if there is none such."""
        word, _, rest = text.strip().partition(" ")
        what = Wrong(word)
        if what is Wrong.INTERFACE_DOWN:
            return cls(what, name=rest.strip())
        return cls(what, float(rest) if rest.strip() else None)


def wrong_id(reply: Reply, fault: Fault) -> Reply:
    """Return the answer to another request."""
    return replace(reply, request_id=(reply.request_id + 1) % 2**31)


def error(reply: Reply, fault: Fault) -> Reply:
    """Return an error-status with the question's names and no values."""
    return replace(reply, error_status=fault.number(5), error_index=1, varbinds=_empty(reply))


def too_big(reply: Reply, fault: Fault) -> Reply:
    """Return tooBig, with no bindings as RFC 3416 4.2.1 wants it."""
    return replace(reply, error_status=1, error_index=0, varbinds=())


def other_oid(reply: Reply, fault: Fault) -> Reply:
    """Return the right values under names nobody asked for."""
    return replace(reply, varbinds=tuple(((*oid[:-1], oid[-1] + 7), value) for oid, value in reply.varbinds))


def no_varbinds(reply: Reply, fault: Fault) -> Reply:
    """Return success with nothing in it."""
    return replace(reply, varbinds=())


def too_many_varbinds(reply: Reply, fault: Fault) -> Reply:
    """Return more bindings than were asked for."""
    extra = ((1, 3, 6, 1, 4, 1, 99_999, 1, 0), encoded(integer(1)))
    return replace(reply, varbinds=reply.varbinds + (extra,) * fault.number(1))


def no_such(reply: Reply, fault: Fault) -> Reply:
    """Return noSuchInstance for everything."""
    return replace(reply, varbinds=tuple((oid, b"\x81\x00") for oid, _ in reply.varbinds))


def wrong_type(reply: Reply, fault: Fault) -> Reply:
    """Return strings where numbers stand and numbers where strings stand."""
    number, text = encoded(integer(7)), encoded(octets("bảy"))
    return replace(reply, varbinds=tuple((oid, number if ber[0] == 0x04 else text) for oid, ber in reply.varbinds))


def big_string(reply: Reply, fault: Fault) -> Reply:
    """Return one huge string in the first binding."""
    if not reply.varbinds:
        return reply
    huge = encoded(octets(b"A" * fault.number(60_000)))
    return replace(reply, varbinds=((reply.varbinds[0][0], huge), *reply.varbinds[1:]))


def _empty(reply: Reply) -> tuple[tuple[Oid, bytes], ...]:
    return tuple((oid, b"\x05\x00") for oid, _ in reply.varbinds)


RESHAPE: Mapping[Wrong, Callable[[Reply, Fault], Reply]] = {
    Wrong.WRONG_ID: wrong_id,
    Wrong.ERROR: error,
    Wrong.TOO_BIG: too_big,
    Wrong.OTHER_OID: other_oid,
    Wrong.NO_VARBINDS: no_varbinds,
    Wrong.TOO_MANY_VARBINDS: too_many_varbinds,
    Wrong.NO_SUCH: no_such,
    Wrong.WRONG_TYPE: wrong_type,
    Wrong.BIG_STRING: big_string,
}
"""Faults of the answer's content."""

MANGLE: Mapping[Wrong, Callable[[bytes, Fault], bytes]] = {
    Wrong.GARBAGE: lambda answer, fault: (bytes(range(255, 0, -1)) * 257)[: fault.number(60)],
    Wrong.TRUNCATE: lambda answer, fault: answer[: fault.number(max(1, len(answer) - 5))],
    Wrong.TRAILING: lambda answer, fault: answer + b"\x00" * fault.number(4),
}
"""Faults of the answer's bytes."""

STRAY: Mapping[Wrong, Callable[[Oid], Oid]] = {
    Wrong.LOOP: lambda oid: oid,
    Wrong.ENDLESS: lambda oid: (*oid[:-1], oid[-1] + 1),
    Wrong.DECREASING: lambda oid: (*oid[:-1], oid[-1] - 1) if oid[-1] > 0 else oid[:-1],
}
"""Faults of a walk: the OID answered after the one asked for."""
