"""The objects of an SNMPv2c response, read strictly and in microseconds; what is not plainly sound is left to pysnmp.

pysnmp's decoder takes half a millisecond for six objects, which is most of what a daemon of a thousand devices does.
This reader takes only what RFC 3417 section 8 asks for: definite lengths, one-byte tags, contents in range. For
everything else it raises Odd, and the full decoder judges.
"""

from monitord.domain.looking import Oid, Syntax, Value

SEQUENCE, INTEGER, OCTETS, OID, RESPONSE = 0x30, 0x02, 0x04, 0x06, 0xA2
V2C = b"\x02\x01\x01"
_UNSIGNED = {
    0x41: (Syntax.COUNTER32, 4),
    0x42: (Syntax.GAUGE32, 4),
    0x43: (Syntax.TIMETICKS, 4),
    0x46: (Syntax.COUNTER64, 8),
}
_EXCEPTIONS = {0x80: Syntax.NO_SUCH_OBJECT, 0x81: Syntax.NO_SUCH_INSTANCE, 0x82: Syntax.END_OF_VIEW}
ARCS = 128
"""Arcs an OID may have (RFC 2578 section 3.5)."""
REMEMBERED = 20_000
"""OIDs kept in words; a daemon asks for the same ones again and again."""


SHORT = 48
"""Bytes of an OID that may be kept: a hostile device must not fill the memory with long ones."""


class Odd(Exception):
    """Not plainly sound: the full decoder is to judge."""


def read_objects(message: bytes) -> tuple[tuple[Oid, Value], ...]:
    """Return the objects of a whole v2c response; Odd when any part of it is not in its plainest form."""
    tag, at, end = _element(message, 0, len(message))
    if tag != SEQUENCE or end != len(message):
        raise Odd
    if message[at : at + 3] != V2C:
        raise Odd
    tag, _, at = _element(message, at + 3, end)
    if tag != OCTETS:
        raise Odd
    tag, at, stop = _element(message, at, end)
    if tag != RESPONSE or stop != end:
        raise Odd
    for place in ("request-id", "error-status", "error-index"):
        tag, start, at = _element(message, at, end)
        if tag != INTEGER or not 1 <= at - start <= 4 or (place != "request-id" and message[start] & 0x80):
            raise Odd
    tag, at, stop = _element(message, at, end)
    if tag != SEQUENCE or stop != end:
        raise Odd
    objects = []
    while at < end:
        tag, start, at = _element(message, at, end)
        if tag != SEQUENCE:
            raise Odd
        objects.append(_object(message, start, at))
    return tuple(objects)


def _object(message: bytes, at: int, end: int) -> tuple[Oid, Value]:
    tag, start, stop = _element(message, at, end)
    if tag != OID:
        raise Odd
    name = _oid(message[start:stop])
    tag, start, stop = _element(message, stop, end)
    if stop != end:
        raise Odd
    return name, _value(tag, message[start:stop])


def _element(message: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return tag, begin and end of the content of the element at `at`, which must lie whole before `end`."""
    if at + 2 > end:
        raise Odd
    tag, length = message[at], message[at + 1]
    at += 2
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 2 or at + count > end:
            raise Odd
        length = int.from_bytes(message[at : at + count], "big")
        at += count
    if at + length > end:
        raise Odd
    return tag, at, at + length


def _value(tag: int, content: bytes) -> Value:
    size = len(content)
    if tag == OCTETS:
        return Value(Syntax.OCTETS, content)
    if tag == INTEGER and 1 <= size <= 4:
        return Value(Syntax.INTEGER, int.from_bytes(content, "big", signed=True))
    if tag in _UNSIGNED:
        syntax, most = _UNSIGNED[tag]
        number = int.from_bytes(content, "big")
        # A leading zero byte keeps a large number from looking negative; more bytes than that are too large a number.
        if 1 <= size <= most + 1 and content[0] < 0x80 and number >> 8 * most == 0:
            return Value(syntax, number)
    elif tag == OID:
        return Value(Syntax.OID, _oid(content))
    elif tag in _EXCEPTIONS and size == 0:
        return Value(_EXCEPTIONS[tag])
    raise Odd


_WORDS: dict[bytes, Oid] = {}


def _oid(content: bytes) -> Oid:
    known = _WORDS.get(content)
    if known is not None:
        return known
    if not content or content[-1] & 0x80 or len(content) > 5 * ARCS:
        raise Odd
    arcs: list[int] = []
    arc, begun = 0, False
    for byte in content:
        if byte == 0x80 and not begun:
            raise Odd  # padding
        begun = bool(byte & 0x80)
        arc = arc << 7 | byte & 0x7F
        if not begun:
            arcs.append(arc)
            arc = 0
    if len(arcs) >= ARCS or max(arcs) >= 1 << 32:
        raise Odd
    first = min(arcs[0] // 40, 2)
    words = ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
    if len(content) <= SHORT and len(_WORDS) < REMEMBERED:
        _WORDS[content] = words
    return words
