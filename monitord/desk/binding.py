"""Binding a person's Telegram account, in the writer's transaction: a code is given, sent, confirmed, and ended."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from monitord.desk.buttons import ref_bytes
from monitord.desk.context import Context
from monitord.domain.binding import CODE_BYTES, HOLDS, TRIES, code_of, digest_of, valid
from monitord.domain.dutybook import usable
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import Event, Notice, Priority
from monitord.domain.people import Person
from monitord.domain.update import Update
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

_c, _b, _t = t.binding_code.c, t.bound.c, t.binding_try.c


class BindingRefused(ValueError):
    """The binding cannot be made or ended; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who sent a person's code: the account's number and what it calls itself; None while nobody did."""

    person: str
    account: int | None
    name: str


def begin(tx: Tx, context: Context, person: str, by: str, at: Moment, raw: bytes) -> str:
    """Give out a code for a person, in place of an earlier one, and return it; only its digest is kept.

    BindingRefused for a person who is not in the settings, or somebody who may not give one.
    """
    whom = _known(tx, context, person)
    _may(tx, context, whom, by)
    code = code_of(raw)
    # Codes that are over go with the name of who sent them.
    tx.sql.execute(t.binding_code.delete().where(sa.or_(_c.person == person, _c.given_at < at.now - HOLDS)))
    values = {"person": person, "digest": digest_of(code), "given_at": at.now, "given_by": by}
    tx.sql.execute(t.binding_code.insert(), values)
    tx.append([Fact(FactKind.BINDING_BEGUN, actor=by, refs={"person": person})], at)
    return code


def sent(tx: Tx, code: str, update: Update, at: Moment) -> bool | None:
    """Note who sent a code to the bot, alone with it; return whether it is one, None for an account that sent too many
    that are none."""
    if not _in_force(tx, at):
        return False  # nobody was given a code: strangers write nothing down
    tried = tx.sql.execute(sa.select(t.binding_try).where(_t.account == update.user_id)).mappings().first()
    fresh = tried is not None and valid(tried["since"], at.now)
    if tried is not None and fresh and tried["tries"] >= TRIES:
        return None
    row = tx.sql.execute(sa.select(t.binding_code).where(_c.digest == digest_of(code))).mappings().first()
    private = {"user": str(update.user_id), "name": update.user_name}
    if row is None or not valid(row["given_at"], at.now) or row["account"] not in (None, update.user_id):
        tx.sql.execute(t.binding_try.delete().where(_t.account == update.user_id))
        # What nobody asks for any more goes, so that strangers cannot fill the table.
        tx.sql.execute(t.binding_try.delete().where(_t.since < at.now - HOLDS))
        tries = tried["tries"] + 1 if tried is not None and fresh else 1
        since = tried["since"] if tried is not None and fresh else at.now
        tx.sql.execute(t.binding_try.insert(), {"account": update.user_id, "tries": tries, "since": since})
        why = _why_not(row, at)
        if tries in (1, TRIES) or why != "no_code":
            refs = {"why": why, "update": update.update_id, "tries": tries}
            tx.append([Fact(FactKind.BINDING_REFUSED, refs=refs, private=private)], at)
        return False
    who = {"account": update.user_id, "account_name": update.user_name}
    tx.sql.execute(t.binding_code.update().where(_c.person == row["person"]).values(who))
    refs = {"person": row["person"], "update": update.update_id}
    tx.append([Fact(FactKind.BINDING_SENT, refs=refs, private=private)], at)
    return True


def _in_force(tx: Tx, at: Moment) -> bool:
    return any(valid(given, at.now) for given in tx.sql.execute(sa.select(_c.given_at)).scalars())


def _why_not(row: Any, at: Moment) -> str:
    if row is None:
        return "no_code"
    return "other_account" if valid(row["given_at"], at.now) else "expired"


def claim_of(tx: Tx, person: str, at: Moment) -> Claim:
    """Return who sent the code of a person; BindingRefused when none was given, or it is too old."""
    row = tx.sql.execute(sa.select(t.binding_code).where(_c.person == person)).mappings().first()
    if row is None or not valid(row["given_at"], at.now):
        raise BindingRefused(f"no code of {person} is in force: give one out with `monitord bind start {person}`")
    return Claim(person, row["account"], row["account_name"] or "")


def confirm(tx: Tx, context: Context, person: str, account: int, by: str, at: Moment) -> None:
    """Bind the account that sent a person's code, which somebody at the desk has looked at. From now on it hears and
    presses as that person; the account before it is told that it does no longer."""
    whom = _known(tx, context, person)
    _may(tx, context, whom, by)
    claim = claim_of(tx, person, at)
    if claim.account != account:
        who = "nobody has sent" if claim.account is None else "another account sent"
        raise BindingRefused(f"{who} the code of {person}: look at `monitord bind show {person}` again")
    _free(tx, person, account)
    tx.sql.execute(t.binding_code.delete().where(_c.person == person))
    tx.sql.execute(t.bound.delete().where(_b.person == person))
    tx.sql.execute(t.bound.insert(), {"person": person, "account": account, "bound_at": at.now, "bound_by": by})
    _address(tx, person, account)
    private = {"user": str(account)}
    tx.append([Fact(FactKind.BINDING_MADE, actor=by, refs={"person": person}, private=private)], at)
    _tell(tx, Event.BOUND, person, account, at)
    if whom.telegram is not None and whom.telegram != account:
        _tell(tx, Event.UNBOUND, person, whom.telegram, at)
    _tell_administrators(tx, context, person, by, at)


def end(tx: Tx, context: Context, person: str, by: str, at: Moment) -> None:
    """End a binding: the account hears and presses nothing any more, and is told so; what the settings name counts
    again at their next reading."""
    whom = tx.people().get(person)
    bound = tx.sql.execute(sa.select(_b.account).where(_b.person == person)).scalar()
    if whom is None or bound is None:
        raise BindingRefused(f"{person} is not bound by a code: an address in the settings is ended there")
    _may(tx, context, whom, by)
    forget(tx, person)
    named = context.settings.people.get(person)
    others = {p.telegram for p in tx.people().values() if p.id != person}
    # What the settings name may be somebody else's by now.
    _address(tx, person, named.telegram if named is not None and named.telegram not in others else None)
    tx.append([Fact(FactKind.BINDING_ENDED, actor=by, refs={"person": person})], at)
    _tell(tx, Event.UNBOUND, person, bound, at)
    _tell_administrators(tx, context, person, by, at)


def forget(tx: Tx, person: str) -> None:
    """Drop what is known of somebody's binding."""
    tx.sql.execute(t.bound.delete().where(_b.person == person))
    tx.sql.execute(t.binding_code.delete().where(_c.person == person))


