"""The buttons under a letter, and the references by which a press is known again."""

import base64
from typing import Any

import sqlalchemy as sa

from monitord.desk import deadlines, swap_letters, unread
from monitord.desk.context import Context
from monitord.desk.editing import letter_of
from monitord.desk.said import proposed
from monitord.domain import signing
from monitord.domain.dutybook import GRAVEST
from monitord.domain.group import is_group
from monitord.domain.incident import Incident, Phase
from monitord.domain.menus import Choice, Menu, asked, offered, rows
from monitord.domain.notice import CALLS, Button, ButtonFace, Event
from monitord.domain.policy import Whom, step_of
from monitord.domain.storm import unit_of
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

Faces = tuple[tuple[ButtonFace, ...], ...]
LISTED = frozenset({Event.STEP, Event.STORM, Event.TAKEN_EDIT, Event.RESTORED_EDIT})
"""Under what of a storm its list can be asked for; a message that is edited keeps that button."""


BESIDE = [Button.CALLED, Button.ESCALATE, Button.MORE]
"""What stands beside "take it" under a letter that asks the desk: to have called is not yet to have taken."""
HOLDING = [Button.CALLED, Button.SNOOZE, Button.ESCALATE, Button.MORE]
"""What stands under the letters of whoever has it."""
LEADING = [Button.RING, Button.MORE]
"""What stands beside the answers of a leader."""
EDITED = frozenset(
    {
        Event.STEP,
        Event.APPROVAL,
        Event.CALL_OUT,
        Event.SENT_BACK,
        Event.URGED,
        Event.REOPENED,
        Event.TAKEN_AWAY,
        Event.TAKEN_EDIT,
    }
)
"""What is edited in place when somebody takes the incident, and when it is over."""


def faces(tx: Tx, context: Context, key: bytes, row: Any, event: Event, incident: Incident | None, at: Moment) -> Faces:
    """Return the buttons under an outbox row; their references are written in the same transaction."""
    shown = rows(choices(tx, context, row, event, incident, at))
    return tuple(tuple(_face(tx, context, key, row, choice) for choice in line) for line in shown)


def _face(tx: Tx, context: Context, key: bytes, row: Any, choice: Choice) -> ButtonFace:
    action, value = choice.button, choice.value
    mine = sa.and_(t.button.c.notice == row["id"], t.button.c.action == action, t.button.c.value == value)
    ref = tx.sql.execute(sa.select(t.button.c.ref).where(mine)).scalar()
    if ref is None:
        ref = tx.token(signing.REF_BYTES)
        made = {"ref": ref, "notice": row["id"], "incident": row["incident"], "person": row["person"]}
        tx.sql.execute(t.button.insert().values(**made, action=action, value=value))
    words = context.words
    label = words.option(action, choice.name) if choice.name else words.button(action)
    return ButtonFace(label, signing.sign(key, ref_bytes(ref), action))


def choices(
    tx: Tx, context: Context, row: Any, event: Event, incident: Incident | None, at: Moment
) -> tuple[Choice, ...]:
    """Return what the reader of an outbox row can choose: what its letter offers, or what its menu does."""
    if event is Event.SHIFT_UNREAD:
        return (Choice(Button.SHIFT_KNOWN, name=unread.label(tx, row["subject"])),)
    if event in (Event.SWAP, Event.SWAP_EDIT):
        return tuple(Choice(button) for button in swap_letters.actions(tx, context, row, at))
    if event is not Event.MENU_EDIT or incident is None:
        return tuple(Choice(button) for button in actions(context, row, event, incident))
    menu = asked(row["subject"]).menu
    if menu not in (Menu.MAIN, Menu.PHONES):
        words, book = context.words, context.book(tx, at)
        found = proposed(tx, incident) if menu is Menu.MEASURES else None
        proposal = words.proposal(*found) if found is not None else ""
        return offered(menu, incident, row["person"], book, words.lists, proposal)
    letter = letter_of(tx, row)
    stands = standing(Event(letter["event"]), incident)
    return tuple(Choice(button) for button in actions(context, letter, stands, incident))


