"""Pictures with the real daemon: the course of an incident is asked for in writing, and is on the telephone."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.demo.botapi import BotApi, BotFault, Bubble, Trouble
from monitord.domain.journal import FactKind
from monitord.draw.png import size_of
from monitord.store import tables as t
from tests.support.daemon import CHATS, CLOCK, TOKEN, Daemon, policy

pytestmark = pytest.mark.slow
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
DEVICE = (
    "  - {id: trang, name: '#[Trang] $một$', unit: vt, site: tram, severity: 2,"
    " checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}\n"
)
WITHIN = 60.0


async def test_pictures_come_to_who_asks_and_a_lost_answer_is_made_good(tmp_path: Path) -> None:
    shift = CHATS["an"]
    async with BotApi(CLOCK, token=TOKEN) as api:
        await api.break_with(BotFault(Trouble.LOST, "sendPhoto", times=1))

        def pictures(_: object) -> list[Bubble] | None:
            found = [b for b in api.bubbles(shift) if b.file is not None]
            return found if len(found) == 2 else None

        network = f"devices:\n{DEVICE}{policy(delays=('0s', '60s'))}"
        async with Daemon(tmp_path / "d", network, bot_url=api.url, defaults=DEFAULTS) as daemon:
            first = await api.wait_for(lambda _: [b for b in api.bubbles(shift) if b.incoming], WITHIN)
            api.write(shift, "hình 001")
            both = await api.wait_for(pictures, WITHIN)
            assert both is not None
            lost, again = both
            assert "(có thể trùng tin trước)" not in lost.text
            assert "(có thể trùng tin trước)" in again.text
            assert again.file is not None
            assert (size_of(again.file.content)[0], again.place.reply_to, again.quiet) == (
                1280,
                first[0].message_id,
                True,
            )
            rows = daemon.query(sa.select(t.journal).where(t.journal.c.kind == FactKind.INCIDENT_PICTURE_ASKED))
            assert [row["actor"] for row in rows] == ["an"]
            assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log()
