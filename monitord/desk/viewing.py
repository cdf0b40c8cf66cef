"""Looking at a roster with whole telephone numbers: only its keepers may, and each time is a row of the journal."""

from collections.abc import Mapping
from typing import Any

from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, keeper_of, span_of
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.safe import clean
from monitord.store.rows import Moment
from monitord.store.tx import Tx

LONGEST_NAME = 100
"""Characters of the name of a file that a row keeps."""


def view(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Note that somebody takes the roster of a unit with its telephone numbers; RosterRefused when he may not."""
    unit = keeper_of(tx, context, str(given["unit"]), person, at)
    start, end = span_of(given)
    refs = {"unit": unit.id, "from": stamp(start), "to": stamp(end)}
    private = {"file": clean(str(given.get("file") or ""), LONGEST_NAME)}
    tx.append([Fact(FactKind.ROSTER_VIEWED, actor=person, refs=refs, private=private)], at)
    return {"text": f"viewed:{unit.id}"}


ACTS: Mapping[str, RosterAct] = {"view": view}
