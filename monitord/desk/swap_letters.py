"""What people read of a swap: one message each, edited in place as it goes on where the channel can."""

from collections.abc import Iterable, Sequence
from datetime import time
from typing import Any

import sqlalchemy as sa

from monitord.desk import laying
from monitord.desk.context import Context
from monitord.domain.notice import BUTTONED, CALLS, EDITABLE, Button, Event, Notice, NoticeState, Priority
from monitord.domain.people import IMPERSONAL, Person
from monitord.domain.quiet import Quiet, quiet_until
from monitord.domain.roster import Shift
from monitord.domain.swap import REST, Swap, SwapState, elsewhere, may_be_asked, rest_left
from monitord.store import tables as t
from monitord.store.roster import leaders_ahead, swap_of
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts import forms

MOST = 10
"""How many are asked at most where nobody is named, those whose shift is nearest."""
NIGHT = Quiet(time(22), time(6))
"""When a leader is not asked about hours that begin after the night is over."""
_o = t.outbox.c


def whom(swap: Swap, shifts: Iterable[Shift]) -> tuple[str, ...]:
    """Return who may take a request: the one it names, or those who hold that duty and are free then."""
    return (swap.named,) if swap.named is not None else may_be_asked(shifts, swap)


def approvers(tx: Tx, context: Context, swap: Swap, at: Moment) -> tuple[str, ...]:
    """Return who may approve a request, whose turn as a leader is first in front: the leaders of the unit but the two
    it is about, and the owner of its roster where no other leads."""
    unit = context.settings.units.get(swap.unit)
    if unit is None:
        return ()
    both = (swap.asker, swap.taker)
    leads = (one for one in leaders_ahead(tx.sql, unit.id, unit.leader_duty, at.now) if one not in both)
    # Who cannot be told now may approve all the same, and is asked last.
    leaders = tuple(sorted(leads, key=lambda one: not context.book(tx, at).ways(one, context.settings.ways)))
    return leaders or tuple(one for one in (unit.roster_owner,) if one not in both)


def tell(tx: Tx, context: Context, swap: Swap, new: Sequence[str], at: Moment) -> None:
    """Tell everybody whom it concerns how a request stands now: `new` are asked by a message of their own, and who has
    one has it edited; who asked and who is to stand in is told by a new one where the channel cannot."""
    has = _letters(tx, swap)
    for person in dict.fromkeys([*has, *new, *_parties(swap)]):
        letter = has.get(person)
        if letter is not None and letter["channel"] in EDITABLE:
            _edit(tx, swap, letter, at)
        elif letter is None or person in _parties(swap):
            _send(tx, context, swap, person, at)


