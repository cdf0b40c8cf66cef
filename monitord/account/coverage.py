"""What the roster lacks over a range, as it is planned today: the settings, what is written in the database, leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitord.domain.coverage import MARGIN, Hole, holes
from monitord.domain.people import Person
from monitord.settings.coverage import contract_of
from monitord.settings.model import Settings
from monitord.settings.shifts import layers_between
from monitord.store import tables as t
from monitord.store.roster import leaves, roster_over
from monitord.store.rows import person_of


@dataclass(frozen=True, slots=True)
class Looked:
    """What a roster lacks, and everybody by id."""

    holes: tuple[Hole, ...]
    people: Mapping[str, Person]


def look(
    connection: sa.Connection, settings: Settings, start: datetime, end: datetime, units: Iterable[str] | None = None
) -> Looked:
    """Return every hole of the roster of all units, or of those, within `[start, end)`."""
    people = people_of(connection, settings)
    layers = layers_between(settings, start - MARGIN, end + MARGIN)
    shifts = roster_over(connection, layers, start - MARGIN, end + MARGIN)
    contract = contract_of(settings, people, units)
    wanted = set(settings.units) if units is None else set(units)
    found = holes(contract, shifts, leaves(connection, start, end), start, end)
    return Looked(tuple(hole for hole in found if hole.unit in wanted), people)


def people_of(connection: sa.Connection, settings: Settings) -> dict[str, Person]:
    """Return everybody by id, with the addresses that were bound since; before the first start as the settings say."""
    kept = {row["id"]: person_of(row) for row in connection.execute(sa.select(t.person)).mappings()}
    return {**settings.people, **kept}
