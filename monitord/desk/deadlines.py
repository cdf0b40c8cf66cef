"""Deadlines: whoever owes something is reminded in one message a time, until it is noted as sent.

That it is late is told to the same person, and to nobody outside the unit. What was sent is what somebody said: each
time a row of its own, and the newest counts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.leases import notice_refs
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, keeper_of
from monitord.domain.deadline import Owed, every, reminders
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import BUTTONED, CALLS, Event, Notice, NoticeState, Priority
from monitord.domain.people import IMPERSONAL, Person
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.deadlines import met
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.deadlines import OwedLine, reminder
from monitord.texts.story import Pressed, PressResult

TOLD_FOR = timedelta(hours=12)
"""How long after its time a reminder is still worth telling."""
LONGEST_NUMBER = 100
"""Characters of a document's number."""


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Remind whoever owes something of what is due now, once a time and person; return the seconds until somebody is
    to be reminded next, None when nobody is."""
    settings = context.settings
    if not settings.deadlines:
        return None
    done, now, ahead = met(tx.sql), set[tuple[str, datetime]](), list[datetime]()
    for owed in every(settings.deadlines):
        if owed.key in done:
            continue
        times = reminders(owed.due, settings.zone)
        ahead += [when for when in times if when > at.now][:1]
        past = [when for when in times if at.now - TOLD_FOR < when <= at.now]
        if past:
            now.add((_whom(settings, owed), past[-1]))
    for person, when in sorted(now):
        _remind(tx, context, person, when, at)
    return max(1.0, (min(ahead) - at.now).total_seconds()) if ahead else None


def text(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    """Return the reminder as it reads by now: what was sent since then is left out of it."""
    done, settings = met(tx.sql), context.settings
    told = _told_by(settings, row["subject"])
    owed = [one for one in told if one.key not in done] or told
    pressed = row["channel"] in BUTTONED and is_single(context, row)
    return reminder(context.words, [_line(settings, one) for one in owed], at.now, settings.zone, pressed=pressed)


def is_single(context: Context, row: Any) -> bool:
    """Return whether a reminder is of one due alone, so that a button can say that it was sent."""
    return len(_told_by(context.settings, row["subject"])) == 1


def press(tx: Tx, context: Context, person: Person, notice: Any, at: Moment) -> Pressed:
    """Note that what a reminder is about was sent now; the first time counts."""
    told = _told_by(context.settings, notice["subject"])
    if len(told) != 1:
        return Pressed(PressResult.UNKNOWN)
    (owed,) = told
    what, zone = owed.deadline.what, context.settings.zone
    before = met(tx.sql).get(owed.key)
    if before is not None:
        return Pressed(PressResult.DEADLINE_SENT_BEFORE, what, at=before.sent_at, zone=zone)
    _note(tx, context, owed, {"notice": notice["id"]}, person.id, owed.deadline.to, "", at.now, at)
    return Pressed(PressResult.DEADLINE_SENT, what, at=at.now, zone=zone)


def sent(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Note that something was sent: to whom, under which number, when. Once more is a correction, and a new row."""
    settings = context.settings
    mine = [one for one in every(settings.deadlines) if one.deadline.id == given["deadline"]]
    if not mine:
        known = ", ".join(one.id for one in settings.deadlines) or "none: name them in `deadlines`"
        raise RosterRefused(f"there is no deadline {clean(str(given['deadline']), 60)!r}; there are: {known}")
    deadline = mine[0].deadline
    if person != deadline.person or person not in tx.people():
        keeper_of(tx, context, deadline.unit, person, at)
    owed = _which(tx, mine, given.get("turn"))
    to = str(given.get("to") or deadline.to)
    if to not in settings.organisations:
        raise RosterRefused(
            f"there is no organisation {clean(to, 60)!r}; there are: {', '.join(settings.organisations)}"
        )
    sent_at = datetime.fromisoformat(str(given["at"])) if given.get("at") else at.now
    if sent_at > at.now:
        raise RosterRefused("that time is ahead: note it once it is sent")
    number = clean(str(given.get("number") or ""), LONGEST_NUMBER)
    _note(tx, context, owed, {}, person, to, number, sent_at, at)
    late = sent_at >= owed.due.at
    return {"deadline": deadline.id, "turn": owed.turn, "late": late, "text": f"deadline:{deadline.id}:{owed.turn}"}


