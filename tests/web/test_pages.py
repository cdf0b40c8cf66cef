"""Every state of the board has its words in every language, and a part changes only when what it shows does."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.account.board import Board, read_board
from monitord.domain.decision import Timer, TimerKind
from monitord.domain.health import Health, Hold
from monitord.domain.incident import Phase
from monitord.domain.notice import DeliveryCause, NoticeState
from monitord.store.tx import Tx
from monitord.texts import LANGUAGES, pick
from monitord.web.pages import PARTS, Pages
from tests.web.province import NOW, empty_database, moment, opened, reader, see, settings, told, write


def _everything(tx: Tx) -> None:
    see(tx, "rt/agent", Health.DOWN, attempt=2)
    see(tx, "rt/port/ge-0", Health.UNKNOWN, held=(Hold.PARENT, Hold.MAINTENANCE))
    running = opened(tx, "rt/agent", 1)
    for step, state in enumerate(NoticeState):
        told(tx, running, f"nobody-{state}", state, step=step, cause=DeliveryCause.CONNECT, uncertain=step % 2)
    tx.arm(running.id, Timer(TimerKind.STEP, 5, NOW + timedelta(minutes=90)), moment(), NOW)
    taken = opened(tx, "rt/port/ge-0", 2, severity=4)
    until = NOW + timedelta(hours=2)
    tx.save(replace(taken, phase=Phase.ACKNOWLEDGED, acknowledged_at=NOW, acknowledged_by="an", ack_expires_at=until))
    waits = opened(tx, "ups/agent", 3, severity=1)
    tx.arm(waits.id, Timer(TimerKind.STEP, 2, NOW + timedelta(minutes=30)), moment(), NOW)
    over = opened(tx, "gone/agent", 4, severity=7)
    tx.save(replace(over, phase=Phase.RESTORED, restored_at=NOW, acknowledged_at=NOW, acknowledged_by="lan"))


def _board(folder: Path, lang: str, *, later: timedelta = timedelta(0)) -> Board:
    with reader(folder / "m.db")() as connection:
        return read_board(connection, settings(folder), pick(lang), NOW + later)


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_every_state_has_its_words_in_every_language(tmp_path: Path, lang: str) -> None:
    empty = _board_of_empty(tmp_path, lang)
    write(tmp_path / "m.db", _everything)
    full = _board(tmp_path, lang)
    pages, words = Pages(), pick(lang)

    for board in (None, empty, full):
        for away_at in (None, NOW) if board else (NOW,):
            assert f'<html lang="{lang}">' in pages.page(board, settings(tmp_path), words, away_at)
    text = pages.page(full, settings(tmp_path), words)
    for key in ("repeats", "asks", "soft", "held", "ack_until", "nobody_on_duty", "next_step"):
        assert words.page[key] in text, key


def _board_of_empty(folder: Path, lang: str) -> Board:
    empty_database(folder / "m.db")
    return _board(folder, lang)


def test_a_second_later_nothing_has_changed_but_the_clock(tmp_path: Path) -> None:
    empty_database(tmp_path / "m.db")
    write(tmp_path / "m.db", _everything)
    pages, words = Pages(), pick("vi")
    page = pages.page(_board(tmp_path, "vi"), settings(tmp_path), words)
    seen = {name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in PARTS}
    later = pages.changes(_board(tmp_path, "vi", later=timedelta(seconds=59)), settings(tmp_path), words, seen)

    assert all(seen.values())
    assert "hx-swap-oob" not in later
    assert "03:07:59" in later


def test_an_instant_of_another_day_carries_its_date(tmp_path: Path) -> None:
    empty_database(tmp_path / "m.db")
    write(tmp_path / "m.db", lambda tx: opened(tx, "rt/agent", 1))
    tomorrow = _board(tmp_path, "vi", later=timedelta(days=1))

    assert "03:07:00 06/02" in Pages().page(tomorrow, settings(tmp_path), pick("vi"))
