"""`monitord roster import` as somebody types it, beside a daemon that runs: rehearsed, refused, written, in force."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.demo.agents import Agent, Interface, device_mib
from tests.crash.night import ENTERPRISE
from tests.support.daemon import CLOCK, COMMUNITY, Daemon, policy
from tests.support.night import ZONE
from tests.support.shared import REPOSITORY
from tests.support.sheetbook import made

pytestmark = pytest.mark.slow

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
DAY = CLOCK.now().astimezone(ZONE).date() + timedelta(days=3)


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    mib = device_mib("olt-1", "thiết bị mô phỏng", ENTERPRISE, [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as agent:
        network = (
            "devices:\n  - id: olt-1\n    name: OLT 1\n    unit: vt\n    site: tram\n    severity: 2\n"
            f"    snmp: {{address: {agent.address}, port: {agent.port}, community: {{secret: core}}}}\n"
            f"    checks: [{{check: agent_answers}}]\n{policy(channels='log')}"
        )
        async with Daemon(tmp_path, network, defaults=DEFAULTS) as daemon:
            yield daemon


def roster(folder: Path, *rows: list[str]) -> Path:
    """Write a roster of the leaders of three days from now on."""
    file = folder / "Lịch trực lãnh đạo.xlsx"
    head = ["Ngày", "Ca", "Họ và tên"]
    file.write_bytes(made("xlsx", {"Lãnh đạo": [["VIỄN THÔNG SÔNG MẪU"], ["LỊCH TRỰC LÃNH ĐẠO"], head, *rows]}))
    return file


async def typed(daemon: Daemon, *words: str | Path) -> tuple[int, str]:
    """Run `monitord` with these words beside the daemon; return its exit code and all it printed."""
    command = [sys.executable, "-m", "monitord", *map(str, words), "--config", str(daemon.config)]
    process = await asyncio.create_subprocess_exec(
        *command,
        env=daemon.environment(),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_a_file_is_rehearsed_refused_settled_written_and_then_in_force(daemon: Daemon, tmp_path: Path) -> None:
    file = roster(tmp_path, [f"{DAY:%d/%m/%Y}", "24/24", "Võ Trường Giangg"])
    importing = ("roster", "import", file)
    who = ("who", "--at", f"{DAY + timedelta(days=1)} 03:29", "--duty", "leader", "--unit", "vt", "--json")

    code, said = await typed(daemon, *importing, "--apply", "--as", "giang")
    assert code == 1
    assert "'Lãnh đạo!C4'" in said
    assert "Bùi Quốc Khánh" in (await typed(daemon, *who))[1]

    code, said = await typed(daemon, *importing, "--take", "Lãnh đạo!C4")
    assert (code, "--apply" in said) == (0, True), said
    assert "Bùi Quốc Khánh" in (await typed(daemon, *who))[1]

    code, said = await typed(daemon, *importing, "--take", "C4", "--apply", "--as", "giang")
    assert code == 0, said
    assert "Võ Trường Giang" in (await typed(daemon, *who))[1]

    code, said = await typed(daemon, *importing, "--take", "C4", "--apply", "--as", "giang")
    assert (code, "đang có hiệu lực" in said) == (0, True), said


async def test_a_file_that_must_not_be_opened_is_told_in_words(daemon: Daemon, tmp_path: Path) -> None:
    file = tmp_path / "lich.xls"
    file.write_bytes(b"<html><table>")
    code, said = await typed(daemon, "roster", "import", file)
    assert code == 2
    assert "trang web" in said
    assert "Traceback" not in said


async def test_somebody_who_does_not_keep_the_roster_writes_nothing(daemon: Daemon, tmp_path: Path) -> None:
    file = roster(tmp_path, [f"{DAY:%d/%m/%Y}", "24/24", "Võ Trường Giang"])
    code, said = await typed(daemon, "roster", "import", file, "--apply", "--as", "an")
    assert code == 1
    assert "giang" in said
