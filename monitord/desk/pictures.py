"""What is known of the network, read in the writer's transaction as correlation asks it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.correlation import Picture
from monitord.domain.explaining import may_explain
from monitord.domain.health import Health, Hold
from monitord.domain.holding import Above
from monitord.domain.known import NOTHING, Known
from monitord.domain.network import Device, Target, TargetId
from monitord.domain.wiring import LINK, SITE, parts
from monitord.store import tables as t
from monitord.store.tx import Tx

_COLUMNS = (
    t.target.c.id,
    t.target.c.seen,
    t.target.c.settled,
    t.target.c.known,
    t.target.c.first_bad,
    t.target.c.edge_seen,
    t.target.c.edge_boot,
    t.target.c.flapping,
    t.target.c.history,
)
AT_ONCE = 5_000
"""Rows that one statement reads: a database takes so many values and not more."""
Looks = tuple[tuple[TargetId, datetime | None], ...]
Span = tuple[datetime, datetime] | None
NEVER = datetime.min.replace(tzinfo=UTC)
_READ = sa.select(*_COLUMNS).where(t.target.c.id.in_(sa.bindparam("the_ids", expanding=True)))


class Sights:
    """What is known of targets, read when it is first asked for."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._rows: dict[TargetId, Any] = {}
        self._firm: dict[TargetId, Known] = {}
        self._soft: dict[TargetId, Known] = {}

    def forget(self, target: TargetId) -> None:
        """Read a target anew when it is asked for next."""
        for kept in (self._rows, self._firm, self._soft):
            kept.pop(target, None)

    def load(self, targets: Iterable[TargetId]) -> None:
        """Read many at once, those that were not read yet."""
        missing = [name for name in dict.fromkeys(targets) if name not in self._rows]
        for start in range(0, len(missing), AT_ONCE):
            wanted = missing[start : start + AT_ONCE]
            self._rows |= dict.fromkeys(wanted)
            self._rows |= {row.id: row for row in self._tx.sql.execute(_READ, {"the_ids": wanted})}

    def row(self, target: TargetId) -> Any:
        """Return the row of a target, None when nobody ever looked."""
        if target not in self._rows:
            self.load([target])
        return self._rows[target]

    def firm(self, target: TargetId) -> Known:
        """Return what is confirmed of a target."""
        found = self._firm.get(target)
        if found is None:
            row = self.row(target)
            found = NOTHING if row is None else Known(_health(row.settled), _health(row.known), row.first_bad)
            self._firm[target] = found
        return found

    def soft(self, target: TargetId) -> Known:
        """Return what was seen last of a target, confirmed or not; a look that saw nothing changes nothing."""
        found = self._soft.get(target)
        if found is None:
            row = self.row(target)
            found = NOTHING
            if row is not None:
                seen = row.settled if row.seen == Health.UNKNOWN else row.seen
                found = Known(_health(seen), _health(row.known), row.first_bad)
            self._soft[target] = found
        return found


def _health(word: str | None) -> Health | None:
    return None if word is None else Health(word)


class Pictures:
    """Two pictures of the network, by what is confirmed and by what was seen last.

    What is worked out holds until something is seen otherwise (`Tx.seen_otherwise`).
    """

    def __init__(self, tx: Tx, context: Context) -> None:
        self.context = context
        self.sights = Sights(tx)
        self._evidence: dict[tuple[TargetId, str], tuple[Looks, Span]] = {}
        self.firm = Picture(context.wiring, self.sights.firm)
        self.soft = Picture(context.wiring, self.sights.soft)

    def seen_otherwise(self, target: TargetId) -> None:
        """Work out anew what was worked out before a target was seen otherwise."""
        self.sights.forget(target)
        self._evidence.clear()
        self.firm = Picture(self.context.wiring, self.sights.firm)
        self.soft = Picture(self.context.wiring, self.sights.soft)

    def near(self, around: Iterable[TargetId]) -> "Pictures":
        """Return the pictures, after reading at once what is needed around some targets."""
        self.sights.load(name for target in around for name in self.context.wiring.around(target))
        return self

    def restless(self, target: TargetId) -> str | None:
        """Return the history of what flaps of a link or a place, None while nothing does."""
        if (parts(target) or ("",))[0] not in (LINK, SITE):
            return None  # of much that is judged together one that flaps must not hush the rest
        rows = [self.sights.row(name) for name in self.context.wiring.looked_at(target)]
        return next((row.history for row in rows if row is not None and row.flapping), None)

    def evidence(self, target: TargetId, run: str) -> tuple[Looks, Span]:
        """Return the looks by which is known whether a target explains anything, and the oldest and the newest of them;
        None where one is missing in this run."""
        found = self._evidence.get((target, run))
        if found is None:
            wanted = self.context.wiring.evidence(target, self.context.targets[target][0].id)
            rows = [(name, self.sights.row(name)) for name in wanted]
            looks = tuple(
                (name, _looked_at(row) if row.edge_boot == run else None) for name, row in rows if row is not None
            )
            known = [at for _, at in looks if at is not None]
            span = (min(known), max(known)) if known and len(known) == len(looks) else None
            found = self._evidence[target, run] = looks, span
        return found

    def looked_again(self, target: TargetId) -> None:
        """Say that a target was looked at and is as it was."""
        self.sights.forget(target)
        self._evidence.clear()

    def looked_at(self, links: Iterable[str]) -> datetime | None:
        """Return the instant since when every port of those links was looked at; None where one was not."""
        ports = {end.target for link in links for end in self.context.wiring.ports[link] if end.target is not None}
        rows = [self.sights.row(name) for name in ports]
        looks = [_looked_at(row) for row in rows if row is not None]
        return None if NEVER in looks else min(looks, default=None)


def pictures(tx: Tx, context: Context, around: Iterable[TargetId]) -> Pictures:
    """Return the pictures of the network around some targets, in this transaction."""
    found = tx.pictures
    if not isinstance(found, Pictures) or found.context is not context:
        tx.pictures = found = Pictures(tx, context)
    return found.near(around)


def _looked_at(row: Any) -> datetime:
    """Return the instant of the last look at a target; one that saw nothing, and is not confirmed, was none."""
    blank = row.seen == Health.UNKNOWN and row.settled != Health.UNKNOWN
    return NEVER if blank else row.edge_seen


def explainers(tx: Tx, context: Context, device: Device, target: Target, run: str) -> Iterator[Above]:
    """Yield what explains the fault of a target; while nothing does, what may, each with its last look."""
    may = tuple(may_explain(context.wiring, target.id, device.id))
    if not may:
        return
    now = pictures(tx, context, (target.id, *may))
    by = now.soft.explained(target.id, device.id)
    if by is not None:
        yield Above(by, Hold.PARENT, Health.DOWN, None)
        return
    for one in may:
        evidence, span = now.evidence(one, run)
        yield Above(one, Hold.PARENT, Health.UP, None, evidence=evidence, between=span, own=target.id)


def links_of_whole(tx: Tx, context: Context, target: TargetId) -> tuple[str, ...]:
    """Return the links by which a whole has failed, or all of its links while it has not."""
    match parts(target):
        case None:
            return ()
        case ("link", ident):
            return (ident,)
        case ("ring", ident):
            every = context.wiring.links_around(ident)
        case ("route", ident):
            every = context.wiring.links_along(ident)
        case _:
            return ()
    return pictures(tx, context, (target,)).soft.judge(target).links or every
