"""Looks at a file before anything parses it: what is dangerous, locked or not what its name says is refused by name.

Nothing here builds a table: bytes are counted as they are unpacked, and thrown away.
"""

import io
import lzma
import re
import struct
import zipfile
import zlib
from enum import StrEnum
from pathlib import PurePath

from monitord.sheets.guard_xls import look_at_xls
from monitord.sheets.limits import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_UNPACKED,
    SMALL_MEMBER,
)
from monitord.sheets.trouble import Unreadable, Why


class Kind(StrEnum):
    """How the bytes of a file are to be read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"


_PIECE = 64 * 1024
_OVERLAP = 256
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\x00!\x00[DE]", re.IGNORECASE)
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,9})"')
_ROW = re.compile(rb"<(?:[a-z]+:)?row[ />]")
_MACRO_TYPE = b"macroEnabled"
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, MemoryError, struct.error,
)  # fmt: skip
"""What unpacking a damaged archive ends with."""
_ARCHIVES = (".zip", ".xlsx", ".xlsm", ".xls", ".ods", ".docx", ".jar", ".gz", ".7z", ".rar")


def kind_of(raw: bytes, name: str) -> Kind:
    """Return how to read a file; Unreadable says by name why it must not be read."""
    if not raw:
        raise Unreadable(Why.EMPTY)
    if len(raw) > MAX_BYTES:
        raise Unreadable(Why.TOO_LARGE, f"{MAX_BYTES // 1024 // 1024} MB")
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ending == "xlsm":
        raise Unreadable(Why.MACROS)
    if ending == "xlsb":
        raise Unreadable(Why.BINARY_BOOK)
    if ending not in {kind.value for kind in Kind}:
        raise Unreadable(Why.UNKNOWN_KIND, ending or name)
    found = _by_content(raw)
    if found is not Kind(ending):
        raise Unreadable(Why.OTHER_KIND, f".{ending} / .{found}")
    return found


def _by_content(raw: bytes) -> Kind:
    if raw.startswith(_OLE):
        look_at_xls(raw)
        return Kind.XLS
    if raw[:2] == b"PK":
        return _look_at_zip(raw)
    head = raw[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<html", b"<!doctype", b"<?xml", b"<table", b"<meta")):
        raise Unreadable(Why.WEB_PAGE)
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(Why.BROKEN)
    return Kind.CSV


def _look_at_zip(raw: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "EncryptedPackage" in names or any(entry.flag_bits & 1 for entry in entries):
                raise Unreadable(Why.ENCRYPTED)
            _weigh(entries)
            _no_macros(names)
            for entry in entries:
                _unpack(archive, entry)
    except _DAMAGED as error:
        raise Unreadable(Why.BROKEN) from error
    if "content.xml" in names:
        return Kind.ODS
    if any(name.startswith("xl/") for name in names):
        return Kind.XLSX
    raise Unreadable(Why.UNKNOWN_KIND, "zip")


def _weigh(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Unreadable(Why.BOMB)
    for entry in entries:
        if entry.file_size > SMALL_MEMBER and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise Unreadable(Why.BOMB)
        if entry.filename.lower().endswith(_ARCHIVES):
            raise Unreadable(Why.NESTED, entry.filename)


def _no_macros(names: set[str]) -> None:
    low = {name.lower() for name in names}
    if any(
        name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/", "xl/macrosheets/")) for name in low
    ):
        raise Unreadable(Why.MACROS)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read a member once, piece by piece; what its head says of its size need not be true."""
    xml = entry.filename.endswith((".xml", ".rels"))
    sheet = entry.filename.startswith("xl/worksheets/")
    rows, size, kept = 0, 0, b""
    with archive.open(entry) as member:
        while piece := member.read(_PIECE):
            size += len(piece)
            if size > MAX_UNPACKED:
                raise Unreadable(Why.BOMB)
            if not kept and size == len(piece) and piece.startswith(b"PK\x03\x04"):
                raise Unreadable(Why.NESTED, entry.filename)
            if xml:
                seen = kept + piece
                _look_at_xml(seen, entry.filename)
                if sheet:
                    rows += len(_ROW.findall(seen, max(0, len(kept) - 5)))
                    _look_at_sheet(seen, rows)
                kept = seen[-_OVERLAP:]


def _look_at_xml(seen: bytes, name: str) -> None:
    if _DOCTYPE.search(seen):
        raise Unreadable(Why.ENTITIES, name)
    if name == "[Content_Types].xml" and _MACRO_TYPE in seen:
        raise Unreadable(Why.MACROS)
    if name == "META-INF/manifest.xml" and b"encryption-data" in seen:
        raise Unreadable(Why.ENCRYPTED)


def _look_at_sheet(seen: bytes, rows: int) -> None:
    if rows > MAX_ROWS:
        raise Unreadable(Why.TOO_MANY_ROWS, str(MAX_ROWS))
    for letters, number in _CELL.findall(seen):
        if int(number) > MAX_ROWS:
            raise Unreadable(Why.TOO_MANY_ROWS, str(MAX_ROWS))
        if _column(letters) > MAX_COLUMNS:
            raise Unreadable(Why.TOO_MANY_COLUMNS, str(MAX_COLUMNS))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
