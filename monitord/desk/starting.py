"""What a start does before anything else, in one transaction.

A restart is not an event, and nothing that was owed is forgotten.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord import __version__
from monitord.desk import canaries, contacts, groups, laying, purging
from monitord.desk.binding import accounts, forget
from monitord.desk.context import Context, write
from monitord.desk.edges import drop_removed
from monitord.desk.leases import hasten, void_leases
from monitord.desk.overdue import bury_what_no_channel_sends
from monitord.domain import escalation
from monitord.domain.edge import Known
from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.network import SIGHT
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.storms import running_storms
from monitord.store.tx import Tx

ALIVE = "alive_at"
STOPPED = "stopped_at"


@dataclass(frozen=True, slots=True)
class Started:
    """What a start found. `down_between` is None at the very first start.

    `unlooked` are the targets of running incidents.
    """

    key: bytes
    down_between: tuple[datetime, datetime] | None
    known: tuple[Known, ...]
    unlooked: frozenset[str]


def start(tx: Tx, context: Context, at: Moment) -> Started:
    """Note the start, import people and shifts, void old leases, carry timers over, and return what the looker must
    know."""
    down = _down_between(tx, at)
    stopped = tx.get(STOPPED)
    facts = [Fact(FactKind.DAEMON_STARTED, refs={"version": __version__, "settings": context.settings.hash})]
    if down is not None:
        refs = {"from": stamp(down[0]), "to": stamp(down[1]), "clean": stopped is not None}
        facts.append(Fact(FactKind.DAEMON_WAS_DOWN, refs=refs))
    tx.append(facts, at)
    tx.sql.execute(t.meta.delete().where(t.meta.c.key == STOPPED))
    tx.put(ALIVE, stamp(at.now))
    take_settings(tx, context, at)
    void_leases(tx, at)
    hasten(tx, at)
    bury_what_no_channel_sends(tx, context, at)
    canaries.resume(tx, context, at)
    tx.rebase_timers(at)
    drop_removed(tx, context, at)
    rearm_forgotten(tx, context, at)
    withheld = _look_again_at_what_is_withheld(tx, at)
    running = {incident.target for incident in tx.running_incidents()}
    running |= {name for whole in running | withheld for name in context.wiring.looked_at(whole)}
    return Started(
        key=_button_key(tx),
        down_between=down,
        known=known_targets(tx),
        unlooked=frozenset(running | withheld).intersection(context.targets) - {SIGHT},
    )


def _look_again_at_what_is_withheld(tx: Tx, at: Moment) -> set[str]:
    """Let every fault that waits to be told wait for a look of this run, and return their targets: nobody looked while
    the daemon was down."""
    w = t.target.c
    withheld = set(tx.sql.execute(sa.select(w.id).where(w.withheld_at.is_not(None))).scalars())
    tx.sql.execute(t.target.update().where(w.withheld_at.is_not(None)).values(behind=True, look_after=at.now))
    return withheld


def take_settings(tx: Tx, context: Context, at: Moment) -> None:
    """Import people and roster of the settings in force; the journal names their hash."""
    settings = context.settings
    if tx.get("settings_hash") != settings.hash:
        tx.put("settings_hash", settings.hash)
        refs = {"hash": settings.hash, "devices": len(settings.devices), "people": len(settings.people)}
        tx.append([Fact(FactKind.SETTINGS_LOADED, refs=refs)], at)
    _import_people(tx, settings, at)
    laying.write_out(tx, settings, at)


def _down_between(tx: Tx, at: Moment) -> tuple[datetime, datetime] | None:
    last = tx.last_row()
    if last is None:
        return None
    alive = tx.get(ALIVE)
    seen = datetime.fromisoformat(alive) if alive else last.ts
    return max(seen, last.ts), max(at.now, last.ts)


def _import_people(tx: Tx, settings: Settings, at: Moment) -> None:
    kept = set(tx.sql.execute(sa.select(t.person.c.id)).scalars())
    blank = purging.blanked(tx, settings, at)
    bound = accounts(tx)
    taken = frozenset(bound.values())
    everybody = dict(settings.people) | {one.id: one for one in groups.readers(tx, settings)}
    for person in everybody.values():
        values = {
            "name": person.name,
            "home": person.home,
            "title": person.title,
            "phone": person.phone,
            # An account that is bound to somebody is nobody else's, whatever the settings say.
            "telegram": bound.get(person.id, None if person.telegram in taken else person.telegram),
            "stand_ins": list(person.stand_ins),
            "addresses": dict(person.addresses),
            "source": "settings",
        }
        if person.id in blank:
            values |= purging.without_numbers_of(person)
        if person.id in kept:
            tx.sql.execute(t.person.update().where(t.person.c.id == person.id).values(values))
        else:
            tx.sql.execute(t.person.insert().values(id=person.id, **values))
    # Who left keeps the name, so that old log lines still read; without an address nothing can be told or pressed.
    for gone in kept - set(everybody):
        left: dict[str, Any] = {"home": "", "phone": "", "telegram": None, "stand_ins": [], "addresses": {}}
        tx.sql.execute(t.person.update().where(t.person.c.id == gone).values(left))
        forget(tx, gone)
        contacts.forget(tx, gone)
    tx.roster_changed()


def known_targets(tx: Tx) -> tuple[Known, ...]:
    """Return what is remembered of every target."""
    return tuple(
        Known(
            r["id"],
            Health(r["settled"]) if r["settled"] else None,
            r["last_good"],
            r["first_bad"],
            r["flapping"],
            r["history"],
        )
        for r in tx.sql.execute(sa.select(t.target).order_by(t.target.c.id)).mappings()
    )


def rearm_forgotten(tx: Tx, context: Context, at: Moment) -> int:
    """Arm a timer for every running incident that has none, unless a storm tells of it.

    An open incident without one would stay silent for ever. Return how many.
    """
    watched = {timer.incident for timer in tx.armed(limit=1_000_000)}
    told_of = {storm.id for storm in running_storms(tx).values()}
    forgotten = [
        one
        for one in tx.running_incidents()
        if one.id not in watched and not (one.phase is Phase.OPEN and one.storm in told_of)
    ]
    for incident in forgotten:
        book = context.book(tx, at)
        if incident.phase is Phase.ACKNOWLEDGED:
            write(tx, escalation.ack_expired(incident, book, at.now), at)
        else:
            write(tx, escalation.step_due(replace(incident, storm=None), book, at.now), at)
    return len(forgotten)


def _button_key(tx: Tx) -> bytes:
    kept = tx.get("button_key")
    if kept is None:
        kept = tx.token(32)
        tx.put("button_key", kept)
    return kept.encode("ascii")
