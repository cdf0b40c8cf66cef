"""The auditor: silent on a sound night, finds what is planted, and its heartbeat stops for as long as it stands."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from monitord.bootstrap import token
from monitord.desk.audit import Finding, audit
from monitord.desk.auditor import Auditor
from monitord.domain.finding import FindingKind
from monitord.domain.health import Health
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.store.columns import UtcDateTime
from monitord.store.engine import reading_engine
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.telemetry.metrics import Metrics
from tests.support.bad_night import a_bad_night
from tests.support.clock import ManualClock
from tests.support.night import ACCEPTED, NOT_SENT, Night, silent

pytestmark = pytest.mark.slow

OLT = silent("olt-go-may")
OTHER = silent("olt-bac-mau")
BEGIN = "2026-12-01 03:00"


def audited(night: Night, unlooked: frozenset[str] = frozenset(), chain_from: int = 1) -> tuple[Finding, ...]:
    """Return what an audit finds now."""
    clock = night.clock
    with night.engine.connect() as connection:
        waiting = unlooked | night.desk._waiting()
        return audit(connection, night.settings, clock.now(), clock.boot(), clock.boot_id, waiting, chain_from)


def kinds(found: tuple[Finding, ...]) -> list[FindingKind]:
    return [finding.kind for finding in found]


def plant(night: Night, *statements: str) -> None:
    """Write past the desk; `:now` and `:boot` may be moved: `:now-61`, `:boot-11`."""

    def instant(match: re.Match[str]) -> str:
        moved = float(match[2] or 0)
        if match[1] == "boot":
            return str(night.clock.boot() + moved)
        at = UtcDateTime().process_bind_param(night.clock.now() + timedelta(seconds=moved), night.engine.dialect)
        return f"'{at}'"

    with night.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(re.sub(r":(now|boot)([+-]\d+)?", instant, statement))


# --- a sound night ----------------------------------------------------------------------------------------------------


async def test_a_sound_night_passes_at_every_step(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:

        async def goes_on(minutes: float, every: float = 5) -> None:
            for _ in range(int(minutes / every)):
                await night.passes(minutes=every)
                assert audited(night) == ()

        assert audited(night) == ()
        await night.sees(OLT, Health.DOWN)
        assert audited(night) == ()
        await goes_on(1, every=0.25)
        await goes_on(20)
        await night.presses(night.on("shift"), next(got.buttons[0] for got in night.got if got.buttons))
        assert audited(night) == ()
        await goes_on(150, every=15)
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OTHER, Health.DOWN)
        await goes_on(6, every=2)
        night.answer = lambda claimed: ACCEPTED
        await night.wall_steps(-3600)
        await goes_on(10)
        await night.wall_steps(7200)
        await goes_on(10)
        night.die()
        await night.clock.advance(3 * 3600)
        await night.start()
        assert audited(night) == ()
        await goes_on(1, every=0.25)
        await night.sees(OLT, Health.UP, first=True)
        await night.sees(OTHER, Health.DOWN, first=True)
        await goes_on(20)
        await night.sees(OTHER, Health.UP)
        await goes_on(20, every=10)


# --- what is planted is found -----------------------------------------------------------------------------------------

OUR_ROW = "WHERE id = (SELECT min(id) FROM outbox)"
OPEN_JOURNAL = ("DROP TRIGGER journal_no_update", "DROP TRIGGER journal_no_delete")
PLANTED = {
    "a timer is gone": (
        FindingKind.INCIDENT_WITHOUT_TIMER,
        ["UPDATE timer SET state = 'cancelled' WHERE state = 'armed'"],
    ),
    "a timer is of another run of the machine": (
        FindingKind.INCIDENT_WITHOUT_TIMER,
        ["UPDATE timer SET boot_id = 'another' WHERE state = 'armed'"],
    ),
    "a timer is late": (
        FindingKind.TIMER_OVERDUE,
        ["UPDATE timer SET due_boot = :boot-11 WHERE state = 'armed'"],
    ),
    "a lease is never ended": (
        FindingKind.LEASE_OVERDUE,
        [f"UPDATE outbox SET state = 'leased', lease_until = :now-31 {OUR_ROW}"],
    ),
    "nobody tries a notice": (
        FindingKind.NOTICE_WAITS,
        [f"UPDATE outbox SET state = 'pending', last_cause = NULL, not_before = :now-61 {OUR_ROW}"],
    ),
    "nobody tries a notice again that failed": (
        FindingKind.NOTICE_WAITS,
        [f"UPDATE outbox SET state = 'pending', last_cause = 'connect', not_before = :now-61 {OUR_ROW}"],
    ),
    "nobody is on duty": (FindingKind.NOBODY_ON_DUTY, ["DELETE FROM shift WHERE duty = 'leader'"]),
    "nobody on duty has a way to be told": (
        FindingKind.NOBODY_ON_DUTY,
        ["UPDATE person SET telegram = NULL, stand_ins = '[]'"],
    ),
    "the next shift is missing": (FindingKind.GAP_AHEAD, ["DELETE FROM shift WHERE starts > :now"]),
    "a journal row is changed": (
        FindingKind.CHAIN_BROKEN,
        [*OPEN_JOURNAL, "UPDATE journal SET actor = 'somebody' WHERE seq = 3"],
    ),
    "a journal row is missing": (FindingKind.CHAIN_BROKEN, [*OPEN_JOURNAL, "DELETE FROM journal WHERE seq = 3"]),
    "the first journal row is missing": (
        FindingKind.CHAIN_BROKEN,
        [*OPEN_JOURNAL, "DELETE FROM journal WHERE seq = 1"],
    ),
    "a journal row cannot be read": (
        FindingKind.CHAIN_BROKEN,
        [*OPEN_JOURNAL, "UPDATE journal SET refs = '{' WHERE seq = 3"],
    ),
    "the journal is gone": (
        FindingKind.CHAIN_BROKEN,
        [
            *OPEN_JOURNAL,
            "DELETE FROM journal_private",
            "DELETE FROM journal",
        ],
    ),
}


@pytest.mark.parametrize("what", PLANTED)
async def test_what_is_planted_is_found_and_nothing_else(what: str, tmp_path: Path) -> None:
    kind, statements = PLANTED[what]
    night = Night(tmp_path, BEGIN)
    await night.start()
    await night.sees(OLT, Health.DOWN)
    await night.passes(minutes=2)
    assert audited(night) == ()
    plant(night, *statements)
    assert kinds(audited(night)) == [kind]
    night.die()


async def test_a_little_late_is_not_late(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        night.whole = False
        await night.sees(OLT, Health.DOWN)
        plant(
            night,
            "UPDATE timer SET due_boot = :boot-9 WHERE state = 'armed'",
            f"UPDATE outbox SET state = 'leased', lease_until = :now-29 {OUR_ROW}",
        )
        assert audited(night) == ()
        plant(night, f"UPDATE outbox SET state = 'pending', last_cause = NULL, not_before = :now-59 {OUR_ROW}")
        assert audited(night) == ()


async def test_what_waits_for_a_look_at_its_target_rightly_waits(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        night.whole = False
        await night.sees(OLT, Health.DOWN)
        plant(
            night,
            "UPDATE timer SET due_boot = :boot-60 WHERE state = 'armed'",
            "UPDATE outbox SET state = 'pending', not_before = :now-90, created_at = :now-90",
        )
        assert kinds(audited(night)) == [FindingKind.TIMER_OVERDUE, FindingKind.NOTICE_WAITS]
        assert audited(night, frozenset({OLT})) == ()


async def test_a_channel_that_fails_or_sends_as_fast_as_it_may_is_at_work(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        night.whole = False
        await night.sees(OLT, Health.DOWN)
        await night.sees(OTHER, Health.DOWN)
        plant(night, "UPDATE outbox SET state = 'pending', not_before = :now-90, created_at = :now-90")
        assert kinds(audited(night)) == [FindingKind.NOTICE_WAITS]
        (first,) = await night.desk.claim("telegram", 1)
        assert audited(night) == ()
        await night.desk.give_back(first.message.notice, timedelta(seconds=3))
        assert audited(night) == ()
        (first,) = await night.desk.claim("telegram", 1)
        await night.desk.report(first.message.notice, Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT))
        assert audited(night) == ()
        await night.clock.advance(70)
        assert kinds(audited(night)) == [FindingKind.NOTICE_WAITS]
        await night.deliver()
        assert audited(night) == ()


async def test_a_gap_ahead_names_its_instant_in_local_time(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        plant(night, "DELETE FROM shift WHERE starts > :now AND unit = 'vt-song-mau' AND duty = 'shift'")
        (found,) = audited(night)
        assert found == Finding(FindingKind.GAP_AHEAD, "vt-song-mau/shift from 01/12 06:00", 1)


async def test_rows_before_the_one_named_are_left_out_of_the_chain(tmp_path: Path) -> None:
    night = Night(tmp_path, BEGIN)
    await night.start()
    await night.sees(OLT, Health.DOWN)
    plant(night, *OPEN_JOURNAL, "UPDATE journal SET actor = 'somebody' WHERE seq = 2")
    assert kinds(audited(night)) == [FindingKind.CHAIN_BROKEN]
    assert audited(night, chain_from=3) == ()
    night.die()


async def test_the_last_thousand_rows_of_a_long_journal_are_proved(tmp_path: Path) -> None:
    night = Night(tmp_path, BEGIN)
    await night.start()
    at = Moment(night.clock.now(), night.clock.boot(), night.clock.boot_id, night.run)
    with night.engine.begin() as connection:
        Tx(connection, token).append([Fact(FactKind.CLOCK_STEPPED)] * 1100, at)
    last = len(night.rows())
    plant(night, *OPEN_JOURNAL, f"UPDATE journal SET actor = 'somebody' WHERE seq = {last - 1001}")
    assert audited(night) == ()
    plant(night, f"UPDATE journal SET actor = 'somebody' WHERE seq = {last - 999}")
    (found,) = audited(night)
    assert (found.kind, found.count) == (FindingKind.CHAIN_BROKEN, 1)
    assert found.detail.startswith(f"row {last - 999} ")
    night.die()


# --- the heartbeat ----------------------------------------------------------------------------------------------------


class Watch:
    """An auditor at work beside a night, and what it said."""

    def __init__(self, night: Night, clock: ManualClock | None = None, give_up: float = 10.0) -> None:
        self.night = night
        self.engine = reading_engine(night.database)
        self.heard: asyncio.Queue[tuple[Finding, ...]] = asyncio.Queue()
        self.trouble: Exception | None = None
        self.held: threading.Event | None = None
        self.auditor = Auditor(
            self.read,
            lambda: night.settings,
            clock or night.clock,
            lambda: night.desk._waiting(),
            self.heard.put_nowait,
            give_up=give_up,
            again=30.0,
        )

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        if self.held is not None:
            self.held.wait(10)
        if self.trouble is not None:
            raise self.trouble
        with self.engine.connect() as connection:
            yield connection

    async def next(self) -> list[FindingKind]:
        """Return what the next audit finds."""
        return kinds(await asyncio.wait_for(self.heard.get(), 10))

    async def __aenter__(self) -> "Watch":
        self.task = asyncio.create_task(self.auditor.run())
        return self

    async def __aexit__(self, *rest: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.engine.dispose()


async def test_a_stuck_timer_is_found_within_one_interval_and_stops_the_heartbeat_while_it_lasts(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, BEGIN) as night, Watch(night) as watch:
        assert await watch.next() == []
        began = watch.auditor.last_ok
        assert began == night.clock.mono()
        await night.sees(OLT, Health.DOWN)
        plant(night, "UPDATE timer SET due_boot = :boot-11 WHERE state = 'armed'")
        for _ in range(3):
            await night.clock.advance(30)
            assert await watch.next() == [FindingKind.TIMER_OVERDUE]
            assert watch.auditor.last_ok == began
        await night.passes()
        await night.clock.advance(30)
        assert await watch.next() == []
        assert watch.auditor.last_ok == night.clock.mono()


async def test_what_was_let_go_since_the_last_audit_has_time_until_the_next(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        watch = Watch(night)
        await night.sees(OLT, Health.DOWN)
        night.die()
        await night.start()
        plant(night, "UPDATE timer SET due_boot = :boot-60 WHERE state = 'armed'")
        assert await watch.auditor.look() == ()
        await night.sees(OLT, Health.DOWN, first=True)
        assert await watch.auditor.look() == ()
        assert kinds(await watch.auditor.look()) == [FindingKind.TIMER_OVERDUE]
        watch.engine.dispose()


async def test_a_gap_ahead_is_said_and_leaves_the_heartbeat_alone(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        plant(night, "DELETE FROM shift WHERE starts > :now")
        async with Watch(night) as watch:
            assert await watch.next() == [FindingKind.GAP_AHEAD]
            assert watch.auditor.last_ok == night.clock.mono()
            night.clock.jump(24 * 3600)
            await night.clock.advance(30)
            assert await watch.next() == [FindingKind.NOBODY_ON_DUTY]
            assert watch.auditor.last_ok == night.clock.mono() - 30


async def test_an_audit_that_cannot_be_done_is_a_finding_and_ends_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        await night.sees(OLT, Health.DOWN)
        plant(night, "UPDATE timer SET state = 'cancelled'")
        async with Watch(night) as watch:
            assert await watch.next() == [FindingKind.INCIDENT_WITHOUT_TIMER]
            watch.trouble = OSError("no such disk")
            for _ in range(2):
                await night.clock.advance(30)
                # What could not be looked at is not over.
                assert await watch.next() == [FindingKind.INCIDENT_WITHOUT_TIMER, FindingKind.AUDIT_FAILED]
            assert watch.auditor.findings[-1].detail == "OSError: no such disk"
            assert watch.auditor.last_ok is None
            watch.trouble = None
            await night.desk.keep_house()
            await night.clock.advance(30)
            assert await watch.next() == []


async def test_a_hanging_audit_is_not_joined_by_a_second_one(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        watch = Watch(night, give_up=0.1)
        watch.held = threading.Event()
        assert kinds(await watch.auditor.look()) == [FindingKind.AUDIT_FAILED]
        assert "before" in (await watch.auditor.look())[0].detail
        watch.held.set()
        for _ in range(100):
            if not await watch.auditor.look():
                break
            await asyncio.sleep(0.02)
        assert watch.auditor.findings == ()


async def test_who_listens_may_fail(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        watch = Watch(night)

        def broken(findings: tuple[Finding, ...]) -> None:
            raise RuntimeError("nobody listens")

        auditor = Auditor(watch.read, lambda: night.settings, night.clock, night.desk._waiting, broken)
        assert await auditor.look() == ()
        assert auditor.last_ok == night.clock.mono()


async def test_the_log_says_once_that_something_began_and_once_that_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        watch = Watch(night)
        await night.sees(OLT, Health.DOWN)
        with capture_logs() as lines:
            await watch.auditor.look()
            plant(night, "UPDATE timer SET due_boot = :boot-11 WHERE state = 'armed'")
            for _ in range(3):
                await watch.auditor.look()
            await night.passes()
            for _ in range(2):
                await watch.auditor.look()
        said = [(line["event"], line["kind"]) for line in lines if line["event"].startswith("audit.")]
        assert said == [
            ("audit.finding", FindingKind.TIMER_OVERDUE),
            ("audit.finding_over", FindingKind.TIMER_OVERDUE),
        ]


def test_the_metrics_show_every_kind_and_the_last_passed_audit() -> None:
    metrics = Metrics("0.1.0", findings=FindingKind)
    metrics.show_audit({}, 1_771_000_000.0)
    metrics.show_audit({FindingKind.TIMER_OVERDUE: 3}, None)
    page = metrics.render().decode()
    assert "monitord_audit_ok_timestamp_seconds 1.771e+09" in page
    assert 'monitord_audit_findings{kind="timer_overdue"} 3.0' in page
    assert 'monitord_audit_findings{kind="chain_broken"} 0.0' in page


# --- cost -------------------------------------------------------------------------------------------------------------


async def test_running_incidents_are_audited_by_indexes_alone(tmp_path: Path) -> None:
    night = await a_bad_night(tmp_path, running=500)
    asked: list[tuple[str, Any]] = []
    engine = reading_engine(night.database)
    clock = night.clock
    with engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda c, cur, sql, args, *_: asked.append((sql, args)))
        found = audit(connection, night.settings, clock.now(), clock.boot(), clock.boot_id, frozenset(), 1)
    assert [(f.kind, f.count) for f in found] == [(FindingKind.NOTICE_WAITS, 1000)]
    with engine.connect() as connection:
        plans = [row[3] for sql, args in asked for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", args)]
    engine.dispose()
    # People and storms that run are few.
    running_storms = "SCAN storm USING INDEX uq_storm_running_unit"
    assert {plan for plan in plans if plan.startswith("SCAN")} == {running_storms, "SCAN person"}
    night.die()


class Racing(ManualClock):
    """A clock by which every reading comes three seconds after the one before."""

    def mono(self) -> float:
        self._mono += 3
        return self._mono


async def test_a_read_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    night = await a_bad_night(tmp_path, running=500)
    watch = Watch(night, Racing(night.clock.now()))
    (found,) = await watch.auditor.look()
    assert (found.kind, found.detail) == (FindingKind.AUDIT_FAILED, "OperationalError: interrupted")
    assert watch.auditor.last_ok is None
    watch.engine.dispose()
    night.die()
