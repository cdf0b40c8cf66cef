"""What is known of the network, read in the writer's transaction as correlation asks it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.correlation import Known, Picture, may_explain
from monitord.domain.health import Health, Hold
from monitord.domain.holding import Above
from monitord.domain.network import Device, Target, TargetId
from monitord.domain.wiring import parts
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
)
_READ = sa.select(*_COLUMNS).where(t.target.c.id.in_(sa.bindparam("the_ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Firm(Mapping[TargetId, Known]):
    """What is confirmed of each target, of those that were read."""

    rows: Mapping[TargetId, Any]

    def __getitem__(self, target: TargetId) -> Known:
        """Return what is confirmed of a target; KeyError when nobody ever looked."""
        row = self.rows[target]
        return Known(_health(row.settled), _health(row.known), row.first_bad)

    def __iter__(self) -> Iterator[TargetId]:
        """Yield the targets that were read."""
        return iter(self.rows)

    def __len__(self) -> int:
        """Return how many were read."""
        return len(self.rows)


class Soft(Firm):
    """What was seen last of each target, confirmed or not."""

    def __getitem__(self, target: TargetId) -> Known:
        """Return what was seen last of a target; KeyError when nobody ever looked."""
        row = self.rows[target]
        return Known(_health(row.seen), _health(row.known), row.first_bad)


def _health(word: str | None) -> Health | None:
    return None if word is None else Health(word)


class Pictures:
    """Two pictures of the network around a device, by what is confirmed and by what was seen last."""

    def __init__(self, tx: Tx, context: Context, around: Iterable[TargetId]) -> None:
        wiring = context.wiring
        wanted = dict.fromkeys(name for whole in around for name in wiring.looked_at(whole))
        devices = dict.fromkeys(context.targets[name][0].id for name in wanted if name in context.targets)
        for device in devices:
            for link in wiring.links_at.get(device, ()):
                for end in wiring.ports[link]:
                    wanted |= dict.fromkeys(filter(None, (end.target, wiring.agents.get(end.device))))
        self.rows = {row.id: row for row in tx.sql.execute(_READ, {"the_ids": list(wanted)})} if wanted else {}
        self._wiring = wiring
        self.firm = Picture(wiring, Firm(self.rows))
        self.soft = Picture(wiring, Soft(self.rows))

    def looked_at(self, links: Iterable[str]) -> datetime | None:
        """Return the instant since when every port of those links was looked at; None without any."""
        ports = {end.target for link in links for end in self._wiring.ports[link]}
        return min((row.edge_seen for name, row in self.rows.items() if name in ports), default=None)


def explainers(tx: Tx, context: Context, device: Device, target: Target, run: str) -> Iterator[Above]:
    """Yield what may explain the fault of a target: what does, and what was not looked at since, to be asked."""
    may = tuple(may_explain(context.wiring, target.id, device.id))
    if not may:
        return
    pictures = Pictures(tx, context, (target.id, *may))
    by = pictures.soft.explained(target.id, device.id)
    for one in may:
        if one == by:
            yield Above(one, Hold.PARENT, Health.DOWN, None)
            continue
        looks = {
            name: pictures.rows[name].edge_seen if pictures.rows[name].edge_boot == run else None
            for name in context.wiring.evidence(one, context.targets[one][0].id)
            if name in pictures.rows and name != target.id
        }
        yield Above(one, Hold.PARENT, Health.UP, None, evidence=tuple(looks.items()))


def links_of_whole(tx: Tx, context: Context, target: TargetId) -> tuple[str, ...]:
    """Return the links by which a whole has failed, or all of its links while it has not."""
    match parts(target):
        case None:
            return ()
        case ("link", ident):
            return (ident,)
        case ("ring", ident):
            every = tuple(link for joint in context.wiring.rings[ident].joints for link in joint)
        case (_, ident):
            every = context.wiring.links_along(ident)
    return Pictures(tx, context, (target,)).soft.judge(target).links or every
