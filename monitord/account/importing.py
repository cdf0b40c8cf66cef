"""What an import of a roster file needs of the settings and of the database: who there is, and what is in force."""

from collections.abc import Sequence
from datetime import date, datetime, time

import sqlalchemy as sa

from monitord.domain.laying import lay
from monitord.domain.roster import Shift
from monitord.settings.model import DailyEntry, Settings
from monitord.settings.shifts import layers_between
from monitord.sheets.known import Known
from monitord.store import tables as t
from monitord.store.roster import roster_over


def known_of(settings: Settings, today: date) -> Known:
    """Return what a roster file is read against."""
    slots: dict[tuple[str, str], set[tuple[time, time]]] = {}
    for entry in settings.roster:
        if isinstance(entry, DailyEntry) and not entry.slot.backup:
            slots.setdefault((entry.unit, entry.duty), set()).add((entry.slot.start, entry.slot.end))
    ordered = {key: tuple(sorted(found)) for key, found in slots.items()}
    return Known(settings.units, settings.duty_kinds, settings.people, ordered, settings.zone, today)


def in_force(settings: Settings, connection: sa.Connection | None, since: datetime, until: datetime) -> Sequence[Shift]:
    """Return the roster between two instants: the settings, and what the database has over them (None: no database)."""
    layers = layers_between(settings, since, until)
    return lay(layers, ()) if connection is None else roster_over(connection, layers, since, until)


def batch_with(connection: sa.Connection, digest: str) -> int | None:
    """Return the batch in force that was made of a file with that SHA-256, None when there is none."""
    b = t.roster_batch.c
    wanted = sa.select(b.id).where(b.digest == digest, b.withdrawn_at.is_(None)).order_by(b.id)
    return connection.execute(wanted).scalars().first()
