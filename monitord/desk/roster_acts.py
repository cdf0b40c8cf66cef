"""Every act on the roster by name; a file of acts is named here once."""

from collections.abc import Mapping
from typing import Any

from monitord.desk import (
    batches,
    deadlines,
    no_calls,
    overlaying,
    purging,
    sharing,
    swaps,
    verifying,
    viewing,
)
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused
from monitord.store.rows import Moment
from monitord.store.tx import Tx

ACTS: Mapping[str, RosterAct] = {
    **overlaying.ACTS,
    **batches.ACTS,
    **swaps.ACTS,
    **deadlines.ACTS,
    **viewing.ACTS,
    **sharing.ACTS,
    **verifying.ACTS,
    **no_calls.ACTS,
    **purging.ACTS,
}


def act(tx: Tx, context: Context, what: str, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Do one of the acts as that person; RosterRefused says why not."""
    if what not in ACTS:
        raise RosterRefused(f"there is no act {what!r} on the roster")
    return ACTS[what](tx, context, person, given, at)
