"""What acts on the roster have in common: what is answered, who may, and what was given.

A file of acts declares them in its `ACTS`; `roster_acts.py` gathers them.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from monitord.desk.context import Context
from monitord.domain.people import Unit
from monitord.store.roster import leaders_ahead
from monitord.store.rows import Moment
from monitord.store.tx import Tx

Answer = Mapping[str, Any]
"""What is said to who did it: `text`, and what the command shows beside it."""
RosterAct = Callable[[Tx, Context, str, Mapping[str, Any], Moment], Answer]
"""An act by a person, with what was given."""


class RosterRefused(ValueError):
    """It cannot be done; the text says why and what to do."""


def keeper_of(tx: Tx, context: Context, unit: str, person: str, at: Moment) -> Unit:
    """Return the unit whose roster that person may change: its owner, its leaders by the roster, an administrator.

    RosterRefused for anybody else, and for a unit or person that is not there.
    """
    where = context.settings.units.get(unit)
    if where is None:
        raise RosterRefused(f"there is no unit {unit!r}; there are: {', '.join(sorted(context.settings.units))}")
    if person not in tx.people():
        raise RosterRefused(f"nobody has the id {person!r}")
    if not keeps(tx, context, where, person, at):
        raise RosterRefused(f"{person!r} neither keeps the roster of {unit!r} nor leads it: ask {where.roster_owner!r}")
    return where


def keeps(tx: Tx, context: Context, unit: Unit, person: str, at: Moment) -> bool:
    """Return whether somebody may change the roster of a unit."""
    if person == unit.roster_owner or person in context.settings.administrators:
        return True
    return person in leaders_ahead(tx.sql, unit.id, unit.leader_duty, at.now)


def duty_of(context: Context, given: Mapping[str, Any]) -> str:
    """Return the duty that was given; RosterRefused for one that is none."""
    duty = str(given["duty"])
    if duty not in context.settings.duty_kinds:
        known = ", ".join(sorted(context.settings.duty_kinds))
        raise RosterRefused(f"there is no duty {duty!r}; there are: {known}")
    return duty


def span_of(given: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """Return from when to when, as given; RosterRefused where the end is not after the beginning."""
    start, end = (datetime.fromisoformat(str(given[key])) for key in ("start", "end"))
    if not start < end:
        raise RosterRefused("it ends before it begins: the end must be after the beginning")
    return start, end


def somebody(tx: Tx, name: object) -> str:
    """Return the id of a person who is there; RosterRefused when nobody has it, or has it no more."""
    known = tx.people().get(str(name))
    if known is None or not known.home:
        raise RosterRefused(f"nobody has the id {str(name)!r}; the settings name the people")
    return str(name)
