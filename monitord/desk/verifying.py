"""Contacts that are proved: a code goes by the channel itself, and its reader answers it or reads it to the desk.

Telegram proves itself when an account is bound (`binding`); whoever answers anything by a channel has proved it as well
(`contacts`).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk import contacts
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, keeps, somebody
from monitord.domain.binding import SHORT_DIGITS, TRIES, same_code, short_code, valid
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import CALLS, Event, Notice, Priority
from monitord.domain.people import IMPERSONAL
from monitord.domain.update import Answer as Answered
from monitord.domain.update import Heard
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

NONCE_BYTES = 12
BOUND_BY_CODE = "telegram"
_CODE = re.compile(rf"\s*(?:\d\s*){{{SHORT_DIGITS}}}", re.ASCII)
_c = t.contact_code.c


def begin(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Send somebody a code by a channel, in place of an earlier one."""
    whom, channel = somebody(tx, given["whom"]), str(given["channel"])
    _may(tx, context, person, whom, at)
    if channel == BOUND_BY_CODE:
        raise RosterRefused(f"Telegram is proved by binding: `monitord bind start {whom}`")
    ways = [way for way in context.settings.ways if way not in IMPERSONAL | CALLS | {BOUND_BY_CODE}]
    address = tx.people()[whom].address(channel) if channel in ways else None
    if address is None:
        known = ", ".join(tx.people()[whom].ways(ways)) or "none"
        raise RosterRefused(f"{whom} cannot be sent a code by {channel!r}; there are addresses for: {known}")
    mine = sa.and_(_c.person == whom, _c.channel == channel)
    tx.sql.execute(t.contact_code.delete().where(mine))
    values = {"person": whom, "channel": channel, "address": address, "nonce": tx.token(NONCE_BYTES),
              "given_at": at.now, "given_by": person, "tries": 0}  # fmt: skip
    tx.sql.execute(t.contact_code.insert().values(**values))
    subject = stamp(at.now)
    tx.queue(Notice(None, Event.CONTACT_CODE, whom, channel, Priority.FOLLOW_UP, subject=subject), at.now)
    tx.append([Fact(FactKind.CONTACT_ASKED, actor=person, refs={"person": whom, "channel": channel})], at)
    named = {"name": tx.people()[whom].name, "channel": context.words.channel(channel)}
    return {"text": context.words.page["contact_asked"].format(**named)}


def said(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Take the code that somebody read to the desk from his telephone."""
    whom, channel = somebody(tx, given["whom"]), str(given["channel"])
    _may(tx, context, person, whom, at)
    if whom == person and whom not in context.settings.administrators:
        raise RosterRefused("whoever reads it from his own telephone answers the message instead")
    row = _row(tx, whom, channel)
    if row is None or not _right(tx, row, str(given["code"]), at):
        _count(tx, row, whom, channel, person, at)
        return {"right": False, "text": context.words.page["code_wrong"]}
    _confirm(tx, row, person, at)
    return {"right": True, "text": context.words.page["contact_verified"]}


def heard(tx: Tx, context: Context, answer: Heard, at: Moment) -> Answered | None:
    """Take a code that came by the channel it was sent by, from that very address; None for what is no code, and where
    none is asked for."""
    if _CODE.fullmatch(answer.text) is None:
        return None
    mine = sa.and_(_c.channel == answer.channel, _c.address == answer.sender)
    rows = tx.sql.execute(sa.select(t.contact_code).where(mine).order_by(_c.person)).mappings().all()
    if not any(valid(row["given_at"], at.now) for row in rows):
        return None
    for row in rows:
        if _right(tx, row, answer.text, at):
            _confirm(tx, row, None, at)
            return Answered(context.words.page["contact_verified"], True)
    for row in rows:
        _count(tx, row, row["person"], row["channel"], None, at)
    return Answered(context.words.page["code_wrong"])


def text(tx: Tx, context: Context, row: Any) -> str:
    """Return the message that brings a code; none for one that is no longer asked for."""
    known = _row(tx, row["person"], row["channel"])
    if known is None:
        return context.words.page["code_wrong"]
    code = short_code(_key(tx), known["nonce"])
    return context.words.page["contact_code"].format(desk=context.settings.name, code=code)


def no_longer(tx: Tx, row: Any) -> str | None:
    """Return why a code need not leave any more: it was answered, or a newer one took its place."""
    known = _row(tx, row["person"], row["channel"])
    return None if known is not None and stamp(known["given_at"]) == row["subject"] else "newer code"


def _row(tx: Tx, person: str, channel: str) -> Any:
    wanted = sa.select(t.contact_code).where(_c.person == person, _c.channel == channel)
    return tx.sql.execute(wanted).mappings().first()


def _right(tx: Tx, row: Any, code: str, at: Moment) -> bool:
    """Return whether it is the code of a row that is in force, for the address that the person has now."""
    given: datetime = row["given_at"]
    known = tx.people().get(row["person"])
    fresh = valid(given, at.now) and row["tries"] < TRIES
    same = known is not None and known.address(row["channel"]) == row["address"]
    return same_code(short_code(_key(tx), row["nonce"]), code) and fresh and same


def _confirm(tx: Tx, row: Any, by: str | None, at: Moment) -> None:
    mine = sa.and_(_c.person == row["person"], _c.channel == row["channel"])
    tx.sql.execute(t.contact_code.delete().where(mine))
    contacts.confirmed(tx, tx.people()[row["person"]], row["channel"], at)
    refs = {"person": row["person"], "channel": row["channel"]}
    tx.append([Fact(FactKind.CONTACT_VERIFIED, actor=by, refs=refs)], at)


def _count(tx: Tx, row: Any, whom: str, channel: str, by: str | None, at: Moment) -> None:
    tries = 0 if row is None else row["tries"] + 1
    if row is not None:
        mine = sa.and_(_c.person == whom, _c.channel == channel)
        tx.sql.execute(t.contact_code.update().where(mine).values(tries=tries))
    if tries <= TRIES:  # whatever comes after that is not looked at, and fills nothing
        refs = {"person": whom, "channel": channel, "tries": tries}
        tx.append([Fact(FactKind.CONTACT_REFUSED, actor=by, refs=refs)], at)


def _key(tx: Tx) -> bytes:
    return (tx.get("button_key") or "").encode("ascii")


def _may(tx: Tx, context: Context, by: str, whom: str, at: Moment) -> None:
    """Administrators, who keeps the roster of the unit, and the person himself."""
    unit = context.settings.units.get(tx.people()[whom].home)
    if by in (whom, *context.settings.administrators) or (unit is not None and keeps(tx, context, unit, by, at)):
        return
    raise RosterRefused(f"{by} may not prove the contacts of {whom}: an administrator may, or who keeps that roster")


ACTS: Mapping[str, RosterAct] = {"contact_verify": begin, "contact_verified": said}
