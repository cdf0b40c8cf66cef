"""The board: everything the first page shows, read in one short transaction, with names and words in place of ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.account.cards import IncidentCard, Names, RestoredLine, one_line, read_cards, read_restored
from monitord.account.journal_log import in_words
from monitord.account.stored import fetch, selection, snapshot
from monitord.domain.campaign import campaigns_at
from monitord.domain.dutybook import DutyBook
from monitord.domain.health import Cause, Health, Hold
from monitord.domain.incident import RUNNING
from monitord.domain.journal import FactKind
from monitord.domain.network import Target
from monitord.domain.people import Person
from monitord.domain.roster import on_duty
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.roster import shifts_covering
from monitord.store.rows import person_of
from monitord.texts.coverage import campaign_line
from monitord.texts.story import Words

MOST_LINES = 100
MOST_TARGETS = 20_000
MOST_PEOPLE = 5_000
MOST_SHIFTS = 2_000
SEARCHED = 20_000
"""Journal rows searched for those that are shown."""


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target as the desk knows it; `name` is empty when it is the device itself.

    `health` is None before the first look, and `since` the look that first saw it;
    `soft` is (looks that failed, looks needed) while a fault waits to be confirmed.
    """

    id: str
    name: str
    health: Health | None
    soft: tuple[int, int] | None
    held: tuple[Hold, ...]
    since: datetime | None
    cause: Cause | None
    detail: str

    @property
    def quiet(self) -> bool:
        """Return True when there is nothing to be seen here."""
        return self.health is Health.UP and self.soft is None


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One device with its targets."""

    name: str
    targets: tuple[TargetLine, ...]

    @property
    def quiet(self) -> bool:
        """Return True when all of it is well."""
        return all(target.quiet for target in self.targets)


@dataclass(frozen=True, slots=True)
class SiteGroup:
    """The devices of one unit at one site."""

    id: str
    name: str
    unit: str
    devices: tuple[DeviceLine, ...]

    @property
    def quiet(self) -> bool:
        """Return True when all of it is well."""
        return all(device.quiet for device in self.devices)

    @property
    def well(self) -> int:
        """Return the number of targets that are well."""
        return sum(target.quiet for device in self.devices for target in device.targets)

    @property
    def worst(self) -> Health:
        """Return the health to mark the site with: a fault before what is not known, that before well."""
        seen = [target.health for device in self.devices for target in device.targets if not target.quiet]
        faults = [health for health in (Health.DOWN, Health.AUTH, Health.GARBLED, Health.DEGRADED) if health in seen]
        return faults[0] if faults else Health.UNKNOWN if seen else Health.UP


@dataclass(frozen=True, slots=True)
class LogLine:
    """A journal row in words."""

    seq: int
    at: datetime
    kind: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Who is on one kind of duty of one unit now; nobody is a gap."""

    unit: str
    duty: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What the page shows. `running` counts all incidents that are not over, also those that are cut from the list."""

    now: datetime
    counts: Mapping[Health, int]
    running: int
    incidents: tuple[IncidentCard, ...]
    restored: tuple[RestoredLine, ...]
    sites: tuple[SiteGroup, ...]
    log: tuple[LogLine, ...]
    duties: tuple[DutyLine, ...]
    campaigns: tuple[str, ...] = ()
    """What holds while a campaign does, a line each."""

    @property
    def all_well(self) -> bool:
        """Return True when nothing runs and everything was seen to be well: not having looked is not being well."""
        return not self.running and all(site.quiet for site in self.sites)


def read_board(connection: sa.Connection, settings: Settings, words: Words, now: datetime) -> Board:
    """Return the board at `now`, in one transaction and by bounded queries; the errors of the database pass through."""
    with snapshot(connection):
        names = _names(connection, settings, words, now)
        sites = _sites(connection, names)
        seen = [line.health or Health.UNKNOWN for site in sites for device in site.devices for line in device.targets]
        running = sa.select(sa.func.count()).select_from(t.incident).where(t.incident.c.phase.in_(RUNNING))
        return Board(
            now=now,
            counts={health: seen.count(health) for health in Health},
            running=connection.execute(running).scalar_one(),
            incidents=read_cards(connection, names),
            restored=read_restored(connection, names),
            sites=sites,
            log=journal_lines(connection, settings, words)[::-1],
            duties=_duties(names, now),
            campaigns=tuple(
                one_line(campaign_line(words, settings.zone, one)) for one in campaigns_at(settings.campaigns, now)
            ),
        )


def journal_lines(
    connection: sa.Connection, settings: Settings, words: Words, after_seq: int | None = None, limit: int = MOST_LINES
) -> tuple[LogLine, ...]:
    """Return journal rows in words, oldest first: those after `after_seq`, or the newest ones when it is None.

    First looks that found a target well are left out: at a first start there is one for each.
    """
    j = t.journal.c
    # Refs are canonical JSON, so that these two pieces stand in them exactly so.
    first_look = sa.and_(
        j.kind == FactKind.TARGET_HARD,
        j.refs.contains('"now":"up"', autoescape=True),
        j.refs.contains('"was":null', autoescape=True),
    )
    wanted = selection().where(sa.not_(first_look)).limit(max(0, limit))
    with snapshot(connection):
        if after_seq is not None:
            found = fetch(connection, wanted.where(j.seq > after_seq).order_by(j.seq))
        else:
            newest = connection.execute(sa.select(sa.func.max(j.seq))).scalar() or 0
            found = fetch(connection, wanted.where(j.seq > newest - SEARCHED).order_by(j.seq.desc()))[::-1]
        lines = in_words(connection, settings, words, found)
    return tuple(LogLine(line.seq, line.ts, line.kind, line.incident or "", line.text) for line in lines)


def _names(connection: sa.Connection, settings: Settings, words: Words, now: datetime) -> Names:
    everybody = sa.select(t.person).limit(MOST_PEOPLE)
    people = {row["id"]: person_of(row) for row in connection.execute(everybody).mappings()}
    shifts = shifts_covering(connection, now)[:MOST_SHIFTS]
    book = DutyBook(now, shifts, people, settings.units, settings.organisations, settings.duty_kinds)
    targets = {target.id: (device, target) for device in settings.devices.values() for target in device.targets}
    return Names(settings, words, book, targets)


def _duties(names: Names, now: datetime) -> tuple[DutyLine, ...]:
    """The duties that the roster speaks of: a kind that a unit never has is no gap."""
    settings, book = names.settings, names.book
    kept = {(entry.unit, entry.duty) for entry in settings.roster}
    lines = []
    for unit in settings.units.values():
        for kind in settings.duty_kinds.values():
            if (unit.id, kind.id) in kept:
                ids = on_duty(book.shifts, unit.id, kind.id, now)
                people = tuple(book.people.get(ident) or Person(ident, ident, unit.id) for ident in ids)
                lines.append(DutyLine(unit.name, kind.name, people))
    return tuple(lines)


# --- targets ----------------------------------------------------------------------------------------------------------


def _sites(connection: sa.Connection, names: Names) -> tuple[SiteGroup, ...]:
    """Every target of the settings, also those not looked at yet, by unit and site, in the order of the files."""
    rows = {row["id"]: row for row in connection.execute(sa.select(t.target).limit(MOST_TARGETS)).mappings()}
    groups: dict[tuple[str, str], list[DeviceLine]] = {}
    for device in names.settings.devices.values():
        unnamed = sum(not (target.title or target.instance) for target in device.targets)
        lines = tuple(_target_line(target, rows.get(target.id), unnamed > 1) for target in device.targets)
        groups.setdefault((device.unit, device.site), []).append(DeviceLine(one_line(device.name), lines))
    sites = []
    for (unit, site), devices in groups.items():
        sites.append(
            SiteGroup(
                id=f"{unit}-{site}",
                name=names.settings.sites[site].name if site in names.settings.sites else site,
                unit=names.settings.units[unit].name if unit in names.settings.units else unit,
                devices=tuple(devices),
            )
        )
    order = list(dict.fromkeys(site.unit for site in sites))
    return tuple(sorted(sites, key=lambda site: order.index(site.unit)))


def _target_line(target: Target, row: Any, ambiguous: bool) -> TargetLine:
    name = target.title or target.instance or (target.check if ambiguous else "")
    if target.instance and target.instance not in name:
        name = f"{name} ({target.instance})"
    if row is None or row["seen"] is None:
        return TargetLine(target.id, one_line(name), None, None, (), None, None, "")
    soft = (row["attempt"], row["confirm"]) if row["firmness"] == "soft" and row["attempt"] else None
    return TargetLine(
        id=target.id,
        name=one_line(name),
        health=Health(row["seen"]),
        soft=soft,
        held=tuple(Hold(h) for h in row["held"]),
        since=row["since"],
        cause=Cause(row["cause"]) if row["cause"] else None,
        detail=one_line(row["detail"] or ""),
    )
