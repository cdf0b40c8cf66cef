"""The list of a storm: every fault of its time with its own beginning and end, and what it was told with."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import TextIO

import sqlalchemy as sa

from monitord.account.export import guarded
from monitord.domain.health import FAULTS, Health
from monitord.domain.journal import FactKind, Row
from monitord.domain.network import Device
from monitord.domain.safe import clean
from monitord.domain.wiring import parts
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.journal_rows import first_row
from monitord.store.rows import journal_row
from monitord.texts.story import Words

EARLIER = timedelta(hours=12)
"""How long before a storm a fault may have begun that is in its list."""
LATER = timedelta(days=7)
"""How long after a storm the end of what it left is looked for."""
COLUMNS = ("target", "site", "commune", "health", "since", "restored", "duration", "code", "with")
"""The columns by the keys of their headings."""
_KINDS = (
    FactKind.TARGET_HARD,
    FactKind.TARGET_HELD,
    FactKind.TARGET_RELEASED,
    FactKind.INCIDENT_OPENED,
    FactKind.INCIDENT_REOPENED,
)


@dataclass(frozen=True, slots=True)
class StormRow:
    """A storm: its incident, its code and unit, its beginning and its end, None while it runs."""

    incident: int
    code: str
    unit: str
    opened_at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class Outage:
    """A fault of one target: `until` is None while it lasts; `code` its own incident, `by` what it was told with."""

    target: str
    health: Health
    since: datetime
    until: datetime | None = None
    code: str = ""
    by: str = ""


def storms(connection: sa.Connection) -> list[StormRow]:
    """Return all storms, the newest first."""
    rows = connection.execute(sa.select(t.storm).order_by(t.storm.c.incident.desc())).mappings()
    return [StormRow(row["incident"], row["code"], row["unit"], row["opened_at"], row["ended_at"]) for row in rows]


def storm_of(connection: sa.Connection, shown: str | int) -> StormRow | None:
    """Return the newest storm with that code, or the one that is that incident; None when there is none."""
    return next((one for one in storms(connection) if shown in (one.code, one.incident)), None)


def outages_of(connection: sa.Connection, storm: StormRow, settings: Settings) -> list[Outage]:
    """Return the faults of a storm's unit in its time, the earliest first, from the journal alone."""
    mine = {name for name, device in settings.devices.items() if device.unit == storm.unit}
    j = t.journal.c
    begins = first_row(connection, storm.opened_at - EARLIER)
    wanted = sa.select(t.journal).where(j.seq >= begins, j.kind.in_(_KINDS)).order_by(j.seq)
    if storm.ended_at is not None:
        wanted = wanted.where(j.seq < first_row(connection, storm.ended_at + LATER))
    codes: dict[int, str] = {}
    running: dict[str, Outage] = {}
    found: list[Outage] = []
    above: dict[str, str] = {}
    for row in map(journal_row, connection.execute(wanted).mappings()):
        target = row.target or ""
        if parts(target) is not None:
            if row.kind == FactKind.TARGET_HELD and row.refs.get("by"):
                above[target] = str(row.refs["by"][0])
            elif row.kind == FactKind.TARGET_RELEASED:
                above.pop(target, None)
        if target.partition("/")[0] not in mine:
            continue
        over = storm.ended_at is not None and row.ts > storm.ended_at
        if over and target not in running:
            continue  # after the storm only the end of what it left is of interest
        _take(row, target, running, found, codes)
    for one in found:
        passed = {one.by}
        while (higher := above.get(one.by)) is not None and higher not in passed:
            passed.add(higher)
            one.by = higher
    lasting = [one for one in found if one.until is None or one.until >= storm.opened_at]
    return sorted(lasting, key=lambda one: (one.since, one.target))


def _take(row: Row, target: str, running: dict[str, Outage], found: list[Outage], codes: dict[int, str]) -> None:
    """Let a row of the journal begin, end or name a fault."""
    lasting = running.get(target)
    match row.kind:
        case FactKind.TARGET_HARD if Health(row.refs["now"]) in FAULTS:
            if lasting is None:
                began = row.refs.get("first_bad")
                since = datetime.fromisoformat(began) if began else row.ts
                running[target] = Outage(target, Health(row.refs["now"]), since)
                found.append(running[target])
            else:
                lasting.health = Health(row.refs["now"])
        case FactKind.TARGET_HARD if row.refs["now"] == Health.UP and lasting is not None:
            seen = row.refs.get("seen")
            lasting.until = datetime.fromisoformat(seen) if seen else row.ts
            del running[target]
        case FactKind.TARGET_HELD if lasting is not None and row.refs.get("by"):
            lasting.by = str(row.refs["by"][0])
        case FactKind.TARGET_RELEASED if lasting is not None:
            lasting.by = ""
        case FactKind.INCIDENT_OPENED:
            codes[row.incident or 0] = str(row.refs["code"])
            if lasting is not None:
                lasting.code = codes[row.incident or 0]
        case FactKind.INCIDENT_REOPENED if lasting is not None:
            lasting.code = codes.get(row.incident or 0, "")


def in_words(outages: Sequence[Outage], settings: Settings, words: Words, now: datetime) -> Iterator[Mapping[str, str]]:
    """Yield the list as people read it, by the keys of `COLUMNS`."""
    for one in outages:
        device = settings.devices[one.target.partition("/")[0]]
        site = settings.sites[device.site]
        span = (one.until or now) - one.since
        yield {
            "target": _named(one.target, device, words),
            "site": clean(site.name),
            "commune": clean(site.commune),
            "health": words.health(one.health),
            "since": words.instant(one.since, settings.zone, seconds=True),
            "restored": "" if one.until is None else words.instant(one.until, settings.zone, seconds=True),
            "duration": words.duration(span),
            "code": one.code,
            "with": _cause(one.by, settings, words),
        }


def _named(target: str, device: Device, words: Words) -> str:
    known = next((t for t in device.targets if t.id == target), None)
    return clean(words.target(device.name, known.title if known else "", (known.instance or "") if known else ""))


def _cause(by: str, settings: Settings, words: Words) -> str:
    device = settings.devices.get(by.partition("/")[0])
    return clean(device.name if device is not None else settings.name_of_whole(by) or by)


def csv_of(connection: sa.Connection, storm: StormRow, settings: Settings, words: Words, now: datetime) -> str:
    """Return the list of a storm as CSV."""
    written = StringIO(newline="")
    write_csv(written, in_words(outages_of(connection, storm, settings), settings, words, now), words)
    return written.getvalue()


def write_csv(to: TextIO, rows: Iterator[Mapping[str, str]], words: Words) -> int:
    """Write the list as RFC 4180 and return how many lines it has; `to` must translate no line ends."""
    out = csv.writer(to, lineterminator="\r\n")
    out.writerow([guarded(words.table[key]) for key in COLUMNS])
    count = 0
    for row in rows:
        out.writerow([guarded(row[key]) for key in COLUMNS])
        count += 1
    return count
