"""Pages of a duty log: the roster is changed by hand for some hours, people go on leave, shifts are written beside."""

from pathlib import Path
from typing import Any

import pytest

from monitord.desk.rostering import RosterRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import ZONE, Night, silent

UNIT = "vt-song-mau"
SHIFT = {"unit": UNIT, "duty": "shift"}
OWNER = "giang.vo"


def hours(start: str, end: str) -> dict[str, Any]:
    return {"start": f"2026-12-{start}+07:00", "end": f"2026-12-{end}+07:00"}


async def override(night: Night, by: str = OWNER, **given: object) -> int:
    answer = await night.desk.roster("override", by, {**SHIFT, **given})
    await night.deliver()
    return int(answer["override"])


def told(night: Night) -> list[str]:
    return [got.person for got in night.got if got.channel == "telegram" and "SỰ CỐ MỚI" in got.text]


def ends_of(night: Night, person: str) -> list[str]:
    rows = night.query(t.shift.c.ends, person=person, unit=UNIT, duty="shift")
    return sorted(f"{ends.astimezone(ZONE):%d %H:%M}" for (ends,) in rows)


async def test_another_is_on_duty_in_those_hours_and_the_ladder_goes_to_him(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        await override(night, **hours("05T11:00", "05T12:00"), outgoing=["chi.le"], incoming=["hai.dang"])
        await night.passes(minutes=59, seconds=59)
        assert night.on("shift") == "chi.le"
        await night.passes(1)
        assert night.on("shift") == "hai.dang"
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert told(night) == ["hai.dang"]
        answer = await night.presses("hai.dang", night.got[-1].button("take"))
        assert answer.accepted
        await night.passes(minutes=59, seconds=59)
        assert night.on("shift") == "hai.dang"
        await night.passes(1)
        assert night.on("shift") == "chi.le"
        (row,) = night.rows(FactKind.ROSTER_OVERLAID)
        assert (row.actor, row.refs["outgoing"], row.refs["incoming"]) == (OWNER, ["chi.le"], ["hai.dang"])


async def test_who_comes_may_stand_beside_and_nobody_may_come(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        await override(night, **hours("05T11:00", "05T12:00"), outgoing=[], incoming=["hai.dang"])
        await override(night, **hours("05T12:00", "05T13:00"), outgoing=None, incoming=[])
        await night.passes(minutes=61)
        assert night.everybody_on("shift") == ["chi.le", "hai.dang"]
        await night.passes(hours=1)
        assert night.everybody_on("shift") == []
        await night.passes(hours=1)
        assert night.everybody_on("shift") == ["chi.le"]


async def test_what_is_taken_back_is_as_it_was_planned_from_then_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        number = await override(night, **hours("05T11:00", "05T13:00"), outgoing=None, incoming=["hai.dang"])
        await night.passes(hours=1.5)
        assert night.on("shift") == "hai.dang"
        await night.desk.roster("withdraw", OWNER, {"override": number})
        assert night.on("shift") == "chi.le"
        # That he was on duty until then stays written.
        assert ends_of(night, "hai.dang")[0] == "05 11:30"
        with pytest.raises(RosterRefused):
            await night.desk.roster("withdraw", OWNER, {"override": number})


async def test_it_holds_over_a_restart_and_a_reload_and_the_later_lies_over_the_earlier(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        await override(night, **hours("05T11:00", "05T13:00"), outgoing=None, incoming=["hai.dang"])
        await override(night, **hours("05T12:00", "05T12:30"), outgoing=None, incoming=["an.nguyen"])
        night.die()
        await night.passes_away(3660)
        assert night.on("shift") == "hai.dang"
        await night.desk.reload(night.context_of(night.settings))
        assert night.on("shift") == "hai.dang"
        await night.passes(hours=1)
        assert night.on("shift") == "an.nguyen"
        await night.passes(minutes=30)
        assert night.on("shift") == "hai.dang"


async def test_the_past_is_never_written_anew(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:

        def before() -> list[tuple[object, ...]]:
            with night.engine.connect() as connection:
                rows = connection.execute(t.shift.select().order_by(t.shift.c.id)).all()
            return [tuple(row)[1:6] for row in rows if row.ends <= night.clock.now()]

        await night.passes(hours=28)
        kept = before()
        assert len(kept) > 10
        with pytest.raises(RosterRefused, match="is over"):
            await override(night, **hours("05T11:00", "05T12:00"), outgoing=None, incoming=["hai.dang"])
        # What began in the past counts from now on.
        await override(night, **hours("06T12:00", "06T20:00"), outgoing=None, incoming=["hai.dang"])
        assert before() == kept
        start = night.query(t.shift.c.starts, person="hai.dang", unit=UNIT, duty="shift")
        assert min(when for (when,) in start) == night.clock.now()


REFUSED = {
    "a stranger": ("chi.le", {}),
    "a unit that is none": (OWNER, {"unit": "nowhere"}),
    "a duty that is none": (OWNER, {"duty": "nothing"}),
    "somebody who is nobody": (OWNER, {"incoming": ["ma"]}),
    "nobody comes and nobody goes": (OWNER, {"outgoing": [], "incoming": []}),
    "an end before the beginning": (OWNER, hours("05T12:00", "05T11:00")),
    "longer than a month": (OWNER, {"start": "2026-12-05T11:00+07:00", "end": "2027-01-06T11:00+07:00"}),
    "the leader of another unit": ("vinh.chu", {}),
}


@pytest.mark.parametrize(("by", "given"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_done_is_refused_and_changes_nothing(
    tmp_path: Path, by: str, given: dict[str, Any]
) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        usual = {**hours("05T11:00", "05T12:00"), "outgoing": None, "incoming": ["hai.dang"]}
        with pytest.raises(RosterRefused):
            await override(night, by, **{**usual, **given})
        await night.passes(minutes=61)
        assert night.on("shift") == "chi.le"
        assert night.rows(FactKind.ROSTER_OVERLAID) == []


async def test_for_who_is_on_leave_the_stand_in_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        answer = await night.desk.roster("away", "chi.le", {"whom": "chi.le", **hours("05T10:30", "05T12:00")})
        await night.passes(minutes=20)
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert told(night) == ["chi.le"]
        await night.passes(minutes=20)
        await night.sees(silent("olt-rach-sen"), Health.DOWN)
        assert told(night) == ["chi.le", "dung.pham"]
        assert night.rows(FactKind.STEP_FIRED)[-1].refs["stand_ins"] == {"dung.pham": "chi.le"}
        await night.desk.roster("back", "chi.le", {"leave": answer["leave"]})
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        assert told(night)[-1] == "chi.le"
        with pytest.raises(RosterRefused):
            await night.desk.roster("back", "chi.le", {"leave": answer["leave"]})
        with pytest.raises(RosterRefused):
            await night.desk.roster("away", "an.nguyen", {"whom": "chi.le", **hours("06T10:30", "06T12:00")})


async def test_a_shift_written_by_hand_stands_beside_what_is_planned_until_it_is_taken_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        shift = [UNIT, "shift", "hai.dang", *hours("05T11:00", "05T13:00").values(), True, ""]
        answer = await night.desk.roster("put", OWNER, {"kind": "hand", "shifts": [shift]})
        await night.passes(minutes=61)
        assert night.everybody_on("shift") == ["chi.le", "hai.dang"]
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert told(night) == ["chi.le"]  # a second man is asked when nobody else can be
        await night.desk.roster("withdraw_batch", OWNER, {"batch": answer["batch"]})
        assert night.everybody_on("shift") == ["chi.le"]
        for what, given in (
            ("put", {"kind": "hand", "shifts": []}),
            ("put", {"kind": "magic", "shifts": [shift]}),
            ("put", {"kind": "hand", "shifts": [[UNIT, "shift", "ma", *shift[3:]]]}),
            ("withdraw_batch", {"batch": answer["batch"]}),
        ):
            with pytest.raises(RosterRefused):
                await night.desk.roster(what, OWNER, given)
        with pytest.raises(RosterRefused):
            await night.desk.roster("put", "an.nguyen", {"kind": "hand", "shifts": [shift]})


async def test_a_batch_is_all_there_is_in_its_periods(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        shifts = [[UNIT, "shift", "hai.dang", *hours("06T08:00", "06T20:00").values(), False, "B7"]]
        periods = [[UNIT, "shift", *hours("06T06:00", "07T06:00").values()]]
        await night.desk.roster(
            "put", OWNER, {"kind": "import", "file": "a.xlsx", "shifts": shifts, "periods": periods}
        )
        await night.passes(hours=21)  # 07:00
        assert night.everybody_on("shift") == []
        await night.passes(hours=2)
        assert night.everybody_on("shift") == ["hai.dang"]
        assert ("import:1 B7",) in night.query(t.shift.c.source, person="hai.dang", duty="shift")
        await night.passes(hours=22)
        assert night.everybody_on("shift") == ["an.nguyen"]


async def test_who_comes_for_the_second_man_is_the_second_man(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        shift = [UNIT, "shift", "an.nguyen", *hours("05T11:00", "05T13:00").values(), True, ""]
        await night.desk.roster("put", OWNER, {"kind": "hand", "shifts": [shift]})
        await override(night, **hours("05T11:00", "05T13:00"), outgoing=["an.nguyen"], incoming=["hai.dang"])
        await night.passes(minutes=61)
        assert night.everybody_on("shift") == ["chi.le", "hai.dang"]
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert told(night) == ["chi.le"]
