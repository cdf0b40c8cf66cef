"""What a demo device has to say: a sorted mapping from OID to value, and the usual groups of a network device.

Source: RFC 3418 (system group), RFC 2863 (IF-MIB), RFC 3411 (snmpEngine group).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitord.demo.ber import Oid, Value, counter32, counter64, gauge32, integer, object_id, octets, time_ticks

Source = Value | Callable[[float], Value]
"""A fixed value, or a function of the seconds since the device booted."""

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
SYS_DESCR: Oid = (*SYSTEM, 1, 0)
SYS_OBJECT_ID: Oid = (*SYSTEM, 2, 0)
SYS_UP_TIME: Oid = (*SYSTEM, 3, 0)
SYS_CONTACT: Oid = (*SYSTEM, 4, 0)
SYS_NAME: Oid = (*SYSTEM, 5, 0)
SYS_LOCATION: Oid = (*SYSTEM, 6, 0)
SYS_SERVICES: Oid = (*SYSTEM, 7, 0)
IF_NUMBER: Oid = (1, 3, 6, 1, 2, 1, 2, 1, 0)
IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_DESCR: Oid = (*IF_ENTRY, 2)
IF_ADMIN_STATUS: Oid = (*IF_ENTRY, 7)
IF_OPER_STATUS: Oid = (*IF_ENTRY, 8)
IF_LAST_CHANGE: Oid = (*IF_ENTRY, 9)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
IF_NAME: Oid = (*IF_X_ENTRY, 1)
TRAFFIC_COLUMNS: tuple[Oid, ...] = (
    (*IF_ENTRY, 10),
    (*IF_ENTRY, 16),
    (*IF_X_ENTRY, 6),
    (*IF_X_ENTRY, 10),
)
ENGINE_BOOTS: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0)
ENGINE_TIME: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0)

UP, DOWN = integer(1), integer(2)


@dataclass(frozen=True, slots=True)
class Interface:
    """One port of a device. Speeds and rates are in bits per second; `alias` is what the staff wrote there."""

    index: int
    name: str
    alias: str = ""
    speed: int = 1_000_000_000
    rate_in: int = 80_000_000
    rate_out: int = 20_000_000
    type: int = 6
    admin_up: bool = True
    oper_up: bool = True


class Mib:
    """A sorted, read-only mapping OID -> value, cheap to share between agents."""

    __slots__ = ("_oids", "_sources")

    def __init__(self, sources: Mapping[Oid, Source]) -> None:
        self._sources = dict(sources)
        self._oids = sorted(self._sources)

    def __len__(self) -> int:
        return len(self._oids)

    def __iter__(self) -> Iterator[Oid]:
        return iter(self._oids)

    def get(self, oid: Oid) -> Source | None:
        """Return the value's source under exactly `oid`, or None."""
        return self._sources.get(oid)

    def after(self, oid: Oid) -> Oid | None:
        """Return the first OID behind `oid` in the order of RFC 3416 4.2.2, or None at the end."""
        place = bisect_right(self._oids, oid)
        return self._oids[place] if place < len(self._oids) else None

    def knows_object(self, oid: Oid) -> bool:
        """Return whether some instance of the object `oid` belongs to exists: noSuchInstance, not noSuchObject."""
        parent = oid[:-1]
        following = self.after(parent)
        return len(parent) > 0 and following is not None and following[: len(parent)] == parent

    def interface(self, name: str) -> int | None:
        """Return the ifIndex of the interface whose ifName or ifDescr is `name`, or None."""
        wanted = octets(name)
        for column in (IF_NAME, IF_DESCR):
            for oid in self._oids[bisect_right(self._oids, column) :]:
                if oid[: len(column)] != column:
                    break
                if self._sources[oid] == wanted:
                    return oid[-1]
        return None


def device_mib(
    name: str,
    descr: str,
    sys_object_id: Oid,
    interfaces: Sequence[Interface],
    *,
    location: str = "",
    contact: str = "",
    more: Mapping[Oid, Source] | None = None,
) -> Mib:
    """Return the MIB of a network device: system and snmpEngine groups, ifTable, ifXTable, and `more` on top.

    Counters and clocks run with the seconds since boot. Vietnamese letters go out as UTF-8.
    """
    sources: dict[Oid, Source] = {
        SYS_DESCR: octets(descr),
        SYS_OBJECT_ID: object_id(sys_object_id),
        SYS_UP_TIME: time_ticks,
        SYS_CONTACT: octets(contact),
        SYS_NAME: octets(name),
        SYS_LOCATION: octets(location),
        SYS_SERVICES: integer(78),
        IF_NUMBER: integer(len(interfaces)),
        ENGINE_BOOTS: integer(1),
        ENGINE_TIME: lambda seconds: integer(int(seconds)),
    }
    for interface in interfaces:
        sources.update(_rows(interface))
    sources.update(more or {})
    return Mib(sources)


def _rows(port: Interface) -> dict[Oid, Source]:
    oper = UP if port.admin_up and port.oper_up else DOWN
    bytes_in, bytes_out = (rate / 8 if oper == UP else 0.0 for rate in (port.rate_in, port.rate_out))
    table: dict[int, Source] = {
        1: integer(port.index),
        2: octets(port.name),
        3: integer(port.type),
        4: integer(1500),
        5: gauge32(port.speed),
        7: UP if port.admin_up else DOWN,
        8: oper,
        9: time_ticks(0),
        10: lambda seconds: counter32(seconds * bytes_in),
        14: counter32(0),
        16: lambda seconds: counter32(seconds * bytes_out),
        20: counter32(0),
    }
    extended: dict[int, Source] = {
        1: octets(port.name),
        6: lambda seconds: counter64(seconds * bytes_in),
        10: lambda seconds: counter64(seconds * bytes_out),
        15: gauge32(port.speed // 1_000_000),
        18: octets(port.alias),
    }
    return {(*IF_ENTRY, column, port.index): source for column, source in table.items()} | {
        (*IF_X_ENTRY, column, port.index): source for column, source in extended.items()
    }
