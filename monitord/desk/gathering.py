"""What was told before its cause was known becomes part of the incident of that cause."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from monitord.desk.context import Context, write
from monitord.desk.pictures import pictures
from monitord.desk.storms import hearers
from monitord.domain import handling
from monitord.domain.correlation import Picture
from monitord.domain.incident import RUNNING
from monitord.domain.network import TargetId
from monitord.domain.storm import told_in
from monitord.domain.wiring import parts
from monitord.store import tables as t
from monitord.store.rows import Moment, incident_of
from monitord.store.tx import Tx

_RUNNING = (
    sa.select(t.incident)
    .where(t.incident.c.target.in_(sa.bindparam("the_ids", expanding=True)), t.incident.c.phase.in_(RUNNING))
    .order_by(t.incident.c.id)
)


def gather(tx: Tx, context: Context, near: Sequence[TargetId], at: Moment) -> list[TargetId]:
    """Merge every incident of these whose fault another of their incidents explains into that, and return the targets
    of those that went."""
    running = {row["target"]: incident_of(row) for row in tx.sql.execute(_RUNNING, {"the_ids": list(near)}).mappings()}
    if len(running) < 2:
        return []
    now = pictures(tx, context, [name for name in near if parts(name) is not None])
    picture = now.firm
    gone = []
    for name, incident in list(running.items()):
        into = next((running[one] for one in _causes(picture, context, name) if one in running), None)
        if into is None or incident.unit != into.unit or incident.suspected or into.suspected:
            continue
        if now.soft.explained(name, context.targets[name][0].id) is None:
            continue  # its cause is about to change: what was seen last does not explain it any more
        merged, kept = handling.merged(incident, into, None, at.now, tx.told(incident.id))
        write(tx, replace(merged, notices=told_in(incident, merged.notices, hearers(tx, incident))), at)
        tx.append(kept.facts, at)
        tx.save(kept.incident)
        running[into.target] = kept.incident
        del running[name]
        gone.append(name)
    return gone


def _causes(picture: Picture, context: Context, target: TargetId) -> Iterator[TargetId]:
    """Yield what explains a target, and what explains that, up to the end, or to what was passed already."""
    here: TargetId | None = target
    passed = {target}
    while here is not None and here in context.targets:
        here = picture.explained(here, context.targets[here][0].id)
        if here is None or here in passed:
            return
        passed.add(here)
        yield here
