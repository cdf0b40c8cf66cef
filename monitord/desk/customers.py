"""What is known of the ONTs behind a PON port, or behind those of a power area whose customers have no power."""

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.power import failed_by
from monitord.domain.network import TargetId
from monitord.domain.pon import Onts, read_onts, summed
from monitord.domain.powering import PON
from monitord.domain.wiring import CUSTOMERS, parts
from monitord.store import tables as t
from monitord.store.tx import Tx

_DETAILS = sa.select(t.target.c.detail).where(t.target.c.id.in_(sa.bindparam("the_ids", expanding=True)))


def serves(context: Context, target: TargetId) -> bool:
    """Return whether a target speaks of the ONTs of customers."""
    found = context.targets.get(target)
    return found is not None and (found[1].check == PON or (parts(target) or ("",))[0] == CUSTOMERS)


def onts_of(tx: Tx, context: Context, target: TargetId) -> Onts | None:
    """Return the ONTs by which a target has failed, as they were seen last; None where none were, or for any other
    target."""
    if not serves(context, target):
        return None
    ports = [target] if parts(target) is None else failed_by(tx, context, target)
    details = tx.sql.execute(_DETAILS, {"the_ids": ports}).scalars()
    found = [onts for onts in (read_onts(detail or "") for detail in details) if onts is not None]
    return summed(found) if found else None
