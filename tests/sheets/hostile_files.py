"""Files that are meant to harm, made for the tests."""

import io
import struct
import zipfile
from functools import cache

from monitord.sheets.limits import MAX_ROWS
from tests.support.sheetbook import made

ROWS = [["Ngày", "Họ và tên"], ["05/02/2027", "Bùi Quốc Khánh"]]
ZIP_BOMB = 192 * 1024 * 1024


def book(**members: bytes) -> bytes:
    """Return a sound .xlsx with further members, or with others instead; `__` stands for `/` in names."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in members.items()}
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made("xlsx", {"Sheet1": ROWS}))) as sound, zipfile.ZipFile(raw, "w", 8) as archive:
        for entry in sound.infolist():
            archive.writestr(entry.filename, named.pop(entry.filename, sound.read(entry)))
        for name, content in named.items():
            archive.writestr(name, content)
    return raw.getvalue()


def sheet_xml(rows: str) -> bytes:
    """Return a .xlsx whose sheet is these rows of XML."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return book(xl__worksheets__sheet1_dot_xml=f"{head}{rows}</sheetData></worksheet>".encode())


def cell(place: str) -> str:
    """Return the XML of a cell with a text."""
    return f'<c r="{place}" t="inlineStr"><is><t>x</t></is></c>'


@cache
def bomb() -> bytes:
    """Return a .xlsx of which one member unpacks to far more than any roster."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", 8) as archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as to:
        for _ in range(ZIP_BOMB // (1 << 20)):
            to.write(b" " * (1 << 20))
    return raw.getvalue()


def lying_bomb() -> bytes:
    """Return the bomb with a head that says it unpacks to little."""
    raw = bytearray(bomb())
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = raw.index(mark)
        raw[place + at : place + at + 4] = struct.pack("<I", 1000)
    return bytes(raw)


def damaged(method: int) -> bytes:
    """Return a sound .xlsx, packed by that method, of whose sheet some bytes were turned over."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as sound, zipfile.ZipFile(raw, "w", method) as archive:
        for name in sound.namelist():
            archive.writestr(name, sound.read(name))
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(raw.getvalue())
    start = sheet.header_offset + 30 + len(sheet.filename) + 20
    for at in range(start, start + 40):
        content[at] ^= 0xFF
    return bytes(content)


def ods(content: str, **members: bytes) -> bytes:
    """Return an .ods with that in place of its table."""
    sound = io.BytesIO(made("ods", {"Sheet1": ROWS}))
    raw = io.BytesIO()
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(raw, "w", 8) as new:
        text = old.read("content.xml").decode()
        start, end = text.index("<table:table "), text.index("</office:spreadsheet>")
        new.writestr("content.xml", text[:start] + content + text[end:] if content else text)
        for name, body in members.items():
            new.writestr(name.replace("__", "/").replace("_dot_", "."), body)
    return raw.getvalue()


def ods_table(cell: str) -> str:
    """Return a table with one row of that cell."""
    return f'<table:table table:name="a"><table:table-row>{cell}</table:table-row></table:table>'


@cache
def millions_of_texts() -> bytes:
    """Return a .xlsx that is no bomb, and once unpacked far more than the parsing process may hold."""
    strings = b"".join(b"<si><t>%x</t></si>" % n for n in range(2_400_000))
    head = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return book(xl__sharedStrings_dot_xml=head + strings + b"</sst>")


def as_large_as_may_be() -> bytes:
    """Return a .xlsx with about as many cells as are read."""
    rows = ("".join(f'<c r="{letter}{n}"><v>{n}</v></c>' for letter in "ABCD") for n in range(1, MAX_ROWS))
    return sheet_xml("".join(f"<row>{row}</row>" for row in rows))
