"""Which places are on battery, and how long those last against the way of the team."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.pictures import pictures
from monitord.domain.extent import Battery
from monitord.domain.health import FAULTS, Health
from monitord.domain.network import TargetId
from monitord.domain.powering import Place
from monitord.domain.wiring import AREA, CUSTOMERS, SITE, parts
from monitord.store import tables as t
from monitord.store.tx import Tx

_w = t.target.c
_ROWS = sa.select(_w.id, _w.settled, _w.known, _w.first_bad, _w.lasts_until).where(
    _w.id.in_(sa.bindparam("the_ids", expanding=True))
)


def places_of(tx: Tx, context: Context, target: TargetId) -> tuple[Place, ...]:
    """Return the places of which the fault of a place or of a power area speaks; none for any other target."""
    grid = context.wiring.grid
    match parts(target):
        case ("site", ident) if ident in grid.places:
            return (grid.places[ident],)
        case ("area", ident) if ident in grid.areas:
            hit = pictures(tx, context, (target,)).firm.judge(target).sites
            return tuple(grid.places[one] for one in hit)
        case _:
            return ()


def is_power(target: TargetId) -> bool:
    """Return whether a target speaks of the power of a place, of an area, or of the customers there."""
    kind = parts(target)
    return kind is not None and kind[0] in (SITE, AREA, CUSTOMERS)


def failed_by(tx: Tx, context: Context, target: TargetId) -> list[TargetId]:
    """Return the targets by which a place or a power area has failed: the silent agents where nothing answers, else the
    power supplies without mains; of customers the ports that serve them."""
    kind, ident = parts(target) or ("", "")
    if kind == CUSTOMERS and ident in context.wiring.grid.customers:
        return list(pictures(tx, context, (target,)).soft.powers.customers(ident).ports)
    places = places_of(tx, context, target)
    powers = pictures(tx, context, (target,)).soft.powers
    found: list[TargetId] = []
    for place in places:
        found += place.agents if powers.dark(place) else [one for one in place.power if powers.supply(one) in FAULTS]
    return found


def batteries(tx: Tx, context: Context, places: Iterable[Place], now: datetime) -> tuple[Battery, ...]:
    """Return the places that run on battery and still answer, the one with the least time to spare first."""
    found = tuple(places)
    picture = pictures(tx, context, [target for place in found for target in (*place.power, *place.agents)]).firm
    on = [place for place in found if picture.powers.lost(place) and not picture.powers.dark(place)]
    known = {row.id: row for row in tx.sql.execute(_ROWS, {"the_ids": [p for place in on for p in place.power]})}
    return tuple(sorted((_battery(context, place, known, now) for place in on), key=lambda one: (one.spare, one.site)))


def _battery(context: Context, place: Place, known: dict[TargetId, Any], now: datetime) -> Battery:
    site = context.settings.sites[place.site]
    rows = [known[target] for target in place.power if target in known]
    lost = [row for row in rows if _health(row) in FAULTS]
    ends = list(_ends(lost, site.battery))
    left = None if not ends else max(timedelta(0), min(ends) - now)
    return Battery(site.name, left, site.travel, any(_health(row) is Health.DOWN for row in lost))


def _ends(lost: Iterable[Any], battery: timedelta | None) -> Iterator[datetime]:
    """Yield until when each power supply lasts: as it said itself, else by how long the settings say it does."""
    for row in lost:
        if row.lasts_until is not None:
            yield row.lasts_until
        elif battery is not None and row.first_bad is not None:
            yield row.first_bad + battery


def _health(row: Any) -> Health | None:
    seen = row.known if row.settled in (None, Health.UNKNOWN) else row.settled
    return None if seen is None else Health(seen)


def mains_lost(tx: Tx, context: Context, places: Iterable[Place]) -> datetime | None:
    """Return since when the first of these places is without mains, None when none is."""
    wanted = [target for place in places for target in place.power]
    rows = tx.sql.execute(_ROWS, {"the_ids": wanted}).all() if wanted else []
    return min((row.first_bad for row in rows if _health(row) in FAULTS and row.first_bad), default=None)