def accounts(tx: Tx) -> dict[str, int]:
    """Return the bound accounts by person: they go before what the settings name."""
    return {row.person: row.account for row in tx.sql.execute(sa.select(_b.person, _b.account))}


def fresh_code(tx: Tx) -> bytes:
    """Return the bytes of a new code, from the token maker that a simulation can replay."""
    return ref_bytes(tx.token(CODE_BYTES))


def _known(tx: Tx, context: Context, person: str) -> Person:
    found = tx.people().get(person)
    if found is None or person not in context.settings.people:
        raise BindingRefused(f"nobody has the id {person!r} in the settings")
    return found


def _may(tx: Tx, context: Context, whom: Person, by: str) -> None:
    """Administrators bind everybody; the owner of a roster the people of his unit, but neither himself nor who leads or
    administers: nobody makes himself another with nobody looking on."""
    if by in context.settings.administrators:
        return
    unit = context.settings.units.get(whom.home)
    leads = sa.select(t.shift.c.id).where(
        t.shift.c.person == whom.id, t.shift.c.duty == (unit.leader_duty if unit else "")
    )
    higher = whom.id in (by, *context.settings.administrators) or tx.sql.execute(leads.limit(1)).first() is not None
    if unit is None or by != unit.roster_owner or higher:
        raise BindingRefused(
            f"{by} may not bind {whom.id}: an administrator may, or for who neither leads nor administers the owner of"
            " that unit's roster"
        )


def _free(tx: Tx, person: str, account: int) -> None:
    """Refuse an account that is somebody else's."""
    bound = next((name for name, number in accounts(tx).items() if number == account and name != person), None)
    if bound is not None:
        raise BindingRefused(f"that account is {bound}'s: end that first with `monitord bind end {bound}`")
    other = next((p for p in tx.people().values() if p.telegram == account and p.id != person), None)
    if other is not None:
        raise BindingRefused(f"that account is {other.id}'s by the settings: take it out there first")


def _address(tx: Tx, person: str, account: int | None) -> None:
    tx.sql.execute(t.person.update().where(t.person.c.id == person).values(telegram=account))
    tx.roster_changed()


def _tell(tx: Tx, event: Event, person: str, account: int, at: Moment) -> None:
    """Owe an account a word; the row names it, because the person may have another address by then."""
    subject = f"{account}@{at.now.isoformat()}"
    tx.queue(Notice(None, event, person, "telegram", Priority.FOLLOW_UP, subject=subject), at.now)


def _tell_administrators(tx: Tx, context: Context, person: str, by: str, at: Moment) -> None:
    """Who administers hears of every account that speaks for somebody from now on, whoever saw to it."""
    people = tx.people()
    for name in context.settings.administrators:
        told = people.get(name)
        if told is None or name in (by, person):
            continue
        ways = usable(told, context.settings.ways)
        if ways:
            subject = f"{person}@{by}@{at.now.isoformat()}"
            made = Notice(None, Event.BINDING, name, ways[0], Priority.FOLLOW_UP, fallback=ways[1:], subject=subject)
            tx.queue(made, at.now)


def account_of(row: Any) -> str:
    """Return the account to which a notice of a binding that was made or ended goes."""
    return str(row["subject"]).partition("@")[0]
