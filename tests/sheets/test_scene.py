"""A wrong roster before Tết, from the file to the person who is asked at 03:29 of mùng 1."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitord.account.importing import batch_with, in_force, known_of
from monitord.account.who import NotAnInstant, instant_at, planned_at, who_at
from monitord.desk.rostering import RosterRefused
from monitord.sheets.asking import Ask, Note, Settle
from monitord.sheets.raw import sheets_of
from monitord.sheets.reading import read_roster
from monitord.sheets.rehearse import Kind, Mark, Rehearsal, batch_of, periods_of, rehearse
from monitord.sheets.showing import Shower
from monitord.texts.en.sheets import SHEETS as ENGLISH
from monitord.texts.vi.sheets import SHEETS as VIETNAMESE
from tests.support.night import Night
from tests.support.sheetbook import grid, made

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "sheets"
SCENE = """\
VIỄN THÔNG SÔNG MẪU
LỊCH TRỰC TẾT NGUYÊN ĐÁN ĐINH MÙI NĂM 2027
STT | Ngày trực | Ca trực | Họ và tên | Điện thoại | Nhiệm vụ
1 | 04/02 | 24/24 | Hoàng Thị Lan | 0900 000 008 | Trực lãnh đạo
2 | 30 Tết | 24/24 | Bùi Quốc Khánh | #900000007 | Trực lãnh đạo
3 | Mùng 1 | 24/24 | Hoàng Thị Lan\\nBùi Quốc Khánh | | Trực lãnh đạo
4 | Mùng 2 | 24/24 | Đ/c Khánh | | Trực lãnh đạo
5 | Mùng 2 | 22h - 6h | Trương Vô Danh | | Trực ca"""
DIGEST = "a" * 64
TAKEN = Settle(takes=frozenset({"B5", "Tết!D6", "d7"}), meant={"truong vo danh": "an.nguyen"})


def rehearsed(night: Night, settle: Settle) -> Rehearsal:
    """Return the rehearsal of the scene's workbook against what is in force in that night."""
    known = known_of(night.settings, night.clock.now().astimezone(ZONE).date())
    read = read_roster(sheets_of(made("xlsx", {"Tết": grid(SCENE.splitlines())}), "tet.xlsx"), known, settle)
    spans = periods_of(read.entries, known)
    with night.engine.connect() as connection, connection.begin():
        shifts = in_force(night.settings, connection, min(p.start for p in spans), max(p.end for p in spans))
    return rehearse(read, known, shifts)


def leaders_at(night: Night, at: str) -> list[str]:
    """Return who leads then, by `monitord who`."""
    instant = instant_at(at, night.clock.now(), ZONE)
    with night.engine.connect() as connection:
        return [one.name for one in who_at(connection, instant, "vt-song-mau", "leader")]


