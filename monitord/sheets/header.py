"""The row that names the columns, wherever it stands under its title rows, and what each column is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from monitord.sheets.cells_hours import Hours, Spoken
from monitord.sheets.fold import words
from monitord.sheets.half_read import whole_hours
from monitord.sheets.known import Known
from monitord.sheets.raw import Cell, Sheet


class Column(StrEnum):
    """What a column holds."""

    NUMBER = "stt"
    NAME = "ho_ten"
    TITLE = "chuc_vu"
    UNIT = "don_vi"
    PHONE = "dien_thoai"
    DAY = "ngay"
    WEEKDAY = "thu"
    LUNAR = "am_lich"
    HOURS = "ca"
    DUTY = "vai_tro"
    NOTE = "ghi_chu"
    FROM = "tu_luc"
    TO = "den_luc"
    WAY = "kenh"


VARIANTS: Mapping[Column, tuple[str, ...]] = {
    Column.NUMBER: ("STT", "TT", "Số TT", "Số thứ tự", "No"),
    Column.NAME: (
        "Họ và tên", "Họ tên", "Họ & tên", "Cán bộ trực", "Người trực", "Lãnh đạo trực", "Họ và tên người trực",
        "Họ tên người trực", "Họ và tên cán bộ trực", "Họ tên cán bộ trực", "Tên cán bộ", "Nhân viên trực", "Tên",
        "Cán bộ, nhân viên trực", "Họ, tên", "Người trực ca",
    ),
    Column.TITLE: ("Chức vụ", "Chức danh", "Chức vụ công tác"),
    Column.UNIT: ("Đơn vị", "Phòng/Ban", "Bộ phận", "Đơn vị công tác", "Phòng", "Cơ quan"),
    Column.PHONE: (
        "Điện thoại", "Số điện thoại", "SĐT", "ĐTDĐ", "Di động", "Liên hệ", "Số ĐT", "ĐT", "Số di động",
        "Điện thoại di động",        "Điện thoại liên hệ", "Số điện thoại liên hệ", "Phone",
    ),
    Column.DAY: (
        "Ngày trực", "Ngày", "Thời gian trực", "Ngày tháng", "Ngày/tháng", "Ngày dương lịch", "Dương lịch", "Thứ, ngày",
        "Thứ ngày", "Ngày, tháng", "Ngày tháng năm", "Thứ/ngày", "Ngày dương",
    ),
    Column.WEEKDAY: ("Thứ",),
    Column.LUNAR: ("Âm lịch", "Ngày âm lịch", "Ngày âm"),
    Column.HOURS: ("Ca trực", "Ca", "Thời gian", "Buổi", "Giờ trực", "Khung giờ", "Buổi trực", "Ca/giờ"),
    Column.DUTY: ("Nhiệm vụ", "Nội dung trực", "Hình thức trực", "Vị trí trực", "Vai trò", "Loại trực",
                  "Nhiệm vụ trực"),
    Column.NOTE: ("Ghi chú",),
    Column.FROM: ("Từ lúc", "Từ giờ", "Bắt đầu"),
    Column.TO: ("Đến lúc", "Đến giờ", "Kết thúc"),
    Column.WAY: ("Kênh",),
}  # fmt: skip
"""How each column is called in the files that arrive; the words of the interchange form (tu_luc, ho_ten) count too."""

_BY_WORDS = {words(said): column for column, all_of in VARIANTS.items() for said in all_of} | {
    words(column.value): column for column in Column
}
Row = Mapping[int, Cell]
_DEEPEST = 40
"""Rows from the top among which the first header is looked for."""


@dataclass(frozen=True, slots=True)
class People:
    """A column of a matrix: whoever stands in it is on `duty`, at these hours; None where the file says it
    elsewhere."""

    duty: str | None
    hours: Hours | Spoken | None
    phone: int | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The columns under one header row: by what they are, and those of a matrix by their number.

    `cells` are the header cells, to say what each was understood as.
    """

    row: int
    columns: Mapping[Column, int]
    people: Mapping[int, People] = field(default_factory=dict)
    cells: Mapping[int, Cell] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def column_of(text: str) -> Column | None:
    """Return what a header cell calls its column; a remark in brackets behind it is left away."""
    return _BY_WORDS.get(words(text)) or _BY_WORDS.get(words(text.partition("(")[0]))


def header_at(row: int, cells: Row, known: Known, below: Row | None = None) -> Header | None:
    """Return the header that a row is, None when it is none; `below` is the next row, which may belong to it."""
    columns: dict[Column, int] = {}
    people: dict[int, People] = {}
    phones: list[int] = []
    names: list[int] = []
    for number, cell in cells.items():
        if not isinstance(cell.value, str) or (cell.spread and number - 1 in cells):
            continue
        what = column_of(cell.text)
        if what is Column.PHONE:
            phones.append(number)
        elif what is Column.NAME:
            names.append(number)
        elif what is not None:
            columns.setdefault(what, number)
    if Column.DAY not in columns and Column.HOURS in columns and not {Column.LUNAR, Column.FROM} & set(columns):
        columns[Column.DAY] = columns.pop(Column.HOURS)
    if not {Column.DAY, Column.FROM, Column.LUNAR} & set(columns):
        return None
    for number, cell in cells.items():
        first = isinstance(cell.value, str) and not (cell.spread and number - 1 in cells)
        if first and column_of(cell.text) in (None, Column.NAME) and (found := _people_of(cell.text, known)):
            people[number] = found
    if below is not None and (split := _split(cells, below, known)):
        return Header(row + 1, columns, split, {**below, **cells})
    if phones:
        columns.setdefault(Column.PHONE, phones[0])
    if len(names) == 1 and (set(people) <= set(names) or words(cells[names[0]].text).startswith("ho ")):
        return Header(row, {**columns, Column.NAME: names[0]}, {}, dict(cells))
    for name in names:
        # Beside columns of duties "Cán bộ trực" is one of them, whose duty is said elsewhere.
        people.setdefault(name, People(None, None))
    people = dict(sorted(people.items()))
    return Header(row, columns, _with_phones(people, phones), dict(cells)) if people else None


def _split(cells: Row, below: Row, known: Known) -> dict[int, People] | None:
    """Return the people of a header of two rows: a duty or a shift over "Họ tên" and "SĐT", several times."""
    under = {number: column_of(cell.text) for number, cell in below.items() if isinstance(cell.value, str)}
    names = [number for number, what in under.items() if what is Column.NAME]
    if not names or any(what is None and not below[number].spread for number, what in under.items()):
        return None
    people = {}
    for number in names:
        over = cells[max((n for n in cells if n <= number), default=min(cells))]
        people[number] = _people_of(over.text, known) or People(None, None)
    return _with_phones(people, [number for number, what in under.items() if what is Column.PHONE])


def find_header(sheet: Sheet, known: Known) -> Header | None:
    """Return the first header of a sheet, None when no row is one."""
    for row, cells in sheet.rows.items():
        if row > _DEEPEST:
            return None
        if (found := header_at(row, cells, known, sheet.rows.get(row + 1))) is not None:
            return found
    return None


def _people_of(text: str, known: Known) -> People | None:
    duty = known.duty_of(text.partition("(")[0]) or known.duty_of(text, loosely=True)
    hours = whole_hours(text, figures=False)
    return People(duty, hours) if duty is not None or hours is not None else None


def _with_phones(people: Mapping[int, People], phones: list[int]) -> dict[int, People]:
    found = dict(people)
    for phone in phones:
        before = [number for number in people if number < phone]
        if before:
            found[max(before)] = People(people[max(before)].duty, people[max(before)].hours, phone)
    return found
