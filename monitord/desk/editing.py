"""Edits in place of a message that was sent: which message it is, and the words that stand there."""

from typing import Any

import sqlalchemy as sa

from monitord.domain.menus import asked
from monitord.domain.notice import Event, NoticeState
from monitord.store import tables as t
from monitord.store.tx import Tx


def letter_of(tx: Tx, notice: Any) -> Any:
    """Return the notice by which the message of a notice was sent: its own, or the one that it edits."""
    if notice["edits"] is None:
        return notice
    return tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == notice["edits"])).mappings().one()


def edited_message(tx: Tx, row: Any) -> str | None:
    """Return what the channel calls the message that a row edits, None where nobody knows: for a menu the one under
    which it was asked for, which of two that arrived need not be the one that was marked as sent."""
    if row["event"] == Event.MENU_EDIT and (under := asked(row["subject"]).message):
        return under
    known: str | None = tx.sql.execute(sa.select(t.outbox.c.message_ref).where(t.outbox.c.id == row["edits"])).scalar()
    return known


def words_there(tx: Tx, row: Any) -> str | None:
    """Return the text that the message of a menu says without it; None where it is not known."""
    o = t.outbox.c
    mine = sa.or_(o.id == row["edits"], o.edits == row["edits"])
    shown = sa.select(o.text).where(mine, o.event != Event.MENU_EDIT, o.text.is_not(None))
    last = shown.where(o.state == NoticeState.SENT).order_by(o.accepted_at.desc(), o.id.desc()).limit(1)
    found: str | None = tx.sql.execute(last).scalar() or tx.sql.execute(shown.order_by(o.id).limit(1)).scalar()
    return found


def edited_since(tx: Tx, row: Any) -> bool:
    """Return whether the same message has been edited by a later notice, or is to be."""
    o = t.outbox.c
    alive = o.state.not_in([NoticeState.SUPERSEDED, NoticeState.DEAD])
    later = sa.select(o.id).where(o.edits == row["edits"], o.id > row["id"], alive).limit(1)
    return tx.sql.execute(later).first() is not None
