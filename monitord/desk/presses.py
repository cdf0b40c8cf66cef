"""What comes in by Telegram: one transaction {update row, effect, journal, offset}.

Identity is the numeric id and nothing else.
"""

from typing import Any

import sqlalchemy as sa

from monitord.desk import acting, bulletins, listing
from monitord.desk.acting import Press
from monitord.desk.buttons import ref_token
from monitord.desk.context import GRACE, Context
from monitord.domain import signing
from monitord.domain.notice import Button
from monitord.domain.people import Person
from monitord.domain.update import Answer, Update, UpdateKind
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

OFFSET = "telegram_offset"
ACCEPTED = frozenset(
    {PressResult.TAKEN, PressResult.NOTED, PressResult.RECEIPT, PressResult.APPROVED, PressResult.LISTED}
)
NUMBERED_ANEW = 10_000
"""An update id this far below the offset was numbered anew (core.telegram.org/bots/api, Update)."""


def offset(tx: Tx) -> int | None:
    """Return the first update id not yet committed."""
    kept = tx.get(OFFSET)
    return None if kept is None else int(kept)


def take_update(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Answer:
    """Commit an update once; one that was seen before is answered as it was and changes nothing."""
    seen = tx.sql.execute(sa.select(t.tg_update.c.answer).where(t.tg_update.c.update_id == update.update_id)).scalar()
    if seen is not None:
        _advance(tx, update)
        return Answer(seen, accepted=False)
    answer = Answer()
    # A stranger's chatter is not kept: the offset alone moves on.
    if update.kind is UpdateKind.PRESS:
        pressed = _press(tx, context, key, update, at)
        accepted = pressed.result in ACCEPTED
        answer = Answer(context.words.press(pressed), accepted, pressed.result is PressResult.REFUSED)
        tx.sql.execute(
            t.tg_update.insert().values(
                update_id=update.update_id,
                received=at.now,
                user_id=update.user_id,
                kind=update.kind,
                answer=answer.text,
            )
        )
    _advance(tx, update)
    return answer


def _advance(tx: Tx, update: Update) -> None:
    kept = offset(tx)
    # After a week without updates Telegram numbers them anew, from anywhere: far below is not old, it is new.
    if kept is None or update.update_id >= kept or kept - update.update_id > NUMBERED_ANEW:
        tx.put(OFFSET, str(update.update_id + 1))


def _press(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Pressed:
    book = context.book(tx, at, GRACE)
    presser = next((p for p in book.people.values() if p.telegram == update.user_id), None)
    read = signing.read(key, update.data)
    row = None
    if read is not None:
        wanted = sa.and_(t.button.c.ref == ref_token(read[0]), t.button.c.action == read[1])
        row = tx.sql.execute(sa.select(t.button).where(wanted)).mappings().first()
    if presser is not None and row is not None and row["incident"] is None:
        return _press_bulletin(tx, context, presser, row, update, at)
    incident = tx.incident(row["incident"]) if row is not None else None
    if presser is None or row is None or incident is None:
        return acting.refuse(tx, at, update, presser, incident, "stranger" if presser is None else "not_ours")
    notice = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["notice"])).mappings().one()
    press = Press(tx, context, incident, presser, book, at, update, notice)
    match Button(row["action"]):
        case Button.TAKE:
            return acting.take(press)
        case Button.RECEIPT:
            return acting.receipt(press)
        case Button.NOTED:
            return acting.noted(press)
        case Button.APPROVE:
            return acting.approve(press)
        case Button.LIST:
            return listing.send_list(press)


def _press_bulletin(tx: Tx, context: Context, presser: Person, row: Any, update: Update, at: Moment) -> Pressed:
    """A button under a bulletin: a leader approves it, or its reader has it."""
    notice = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["notice"])).mappings().one()
    made = bulletins.row_of(tx, notice["subject"])
    zone = context.settings.zone
    match Button(row["action"]):
        case Button.APPROVE if made is not None:
            try:
                before = bulletins.approve(tx, context, made["key"], presser.id, at)
            except bulletins.BulletinRefused:
                return acting.refuse(tx, at, update, presser, None, "not_the_leader")
            if before["sent_at"] is None:
                return Pressed(PressResult.APPROVED, made["name"], at=at.now, zone=zone)
            by = tx.people().get(before["approved_by"] or "")
            return Pressed(
                PressResult.ALREADY_APPROVED, made["name"], by.name if by else "", at=before["sent_at"], zone=zone
            )
        case Button.RECEIPT if made is not None:
            organisation = context.settings.organisations.get(notice["organisation"] or "")
            if organisation is None or presser.id not in (*organisation.contacts, notice["person"]):
                return acting.refuse(tx, at, update, presser, None, "not_a_contact")
            bulletins.receipt(tx, made, presser.id, organisation.id, at)
            return Pressed(PressResult.RECEIPT, made["name"], at=at.now, zone=zone)
        case _:
            return acting.refuse(tx, at, update, presser, None, "not_ours")
