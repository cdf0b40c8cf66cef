"""A PNG as pixels, read by its specification (www.w3.org/TR/png), so that what was drawn can be looked at."""

import zlib
from dataclasses import dataclass

Color = tuple[int, int, int]


@dataclass(frozen=True)
class Pixels:
    """What a PNG shows, from the left and the top."""

    width: int
    height: int
    rows: tuple[bytes, ...]
    step: int

    def at(self, x: float, y: float) -> Color:
        """Return the colour at a place."""
        row, n = self.rows[int(y)], int(x) * self.step
        return row[n], row[n + 1], row[n + 2]

    def near(self, x: float, y: float, around: int = 6) -> set[Color]:
        """Return the colours around a place."""
        spots = range(-around, around + 1)
        return {self.at(x + a, y + b) for a in spots for b in spots}


def pixels(png: bytes) -> Pixels:
    """Return the pixels of a PNG of eight bits a colour, not interlaced; checks the sum of every chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, data, head = 8, b"", b""
    while place < len(png):
        length, kind = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        body = png[place + 8 : place + 8 + length]
        assert zlib.crc32(kind + body) == int.from_bytes(png[place + 8 + length : place + 12 + length], "big")
        head, data = body if kind == b"IHDR" else head, data + body if kind == b"IDAT" else data
        place += 12 + length
    width, height = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:8], "big")
    depth, colors, *_, interlaced = head[8:13]
    assert (depth, interlaced) == (8, 0)
    step = {2: 3, 6: 4}[colors]
    raw, rows, before = zlib.decompress(data), list[bytes](), bytes(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        before = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + width * step]), before, step)
        rows.append(before)
    return Pixels(width, height, tuple(rows), step)


def _unfiltered(kind: int, row: bytearray, above: bytes, step: int) -> bytes:
    if kind == 0:
        return bytes(row)
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(row, above, strict=True))
    for n in range(len(row)):
        left, up, corner = (row[n - step], above[n], above[n - step]) if n >= step else (0, above[n], 0)
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        else:
            far = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
            guess = left if far[0] <= far[1] and far[0] <= far[2] else up if far[1] <= far[2] else corner
        row[n] = (row[n] + guess) & 255
    return bytes(row)
