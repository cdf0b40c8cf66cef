"""Who was, is or will be on duty at an instant, from the shifts as they are written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any

import sqlalchemy as sa

from monitord.account.roster_range import roster_between
from monitord.calendar.days import day_near, is_moon, moment_near, parted
from monitord.calendar.spoken import NotALunarDate
from monitord.domain.roster import Shift
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.roster import covering, instant_asked

FORMS = '"23:58" (today), "2027-02-05 23:58", "mùng 1 Tết 2027 00:00", or "2027-02-05T23:58:00+07:00"'
DAYS = '2027-02-05 or "29 Tết 2027"'
YEARS = range(2000, 2101)
"""The years of which a roster can be: beside them there is room to look ahead and back."""

_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?) ?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


class NotAnInstant(Exception):
    """The text names no instant; the message says which forms do."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One person's shift that covers the instant: `[start, end)`. `name` is the id when the person is not known."""

    unit: str
    duty: str
    person: str
    name: str
    title: str
    phone: str
    start: datetime
    end: datetime
    source: str


def who_at(connection: sa.Connection, at: datetime, unit: str | None = None, duty: str | None = None) -> list[OnDuty]:
    """Return every shift that covers `at`, by unit and duty, who is longest on duty first.

    A shift covers its start and not its end: at the minute of handover the incoming person is on duty.
    """
    asked: dict[str, object] = dict(instant_asked(at))
    if unit is not None:
        asked["the_unit"] = unit
    if duty is not None:
        asked["the_duty"] = duty
    return [
        OnDuty(
            row.unit,
            row.duty,
            row.person,
            row.name or row.person,
            row.title or "",
            row.phone or "",
            row.starts,
            row.ends,
            row.source,
        )
        for row in connection.execute(_who(unit is not None, duty is not None), asked)
    ]


@cache
def _who(of_unit: bool, of_duty: bool) -> sa.Select[Any]:
    s, p = t.shift.c, t.person.c
    also = [s.unit == sa.bindparam("the_unit")] if of_unit else []
    also += [s.duty == sa.bindparam("the_duty")] if of_duty else []
    return (
        sa.select(s.unit, s.duty, s.person, p.name, p.title, p.phone, s.starts, s.ends, s.source)
        .outerjoin_from(t.shift, t.person, p.id == s.person)
        .where(covering(*also))
        .order_by(s.unit, s.duty, s.backup, s.starts, s.person)
    )


def written_to(connection: sa.Connection) -> datetime | None:
    """Return up to when the roster is written out as shifts; later instants must be asked of the settings."""
    kept = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == t.WRITTEN_TO)).scalar()
    return None if kept is None else datetime.fromisoformat(kept)


def planned_over(connection: sa.Connection, settings: Settings, at: datetime) -> list[Shift]:
    """Return the shifts that cover `at` as they are written or planned today, in the settings and over them."""
    return [s for s in roster_between(connection, settings, at, at + timedelta(microseconds=1)) if s.covers(at)]


def planned_at(
    connection: sa.Connection, settings: Settings, at: datetime, unit: str | None = None, duty: str | None = None
) -> list[OnDuty]:
    """Return who will be on duty at `at` as it is planned today, in the settings and over them: it may still change."""
    found = [s for s in planned_over(connection, settings, at) if unit in (None, s.unit) and duty in (None, s.duty)]
    planned = []
    for shift in sorted(found, key=lambda s: (s.unit, s.duty, s.backup, s.start, s.person)):
        person = settings.people.get(shift.person)
        planned.append(
            OnDuty(
                unit=shift.unit,
                duty=shift.duty,
                person=shift.person,
                name=person.name if person else shift.person,
                title=person.title if person else "",
                phone=person.phone if person else "",
                start=shift.start,
                end=shift.end,
                source=shift.source,
            )
        )
    return planned


def written_between(connection: sa.Connection) -> tuple[datetime, datetime] | None:
    """Return from when to when shifts are written at all; None when there are none."""
    first, last = connection.execute(sa.select(sa.func.min(t.shift.c.starts), sa.func.max(t.shift.c.ends))).one()
    return None if first is None or last is None else (first, last)


def units_and_duties(connection: sa.Connection) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of the units and of the duties that have shifts."""
    found = connection.execute(sa.select(t.shift.c.unit, t.shift.c.duty).distinct()).all()
    return frozenset(row.unit for row in found), frozenset(row.duty for row in found)


def instant_at(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the instant that a text names, in UTC: a time of `now`'s day, a local day and time, or with an offset; a
    lunar date without its year is the one nearest to `now`.

    NotAnInstant when it names none, one of years that no roster is of, or a local time that comes twice or never.
    """
    at = _instant_at(text, now, zone)
    _of_a_roster(at.year, text)
    return at


def _of_a_roster(year: int, text: str) -> None:
    if year not in YEARS:
        raise NotAnInstant(f'"{clean(text, 60)}" is out of time: rosters are of the years {YEARS[0]} to {YEARS[-1]}')


def _instant_at(text: str, now: datetime, zone: tzinfo) -> datetime:
    given = text.strip()
    if is_moon(given) and parted(given) is not None:
        try:
            return _local(moment_near(given, now.astimezone(zone).date())[0], zone, text)
        except NotALunarDate as wrong:
            raise NotAnInstant(str(wrong)) from None
    if _CLOCK.fullmatch(given):
        given = f"{now.astimezone(zone):%Y-%m-%d} {given}"
    found = _INSTANT.fullmatch(given)
    if found is None:
        raise NotAnInstant(f'"{clean(text, 60)}" names no instant: write {FORMS}')
    day, clock, offset = found.groups()
    try:
        padded = clock if clock[2] == ":" else f"0{clock}"
        at = datetime.fromisoformat(f"{day}T{padded}{offset or ''}")
        return at.astimezone(UTC) if offset else _local(at, zone, text)
    except (ValueError, OverflowError):
        raise NotAnInstant(f'"{clean(text, 60)}" is on no calendar or clock: write {FORMS}') from None


def day_at(text: str, now: datetime, zone: tzinfo) -> date:
    """Return the local day that a text names: `2027-02-05`, or a lunar date, without its year the one nearest to `now`;
    NotAnInstant when it names none."""
    given = text.strip()
    try:
        day = day_near(given, now.astimezone(zone).date()).day if is_moon(given) else date.fromisoformat(given)
    except NotALunarDate as wrong:
        raise NotAnInstant(str(wrong)) from None
    except ValueError:
        raise NotAnInstant(f'"{clean(text, 60)}" names no day: write {DAYS}') from None
    _of_a_roster(day.year, text)
    return day


def _local(at: datetime, zone: tzinfo, text: str) -> datetime:
    early, late = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        often = "twice" if early.astimezone(zone).replace(tzinfo=None) == at else "never"
        raise NotAnInstant(f'"{clean(text, 60)}" comes {often} in {zone}: add the offset, as in {FORMS}')
    return early
