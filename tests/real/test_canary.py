"""A canary goes the whole way with the real daemon: outbox, Telegram, an account that presses, updates, desk."""

import asyncio
import contextlib
import re
import sys
from pathlib import Path

import pytest

from monitord.demo.botapi import BotApi
from monitord.demo.robot import press_everything
from tests.support.daemon import CLOCK, TOKEN, Daemon, policy
from tests.support.shared import REPOSITORY

pytestmark = pytest.mark.slow
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
PAGE = (
    "devices: [{id: a, name: A, unit: vt, site: tram, checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}]\n"
)
ROBOT = 900


async def typed(daemon: Daemon, *words: str) -> tuple[int, str]:
    """Type a command, and return its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitord", "channel", *words, "--config", str(daemon.config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=daemon.environment() | {"COLUMNS": "200"},
        cwd=REPOSITORY,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode().strip()


def watched(folder: Path, bot_url: str) -> Daemon:
    daemon = Daemon(folder, PAGE + policy(delays=("60s", "90s")), bot_url=bot_url, defaults=DEFAULTS)
    desk = daemon.config / "desk.yaml"
    given = f"telegram: {{canary: {{chat: {ROBOT}, every: 1h, within: 10s}}, "
    desk.write_text(desk.read_text("utf-8").replace("telegram: {", given), "utf-8")
    return daemon


async def test_it_comes_back_while_it_can_and_is_missed_when_it_cannot(tmp_path: Path) -> None:
    async with BotApi(CLOCK, token=TOKEN, names={ROBOT: "Máy"}) as api:
        robot = asyncio.create_task(press_everything(api, ROBOT))
        try:
            async with watched(tmp_path / "d", api.url) as daemon:
                code, said = await typed(daemon, "canary", "telegram")
                assert re.search(r"Tin kiểm tra về lúc \d\d:\d\d:\d\d \(\d+\.\d s\)$", said), said
                assert code == 0
                (bubble,) = api.bubbles(ROBOT)  # the one before was taken away
                assert bubble.quiet
                code, said = await typed(daemon, "list")
                assert re.search(r"Tin kiểm tra về lúc.*Không về", said), said
                assert re.search(r"Telegram.* s +│? *0", said), said
                robot.cancel()  # nobody presses any more
                code, said = await typed(daemon, "canary", "telegram")
                assert (code, said.splitlines()[-1]) == (1, "tin không quay về")
                assert len(api.bubbles(ROBOT)) == 1
                code, said = await typed(daemon, "canary", "sms")
                assert code != 0
                assert "has no `canary` in the settings" in said
                assert await daemon.stop() == 0
            assert "Traceback" not in daemon.log()
        finally:
            robot.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await robot
