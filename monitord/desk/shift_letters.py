"""Letters about a change of shift: the question with the book, who is missed, who came, and the line to a group."""

import json
from typing import Any

import sqlalchemy as sa

from monitord.desk import changeover, handover, missing, unread
from monitord.desk.changeover import first_row_of, names_of, role_name, unit_name
from monitord.desk.context import Context
from monitord.domain.handover import from_wire
from monitord.domain.incident import RUNNING, Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import BUTTONED, Event
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts import forms

EVENTS = frozenset(
    {
        Event.SHIFT_ASK,
        Event.SHIFT_UNREAD,
        Event.SHIFT_MISSED,
        Event.SHIFT_CAME,
        Event.HANDOVER,
        Event.HANDED_OVER,
    }
)
"""What tells of a change of shift."""


def text(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    """Return the text of an outbox row about a change of shift."""
    event = Event(row["event"])
    if event is Event.SHIFT_UNREAD:
        return unread.text(tx, context, row["subject"], at)
    about = changeover.row_of(tx, row["subject"])
    if about is None:
        return context.words.page["shift_changed"]
    match event:
        case Event.SHIFT_ASK | Event.HANDOVER:
            return _asked(tx, context, row, about, at)
        case Event.HANDED_OVER:
            return _to_group(tx, context, about)
        case _:
            return _of_one(tx, context, row, about)


def no_longer(tx: Tx, row: Any) -> str | None:
    """Return why a word about a change of shift need not leave any more, None while it must."""
    about = changeover.row_of(tx, row["subject"])
    if row["event"] != Event.HANDOVER:
        return None
    if about is None:
        return "shift changed"
    change = changeover.change_at(tx, about["unit"], about["duty"], about["at"])
    if row["person"] not in change.giving or not change.taking:
        return "shift changed"
    return "handed over" if about["given_at"] is not None or about["frozen_at"] is not None else None


def _asked(tx: Tx, context: Context, row: Any, about: Any, at: Moment) -> str:
    """Return what somebody is asked who comes on duty, or goes: which change, how to confirm it, and its book."""
    page, zone = context.words.page, context.settings.zone
    known = context.settings.channels.get(row["channel"])
    how = "press" if row["channel"] in BUTTONED else "write" if known is not None and known.hears else ""
    comes = row["event"] == Event.SHIFT_ASK
    how = f"{'shift' if comes else 'give'}_{how}" if how else ""
    if known is not None and known.short is not None:
        first, rest = _short(tx, context, row, about)
        # How to answer stands before what may be cut off.
        return forms.lines(first, page[how] if how else None, rest)
    book = handover.book(tx, context, about, at)
    first, _, rest = context.words.handover(book, zone).partition("\n")
    if comes:
        first = page["shift_ask"].format(**_span(tx, context, row, about))
    return forms.lines(first, page[how] if how else None, rest)


def _short(tx: Tx, context: Context, row: Any, about: Any) -> tuple[str, str]:
    page, i = context.words.page, t.incident.c
    real = sa.and_(i.unit == about["unit"], i.phase.in_(RUNNING), sa.not_(i.drill), sa.not_(i.suspected))
    phases = list(tx.sql.execute(sa.select(i.phase).where(real)).scalars())
    counts = page["shift_finds"].format(running=len(phases), open=phases.count(Phase.OPEN))
    head = "shift_ask" if row["event"] == Event.SHIFT_ASK else "give_ask"
    return page[head].format(**_span(tx, context, row, about)), counts


def _span(tx: Tx, context: Context, row: Any, about: Any) -> dict[str, str]:
    zone, shift = context.settings.zone, changeover.shift_in(tx, about, row["person"])
    ends = about["at"] if shift is None else shift["ends"]
    return {
        "duty": role_name(context, about["duty"]),
        "unit": unit_name(context, about["unit"]),
        "start": context.words.instant(about["at"], zone),
        "end": forms.near(ends, about["at"], zone),
    }


def _to_group(tx: Tx, context: Context, about: Any) -> str:
    """Return the one line that a group reads: roles, the hour, how much is left; nobody's name."""
    left = from_wire(json.loads(about["content"])).running if about["content"] else 0
    said = {"role": role_name(context, about["duty"]), "unit": unit_name(context, about["unit"]), "left": left}
    at = forms.clock(about["taken_at"] or about["frozen_at"], context.settings.zone)
    said["role"] = forms.capital(str(said["role"]))
    return context.words.page["handed_over" if left else "handed_over_clean"].format(**said, at=at)


def _of_one(tx: Tx, context: Context, row: Any, about: Any) -> str:
    """Return the word to whoever goes, or to the leader: somebody is missed, or has come."""
    who = changeover.about(row["subject"])
    people, page = tx.people(), context.words.page
    shift = changeover.shift_in(tx, about, who)
    change = changeover.change_at(tx, about["unit"], about["duty"], about["at"])
    person, zone = people.get(who), context.settings.zone
    staying = ", ".join(names_of(people, change.giving))
    said = {
        "name": names_of(people, [who])[0],
        "phone": person.phone if person else "",
        "duty": role_name(context, about["duty"]),
        "unit": unit_name(context, about["unit"]),
        "start": context.words.instant(about["at"], zone),
        "staying": staying,
    }
    if row["event"] == Event.SHIFT_CAME:
        taken = None if shift is None else first_row_of(tx, shift, FactKind.SHIFT_TAKEN)
        seen = taken or (None if shift is None else missing.since(tx, shift)) or row["created_at"]
        key = "shift_came" if taken is not None else "shift_seen"
        return page[key].format(**said, at=forms.clock(seen, zone))
    key = "missed_stay" if row["person"] in change.giving else "missed_covered" if staying else "missed_empty"
    call = page["missed_call"].format(**said) if said["phone"] else None
    return forms.lines(page["missed"].format(**said), call, page[key].format(**said))
