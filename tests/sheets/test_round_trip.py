"""What is handed out can be taken in again: the same shifts, nobody asked about, nothing added and nothing gone."""

from datetime import date
from pathlib import Path

import pytest

from monitord.account.handing_out import lines_of
from monitord.account.importing import in_force, known_of
from monitord.sheets.asking import Settle
from monitord.sheets.export import table, workbook
from monitord.sheets.raw import sheets_of
from monitord.sheets.reading import read_roster
from monitord.sheets.rehearse import Mark, periods_of, rehearse
from tests.support.night import ZONE, Night

FIRST, LAST = date(2027, 2, 3), date(2027, 2, 8)


@pytest.mark.parametrize("unit", ["vt-song-mau", "bd-song-mau"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_what_was_handed_out_is_taken_in_as_it_was(tmp_path: Path, form: str, unit: str) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        settings = night.settings
        where = settings.units[unit]
        known = known_of(settings, night.clock.now().astimezone(ZONE).date())
        with night.engine.connect() as connection:
            lines = lines_of(connection, settings, where, FIRST, LAST, whole_numbers=True)
            raw = (
                workbook(lines, where.name, FIRST, LAST, where.handover)
                if form == "xlsx"
                else table(lines, where.handover)
            )
            read = read_roster(sheets_of(raw, f"truc.{form}"), known, Settle(), "truc")
            assert [(doubt.place, doubt.ask) for doubt in read.doubts] == []
            spans = periods_of(read.entries, known)
            assert spans
            first, last = min(span.start for span in spans), max(span.end for span in spans)
            told = rehearse(read, known, in_force(settings, connection, first, last))
        assert told.count(Mark.SAME) >= len(lines)
        assert (told.count(Mark.ADDED), told.count(Mark.GONE)) == (0, 0)


def test_semicolons_set_the_cells_apart_though_the_commas_inside_of_them_are_more() -> None:
    text = (
        "LỊCH TRỰC LÃNH ĐẠO NĂM 2027\nNgày;Họ và tên;Ghi chú\n"
        "05/02/2027;Bùi Quốc Khánh, Hoàng Thị Lan;\n06/02/2027;Hoàng Thị Lan, Bùi Quốc Khánh, Nguyễn Văn An;\n"
    )
    (sheet,) = sheets_of(text.encode(), "truc.csv")
    assert [cell.text for cell in sheet.rows[3].values()] == ["05/02/2027", "Bùi Quốc Khánh, Hoàng Thị Lan"]
    assert [cell.text for cell in sheet.rows[2].values()] == ["Ngày", "Họ và tên", "Ghi chú"]
