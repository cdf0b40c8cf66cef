"""What comes in by Telegram: one transaction {update row, effect, journal, offset}.

Identity is the numeric id and nothing else.
"""

from datetime import timedelta

import sqlalchemy as sa

from monitord.desk import acting, binding, canaries, contacts
from monitord.desk.acting import Press
from monitord.desk.buttons import ref_token
from monitord.desk.context import GRACE, Context
from monitord.desk.editing import letter_of
from monitord.desk.pressed import DOES, press_bulletin
from monitord.desk.typed import obey
from monitord.domain import signing
from monitord.domain.commands import NUMBERED, Verb, read_command
from monitord.domain.notice import Button, Event
from monitord.domain.people import Person
from monitord.domain.update import Answer, Update, UpdateKind
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

OFFSET, TELEGRAM = "telegram_offset", "telegram"
KEPT = timedelta(days=3)
"""How long an update is remembered."""
HEARD_KEPT = timedelta(days=31)
"""How long a text of another channel is remembered."""
ACCEPTED = frozenset(
    {
        PressResult.TAKEN,
        PressResult.NOTED,
        PressResult.RECEIPT,
        PressResult.HEARD,
        PressResult.SHIFT_TAKEN,
        PressResult.DEADLINE_SENT,
        PressResult.SHIFT_GIVEN,
        PressResult.APPROVED,
        PressResult.LISTED,
        PressResult.PICTURED,
        PressResult.CALLED,
        PressResult.SNOOZED,
        PressResult.ESCALATED,
        PressResult.MENU,
        PressResult.OLD_MENU,
        PressResult.CLOSED_MENU,
        PressResult.HANDED,
        PressResult.CAUSE_NOTED,
        PressResult.CLOSED,
        PressResult.RUNG,
        PressResult.DECLINED,
        PressResult.CLOSE_PROPOSED,
        PressResult.CANARY,
        PressResult.NOT_CALLED,
        PressResult.SWAP_TAKEN,
        PressResult.SWAP_APPROVED,
        PressResult.SWAP_DECLINED,
    }
)
NUMBERED_ANEW = 10_000
"""An update id this far below the offset was numbered anew (core.telegram.org/bots/api, Update)."""


def accounts(tx: Tx) -> frozenset[int]:
    """Return the accounts of our people, who alone are heard out."""
    return frozenset(p.telegram for p in tx.people().values() if p.telegram is not None)


def offset(tx: Tx) -> int | None:
    """Return the first update id not yet committed, None when there never was one."""
    kept = tx.get(OFFSET)
    return None if kept is None else int(kept)


def take_update(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Answer:
    """Commit an update once; one that was seen before is answered as it was and changes nothing."""
    seen = tx.sql.execute(sa.select(t.tg_update.c.answer).where(t.tg_update.c.update_id == update.update_id)).scalar()
    if seen is not None:
        _advance(tx, update)
        return Answer(seen, accepted=False)
    # A stranger's chatter is not kept: the offset alone moves on.
    answer = _answer(tx, context, key, update, at)
    if answer is not None and _is_remembered(update, answer):
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
    return answer or Answer()


def prune(tx: Tx, at: Moment) -> None:
    """Forget what will not be brought again: Telegram keeps its updates for a day, a mailbox keeps a letter longer."""
    tx.sql.execute(t.tg_update.delete().where(t.tg_update.c.received < at.now - KEPT))
    tx.sql.execute(t.heard.delete().where(t.heard.c.received < at.now - HEARD_KEPT))


def _is_remembered(update: Update, answer: Answer) -> bool:
    """Return whether an update that comes again must not have its effect again. Lists of people and of what runs have
    none and are not kept, nor are codes that are none."""
    if update.kind is UpdateKind.PRESS:
        return True
    command = read_command(update.data)
    return command is not None and (command.verb in NUMBERED or (command.verb is Verb.BIND and answer.accepted))


def _answer(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Answer | None:
    """Let an update have its effect; None for one that has none by its kind: only what a person of ours types to the
    bot alone is a command; in a group he can ask how the settings name it, and nothing else."""
    if update.kind is UpdateKind.PRESS:
        pressed = _press(tx, context, key, update, at)
        accepted = pressed.result in ACCEPTED
        return Answer(context.words.press(pressed), accepted, pressed.result is PressResult.REFUSED)
    if update.kind is not UpdateKind.TEXT:
        return None
    command = read_command(update.data)
    if update.chat_id != update.user_id:
        asks = command is not None and command.verb is Verb.GROUP and _person(tx, update.user_id) is not None
        where = f"chat: {update.chat_id}" + (f", topic: {update.topic}" if update.topic is not None else "")
        return Answer(context.words.page["group_where"].format(where=where), True) if asks else None
    if command is not None and command.verb is Verb.BIND:
        return _bind(tx, context, command.text, update, at)
    person = None if command is None else _person(tx, update.user_id)
    if command is None or person is None:
        return None
    contacts.confirmed(tx, person, TELEGRAM, at)
    canaries.person_heard(tx, context, TELEGRAM, at)
    text, accepted = obey(tx, context, person, command, update, at)
    return Answer(text, accepted)


def _bind(tx: Tx, context: Context, code: str, update: Update, at: Moment) -> Answer | None:
    """Somebody sends a code, whoever he is: the answer does not say whose it is."""
    is_one = binding.sent(tx, code, update, at)
    if is_one is None:
        return None
    return Answer(context.words.page["code_sent" if is_one else "code_wrong"], is_one)


def _person(tx: Tx, user: int) -> Person | None:
    found = [p for p in tx.people().values() if p.telegram == user]
    return found[0] if len(found) == 1 else None  # an account of two is nobody's


def _advance(tx: Tx, update: Update) -> None:
    kept = offset(tx)
    # After a week without updates Telegram numbers them anew, from anywhere: far below is not old, it is new.
    if kept is None or update.update_id >= kept or kept - update.update_id > NUMBERED_ANEW:
        tx.put(OFFSET, str(update.update_id + 1))


def _press(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Pressed:
    book = context.book(tx, at, GRACE)
    presser = _person(tx, update.user_id)
    if presser is not None and update.chat_id == update.user_id:
        contacts.confirmed(tx, presser, TELEGRAM, at)  # in a group he may be out of our reach all the same
    read = signing.read(key, update.data)
    row = None
    if read is not None:
        wanted = sa.and_(t.button.c.ref == ref_token(read[0]), t.button.c.action == read[1])
        row = tx.sql.execute(sa.select(t.button).where(wanted)).mappings().first()
    if row is not None and row["action"] == Button.CANARY:
        seen = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["notice"])).mappings().one()
        if canaries.pressed(tx, context, seen, update.user_id, at):
            return Pressed(PressResult.CANARY)
        return acting.refuse(tx, at, update, presser, None, "stranger" if presser is None else "not_ours")
    if presser is not None:
        canaries.person_heard(tx, context, "telegram", at)
    if presser is not None and row is not None and row["incident"] is None:
        return press_bulletin(tx, context, presser, row, update, at)
    incident = tx.incident(row["incident"]) if row is not None else None
    if presser is None or row is None or incident is None:
        return acting.refuse(tx, at, update, presser, incident, "stranger" if presser is None else "not_ours")
    notice = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["notice"])).mappings().one()
    menu = notice if notice["event"] == Event.MENU_EDIT else None
    letter = notice if menu is None else letter_of(tx, menu)
    press = Press(tx, context, incident, presser, book, at, update, letter, menu, row["value"])
    return DOES[Button(row["action"])](press)
