"""Who is on duty soon and perhaps not reached: no contact of his was proved, or every proved one fails of late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from monitord.domain.group import is_group
from monitord.domain.notice import NoticeState
from monitord.domain.people import IMPERSONAL, Person
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import person_of

LATELY = timedelta(days=7)
"""For how long a message that was given up speaks against the address, unless a later one was accepted."""
FAILED_AT_MOST = 10_000
"""Messages given up lately that are looked at."""


class Doubt(StrEnum):
    """What is wrong with somebody's contacts."""

    NO_ADDRESS = "no address"
    NOT_PROVED = "not proved"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Somebody on duty, from `start` on, who perhaps is not reached, and why."""

    unit: str
    duty: str
    person: str
    start: datetime
    why: Doubt


def doubtful(
    connection: sa.Connection, settings: Settings, since: datetime, until: datetime, limit: int
) -> list[Doubtful]:
    """Return who is on duty between two instants without a contact that was proved and works, whose shift is first in
    front; each person once."""
    s, p = t.shift.c, t.person.c
    near = sa.select(t.shift).where(s.ends > since, s.starts <= until).order_by(s.starts, s.unit, s.person).limit(limit)
    first: dict[str, Any] = {}
    for row in connection.execute(near):
        first.setdefault(row.person, row)
    if not first:
        return []
    every = connection.execute(sa.select(t.person).where(p.id.in_(list(first)))).mappings()
    people = {row["id"]: person_of(row) for row in every}
    proved, failing = _proved(connection, list(first)), _failing(connection, since)
    found = []
    for name, shift in first.items():
        why = None if is_group(name) else _doubt(people.get(name), settings.ways, proved.get(name, {}), failing)
        if why is not None:
            found.append(Doubtful(shift.unit, shift.duty, name, shift.starts, why))
    return found


def _doubt(
    person: Person | None, ways: Sequence[str], proved: Mapping[str, str], failing: frozenset[tuple[str, str]]
) -> Doubt | None:
    own = () if person is None else person.ways(way for way in ways if way not in IMPERSONAL)
    if person is None or not own:
        return Doubt.NO_ADDRESS
    known = [way for way in own if proved.get(way) == person.address(way)]
    if not known:
        return Doubt.NOT_PROVED
    return None if any((person.id, way) not in failing for way in known) else Doubt.FAILS


def _proved(connection: sa.Connection, people: list[str]) -> dict[str, dict[str, str]]:
    """Return the addresses from which somebody answered, or that were bound by a code, by person and channel."""
    found: dict[str, dict[str, str]] = {}
    c, b = t.contact.c, t.bound.c
    for bound in connection.execute(sa.select(b.person, b.account).where(b.person.in_(people))):
        found.setdefault(bound.person, {})["telegram"] = str(bound.account)
    for row in connection.execute(sa.select(c.person, c.channel, c.address).where(c.person.in_(people))):
        found.setdefault(row.person, {})[row.channel] = row.address
    return found


def _failing(connection: sa.Connection, now: datetime) -> frozenset[tuple[str, str]]:
    """Return the ways, as person and channel, by which a message was given up lately and none was accepted since."""
    o = t.outbox.c
    ever = sa.select(o.channel).where(o.state == NoticeState.DEAD).distinct()
    last: dict[tuple[str, str], int] = {}
    for channel in connection.execute(ever).scalars().all():
        dead = sa.and_(o.state == NoticeState.DEAD, o.channel == channel, o.not_before > now - LATELY)
        for row in connection.execute(sa.select(o.person, o.id).where(dead).order_by(o.id).limit(FAILED_AT_MOST)):
            last[row.person, channel] = row.id
    return frozenset(way for way, number in last.items() if not _sent_since(connection, way, number, now))


def _sent_since(connection: sa.Connection, way: tuple[str, str], number: int, now: datetime) -> bool:
    o = t.outbox.c
    sent = sa.and_(o.state == NoticeState.SENT, o.channel == way[1], o.not_before > now - LATELY)
    later = sa.select(o.id).where(sent, o.person == way[0], o.id > number).limit(1)
    return connection.execute(later).first() is not None
