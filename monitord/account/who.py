"""Who was, is or will be on duty at an instant, from the shifts as they are written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

import sqlalchemy as sa

from monitord.account.importing import in_force
from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.domain.roster import Shift
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store import tables as t

FORMS = '"23:58" (today), "2027-02-05 23:58", "mùng 1 03:29", or "2027-02-05T23:58:00+07:00"'

_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_SPOKEN = re.compile(
    r"(?:(?P<at>[0-9]{1,2}:[0-9]{2}),? )?(?P<day>[^0-9].*?|[0-9]{1,2} \D.*?)(?:,? (?P<then>[0-9]{1,2}:[0-9]{2}))?"
)
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
    s, p = t.shift.c, t.person.c
    wanted = (
        sa.select(t.shift, p.name, p.title, p.phone)
        .outerjoin_from(t.shift, t.person, p.id == s.person)
        .where(s.starts <= at, s.ends > at)
        .order_by(s.unit, s.duty, s.backup, s.starts, s.person)
    )
    if unit is not None:
        wanted = wanted.where(s.unit == unit)
    if duty is not None:
        wanted = wanted.where(s.duty == duty)
    return [
        OnDuty(
            unit=row.unit,
            duty=row.duty,
            person=row.person,
            name=row.name or row.person,
            title=row.title or "",
            phone=row.phone or "",
            start=row.starts,
            end=row.ends,
            source=row.source,
        )
        for row in connection.execute(wanted)
    ]


def written_to(connection: sa.Connection) -> datetime | None:
    """Return up to when the roster is written out as shifts; later instants must be asked of the settings."""
    kept = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == t.WRITTEN_TO)).scalar()
    return None if kept is None else datetime.fromisoformat(kept)


def planned_shifts(settings: Settings, at: datetime, connection: sa.Connection | None = None) -> list[Shift]:
    """Return the shifts that cover `at` by the settings as they are today, and by what the database plans over them."""
    return [shift for shift in in_force(settings, connection, at, at + timedelta(minutes=1)) if shift.covers(at)]


def planned_at(
    settings: Settings,
    at: datetime,
    unit: str | None = None,
    duty: str | None = None,
    connection: sa.Connection | None = None,
) -> list[OnDuty]:
    """Return who will be on duty at `at` by the settings and imports of today: a plan, which may still be changed."""
    found = [s for s in planned_shifts(settings, at, connection) if unit in (None, s.unit) and duty in (None, s.duty)]
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
    """Return the instant that a text names, in UTC: a time of `now`'s day, a local day and time, or with an offset.

    NotAnInstant when it names none, or a local time that comes twice or never on that day.
    """
    given = text.strip()
    if _CLOCK.fullmatch(given):
        given = f"{now.astimezone(zone):%Y-%m-%d} {given}"
    if (spoken := _SPOKEN.fullmatch(given)) and bool(spoken["at"]) != bool(spoken["then"]):
        given = f"{_lunar(spoken['day'], now.astimezone(zone).date())} {spoken['at'] or spoken['then']}"
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


def _lunar(words: str, today: date) -> date:
    """Return the day of lunar words ("29 Tết", "mùng 1") that is nearest to today; NotAnInstant for what is none."""
    found, why = [], ""
    for year in (today.year, today.year + 1):
        try:
            found.append(spoken_day(words, year))
        except NotALunarDate as wrong:
            why = why or str(wrong)
    if not found:
        raise NotAnInstant(why)
    return min(found, key=lambda day: abs((day - today).days))


def _local(at: datetime, zone: tzinfo, text: str) -> datetime:
    early, late = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        often = "twice" if early.astimezone(zone).replace(tzinfo=None) == at else "never"
        raise NotAnInstant(f'"{clean(text, 60)}" comes {often} in {zone}: add the offset, as in {FORMS}')
    return early
