"""Whatever stands in the cells of a roster: it is read, asked about or refused, and nothing breaks."""

from datetime import date, datetime

from hypothesis import example as also
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.account.importing import known_of
from monitord.sheets.raw import Cell, Minutes, Sheet, Value, place_of
from monitord.sheets.reading import read_roster
from monitord.sheets.rehearse import rehearse
from monitord.sheets.trouble import Unreadable
from tests.support.night import example

KNOWN = known_of(example(), date(2027, 1, 25))
HEAD = ["Thứ", "Ngày", "Ca", "Họ và tên", "Điện thoại", "Nhiệm vụ", "Đơn vị"]
PIECES = [
    *("05/02", "31/12/9999", "01/01/0001", "00/00", "28-30/01", "30-28/01", "29 Tết", "30 Tết", "mùng 99", "giao thừa"),
    *(
        "từ",
        "đến",
        "7h",
        "24h",
        "25h61",
        "24/24",
        "cả ngày",
        "Ca 9",
        "Ca IV",
        "hôm trước",
        "hôm sau",
        "-",
        "–",
        "/",
        ";",
    ),
    *(
        "Đ/c",
        "Nguyễn Văn An",
        "(",
        ")",
        "và",
        "0912345678",
        "xxx",
        "+84",
        "²",
        "٣",
        "\x01",
        "\x01" + "0\x01",
        "trực",
        "ca",
    ),
    *(
        "ngày",
        "tháng",
        "năm",
        "2027",
        "NĂM 0000",
        "Chủ nhật",
        "Thứ 9",
        "\n",
        "\u202e",
        "tháng Chạp",
        "5 tháng 2 năm 2027",
    ),
]
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join), st.text(max_size=12))
VALUES: st.SearchStrategy[Value] = st.one_of(
    TEXTS,
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(0, 3_000_000).map(float),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),  # noqa: DTZ001 - a spreadsheet knows no zone
    st.integers(-5000, 5000).map(Minutes),
)
ROW = st.dictionaries(st.integers(1, len(HEAD)), VALUES, max_size=len(HEAD))


@settings(max_examples=300, deadline=None)
@given(title=TEXTS, rows=st.lists(ROW, max_size=4))
@also(title="LỊCH TRỰC NĂM 9999", rows=[{2: "31/12/9999", 4: "Nguyễn Văn An", 6: "trực ca"}])
@also(title="NĂM 2027", rows=[{2: "²", 4: "Nguyễn Văn An", 6: "trực ca"}])
def test_any_cell_is_read_or_asked_about_or_the_file_is_refused(title: str, rows: list[dict[int, Value]]) -> None:
    sheet: list[dict[int, Value]] = [{1: title}, dict(enumerate(HEAD, 1)), *rows]
    cells = {
        number: {column: Cell(place_of("S", number, column), value) for column, value in row.items()}
        for number, row in enumerate(sheet, 1)
    }
    try:
        told = rehearse(read_roster([Sheet("S", cells)], KNOWN), KNOWN, ())
    except Unreadable:
        return
    assert all(entry.start < entry.end for entry in told.read.entries)
    assert all(doubt.place.startswith("S!") for doubt in told.read.doubts)
