"""How a bulletin leaves: a leader approves it, its readers get it, and say that they have it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import GRACE, Context
from monitord.domain.bulletin import Bulletin
from monitord.domain.dutybook import DutyBook, Reached, resolve
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import Event, Notice, NoticeState, Priority
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.roster import on_duty
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

_b, _o = t.bulletin.c, t.outbox.c


class BulletinRefused(ValueError):
    """The bulletin cannot be approved; the text says why and what to do, `why` is the code for the journal."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def row_of(tx: Tx, key: str) -> Any:
    """Return the row of a bulletin by its key, the newest of that id where it is an id; None when there is none."""
    exactly = tx.sql.execute(sa.select(t.bulletin).where(_b.key == key)).mappings().first()
    of_id = sa.select(t.bulletin).where(_b.key.startswith(f"{key}@", autoescape=True)).order_by(_b.due.desc()).limit(1)
    return exactly or tx.sql.execute(of_id).mappings().first()


def approve(tx: Tx, context: Context, key: str, person: str, at: Moment, **refs: Any) -> Any:
    """Let a leader of the unit approve a bulletin, which sends it; return its row as it was before.

    `refs` say by which press. BulletinRefused for one that is not there, grew old, or a person who neither leads nor
    was asked in place of who does. One that was approved before stays as it is.
    """
    row = row_of(tx, key)
    if row is None:
        raise BulletinRefused("unknown", f"there is no bulletin {key!r}; `monitord bulletin show` lists them")
    if row["approved_by"] is not None or row["sent_at"] is not None:
        return row
    one = next((one for one in context.settings.bulletins if one.key == row["key"]), None)
    if row["lapsed_at"] is not None:
        raise BulletinRefused("lapsed", f"{row['key']} is older than a day: it is not sent any more")
    if one is None:
        raise BulletinRefused("gone", f"{row['key']} is no longer in the settings: nobody knows how it would be sent")
    if not may_approve(tx, context, row, person, context.book(tx, at, GRACE)):
        raise BulletinRefused(
            "not_the_leader",
            f"{person} does not lead {row['unit']} now, and was not asked: the leader on duty approves",
        )
    tx.append([replace(fact(FactKind.BULLETIN_APPROVED, row, refs), actor=person)], at)
    save(tx, row["key"], approved_by=person)
    send(tx, context, one, row, at)
    return row


def may_approve(tx: Tx, context: Context, row: Any, person: str, book: DutyBook) -> bool:
    """Return whether a person leads the unit of a bulletin, or was asked in place of who does; a leader whose duty is
    over may not."""
    unit = context.settings.units.get(row["unit"])
    duty = unit.leader_duty if unit else ""
    if any((s.person, s.unit, s.duty) == (person, row["unit"], duty) for s in book.shifts):
        return True
    lost = (NoticeState.DEAD, NoticeState.SUPERSEDED)
    asked = sa.select(_o.created_at).where(
        _o.event == Event.BULLETIN_ASK, _o.subject == row["key"], _o.person == person, _o.state.not_in(lost)
    )
    return any(
        person not in on_duty(tx.shifts_at(created), row["unit"], duty, created)
        for created in tx.sql.execute(asked).scalars()
    )


def send(tx: Tx, context: Context, one: Bulletin, row: Any, at: Moment) -> None:
    """Send a bulletin to its readers; where nobody is found there, it waits and the owner of the roster is told."""
    step = PolicyStep(timedelta(0), Whom.ORGANISATION, row["organisation"], one.channels)
    reached = resolve(step, row["unit"], context.book(tx, at))
    if not reached:
        gap(tx, context, one, Whom.ORGANISATION, row["organisation"], row, at)
        save(tx, row["key"], asked_at=at.now)
        return
    save(tx, row["key"], sent_at=at.now)
    tx.append([fact(FactKind.BULLETIN_SENT, row, {"people": [way.person for way in reached]})], at)
    for way in reached:
        queue(tx, Event.BULLETIN, row["key"], way, at, None)


def queue(tx: Tx, event: Event, key: str, way: Reached, at: Moment, late: timedelta | None) -> None:
    """Owe somebody a letter about a bulletin."""
    notice = Notice(
        None,
        event,
        way.person,
        way.channels[0],
        Priority.FOLLOW_UP if event is Event.BULLETIN else Priority.ESCALATION,
        organisation=way.organisation,
        late=late,
        fallback=way.channels[1:],
        subject=key,
    )
    tx.queue(notice, at.now)


def receipt(tx: Tx, row: Any, person: str, organisation: str, at: Moment, **refs: Any) -> None:
    """Write down that another organisation has the bulletin; `refs` say by which press."""
    made = fact(FactKind.BULLETIN_RECEIPT, row, {**refs, "organisation": organisation})
    tx.append([replace(made, actor=person)], at)


def no_longer_asked(tx: Tx, key: str) -> str | None:
    """Return why nobody needs to be asked about a bulletin any more, as the code of the journal's `reason`."""
    row = row_of(tx, key)
    if row is None or row["lapsed_at"] is not None:
        return "lapsed"
    return "approved" if row["sent_at"] is not None or row["approved_by"] is not None else None


def save(tx: Tx, key: str, **values: Any) -> None:
    """Write what became of a bulletin."""
    tx.sql.execute(t.bulletin.update().where(_b.key == key).values(**values))


def fact(kind: FactKind, row: Any, refs: dict[str, Any] | None = None) -> Fact:
    """Return a row of the journal about a bulletin."""
    said = {name: value for name, value in (refs or {}).items() if value is not None}
    return Fact(kind, refs={"bulletin": row["key"], "organisation": row["organisation"], **said})


def gap(tx: Tx, context: Context, one: Bulletin, whom: Whom, ref: str, row: Any, at: Moment) -> None:
    """Write down that nobody was found, and tell the owner of the roster, once."""
    if row["asked_at"] is not None:
        return
    tx.append([Fact(FactKind.COVERAGE_GAP, refs={"whom": whom, "ref": ref, "unit": one.unit})], at)
    owner = PolicyStep(timedelta(0), Whom.PERSON, context.settings.units[one.unit].roster_owner, one.channels)
    for way in resolve(owner, one.unit, context.book(tx, at)):
        queue(tx, Event.COVERAGE, one.key, way, at, None)
