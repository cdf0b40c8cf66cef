"""A bulletin that fell due a minute ago, with the real daemon: made at its start, asked for, approved at a terminal."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.daemon import CLOCK, Daemon, policy
from tests.support.night import ZONE
from tests.support.shared import REPOSITORY

pytestmark = pytest.mark.slow
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"


async def typed(daemon: Daemon, *words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitord", *words, "--config", str(daemon.config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=daemon.environment(),
        cwd=REPOSITORY,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode().strip(), err.decode().strip()


async def messages(daemon: Daemon, wanted: str) -> list[str]:
    """Return the lines of the log channel in which a word stands, once there is one."""
    path = daemon.state / "messages.log"
    async with asyncio.timeout(40):
        while True:
            lines = path.read_text("utf-8").splitlines() if path.exists() else []
            if found := [line for line in lines if wanted in line]:
                return found
            await asyncio.sleep(0.05)


async def test_a_bulletin_waits_for_a_leader_and_goes_when_he_types_so(tmp_path: Path) -> None:
    due = (CLOCK.now() - timedelta(minutes=1)).astimezone(ZONE)
    since = due - timedelta(hours=2)
    device = "devices: [{id: a, name: A, unit: bd, site: tram, checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}]\n"
    network = (
        f"{device}{policy()}bulletins:\n  - id: giao-thua\n    name: Giao thừa\n    unit: bd\n    to: so\n"
        f'    from: "{since:%Y-%m-%d %H:%M}"\n    at: "{due:%Y-%m-%d %H:%M}"\n    channels: [log]\n'
    )
    async with Daemon(tmp_path / "d", network, defaults=DEFAULTS) as daemon:
        (asked,) = await messages(daemon, "BẢN TIN CHỜ DUYỆT")
        assert "Chu Thế Vinh" in asked, asked
        assert "Giao thừa: đến " in asked, asked
        key = str(daemon.query(sa.select(t.bulletin))[0]["key"])
        code, _, err = await typed(daemon, "bulletin", "approve", key, "--as", "son")
        assert (code, "does not lead" in err) == (1, True)
        code, out, err = await typed(daemon, "bulletin", "approve", key, "--as", "vinh")
        assert (code, out, err) == (0, f"{key}: duyệt bởi vinh", "")
        sent = await messages(daemon, "📨 BẢN TIN")
        assert all("Người duyệt: Chu Thế Vinh." in line for line in sent)
        await daemon.kill()
        await daemon.start()
        code, out, _ = await typed(daemon, "bulletin", "show")
        assert (code, "đã gửi (duyệt bởi vinh)" in out) == (0, True)
        kinds = [row["kind"] for row in daemon.query(sa.select(t.journal).order_by(t.journal.c.seq))]
        assert [kind for kind in kinds if kind.startswith("bulletin.")] == [
            FactKind.BULLETIN_MADE,
            FactKind.BULLETIN_ASKED,
            FactKind.BULLETIN_APPROVED,
            FactKind.BULLETIN_SENT,
        ]
        code, out, _ = await typed(daemon, "log", "verify")
        assert code == 0, out
