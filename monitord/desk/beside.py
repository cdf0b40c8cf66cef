"""Letters beside incidents: trouble with a channel, alarms of the auditor, anchors of the journal, bulletins."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import balances, coverage, deadlines, mentions, shift_letters, swap_letters, verifying
from monitord.desk.bulletin_sending import row_of
from monitord.desk.context import Context
from monitord.domain.anchor import read_anchor
from monitord.domain.canary import MARK
from monitord.domain.channel import Turn
from monitord.domain.finding import NAMED, FindingKind
from monitord.domain.group import is_group
from monitord.domain.journal import Row
from monitord.domain.notice import BUTTONED, DeliveryCause, Event, NoticeState
from monitord.domain.people import IMPERSONAL, name_at
from monitord.store import tables as t
from monitord.store.rows import Moment, journal_row
from monitord.store.tx import Tx
from monitord.texts.bulletins import BulletinLetter
from monitord.texts.story import Alarm, AlarmItem, AnchorSent, ChannelTrouble, Gap, Trouble


def text(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    """Return the text of an outbox row that belongs to no incident's story."""
    people = tx.people() if row["event"] == Event.BINDING else {}
    match Event(row["event"]):
        case Event.ANCHOR:
            return _anchor(tx, context, row)
        case Event.ALARM | Event.ALARM_OVER:
            return context.words.alarm(_alarm(tx, context, row))
        case Event.COVERAGE:
            return _nobody(tx, context, row)
        case Event.BINDING:
            whom, by, _ = row["subject"].split("@", 2)
            named = [people[name].name if name in people else name for name in (whom, by)]
            return context.words.page["binding"].format(name=named[0], by=named[1])
        case Event.BOUND | Event.UNBOUND:
            person = tx.people().get(row["person"])
            said = context.words.page["bound" if row["event"] == Event.BOUND else "unbound"]
            return said.format(name=person.name if person else row["person"], desk=context.settings.name)
        case Event.BULLETIN_ASK | Event.BULLETIN:
            return _bulletin(tx, context, row, at)
        case Event.CHANNEL_STATE:
            return _channel_state(tx, context, row, at)
        case event if event in shift_letters.EVENTS:
            return shift_letters.text(tx, context, row, at)
        case Event.DEADLINE:
            return deadlines.text(tx, context, row, at)
        case Event.GAPS_AHEAD:
            return coverage.text(tx, context, row)
        case Event.CONTACT_CODE:
            return verifying.text(tx, context, row)
        case Event.SWAP | Event.SWAP_EDIT:
            return swap_letters.text(tx, context, row, at)
        case Event.TEST:
            return _test(tx, context, row, at)
        case Event.CANARY:
            at_said = context.words.instant(row["created_at"], context.settings.zone)
            return context.words.page["canary"].format(mark=MARK, token=row["subject"], at=at_said)
        case Event.BALANCE:
            account = context.settings.accounts.get(row["channel"])
            return "" if account is None else account.text
        case _:
            return _channel_trouble(tx, context, row, at)


def _nobody(tx: Tx, context: Context, row: Any) -> str:
    """Return the letter to a roster's owner: nobody was found for a bulletin."""
    made = row_of(tx, row["subject"])
    settings = context.settings
    unit = settings.units.get(made["unit"])
    organisation = settings.organisations.get(made["organisation"])
    duty = settings.duty_kinds.get(unit.leader_duty) if unit else None
    leaves = made["approved_by"] is not None or (unit is not None and unit.auto_send_order is not None)
    role = organisation.name if leaves and organisation else duty.name if duty else ""
    return context.words.coverage(
        Gap(
            unit_name=unit.name if unit else made["unit"],
            role=role,
            at=row["created_at"],
            zone=settings.zone,
            code=made["name"],
            address_form=unit.address_form if unit else "đồng chí",
        )
    )


