"""Menus with the real daemon, its Telegram and the page of the demo's telephones: opened, killed, and chosen from."""

import re
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from monitord.demo.botapi import BotApi, Bubble
from monitord.demo.telephones import Owner, Telephones
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.daemon import CHATS, CLOCK, TOKEN, Daemon, policy

pytestmark = pytest.mark.slow
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
NETWORK = (
    "devices:\n  - {id: trang, name: Trang một, unit: vt, site: tram, severity: 2,"
    " checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}\n" + policy(delays=("0s", "60s"))
)
WITHIN = 30.0
OWNERS = {CHATS["an"]: Owner("Nguyễn Văn An", "trực ca"), CHATS["giang"]: Owner("Võ Trường Giang", "trực điều hành")}


async def test_an_incident_is_handed_on_from_the_telephones_page_over_a_kill(tmp_path: Path) -> None:
    an, giang = CHATS["an"], CHATS["giang"]
    async with (
        BotApi(CLOCK, token=TOKEN) as api,
        Telephones(api, OWNERS) as page,
        httpx.AsyncClient(base_url=page.url, trust_env=False, verify=False, follow_redirects=True) as browser,
    ):

        def message(chat: int, label: str) -> Bubble | None:
            found = (b for b in reversed(api.bubbles(chat)) if any(button.label == label for button in b.buttons))
            return next(found, None)

        async def press(chat: int, label: str) -> Bubble:
            """Press a button on the page as soon as it stands there, and return its message as it was."""
            bubble = await api.wait_for(lambda history: message(chat, label), WITHIN)
            assert bubble is not None
            html = (await browser.get("/")).text
            pattern = rf'id="b-{chat}-{bubble.message_id}-(\d+)"[^>]*>{re.escape(label)}<'
            place = re.search(pattern, html)
            assert place is not None, label
            sent = {"chat": str(chat), "message": str(bubble.message_id), "button": place[1]}
            assert (await browser.post("/press", data=sent)).status_code == 200
            return bubble

        async with Daemon(tmp_path / "d", NETWORK, bot_url=api.url, defaults=DEFAULTS) as daemon:
            first = await press(an, "⋯ Khác")
            assert first.keyboard[0][0].label == "✅ Tiếp nhận"
            assert [len(row) for row in first.keyboard] == [1, 1, 1, 1]
            menu = await press(an, "👤 Giao người khác")
            assert menu.message_id == first.message_id
            await api.wait_for(lambda history: message(an, "👤 Võ Trường Giang – trực điều hành"), WITHIN)
            await daemon.kill()
            await daemon.begin()
            await daemon.until_ready()
            await press(an, "👤 Võ Trường Giang – trực điều hành")
            await press(giang, "✅ Tiếp nhận")
            await api.wait_for(lambda history: message(giang, "⏰ Nhắc lại sau 30 phút"), WITHIN)
            await press(giang, "⋯ Khác")
            await press(giang, "📝 Ghi nguyên nhân")
            await press(giang, "đứt cáp")
            await api.wait_for(lambda history: any("Đã ghi nguyên nhân" in entry.text for entry in history), WITHIN)
            wanted = (FactKind.INCIDENT_HANDED, FactKind.INCIDENT_ACKNOWLEDGED, FactKind.INCIDENT_NOTE)
            rows = daemon.query(sa.select(t.journal).where(t.journal.c.kind.in_(wanted)).order_by(t.journal.c.seq))
            assert [(row["kind"], row["actor"]) for row in rows] == [
                (FactKind.INCIDENT_HANDED, "an"),
                (FactKind.INCIDENT_ACKNOWLEDGED, "giang"),
                (FactKind.INCIDENT_NOTE, "giang"),
            ]
            assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log()
