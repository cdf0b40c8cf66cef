"""The course of an incident, and the ring that it is about, read from the database as pictures show them."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.account.stored import fetch, selection, snapshot
from monitord.domain.correlation import Picture
from monitord.domain.health import FAULTS, Cause, Health
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind, Row
from monitord.domain.known import NOTHING, Known
from monitord.domain.marks import instant
from monitord.domain.network import BY_HAND, TargetId
from monitord.domain.policy import LEAVING, PolicyStep, Whom
from monitord.domain.ringsketch import RingSketch, sketch
from monitord.domain.timeline import Timeline, start_of, timeline
from monitord.domain.wiring import AGENT, RING, Wiring, parts, wiring_of
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.journal_rows import first_row
from monitord.store.rows import incident_of
from monitord.texts.story import Words

MOST = 5_000
"""Rows of which a course is made; what comes behind them was not read, and is shown so."""
QUIET = timedelta(minutes=3)
"""So long after its last sign of life the daemon counts as not running."""
_AT_ONCE = 500


def incident_by(connection: sa.Connection, shown: str | int) -> Incident | None:
    """Return the newest incident with that code, or the one of that id; None when there is none."""
    i = t.incident.c
    wanted = sa.select(t.incident).where(i.id == shown if isinstance(shown, int) else i.code == shown)
    row = connection.execute(wanted.order_by(i.id.desc()).limit(1)).mappings().first()
    return None if row is None else incident_of(row)


def course_of(
    connection: sa.Connection, settings: Settings, words: Words, incident: Incident, at: datetime, *, runs: bool
) -> Timeline:
    """Return the course of an incident as of an instant; `runs` says that the daemon does, so that its last sign of
    life says nothing."""
    with snapshot(connection):
        since = start_of(incident, at)
        rows = _rows(connection, incident, since)
        alive = None if runs else _last_sign(connection, at)
    unread = rows[-1].ts if len(rows) >= MOST else None
    name = name_of(settings, words, incident)
    return timeline(incident, name, rows, at, _roles(settings), _addressee(settings, words), alive, unread)


def ring_of(
    connection: sa.Connection, settings: Settings, words: Words, incident: Incident, at: datetime, *, runs: bool = True
) -> RingSketch | None:
    """Return the sketch of the ring that an incident is about: as it is while it runs, and as it was at its worst when
    it is over; None for an incident of anything else. Of a daemon that does not run it is as of its last sign of life.
    """
    kind, ident = parts(incident.target) or ("", "")
    ring = settings.topology.rings.get(ident) if kind == RING else None
    if ring is None:
        return None
    agents = {d.id: one.id for d in settings.devices.values() for one in d.targets if one.check == AGENT}
    wiring = wiring_of(settings.devices, settings.links, settings.topology, agents, settings.sites)
    near = wiring.around(incident.target)
    with snapshot(connection):
        last = None if runs else _last_sign(connection, at)
        when, known = last or at, known_now(connection, near)
        over = incident.restored_at is not None and incident.restored_at <= at
        if over:
            when, known = _worst(connection, wiring, near, incident)

    def seen(target: TargetId) -> Known:
        return known.get(target, NOTHING)

    def named(device: str) -> str:
        return "" if is_inside(settings, device) else settings.devices[device].name

    def linked(link: str) -> str:
        one = settings.links[link]
        return "" if is_inside(settings, one.a[0]) or is_inside(settings, one.b[0]) else one.name

    name = name_of(settings, words, incident)
    return sketch(ring, name, Picture(wiring, seen), seen, named, linked, when, incident.code, incident.drill, over)


def is_inside(settings: Settings, device: str) -> bool:
    """Return whether a device is not to be named outside of its unit."""
    known = settings.devices.get(device)
    site = settings.sites.get(known.site) if known is not None else None
    return known is not None and (known.keep_inside or (site is not None and site.keep_inside))


def name_of(settings: Settings, words: Words, incident: Incident) -> str:
    """Return what an incident is about, as a picture may say it that is sent on."""
    if incident.target.startswith(BY_HAND):
        return words.cause(Cause.REPORTED)  # what somebody wrote may name people
    whole = settings.name_of_whole(incident.target)
    if whole is not None:
        kind, ident = parts(incident.target) or ("", "")
        ring = settings.topology.rings.get(ident) if kind == RING else None
        link = settings.links.get(ident)
        site = settings.sites.get(ident.partition("@")[0]) if kind == "site" else None
        there = ring.members if ring is not None else (link.a[0], link.b[0]) if link is not None else ()
        hidden = any(is_inside(settings, one) for one in there) or (site is not None and site.keep_inside)
        return words.drawn["unnamed"] if hidden else whole
    device = settings.devices.get(incident.target.partition("/")[0])
    if device is None:
        return incident.target
    if is_inside(settings, device.id):
        return words.page["kept_inside"]
    target = next((one for one in device.targets if one.id == incident.target), None)
    return words.target(device.name, target.title if target else "", (target.instance or "") if target else "")


def known_now(connection: sa.Connection, targets: Sequence[TargetId]) -> dict[TargetId, Known]:
    """Return what is confirmed of targets."""
    c, found = t.target.c, dict[TargetId, Known]()
    for start in range(0, len(targets), _AT_ONCE):
        wanted = sa.select(c.id, c.settled, c.known, c.first_bad).where(c.id.in_(targets[start : start + _AT_ONCE]))
        for row in connection.execute(wanted):
            found[row.id] = Known(_health(row.settled), _health(row.known), row.first_bad)
    return found


def known_then(now: Mapping[TargetId, Known], rows: Sequence[Row], before: int) -> dict[TargetId, Known]:
    """Return what was confirmed of targets right before a row of the journal, by `rows`: all of their confirmed changes
    from some row up to now, in order. What did not change since was as it is."""
    found = dict(now)
    for row in reversed(rows):
        if row.seq < before:
            break
        was, target = _health(row.refs.get("was")), row.target or ""
        # A target that was new then, and well, has no word for what it was.
        was = was or Health.UP
        found[target] = Known(was, was if was is not Health.UNKNOWN else found.get(target, NOTHING).known)
    for row in rows:
        if row.seq >= before:
            break
        now_, target = _health(row.refs.get("now")), row.target or ""
        since = instant(row, "first_bad") if now_ in FAULTS else None
        found[target] = Known(now_, now_ if now_ is not Health.UNKNOWN else found.get(target, NOTHING).known, since)
    return found


def _worst(
    connection: sa.Connection, wiring: Wiring, near: Sequence[TargetId], incident: Incident
) -> tuple[datetime, dict[TargetId, Known]]:
    """Return when the most of a ring was lost and cut between beginning and end of an incident, and what was known
    then."""
    j = t.journal.c
    begins = first_row(connection, start_of(incident, incident.opened_at))
    wanted = selection().where(j.seq >= begins, j.kind == FactKind.TARGET_HARD, j.target.in_(near))
    rows = [one.row for one in fetch(connection, wanted.order_by(j.seq).limit(MOST)) if one.row is not None]
    now = known_now(connection, near)
    until = incident.restored_at or incident.opened_at
    best, ident = (-1, -1), (parts(incident.target) or ("", ""))[1]
    found = until, now
    if len(rows) >= MOST:
        return found  # what came later is not known, and so nothing of what was before
    mine = [row for row in rows if row.target in near and row.ts <= until]
    for row in mine[-200:]:
        then = known_then(now, rows, row.seq + 1)
        judged = Picture(wiring, lambda target, then=then: then.get(target, NOTHING)).ring(ident)  # type: ignore[misc]
        grave = len(judged.isolated), len(judged.links)
        if grave >= best:
            best, found = grave, (row.ts, then)
    return found


def _rows(connection: sa.Connection, incident: Incident, since: datetime) -> list[Row]:
    """Return the rows of which a course is made, in order: its own, those of its target, those of the daemon."""
    j = t.journal.c
    begins = first_row(connection, since)
    about = sa.and_(j.incident.is_(None), j.target == incident.target)
    mine = sa.or_(j.incident == incident.id, about, j.kind == FactKind.DAEMON_WAS_DOWN)
    found = fetch(connection, selection().where(j.seq >= begins, mine).order_by(j.seq).limit(MOST))
    before = selection().where(j.seq < begins, j.target == incident.target, j.kind == FactKind.TARGET_HARD)
    last = fetch(connection, before.order_by(j.seq.desc()).limit(1))
    return [one.row for one in (*last, *found) if one.row is not None]


def _last_sign(connection: sa.Connection, at: datetime) -> datetime | None:
    """Return when a daemon that does not run gave its last sign of life, None when it may run."""
    said = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == "alive_at")).scalar()
    newest = connection.execute(sa.select(t.journal.c.ts).order_by(t.journal.c.seq.desc()).limit(1)).scalar()
    signs = [one for one in (newest,) if one is not None]
    with contextlib.suppress(ValueError):
        signs += [] if said is None else [datetime.fromisoformat(said)]
    last = max(signs, default=None)
    return last if last is not None and at - last > QUIET else None


def _roles(settings: Settings) -> Callable[[str], str]:
    def role(ident: str) -> str:
        for known in (settings.duty_kinds, settings.organisations):
            if ident in known:
                return known[ident].name
        return ""

    return role


def _addressee(settings: Settings, words: Words) -> Callable[[PolicyStep], str]:
    role = _roles(settings)

    def addressee(step: PolicyStep) -> str:
        if step.whom is Whom.DUTY or step.whom in LEAVING:
            return role(step.ref) or step.ref
        person = settings.people.get(step.ref)
        return person.title if person is not None and person.title else words.drawn["somebody"]

    return addressee


def _health(word: object) -> Health | None:
    return Health(word) if isinstance(word, str) and word in list(Health) else None
