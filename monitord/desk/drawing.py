"""Pictures of an incident: asked for by a button or by typing, and the sketch of a ring that follows its first alert.

They are rows of the outbox like any other, the least urgent; what is drawn is made right before it is sent.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import menus
from monitord.desk.acting import Press
from monitord.desk.context import Context
from monitord.desk.groups import keeps
from monitord.desk.touching import by
from monitord.domain.document import Attachment, AttachmentKind
from monitord.domain.dutybook import usable
from monitord.domain.group import is_group
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind
from monitord.domain.menus import Menu
from monitord.domain.notice import EDITABLE, EDITS, PICTURED, Event, Notice, NoticeState, Priority
from monitord.domain.storm import unit_of
from monitord.domain.update import Heard
from monitord.domain.wiring import RING, parts
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

BY_ITSELF = "first"
"""What stands in a sketch's row that nobody asked for: so there is one for each incident and person."""
FEW, WITHIN = 3, timedelta(minutes=5)
"""So many messages one person gets in that time; a picture that nobody asked for is not one more."""


def send_picture(press: Press) -> Pressed:
    """Owe the presser the pictures of an incident, whether it runs or is over: its course, and before it the sketch of
    the ring that it is about. A press brings none beside one that is still under way."""
    incident, person, update = press.incident, press.person, press.update
    duty = by(press)
    reader = press.notice is not None and press.notice["person"] == person.id and not press.notice["organisation"]
    if duty is None and not reader:
        return press.refused("not_on_duty")
    if incident.lane is not None or incident.suspected or unit_of(incident.target) is not None:
        return press.answer(PressResult.NO_PICTURE)
    way = _way(press)
    if way is None:
        return press.answer(PressResult.PICTURE_NOT_HERE)
    refs = press.refs(phase=incident.phase, duty=duty)
    fact = Fact(FactKind.INCIDENT_PICTURE_ASKED, incident.id, incident.target, person.id, refs)
    press.tx.append([fact], press.at)
    asked = update.key if isinstance(update, Heard) else str(getattr(update, "update_id", ""))
    for kind in kinds(press.context, incident):
        if not _under_way(press, kind):
            press.tx.queue(_picture(incident, person.id, way, kind, asked), press.at.now)
    if press.menu is not None:
        menus.show(press, Menu.MAIN)
    here = update.channel if isinstance(update, Heard) else "telegram"
    to = "" if way == here else press.context.words.channel(way)
    return press.answer(PressResult.PICTURED, person.name, when=press.at.now, to=to)


def kinds(context: Context, incident: Incident) -> tuple[AttachmentKind, ...]:
    """Return what can be drawn of an incident."""
    whole = parts(incident.target)
    if whole is not None and whole[0] == RING and whole[1] in context.settings.topology.rings:
        return AttachmentKind.SKETCH, AttachmentKind.TIMELINE
    return (AttachmentKind.TIMELINE,)


def follow(tx: Tx, context: Context, row: Any, at: Moment) -> None:
    """Owe the sketch of a ring to who has the first alert of it by Telegram: neither in a storm nor in a drill, nor to
    whom so much was said just now."""
    if row["event"] != Event.STEP or row["channel"] not in EDITABLE or row["organisation"] or row["round"]:
        return
    incident = tx.incident(row["incident"])
    if incident is None or not incident.running or incident.storm is not None or incident.drill:
        return
    if AttachmentKind.SKETCH not in kinds(context, incident) or not _is_first(tx, row):
        return
    if is_group(row["person"]) and keeps(context):
        return  # a group is told in numbers then
    if _lately(tx, row, at) >= FEW:
        return
    tx.queue(_picture(incident, row["person"], row["channel"], AttachmentKind.SKETCH, BY_ITSELF), at.now)


def attachment(row: Any, incident: Incident | None, at: Moment) -> Attachment | None:
    """Return what is to go with the message of an outbox row; it is made when the message is sent."""
    if incident is None or row["event"] != Event.PICTURE:
        return None
    return Attachment(AttachmentKind(row["subject"].partition("@")[0]), incident.id, at.now)


def is_by_itself(row: Any) -> bool:
    """Return whether nobody asked for a picture."""
    return bool(row["subject"].partition("@")[2] == BY_ITSELF)


def _picture(incident: Incident, person: str, way: str, kind: AttachmentKind, asked: str) -> Notice:
    return Notice(incident.id, Event.PICTURE, person, way, Priority.EDIT, subject=f"{kind}@{asked}")


def _way(press: Press) -> str | None:
    """Return by which channel a picture reaches the presser: the one by which he asks, or another of his."""
    settings = press.context.settings
    there = [name for name in PICTURED if name in settings.channels or (name == "telegram" and settings.telegram)]
    ways = usable(press.person, there) if there else ()
    here = press.update.channel if isinstance(press.update, Heard) else "telegram"
    return here if here in ways else next(iter(ways), None)


def _under_way(press: Press, kind: AttachmentKind) -> bool:
    """Return whether the same picture is on its way to the presser already."""
    o = t.outbox.c
    mine = sa.select(o.id).where(
        o.incident == press.incident.id,
        o.event == Event.PICTURE,
        o.person == press.person.id,
        o.subject.startswith(f"{kind}@", autoescape=True),
        o.state.in_([NoticeState.PENDING, NoticeState.LEASED]),
    )
    return press.tx.sql.execute(mine.limit(1)).first() is not None


def _is_first(tx: Tx, row: Any) -> bool:
    """Return whether no earlier step of its incident told anybody."""
    o = t.outbox.c
    mine = sa.and_(o.incident == row["incident"], o.event == Event.STEP, o.step < row["step"])
    return tx.sql.execute(sa.select(o.id).where(mine).limit(1)).first() is None


def _lately(tx: Tx, row: Any, at: Moment) -> int:
    """Return how many messages somebody got, or is to get, by a channel within the last minutes; edits ring nowhere."""
    o = t.outbox.c
    gone = sa.and_(o.state == NoticeState.SENT, o.accepted_at > at.now - WITHIN)
    mine = sa.and_(
        o.person == row["person"],
        o.channel == row["channel"],
        o.event.not_in(EDITS),
        sa.or_(gone, o.state.in_([NoticeState.PENDING, NoticeState.LEASED])),
    )
    return tx.sql.execute(sa.select(sa.func.count()).select_from(t.outbox).where(mine)).scalar() or 0