def text(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    """Return what the reader of an outbox row is told of a request, as it stands at the instant of sending."""
    swap, page = _of(tx, row), context.words.page
    people, settings = tx.people(), context.settings
    duty = settings.duty_kinds.get(swap.duty)

    def name(person: str | None) -> str:
        return people[person].name if person in people else person or ""

    said = {"number": swap.id, "duty": duty.name if duty else swap.duty,
            "start": context.words.instant(swap.start, settings.zone), "reason": swap.reason,
            "end": forms.near(swap.end, swap.start, settings.zone), "asker": name(swap.asker),
            "taker": name(swap.taker), "decider": name(swap.decider)}  # fmt: skip
    reader = row["person"]
    asks = _asks(tx, context, swap, reader, at)
    known = settings.channels.get(row["channel"])
    how = "press" if row["channel"] in BUTTONED else "write" if known is not None and known.hears else ""
    answer = f"swap_{'answer' if swap.state is SwapState.ASKED else 'decide'}_{how}"
    told = [page[_state(swap, asks)].format(**said)]
    told += [page["swap_reason"].format(**said)] if swap.reason and asks else []
    if asks and swap.state is SwapState.TAKEN:
        told += [page[f"swap_{what}"].format(hours=hours) for what, hours in _warnings(tx, context, swap)]
    # How to answer stands before what may be cut off, where there are no buttons.
    asked = [page[answer].format(**said)] if asks and how else []
    return forms.lines(page["swap"].format(**said), *(asked + told if how == "write" else told + asked))


def _state(swap: Swap, asks: bool) -> str:
    if asks:
        return "swap_ask" if swap.state is SwapState.ASKED else "swap_would"
    not_approved = swap.state is SwapState.EXPIRED and swap.taker is not None
    return "swap_not_approved" if not_approved else f"swap_{swap.state}"


def actions(tx: Tx, context: Context, row: Any, at: Moment) -> list[Button]:
    """Return what the reader of an outbox row can do about a request as it stands now."""
    swap = _of(tx, row)
    if not _asks(tx, context, swap, row["person"], at):
        return []
    if swap.state is SwapState.TAKEN:
        return [Button.SWAP_APPROVE, Button.SWAP_DECLINE]
    return [Button.SWAP_TAKE, Button.SWAP_DECLINE] if swap.named is not None else [Button.SWAP_TAKE]


def no_longer(tx: Tx, row: Any) -> str | None:
    """Return why a message about a request need not leave any more: it was edited since, or a newer one says it."""
    if row["event"] == Event.SWAP_EDIT:
        edited = tx.sql.execute(sa.select(_o.message_ref).where(_o.id == row["edits"])).scalar()
        return "nothing to edit" if edited is None else None
    swap, said = _of(tx, row), row["subject"].partition("@")[2]
    if said == swap.state or row["person"] in (swap.asker, swap.taker, swap.named):
        return None
    return f"swap {swap.state}"


def number_of(row: Any) -> int:
    """Return the request that an outbox row is about."""
    return int(row["subject"].partition("@")[0])


def _of(tx: Tx, row: Any) -> Swap:
    return swap_of(tx.sql.execute(sa.select(t.swap).where(t.swap.c.id == number_of(row))).mappings().one())


def _asks(tx: Tx, context: Context, swap: Swap, reader: str, at: Moment) -> bool:
    """Return whether the reader is asked something by a request as it stands: to take it, or to approve it."""
    if swap.state is SwapState.ASKED:
        return reader != swap.asker
    return swap.state is SwapState.TAKEN and reader in approvers(tx, context, swap, at)


def _parties(swap: Swap) -> tuple[str, ...]:
    """Return who must hear of the state of a request: nobody of what he did himself."""
    match swap.state:
        case SwapState.ASKED:
            return ()
        case SwapState.TAKEN | SwapState.EXPIRED if swap.taker is None or swap.state is SwapState.TAKEN:
            return (swap.asker,)
        case SwapState.WITHDRAWN:
            return () if swap.taker is None else (swap.taker,)
        case _:
            both = (swap.asker, swap.taker)
            return tuple(one for one in both if one is not None and one != swap.decider)


def _warnings(tx: Tx, context: Context, swap: Swap) -> list[tuple[str, str]]:
    if swap.taker is None:
        return []
    shifts = laying.between(tx.sql, context.settings, swap.start - 2 * REST, swap.end + 2 * REST)
    found = [("busy", "")] if elsewhere(shifts, swap, swap.taker) is not None else []
    rest = rest_left(shifts, swap, swap.taker)
    if rest is not None:
        found.append(("tired", context.words.number(rest.total_seconds() / 3600, 0)))
    return found


def _letters(tx: Tx, swap: Swap) -> dict[str, Any]:
    """Return the newest message that each reader has, or is to have, about a request."""
    alive = _o.state.not_in([NoticeState.SUPERSEDED, NoticeState.DEAD])
    mine = sa.and_(_o.event == Event.SWAP, _o.subject.like(f"{swap.id}@%"), alive)
    return {row["person"]: row for row in tx.sql.execute(sa.select(t.outbox).where(mine).order_by(_o.id)).mappings()}


def _edit(tx: Tx, swap: Swap, letter: Any, at: Moment) -> None:
    if letter["state"] == NoticeState.PENDING and not letter["uncertain"]:
        return  # what it says is written when it leaves
    edit = Notice(None, Event.SWAP_EDIT, letter["person"], letter["channel"], Priority.EDIT, edits=letter["id"],
                  subject=f"{swap.id}@{swap.state}")  # fmt: skip
    tx.queue(edit, at.now)


def _send(tx: Tx, context: Context, swap: Swap, person: str, at: Moment) -> None:
    known = tx.people().get(person)
    ways = _ways(context, known) if known is not None else ()
    if not ways:
        return
    subject = f"{swap.id}@{swap.state}"
    notice = Notice(None, Event.SWAP, person, ways[0], Priority.FOLLOW_UP, fallback=ways[1:], subject=subject)
    wakes = swap.state is SwapState.TAKEN and person not in (swap.asker, swap.taker)
    morning = quiet_until(NIGHT, at.now, context.settings.zone) if wakes else None
    tx.queue(notice, at.now, morning if morning is not None and morning < swap.expires else None)


def _ways(context: Context, person: Person) -> tuple[str, ...]:
    ways = tuple(way for way in person.ways(context.settings.ways) if way not in CALLS)
    return ways if any(way not in IMPERSONAL for way in ways) else ()
