"""The desk's laws as properties: whatever happens in whatever order, these hold after every step.

MONITORD_LAWS_EXAMPLES asks for more nights than the few of every run.
"""

import asyncio
import os
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import Health
from monitord.domain.journal import FactKind, Row, verify
from monitord.domain.notice import EDITS, Claimed, Delivery, DeliveryCause, Event, NoticeState, Outcome
from monitord.domain.policy import due_at, from_wire
from monitord.store import tables as t
from monitord.store.rows import journal_row
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, UNCERTAIN, Night, silent

EXAMPLES = int(os.environ.get("MONITORD_LAWS_EXAMPLES", "5"))
TARGETS = (silent("olt-go-may"), silent("olt-bac-mau"), silent("bc-go-may"))
TOO_FAST = Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, retry_in=timedelta(seconds=35))
PHASES = {
    FactKind.INCIDENT_OPENED: "open",
    FactKind.INCIDENT_ACKNOWLEDGED: "acknowledged",
    FactKind.INCIDENT_ACK_EXPIRED: "open",
    FactKind.INCIDENT_RESTORED: "restored",
}
BEGIN = "2026-12-01 03:00"


class Watched(Night):
    """A night that notes what each attempt was, and may keep attempts in the air."""

    def __init__(self, folder: Path, begin: str) -> None:
        super().__init__(folder, begin)
        self.delivered: Counter[int] = Counter()
        self.claims: list[tuple[Claimed, dict[str, Any], dict[str, Any] | None]] = []
        self.looked: set[str] = set()

    async def start(self) -> None:
        self.looked = set()
        await super().start()

    async def sees(
        self, target: str, health: Health, firmness: Firmness = Firmness.HARD, *, first: bool = False
    ) -> Edge:
        first, firmness = (True, Firmness.HARD) if target not in self.looked else (first, firmness)
        self.looked.add(target)
        return await super().sees(target, health, firmness, first=first)

    async def passes(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        left = seconds + 60 * minutes + 3600 * hours
        while True:
            wait = await self.desk.fire_due()
            await self.deliver()
            steps = [s for s in (wait, await self._next_retry()) if s is not None and 0 < s <= left]
            if not steps:
                break
            # While a target waits to be looked at the desk looks in each second: a night would never end.
            step = min(left, max(min(steps), 20.0 if self.desk._waiting() else 0.0))
            await self.clock.advance(step)
            left -= step
        await self.clock.advance(left)
        await self.desk.fire_due()
        await self.deliver()

    def note_claim(self, claimed: Claimed) -> None:
        """Write down a claim with its row and its incident as they stand."""
        with self.engine.connect() as connection:
            row = dict(
                connection.execute(sa.select(t.outbox).where(t.outbox.c.id == claimed.message.notice)).mappings().one()
            )
            found = connection.execute(sa.select(t.incident).where(t.incident.c.id == row["incident"])).mappings()
            incident = found.first()
        self.claims.append((claimed, row, None if incident is None else dict(incident)))

    async def deliver(self) -> None:
        busy = True
        while busy:
            busy = False
            for channel in ("telegram", "log"):
                for claimed in await self.desk.claim(channel, 50):
                    busy = True
                    self.note_claim(claimed)
                    outcome = self.answer(claimed) if channel == "telegram" else ACCEPTED
                    if outcome.delivery in (Delivery.ACCEPTED, Delivery.UNCERTAIN):
                        self.delivered[claimed.message.notice] += 1
                    if outcome.delivery is Delivery.ACCEPTED:
                        self._message += 1
                        ref = claimed.message.replaces or str(self._message)
                        outcome = replace(outcome, message_ref=ref)
                        self._note(channel, claimed, ref)
                    await self.desk.report(claimed.message.notice, outcome)


@cache
def started_database() -> bytes:
    """Return a database on which the daemon has run once: its roster is written out."""
    folder = Path(tempfile.mkdtemp())
    try:
        night = Watched(folder, BEGIN)
        with asyncio.Runner() as runner:
            runner.run(night.start())
            night.die()
        return night.database.read_bytes()
    finally:
        shutil.rmtree(folder)


@dataclass
class Ladder:
    """The ladder of an incident by the machine's own time."""

    base: float
    last: int = -1


class DeskLaws(RuleBasedStateMachine):
    """A province of three targets, its people, Telegram, the clock and kill -9."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.night = Watched(self.folder, BEGIN)
        self.night.database.write_bytes(started_database())
        self.edges: list[Edge] = []
        self.in_air: list[Claimed] = []
        self.ladders: dict[int, Ladder] = {}
        self.rounds: dict[int, int] = {}
        self.phases: dict[int, str] = {}
        self.last_row: Row | None = None
        self.checked_claims = 0
        self.was_blocked = False
        self.went_down: float | None = None

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def on(self, duty: str, unit: str = "vt-song-mau") -> str | None:
        """Return who is on that duty; nobody when the clock was set back to before the roster begins."""
        return next(iter(self.night.everybody_on(duty, unit)), None)

    @initialize()
    def begin(self) -> None:
        self.run(self.night.start())

    # --- what happens -----------------------------------------------------------------------------------------------

    @rule(
        of=st.sampled_from(TARGETS),
        health=st.sampled_from([Health.UP, Health.DOWN, Health.DOWN, Health.GARBLED, Health.UNKNOWN]),
        firmness=st.sampled_from([Firmness.HARD, Firmness.HARD, Firmness.SOFT]),
    )
    def is_seen(self, of: str, health: Health, firmness: Firmness) -> None:
        self.edges.append(self.run(self.night.sees(of, health, firmness)))
        self.run(self.night.passes())

    @precondition(lambda self: self.edges)
    @rule(which=st.integers(0, 4))
    def an_edge_comes_again(self, which: int) -> None:
        before = len(self.night.rows())
        self.run(self.night.takes(self.edges[-1 - which % len(self.edges)]))
        self.run(self.night.passes())
        grown = [r.kind for r in self.night.rows()[before:]]
        assert not [k for k in grown if k.startswith(("target.", "incident.opened", "incident.restored"))], grown

    @rule(seconds=st.sampled_from([1, 4, 59, 299, 300, 301, 900, 1800, 3600, 7200, 10800]))
    def time_passes(self, seconds: int) -> None:
        self.run(self.night.passes(seconds=seconds if self.night.answer is all_accepted else min(seconds, 300)))

    @rule(seconds=st.sampled_from([-7200, -3600, -1, 1, 3600, 7200]))
    def the_wall_clock_steps(self, seconds: int) -> None:
        self.run(self.night.wall_steps(seconds))
        self.run(self.night.passes())

    @rule(how=st.sampled_from(["accepted", "accepted", "not sent", "uncertain", "too fast", "blocked"]))
    def telegram_answers(self, how: str) -> None:
        outcomes = {"not sent": NOT_SENT, "uncertain": UNCERTAIN, "too fast": TOO_FAST}
        if how == "accepted":
            self.night.answer = all_accepted
        elif how == "blocked":
            self.was_blocked = True
            self.night.answer = lambda c: BLOCKED if int(c.message.to) % 3 == 0 else ACCEPTED
        else:
            outcome = outcomes[how]
            self.night.answer = lambda c: outcome

    @precondition(lambda self: any(g.buttons for g in self.night.got))
    @rule(which=st.integers(0, 30), who=st.sampled_from(["reader", "shift", "leader", "department", "999999"]))
    def somebody_presses(self, which: int, who: str) -> None:
        buttons = [(g, b) for g in self.night.got for b in g.buttons]
        got, button = buttons[-1 - which % len(buttons)]
        person = {"reader": got.person, "department": "yen.phan", "999999": who}.get(who)
        if person is None:
            person = self.on(who, "vt-song-mau" if which % 3 else "bd-song-mau") or got.person
        before = dict(self.phases)
        answer = self.run(self.night.presses(person, button))
        if person == "999999":
            self.read_journal()
            assert not answer.accepted
            assert self.phases == before

    @precondition(lambda self: any(g.buttons for g in self.night.got))
    @rule(at=st.integers(0, 63))
    def somebody_forges(self, at: int) -> None:
        got, button = next((g, b) for g in reversed(self.night.got) for b in g.buttons)
        at %= len(button)
        forged = button[:at] + ("A" if button[at] != "A" else "B") + button[at + 1 :]
        before = dict(self.phases)
        assert not self.run(self.night.presses(self.on("shift") or got.person, forged)).accepted
        self.read_journal()
        assert self.phases == before

    @rule()
    def messages_are_in_the_air(self) -> None:
        async def claim() -> None:
            await self.night.desk.fire_due()
            for claimed in await self.night.desk.claim("telegram", 3):
                self.night.note_claim(claimed)
                self.night.delivered[claimed.message.notice] += 1
                self.in_air.append(claimed)

        self.run(claim())

    @precondition(lambda self: self.in_air)
    @rule()
    def a_message_lands(self) -> None:
        claimed = self.in_air.pop(0)
        self.night._message += 1
        ref = claimed.message.replaces or str(self.night._message)
        self.night._note("telegram", claimed, ref)
        self.run(self.night.desk.report(claimed.message.notice, replace(ACCEPTED, message_ref=ref)))
        self.run(self.night.desk.report(claimed.message.notice, replace(ACCEPTED, message_ref=ref)))

    @rule(
        away=st.sampled_from([0, 5, 70, 400, 2400, 6 * 3600]),
        turned=st.sets(st.sampled_from(TARGETS)),
        looks=st.booleans(),
    )
    def the_daemon_is_killed_and_comes_back(self, away: int, turned: set[str], looks: bool) -> None:
        async def again() -> None:
            self.night.die()
            await self.night.clock.advance(away)
            await self.night.start()
            if looks:
                for target in TARGETS:
                    was = self.night._health.get(target) or Health.UP
                    now = (Health.UP if was is not Health.UP else Health.DOWN) if target in turned else was
                    self.edges.append(await self.night.sees(target, now, first=True))
            await self.night.passes(seconds=1)

        self.in_air.clear()
        # The first verdict of a run is believed whenever it comes; what follows it must not be.
        self.edges = [edge for edge in self.edges if not edge.first][-3:]
        self.run(again())

    # --- what holds -------------------------------------------------------------------------------------------------

    def all(self, table: sa.Table) -> list[dict[str, Any]]:
        with self.night.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]

    def read_journal(self) -> None:
        after = self.last_row.seq if self.last_row else 0
        with self.night.engine.connect() as connection:
            wanted = sa.select(t.journal).where(t.journal.c.seq > after).order_by(t.journal.c.seq)
            rows = [journal_row(r) for r in connection.execute(wanted).mappings()]
        assert list(verify(rows, self.last_row)) == []
        mono = self.night.clock.mono()
        for row in rows:
            if row.incident is not None and (row.kind in PHASES or row.kind == FactKind.INCIDENT_REOPENED):
                was, now = self.phases.get(row.incident), PHASES.get(FactKind(row.kind)) or row.refs["phase"]
                assert (was, now) in {
                    (None, "open"),
                    ("open", "acknowledged"),
                    ("acknowledged", "open"),
                    ("open", "restored"),
                    ("acknowledged", "restored"),
                    ("restored", "open"),
                    ("restored", "acknowledged"),
                }, (was, now)
                self.phases[row.incident] = now
            self.on_ladder(row, mono)
        self.last_row = rows[-1] if rows else self.last_row

    def on_ladder(self, row: Row, mono: float) -> None:
        if row.incident is None:
            return
        raised = row.kind == FactKind.INCIDENT_CHANGED and "severity" in row.refs
        again = row.kind == FactKind.INCIDENT_REOPENED and row.refs["round"] != self.rounds.get(row.incident, 0)
        if raised or again or row.kind in (FactKind.INCIDENT_OPENED, FactKind.INCIDENT_ACK_EXPIRED):
            self.ladders[row.incident] = Ladder(mono)
        if "round" in row.refs and row.kind in (FactKind.INCIDENT_ACK_EXPIRED, FactKind.INCIDENT_REOPENED):
            self.rounds[row.incident] = row.refs["round"]
        if row.kind == FactKind.STEP_FIRED:
            ladder = self.ladders[row.incident]
            assert row.refs["step"] > ladder.last, "a step is told once in a round"
            ladder.last = row.refs["step"]

    @invariant()
    def the_chain_holds_and_the_tables_say_the_same(self) -> None:
        self.read_journal()
        assert {i["id"]: i["phase"] for i in self.all(t.incident)} == self.phases

    @invariant()
    def each_running_incident_has_one_timer_and_no_other_has_any(self) -> None:
        incidents = {i["id"]: i for i in self.all(t.incident)}
        running = Counter(i["target"] for i in incidents.values() if i["phase"] != "restored")
        assert all(n == 1 for n in running.values())
        armed = [timer for timer in self.all(t.timer) if timer["state"] == "armed"]
        kinds = {"open": "step", "acknowledged": "ack_expiry"}
        assert sorted((x["incident"], x["kind"]) for x in armed) == sorted(
            (i["id"], kinds[i["phase"]]) for i in incidents.values() if i["phase"] != "restored"
        )
        for timer in armed:
            incident = incidents[timer["incident"]]
            if timer["kind"] == "step":
                assert timer["step"] == incident["step"] + 1
                due = due_at(from_wire(incident["policy"]), incident["ladder_from"], timer["step"])
                assert timer["due"] == due

    @invariant()
    def no_step_is_claimed_without_its_reason(self) -> None:
        for claimed, row, incident in self.night.claims[self.checked_claims :]:
            if row["event"] == Event.STEP:
                assert incident is not None
                fits = incident["phase"] == "open" and row["round"] == incident["round"]
                owed = row["organisation"] and incident["phase"] == "acknowledged"
                assert fits or owed, (row["key"], incident["phase"])
            if row["event"] in (Event.ACKNOWLEDGED, Event.APPROVAL):
                assert incident is not None
                assert incident["phase"] != "restored"
            assert claimed.uncertain == (row["uncertain"] > 0)
        self.checked_claims = len(self.night.claims)

    @invariant()
    def a_message_comes_at_most_once_more_than_it_was_uncertain(self) -> None:
        in_air = Counter(c.message.notice for c in self.in_air)
        for row in self.all(t.outbox):
            times = self.night.delivered[row["id"]]
            assert times <= 1 + row["uncertain"] + in_air[row["id"]], row["key"]
            if row["state"] == NoticeState.SENT:
                assert times >= 1, row["key"]

    @invariant()
    def who_heard_of_a_fault_hears_of_its_end(self) -> None:
        rows = self.all(t.outbox)
        ended = {r["id"] for r in self.all(t.incident) if r["phase"] == "restored"}
        hears = {(r["incident"], r["person"]) for r in rows if r["event"] == Event.RESTORED}
        for row in rows:
            if row["event"] in (Event.STEP, Event.APPROVAL) and row["state"] == "sent" and row["incident"] in ended:
                assert (row["incident"], row["person"]) in hears, row["key"]

    @invariant()
    def nothing_is_overdue_that_may_be_told(self) -> None:
        if self.in_air:
            return
        boot = self.night.clock.boot()
        waiting = self.night.desk._waiting()
        incidents = {i["id"]: i for i in self.all(t.incident)}
        for timer in self.all(t.timer):
            if timer["state"] == "armed" and incidents[timer["incident"]]["target"] not in waiting:
                assert timer["due_boot"] > boot - 0.001, "a timer is overdue"

    # --- the end ----------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if hasattr(self.night, "engine"):
                self.run(self.heals())
        finally:
            if hasattr(self.night, "engine"):
                self.night.engine.dispose()
            self.runner.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    async def heals(self) -> None:
        """When everything works again for two hours nothing waits any more."""
        night = self.night
        night.answer = all_accepted
        self.in_air.clear()
        for target in TARGETS:
            await night.sees(target, Health.UP)
        await night.passes(hours=2)
        left = [r["key"] for r in self.all(t.outbox) if r["state"] in (NoticeState.PENDING, NoticeState.LEASED)]
        assert left == []
        assert [i["code"] for i in self.all(t.incident) if i["phase"] != "restored"] == []
        assert [x for x in self.all(t.timer) if x["state"] == "armed"] == []
        accepted = Counter(r.refs["notice"] for r in night.rows(FactKind.NOTICE_ACCEPTED))
        sent = {r["id"] for r in self.all(t.outbox) if r["state"] == NoticeState.SENT and r["event"] not in EDITS}
        assert set(accepted) == sent
        assert set(accepted.values()) <= {1}
        assert list(verify(night.rows())) == []


def all_accepted(claimed: Claimed) -> Outcome:
    """Answer as a healthy Telegram does."""
    return ACCEPTED


TestDeskLaws = pytest.mark.slow(DeskLaws.TestCase)
TestDeskLaws.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=int(os.environ.get("MONITORD_LAWS_STEPS", "25")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
