"""Alarms to the administrators: what the auditor finds twice running is told once, and so is that it is over."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from monitord.clock import Clock
from monitord.desk.audit import Finding
from monitord.desk.context import Context
from monitord.domain.finding import WARNINGS, FindingKind
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
        self._told: tuple[frozenset[FindingKind], frozenset[FindingKind]] | None = None
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
            state = frozenset(one.finding.kind for one in standing), green
            if state != self._told and (standing or green):
                await self._tell(standing, green)
                self._told = state


def tell(tx: Tx, context: Context, standing: Sequence[Standing], green: AbstractSet[FindingKind], at: Moment) -> None:
    """Owe the administrators a message for each finding that they were not told of, and for each that is over."""
    for one in standing:
        kind = one.finding.kind
        if tx.get(_key(kind)) is None:
            tx.put(_key(kind), stamp(one.since))
            refs = {"count": one.finding.count, "names": list(one.finding.names)}
            _owe(tx, context, Event.ALARM, FactKind.AUDIT_ALARM, kind, stamp(one.since), refs, at)
    for kind in sorted(green):
        since = tx.get(_key(kind))
        if since is not None:
            tx.sql.execute(t.meta.delete().where(t.meta.c.key == _key(kind)))
            _owe(tx, context, Event.ALARM_OVER, FactKind.AUDIT_OVER, kind, since, {}, at)


def _key(kind: FindingKind) -> str:
    return f"alarm:{kind}"


def _owe(
    tx: Tx,
    context: Context,
    event: Event,
    fact: FactKind,
    kind: FindingKind,
    since: str,
    refs: dict[str, object],
    at: Moment,
) -> None:
    (row,) = tx.append([Fact(fact, refs={"finding": kind, "since": since, **refs})], at)
    urgent = event is Event.ALARM and kind not in WARNINGS
    priority = Priority.ESCALATION if urgent else Priority.FOLLOW_UP
    for name in context.settings.administrators:
        person = tx.people().get(name)
        ways = () if person is None else person.ways(context.settings.ways)
        if ways:
            tx.queue(Notice(None, event, name, ways[0], priority, fallback=ways[1:], subject=str(row.seq)), at.now)
