"""The list of a storm with the real daemon: a button is pressed, and the file is on the telephone."""

import csv
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.account.export import ENCODING
from monitord.demo.botapi import BotApi, BotFault, Bubble, Trouble
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.daemon import CHATS, CLOCK, TOKEN, Daemon, policy

pytestmark = pytest.mark.slow
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
NAMES = ("Trang một", "Trang hai", "Trang ba")
WITHIN = 60.0


def network() -> str:
    """Return three pages behind a port at which nobody listens, and storms that begin with the third."""
    devices = "".join(
        f"  - {{id: trang-{n}, name: {name}, unit: vt, site: tram, severity: 2,"
        " checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}\n"
        for n, name in enumerate(NAMES)
    )
    storm = "storm: {opened: 3, alone: 2, running: 3}\n"
    return f"devices:\n{devices}{policy(delays=('0s', '60s'))}{storm}"


async def test_the_list_of_a_storm_comes_as_a_file_and_a_repeat_says_so(tmp_path: Path) -> None:
    shift = CHATS["an"]
    async with BotApi(CLOCK, token=TOKEN) as api:
        await api.break_with(BotFault(Trouble.LOST, "sendDocument", times=1))

        def storm(_: object) -> Bubble | None:
            bubbles = api.bubbles(shift)
            return next((b for b in bubbles if any(button.label == "📋 Danh sách" for button in b.buttons)), None)

        def lists(_: object) -> list[Bubble] | None:
            found = [b for b in api.bubbles(shift) if b.file is not None]
            return found if len(found) == 2 else None

        async with Daemon(tmp_path / "d", network(), bot_url=api.url, defaults=DEFAULTS) as daemon:
            told = await api.wait_for(storm, WITHIN)
            assert told is not None
            api.press(shift, told.message_id, "📋 Danh sách")
            both = await api.wait_for(lists, WITHIN)
            assert both is not None
            lost, again = both
            assert "(có thể trùng tin trước)" not in lost.text
            assert "(có thể trùng tin trước)" in again.text
            assert again.file is not None
            assert again.file.name.startswith("DR-")
            text = again.file.content.decode(ENCODING)
            assert {row["Đối tượng"] for row in csv.DictReader(StringIO(text, newline=""))} == set(NAMES)
            rows = daemon.query(sa.select(t.journal).where(t.journal.c.kind == FactKind.STORM_LIST_ASKED))
            assert [row["actor"] for row in rows] == ["an"]
            assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log()
