"""What people type at a terminal while the real daemon runs: an incident reported, spoken of, ended and closed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.demo.agents import Agent, Interface, device_mib
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.crash.night import ENTERPRISE
from tests.support.daemon import CLOCK, COMMUNITY, Daemon, policy

pytestmark = pytest.mark.slow

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    mib = device_mib("olt-1", "thiết bị mô phỏng", ENTERPRISE, [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as agent:
        network = (
            "devices:\n  - id: olt-1\n    name: OLT 1\n    unit: vt\n    site: tram\n    severity: 2\n"
            f"    snmp: {{address: {agent.address}, port: {agent.port}, community: {{secret: core}}}}\n"
            f"    checks: [{{check: agent_answers}}]\n{policy(('0s', '30s', '60s', '90s'))}"
        )
        async with Daemon(tmp_path / "d", network, defaults=DEFAULTS) as running:
            yield running


async def typed(daemon: Daemon, *words: str) -> tuple[int, str, str]:
    """Type a command as the shift, and return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "monitord",
        *words,
        "--config",
        str(daemon.config),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "MONITORD_PERSON": "an", "MONITORD_SECRET_CORE": COMMUNITY},
        cwd=Path(__file__).parents[2],
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode().strip(), err.decode().strip()


async def test_an_incident_is_reported_spoken_of_ended_and_closed_by_what_is_typed(daemon: Daemon) -> None:
    code, out, err = await typed(daemon, "incident", "open", "Đứt cáp trước chợ", "--unit", "vt", "--severity", "2")
    assert (code, err) == (0, "")
    number = out.partition(":")[0]
    assert number.startswith("SC-")
    for words in (
        ("call", number, "Đội ứng cứu", "xuất phát ngay"),
        ("diary", number, "set_out"),
        ("note", number, "chờ giấy phép đào", "--internal"),
        ("ticket", number, "NOC-1"),
        ("restore", number),
        ("close", number, "--cause", "xe cẩu kéo đứt", "--measures", "hàn nối"),
    ):
        code, out, err = await typed(daemon, "incident", *words)
        assert (code, err) == (0, ""), words
    (incident,) = daemon.query(sa.select(t.incident))
    assert (incident["phase"], incident["ticket"]) == ("restored", "NOC-1")
    kinds = [row["kind"] for row in daemon.query(sa.select(t.journal).where(t.journal.c.incident == incident["id"]))]
    assert kinds[-1] == FactKind.INCIDENT_CLOSE_PROPOSED
    code, _, err = await typed(daemon, "incident", "escalate", number)
    assert code == 1
    assert "does not name one incident" in err
    code, _, err = await typed(daemon, "incident", "close", "999")
    assert (code, "there is none" in err) == (1, True)
    code, out, _ = await typed(daemon, "log", "verify")
    assert code == 0, out


async def test_a_window_is_tried_set_shown_and_ended_by_what_is_typed(daemon: Daemon) -> None:
    maintenance = ("window", "add", "maintenance", "--from", "2030-12-01 01:00", "--to", "03:00", "--device", "olt-1")
    code, out, err = await typed(daemon, *maintenance, "--dry-run")
    assert (code, err) == (0, "")
    assert "chưa ghi gì" in out
    assert daemon.query(sa.select(t.window)) == []
    code, out, err = await typed(daemon, *maintenance, "--every", "CN", "--until", "2030-12-31", "--reason", "thay thẻ")
    assert (code, err) == (0, "")
    assert len(daemon.query(sa.select(t.window))) == 5
    code, out, _ = await typed(daemon, "window", "list")
    assert code == 0
    assert out.count("thay thẻ") == 5
    assert "01:00 01/12/2030" in out
    code, _, err = await typed(daemon, "window", "end", "1")
    assert (code, err) == (0, "")
    code, _, err = await typed(daemon, "window", "end", "99")
    assert (code, "monitord window list" in err) == (1, True)
    code, _, err = await typed(daemon, "window", "add", "mute", "--from", "01:00", "--to", "02:00")
    assert (code, "say what it covers" in err) == (2, True)
    kinds = [row["kind"] for row in daemon.query(sa.select(t.journal))]
    assert kinds.count(FactKind.WINDOW_SET) == kinds.count(FactKind.WINDOW_ENDED) == 1


async def test_a_calendar_of_the_power_company_is_shown_first_and_written_once(daemon: Daemon, tmp_path: Path) -> None:
    calendar = tmp_path / "lich.csv"
    calendar.write_text("Trạm,Từ,Đến,Lý do\ntram,05/12/2090 07:30,05/12/2090 11:00,Thay dây\n", "utf-8-sig")
    code, out, err = await typed(daemon, "window", "power", str(calendar))
    assert (code, err) == (0, "")
    assert "1 khung giờ cắt điện mới, 0 đã có. Chưa ghi gì" in out
    assert daemon.query(sa.select(t.window)) == []
    for expected in ("1 khung giờ cắt điện mới, 0 đã có.", "0 khung giờ cắt điện mới, 1 đã có."):
        code, out, err = await typed(daemon, "window", "power", str(calendar), "--apply")
        assert (code, err) == (0, "")
        assert expected in out
    [window] = daemon.query(sa.select(t.window))
    assert (window["kind"], window["scope"]["sites"], window["reason"]) == ("power_cut", ["tram"], "Thay dây")
    calendar.write_text("Trạm,Từ,Đến\nkhông có,05/12/2090 07:30,05/12/2090 11:00\n", "utf-8")
    code, _, err = await typed(daemon, "window", "power", str(calendar), "--apply")
    assert code == 2
    assert "lich.csv:2:1" in err
