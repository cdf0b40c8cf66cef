"""The storms that run, and how many incidents of a unit there were lately, inside the writer's transaction."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.domain.incident import RUNNING, Incident, Phase
from monitord.domain.network import BY_HAND, OURSELVES
from monitord.domain.notice import Event, NoticeState
from monitord.domain.storm import STORM, Storm
from monitord.store import tables as t
from monitord.store.rows import incident_of
from monitord.store.tx import Tx

_i = t.incident.c
_UNIT: sa.BindParameter[str] = sa.bindparam("the_unit")
_WEATHER = sa.and_(
    _i.unit == _UNIT,
    _i.lane.is_(None),
    ~_i.suspected,
    ~_i.drill,
    *(~_i.target.startswith(beginning, autoescape=True) for beginning in (BY_HAND, f"{OURSELVES}/", STORM)),
)
"""The incidents of a unit that are counted for storms: `storm.is_weather`, and what stands beside the target."""
_RUNS = _i.phase.in_([phase.value for phase in RUNNING])
_LATELY = (
    sa.select(_i.id, _RUNS.label("runs"))
    .where(_WEATHER, _i.opened_at > sa.bindparam("the_since"), _i.opened_at <= sa.bindparam("the_now"))
    .order_by(_i.opened_at.desc())
    .limit(sa.bindparam("at_most"))
)
_RUNNING = sa.select(t.incident).where(_WEATHER, _RUNS).order_by(_i.id)
_AGAIN = (
    sa.select(_i.id)
    .where(_WEATHER, _RUNS, _i.episode_from > sa.bindparam("the_since"), _i.opened_at <= sa.bindparam("the_since"))
    .limit(sa.bindparam("at_most"))
)
_OPEN = sa.select(sa.func.count()).where(_WEATHER, _i.phase == Phase.OPEN.value)
_LEFT = sa.select(sa.func.count()).where(_i.storm == sa.bindparam("the_id"), _i.phase == Phase.OPEN.value)
_EPISODE = sa.select(sa.func.max(_i.episode_from)).where(_WEATHER, _RUNS)
_OPENED = sa.select(_i.opened_at).where(_WEATHER).order_by(_i.opened_at.desc()).limit(1)
_RESTORED = sa.select(sa.func.count()).where(_WEATHER, _i.restored_at > sa.bindparam("the_since"), ~_RUNS)
_NOW = sa.select(t.storm).where(t.storm.c.ended_at.is_(None))
_CARRIED = (
    sa.select(t.incident)
    .where(_i.storm == sa.bindparam("the_id"), _i.phase == Phase.OPEN.value, _i.id > sa.bindparam("the_last"))
    .order_by(_i.id)
    .limit(500)
)


def running_storm(tx: Tx, unit: str) -> Storm | None:
    """Return the storm that runs in a unit, None when none does."""
    return running_storms(tx).get(unit)


def running_storms(tx: Tx) -> dict[str, Storm]:
    """Return the storms that run, by their units."""
    if tx.storms is None:
        tx.storms = {row["unit"]: _storm_of(row) for row in tx.sql.execute(_NOW).mappings()}
    return tx.storms


def known_storm(tx: Tx, incident: int) -> Storm | None:
    """Return the storm that an incident is, whether it runs or is over; None when it is none."""
    row = tx.sql.execute(sa.select(t.storm).where(t.storm.c.incident == incident)).mappings().first()
    return None if row is None else _storm_of(row)


def begin_storm(tx: Tx, incident: Incident) -> Storm:
    """Write that an incident is a storm that begins, and return that."""
    storm = Storm(incident.id, incident.code, incident.unit, incident.opened_at)
    tx.sql.execute(t.storm.insert(), {"incident": storm.id, **_values(storm)})
    running_storms(tx)[storm.unit] = storm
    return storm


def save_storm(tx: Tx, storm: Storm) -> None:
    """Write how a storm is now."""
    tx.sql.execute(t.storm.update().where(t.storm.c.incident == storm.id), _values(storm))
    running_storms(tx)[storm.unit] = storm


def end_storm(tx: Tx, storm: Storm, now: datetime) -> None:
    """Write that a storm is over."""
    tx.sql.execute(t.storm.update().where(t.storm.c.incident == storm.id), {"ended_at": now})
    running_storms(tx).pop(storm.unit, None)


def lately(tx: Tx, unit: str, since: datetime, now: datetime, at_most: int) -> list[tuple[int, bool]]:
    """Return the newest incidents of a unit that opened after `since`, each with whether it runs, and those that run
    again since then; `at_most` of each."""
    asked = {"the_unit": unit, "the_since": since, "the_now": now, "at_most": at_most}
    opened = [(ident, bool(runs)) for ident, runs in tx.sql.execute(_LATELY, asked)]
    del asked["the_now"]
    return opened + [(ident, True) for ident in tx.sql.execute(_AGAIN, asked).scalars()]


def count_open(tx: Tx, unit: str) -> int:
    """Return how many incidents of a unit that are counted for storms run and are in nobody's hands."""
    return int(tx.sql.execute(_OPEN, {"the_unit": unit}).scalar_one())


def count_left(tx: Tx, storm: Storm) -> int:
    """Return how many incidents a storm tells of now."""
    return int(tx.sql.execute(_LEFT, {"the_id": storm.id}).scalar_one())


def last_failure(tx: Tx, unit: str) -> datetime | None:
    """Return when anything of a unit that is counted for storms failed last."""
    found = [tx.sql.execute(one, {"the_unit": unit}).scalar() for one in (_OPENED, _EPISODE)]
    return max((at for at in found if at is not None), default=None)


def running_in(tx: Tx, unit: str) -> list[Incident]:
    """Return the running incidents of a unit that are counted for storms, oldest first."""
    return [incident_of(row) for row in tx.sql.execute(_RUNNING, {"the_unit": unit}).mappings()]


def heard_summaries(tx: Tx, storm: int) -> list[tuple[str, str]]:
    """Return who got a summary of a storm, by which channel."""
    o = t.outbox.c
    sent = sa.and_(o.incident == storm, o.event == Event.STORM, o.state == NoticeState.SENT)
    rows = tx.sql.execute(sa.select(o.person, o.channel).where(sent).group_by(o.person, o.channel))
    return sorted((row.person, row.channel) for row in rows)


def count_restored(tx: Tx, unit: str, since: datetime) -> int:
    """Return how many incidents of a unit that are counted for storms ended after an instant and are over."""
    return int(tx.sql.execute(_RESTORED, {"the_unit": unit, "the_since": since}).scalar_one())


def carried_by(tx: Tx, storm: Storm) -> Iterator[Incident]:
    """Yield the open incidents that a storm tells of, oldest first."""
    last = 0
    while found := tx.sql.execute(_CARRIED, {"the_id": storm.id, "the_last": last}).mappings().all():
        yield from map(incident_of, found)
        last = found[-1]["id"]


def _storm_of(row: Any) -> Storm:
    return Storm(
        id=row["incident"],
        code=row["code"],
        unit=row["unit"],
        opened_at=row["opened_at"],
        waves=row["waves"],
        calm=row["calm"],
        told=row["told"],
        told_at=row["told_at"],
        lost=row["lost"],
        running=row["running"],
    )


def _values(storm: Storm) -> dict[str, Any]:
    return {name: getattr(storm, name) for name in ("code", "unit", "opened_at", "waves", "calm", "told", "told_at",
                                                    "lost", "running")}  # fmt: skip
