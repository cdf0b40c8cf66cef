"""Pages of a duty log that were wrong once: shifts of one person that run together, gaps that move, who left."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from monitord.account.who import planned_at
from monitord.desk.rostering import RosterRefused
from monitord.domain.rotation import Rotation, Step, StepUnit
from monitord.settings.model import PatternEntry
from tests.nights.test_overrides import OWNER, UNIT, ends_of, hours, override
from tests.nights.test_rollcall import asked, calling
from tests.support.night import ZONE, Got, Night, example

ILL = "chi.le"


async def by_hand(night: Night, person: str, start: str, end: str) -> None:
    span = hours(start, end)
    shift = [UNIT, "shift", person, span["start"], span["end"], False, ""]
    await night.desk.roster("put", OWNER, {"kind": "hand", "shifts": [shift]})


def gaps(night: Night) -> list[Got]:
    return [got for got in night.got if got.channel == "telegram" and got.text.startswith("📅")]


async def test_whose_shift_was_prolonged_can_be_replaced_while_it_runs(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00") as night:
        await by_hand(night, ILL, "05T06:00", "05T18:00")
        await night.passes(hours=5)
        await override(night, **hours("05T10:00", "05T18:00"), outgoing=[ILL], incoming=["hai.dang"])
        assert night.on("shift") == "hai.dang"
        ends = ends_of(night, ILL)
        assert "05 10:00" in ends
        assert not {"05 14:00", "05 18:00"} & set(ends)


async def test_whose_shift_was_prolonged_is_off_at_once_when_he_is_taken_off(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00") as night:
        await override(night, **hours("05T10:00", "05T22:00"), outgoing=[ILL], incoming=["binh.tran"])
        await night.passes(hours=10, minutes=30)
        assert night.everybody_on("shift") == ["binh.tran"]
        await override(night, **hours("05T15:30", "05T22:00"), outgoing=["binh.tran"], incoming=["hai.dang"])
        assert night.everybody_on("shift") == ["hai.dang"]


async def test_a_gap_that_is_filled_up_to_a_later_day_is_told_again_as_that_day_comes_near(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await override(night, **hours("03T06:00", "20T06:00"), outgoing=None, incoming=[])
        await night.passes(hours=30)
        before = len(gaps(night))
        assert before
        await override(night, **hours("03T06:00", "15T06:00"), outgoing=[], incoming=[ILL])
        await night.passes(hours=24)
        assert len(gaps(night)) == before
        for _ in range(12):
            await night.passes(hours=24)
        assert len(gaps(night)) > before


async def test_a_gap_whose_keeper_nobody_can_tell_is_told_to_an_administrator(tmp_path: Path) -> None:
    settings = example()
    people = {
        **settings.people,
        OWNER: replace(settings.people[OWNER], telegram=None, addresses={}, stand_ins=()),
    }
    async with Night(tmp_path, "2026-12-01 09:00", replace(settings, people=people)) as night:
        leader = night.on("leader")
        await override(night, by=leader, **hours("11T22:00", "12T06:00"), outgoing=None, incoming=[])
        await night.passes(hours=1)
        assert {got.person for got in gaps(night)} == {settings.administrators[0]}


async def test_who_left_is_put_on_no_duty(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        people = {name: one for name, one in night.settings.people.items() if name != "hai.dang"}
        roster = tuple(one for one in night.settings.roster if "hai.dang" not in repr(one))
        left = replace(night.settings, people=people, roster=roster, hash="other")
        await night.desk.reload(night.context_of(left))
        with pytest.raises(RosterRefused, match="nobody has the id"):
            await override(night, **hours("05T10:00", "05T18:00"), outgoing=None, incoming=["hai.dang"])


async def test_what_runs_over_the_end_of_what_is_written_is_cut_by_what_lies_behind_it(tmp_path: Path) -> None:
    turns = Rotation(("khanh.bui", "lan.hoang"), Step(1, StepUnit.MONTH), time(8), date(2026, 11, 30))
    rest = tuple(one for one in example().roster if (one.unit, one.duty) != (UNIT, "leader"))
    settings = replace(example(), roster=(*rest, PatternEntry(UNIT, "leader", turns, "roster.yaml:1")))
    async with Night(tmp_path, "2026-12-05 10:00", settings) as night:
        span = {"start": "2027-01-20T08:00+07:00", "end": "2027-01-22T08:00+07:00"}
        await night.desk.roster(
            "override", OWNER, {"unit": UNIT, "duty": "leader", "outgoing": None, "incoming": [OWNER], **span}
        )
        at = datetime(2027, 1, 20, 7, 59, tzinfo=ZONE)
        with night.engine.connect() as connection:
            found = [
                [one.person for one in planned_at(connection, settings, at + timedelta(minutes=n), UNIT, "leader")]
                for n in (0, 1, 2 * 24 * 60, 2 * 24 * 60 + 1)
            ]
        assert found == [["lan.hoang"], [OWNER], [OWNER], ["lan.hoang"]]


async def test_a_book_that_takes_the_number_of_one_thrown_away_is_asked_about(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 21:30", calling()) as night:
        await night.passes(minutes=20)
        await override(night, **hours("05T22:00", "06T06:00"), outgoing=["an.nguyen"], incoming=["binh.tran"])
        await override(night, **hours("06T06:00", "06T14:00"), outgoing=["dung.pham"], incoming=["an.nguyen"])
        before = len(asked(night))
        await night.passes(hours=8)
        assert [got.person for got in asked(night)[before:]] == ["an.nguyen"]
