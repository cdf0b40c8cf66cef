"""A roster as an iCalendar file (RFC 5545): for a person's telephone, or a unit's wall. No telephone numbers in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from icalendar import Calendar, Event

PRODUCT = "-//monitord//lich truc//VI"


@dataclass(frozen=True, slots=True)
class Entry:
    """A duty as an entry: whose it is by ids, from when to when in UTC, and what stands over it."""

    unit: str
    duty: str
    person: str
    start: datetime
    end: datetime
    title: str

    @property
    def uid(self) -> str:
        """Return what the entry is called: the same in every export of the same duty, so that it is not there twice."""
        named = "|".join((self.unit, self.duty, self.person, f"{self.start.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
        return f"{sha256(named.encode()).hexdigest()[:32]}@monitord"


def calendar(entries: Sequence[Entry], name: str, now: datetime) -> bytes:
    """Return the entries as a calendar of that name; a later export updates what an earlier one brought."""
    book = Calendar()
    book.add("prodid", PRODUCT)
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "PUBLISH")
    book.add("x-wr-calname", name)
    for entry in sorted(entries, key=lambda one: (one.start, one.uid)):
        event = Event()
        event.add("uid", entry.uid)
        event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
        event.add("sequence", int(now.timestamp()) // 60)
        event.add("dtstart", entry.start.astimezone(UTC))
        event.add("dtend", entry.end.astimezone(UTC))
        event.add("summary", entry.title)
        event.add("transp", "TRANSPARENT")
        book.add_component(event)
    return bytes(book.to_ical())
