"""Swaps of duty: asked for, taken, approved; only an approved one changes who is on duty, by an overlay."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import laying, overlaying, swap_letters
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, duty_of, somebody, span_of
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.laying import OverlayKind
from monitord.domain.roster import Shift
from monitord.domain.swap import PENDING, Swap, SwapOver, SwapState, elsewhere, holds_all, moved, on_it_already
from monitord.store import tables as t
from monitord.store.roster import swap_of
from monitord.store.rows import Moment
from monitord.store.tx import Tx

AROUND = timedelta(days=21)
"""How far from the hours of a request those are looked for who hold that duty, and what else they have."""
_KINDS = {state: FactKind(f"swap.{state}") for state in SwapState}
_w = t.swap.c


def ask(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Ask one by name, or everybody who holds that duty at other times, to stand in from `start` to `end`."""
    asker, duty, (start, end) = somebody(tx, person), duty_of(context, given), span_of(given)
    unit = str(given["unit"])
    if unit not in context.settings.units:
        known = ", ".join(sorted(context.settings.units))
        raise RosterRefused(f"there is no unit {unit!r}; there are: {known}")
    if start <= at.now or end - start > laying.LONGEST:
        raise RosterRefused(f"the hours must lie ahead, {laying.LONGEST.days} days at most: hours that run are changed "
                            "by `monitord roster override`")  # fmt: skip
    named = None if given.get("with") is None else somebody(tx, given["with"])
    expires = start if given.get("expires") is None else datetime.fromisoformat(str(given["expires"]))
    if not at.now < expires <= start:
        raise RosterRefused("it must expire between now and the beginning of those hours")
    swap = Swap(0, unit, duty, asker, start, end, expires, named, reason=str(given.get("reason") or ""))
    shifts = around(tx, context, swap)
    if not holds_all(shifts, swap):
        raise RosterRefused(f"{asker} is not on {duty} of {unit} all that time: `monitord who --at ...` shows who is")
    for other in pending(tx):
        if (other.unit, other.duty, other.asker) == (unit, duty, asker) and other.meets(start, end):
            raise RosterRefused(f"swap {other.id} already asks about those hours: withdraw it first")
    asked = _asked(tx, context, swap, shifts, at)
    values = {"unit": unit, "duty": duty, "asker": asker, "named": named, "starts": start, "ends": end,
              "expires": expires, "reason": swap.reason, "state": SwapState.ASKED, "asked_at": at.now,
              "moved_at": at.now}  # fmt: skip
    key = tx.sql.execute(t.swap.insert().values(**values)).inserted_primary_key
    assert key is not None
    swap = one_of(tx, int(key[0]))
    _note(tx, swap, asker, at)
    swap_letters.tell(tx, context, swap, asked, at)
    return {"swap": swap.id, "asked": list(asked), "text": f"swap:{swap.id} asked: {', '.join(asked)}"}