def _bulletin(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    made = row_of(tx, row["subject"])
    settings, book = context.settings, context.book(tx, at)
    unit, organisation = settings.units.get(made["unit"]), settings.organisations.get(made["organisation"])
    reader, approver = book.people.get(row["person"]), book.people.get(made["approved_by"] or "")
    asks = row["event"] == Event.BULLETIN_ASK
    named = (reader.name, reader.title) if reader and asks else (reader.title,) if reader else ()
    return context.words.bulletin(
        BulletinLetter(
            name=made["name"],
            text=made["text"],
            asks=asks,
            unit_name=unit.name if unit else made["unit"],
            organisation=name_at(organisation, made["due"].astimezone(settings.zone).date())
            if organisation
            else made["organisation"],
            reader=", ".join(part for part in named if part),
            address_form=unit.address_form if unit else "đồng chí",
            approved_by=approver.name if approver else "",
            order=unit.auto_send_order if unit else None,
            contact="" if asks else mentions.desk_contact(context, made["unit"], book, at),
            late=None if row["late"] is None else timedelta(seconds=row["late"]),
            repeat=row["uncertain"] > 0,
        )
    )


def _anchor(tx: Tx, context: Context, row: Any) -> str:
    anchor = read_anchor(str(_fact(tx, row).refs["anchor"]))
    zone, repeat = context.settings.zone, row["uncertain"] > 0
    return context.words.anchor(AnchorSent(anchor.number, anchor.ts, anchor.count, anchor.line, zone, repeat))


def _alarm(tx: Tx, context: Context, row: Any) -> Alarm:
    fact = _fact(tx, row)
    refs = fact.refs
    kind, reader, units = FindingKind(refs["finding"]), row["person"], context.settings.units
    # Who is not an administrator reads of the people of his own units alone.
    few = kind in NAMED and reader not in context.settings.administrators
    mine = {unit.id for unit in units.values() if unit.roster_owner == reader}
    names = [name for name in refs.get("names", ()) if not few or name.partition("/")[0] in mine]
    return Alarm(
        kind=kind,
        since=datetime.fromisoformat(refs["since"]),
        # Not the instant of sending: a message that waited must not say that it still lasts.
        now=fact.ts,
        zone=context.settings.zone,
        count=len(names) if few else refs.get("count", 0),
        items=tuple(_item(tx, context, name) for name in names),
        over=row["event"] == Event.ALARM_OVER,
        repeat=row["uncertain"] > 0,
    )


def _item(tx: Tx, context: Context, name: str) -> AlarmItem:
    """Return a name of `audit.Finding.names` as people read it."""
    place, _, instant = name.partition("@")
    unit, slash, duty = place.partition("/")
    duty, _, person = duty.partition("/")
    at = datetime.fromisoformat(instant) if instant else None
    if not slash:
        return AlarmItem(place, at)
    known, kind = context.settings.units.get(unit), context.settings.duty_kinds.get(duty)
    where = f"{kind.name if kind else duty} – {known.name if known else unit}"
    people = tx.people()
    who = people[person].name if person in people else person
    return AlarmItem(f"{who} ({where})" if who else where, at)


def _fact(tx: Tx, row: Any) -> Row:
    """Return the journal row that the notice was queued with: `subject` names it."""
    wanted = sa.select(t.journal).where(t.journal.c.seq == int(row["subject"]))
    return journal_row(tx.sql.execute(wanted).mappings().one())


def _test(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    by = tx.people().get(row["subject"].partition("@")[0])
    known = context.settings.channels.get(row["channel"])
    hears = "test_hears" if known is not None and known.hears else "test"
    pressed = row["channel"] in BUTTONED - IMPERSONAL and not is_group(row["person"])
    said = context.words.page["test_press" if pressed else hears]
    asked = by.name if by else row["subject"].partition("@")[0]
    clock = context.words.instant(row["created_at"], context.settings.zone)
    return said.format(desk=context.settings.name, by=asked, at=clock)


def _channel_state(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    turn, channel, since, cause = row["subject"].split("@", 3)
    o = t.outbox.c
    waits = sa.select(sa.func.count()).where(
        o.channel == channel, o.state.in_([NoticeState.PENDING, NoticeState.LEASED]), o.incident.is_not(None)
    )
    kinds = {
        Turn.FAILS: Trouble.BROKEN,
        Turn.WORKS: Trouble.WORKS_AGAIN,
        "conflict": Trouble.CONFLICT,
        balances.LOW: Trouble.LOW,
    }
    left = balances.amount_of(tx, channel) if turn == balances.LOW else None
    return context.words.channel_trouble(
        ChannelTrouble(
            channel=channel,
            trouble=kinds[turn],
            since=datetime.fromisoformat(since),
            now=at.now,
            zone=context.settings.zone,
            cause=DeliveryCause(cause),
            waiting=int(tx.sql.execute(waits).scalar() or 0),
            left=left,
        )
    )


def _channel_trouble(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    name, _, where = row["subject"].partition("@")
    where = where.partition("@")[2] or row["channel"]
    person = tx.people().get(name)
    return context.words.channel_trouble(
        ChannelTrouble(
            channel=where,
            trouble=Trouble.BINDING,
            since=row["created_at"],
            now=at.now,
            zone=context.settings.zone,
            cause=_last_cause(tx, name, where),
            person=person.name if person else row["subject"] if name else context.words.page["canary_name"],
        )
    )


def _last_cause(tx: Tx, person: str, channel: str) -> DeliveryCause:
    o = t.outbox.c
    wanted = (
        sa.select(o.last_cause)
        .where(o.person == person, o.channel == channel, o.state == NoticeState.DEAD, o.event != Event.UNBOUND)
        .order_by(o.id.desc())
    )
    found = tx.sql.execute(wanted.limit(1)).scalar()
    return DeliveryCause(found) if found else DeliveryCause.UNEXPECTED
