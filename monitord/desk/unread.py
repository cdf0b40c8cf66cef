"""What is too grave to be found by chance, and nobody has taken: whoever takes over a shift says that he knows it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from monitord.desk import changeover
from monitord.desk.context import Context
from monitord.desk.mentions import name_of
from monitord.domain.handover import is_unread
from monitord.domain.incident import Incident, Phase, number_of
from monitord.domain.notice import Event, Notice, Priority
from monitord.store import tables as t
from monitord.store.rows import Moment, incident_of
from monitord.store.tx import Tx
from monitord.texts import forms

SHOWN = 5
"""Incidents that the message lists; the rest is a number."""
NAMED = 2
"""Numbers that an answer and a button name."""


def of_unit(tx: Tx, unit: str) -> list[Incident]:
    """Return what nobody has taken in a unit and is grave, the gravest first."""
    i = t.incident.c
    rows = tx.sql.execute(sa.select(t.incident).where(i.unit == unit, i.phase == Phase.OPEN)).mappings()
    return sorted(filter(is_unread, map(incident_of, rows)), key=lambda one: (one.severity, one.id))


def codes(found: Sequence[Incident]) -> str:
    """Return their numbers as a button names them: the first few, and how many more."""
    more = len(found) - NAMED
    return ", ".join(one.code for one in found[:NAMED]) + (f" (+{more})" if more > 0 else "")


def named(found: Sequence[Incident], given: str) -> bool:
    """Return whether a number that was typed, `004` or `SC-0602-004`, is that of one of them."""
    if not given.isdigit():
        return any(given == one.code for one in found)
    return any(number_of(one.code) == int(given) for one in found)


def ask(tx: Tx, row: Any, person: str, channel: str, found: Sequence[Incident], at: Moment) -> None:
    """Show somebody what nobody has taken, with the button by which he takes over knowing it."""
    subject = changeover.subject_of(row, str(max(one.id for one in found)))
    tx.queue(Notice(None, Event.SHIFT_UNREAD, person, channel, Priority.FIRST, subject=subject), at.now)


def label(tx: Tx, subject: str) -> str:
    """Return what the button of such a message names: what nobody has taken of what its text lists."""
    row = changeover.row_of(tx, subject)
    return "" if row is None else codes(_listed(tx, row["unit"], subject))


def text(tx: Tx, context: Context, subject: str, at: Moment) -> str:
    """Return the message that names what nobody has taken."""
    row = changeover.row_of(tx, subject)
    if row is None:
        return context.words.page["shift_changed"]
    found, zone = _listed(tx, row["unit"], subject), context.settings.zone
    lines = [
        f"• {one.code} ({context.words.severity(one.severity)}) {name_of(context, one)} – "
        f"{forms.near(one.occurred_at, at.now, zone)}"
        for one in found[:SHOWN]
    ]
    more = f"… +{len(found) - SHOWN}" if len(found) > SHOWN else None
    role = changeover.role_name(context, row["duty"])
    return forms.lines(
        context.words.page["shift_unread"].format(duty=role), *lines, more, context.words.page["shift_knows"]
    )


def _listed(tx: Tx, unit: str, subject: str) -> list[Incident]:
    up_to = int(changeover.about(subject) or 0)
    return [one for one in of_unit(tx, unit) if one.id <= up_to]
