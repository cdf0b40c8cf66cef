"""The course of an incident as a picture shows it: how its target was seen, and what people did and knew. Pure.

Only what was seen is up or down: what lies between the last good and the first bad look, what nobody saw, and the time
in which the daemon did not run, is UNKNOWN.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from monitord.domain.health import FAULTS, Health
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind, Row
from monitord.domain.marks import Mark, instant, marks
from monitord.domain.policy import PolicyStep
from monitord.domain.wiring import parts


class Band(StrEnum):
    """How a target was seen for a while."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time from `start` up to, not including, `end`, in which a target was seen alike."""

    start: datetime
    end: datetime
    band: Band


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn of an incident. `stretches` cover the time from `start` to `end` without a gap; `marks` are in
    order, and may lie behind `end`. `over` is when it was over, None while it runs; `down` how long it lasted in all
    its `episodes`."""

    code: str
    name: str
    now: datetime
    start: datetime
    end: datetime
    stretches: tuple[Stretch, ...]
    marks: tuple[Mark, ...]
    over: datetime | None
    down: timedelta
    episodes: int
    drill: bool = False


LEAD = 0.08
"""The part of the time that is shown before and after what happened."""
LEAST = timedelta(seconds=30)
BEFORE = timedelta(minutes=10)
"""For so long before its beginning an incident is drawn at least, if nobody had looked since it was seen well."""
_BANDS = {Health.UP: Band.UP, Health.DEGRADED: Band.DEGRADED, Health.DOWN: Band.DOWN, Health.UNKNOWN: Band.UNKNOWN}


def start_of(incident: Incident, now: datetime) -> datetime:
    """Return from when on an incident is drawn: shortly before it was seen well last, but no longer before its
    beginning than it lasts, where that is more than a few minutes. A whole is seen well by other targets."""
    begins, last = incident.occurred_at, _last(incident, now)
    if incident.last_good is not None and parts(incident.target) is None:
        begins = min(begins, max(incident.last_good, begins - max(BEFORE, last - begins)))
    return begins - max(LEAST, LEAD * (last - begins))


def _last(incident: Incident, now: datetime) -> datetime:
    return max(incident.occurred_at, incident.restored_at or now)


def timeline(
    incident: Incident,
    name: str,
    rows: Sequence[Row],
    now: datetime,
    roles: Callable[[str], str],
    addressee: Callable[[PolicyStep], str],
    alive: datetime | None = None,
    unread: datetime | None = None,
) -> Timeline:
    """Return what is drawn of an incident as of `now`.

    `rows` are its own rows, those of its target and of the daemon, in order, from `start_of` on and with the last of
    the target before that. `roles` names a duty or an organisation, `addressee` whom a step names; where those have no
    name the mark has none. `alive` is the last sign of a daemon that does not run any more; from `unread` on there are
    more rows than were read.
    """
    start, last = start_of(incident, now), _last(incident, now)
    end = now if incident.restored_at is None else min(now, last + max(LEAST, LEAD * (last - start)))
    end = max(end, start + LEAST)
    rows = [row for row in rows if row.ts <= max(now, end)]
    silences = list(_silences(rows))
    silences += [(one, end) for one in (alive, unread) if one is not None and one < end]
    return Timeline(
        code=incident.code,
        name=name,
        now=now,
        start=start,
        end=end,
        stretches=stretches(list(_changes(incident, rows)), silences, start, end),
        marks=tuple(sorted(marks(incident, rows, now, roles, addressee), key=lambda mark: mark.at)),
        over=incident.restored_at,
        down=incident.outage(incident.restored_at or now),
        episodes=incident.reopened + 1,
        drill=incident.drill,
    )


def stretches(
    changes: Sequence[tuple[datetime, Band]],
    silences: Iterable[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> tuple[Stretch, ...]:
    """Return the time from `start` to `end` in pieces: each change holds until the next, nothing is known before the
    first, and a silence is UNKNOWN whatever was seen before it. Pieces that are alike are one."""
    quiet = [(max(start, a), min(end, b)) for a, b in silences if min(end, b) > max(start, a)]
    edges = {start, end}
    edges |= {at for at, _ in changes if start < at < end}
    edges |= {at for span in quiet for at in span}
    ordered, found = sorted(edges), list[Stretch]()
    place, band = 0, Band.UNKNOWN
    silent = _covered(ordered, quiet)
    for n, (begins, ends) in enumerate(pairwise(ordered)):
        while place < len(changes) and changes[place][0] <= begins:
            band = changes[place][1]
            place += 1
        seen = Band.UNKNOWN if silent[n] else band
        if found and found[-1].band is seen:
            found[-1] = Stretch(found[-1].start, ends, seen)
        else:
            found.append(Stretch(begins, ends, seen))
    return tuple(found)


def _covered(edges: Sequence[datetime], spans: Iterable[tuple[datetime, datetime]]) -> list[bool]:
    """Return for each piece between two edges whether a span covers it; spans begin and end at edges."""
    steps: dict[datetime, int] = {}
    for begins, ends in spans:
        steps[begins] = steps.get(begins, 0) + 1
        steps[ends] = steps.get(ends, 0) - 1
    depth, found = 0, list[bool]()
    for at in edges:
        depth += steps.get(at, 0)
        found.append(depth > 0)
    return found


def _changes(incident: Incident, rows: Iterable[Row]) -> Iterator[tuple[datetime, Band]]:
    """Yield from when on the target was seen how, in order."""
    kinds = (FactKind.TARGET_SOFT, FactKind.TARGET_HARD, FactKind.TARGET_REMOVED)
    mine = [row for row in rows if row.target == incident.target and row.kind in kinds]
    # What is judged from other targets has no looks of its own: it was well until the first of them failed.
    judged = parts(incident.target) is not None
    band, since = Band.UNKNOWN, datetime.min.replace(tzinfo=incident.opened_at.tzinfo)
    if incident.last_good is not None or any(row.refs.get("was") == Health.UP for row in mine[:1]):
        band = Band.UP
        yield since, band
    blind: datetime | None = None
    for row in mine:
        seen, bad, good = instant(row, "seen") or row.ts, instant(row, "first_bad"), instant(row, "last_good")
        health = row.refs.get("now")
        if row.kind == FactKind.TARGET_SOFT:
            blind = (blind or seen) if health == Health.UNKNOWN else None
            continue
        found: list[tuple[datetime, Band]] = []
        if row.kind == FactKind.TARGET_REMOVED:
            found = [(row.ts, Band.UNKNOWN)]
        elif health == Health.UNKNOWN:
            found = [(blind or seen, Band.UNKNOWN)]
        elif health in FAULTS:
            now = _BANDS.get(Health(health), Band.DEGRADED)
            if band is Band.UP:
                begins = bad or seen
                # Somewhere between these two looks it failed.
                found = [(good, Band.UNKNOWN)] if good is not None and good < begins and not judged else []
                found.append((begins, now))
            elif band is Band.UNKNOWN and bad is not None and bad >= since:
                found = [(bad, now)]
            else:
                found = [(seen, now)]
        elif health == Health.UP:
            found = [(seen, Band.UP)]
        blind = None
        for at, what in found:
            band, since = what, max(since, at)
            yield since, band


def _silences(rows: Iterable[Row]) -> Iterator[tuple[datetime, datetime]]:
    for row in rows:
        if row.kind == FactKind.DAEMON_WAS_DOWN:
            ends = instant(row, "to") or row.ts
            yield min(ends, instant(row, "from") or row.ts), ends
