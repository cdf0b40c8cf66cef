"""Alarms to the administrators: what the auditor finds twice running is told once, and so is that it is over."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitord.clock import Clock
from monitord.desk.audit import Finding
from monitord.desk.context import Context
from monitord.domain.finding import NAMED, WARNINGS, FindingKind
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Event, Notice, Priority
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

ROUNDS = 2
"""Audits in a row that must see a thing, or see it no longer, before anybody is told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding that lasts, and since when."""

    finding: Finding
    since: datetime


Tell = Callable[[Sequence[Standing], AbstractSet[FindingKind]], Awaitable[None]]


class Alarms:
    """Counts audits and has the desk told of what changed, beside the auditor, which never waits for the database."""

    def __init__(self, tell: Tell, clock: Clock) -> None:
        self._tell = tell
        self._clock = clock
        self._found: dict[FindingKind, tuple[Finding, datetime, int]] = {}
        self._green: dict[FindingKind, int] = {}
        self._told: tuple[frozenset[tuple[str, ...]], frozenset[FindingKind]] | None = None
        self._heard = asyncio.Event()

    def heard(self, findings: Collection[Finding]) -> None:
        """Take in what one audit found."""
        now = self._clock.now()
        seen = {finding.kind: finding for finding in findings}
        for kind in FindingKind:
            if kind in seen:
                _, since, rounds = self._found.get(kind, (None, now, 0))
                self._found[kind], self._green[kind] = (seen[kind], since, rounds + 1), 0
            else:
                self._found.pop(kind, None)
                self._green[kind] = self._green.get(kind, 0) + 1
        self._heard.set()

    async def run(self) -> None:
        """Have the desk told, for ever; the desk remembers what it told, also over a restart."""
        while True:
            await self._heard.wait()
            self._heard.clear()
            standing = [Standing(f, since) for f, since, rounds in self._found.values() if rounds >= ROUNDS]
            green = frozenset(kind for kind, rounds in self._green.items() if rounds >= ROUNDS)
            state = frozenset((one.finding.kind, *_whom(one.finding)) for one in standing), green
            if state != self._told and (standing or green):
                await self._tell(standing, green)
                self._told = state


def tell(tx: Tx, context: Context, standing: Sequence[Standing], green: AbstractSet[FindingKind], at: Moment) -> None:
    """Owe the administrators a message for each finding that they were not told of, and for each that is over."""
    for one in standing:
        kind = one.finding.kind
        told = tx.get(_key(kind))
        names, count = list(one.finding.names), one.finding.count
        if kind in NAMED:
            before = set(json.loads(tx.get(_names_key(kind)) or "[]"))
            tx.put(_names_key(kind), json.dumps(sorted(_whom(one.finding))))
            fresh = [name for name in names if _who(name) not in before]
            names, count = fresh, len(fresh) if told is not None else count
        if told is None or (kind in NAMED and names):
            tx.put(_key(kind), stamp(one.since))
            refs = {"count": count, "names": names}
            _owe(tx, context, Event.ALARM, FactKind.AUDIT_ALARM, kind, stamp(one.since), refs, at)
    for kind in sorted(green):
        since = tx.get(_key(kind))
        if since is not None:
            tx.sql.execute(t.meta.delete().where(t.meta.c.key.in_([_key(kind), _names_key(kind)])))
            _owe(tx, context, Event.ALARM_OVER, FactKind.AUDIT_OVER, kind, since, {}, at)


def _key(kind: FindingKind) -> str:
    return f"alarm:{kind}"


def _names_key(kind: FindingKind) -> str:
    return f"alarm:{kind}:names"


def _who(name: str) -> str:
    """Return whom or what a name is about, without the instant."""
    return name.partition("@")[0]


def _whom(finding: Finding) -> list[str]:
    return sorted({_who(name) for name in finding.names}) if finding.kind in NAMED else []


def _readers(context: Context, kind: FindingKind, names: Collection[str]) -> list[str]:
    """Return who is told: the administrators, and of what is about people the owners of their units' rosters."""
    units = (context.settings.units.get(name.partition("/")[0]) for name in names) if kind in NAMED else ()
    owners = (unit.roster_owner for unit in units if unit is not None)
    return list(dict.fromkeys([*context.settings.administrators, *owners]))


def _owe(
    tx: Tx,
    context: Context,
    event: Event,
    fact: FactKind,
    kind: FindingKind,
    since: str,
    refs: dict[str, Any],
    at: Moment,
) -> None:
    (row,) = tx.append([Fact(fact, refs={"finding": kind, "since": since, **refs})], at)
    urgent = event is Event.ALARM and kind not in WARNINGS
    priority = Priority.ESCALATION if urgent else Priority.FOLLOW_UP
    for name in _readers(context, kind, refs.get("names", ())):
        person = tx.people().get(name)
        ways = () if person is None else person.ways(context.settings.ways)
        if ways:
            tx.queue(Notice(None, event, name, ways[0], priority, fallback=ways[1:], subject=str(row.seq)), at.now)
