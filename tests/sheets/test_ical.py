"""A roster as a calendar and back: what recurs, what was moved, holes; and files that would never end are refused."""

import time as clock
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.sheets.ical import Entry, calendar
from monitord.sheets.ical_in import LARGEST, Book, read_calendar
from monitord.sheets.ical_rules import MOST_RECURRING, NotACalendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = date(2027, 2, 1), date(2027, 2, 10)
DAILY = """\
BEGIN:VEVENT
UID:a
DTSTART;TZID=Asia/Ho_Chi_Minh:20270201T070000
DTEND;TZID=Asia/Ho_Chi_Minh:20270201T190000
RRULE:FREQ=DAILY;INTERVAL=2
EXDATE;TZID=Asia/Ho_Chi_Minh:20270205T070000
SUMMARY:Nguyễn Văn An
END:VEVENT
"""
MOVED = """\
BEGIN:VEVENT
UID:a
RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270207T070000
DTSTART;TZID=Asia/Ho_Chi_Minh:20270207T090000
DTEND;TZID=Asia/Ho_Chi_Minh:20270207T190000
SUMMARY:Trần Thị Bình
ATTENDEE;CN=Trần Thị Bình:mailto:binh@vnpt.vn
END:VEVENT
"""


def ics(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{''.join(events)}END:VCALENDAR\n".encode()


def read(*events: str) -> Book:
    return read_calendar(ics(*events), FIRST, LAST, ZONE, time(7, 0))


def local(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%d %H:%M}"


def test_what_recurs_is_written_out_and_an_exdate_leaves_a_hole_that_is_told() -> None:
    book = read(DAILY)
    assert [(local(one.start), local(one.end)) for one in book.duties] == [
        (f"{day:02d} 07:00", f"{day:02d} 19:00") for day in (1, 3, 7, 9)
    ]
    assert [(local(one.start), local(one.end), one.moved) for one in book.holes] == [("05 07:00", "05 19:00", False)]


def test_a_day_that_was_moved_stands_where_it_is_now_and_its_rest_is_a_hole() -> None:
    book = read(DAILY, MOVED)
    assert ("07 09:00", "Trần Thị Bình") in [(local(one.start), one.title) for one in book.duties]
    assert ("07 07:00", "07 09:00", True) in [(local(one.start), local(one.end), one.moved) for one in book.holes]
    assert [one.guests for one in book.duties if one.guests] == [("Trần Thị Bình",)]


def test_a_hole_that_somebody_else_fills_is_none() -> None:
    other = DAILY.replace("UID:a", "UID:b").replace("RRULE:FREQ=DAILY;INTERVAL=2\n", "").replace("20270201", "20270205")
    assert read(DAILY, "".join(line + "\n" for line in other.splitlines() if "EXDATE" not in line)).holes == ()


def test_an_all_day_event_goes_from_one_change_of_duty_to_the_next() -> None:
    all_day = "BEGIN:VEVENT\nUID:c\nDTSTART;VALUE=DATE:20270205\nDTEND;VALUE=DATE:20270207\nSUMMARY:Lan\nEND:VEVENT\n"
    (one,) = read(all_day).duties
    assert (local(one.start), local(one.end)) == ("05 07:00", "07 07:00")


def test_local_time_without_a_zone_is_the_desks_and_a_cancelled_event_is_counted() -> None:
    floating = "BEGIN:VEVENT\nUID:d\nDTSTART:20270205T220000\nDTEND:20270206T060000\nSUMMARY:An\n{}END:VEVENT\n"
    (one,) = read(floating.format("")).duties
    assert one.start == datetime(2027, 2, 5, 15, 0, tzinfo=UTC)
    book = read(floating.format("STATUS:CANCELLED\n"))
    assert (book.duties, book.cancelled) == ((), 1)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=SECONDLY", "recurs daily"),
        ("FREQ=HOURLY", "recurs daily"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL 0"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL -1|cannot be read"),
        ("FREQ=DAILY;BYSECOND=0,1,2,3", "BYSECOND"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "BYMONTHDAY"),
    ],
)
def test_a_rule_that_could_go_on_for_ever_is_refused_at_once(rule: str, why: str) -> None:
    began = clock.monotonic()
    with pytest.raises(NotACalendar, match=why):
        read(DAILY.replace("FREQ=DAILY;INTERVAL=2", rule))
    assert clock.monotonic() - began < 2


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no iCalendar file"),
        (b"PK\x03\x04 a workbook", "no iCalendar file"),
        (b"BEGIN:VCALENDAR\n" + b"x" * (LARGEST + 1), "larger than"),
        (ics(*[DAILY.replace("UID:a", f"UID:{n}") for n in range(MOST_RECURRING + 1)]), "of its events recur"),
        (ics(DAILY.replace("20270201T", "00010101T")), "in the year 1"),
        (ics("BEGIN:VEVENT\nUID:x\nSUMMARY:An\nEND:VEVENT\n"), "no DTSTART"),
        (ics(DAILY, "BEGIN:VEVENT\nUID:x\nDTSTART:20270203T060000\nSUMMARY:An\nEND:VEVENT\n"), "no end"),
        (ics(DAILY.replace("TZID=Asia/Ho_Chi_Minh", "TZID=GMT+0900")), "no zone 'GMT\\+0900'"),
        (ics(DAILY.replace("TZID=Asia/Ho_Chi_Minh", "TZID=../../etc/passwd")), "no zone '../../etc/passwd'"),
        (ics(DAILY.replace("20270201T070000", "nonsense")), "cannot be read|no DTSTART|no date"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_clean_line(raw: bytes, why: str) -> None:
    with pytest.raises(NotACalendar, match=why) as refused:
        read_calendar(raw, FIRST, LAST, ZONE, time(7, 0))
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 310


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_do_anything_else(noise: bytes) -> None:
    try:
        read_calendar(b"BEGIN:VCALENDAR\n" + noise, FIRST, LAST, ZONE, time(7, 0))
    except NotACalendar as refused:
        assert str(refused).isprintable()  # noqa: PT017


AT = datetime(2027, 1, 1, tzinfo=UTC)
ENTRIES = st.lists(
    st.builds(
        lambda day, hours, person: Entry(
            "vt", "shift", person, datetime(2027, 2, 2, tzinfo=UTC) + timedelta(hours=day), AT, f"Trực ca: {person}"
        ),
        st.integers(0, 150),
        st.integers(1, 24),
        st.sampled_from(["an", "binh", "Đỗ Quang Minh; =1"]),
    ),
    max_size=6,
    unique_by=lambda one: (one.start, one.person),
)


@settings(max_examples=60, deadline=None)
@given(ENTRIES, st.integers(1, 30))
def test_what_is_written_is_read_again_the_same(entries: list[Entry], hours: int) -> None:
    entries = [Entry(e.unit, e.duty, e.person, e.start, e.start + timedelta(hours=hours), e.title) for e in entries]
    book = read_calendar(calendar(entries, "Lịch trực", AT), FIRST, LAST, ZONE, time(7, 0))
    assert sorted((one.start, one.end, one.title) for one in book.duties) == sorted(
        (one.start, one.end, one.title) for one in entries
    )


def test_a_second_export_updates_the_first() -> None:
    entry = Entry("vt", "shift", "an", AT, AT + timedelta(hours=8), "Trực ca")
    longer = Entry("vt", "shift", "an", AT, AT + timedelta(hours=12), "Trực ca")
    first, second = (
        icalendar.Calendar.from_ical(calendar([one], "x", now)).walk("VEVENT")[0]
        for one, now in ((entry, AT), (longer, AT + timedelta(hours=1)))
    )
    assert first["UID"] == second["UID"]
    assert 0 < getattr(first, "sequence", 0) < getattr(second, "sequence", 0)
    assert entry.uid != Entry("vt", "leader", "an", AT, AT, "").uid
