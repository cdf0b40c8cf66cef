"""A telephone is bound with the real daemon and what people type: the code, the account, the first message."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from monitord.demo.botapi import BotApi, Bubble
from tests.support.daemon import CHATS, CLOCK, TOKEN, Daemon, policy
from tests.support.shared import REPOSITORY

pytestmark = pytest.mark.slow
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
NEW = 555_001
WITHIN = 40.0


async def typed(daemon: Daemon, *words: str) -> str:
    """Type a command as the administrator, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitord", *words, "--config", str(daemon.config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=daemon.environment() | {"MONITORD_PERSON": "giang"},
        cwd=REPOSITORY,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return out.decode().strip()


async def test_a_new_telephone_is_bound_and_the_old_one_hears_of_it(tmp_path: Path) -> None:
    page = "devices: [{id: a, name: A, unit: vt, site: tram, checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}]\n"
    async with BotApi(CLOCK, token=TOKEN, names={NEW: "Máy mới"}) as api:

        def said(chat: int, words: str) -> Bubble | None:
            return next((b for b in api.bubbles(chat) if words in b.text), None)

        network = page + policy(delays=("60s", "90s"))
        async with Daemon(tmp_path / "d", network, bot_url=api.url, defaults=DEFAULTS) as daemon:
            given = await typed(daemon, "bind", "start", "an")
            found = re.search(r"/start ([A-Z2-7]{26})", given)
            assert found is not None, given
            assert await typed(daemon, "bind", "show", "an") == "an: nobody has sent the code yet"
            api.write(NEW, f"/start {found[1]}")
            await api.wait_for(lambda _: said(NEW, "Đã nhận mã"), WITHIN)
            assert await typed(daemon, "bind", "show", "an") == f"an: account {NEW}, which calls itself Máy mới"
            assert await typed(daemon, "bind", "confirm", "an", str(NEW)) == f"an: {NEW}"
            await api.wait_for(lambda _: said(NEW, "✅ Tài khoản này nhận tin"), WITHIN)
            await api.wait_for(lambda _: said(CHATS["an"], "⛔ Tài khoản này không còn nhận tin"), WITHIN)
            api.write(NEW, "truc")
            answer = await api.wait_for(lambda _: said(NEW, "👥 ĐANG TRỰC"), WITHIN)
            assert answer is not None
            assert "trực ca: Nguyễn Văn An" in answer.text
            assert found[1] not in daemon.log()
            assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log()
