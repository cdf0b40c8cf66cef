"""The answer of an agent to a request, as a pure function of what its device says at this moment.

Source: RFC 3416 4.2.1-4.2.3 (v2c), RFC 1157 4.1 (v1), RFC 3584 4.2.2.1 (no Counter64 in v1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monitord.demo.ber import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    NULL,
    Kind,
    Oid,
    Pdu,
    Reply,
    Request,
    Value,
    encoded,
    octets,
    room_for_varbinds,
    varbind_bytes,
    varbinds_size,
)
from monitord.demo.mib import Mib, Source

LARGEST_ANSWER = 1_400
TOO_BIG, NO_SUCH_NAME, NO_ACCESS = 1, 2, 6

Varbind = tuple[Oid, bytes]


def value_at(source: Source, seconds: float) -> Value:
    """Return what a source says `seconds` after boot."""
    return source if isinstance(source, Value) else source(seconds)


@dataclass(frozen=True, slots=True)
class View:
    """What a device says at one moment: its MIB, what differs from it just now, the seconds since boot.

    `stray` replaces the order of a walk, where the device has lost it.
    """

    mib: Mib
    overrides: Mapping[Oid, Source]
    seconds: float
    stray: Callable[[Oid], Oid] | None = None

    def get(self, oid: Oid, version: int) -> bytes:
        """Return the value under exactly `oid`, or one of the exceptions of RFC 3416."""
        source = self.overrides.get(oid) or self.mib.get(oid)
        if source is None:
            return NO_SUCH_INSTANCE if self.mib.knows_object(oid) else NO_SUCH_OBJECT
        value = value_at(source, self.seconds)
        return NO_SUCH_INSTANCE if version == 0 and value.kind is Kind.COUNTER64 else encoded(value)

    def next(self, oid: Oid, version: int) -> Varbind:
        """Return the binding behind `oid`, or `oid` itself with endOfMibView."""
        if self.stray is not None:
            return self.stray(oid), encoded(octets("x"))
        following = self.mib.after(oid)
        while following is not None:
            value = self.get(following, version)
            if value[0] < 0x80:
                return following, value
            following = self.mib.after(following)
        return oid, END_OF_MIB_VIEW


def answer(request: Request, view: View) -> Reply | None:
    """Return the answer to a request, at most 1,400 bytes when encoded; None where an agent says nothing."""
    room = room_for_varbinds(request, LARGEST_ANSWER)
    match request.pdu:
        case Pdu.GET:
            found = [(oid, view.get(oid, request.version)) for oid in request.oids]
        case Pdu.GET_NEXT:
            found = [view.next(oid, request.version) for oid in request.oids]
        case Pdu.GET_BULK if request.version == 1:
            return _reply(request, _bulk(request, view, room))
        case Pdu.SET:
            return _refusal(request, NO_SUCH_NAME if request.version == 0 else NO_ACCESS, 1)
        case _:
            return None
    if request.version == 0:
        for place, (_, value) in enumerate(found, 1):
            if value[0] >= 0x80:
                return _refusal(request, NO_SUCH_NAME, place)
    if varbinds_size(found) > room:
        return _refusal(request, TOO_BIG, 0) if request.version == 0 else _reply(request, (), TOO_BIG)
    return _reply(request, found)


def _bulk(request: Request, view: View, room: int) -> list[Varbind]:
    once, cursors = request.oids[: request.non_repeaters], list(request.oids[request.non_repeaters :])
    found: list[Varbind] = []
    for oid in once:
        varbind = view.next(oid, request.version)
        room -= len(varbind_bytes(*varbind))
        if room < 0:
            return found
        found.append(varbind)
    for _ in range(request.max_repetitions if cursors else 0):
        ended = True
        for column, oid in enumerate(cursors):
            varbind = view.next(oid, request.version)
            room -= len(varbind_bytes(*varbind))
            if room < 0:
                return found
            found.append(varbind)
            cursors[column] = varbind[0]
            ended = ended and varbind[1] == END_OF_MIB_VIEW
        if ended:
            break
    return found


def _reply(request: Request, varbinds: Sequence[Varbind], status: int = 0) -> Reply:
    return Reply(request.version, request.community, request.request_id, tuple(varbinds), status)


def _refusal(request: Request, status: int, index: int) -> Reply:
    varbinds = tuple((oid, NULL) for oid in request.oids)
    return Reply(request.version, request.community, request.request_id, varbinds, status, index)
