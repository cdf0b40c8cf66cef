"""Deadlines and days off as they are written."""

from itertools import pairwise
from zoneinfo import ZoneInfo

from monitord.calendar.deadlines import NotADeadline, dues_of
from monitord.domain.deadline import Deadline, Due
from monitord.settings.book import Book, Entry
from monitord.settings.model import DaysOffSettings
from monitord.settings.problem import quoted
from monitord.settings.readings import ANY_DAY, NEEDS_YEAR
from monitord.settings.schema_duty import DaysOffForm, DeadlineForm


def deadlines_of(book: Book, zone: ZoneInfo) -> tuple[Deadline, ...]:
    """Return the deadlines in the order of the files, their dues in order of time."""
    found = []
    for entry in book.entries("deadlines", DeadlineForm):
        given = entry.given
        book.refer(given.unit, entry, "unit", to="units")
        book.refer(given.to, entry, "to", to="organisations")
        if given.person is not None:
            book.refer(given.person, entry, "person", to="people")
        dues = sorted(_dues(book, entry, zone), key=lambda due: due.at)
        for early, late in pairwise(dues):
            if early.at == late.at:
                why = f"{quoted(late.text)} is the same time as {quoted(early.text)}"
                book.findings.add(entry.file, entry.at("due"), why)
        found.append(Deadline(given.id, given.unit, given.what, given.to, tuple(dues), given.person))
    return tuple(found)


def days_off_of(book: Book) -> DaysOffSettings:
    """Return what was decided of days off and of weekends that are worked instead."""
    entry = book.once("days_off", DaysOffForm)
    if entry is None:
        return DaysOffSettings()
    given = entry.given
    return DaysOffSettings(frozenset(given.added), frozenset(given.removed), given.decision)


def _dues(book: Book, entry: Entry[DeadlineForm], zone: ZoneInfo) -> list[Due]:
    found: list[Due] = []
    for number, text in enumerate(entry.given.due):
        today = book.findings.readings.today
        place = entry.at("due", number)
        try:
            read = dues_of(text, today or ANY_DAY, zone)
        except NotADeadline as wrong:
            book.findings.add(entry.file, place, str(wrong))
            continue
        if not read.dated and today is None:
            book.findings.add(entry.file, place, f"{quoted(text)} has no year: {NEEDS_YEAR}")
        elif not read.dated:
            days = ", ".join(f"{due.day:%Y-%m-%d}" for due in read.dues)
            book.findings.warn(
                entry.file, place, f"{quoted(text)} is read as of {days} (nearest to today); {NEEDS_YEAR}"
            )
        found += read.dues
    return found
