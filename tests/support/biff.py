"""A small .xls by hand: a compound file with one stream of BIFF8 records. Texts, numbers, merged ranges; no styles."""

import struct
from collections.abc import Mapping, Sequence

Cell = str | float
Grid = Mapping[tuple[int, int], Cell]
Merged = Sequence[tuple[int, int, int, int]]
"""Ranges as first row, first column, last row, last column, all from 1."""

_SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def xls(sheets: Mapping[str, tuple[Grid, Merged]], *, locked: bool = False, beside: str = "") -> bytes:
    """Return a workbook; `locked` has the record of a password, `beside` is a further storage: of macros, say."""
    heads = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0006))]
    if locked:
        heads.append(_record(0x002F, b"\x01\x00" + b"\0" * 52))
    bodies = [_sheet(*content) for content in sheets.values()]
    sizes = [4 + 6 + 2 + 2 * len(name) for name in sheets]
    at = sum(map(len, heads)) + sum(sizes) + 4
    for name, body in zip(sheets, bodies, strict=True):
        text = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
        heads.append(_record(0x0085, struct.pack("<IH", at, 0) + text))
        at += len(body)
    stream = b"".join([*heads, _record(0x000A, b""), *bodies])
    return _compound(stream.ljust(4096, b"\0"), beside)


def _sheet(grid: Grid, merged: Merged) -> bytes:
    records = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0x0006))]
    for (row, column), value in sorted(grid.items()):
        place = struct.pack("<HHH", row - 1, column - 1, 0)
        if isinstance(value, str):
            raw = value.encode("utf-16-le")
            records.append(_record(0x0204, place + struct.pack("<HB", len(raw) // 2, 1) + raw))
        else:
            records.append(_record(0x0203, place + struct.pack("<d", value)))
    if merged:
        ranges = b"".join(struct.pack("<HHHH", a - 1, c - 1, b - 1, d - 1) for a, b, c, d in merged)
        records.append(_record(0x00E5, struct.pack("<H", len(merged)) + ranges))
    return b"".join([*records, _record(0x000A, b"")])


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(stream: bytes, beside: str) -> bytes:
    sectors = -(-len(stream) // _SECTOR)
    fats = 1 + (sectors + 2) // 127
    fat = [_FAT] * fats + [_END] + [fats + 2 + n for n in range(sectors)]
    fat[-1] = _END
    fat += [_FREE] * (fats * 128 - len(fat))
    entries = [_entry("Root Entry", 5, _END, 0, child=1), _entry("Workbook", 2, fats + 1, len(stream))]
    if beside:
        entries.append(_entry(beside, 1, 0, 0))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, fats, fats, 0, 4096, _END, 0, _END, 0)
    head += struct.pack(f"<{fats}I", *range(fats)) + struct.pack("<I", _FREE) * (109 - fats)
    return (
        head
        + struct.pack(f"<{len(fat)}I", *fat)
        + b"".join(entries).ljust(_SECTOR, b"\0")
        + stream.ljust(sectors * _SECTOR, b"\0")
    )


def _entry(name: str, kind: int, first: int, size: int, child: int = _FREE) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<IIII", _FREE, _FREE, child, 0)
    return (
        raw.ljust(64, b"\0")
        + struct.pack("<HBB", len(raw), kind, 1)
        + links
        + b"\0" * 32
        + struct.pack("<III", first, size, 0)
    )
