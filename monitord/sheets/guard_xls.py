"""Looks at an .xls before anything parses it: locked, with macros, or too many rows, told from its raw records."""

import struct
from collections.abc import Iterator

from monitord.sheets.limits import MAX_COLUMNS, MAX_ROWS
from monitord.sheets.trouble import Unreadable, Why

_FREE = 0xFFFFFFFC
"""From here on a sector number names none."""
_DIMENSIONS, _FILEPASS, _ROW = 0x0200, 0x002F, 0x0208
_CELLS = frozenset({0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00BE, 0x0006, 0x0201, 0x00D6})
_MACROS = ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros", "VBA")
_SMALL = 4096
"""Bytes under which a stream lies in the sectors for small ones."""


class _Container:
    """The compound file around the records: its directory, and the streams that the directory names."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        (power, small_power) = struct.unpack_from("<HH", raw, 30)
        if power not in (9, 12) or small_power != 6:
            raise ValueError("sectors of an unknown size")
        self._size = 1 << power
        count, first_dir = struct.unpack_from("<I", raw, 44)[0], struct.unpack_from("<I", raw, 48)[0]
        small_fat = struct.unpack_from("<I", raw, 60)[0]
        # The 109 sectors that the head names map 7 MB or more; larger maps are followed from sector 68 on.
        heads = list(struct.unpack_from("<109I", raw, 76)) + self._more_heads(*struct.unpack_from("<II", raw, 68))
        self._fat = self._numbers(heads[:count])
        self.entries = list(self._directory(self._chain(first_dir)))
        self._small_fat = self._numbers(self._sectors(small_fat))
        root = next((entry for entry in self.entries if entry[1] == 5), None)
        self._small = self._chain(root[2]) if root else b""

    def stream(self, *names: str) -> bytes:
        """Return the stream of the first of these names; ValueError when there is none."""
        for name, kind, first, size in self.entries:
            if kind == 2 and name in names:
                if size >= _SMALL:
                    return self._chain(first)[:size]
                return b"".join(self._small[n * 64 : n * 64 + 64] for n in self._walk(first, self._small_fat))[:size]
        raise ValueError("no workbook within")

    def _more_heads(self, first: int, count: int) -> list[int]:
        found: list[int] = []
        for _ in range(min(count, 1000)):
            if first >= _FREE:
                break
            *numbers, first = struct.unpack(f"<{self._size // 4}I", self._sector(first))
            found += numbers
        return found

    def _sector(self, number: int) -> bytes:
        piece = self._raw[(number + 1) * self._size : (number + 2) * self._size]
        return piece.ljust(self._size, b"\0")

    def _numbers(self, sectors: list[int]) -> list[int]:
        joined = b"".join(self._sector(number) for number in sectors if number < _FREE)
        return list(struct.unpack(f"<{len(joined) // 4}I", joined))

    def _walk(self, first: int, table: list[int]) -> Iterator[int]:
        for _ in range(len(table)):
            if first >= len(table):
                return
            yield first
            first = table[first]

    def _sectors(self, first: int) -> list[int]:
        return list(self._walk(first, self._fat))

    def _chain(self, first: int) -> bytes:
        return b"".join(self._sector(number) for number in self._sectors(first))

    def _directory(self, raw: bytes) -> Iterator[tuple[str, int, int, int]]:
        for at in range(0, len(raw) - 127, 128):
            length = struct.unpack_from("<H", raw, at + 64)[0]
            name = raw[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            first, size = struct.unpack_from("<II", raw, at + 116)
            if raw[at + 66]:
                yield name, raw[at + 66], first, size


def look_at_xls(raw: bytes) -> None:
    """Refuse, by Unreadable, what must not be parsed; return for a plain .xls."""
    try:
        container = _Container(raw)
        names = {name for name, *_ in container.entries}
        if "EncryptedPackage" in names:
            raise Unreadable(Why.ENCRYPTED)
        if names & set(_MACROS):
            raise Unreadable(Why.MACROS)
        _look_at_records(container.stream("Workbook", "Book"))
    except (struct.error, ValueError, IndexError) as error:
        raise Unreadable(Why.BROKEN) from error


def _look_at_records(book: bytes) -> None:
    at, rows = 0, 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _FILEPASS:
            raise Unreadable(Why.ENCRYPTED)
        if kind == _ROW:
            rows += 1
        if kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            rows = max(rows, row + 1)
            if column >= MAX_COLUMNS:
                raise Unreadable(Why.TOO_MANY_COLUMNS, str(MAX_COLUMNS))
        if kind == _DIMENSIONS:
            rows = 0
        if rows > MAX_ROWS:
            raise Unreadable(Why.TOO_MANY_ROWS, str(MAX_ROWS))
