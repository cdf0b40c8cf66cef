"""Ids as people read them: persons from the database, everything else from the settings."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from monitord.domain.journal import Row
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts import pick
from monitord.texts.story import Words

_CHUNK = 500


def names_for(
    connection: sa.Connection, settings: Settings | None, rows: Iterable[Row], words: Words | None = None
) -> Mapping[str, str]:
    """Return words for the ids that the rows name: persons, duties, units, organisations, devices and targets.

    Without settings only persons have words; an id that has none is left out. Every word is one clean line.
    """
    named = {found for row in rows for found in _ids(row)}
    words = words or pick(settings.lang if settings else "vi")
    found = _persons(connection, sorted(named))
    if settings is not None:
        found = {ident: shown for ident in named if (shown := _of_settings(ident, settings, words))} | found
    return {ident: clean(shown) for ident, shown in found.items()}


def codes_for(connection: sa.Connection, rows: Iterable[Row]) -> Mapping[int, str]:
    """Return the numbers of the incidents that the rows name, as people say them: `SC-0602-014`."""
    wanted = sorted({row.incident for row in rows if row.incident is not None})
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        ids = wanted[start : start + _CHUNK]
        asked = sa.select(t.incident.c.id, t.incident.c.code).where(t.incident.c.id.in_(ids))
        found |= {row.id: row.code for row in connection.execute(asked)}
    return found


def _ids(row: Row) -> Iterator[str]:
    if row.target is not None:
        yield row.target
    if row.actor is not None:
        yield row.actor
    yield from _texts_in(row.refs, depth=3)


def _texts_in(value: Any, depth: int) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping() if depth:
            for key, inner in value.items():
                yield str(key)
                yield from _texts_in(inner, depth - 1)
        case list() if depth:
            for inner in value:
                yield from _texts_in(inner, depth - 1)


def _persons(connection: sa.Connection, ids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        asked = sa.select(t.person.c.id, t.person.c.name).where(t.person.c.id.in_(chunk))
        found |= {row.id: row.name for row in connection.execute(asked)}
    return found


def _of_settings(ident: str, settings: Settings, words: Words) -> str | None:
    for known in (settings.duty_kinds, settings.units, settings.organisations, settings.people):
        if ident in known:
            return known[ident].name
    if (owed := next((one for one in settings.deadlines if one.id == ident), None)) is not None:
        return owed.what
    if (whole := settings.name_of_whole(ident)) is not None:
        return whole
    device = settings.devices.get(ident.partition("/")[0])
    if device is None:
        return None
    if ident == device.id:
        return device.name
    target = next((target for target in device.targets if target.id == ident), None)
    if target is None:
        return words.target(device.name, ident.partition("/")[2])
    return words.target(device.name, target.title, target.instance or "")