def take(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Take it: by the one it names, or by anybody of its unit who holds that duty. A leader approves it then."""
    swap = one_of(tx, int(given["swap"]))
    shifts = around(tx, context, swap)
    if person not in swap_letters.whom(swap, shifts):
        busy = elsewhere(shifts, swap, person) is not None or on_it_already(shifts, swap, person)
        why = "has a duty in those hours" if busy else "is not asked"
        raise RosterRefused(f"{person} {why}: swap {swap.id} cannot be taken so")
    if on_it_already(shifts, swap, person):
        raise RosterRefused(f"{person} has that duty in those hours already")
    _still_ahead(swap, at)
    swap = _move(tx, swap, SwapState.TAKEN, person, at)
    leaders = swap_letters.approvers(tx, context, swap, at)
    swap_letters.tell(tx, context, swap, leaders[:1], at)
    return {"text": f"swap:{swap.id} taken; to be approved by: {', '.join(leaders) or 'nobody is found'}"}


def approve(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Approve it, as a leader of its unit who is none of the two: an overlay puts it into force."""
    swap = one_of(tx, int(given["swap"]))
    if person not in swap_letters.approvers(tx, context, swap, at):
        raise RosterRefused(
            f"{person} may not approve swap {swap.id}: a leader of its unit does who is none of the two"
        )
    shifts = around(tx, context, swap)
    if swap.state is SwapState.TAKEN and (not holds_all(shifts, swap) or on_it_already(shifts, swap, swap.taker or "")):
        raise RosterRefused(f"the roster changed since swap {swap.id} was asked for: decline it, and ask anew")
    _still_ahead(swap, at)
    somebody(tx, swap.taker)
    swap = _move(tx, swap, SwapState.APPROVED, person, at)
    assert swap.taker is not None
    values = {"unit": swap.unit, "duty": swap.duty, "starts": swap.start, "ends": swap.end, "outgoing": [swap.asker],
              "incoming": [swap.taker], "kind": OverlayKind.SWAP, "author": person, "reason": swap.reason,
              "made_at": at.now}  # fmt: skip
    number = overlaying.add(tx, context, values, at)
    tx.sql.execute(t.swap.update().where(_w.id == swap.id).values(overlay=number))
    swap_letters.tell(tx, context, swap, (), at)
    return {"overlay": number, "text": f"swap:{swap.id} approved (override:{number})"}


def _still_ahead(swap: Swap, at: Moment) -> None:
    if swap.expires <= at.now:
        raise RosterRefused(f"the time to answer swap {swap.id} is over: change the roster by an override")


def decline(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Decline it: as the one it names before he took it, or as a leader of its unit."""
    swap = one_of(tx, int(given["swap"]))
    own = person == swap.named and swap.state is SwapState.ASKED
    if not own and person not in swap_letters.approvers(tx, context, swap, at):
        raise RosterRefused(f"{person} may not decline swap {swap.id}: who is named does, or a leader of its unit")
    swap = _move(tx, swap, SwapState.DECLINED, person, at)
    swap_letters.tell(tx, context, swap, (), at)
    return {"text": f"swap:{swap.id} declined"}


def withdraw(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Withdraw it, as who asked; an approved one is taken back by `withdraw` of its overlay."""
    swap = one_of(tx, int(given["swap"]))
    if person != swap.asker:
        raise RosterRefused(f"swap {swap.id} is {swap.asker}'s: only who asked withdraws it")
    swap = _move(tx, swap, SwapState.WITHDRAWN, person, at)
    swap_letters.tell(tx, context, swap, (), at)
    return {"text": f"swap:{swap.id} withdrawn"}


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Let those expire that nobody answered in time; return the seconds until the next one, None without any."""
    waits = []
    for swap in pending(tx):
        if swap.expires > at.now:
            waits.append((swap.expires - at.now).total_seconds())
            continue
        over = _move(tx, swap, SwapState.EXPIRED, None, at)
        swap_letters.tell(tx, context, over, (), at)
    return min(waits, default=None)


def pending(tx: Tx) -> list[Swap]:
    """Return every request that somebody is still to answer, the oldest first."""
    wanted = sa.select(t.swap).where(_w.state.in_(PENDING)).order_by(_w.id)
    return [swap_of(row) for row in tx.sql.execute(wanted).mappings()]


def one_of(tx: Tx, number: int) -> Swap:
    """Return a request by its number; RosterRefused where there is none."""
    row = tx.sql.execute(sa.select(t.swap).where(_w.id == number)).mappings().first()
    if row is None:
        raise RosterRefused(f"there is no swap {number}; `monitord roster swap list` lists them")
    return swap_of(row)


def around(tx: Tx, context: Context, swap: Swap) -> list[Shift]:
    """Return who is on duty, by the roster of now, around the hours of a request."""
    return laying.between(tx.sql, context.settings, swap.start - AROUND, swap.end + AROUND)


def _asked(tx: Tx, context: Context, swap: Swap, shifts: list[Shift], at: Moment) -> tuple[str, ...]:
    """Return who is asked; RosterRefused where nobody is there to ask."""
    if swap.named == swap.asker:
        raise RosterRefused("name somebody else than yourself")
    if swap.named is not None and on_it_already(shifts, swap, swap.named):
        raise RosterRefused(f"{swap.named} has that duty in those hours already")
    known = tx.people()
    found = [name for name in swap_letters.whom(swap, shifts) if name in known and known[name].home]
    asked = tuple(name for name in found if name not in tx.away_at(swap.start))[: swap_letters.MOST]
    if not asked:
        raise RosterRefused(
            "nobody who holds that duty is free then: name somebody with --with, or ask the roster's owner"
        )
    return asked


def _move(tx: Tx, swap: Swap, state: SwapState, by: str | None, at: Moment) -> Swap:
    try:
        after = moved(swap, state, by)
    except SwapOver as over:
        raise RosterRefused(str(over)) from over
    values = {"state": state, "taker": after.taker, "decider": after.decider, "moved_at": at.now}
    tx.sql.execute(t.swap.update().where(_w.id == swap.id).values(values))
    _note(tx, after, by, at)
    return after


def _note(tx: Tx, swap: Swap, by: str | None, at: Moment) -> None:
    refs: dict[str, Any] = {"swap": swap.id, "unit": swap.unit, "duty": swap.duty, "whom": swap.asker}
    refs |= {"from": stamp(swap.start), "to": stamp(swap.end), "taker": swap.taker, "named": swap.named}
    private = {"text": swap.reason} if swap.reason and swap.state is SwapState.ASKED else None
    tx.append([Fact(_KINDS[swap.state], actor=by, refs=refs, private=private)], at)


ACTS: Mapping[str, RosterAct] = {
    "swap_ask": ask, "swap_take": take, "swap_approve": approve, "swap_decline": decline, "swap_withdraw": withdraw,
}  # fmt: skip
