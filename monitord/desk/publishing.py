"""Anchors of the journal on their way outside, in the writer's transaction: a row that says so, and notices that bear
it."""

from datetime import datetime

from monitord.desk.context import Context
from monitord.domain.anchor import Anchor
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Event, Notice, Priority
from monitord.store.rows import Moment
from monitord.store.tx import Tx

PUBLISHED = "anchor_published"
"""Key of `meta`: the instant for which the last anchor was sent outside."""


def published(tx: Tx) -> datetime | None:
    """Return for which instant an anchor was last sent outside, None before the first."""
    kept = tx.get(PUBLISHED)
    return None if kept is None else datetime.fromisoformat(kept)


def publish(tx: Tx, context: Context, anchor: Anchor, due: datetime, at: Moment) -> None:
    """Owe the anchor that was due then to everybody the settings name; for one instant this is done once only."""
    asked = context.settings.anchors
    if asked is None or published(tx) == due:
        return
    tx.put(PUBLISHED, stamp(due))
    refs = {"number": anchor.number, "seq": anchor.seq, "count": anchor.count, "people": list(asked.tell)}
    (row,) = tx.append([Fact(FactKind.JOURNAL_ANCHORED, refs={**refs, "anchor": anchor.line})], at)
    for person in asked.tell:
        tx.queue(Notice(None, Event.ANCHOR, person, "telegram", Priority.FOLLOW_UP, subject=str(row.seq)), at.now)
