"""A roster for the calendars of telephones, and a calendar taken into the roster: shown first, all of it or nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from monitord.account.calendar_in import batch_of, shifts_in
from monitord.domain.journal import FactKind
from monitord.sheets.ical_in import Book, read_calendar
from tests.nights.conftest import Run
from tests.sheets.test_ical import DAILY, ics
from tests.support.night import ZONE, Night, example

UNIT = "vt-song-mau"
FIRST, LAST = date(2027, 2, 1), date(2027, 2, 10)


def book(*events: str) -> Book:
    return read_calendar(ics(*events), FIRST, LAST, ZONE, time(7, 0))


def one(title: str, guest: str = "") -> str:
    attendee = f"ATTENDEE;CN={guest}:mailto:x@y.vn\n" if guest else ""
    when = "DTSTART:20270205T000000Z\nDTEND:20270205T120000Z\n"
    return f"BEGIN:VEVENT\nUID:u\n{when}SUMMARY:{title}\n{attendee}END:VEVENT\n"


@pytest.mark.parametrize(
    ("title", "guest", "whose"),
    [
        ("Nguyễn Văn An", "", ["an.nguyen"]),
        ("Trực ca: Đ/c Nguyễn Văn An – Viễn thông Sông Mẫu", "", ["an.nguyen"]),
        ("Trực ca: an.nguyen; Trần Thị Bình", "", ["an.nguyen", "binh.tran"]),
        ("Trực ca: Nguyễn Văn An", "Trần Thị Bình", ["binh.tran"]),
        ("NGUYỄN VĂN AN", "", ["an.nguyen"]),
    ],
)
def test_a_duty_is_whose_it_names(title: str, guest: str, whose: list[str]) -> None:
    shifts, doubts = shifts_in(book(one(title, guest)), example().people, UNIT, "shift")
    assert ([shift.person for shift in shifts], doubts) == (whose, ())


@pytest.mark.parametrize(
    ("title", "guest", "why"),
    [
        ("Nguyễn Văn Ân", "", "did you mean an.nguyen?"),
        ("Trực ca", "", 'nobody is called "Trực ca"'),
        ("Nguyễn Văn An", "Người Lạ", 'nobody is called "Người Lạ"'),
    ],
)
def test_who_is_not_known_is_a_doubt_with_the_nearest(title: str, guest: str, why: str) -> None:
    shifts, (doubt,) = shifts_in(book(one(title, guest)), example().people, UNIT, "shift")
    assert shifts == ()
    assert why in doubt.why


def test_two_of_one_name_are_asked_back() -> None:
    people = dict(example().people)
    people["an.2"] = replace(people["an.nguyen"], id="an.2")
    _, (doubt,) = shifts_in(book(one("Nguyễn Văn An")), people, UNIT, "shift")
    assert doubt.why == '"Nguyễn Văn An" may be an.2 or an.nguyen: write the id'


async def test_a_calendar_is_all_there_is_between_its_first_and_its_last_duty(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-01 05:00") as night:
        raw = ics(DAILY)
        shifts, _ = shifts_in(book(DAILY), night.settings.people, UNIT, "shift")
        owner = night.settings.units[UNIT].roster_owner
        await night.desk.roster("put", owner, batch_of(shifts, "ca.ics", raw))
        (row,) = night.rows(FactKind.ROSTER_WRITTEN)
        assert (row.refs["kind"], row.refs["shifts"], row.refs["file"]) == ("import", 4, "ca.ics")
        await night.passes(hours=3)
        assert night.everybody_on("shift") == ["an.nguyen"]
        await night.passes(hours=12)
        assert night.everybody_on("shift") == [], "the calendar has nobody at 20:00"


async def test_what_is_exported_comes_back_the_same(run: Run, tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        file = tmp_path / "an.ics"
        days = ("--from", "29 Tết 2027", "--to", "mùng 5 Tết 2027", "--database", night.database)
        code, _, err = run("ics", file, "--unit", UNIT, *days)
        assert code == 0, err
        text = file.read_bytes().decode()
        assert "0900" not in text, "no telephone number"
        assert "Trực ca: Lê Thị Chi – Viễn thông Sông Mẫu" in text.replace("\r\n ", "")
        assert run("ics", tmp_path / "mine.ics", "--person", "chi.le", *days)[0] == 0
        mine = (tmp_path / "mine.ics").read_bytes().decode().replace("\r\n ", "")
        assert "SUMMARY:Trực ca – Viễn thông Sông Mẫu" in mine
        read = read_calendar(file.read_bytes(), date(2027, 2, 5), date(2027, 2, 5), ZONE, time(7, 0))
        shifts, doubts = shifts_in(read, night.settings.people, UNIT, "shift")
        assert doubts == ()
        night_shift = datetime(2027, 2, 5, 15, 0, tzinfo=UTC)
        assert "chi.le" in [shift.person for shift in shifts if shift.start == night_shift]


def test_a_rehearsal_shows_what_would_be_and_says_the_holes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ca.ics"
    file.write_bytes(ics(DAILY))
    given = ("import-ics", file, "--unit", UNIT, "--duty", "shift", "--from", "2027-02-01", "--to", "2027-02-10")
    code, out, err = run(*given)
    assert (code, out.count("Nguyễn Văn An")) == (0, 4)
    assert "nobody 07:00 05/02/2027 – 19:00 05/02/2027: an EXDATE leaves it out" in err
    assert "nothing was written: add --apply" in err
    assert run(*given, "--apply")[0] == 2, "who writes it?"
    file.write_bytes(ics(DAILY.replace("Nguyễn Văn An", "Nguyễn Văn Ân")))
    code, _, err = run(*given, "--apply", "--as", "giang.vo")
    assert code == 2
    assert "did you mean an.nguyen?" in err
    assert "4 doubts: nothing was written" in err
    file.write_bytes(b"not a calendar")
    assert "no iCalendar file" in run(*given)[2]
