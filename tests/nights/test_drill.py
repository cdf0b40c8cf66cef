"""A drill: the real way, every message marked, measured at the end."""

from pathlib import Path

import pytest

from monitord.account.drill import drill_rows, scorecard
from monitord.desk.reports import Reported
from monitord.store.counts import read_counts
from monitord.store.engine import reading_engine
from tests.support.night import Night

MARK = "🧪 DIỄN TẬP"


async def test_every_message_of_a_drill_says_so_and_it_is_in_no_statistic(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        with night.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM shift WHERE duty = 'operations'")
        await night.desk.open_by_hand(Reported("vt-song-mau", "OLT Gò Mây", drill=True), night.on("shift"))
        await night.passes(minutes=16)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.does("restore")
        of_the_drill = [g for g in night.got if "LỊCH TRỰC" not in g.text]  # the gap itself is no drill
        assert len(of_the_drill) > 6
        assert all(g.text.startswith(MARK) for g in of_the_drill)
        with reading_engine(night.database).connect() as connection:
            assert read_counts(connection, night.clock.now()).running == {}


async def test_the_scorecard_says_who_was_told_when_and_how_long_the_answer_took(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        incident = await night.desk.open_by_hand(Reported("vt-song-mau", "OLT Gò Mây", drill=True), night.on("shift"))
        await night.deliver()
        await night.passes(minutes=7)
        await night.presses(night.on("operations"), night.got[1].buttons[0])
        await night.does("restore")
        with reading_engine(night.database).connect() as connection:
            rows = drill_rows(connection, incident.code)
            assert drill_rows(connection, "SC-0112-009") is None
        assert rows is not None
        first, second = scorecard(rows)
        assert (first.person, first.answered, first.delivery) == (
            night.on("shift"),
            None,
            first.decided - first.decided,
        )
        assert (second.person, second.answer) == (night.on("operations"), "taken")
        assert second.reaction is not None
        assert second.reaction.total_seconds() == pytest.approx(120)
