"""The real daemon and a real gammu-smsd: told by SMS, answered by SMS, killed while a text lies in the outbox."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.demo.agents import Agent, Interface, device_mib
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.crash.night import ENTERPRISE
from tests.crash.test_typed import typed
from tests.support.daemon import CLOCK, COMMUNITY, Daemon, policy
from tests.support.smsd import Smsd

pytestmark = pytest.mark.slow

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
SHIFT = "+84912000001"


@pytest.fixture
async def smsd(tmp_path: Path) -> AsyncIterator[Smsd]:
    made = Smsd(tmp_path)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    mib = device_mib("olt-1", "thiết bị mô phỏng", ENTERPRISE, [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as made:
        yield made


@pytest.fixture
async def daemon(tmp_path: Path, smsd: Smsd, agent: Agent) -> AsyncIterator[Daemon]:
    network = (
        "devices:\n  - id: olt-1\n    name: OLT Gò Mây\n    unit: vt\n    site: tram\n    severity: 2\n"
        f"    snmp: {{address: {agent.address}, port: {agent.port}, community: {{secret: core}}}}\n"
        f"    checks: [{{check: agent_answers}}]\n{policy(('0s', '60s', '120s', '180s'), channels='sms')}"
    )
    more = f"sms: {{spool: {smsd.spool}, per_minute: 60}}\n"
    async with Daemon(tmp_path / "d", network, defaults=DEFAULTS, more=more) as running:
        yield running


async def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)


def sent(smsd: Smsd, number: str = SHIFT) -> list[str]:
    paths = sorted((smsd.spool / "sent").glob(f"OUT*_{number}_*"), key=lambda path: path.stat().st_mtime_ns)
    return [path.read_text(encoding="ascii") for path in paths]


def waiting(smsd: Smsd) -> list[Path]:
    return list((smsd.spool / "outbox").glob("OUT*"))


async def test_told_by_sms_and_taken_by_sms(daemon: Daemon, smsd: Smsd, agent: Agent) -> None:
    agent.break_with("silent")
    await until(lambda: sent(smsd))
    (text,) = sent(smsd)
    assert text.startswith("SC-")
    assert "OLT Go May" in text
    number = text.split()[0].rpartition("-")[2]
    assert text.endswith(f"Tra loi XN {number} de tiep nhan")
    smsd.receive(SHIFT, f"xn {number}")
    await until(lambda: [r["phase"] for r in daemon.query(sa.select(t.incident))] == ["acknowledged"])
    await until(lambda: len(sent(smsd)) >= 2)
    assert any(one.startswith("Da ghi nhan: tiep nhan SC-") for one in sent(smsd))
    (row,) = daemon.query(sa.select(t.journal).where(t.journal.c.kind == FactKind.INCIDENT_ACKNOWLEDGED))
    assert row["actor"] == "an"
    code, out, err = await typed(daemon, "channel", "list")
    assert (code, err) == (0, "")
    assert "SMS" in out
    assert "🟢" in out
    code, out, err = await typed(daemon, "channel", "contacts")
    assert (code, err) == (0, "")
    (mine,) = [line for line in out.splitlines() if "(an)" in line and "SMS" in line]
    assert "chưa lần nào" not in mine
    assert SHIFT not in out


async def test_killed_while_the_text_lies_in_the_outbox_it_is_sent_once(
    daemon: Daemon, smsd: Smsd, agent: Agent
) -> None:
    await smsd.stop()
    agent.break_with("silent")
    await until(lambda: waiting(smsd))
    await daemon.kill()
    (left,) = waiting(smsd)
    await daemon.start()
    await smsd.start()
    await until(lambda: [r["state"] for r in _steps(daemon)] == ["sent"])
    assert len(sent(smsd)) == 1
    assert not left.exists()
    uncertain = [r["uncertain"] for r in _steps(daemon)]
    assert uncertain == [1]  # nobody knew, and it was found to be sent


async def test_one_person_is_sent_a_test_and_it_is_shown_what_becomes_of_it(daemon: Daemon, smsd: Smsd) -> None:
    code, out, err = await typed(daemon, "channel", "test", "an", "sms")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "an ← SMS"
    assert "đã gửi" in out.splitlines()[-1]
    assert sent(smsd)[0].startswith("TIN THU - Ban thu.")
    code, _, err = await typed(daemon, "channel", "test", "khanh", "sms")
    assert (code, "khanh has no address for 'sms'" in err) == (1, True)


def _steps(daemon: Daemon) -> list[dict[str, object]]:
    wanted = sa.select(t.outbox).where(t.outbox.c.event == "step", t.outbox.c.person == "an")
    return [dict(row) for row in daemon.query(wanted)]
