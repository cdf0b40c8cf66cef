"""An iCalendar file read as duties: what recurs written out, what was moved where it stands now, holes told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from monitord.domain.safe import clean
from monitord.sheets.ical_rules import NotACalendar, checked

LARGEST = 2 * 1024 * 1024
"""Bytes of one file."""
MOST = 5_000
"""Duties of one file, written out."""
_GUESTS = 20


@dataclass(frozen=True, slots=True)
class Read:
    """A duty of a calendar, in UTC: `guests` are the names and addresses of who takes part, `title` is what stands over
    it."""

    start: datetime
    end: datetime
    title: str
    guests: tuple[str, ...]
    uid: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A time that a recurring duty would have, and leaves out: by EXDATE, or because that day's was moved."""

    start: datetime
    end: datetime
    title: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What a file holds of some time: the duties in order, the holes nobody else fills, and how many were cancelled."""

    duties: tuple[Read, ...]
    holes: tuple[Hole, ...]
    cancelled: int


def read_calendar(raw: bytes, since: date, until: date, zone: ZoneInfo, handover: time) -> Book:
    """Return the duties that touch the local days from `since` to `until`; NotACalendar says why there are none.

    An all-day event is from one change of duty to the next; a time without a zone is local.
    """
    if len(raw) > LARGEST:
        raise NotACalendar(f"it is larger than {LARGEST // 1024} KiB: export a shorter time")
    if b"BEGIN:VCALENDAR" not in raw[:4096].upper():
        raise NotACalendar("it is no iCalendar file: those begin with BEGIN:VCALENDAR")
    try:
        book = Calendar.from_ical(raw)
        events = checked([event for event in book.walk("VEVENT") if isinstance(event, Event)])
        cancelled = [event for event in events if str(event.get("STATUS", "")).upper() == "CANCELLED"]
        found = list(_occurrences(book, since, until, zone, handover))
        holes = list(_holes(events, found, since, until, zone, handover))
    except NotACalendar as wrong:
        raise NotACalendar(clean(str(wrong), 300)) from None
    # Whatever the parser meets in a file of a stranger, it says by one of its many errors.
    except Exception as error:
        raise NotACalendar(f"it cannot be read as iCalendar: {clean(str(error), 150)}") from None
    return Book(tuple(found), tuple(holes), len(cancelled))


def _occurrences(book: Any, since: date, until: date, zone: ZoneInfo, handover: time) -> Iterator[Read]:
    found: list[Read] = []
    begin, stop = (datetime.combine(day, time(0), tzinfo=zone) for day in (since, until + timedelta(days=1)))
    for event in recurring_ical_events.of(book).between(begin, stop):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        if len(found) >= MOST:
            raise NotACalendar(f"it holds more than {MOST} duties in that time: take a shorter one")
        start, end = _span(event.start, event.end, zone, handover)
        if end > start:
            found.append(Read(start, end, _title(event), tuple(_guests(event)), clean(str(event.get("UID", "")), 60)))
    yield from sorted(found, key=lambda one: (one.start, one.end, one.title))


def _holes(
    events: Sequence[Event], found: Sequence[Read], since: date, until: date, zone: ZoneInfo, handover: time
) -> Iterator[Hole]:
    """Yield what a recurring event leaves out in those days and no other duty covers."""
    masters = {str(one.get("UID")): one for one in events if "RRULE" in one}
    left_out = [(one, day, False) for one in masters.values() for day in one.exdates]
    changed: list[Any] = [one for one in events if _moves(one, masters)]
    moved = [(masters[str(one.get("UID"))], one["RECURRENCE-ID"].dt, True) for one in changed]
    for master, begin, was_moved in [*left_out, *moved]:
        start, end = _span(begin, begin + (master.end - master.start), zone, handover)
        if not since <= start.astimezone(zone).date() <= until:
            continue
        for begins, ends in _uncovered(start, end, found):
            yield Hole(begins, ends, _title(master), was_moved)


def _moves(event: Event, masters: dict[str, Event]) -> bool:
    return "RECURRENCE-ID" in event and str(event.get("UID")) in masters


def _uncovered(start: datetime, end: datetime, found: Iterable[Read]) -> list[tuple[datetime, datetime]]:
    pieces = []
    for one in found:
        if one.end <= start or one.start >= end:
            continue
        if one.start > start:
            pieces.append((start, one.start))
        start = max(start, one.end)
    if start < end:
        pieces.append((start, end))
    return pieces


def _span(start: Any, end: Any, zone: ZoneInfo, handover: time) -> tuple[datetime, datetime]:
    return _instant(start, zone, handover), _instant(end, zone, handover)


def _instant(at: Any, zone: ZoneInfo, handover: time) -> datetime:
    if isinstance(at, datetime):
        return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(at, date):
        return datetime.combine(at, handover, tzinfo=zone).astimezone(UTC)
    raise NotACalendar(f"{clean(str(at), 40)} is no date")


def _title(event: Event) -> str:
    return clean(str(event.get("SUMMARY", "")), 200)


def _guests(event: Event) -> Iterator[str]:
    guests = event.get("ATTENDEE")
    for guest in (guests if isinstance(guests, list) else [] if guests is None else [guests])[:_GUESTS]:
        name = str(getattr(guest, "params", {}).get("CN", "")) or str(guest).partition(":")[2] or str(guest)
        yield clean(name, 100)
