"""The patterns of a roster as they are written: rotations and cycles, with the mistakes that only the whole shows."""

from datetime import time

from monitord.domain.cycle import Clash, Crew, Cycle, Hours, clashes
from monitord.domain.rotation import Rotation
from monitord.settings.book import Book, Entry
from monitord.settings.problem import nearest, quoted
from monitord.settings.schema import UnitForm
from monitord.settings.schema_duty import RosterForm
from monitord.settings.schema_patterns import REST, CycleForm, RotationForm

MOST_TOLD = 3
"""Days of a cycle that a warning names."""


def rotation_of(book: Book, entry: Entry[RosterForm], given: RotationForm) -> Rotation:
    """Return the rotation; the unit's handover counts where it names no hour."""
    for name in given.left:
        if name not in given.people:
            why = f"{quoted(name)} is not among `people`{nearest(name, given.people)}"
            book.findings.add(entry.file, entry.at("rotation", "left", name), why)
    if set(given.people) <= set(given.left):
        why = "everybody of this rotation has left: nobody is on duty then; name somebody new, with a new `since`"
        book.findings.warn(entry.file, entry.at("rotation", "left"), why)
    at = _handover(book, entry) if given.at is None else given.at
    return Rotation(tuple(given.people), given.every, at, given.since, given.backup, tuple(sorted(given.left.items())))


def cycle_of(book: Book, entry: Entry[RosterForm], given: CycleForm) -> Cycle | None:
    """Return the cycle; None after a mistake in it. The unit's handover counts where hours name no start or end."""
    for number, name in enumerate(given.days):
        if name is not None and name not in given.hours:
            known = (*given.hours, REST)
            why = f"`hours` has no shift {quoted(name)}{nearest(name, known)}; a day without one is `{REST}`"
            book.findings.add(entry.file, entry.at("cycle", "days", number), why)
    _check_names(book, entry, given)
    if any(name is not None and name not in given.hours for name in given.days):
        return None
    shared = len(given.days) // len(given.crews)
    crews = tuple(
        Crew(one.name, tuple(one.people), number * shared if one.offset is None else one.offset)
        for number, one in enumerate(given.crews)
    )
    turn = _handover(book, entry)
    hours = tuple(
        Hours(name, turn if one.start is None else one.start, turn if one.end is None else one.end)
        for name, one in given.hours.items()
    )
    cycle = Cycle(crews, hours, tuple(given.days), given.since, given.backup)
    _warn(book, entry, cycle)
    return cycle


def _check_names(book: Book, entry: Entry[RosterForm], given: CycleForm) -> None:
    if REST in given.hours:
        why = f"`{REST}` is a day without hours: give these hours another name"
        book.findings.add(entry.file, entry.at("cycle", "hours", REST), why)
    for name in given.hours:
        if name not in given.days and name != REST:
            why = f"no day of `days` has the hours {quoted(name)}: nobody works them"
            book.findings.warn(entry.file, entry.at("cycle", "hours", name), why)
    names = [crew.name for crew in given.crews]
    for number, name in enumerate(names):
        if name in names[:number]:
            why = f"crew {quoted(name)} is here twice"
            book.findings.add(entry.file, entry.at("cycle", "crews", number, "name"), why)


def _warn(book: Book, entry: Entry[RosterForm], cycle: Cycle) -> None:
    """Warn once of hours that are no crew's on some days of the cycle, and once of those that are several crews'."""
    found = clashes(cycle)
    for several in (False, True):
        days = [clash for clash in found if bool(clash.crews) is several]
        if days:
            told = "; ".join(_said(clash) for clash in days[:MOST_TOLD])
            more = f"; and on {len(days) - MOST_TOLD} more" if len(days) > MOST_TOLD else ""
            why = f"{told}{more}: look at `days` and at `offset`"
            book.findings.warn(entry.file, entry.at("cycle", "crews" if several else "days"), why)


def _said(clash: Clash) -> str:
    crews = " and ".join(quoted(crew) for crew in clash.crews)
    return f"on day {clash.day} {quoted(clash.hours)} is worked by {crews or 'nobody'}"


def _handover(book: Book, entry: Entry[RosterForm]) -> time:
    """Return the hour at which the unit changes its duties, "giờ đổi trực"."""
    units = {unit.given.id: unit.given for unit in book.entries("units", UnitForm)}
    unit = units.get(entry.given.unit)
    return unit.handover if unit is not None else time(7)
