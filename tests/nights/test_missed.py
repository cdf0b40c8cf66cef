"""Pages of a duty log: somebody does not come on duty, whoever goes and the leader hear it once, and hear when he
comes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Outcome
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_groups import CHAT, with_group
from tests.nights.test_rollcall import UNIT, asked, calling
from tests.nights.test_second_channel import with_sms
from tests.support.night import ACCEPTED, Got, Night, example, silent

OUT, IN = "dung.pham", "chi.le"
"""Who goes at 06:00 of the day of these pages, and who comes."""


def missed(night: Night) -> list[Got]:
    return [got for got in night.got if got.text.startswith(("❗ CHƯA THẤY", "CHUA THAY"))]


def came(night: Night) -> list[Got]:
    return [got for got in night.got if got.channel != "log" and got.text.startswith("✅") and "ca" in got.text]


def written(night: Night) -> list[tuple[str, str | None]]:
    kinds = (FactKind.SHIFT_ASKED, FactKind.SHIFT_TAKEN, FactKind.SHIFT_PRESENT, FactKind.SHIFT_MISSED)
    return [(row.kind, row.refs.get("person")) for row in night.rows() if row.kind in kinds]


async def test_nobody_takes_it_and_whoever_goes_and_the_leader_hear_it_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", with_group(settings=calling())) as night:
        leader = night.on("leader")
        assert night.on("shift") == OUT
        await night.passes(minutes=24, seconds=50)
        assert missed(night) == []
        await night.passes(seconds=10)
        assert [(got.at, got.person) for got in missed(night) if got.channel == "telegram"] == [
            ("06:05:00", OUT),
            ("06:05:00", leader),
        ]
        to_him, to_leader = (got.text.splitlines() for got in missed(night))
        assert to_him == [
            "❗ CHƯA THẤY NHẬN CA · trực ca · Viễn thông Sông Mẫu",
            "Ca từ 06:00 05/12/2026: Lê Thị Chi chưa xác nhận và chưa có thao tác nào",
            "• Gọi Lê Thị Chi: 0900 000 003",
            "• Đồng chí ở lại trực cho đến khi có người nhận ca; hệ thống sẽ báo",
        ]
        assert to_leader[-1] == "• Phạm Tiến Dũng vẫn ở lại trực; hệ thống sẽ báo khi có người nhận ca"
        await night.passes(hours=3)
        assert len(missed(night)) == 2
        assert written(night) == [(FactKind.SHIFT_ASKED, IN), (FactKind.SHIFT_MISSED, IN)]
        assert [got for got in night.got if got.person.startswith("group:") or got.person == CHAT] == []


async def test_who_was_told_hears_when_he_takes_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        leader = night.on("leader")
        await night.passes(minutes=26)
        assert len(missed(night)) == 2
        (got,) = asked(night)
        await night.passes(minutes=6)
        assert (await night.presses(IN, got.button("shift"))).accepted
        assert [(got.at, got.person, got.text) for got in came(night)] == [
            ("06:12:00", person, "✅ Lê Thị Chi đã nhận ca (trực ca) lúc 06:12.") for person in (OUT, leader)
        ]


@pytest.mark.parametrize("how", ["takes an incident", "types", "acts at the desk"])
async def test_whatever_somebody_does_is_presence(tmp_path: Path, how: str) -> None:
    async with Night(tmp_path, "2026-12-05 05:50", calling()) as night:
        await night.passes(5)
        match how:
            case "takes an incident":
                await night.passes(minutes=10, seconds=5)
                await night.sees(silent("olt-go-may"), Health.DOWN)
                step = next(g for g in night.got if g.person == IN and "SỰ CỐ MỚI" in g.text and g.buttons)
                assert (await night.presses(IN, step.button("take"))).accepted
            case "types":
                assert (await night.types(IN, "TT")).accepted
            case "acts at the desk":
                spans = {"start": night.in_minutes(60 * 24), "end": night.in_minutes(60 * 48)}
                await night.desk.roster("away", IN, {"whom": IN, "reason": "", **spans})
        await night.passes(minutes=30)
        assert missed(night) == []
        assert (FactKind.SHIFT_PRESENT, IN) in written(night)
        assert (FactKind.SHIFT_MISSED, IN) not in written(night)


async def test_what_somebody_did_before_he_could_be_there_is_no_presence(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:30", calling()) as night:
        spans = {"start": night.in_minutes(60 * 24), "end": night.in_minutes(60 * 48)}
        await night.desk.roster("away", IN, {"whom": IN, "reason": "", **spans})
        await night.passes(minutes=40)
        assert len(missed(night)) == 2


async def test_who_comes_late_and_does_something_is_seen_and_they_hear_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(minutes=30)
        spans = {"start": night.in_minutes(60 * 24), "end": night.in_minutes(60 * 48)}
        await night.desk.roster("away", IN, {"whom": IN, "reason": "", **spans})
        await night.passes(minutes=2)
        assert {got.text for got in came(night)} == {"✅ Lê Thị Chi đã có mặt (trực ca) lúc 06:10, chưa ký nhận ca."}
        assert len(came(night)) == 2
        (got,) = asked(night)
        assert (await night.presses(IN, got.button("shift"))).accepted
        assert len(came(night)) == 2


@pytest.mark.parametrize("dead", [(6, 2, 4), (6, 4, 20), (5, 58, 600), (5, 46, 300)])
async def test_a_restart_loses_it_not_and_tells_it_not_twice(tmp_path: Path, dead: tuple[int, int, int]) -> None:
    hour, minute, minutes = dead
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(minutes=60 * (hour - 5) + minute - 40)
        night.die()
        await night.passes_away(60 * minutes)
        await night.passes(minutes=2)
        over = hour * 60 + minute + minutes >= 14 * 60  # the shift itself is over
        assert len(missed(night)) == (0 if over else 2)
        night.die()
        await night.passes_away(60)
        await night.passes(minutes=30)
        assert len(missed(night)) == (0 if over else 2)


async def test_after_a_downtime_over_the_change_he_has_five_minutes_from_the_question_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        night.die()
        await night.passes_away(30 * 60)
        await night.passes(minutes=4)
        assert [got.at for got in asked(night)] == ["06:10:00"]
        assert missed(night) == []
        await night.passes(minutes=1)
        assert {got.at for got in missed(night)} == {"06:15:00"}


async def test_other_settings_ask_and_tell_nothing_anew(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(minutes=10)
        await night.desk.reload(night.context_of(night.settings))
        await night.passes(minutes=17)
        await night.desk.reload(night.context_of(replace(night.settings, hash="other")))
        await night.passes(minutes=20)
        assert (len(asked(night)), len(missed(night))) == (1, 2)


async def test_whose_shift_was_given_to_another_is_not_missed_the_other_is(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(minutes=10)
        keeper = night.settings.units[UNIT].roster_owner
        other = next(p for p in ("an.nguyen", "binh.tran") if p not in (IN, OUT, night.on("leader")))
        start, end = night.in_minutes(10), night.in_minutes(10 + 8 * 60)
        given = {"unit": UNIT, "duty": "shift", "outgoing": [IN], "incoming": [other], "start": start, "end": end}
        await night.desk.roster("override", keeper, given)
        await night.passes(minutes=20)
        assert [row[1] for row in written(night) if row[0] == FactKind.SHIFT_MISSED] == [other]
        assert [got.person for got in asked(night)] == [IN, other]
        (got,) = [got for got in asked(night) if got.person == IN]
        assert not (await night.presses(IN, got.button("shift"))).accepted


async def test_where_another_came_with_him_nobody_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:44", calling()) as night:
        night.whole = False
        start, end = night.clock.now() + timedelta(minutes=16), night.clock.now() + timedelta(hours=8, minutes=16)
        second = {"unit": UNIT, "duty": "shift", "person": "binh.tran", "starts": start, "ends": end, "source": "x"}
        with night.engine.begin() as connection:
            connection.execute(t.shift.insert().values(**second))
        await night.passes(minutes=6)
        assert {got.person for got in asked(night)} == {IN, "binh.tran"}
        got = next(got for got in asked(night) if got.person == "binh.tran")
        assert (await night.presses("binh.tran", got.button("shift"))).accepted
        await night.passes(minutes=20)
        assert missed(night) == []
        (row,) = night.rows(FactKind.SHIFT_MISSED)
        assert (row.refs["person"], row.refs["people"]) == (IN, [])


def quiet_of(night: Night) -> Mapping[str, bool]:
    """Let everything arrive, and return of each message that says so whether it rings not, by its address."""
    seen: dict[str, bool] = {}

    def answer(claimed: Claimed) -> Outcome:
        if "CHƯA THẤY" in claimed.message.text or "CHUA THAY" in claimed.message.text:
            seen[claimed.message.to] = claimed.message.quiet
        return ACCEPTED

    night.answer = answer
    return seen


async def test_by_night_the_leader_is_not_rung_while_somebody_stays(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 21:40", calling()) as night:
        before, leader = night.on("shift"), night.on("leader")
        seen = quiet_of(night)
        await night.passes(minutes=30)
        people = night.settings.people
        assert seen[str(people[before].telegram)] is False
        assert seen[str(people[leader].telegram)] is True


def by_sms_alone(person: str) -> Settings:
    settings = calling(with_sms())
    alone = replace(settings.people[person], telegram=None, addresses={"sms": settings.people[person].addresses["sms"]})
    return replace(settings, people={**settings.people, person: alone})


@pytest.mark.parametrize("comes", [True, False])
async def test_a_leader_who_can_only_be_rung_hears_it_in_the_morning_if_it_still_holds(
    tmp_path: Path, comes: bool
) -> None:
    async with Night(tmp_path, "2026-12-05 21:40", calling(with_sms())) as night:
        leader = night.on("leader")
    folder = tmp_path / "again"
    folder.mkdir()
    async with Night(folder, "2026-12-05 21:40", by_sms_alone(leader)) as night:
        await night.passes(minutes=40)
        assert leader not in [got.person for got in missed(night)]
        if comes:
            assert (await night.types(night.on("shift"), "NC")).accepted
        await night.passes(hours=7, minutes=41)
        assert [got.at for got in missed(night) if got.person == leader] == ([] if comes else ["06:00:00"])


async def test_nobody_is_missed_whom_the_roster_lets_go_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:30", calling()) as night:
        mine, on = (t.shift.c.unit == UNIT) & (t.shift.c.duty == "shift"), night.on("shift")
        with night.engine.begin() as connection:
            connection.execute(t.shift.update().where(mine).values(person=on))
        await night.passes(minutes=80)
        assert missed(night) == []
        assert night.query(t.handover.c.id) == []


async def test_a_unit_that_does_not_ask_misses_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:30", example()) as night:
        await night.passes(hours=2)
        assert written(night) == []
