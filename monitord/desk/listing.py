"""The list of a storm, asked for by a button: it goes to the presser as a file."""

from typing import Any

import sqlalchemy as sa

from monitord.desk.acting import Press
from monitord.domain.document import Attachment, AttachmentKind
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import Event, Notice, NoticeState, Priority
from monitord.domain.storm import unit_of
from monitord.domain.update import Update
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.texts.story import Pressed, PressResult


def send_list(press: Press) -> Pressed:
    """Owe the presser the list of a storm, whether it runs or is over: whoever is on duty in its unit, and whom the
    notice was sent to. A press brings a list as new as its sending, and none beside one that is still under way.
    """
    incident, person, update = press.incident, press.person, press.update
    duty = press.duty()
    reader = press.notice is not None and press.notice["person"] == person.id and not press.notice["organisation"]
    if duty is None and not reader:
        return press.refused("not_on_duty")
    if unit_of(incident.target) is None or not isinstance(update, Update):
        return press.refused("not_ours")
    refs = press.refs(phase=incident.phase, duty=duty)
    press.tx.append([Fact(FactKind.STORM_LIST_ASKED, incident.id, incident.target, person.id, refs)], press.at)
    if _under_way(press):
        return press.done(PressResult.LISTED)
    notice = Notice(
        incident.id, Event.STORM_LIST, person.id, "telegram", Priority.FOLLOW_UP, subject=str(update.update_id)
    )
    press.tx.queue(notice, press.at.now)
    return press.done(PressResult.LISTED)


def _under_way(press: Press) -> bool:
    """Return whether a list of that storm is on its way to the presser already."""
    o = t.outbox.c
    mine = sa.select(o.id).where(
        o.incident == press.incident.id,
        o.event == Event.STORM_LIST,
        o.person == press.person.id,
        o.state.in_([NoticeState.PENDING, NoticeState.LEASED]),
    )
    return press.tx.sql.execute(mine.limit(1)).first() is not None


def attachment(row: Any, incident: Incident | None, at: Moment) -> Attachment | None:
    """Return what is to go with the message of an outbox row; it is made when the message is sent."""
    if incident is None or row["event"] != Event.STORM_LIST:
        return None
    return Attachment(AttachmentKind.STORM_LIST, incident.id, at.now)
