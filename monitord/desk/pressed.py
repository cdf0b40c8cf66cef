"""What each button does: under a letter about an incident, and under a bulletin."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from monitord.desk import (
    acting,
    bulletin_sending,
    closing,
    deadlines,
    declining,
    drawing,
    giving,
    handover,
    listing,
    menus,
    naming,
    no_calls,
    ringing,
    rollcall,
    swap_answers,
    touching,
)
from monitord.desk.acting import Press
from monitord.desk.context import Context
from monitord.domain.menus import Menu
from monitord.domain.notice import Button, Event
from monitord.domain.people import Person
from monitord.domain.update import Update
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

KEPT = frozenset({Event.HANDED, Event.REMINDER})
"""Letters to one person that are no step of the ladder: nobody's taking edits them."""


def take(press: Press) -> Pressed:
    """Take an incident; a letter that is not edited when somebody takes it shows what its reader can do with it now."""
    pressed = acting.take(press)
    if pressed.result is PressResult.TAKEN and press.notice["event"] in KEPT and menus.is_readers(press):
        menus.show(press, Menu.MAIN)
    return pressed


DOES: Mapping[Button, Callable[[Press], Pressed]] = {
    Button.TAKE: take,
    Button.RECEIPT: acting.receipt,
    Button.NOTED: acting.noted,
    Button.APPROVE: acting.approve,
    Button.LIST: listing.send_list,
    Button.PICTURE: drawing.send_picture,
    Button.CALLED: touching.called,
    Button.SNOOZE: touching.snooze,
    Button.ESCALATE: touching.escalate,
    Button.MORE: menus.more,
    Button.BACK: menus.back,
    Button.HAND: menus.whom,
    Button.HAND_TO: giving.hand_to,
    Button.CAUSE: menus.why,
    Button.CAUSE_IS: naming.cause_is,
    Button.RING: ringing.ring,
    Button.NO_CALLS: no_calls.press,
    Button.DECLINE: declining.why_not,
    Button.DECLINE_AS: declining.decline_as,
    Button.CLOSE: closing.close,
    Button.CLOSE_CAUSE: closing.close_cause,
    Button.CLOSE_AS: closing.close_as,
}
"""What a button under a letter about an incident does."""


def press_bulletin(tx: Tx, context: Context, presser: Person, row: Any, update: Update, at: Moment) -> Pressed:
    """A button under what is about no incident: a bulletin is approved or received, a test came, a shift is taken."""
    notice = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["notice"])).mappings().one()
    made = bulletin_sending.row_of(tx, notice["subject"])
    zone = context.settings.zone
    refs = {"update": update.update_id, "notice": notice["id"]}
    match Button(row["action"]):
        case Button.APPROVE if made is not None:
            try:
                before = bulletin_sending.approve(tx, context, made["key"], presser.id, at, **refs)
            except bulletin_sending.BulletinRefused as refused:
                answer = acting.refuse(tx, at, update, presser, None, refused.why)
                return answer if refused.why == "not_the_leader" else Pressed(PressResult.UNKNOWN)
            if before["approved_by"] is None and before["sent_at"] is None:
                return Pressed(PressResult.APPROVED, made["name"], at=at.now, zone=zone)
            by = tx.people().get(before["approved_by"] or "")
            return Pressed(
                PressResult.ALREADY_APPROVED,
                made["name"],
                by.name if by else "",
                at=before["sent_at"] or at.now,
                zone=zone,
            )
        case Button.RECEIPT if made is not None:
            organisation = context.settings.organisations.get(notice["organisation"] or "")
            if organisation is None or presser.id not in (*organisation.contacts, notice["person"]):
                return acting.refuse(tx, at, update, presser, None, "not_a_contact")
            bulletin_sending.receipt(tx, made, presser.id, organisation.id, at, **refs)
            return Pressed(PressResult.RECEIPT, made["name"], at=at.now, zone=zone)
        case Button.SHIFT if notice["event"] == Event.SHIFT_ASK and presser.id == notice["person"]:
            return rollcall.press(tx, context, presser, notice, at, refs)
        case Button.SENT if notice["event"] == Event.DEADLINE and presser.id == notice["person"]:
            return deadlines.press(tx, context, presser, notice, at)
        case Button.SHIFT_KNOWN if notice["event"] == Event.SHIFT_UNREAD and presser.id == notice["person"]:
            return rollcall.press(tx, context, presser, notice, at, refs, known=True)
        case Button.SHIFT_GIVE if notice["event"] == Event.HANDOVER and presser.id == notice["person"]:
            return handover.press(tx, context, presser, notice, at, refs)
        case Button.SWAP_TAKE | Button.SWAP_APPROVE | Button.SWAP_DECLINE if presser.id == notice["person"]:
            return swap_answers.press(tx, context, presser, notice, Button(row["action"]), at)
        case Button.HEARD if presser.id == notice["person"]:
            return Pressed(PressResult.HEARD, context.settings.name, at=at.now, zone=zone)
        case _:
            return acting.refuse(tx, at, update, presser, None, "not_ours")
