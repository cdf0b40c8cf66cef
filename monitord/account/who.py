"""Who was, is or will be on duty at an instant, from the shifts as they are written."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any

import sqlalchemy as sa

from monitord.domain.laying import lay
from monitord.domain.roster import Shift
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.settings.shifts import layers_of
from monitord.store import tables as t
from monitord.store.roster import covering, instant_asked, overlays, written_layers

FORMS = '"23:58" (today), "2027-02-05 23:58", or "2027-02-05T23:58:00+07:00"'

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
        .order_by(s.unit, s.duty, s.starts, s.person)
    )


def written_to(connection: sa.Connection) -> datetime | None:
    """Return up to when the roster is written out as shifts; later instants must be asked of the settings."""
    kept = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == t.WRITTEN_TO)).scalar()
    return None if kept is None else datetime.fromisoformat(kept)


def planned_shifts(connection: sa.Connection, settings: Settings, at: datetime) -> list[Shift]:
    """Return the shifts that cover `at` by all that is planned today: the settings, what was imported or written by
    hand, and what lies over it."""
    first, until = at.astimezone(settings.zone).date() - timedelta(days=1), at + timedelta(microseconds=1)
    layers = [*layers_of(settings, first, 3, settings.zone), *written_layers(connection, at, until)]
    return [shift for shift in lay(layers, overlays(connection, at, until)) if shift.covers(at)]


def planned_at(
    connection: sa.Connection, settings: Settings, at: datetime, unit: str | None = None, duty: str | None = None
) -> list[OnDuty]:
    """Return who will be on duty at `at` by what is planned today: it may still be changed."""
    shifts = planned_shifts(connection, settings, at)
    found = [s for s in shifts if unit in (None, s.unit) and duty in (None, s.duty)]
    planned = []
    for shift in sorted(found, key=lambda s: (s.unit, s.duty, s.start, s.person)):
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


def _local(at: datetime, zone: tzinfo, text: str) -> datetime:
    early, late = (at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        often = "twice" if early.astimezone(zone).replace(tzinfo=None) == at else "never"
        raise NotAnInstant(f'"{clean(text, 60)}" comes {often} in {zone}: add the offset, as in {FORMS}')
    return early
