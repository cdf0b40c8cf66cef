"""Digests inside the writer's transaction: which rows of the outbox go as one message, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from monitord.desk import buttons, mentions
from monitord.desk.context import Context
from monitord.desk.groups import name_in_group, role_of_holder
from monitord.desk.reasons import reason_gone
from monitord.domain.digest import ALONE_FOR, ASKING, GATHERED, MOST, Waiting, gather
from monitord.domain.group import is_group
from monitord.domain.incident import Incident, Phase
from monitord.domain.notice import BUTTONED, ButtonFace, DeliveryCause, Event, NoticeState
from monitord.domain.people import IMPERSONAL
from monitord.domain.storm import unit_of
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts import forms
from monitord.texts.digest import Digest, DigestLine, DigestState

MOST_SHORT = 8
"""Incidents of a digest in one SMS, all of whose numbers stand in it."""
LOOKED_AT = 400
"""Rows of one person looked at, the oldest; the rest waits for the next digest."""
TOUCHED = 8
"""Buttons under a digest; others are taken by typing."""


_o = t.outbox.c
# What is surely not to be gathered now is left in the database: in a storm that is thousands. Made once: it is asked at
# every claim.
_MAY = sa.and_(
    _o.state == NoticeState.PENDING,
    _o.channel == sa.bindparam("channel"),
    _o.event.in_(sorted(GATHERED)),
    _o.organisation.is_(None),
    _o.edits.is_(None),
    sa.or_(_o.not_before <= sa.bindparam("now"), _o.last_cause.is_not(None)),
    sa.not_(sa.and_(_o.event.in_(sorted(ASKING)), _o.attempts == 0, _o.created_at > sa.bindparam("alone_from"))),
)
_CROWDED = (
    sa.select(_o.person)
    .where(_MAY)
    .group_by(_o.person)
    .having(sa.func.count() > sa.bindparam("over"))
    .order_by(_o.person)
)
_OF_ONE = sa.select(t.outbox).where(_MAY, _o.person == sa.bindparam("person")).order_by(_o.id).limit(LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Together:
    """Rows of one person that go as one message, in their order; `incidents` are those they tell of, by their ids."""

    rows: tuple[Any, ...]
    incidents: Mapping[int, Incident]


def gathered(
    tx: Tx, context: Context, channel: str, at: Moment, unlooked: frozenset[str], fresh: timedelta
) -> dict[int, Together]:
    """Return the digests that may go now by a channel, under the id of each of their rows.

    Telephones ring for one thing at a time, and what is read by machines is not gathered. Rows about targets in
    `unlooked` that are older than `fresh` wait as they do by themselves; a row whose reason is gone is left out.
    """
    own = context.settings.channels.get(channel)
    if channel in IMPERSONAL or (own is not None and own.spoken):
        return {}
    given = {"channel": channel, "now": at.now, "alone_from": at.now - ALONE_FOR, "over": context.settings.digest_over}
    most = MOST if own is None or own.short is None else MOST_SHORT
    found: dict[int, Together] = {}
    for person in tx.sql.execute(_CROWDED, given).scalars().all():
        rows = {row["id"]: row for row in tx.sql.execute(_OF_ONE, given | {"person": person}).mappings()}
        incidents = {number: tx.incident(number) for number in {row["incident"] for row in rows.values()}}
        known = {number: one for number, one in incidents.items() if one is not None and _plain(one)}
        ready = [
            _waiting(row)
            for row in rows.values()
            if (one := known.get(row["incident"])) is not None
            and not (one.target in unlooked and at.now - row["created_at"] > fresh)
            and reason_gone(tx, row, one) is None
        ]
        for drill in (False, True):  # what is real is never told with what is not
            of_it = [one for one in ready if known[one.incident].drill is drill]
            chosen = [rows[number] for number in gather(of_it, at.now, context.settings.digest_over, most)]
            told = {row["incident"]: known[row["incident"]] for row in chosen}
            found |= dict.fromkeys((row["id"] for row in chosen), Together(tuple(chosen), told))
    return found


def sent_with(tx: Tx, row: Any) -> Together | None:
    """Return what the message told that an outbox row edits, when it was a digest."""
    o = t.outbox.c
    edited = tx.sql.execute(sa.select(o.bundle, o.message_ref).where(o.id == row["edits"])).first()
    if edited is None or edited.bundle is None or edited.message_ref is None:
        return None
    same = sa.and_(o.bundle == edited.bundle, o.message_ref == edited.message_ref, o.state == NoticeState.SENT)
    rows = tx.sql.execute(sa.select(t.outbox).where(same).order_by(o.id)).mappings().all()
    incidents = {number: tx.incident(number) for number in {row["incident"] for row in rows}}
    return Together(tuple(rows), {number: one for number, one in incidents.items() if one is not None})


def written(
    tx: Tx, context: Context, key: bytes, together: Together, at: Moment
) -> tuple[str, tuple[tuple[ButtonFace, ...], ...]]:
    """Return the text of a digest, and the buttons under it, one for each incident that its reader is asked to take."""
    channel = together.rows[0]["channel"]
    own = context.settings.channels.get(channel)
    told = _digest(context, tx, together, channel, at)
    if own is not None and own.short is not None:
        return context.words.digest_short(told, own.short), ()
    under: list[tuple[ButtonFace, ...]] = []
    asked = {row["incident"]: row for row in together.rows if row["event"] in ASKING}
    by_code = {one.code: one for one in together.incidents.values()}
    for line in told.ordered if told.buttons else ():
        incident = by_code[line.code]
        row = asked.get(incident.id)
        if line.state is not DigestState.OPEN or row is None or len(under) >= TOUCHED:
            continue
        if faces := buttons.faces(tx, context, key, row, Event(row["event"]), incident, at):
            first = faces[0][0]
            under.append((replace(first, label=f"{first.label} {forms.number_of(line.code)}"),))
    return context.words.digest(told), tuple(under)


def _plain(incident: Incident) -> bool:
    """Return whether a line can tell of an incident: security and storms have words of their own."""
    return incident.lane is None and not incident.suspected and unit_of(incident.target) is None


def _waiting(row: Any) -> Waiting:
    failed = None if row["last_cause"] is None else DeliveryCause(row["last_cause"])
    return Waiting(
        row["id"],
        row["incident"],
        Event(row["event"]),
        row["created_at"],
        row["not_before"],
        row["attempts"],
        failed,
    )


def _digest(context: Context, tx: Tx, together: Together, channel: str, at: Moment) -> Digest:
    of: dict[int, list[Any]] = {}
    for row in together.rows:
        of.setdefault(row["incident"], []).append(row)
    to_group = is_group(together.rows[0]["person"])
    write = partial(_line_in_group, at=at) if to_group else _line
    lines = tuple(write(tx, context, together.incidents[number], rows) for number, rows in of.items())
    waited = max((row["accepted_at"] or at.now) - row["created_at"] for row in together.rows)
    asked = any(
        row["event"] in ASKING and together.incidents[row["incident"]].phase is Phase.OPEN for row in together.rows
    )
    return Digest(
        messages=len(together.rows),
        lines=lines,
        now=at.now,
        zone=context.settings.zone,
        waited=waited if waited >= ALONE_FOR else None,
        repeat=any(row["uncertain"] for row in together.rows),
        # What is typed in a group is not heard: its buttons say enough.
        asks=asked and not to_group and context.settings.answers(channel),
        buttons=channel in BUTTONED,
        drill=all(one.drill for one in together.incidents.values()),
    )


def _line(tx: Tx, context: Context, incident: Incident, rows: Sequence[Any]) -> DigestLine:
    holder = tx.people().get(incident.acknowledged_by or "")
    into = [row["subject"] for row in rows if row["event"] == Event.MERGED]
    states = {Phase.OPEN: DigestState.OPEN, Phase.ACKNOWLEDGED: DigestState.TAKEN}
    return DigestLine(
        code=incident.code,
        severity=incident.severity,
        name=mentions.name_of(context, incident),
        state=states.get(incident.phase, DigestState.OVER),
        since=incident.episode_at,
        ended=None if incident.running else incident.restored_at,
        taken_by=holder.name if holder and incident.phase is Phase.ACKNOWLEDGED else "",
        into="" if incident.running or not into else into[-1],
    )


def _line_in_group(tx: Tx, context: Context, incident: Incident, rows: Sequence[Any], at: Moment) -> DigestLine:
    line = _line(tx, context, incident, rows)
    role = role_of_holder(context, incident, context.book(tx, at, timedelta(hours=12))) if line.taken_by else ""
    return replace(line, name=name_in_group(context, incident), taken_by=role)