def standing(event: Event, incident: Incident) -> Event:
    """Return as what a letter stands there now: what was edited when its incident was taken or over is that edit."""
    if event not in EDITED or incident.phase is Phase.OPEN:
        return event
    return Event.TAKEN_EDIT if incident.running else Event.RESTORED_EDIT


def actions(context: Context, row: Any, event: Event, incident: Incident | None) -> list[Button]:
    """Return what the reader of an outbox row can do about it at a touch."""
    if is_group(row["person"]):  # a menu is one reader's, and what else there is asks for one
        open_storm = event is Event.STORM and incident is not None and incident.phase is Phase.OPEN
        return [Button.TAKE] if event in (Event.STEP, Event.REOPENED) or open_storm else []
    asked_for = _asked(context, row, event, incident)
    # What leaves the unit never has the list: it names our equipment.
    storm = incident is not None and unit_of(incident.target) is not None and not row["organisation"]
    return [*asked_for, Button.LIST] if storm and event in LISTED else asked_for


def _is_pressed(context: Context, row: Any) -> bool:
    route = context.settings.canaries.get(row["channel"])
    return route is not None and route.pressed


def _asked(context: Context, row: Any, event: Event, incident: Incident | None) -> list[Button]:
    # Security incidents are spoken of, not touched; a storm's incidents are worked on by themselves.
    touched = incident is not None and incident.lane is None and unit_of(incident.target) is None
    beside = BESIDE if touched else []
    match event:
        case Event.STEP:
            if incident is not None and _to_leader(context, row, incident):
                quiet = [Button.NO_CALLS] if may_be_called(context, incident) else []
                return [Button.NOTED, Button.TAKE, *quiet, *(LEADING if touched else [])]
            return [Button.RECEIPT] if row["organisation"] else [Button.TAKE, *beside]
        case Event.STORM if incident is not None and incident.phase is Phase.OPEN:
            return [Button.TAKE]
        case Event.REOPENED if row["organisation"]:
            return [Button.RECEIPT]
        case Event.TAKEN_EDIT | Event.HANDED | Event.REMINDER if incident is not None and _has_it(row, incident):
            return HOLDING if touched else []
        case Event.SENT_BACK | Event.URGED | Event.REOPENED:
            return [Button.TAKE, *beside]
        case Event.HANDED if touched:
            return [Button.TAKE, Button.MORE]
        case Event.HANDED | Event.TAKEN_AWAY | Event.REMINDER | Event.CALL_OUT:
            return [Button.TAKE]
        case Event.APPROVAL:
            return [Button.TAKE, Button.APPROVE, Button.DECLINE, *(LEADING if touched else [])]
        case Event.RESTORED if touched and not row["organisation"] and incident and incident.phase is not Phase.CLOSED:
            return [Button.CAUSE, Button.CLOSE]
        case Event.SHIFT_ASK:
            return [Button.SHIFT]
        case Event.DEADLINE if deadlines.is_single(context, row):
            return [Button.SENT]
        case Event.HANDOVER:
            return [Button.SHIFT_GIVE]
        case Event.TEST:
            return [Button.HEARD]
        case Event.BULLETIN_ASK:
            return [Button.APPROVE]
        case Event.BULLETIN:
            return [Button.RECEIPT]
        case Event.CANARY if _is_pressed(context, row):
            return [Button.CANARY]
        case _:
            return []


def may_be_called(context: Context, incident: Incident) -> bool:
    """Return whether telephones ring here, and such an incident is not of those for which everybody is called."""
    return incident.severity != GRAVEST and not CALLS.isdisjoint(context.settings.channels)


def ref_bytes(token: str) -> bytes:
    """Return the bytes behind a token of `signing.REF_BYTES` bytes, as stored in base64url without padding."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def ref_token(raw: bytes) -> str:
    """Return the stored form of a button's reference."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _has_it(row: Any, incident: Incident) -> bool:
    return incident.phase is Phase.ACKNOWLEDGED and incident.acknowledged_by == row["person"]


def _to_leader(context: Context, row: Any, incident: Incident) -> bool:
    unit = context.settings.units.get(incident.unit)
    step = step_of(incident.policy, row["step"] or 0)
    return unit is not None and step.whom is Whom.DUTY and step.ref == unit.leader_duty
