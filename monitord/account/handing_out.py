"""The roster as lines to hand out: names for ids, local time, and telephone numbers masked unless they may be whole."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from monitord.account.roster_range import roster_between
from monitord.domain.people import IMPERSONAL, Unit
from monitord.domain.roster import Shift
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.sheets.duty import DutyLine

LONGEST = timedelta(days=400)
"""How much of a roster is handed out at once."""
_HEAD, _TAIL = 4, 3


def lines_of(
    connection: sa.Connection,
    settings: Settings,
    unit: Unit,
    first: date,
    last: date,
    duties: Collection[str] = (),
    *,
    whole_numbers: bool = False,
) -> list[DutyLine]:
    """Return the duties of a unit that begin on those days, all or only some kinds of them."""
    since, until = span_of(settings, first, last)
    shifts = roster_between(connection, settings, since, until)
    return [
        _line(settings, unit, shift, whole_numbers)
        for shift in shifts
        if shift.unit == unit.id and shift.start >= since and (not duties or shift.duty in duties)
    ]


def span_of(settings: Settings, first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants at which the first of some local days begins and the last one ends."""
    begin, end = (
        datetime.combine(day, time(0), tzinfo=settings.zone).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    return begin, end


def phone_words(written: str, *, whole: bool) -> str:
    """Return `0912 345 678`, or masked `0912 *** 678`; what is no such number is as it was written, or `***`."""
    digits = re.sub(r"[^0-9]", "", written)
    if digits.startswith("84") and len(digits) == 11:
        digits = f"0{digits[2:]}"
    usual = len(digits) in (10, 11) and re.fullmatch(r"[0-9+() .\-]+", written.strip()) is not None
    if not usual:
        return clean(written) if whole else "***" if written.strip() else ""
    middle = digits[_HEAD:-_TAIL] if whole else "***"
    return f"{digits[:_HEAD]} {middle} {digits[-_TAIL:]}"


def _line(settings: Settings, unit: Unit, shift: Shift, whole: bool) -> DutyLine:
    person, kind = settings.people.get(shift.person), settings.duty_kinds.get(shift.duty)
    return DutyLine(
        shift.start.astimezone(settings.zone),
        shift.end.astimezone(settings.zone),
        kind.name if kind else shift.duty,
        person.name if person else shift.person,
        person.title if person else "",
        unit.name,
        phone_words(person.phone, whole=whole) if person else "",
        tuple(way for way in person.ways(settings.ways) if way not in IMPERSONAL) if person else (),
        shift.backup,
        shift.duty == unit.leader_duty,
        list(settings.duty_kinds).index(shift.duty) if kind else len(settings.duty_kinds),
    )
