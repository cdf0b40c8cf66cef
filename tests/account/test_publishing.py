"""Anchors sent outside by Telegram: once for each hour that is named, whatever ends the daemon on the way."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from monitord.account import anchor_key
from monitord.account.anchor_files import read_anchors
from monitord.account.anchors import verify_with
from monitord.account.proof import verify
from monitord.account.publishing import AnchorKeeper, last_due
from monitord.cli.proof import verify as log_verify
from monitord.domain.anchor import Anchor, find_anchors
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.settings.model import AnchorSettings
from monitord.store.engine import reading_engine
from tests.account.test_anchors import KEY, PUBLIC
from tests.account.written import bent
from tests.support.night import ACCEPTED, UNCERTAIN, ZONE, Night, example, silent

OLT = silent("olt-go-may")
KEEPER = "minh.do"


def asked(every: int = 24, at: int = 7, *tell: str) -> AnchorSettings:
    return AnchorSettings(tell or (KEEPER,), timedelta(hours=every), time(at))


def night(folder: Path, begin: str = "2026-12-01 06:30", anchors: AnchorSettings | None = None) -> Night:
    return Night(folder, begin, replace(example(), anchors=anchors or asked()))


def keeper(one: Night) -> AnchorKeeper:
    """Return what a daemon makes at each of its starts."""
    engine = reading_engine(one.database)
    return AnchorKeeper(engine, one.database.parent, lambda: KEY, one.clock, one.desk, lambda: one.settings)


def sent(one: Night) -> list[tuple[str, Anchor]]:
    """Return the anchors that reached somebody, with the first line above each."""
    found = []
    for got in one.got:
        found += [(got.text.split("\n")[0], each) for each in find_anchors(got.text) if isinstance(each, Anchor)]
    return found


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "at", "now", "due"),
    [
        (24, 7, "2026-12-01 07:00", "2026-12-01 07:00"),
        (24, 7, "2026-12-01 06:59", "2026-11-30 07:00"),
        (24, 0, "2026-12-01 00:00", "2026-12-01 00:00"),
        (6, 7, "2026-12-01 00:59", "2026-11-30 19:00"),
        (6, 7, "2026-12-01 01:00", "2026-12-01 01:00"),
        (1, 7, "2026-12-01 13:59", "2026-12-01 13:00"),
        (12, 18, "2026-12-01 17:00", "2026-12-01 06:00"),
    ],
)
def test_the_last_hour_that_was_named(every: int, at: int, now: str, due: str) -> None:
    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)

    assert last_due(asked(every, at), local(now).astimezone(UTC), ZONE) == local(due)


async def test_an_anchor_leaves_each_day_at_its_hour_and_once_only(tmp_path: Path) -> None:
    async with night(tmp_path) as one:
        keeps = keeper(one)
        await keeps.send()
        for _ in range(49):
            await keeps.hourly()
            await one.deliver()
            await one.clock.advance(3600)
        assert [got.at for got in one.got] == ["06:30:00", "07:30:00", "07:30:00"]
        assert {got.person for got in one.got} == {KEEPER}
        assert len({anchor.number for _, anchor in sent(one)}) == 3
        assert len(one.rows(FactKind.JOURNAL_ANCHORED)) == 3
        assert len(one.rows(FactKind.NOTICE_ACCEPTED)) == 3
        assert len(read_anchors(tmp_path / "anchors").anchors) == 50


async def test_without_the_section_nothing_leaves(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:30") as one:
        await keeper(one).hourly()
        await one.deliver()
        assert (one.got, one.rows(FactKind.JOURNAL_ANCHORED)) == ([], [])
        assert len(read_anchors(tmp_path / "anchors").anchors) == 1


async def test_a_clock_that_stood_in_another_year_does_not_hold_up_later_anchors(tmp_path: Path) -> None:
    async with night(tmp_path) as one:
        await one.wall_steps(400 * 86_400)
        await keeper(one).send()
        await one.wall_steps(-400 * 86_400)
        await keeper(one).send()
        await keeper(one).send()
        await one.deliver()
        assert len(sent(one)) == 2


# --- whatever ends the daemon (K16) -----------------------------------------------------------------------------------


async def test_killed_between_keeping_and_queueing_the_same_anchor_leaves_after_the_start(tmp_path: Path) -> None:
    async with night(tmp_path) as one:
        await keeper(one).send()
        await one.deliver()
        await one.clock.advance(3600)
        due = last_due(asked(), one.clock.now(), ZONE)
        kept = keeper(one).kept_since(due)
        one.die()
        await one.clock.advance(600)
        await one.start()
        await keeper(one).send()
        await one.deliver()
        again = sent(one)[-1][1]
        assert (again, again.number) == (kept, 2)
        assert read_anchors(tmp_path / "anchors").anchors == tuple(anchor for _, anchor in sent(one))
        await keeper(one).send()
        await one.deliver()
        assert len(sent(one)) == 2
        await holds(one, tmp_path)


async def test_killed_after_queueing_it_leaves_by_the_outbox(tmp_path: Path) -> None:
    async with night(tmp_path) as one:
        anchor = await keeper(one).send()
        one.die()
        await one.start()
        await keeper(one).send()
        await one.deliver()
        assert [each for _, each in sent(one)] == [anchor]


async def test_killed_while_it_is_sent_the_repeat_says_so_and_bears_the_same_line(tmp_path: Path) -> None:
    async with night(tmp_path) as one:
        anchor = await keeper(one).send()
        (claimed,) = await one.desk.claim("telegram", 1)
        one.die()
        await one.clock.advance(40)
        await one.start()
        await keeper(one).send()
        await one.deliver()
        ((head, again),) = sent(one)
        assert again == anchor
        assert "có thể trùng" in head
        assert "trùng" not in claimed.message.text
        assert list(find_anchors(claimed.message.text)) == [anchor]
        await holds(one, tmp_path, claimed.message.text)


async def test_what_telegram_may_have_had_is_repeated_with_the_mark(tmp_path: Path) -> None:
    async with night(tmp_path) as one:
        one.answer = lambda claimed: ACCEPTED if claimed.uncertain else UNCERTAIN
        await keeper(one).send()
        await one.passes(minutes=2)
        ((head, _),) = sent(one)
        assert "có thể trùng" in head


async def holds(one: Night, folder: Path, more: str = "") -> None:
    """Assert that the chat, pasted as it is, proves the journal, equal anchors twice or not."""
    chat = folder / "chat.txt"
    told = "\n".join(f"[07:0{n}, 01/12/2026] Bot trực: {got.text}" for n, got in enumerate(one.got))
    chat.write_text(f"{told}\n{more}\n{told}\n", "utf-8")
    found = read_anchors(chat)
    assert found.unread == ()
    with reading_engine(one.database).connect() as connection:
        assert verify(connection).whole
        assert verify_with(connection, found.anchors, PUBLIC) == ()


async def test_a_pasted_chat_proves_the_journal_at_the_command_line_and_finds_its_end_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = night(tmp_path, anchors=asked(1))
    await one.start()
    for _ in range(3):
        await one.sees(OLT, Health.DOWN)
        await keeper(one).send()
        await one.deliver()
        await one.sees(OLT, Health.UP)
        await one.clock.advance(3600)
    one.die()
    chat, public = tmp_path / "chat.txt", anchor_key.public_text(PUBLIC)
    chat.write_text("\n".join(f"Bot, [01/12/2026 07:00]\n{got.text}\n" for got in one.got), "utf-8")
    assert log_verify(anchored=chat, key=public, database=one.database) == 0
    assert "Anchors: 3 of 3 hold" in capsys.readouterr().out
    last = sent(one)[-1][1].seq
    with bent(one.database).begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM journal_private WHERE seq >= {last}")
        connection.exec_driver_sql(f"DELETE FROM journal WHERE seq >= {last}")
    assert log_verify(anchored=chat, key=public, database=one.database) == 1
    assert f"row {last}: history rolled back or cut off" in capsys.readouterr().out
