"""Telephone numbers that nobody needs any more are blanked in the database: of who was on duty and is in no roster.

Names stay, because the log is the official record. Who is needed otherwise (an administrator, a contact of another
organisation, a stand-in of somebody on the roster ...) keeps his numbers. The settings are files: what stands there is
struck out there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk import contacts
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused
from monitord.domain.journal import Fact, FactKind
from monitord.domain.people import Person
from monitord.domain.policy import Whom
from monitord.domain.swap import PENDING
from monitord.settings.model import DailyEntry, PatternEntry, Settings
from monitord.store import tables as t
from monitord.store.rows import Moment, person_of
from monitord.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody whose numbers are no longer needed, and when his last shift ended."""

    person: Person
    last: datetime


def due(connection: sa.Connection, settings: Settings, now: datetime) -> list[Due]:
    """Return whose numbers are to be blanked at an instant and still stand in the database, in order of their ids."""
    return [one for one in _past(connection, settings, now) if _has_numbers(one.person)]


def purge(tx: Tx, settings: Settings, at: Moment, by: str | None = None) -> tuple[str, ...]:
    """Blank what is due, and return whose it was; a row says so."""
    found = due(tx.sql, settings, at.now)
    for one in found:
        values = without_numbers_of(one.person)
        tx.sql.execute(t.person.update().where(t.person.c.id == one.person.id).values(**values))
        contacts.forget(tx, one.person.id)
        tx.sql.execute(t.contact_code.delete().where(t.contact_code.c.person == one.person.id))
    names = tuple(one.person.id for one in found)
    if names:
        refs = {"people": list(names), "days": settings.purge_after.days}
        tx.append([Fact(FactKind.ROSTER_PURGED, actor=by, refs=refs)], at)
        tx.roster_changed()
    return names


def blanked(tx: Tx, settings: Settings, at: Moment) -> frozenset[str]:
    """Return whose numbers were blanked and stay so, although the settings still name them."""
    return frozenset(one.person.id for one in _past(tx.sql, settings, at.now) if not _has_numbers(one.person))


def without_numbers_of(person: Person) -> dict[str, Any]:
    """Return the columns of somebody without his telephone numbers; an e-mail address and an account are none."""
    kept = {channel: address for channel, address in person.addresses.items() if not _is_number(address)}
    return {"phone": "", "addresses": kept}


def _past(connection: sa.Connection, settings: Settings, now: datetime) -> list[Due]:
    """Return who was on duty, has not been for as long as the settings say, and is needed nowhere."""
    if not settings.purge_after:
        return []
    s, p, b = t.planned_shift.c, t.person.c, t.roster_batch.c
    last = sa.select(t.shift.c.person, sa.func.max(t.shift.c.ends).label("last")).group_by(t.shift.c.person)
    gone = {row.person: row.last for row in connection.execute(last) if row.last <= now - settings.purge_after}
    ahead = sa.select(s.person).join_from(t.planned_shift, t.roster_batch, b.id == s.batch)
    planned = set(connection.execute(ahead.where(s.ends > now, b.withdrawn_at.is_(None))).scalars())
    o, w = t.overlay.c, t.swap.c
    over = sa.select(o.incoming).where(o.ends > now, o.withdrawn_at.is_(None))
    planned |= {name for incoming in connection.execute(over).scalars() for name in incoming}
    swaps = sa.select(w.asker, w.named, w.taker).where(w.state.in_(PENDING))
    planned |= {name for row in connection.execute(swaps) for name in row if name is not None}
    needed = _with_stand_ins(settings, _needed(settings, now) | planned)
    people = connection.execute(sa.select(t.person).where(p.id.in_(list(gone))).order_by(p.id)).mappings()
    return [Due(person_of(row), gone[row["id"]]) for row in people if row["id"] not in needed]


def _needed(settings: Settings, now: datetime) -> set[str]:
    """Return whom the settings name beside their people: the roster from now on, and whoever is told or called."""
    on = set()
    for entry in settings.roster:
        if isinstance(entry, DailyEntry):
            on |= set(entry.slot.people)
        elif isinstance(entry, PatternEntry):
            on |= set(entry.people)
        elif entry.shift.end > now:
            on.add(entry.shift.person)
    reminded = {one.person for one in settings.deadlines if one.person is not None}
    owners = {unit.roster_owner for unit in settings.units.values()}
    outside = {name for one in settings.organisations.values() for name in one.contacts}
    steps = (step for rule in settings.policies for step in rule.policy.steps)
    named = {step.ref for step in steps if step.whom is Whom.PERSON}
    lanes = {name for lane in settings.lanes.values() for name in lane.named}
    anchors = set(settings.anchors.tell) if settings.anchors is not None else set()
    return on | reminded | owners | outside | named | lanes | anchors | set(settings.administrators)


def _with_stand_ins(settings: Settings, needed: set[str]) -> set[str]:
    """Return them with whoever stands in for them, and for those again."""
    found, more = set(needed), set(needed)
    while more:
        more = {name for one in more if one in settings.people for name in settings.people[one].stand_ins} - found
        found |= more
    return found


def _has_numbers(person: Person) -> bool:
    return bool(person.phone) or any(_is_number(address) for address in person.addresses.values())


def _is_number(address: str) -> bool:
    return address.startswith("+") and address[1:].isdigit()


def _act(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    if person not in context.settings.administrators:
        raise RosterRefused(f"{person} does not administer monitord: an administrator blanks telephone numbers")
    names = purge(tx, context.settings, at, person)
    return {"people": list(names), "text": ", ".join(names) or context.words.table["empty"]}


ACTS: Mapping[str, RosterAct] = {"purge": _act}
