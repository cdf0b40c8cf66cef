"""Windows as people set and end them: maintenance, mute, change freeze, planned power cut."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.holding import muted_until
from monitord.desk.ladders import ladder_time
from monitord.domain.decision import Timer, TimerKind
from monitord.domain.incident import Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.steps import next_step
from monitord.domain.window import Scope, Window, WindowKind, scope_to_wire
from monitord.store import tables as t
from monitord.store.rows import Moment, window_of
from monitord.store.tx import Tx

LONGEST = timedelta(days=31)
MOST = 400
"""Windows of one series: a night a day for a year."""


CAMPAIGN = "campaign:"
"""Who wrote the freeze of a campaign; no person has such an id."""


class WindowRefused(ValueError):
    """The window cannot be set or ended; the text says why and what to do."""


def set_windows(
    tx: Tx,
    context: Context,
    kind: WindowKind,
    scope: Scope,
    spans: Sequence[tuple[datetime, datetime]],
    author: str,
    reason: str,
    leader: str | None,
    at: Moment,
) -> list[int]:
    """Write a window for each span, as one series, and return their ids; WindowRefused when one may not be."""
    _refuse_strange(tx, context, scope, author)
    if not spans or len(spans) > MOST:
        raise WindowRefused(f"a series has 1 to {MOST} windows, not {len(spans)}")
    freezes = [w for w in tx.windows(at.now, max(end for _, end in spans)) if w.kind is WindowKind.FREEZE]
    freezes += campaign_freezes(context)
    if leader is not None and not _leads(tx, context, leader):
        raise WindowRefused(f"{leader!r} is on no leader's duty in the roster: name a leader")
    series = tx.token(12)
    ids = []
    concerned = _covered(context, scope)
    for start, end in spans:
        if not start < end <= start + LONGEST or end <= at.now:
            raise WindowRefused(f"{stamp(start)} to {stamp(end)}: a window ends after it begins, within 31 days, ahead")
        near = (freeze for freeze in freezes if freeze.overlaps(start, end))
        frozen = next((f for f in near if f.scope.touches(scope) or concerned & _covered(context, f.scope)), None)
        if kind is WindowKind.MAINTENANCE and frozen is not None and leader is None:
            whose = f" ({frozen.series})" if frozen.author == CAMPAIGN else ""
            raise WindowRefused(
                f"a change freeze{whose} runs from {stamp(frozen.start)} to {stamp(frozen.end)}:"
                " name the leader who allows it"
            )
        values = {
            "series": series,
            "kind": kind,
            "scope": scope_to_wire(scope),
            "starts": start,
            "ends": end,
            "author": author,
            "leader": leader,
            "reason": reason,
        }
        key = tx.sql.execute(t.window.insert(), values).inserted_primary_key
        assert key is not None
        ids.append(int(key[0]))
    ends = {"from": stamp(spans[0][0]), "to": stamp(spans[-1][1]), "windows": len(ids)}
    tx.append(
        [_fact(FactKind.WINDOW_SET, kind, scope, author, reason, {**ends, "leader": leader, "window": ids[0]})], at
    )
    tx.windows_changed()
    return ids


def end_window(tx: Tx, context: Context, window: int, person: str, reason: str, at: Moment) -> Window:
    """End a window now, or strike out one that has not begun, and return it as it was.

    What it held is told by the review that follows; steps that a mute held fall due as they would have been.
    """
    wanted = sa.select(t.window).where(t.window.c.id == window, t.window.c.ends > at.now)
    row = tx.sql.execute(wanted).mappings().first()
    found = None if row is None else window_of(row)
    if found is None:
        raise WindowRefused(f"no window {window} runs or is ahead; `monitord window list` shows them")
    if person not in tx.people():
        raise WindowRefused(f"nobody has the id {person!r}")
    end = max(found.start, at.now)
    tx.sql.execute(t.window.update().where(t.window.c.id == window).values(ends=end))
    refs = {"from": stamp(found.start), "to": stamp(found.end), "window": window}
    tx.append([_fact(FactKind.WINDOW_ENDED, found.kind, found.scope, person, reason, refs)], at)
    tx.windows_changed()
    if found.kind is WindowKind.MUTE:
        _unmute(tx, context, at)
    return found


def campaign_freezes(context: Context) -> list[Window]:
    """Return the freezes that campaigns of the settings say, as if somebody had written them; `series` names each."""
    return [
        Window(0, WindowKind.FREEZE, Scope(units=tuple(sorted(c.units))), c.start, c.end, CAMPAIGN, c.id)
        for c in context.settings.campaigns
        if c.freeze
    ]


def _covered(context: Context, scope: Scope) -> frozenset[str]:
    """Return the targets that a scope covers, by the settings in force."""
    found = context.targets.items()
    return frozenset(name for name, (d, target) in found if scope.covers(target.id, d.id, d.site, d.unit))


def _unmute(tx: Tx, context: Context, at: Moment) -> None:
    """Let every timer that a mute moved be due when it would have been without it."""
    for incident in tx.running_incidents():
        if muted_until(tx, context, incident.target, at) is not None:
            continue
        due = sa.select(t.timer.c.due).where(t.timer.c.incident == incident.id, t.timer.c.state == "armed")
        if incident.phase is Phase.OPEN:
            timer = next_step(incident, incident.step)
        else:
            timer = Timer(TimerKind.ACK_EXPIRY, 0, incident.ack_expires_at or at.now)
        armed = tx.sql.execute(due).scalar()
        if armed is not None and armed > timer.due:
            ladder_now = ladder_time(tx, incident.id, at)
            tx.disarm(incident.id)
            tx.arm(incident.id, timer, at, ladder_now)


def _fact(kind: FactKind, what: WindowKind, scope: Scope, person: str, reason: str, refs: dict[str, object]) -> Fact:
    named = [name for ids in scope_to_wire(scope).values() for name in ids] or ["*"]
    private = {"text": reason} if reason else None
    return Fact(kind, actor=person, refs={"kind": what, "scope": named, **refs}, private=private)


def _refuse_strange(tx: Tx, context: Context, scope: Scope, author: str) -> None:
    settings = context.settings
    devices = {device.id for device, _ in context.targets.values()}  # a link, a ring, a cable has an id of its own
    known = (context.targets, devices, settings.sites, settings.units)
    for names, there in zip((scope.targets, scope.devices, scope.sites, scope.units), known, strict=True):
        for name in names:
            if name not in there:
                raise WindowRefused(f"there is no {name!r} in the settings")
    if author not in tx.people():
        raise WindowRefused(f"nobody has the id {author!r}")


def _leads(tx: Tx, context: Context, person: str) -> bool:
    duties = {unit.leader_duty for unit in context.settings.units.values()}
    listed = sa.select(t.shift.c.id).where(t.shift.c.person == person, t.shift.c.duty.in_(duties)).limit(1)
    return tx.sql.execute(listed).first() is not None