async def test_the_wrong_roster_is_asked_about_by_cell_and_nothing_is_written(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        before = leaders_at(night, "mùng 1 03:29")
        told = rehearsed(night, Settle())
        assert [(d.place, d.ask) for d in told.read.doubts] == [
            ("Tết!B5", Ask.NO_SUCH_DAY),
            ("Tết!D7", Ask.NAME_NEAR),
            ("Tết!D8", Ask.NAME_UNKNOWN),
            ("Tết!D6", Ask.TWO_LEADERS),
        ]
        assert {(r.place, r.note) for r in told.read.remarks} >= {("Tết!E5", Note.ZERO), ("Tết!C4", Note.WHOLE_DAY)}
        assert leaders_at(night, "mùng 1 03:29") == before


async def test_once_settled_it_is_written_whole_and_who_names_the_right_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        told = rehearsed(night, TAKEN)
        assert told.read.doubts == ()
        assert told.count(Mark.ADDED) > 0
        answer = await night.desk.roster("put", "giang.vo", batch_of(told, "tet.xlsx", DIGEST))
        # At 03:29 of mùng 1 whoever is listed for the day before still leads, for duty changes at 07:00.
        assert leaders_at(night, "mùng 1 03:29") == ["Bùi Quốc Khánh"]
        assert leaders_at(night, "mùng 1 07:00") == ["Hoàng Thị Lan", "Bùi Quốc Khánh"]
        with night.engine.connect() as connection:
            assert batch_with(connection, DIGEST) == answer["batch"]


async def test_months_ahead_who_reads_what_was_imported_as_well(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        at = instant_at("mùng 1 03:29", night.clock.now(), ZONE)
        given = batch_of(rehearsed(night, replace(TAKEN, year=2027)), "tet.xlsx", DIGEST)
        given["shifts"] = [[*one[:2], "giang.vo", *one[3:]] if one[1] == "leader" else one for one in given["shifts"]]
        asked = (night.settings, at, "vt-song-mau", "leader")
        with night.engine.connect() as connection:
            assert [one.person for one in planned_at(connection, *asked)] == ["khanh.bui"]
        await night.desk.roster("put", "giang.vo", given)
        with night.engine.connect() as connection:
            assert [one.person for one in planned_at(connection, *asked)] == ["giang.vo"]


async def test_the_same_file_again_changes_nothing_and_is_not_written_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        given = batch_of(rehearsed(night, TAKEN), "tet.xlsx", DIGEST)
        await night.desk.roster("put", "giang.vo", given)
        again = rehearsed(night, TAKEN)
        assert {line.mark for line in again.lines} == {Mark.SAME}
        with pytest.raises(RosterRefused, match="in force already"):
            await night.desk.roster("put", "giang.vo", given)


async def test_a_cell_at_which_nothing_is_proposed_cannot_be_taken(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        assert rehearsed(night, TAKEN).read.unused == ()
        assert rehearsed(night, replace(TAKEN, takes=TAKEN.takes | {"Tết!B6"})).read.unused == ("Tết!B6",)


async def test_what_the_file_leaves_open_is_said(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        told = rehearsed(night, TAKEN)
        assert [(f.kind, f.duty, f.who) for f in told.findings] == [
            (Kind.GAP, "shift", ""),
            (Kind.LONG, "leader", "khanh.bui"),
        ]


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_the_rehearsal_reads_as_its_golden_file(tmp_path: Path, lang: str) -> None:
    async with Night(tmp_path, "2027-02-01 08:00") as night:
        told = rehearsed(night, Settle())
        known = known_of(night.settings, date(2027, 2, 1))
        show = Shower(known, VIETNAMESE if lang == "vi" else ENGLISH)
        table = (" | ".join(row) for row in show.table(told, True))
        rest = [show.findings(told.findings), show.notes(told.read.remarks), show.doubts(told.read.doubts)]
        parts = [show.head(told, "tet.xlsx"), table, *rest]
    text = "\n\n".join("\n".join(part) for part in parts) + "\n"
    path = GOLDEN / f"{lang}-rehearsal.txt"
    if os.environ.get("MONITORD_WRITE_GOLDEN") == "1":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def test_every_word_is_there_in_both_languages() -> None:
    for part in ("refused", "asks", "settles", "notes", "finds", "columns", "phrases"):
        assert set(getattr(VIETNAMESE, part)) == set(getattr(ENGLISH, part)), part
    assert set(VIETNAMESE.asks) == set(Ask)
    assert set(VIETNAMESE.notes) == {*Note, "no_hours"}


@pytest.mark.parametrize(
    ("words", "instant"),
    [
        ("mùng 1 03:29", datetime(2027, 2, 5, 20, 29, tzinfo=UTC)),
        ("29 Tết, 23:58", datetime(2027, 2, 5, 16, 58, tzinfo=UTC)),
        ("03:29 mùng 1", datetime(2027, 2, 5, 20, 29, tzinfo=UTC)),
    ],
)
def test_an_instant_may_be_said_by_the_lunar_day_that_is_nearest(words: str, instant: datetime) -> None:
    assert instant_at(words, datetime(2026, 12, 1, tzinfo=UTC), ZONE) == instant


def test_a_lunar_day_that_is_not_there_is_told_with_the_one_that_is() -> None:
    with pytest.raises(NotAnInstant, match=r"29 Tết.*05/02/2027"):
        instant_at("30 Tết 23:58", datetime(2027, 2, 1, tzinfo=UTC), ZONE)