def _which(tx: Tx, mine: list[Owed], turn: Any) -> Owed:
    """Return the due that is meant: the one named, else the earliest that is not met, else the only one."""
    if turn is not None:
        if not 1 <= int(turn) <= len(mine):
            raise RosterRefused(
                f"it has {len(mine)} dues: --turn 1 to {len(mine)}; `monitord deadline list` shows them"
            )
        return mine[int(turn) - 1]
    done = met(tx.sql)
    waiting = [one for one in mine if one.key not in done]
    if waiting:
        return waiting[0]
    if len(mine) > 1:
        raise RosterRefused("all its dues are noted as sent: say which one is corrected, --turn 1 is the earliest")
    return mine[0]


def _note(
    tx: Tx,
    context: Context,
    owed: Owed,
    refs: Mapping[str, Any],
    person: str,
    to: str,
    number: str,
    sent_at: datetime,
    at: Moment,
) -> None:
    ident, due = owed.key
    values = {"deadline": ident, "due": due, "organisation": to, "number": number, "sent_at": sent_at,
              "author": person, "made_at": at.now}  # fmt: skip
    tx.sql.execute(t.deadline_sent.insert().values(**values))
    said = {"deadline": ident, "unit": owed.deadline.unit, "organisation": to, "due": stamp(due), "to": stamp(sent_at)}
    late = {"late_seconds": int((sent_at - due).total_seconds())} if sent_at >= due else {}
    private = {"number": number} if number else None
    tx.append([Fact(FactKind.DEADLINE_SENT, actor=person, refs={**said, **late, **refs}, private=private)], at)
    _leave_unsaid(tx, context, _whom(context.settings, owed), at)


def _leave_unsaid(tx: Tx, context: Context, person: str, at: Moment) -> None:
    """Supersede the reminders that wait to leave and speak of nothing that is still owed."""
    o, done = t.outbox.c, met(tx.sql)
    his = o.subject.endswith(f"@{person}", autoescape=True)
    waiting = sa.and_(o.event == Event.DEADLINE, his, o.state == NoticeState.PENDING)
    for row in tx.sql.execute(sa.select(t.outbox).where(waiting)).mappings().all():
        if all(one.key in done for one in _told_by(context.settings, row["subject"])):
            tx.sql.execute(t.outbox.update().where(o.id == row["id"]).values(state=NoticeState.SUPERSEDED))
            refs = notice_refs(row) | {"reason": "deadline sent"}
            tx.append([Fact(FactKind.NOTICE_SUPERSEDED, refs=refs)], at)


def _remind(tx: Tx, context: Context, person: str, when: datetime, at: Moment) -> None:
    book, known = context.book(tx, at), tx.people().get(person)
    whole = tuple(way for way in context.settings.ways if way not in CALLS)
    stand_ins = known.stand_ins if known is not None else ()
    # Somebody hears of it: he, who stands in for him, who administers.
    asked = ((name, book.ways(name, whole)) for name in (person, *stand_ins, *context.settings.administrators))
    whom, ways = next((one for one in asked if any(way not in IMPERSONAL for way in one[1])), (person, ()))
    if not ways:
        return
    subject, rest = f"{stamp(when)}@{person}", tuple(ways[1:])
    notice = Notice(None, Event.DEADLINE, whom, ways[0], Priority.FOLLOW_UP, fallback=rest, subject=subject)
    if tx.sql.execute(sa.select(t.outbox.c.id).where(t.outbox.c.key == notice.key)).first() is None:
        tx.queue(notice, at.now)


def _told_by(settings: Settings, subject: str) -> list[Owed]:
    """Return what a reminder speaks of, sent or not: all of that person's whose time it is."""
    stamped, _, person = subject.partition("@")
    when = datetime.fromisoformat(stamped.replace("Z", "+00:00"))
    return [one for one in _of(settings, person) if when in reminders(one.due, settings.zone)]


def _of(settings: Settings, person: str) -> Iterable[Owed]:
    return (one for one in every(settings.deadlines) if _whom(settings, one) == person)


def _whom(settings: Settings, owed: Owed) -> str:
    unit = settings.units.get(owed.deadline.unit)
    return owed.deadline.person or (unit.roster_owner if unit is not None else "")


def _line(settings: Settings, owed: Owed) -> OwedLine:
    one = owed.deadline
    unit, to = settings.units.get(one.unit), settings.organisations.get(one.to)
    return OwedLine(one.id, one.what, to.name if to else one.to, unit.name if unit else one.unit, owed.due)


ACTS: Mapping[str, RosterAct] = {"deadline_sent": sent}
