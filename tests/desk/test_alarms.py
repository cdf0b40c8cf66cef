"""What the auditor finds reaches the administrators: in time, once, by the outbox, and so does that it is over."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.desk.alarms import Alarms
from monitord.desk.audit import Finding
from monitord.desk.auditor import Auditor
from monitord.domain.finding import FindingKind
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store.engine import reading_engine
from tests.desk.test_auditor import BEGIN, OLT, OPEN_JOURNAL, plant
from tests.support.night import ACCEPTED, NOT_SENT, Got, Night, example

pytestmark = pytest.mark.slow

ADMINISTRATOR = "minh.do"
STUCK = "UPDATE timer SET due_boot = :boot-11 WHERE state = 'armed'"
OTHER = Finding(FindingKind.GAP_AHEAD, "x", 1, ("vt-song-mau/shift@2026-12-01T00:00:00.000000Z",))
LEASED = Finding(FindingKind.LEASE_OVERDUE, "x", 3)


def heard_of(night: Night) -> list[Got]:
    """Return what the administrator got of the auditor, without what he got of the channels."""
    return [got for got in night.got if "KÊNH" not in got.text]


class House:
    """The auditor and the alarms beside a night's desk, as the daemon runs them."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.engine = reading_engine(night.database)
        self.heard: asyncio.Queue[tuple[Finding, ...]] = asyncio.Queue()
        self.alarms = Alarms(night.desk.alarm, night.clock)
        self.auditor = Auditor(self.read, lambda: night.settings, night.clock, night.desk.unlooked, self.found)

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            yield connection

    def found(self, findings: tuple[Finding, ...]) -> None:
        self.alarms.heard(findings)
        self.heard.put_nowait(findings)

    async def audited(self, seconds: float = 0) -> None:
        """Let time go by until the next audit, and send what it left in the outbox."""
        await self.night.clock.advance(seconds)
        await asyncio.wait_for(self.heard.get(), 10)
        await self.night.clock.advance(0)
        await self.night.deliver()

    async def __aenter__(self) -> "House":
        self.tasks = [asyncio.create_task(self.auditor.run()), asyncio.create_task(self.alarms.run())]
        await self.audited()
        return self

    async def __aexit__(self, *rest: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.engine.dispose()


def alarms(night: Night) -> list[tuple[str, str]]:
    """Return (person, first line) of every alarm that reached somebody."""
    heads = ("🛑 HỆ THỐNG TRỰC", "⚠️ CẦN CHÚ Ý", "🟢 ĐÃ TRỞ LẠI", "⚠️ TỰ KIỂM TRA")
    return [(got.person, got.text.split("\n")[0]) for got in night.got if got.text.startswith(heads)]


async def test_a_stuck_escalation_is_told_within_a_minute_once_and_so_is_its_end(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        await night.sees(OLT, Health.DOWN)
        async with House(night) as house:
            planted = night.clock.mono()
            plant(night, STUCK)
            await house.audited(30)
            assert alarms(night) == []
            await house.audited(15)
            assert night.clock.mono() - planted <= 60
            ((person, head),) = alarms(night)
            assert person == ADMINISTRATOR
            assert head == "🛑 HỆ THỐNG TRỰC CÓ LỖI: đã đến giờ báo tiếp nhưng hệ thống chưa báo"
            text = night.got[-1].text
            assert "• Từ 03:00 01/12/2026" in text
            assert "SC-0112-001" in text
            for _ in range(3):
                await house.audited(30)
            assert len(alarms(night)) == 1
            await night.desk.fire_due()
            await house.audited(30)
            assert len(alarms(night)) == 1
            await house.audited(30)
            assert alarms(night)[1:] == [(ADMINISTRATOR, "🟢 ĐÃ TRỞ LẠI BÌNH THƯỜNG")]
            for _ in range(3):
                await house.audited(30)
            assert len(alarms(night)) == 2
        assert [row.refs["finding"] for row in night.rows(FactKind.AUDIT_ALARM)] == [FindingKind.TIMER_OVERDUE]
        assert len(night.rows(FactKind.AUDIT_OVER)) == 1


async def test_what_is_gone_at_the_second_look_is_told_to_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        await night.sees(OLT, Health.DOWN)
        async with House(night) as house:
            plant(night, STUCK)
            await house.audited(30)
            await night.desk.fire_due()
            for seconds in (15, 30, 30):
                await house.audited(seconds)
            assert alarms(night) == []
            assert night.rows(FactKind.AUDIT_ALARM) == []


async def test_a_restart_repeats_no_alarm_and_tells_what_ended_meanwhile(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        standing = (LEASED, OTHER)
        for findings, told in ((standing, 2), (standing, 2), ((OTHER,), 3), ((OTHER,), 3)):
            beside = Alarms(night.desk.alarm, night.clock)
            task = asyncio.create_task(beside.run())
            for _ in range(3):
                beside.heard(findings)
                await night.clock.advance(30)
                await night.deliver()
            assert len(alarms(night)) == told
            task.cancel()
            night.die()
            await night.start()
        assert [head for _, head in alarms(night)][1:] == [
            "⚠️ CẦN CHÚ Ý: sắp trống ca trong 24 giờ tới",
            "🟢 ĐÃ TRỞ LẠI BÌNH THƯỜNG",
        ]
        gap = next(got.text for got in night.got if "CẦN CHÚ Ý" in got.text)
        assert "trực ca – Viễn thông Sông Mẫu" in gap
        assert "từ 07:00 01/12/2026" in gap


async def test_what_comes_back_after_it_was_over_is_told_again(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        beside = Alarms(night.desk.alarm, night.clock)
        task = asyncio.create_task(beside.run())
        for findings in [(LEASED,)] * 2 + [()] * 2 + [(LEASED,)] * 2:
            beside.heard(findings)
            await night.clock.advance(30)
            await night.deliver()
        task.cancel()
        assert [head[0] for _, head in alarms(night)] == ["🛑", "🟢", "🛑"]


async def test_a_broken_chain_that_left_the_newest_rows_is_not_called_mended(tmp_path: Path) -> None:
    night = Night(tmp_path, BEGIN)
    await night.start()
    await night.sees(OLT, Health.DOWN)
    async with House(night) as house:
        plant(night, *OPEN_JOURNAL, "UPDATE journal SET actor = 'somebody' WHERE seq = 3")
        await house.audited(30)
        await house.audited(15)
        assert "dòng 3" in night.got[-1].text
    beside = Alarms(night.desk.alarm, night.clock)
    task = asyncio.create_task(beside.run())
    for _ in range(2):
        beside.heard(())
        await night.clock.advance(30)
    await night.deliver()
    task.cancel()
    assert alarms(night)[-1][1] == "⚠️ TỰ KIỂM TRA KHÔNG CÒN THẤY"
    assert "vẫn nằm trong nhật ký" in night.got[-1].text
    night.die()


async def test_an_administrator_without_telegram_is_told_by_the_log_channel(tmp_path: Path) -> None:
    plain = example()
    people = dict(plain.people) | {ADMINISTRATOR: replace(plain.people[ADMINISTRATOR], telegram=None)}
    async with Night(tmp_path, BEGIN, replace(plain, people=people)) as night:
        beside = Alarms(night.desk.alarm, night.clock)
        task = asyncio.create_task(beside.run())
        for _ in range(2):
            beside.heard((LEASED,))
            await night.clock.advance(30)
        await night.deliver()
        task.cancel()
        assert [(got.person, got.channel) for got in night.got] == [(ADMINISTRATOR, "log")]


async def test_while_telegram_is_away_the_alarm_goes_by_the_log_and_later_by_telegram(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        night.answer = lambda claimed: NOT_SENT if claimed.message.to.isdigit() else ACCEPTED
        beside = Alarms(night.desk.alarm, night.clock)
        task = asyncio.create_task(beside.run())
        for _ in range(2):
            beside.heard((LEASED,))
            await night.clock.advance(30)
        await night.passes(minutes=5)
        assert [got.channel for got in heard_of(night)] == ["log"]
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=5)
        task.cancel()
        assert [got.channel for got in heard_of(night)] == ["log", "telegram"]
        # It waited, and what it says is what was true when it was written.
        assert heard_of(night)[0].text == heard_of(night)[1].text
