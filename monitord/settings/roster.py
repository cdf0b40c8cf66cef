"""The roster as it is written: slots that come every day, patterns, and dated shifts."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from monitord.domain.people import IMPERSONAL, Person
from monitord.domain.roster import DailySlot, Shift, instant
from monitord.settings.book import Book, Entry
from monitord.settings.folder import spot
from monitord.settings.model import DailyEntry, DatedEntry, PatternEntry, RosterEntry
from monitord.settings.patterns import cycle_of, rotation_of
from monitord.settings.policies import duties_in
from monitord.settings.problem import quoted
from monitord.settings.schema import UnitForm
from monitord.settings.schema_duty import RosterForm

ALWAYS = date(2000, 1, 1)
"""The first day of a slot that says nothing of its beginning."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def roster_of(book: Book, zone: ZoneInfo) -> tuple[RosterEntry, ...]:
    """Return the entries of the roster in the order of the files; dated shifts become UTC here, once."""
    found: list[RosterEntry] = []
    for entry in book.entries("roster", RosterForm):
        given = entry.given
        book.refer(given.unit, entry, "unit", to="units")
        book.refer(given.duty, entry, "duty", to="duty_kinds")
        for path, person in _named(given):
            book.refer(person, entry, *path, to="people")
        if given.rotation is not None:
            rotation = rotation_of(book, entry, given.rotation)
            found.append(PatternEntry(given.unit, given.duty, rotation, _source(entry, "rotation"), given.layer))
        if given.cycle is not None and (cycle := cycle_of(book, entry, given.cycle)) is not None:
            found.append(PatternEntry(given.unit, given.duty, cycle, _source(entry, "cycle"), given.layer))
        for number, slot in enumerate(given.every_day):
            days = frozenset(WEEKDAYS.index(day) for day in slot.weekdays)
            daily = DailySlot(slot.start, slot.end, tuple(slot.people), slot.since or ALWAYS, slot.backup, days)
            source = _source(entry, "every_day", number)
            found.append(DailyEntry(given.unit, given.duty, daily, source, given.layer))
        for number, shift in enumerate(given.shifts):
            start = instant(shift.start.date(), shift.start.time(), zone)
            end = instant(shift.end.date(), shift.end.time(), zone, last=True)
            if end <= start:
                book.findings.add(
                    entry.file, entry.at("shifts", number), "the clocks leave these hours out on that day"
                )
            source = _source(entry, "shifts", number)
            dated = Shift(given.unit, given.duty, shift.person, start, end, source, shift.backup)
            found.append(DatedEntry(dated, given.layer))
    return tuple(found)


def warn_of_empty_duties(book: Book) -> None:
    """Warn of each duty that a policy relies on and for which a unit has no roster."""
    if "roster" in book.incomplete:
        return
    held = {(entry.given.unit, entry.given.duty) for entry in book.entries("roster", RosterForm)}
    # What another organisation keeps in the unit's place is in its roster.
    held |= {(entry.given.id, duty) for entry in book.entries("units", UnitForm) for duty in entry.given.kept_by}
    told: set[tuple[str, str]] = set()
    for policy, number, unit, duty in duties_in(book):
        if (unit, duty) not in held | told:
            why = f"duty {quoted(duty)} of unit {quoted(unit)} has no entry in the roster: this step may find nobody"
            book.findings.warn(policy.file, policy.at("steps", number, "tell", "duty"), why)
            told.add((unit, duty))


def warn_of_silent_persons(book: Book, people: dict[str, Person], ways: tuple[str, ...]) -> None:
    """Warn once of each person in the roster who has no address at which a message could arrive by one of `ways`."""
    personal = [way for way in ways if way not in IMPERSONAL] or ["telegram"]
    told: set[str] = set()
    for entry in book.entries("roster", RosterForm):
        for path, person in _named(entry.given):
            if person in people and person not in told and not any(people[person].address(way) for way in personal):
                lacks = " or ".join(f"`{way}`" for way in personal)
                why = f"{quoted(person)} is on duty and has no address for {lacks}: no message reaches this person"
                book.findings.warn(entry.file, entry.at(*path), why)
                told.add(person)


def _named(given: RosterForm) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield each person that an entry names, with the path in it."""
    for number, slot in enumerate(given.every_day):
        yield from ((("every_day", number, "people", turn), person) for turn, person in enumerate(slot.people))
    if given.rotation is not None:
        yield from ((("rotation", "people", turn), person) for turn, person in enumerate(given.rotation.people))
    if given.cycle is not None:
        for number, crew in enumerate(given.cycle.crews):
            yield from ((("cycle", "crews", number, "people", n), person) for n, person in enumerate(crew.people))
    yield from ((("shifts", number, "person"), shift.person) for number, shift in enumerate(given.shifts))


def _source(entry: Entry[RosterForm], *path: str | int) -> str:
    return spot(entry.file, entry.at(*path))
