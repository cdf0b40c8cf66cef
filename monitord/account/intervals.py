"""The spans in which targets were down, unseen or gone, read from the journal."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from monitord.account.availability import Intervals, Span
from monitord.account.stored import PAGE, fetch, selection, snapshot
from monitord.domain.health import FAULTS, Health
from monitord.domain.journal import FactKind, Row
from monitord.domain.network import TargetId
from monitord.store import tables as t

_OF_TARGETS = (
    FactKind.TARGET_SOFT,
    FactKind.TARGET_HARD,
    FactKind.TARGET_REMOVED,
    FactKind.INCIDENT_RESTORED,
)
_OF_ALL = (FactKind.DAEMON_WAS_DOWN, FactKind.SETTINGS_LOADED)
_ALIVE = "alive_at"
_MANY = 500
"""Targets from which on all rows are read and the others dropped."""


def read_intervals(
    connection: sa.Connection,
    targets: Collection[TargetId],
    maintenance: Mapping[TargetId, Sequence[Span]] | None = None,
) -> dict[TargetId, Intervals]:
    """Return what the journal knows of each target; one that nobody looked at has no `watched_from`.

    An outage begins with the first look that failed and ends with the first that was well, as its incident does. Not
    known is where the daemon was down (up to its last sign of life, when it is down now), where it saw nothing, and
    where the target was out of the settings. A target is watched from the settings in force at the first thing known of
    it: what is new and well leaves no row of its own. Rows that cannot be read are passed over.
    """
    courses = {target: _Course() for target in targets}
    silences: list[Span] = []
    loaded: list[datetime] = []
    for row in _rows(connection, courses):
        if row.kind == FactKind.DAEMON_WAS_DOWN:
            down = _at(row, "from") or row.ts
            silences.append(Span(down, max(down, _at(row, "to") or row.ts)))
        elif row.kind == FactKind.SETTINGS_LOADED:
            loaded.append(row.ts)
        elif row.target in courses:
            courses[row.target].take(row)
    present = _present(connection, courses)
    for target, course in courses.items():
        if target not in present:
            course.gone = course.gone or course.last
        elif (since := present[target]) is not None:
            course.is_back(since, well=True)
    alive = _last_sign(connection)
    if alive is not None:
        silences.append(Span(alive))
    planned = maintenance or {}
    return {
        target: course.intervals(loaded, silences, tuple(planned.get(target, ()))) for target, course in courses.items()
    }


@dataclass(slots=True)
class _Course:
    """The spans of one target, row by row; the running one has no end yet. `gone` is when it left the settings."""

    first: datetime | None = None
    first_was_well: bool = False
    last: datetime | None = None
    gone: datetime | None = None
    blind: datetime | None = None
    outages: list[Span] = field(default_factory=list)
    unknown: list[Span] = field(default_factory=list)

    def take(self, row: Row) -> None:
        """Go on by a row of the target."""
        seen, bad, good = _at(row, "seen") or row.ts, _at(row, "first_bad"), _at(row, "last_good")
        if row.kind != FactKind.INCIDENT_RESTORED:
            self.is_back(good or bad or seen, well=good is not None)
        self.last = seen
        now = row.refs.get("now")
        match row.kind:
            case FactKind.TARGET_SOFT:
                self.blind = (self.blind or seen) if now == Health.UNKNOWN else None
                return
            case FactKind.TARGET_HARD if now == Health.UNKNOWN:
                _open(self.unknown, self.blind or seen)
            case FactKind.TARGET_HARD if isinstance(now, str) and now in FAULTS:
                _close(self.unknown, seen)
                _open(self.outages, bad or seen)
            case FactKind.TARGET_HARD:
                _close(self.unknown, seen)
                _close(self.outages, seen)
            case FactKind.TARGET_REMOVED:
                _close(self.unknown, row.ts)
                _close(self.outages, row.ts)
                self.gone = row.ts
            case _:
                _close(self.outages, _at(row, "restored") or row.ts)
        self.blind = None

    def is_back(self, at: datetime, *, well: bool) -> None:
        """Note that the target was seen, for the first time at all or since it left the settings."""
        if self.first is None:
            self.first, self.first_was_well = at, well
        if self.gone is not None:
            self.unknown.append(Span(self.gone, max(self.gone, at)))
            self.gone = None

    def intervals(
        self, loaded: Sequence[datetime], silences: Sequence[Span], maintenance: tuple[Span, ...]
    ) -> Intervals:
        """Return what is known, `loaded` being the instants at which settings came into force, in order."""
        watched = self.first
        if watched is not None and self.first_was_well:
            # The settings in force at the first thing known of the target had it already.
            watched = max((at for at in loaded if at <= watched), default=watched)
        gone = () if self.gone is None else (Span(self.gone),)
        return Intervals(watched, tuple(self.outages), maintenance, (*self.unknown, *silences, *gone))


def _open(spans: list[Span], at: datetime) -> None:
    if not spans or spans[-1].end is not None:
        spans.append(Span(at))


def _close(spans: list[Span], at: datetime) -> None:
    if spans and spans[-1].end is None:
        spans[-1] = Span(spans[-1].start, max(spans[-1].start, at))


def _at(row: Row, name: str) -> datetime | None:
    """Return an instant that a row refers to, None when it names none that can be read."""
    try:
        at = datetime.fromisoformat(str(row.refs.get(name)))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _rows(connection: sa.Connection, targets: Collection[TargetId]) -> Iterator[Row]:
    j = t.journal.c
    of_targets = j.kind.in_(_OF_TARGETS) if len(targets) > _MANY else j.kind.in_(_OF_TARGETS) & j.target.in_(targets)
    wanted = selection().where(of_targets | j.kind.in_(_OF_ALL)).order_by(j.seq).limit(PAGE)
    after: int | None = None
    while True:
        with snapshot(connection):
            page = fetch(connection, wanted if after is None else wanted.where(j.seq > after))
        yield from (stored.row for stored in page if stored.row is not None)
        if len(page) < PAGE:
            return
        after = page[-1].seq


def _present(connection: sa.Connection, targets: Collection[TargetId]) -> dict[TargetId, datetime | None]:
    """Return the targets that are in the settings, and since when each has been seen as it is."""
    wanted = sa.select(t.target.c.id, t.target.c.since)
    with snapshot(connection):
        found = connection.execute(wanted).all()
    return {row.id: row.since for row in found if row.id in targets}


def _last_sign(connection: sa.Connection) -> datetime | None:
    """Return the last instant at which the daemon is known to have run."""
    with snapshot(connection):
        alive = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == _ALIVE)).scalar()
        newest = fetch(connection, selection().order_by(t.journal.c.seq.desc()).limit(1))
    signs = [stored.row.ts for stored in newest if stored.row is not None]
    try:
        signs += [] if alive is None else [datetime.fromisoformat(alive)]
    except ValueError:
        return max(signs, default=None)
    return max(signs, default=None)
