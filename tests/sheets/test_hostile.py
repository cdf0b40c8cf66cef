"""Files that are meant to harm, or cannot be read: each is refused by its name, and none takes memory."""

import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from monitord.sheets.limits import MAX_BYTES, MAX_COLUMNS, MAX_MEMBERS, MAX_ROWS
from monitord.sheets.raw import sheets_of
from monitord.sheets.trouble import Unreadable, Why
from tests.sheets.hostile_files import (
    ROWS,
    as_large_as_may_be,
    bomb,
    book,
    cell,
    damaged,
    lying_bomb,
    millions_of_texts,
    ods,
    ods_table,
    sheet_xml,
)
from tests.support.biff import xls
from tests.support.sheetbook import made

MOST_MEMORY = 100 * 1024 * 1024
"""Bytes that reading any file may take, over idle."""
GRID = {(1, 1): "Ngày", (1, 2): "Họ và tên"}
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
REPEATED = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="1000000000"/>'
ROWS_REPEATED = (
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="1000000">'
    '<table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table>'
)
HOSTILE: dict[str, tuple[str, Callable[[], bytes], Why]] = {
    "an empty file": ("a.xlsx", lambda: b"", Why.EMPTY),
    "a file larger than any roster": ("a.csv", lambda: b"a" * (MAX_BYTES + 1), Why.TOO_LARGE),
    "a kind that is not read": ("a.docx", lambda: book(), Why.UNKNOWN_KIND),
    "a binary workbook": ("a.xlsb", lambda: book(), Why.BINARY_BOOK),
    "an .xlsx called .xls": ("a.xls", lambda: book(), Why.OTHER_KIND),
    "an .xls called .xlsx": ("a.xlsx", lambda: xls({"a": (GRID, [])}), Why.OTHER_KIND),
    "an .ods called .xlsx": ("a.xlsx", lambda: made("ods", {"a": ROWS}), Why.OTHER_KIND),
    "a web page called .xls": ("a.xls", lambda: b"<html><table><tr><td>Ng\xc3\xa0y", Why.WEB_PAGE),
    "half a file": ("a.xlsx", lambda: book()[:3000], Why.BROKEN),
    "a damaged file": ("a.xlsx", lambda: damaged(zipfile.ZIP_DEFLATED), Why.BROKEN),
    "a damaged file, packed otherwise": ("a.xlsx", lambda: damaged(zipfile.ZIP_LZMA), Why.BROKEN),
    "noise called .csv": ("a.csv", lambda: bytes(range(256)) * 20, Why.BROKEN),
    "a .csv that is not UTF-8": ("a.csv", lambda: "Ngày;Họ tên\n".encode("cp1258", "replace"), Why.NOT_UTF8),
    "macros by the name": ("a.xlsm", lambda: book(), Why.MACROS),
    "macros within": ("a.xlsx", lambda: book(xl__vbaProject_dot_bin=b"x"), Why.MACROS),
    "macros in an .xls": ("a.xls", lambda: xls({"a": (GRID, [])}, beside="_VBA_PROJECT_CUR"), Why.MACROS),
    "macros in an .ods": ("a.ods", lambda: ods("", Basic__Standard__Module1_dot_xml=b"<a/>"), Why.MACROS),
    "a password on an .xlsx": ("a.xlsx", lambda: xls({"a": (GRID, [])}, beside="EncryptedPackage"), Why.ENCRYPTED),
    "a password on an .xls": ("a.xls", lambda: xls({"a": (GRID, [])}, locked=True), Why.ENCRYPTED),
    "a password on an .ods": (
        "a.ods",
        lambda: ods("", **{"META-INF__manifest_dot_xml": b"<a><manifest:encryption-data/></a>"}),
        Why.ENCRYPTED,
    ),
    "a bomb": ("a.xlsx", bomb, Why.BOMB),
    "a bomb that lies about its size": ("a.xlsx", lying_bomb, Why.BROKEN),
    "thousands of members": ("a.xlsx", lambda: book(**{f"m{n}": b"" for n in range(MAX_MEMBERS)}), Why.BOMB),
    "an archive in the archive": ("a.xlsx", lambda: book(xl__media__a_dot_bin=book()), Why.NESTED),
    "an embedded workbook": ("a.xlsx", lambda: book(xl__embeddings__a_dot_xlsx=b"x"), Why.NESTED),
    "entities that grow": ("a.xlsx", lambda: book(xl__worksheets__sheet1_dot_xml=LAUGHS), Why.ENTITIES),
    "a row too many": ("a.xlsx", lambda: sheet_xml("<row/>" * (MAX_ROWS + 1)), Why.TOO_MANY_ROWS),
    "a cell in the last row of all": ("a.xlsx", lambda: sheet_xml(f"<row>{cell('A1048576')}</row>"), Why.TOO_MANY_ROWS),
    "a cell in the last column of all": (
        "a.xlsx",
        lambda: sheet_xml(f"<row>{cell('XFD1')}</row>"),
        Why.TOO_MANY_COLUMNS,
    ),
    "a far column of an .xls": ("a.xls", lambda: xls({"a": ({(1, MAX_COLUMNS + 1): "x"}, [])}), Why.TOO_MANY_COLUMNS),
    "a far row of an .xls": ("a.xls", lambda: xls({"a": ({(MAX_ROWS + 1, 1): "x"}, [])}), Why.TOO_MANY_ROWS),
    "a cell repeated a thousand million times": ("a.ods", lambda: ods(ods_table(REPEATED)), Why.TOO_MUCH),
    "a row repeated a million times": ("a.ods", lambda: ods(ROWS_REPEATED), Why.TOO_MUCH),
    "XML cut off": ("a.ods", lambda: ods("<table:table>"), Why.BROKEN),
    "more columns of a .csv": ("a.csv", lambda: b"a," * (MAX_COLUMNS + 1), Why.TOO_MUCH),
    "more rows of a .csv": ("a.csv", lambda: b"a,b\n" * (MAX_ROWS + 1), Why.TOO_MUCH),
    "sheets without a sheet": ("a.ods", lambda: ods("<table:none/>"), Why.NO_SHEET),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_refused_by_its_name(what: str) -> None:
    name, content, why = HOSTILE[what]
    with pytest.raises(Unreadable) as refused:
        sheets_of(content(), name)
    assert refused.value.why is why


def test_what_is_sound_passes_the_guard_in_every_kind() -> None:
    for kind in ("xlsx", "xls", "ods", "csv"):
        [sheet] = sheets_of(made(kind, {"Sheet1": ROWS}), f"a.{kind}")
        assert [cell.text for cell in sheet.rows[2].values()] == ["05/02/2027", "Bùi Quốc Khánh"], kind


@pytest.mark.parametrize("day", ["2027-02-30", "2027-02", "", "noise", "10000-01-01", "2027-02-05T24:00:00"])
def test_a_day_that_no_calendar_has_is_the_text_that_people_see(day: str) -> None:
    dated = f'<table:table-cell office:value-type="date" office:date-value="{day}">'
    shown, empty = (ods(ods_table(f"{dated}{text}</table:table-cell>")) for text in ("<text:p>30/02</text:p>", ""))
    assert [cell.value for cell in sheets_of(shown, "a.ods")[0].rows[1].values()] == ["30/02"]
    assert [cell.value for cell in sheets_of(empty, "a.ods")[0].rows[1].values()] == [day or "?"]


def test_a_clock_with_an_offset_is_read_as_it_stands() -> None:
    dated = '<table:table-cell office:value-type="date" office:date-value="2027-02-05T07:00+07:00"/>'
    [sheet] = sheets_of(ods(ods_table(dated)), "a.ods")
    assert sheet.rows[1][1].value == datetime.fromisoformat("2027-02-05T07:00")


def test_an_external_link_is_not_followed_and_does_no_harm() -> None:
    [sheet] = sheets_of(book(xl__externalLinks__externalLink1_dot_xml=b"<externalLink/>"), "a.xlsx")
    assert len(sheet.rows) == 2


def test_a_parser_that_wants_more_memory_than_it_has_is_an_error_with_words() -> None:
    with pytest.raises(Unreadable) as refused:
        sheets_of(millions_of_texts(), "a.xlsx")
    assert refused.value.why is Why.GAVE_UP


def test_no_hostile_file_takes_more_than_a_hundred_mebibytes_over_idle(tmp_path: Path) -> None:
    files = {f"{n}-{name}": content() for n, (name, content, _) in enumerate(HOSTILE.values())}
    files |= {"texts.xlsx": millions_of_texts(), "large.xlsx": as_large_as_may_be()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    idle, peak = (_peak(tmp_path, *names) for names in ([], sorted(files)))
    assert peak - idle < MOST_MEMORY, f"{(peak - idle) / 2**20:.0f} MiB"


_MEASURE = """\
import pathlib, resource, sys
from monitord.sheets.raw import sheets_of
from monitord.sheets.trouble import Unreadable
for name in sys.argv[1:]:
    try:
        sheets_of(pathlib.Path(name).read_bytes(), pathlib.Path(name).name)
    except Unreadable:
        pass
mine = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")).split()[1]
print((int(mine) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024)
"""


def _peak(folder: Path, *names: str) -> int:
    """Return the most memory that reading these files takes, of the reader and of its largest parser, in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *names], cwd=folder, capture_output=True, check=True, timeout=120
    )
    return int(done.stdout)


def test_the_parser_has_limits_of_its_own() -> None:
    limits = (
        "import resource; from monitord.sheets.child import _limit; _limit();"
        "print([resource.getrlimit(w)[1] for w in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC)],"
        "resource.getrlimit(resource.RLIMIT_AS)[1] < 200 * 1024 * 1024)"
    )
    done = subprocess.run([sys.executable, "-c", limits], capture_output=True, check=True, timeout=30)
    assert done.stdout.split() == b"[10, 0, 0] True".split()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] != 0
