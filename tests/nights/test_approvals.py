"""Pages of a duty log: a report that waits for a leader's approval, and who is asked when he does not answer."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import Got, Night, example, silent

POST = silent("bc-go-may")
UNIT = "bd-song-mau"
DEPARTMENT = "yen.phan"


def requests(night: Night) -> list[tuple[str, str]]:
    """Return (clock, person) of every request for approval, edits in place left out."""
    asked = [g for g in night.got if "XIN Ý KIẾN" in g.text and g.channel == "telegram" and g.edits is None]
    return [(g.at, g.person) for g in asked]


def leads_tomorrow(night: Night, person: str, days: int) -> None:
    """Let somebody be the leader of the post some days from now."""
    start = night.clock.now() + timedelta(days=days)
    row = {"unit": UNIT, "duty": "leader", "person": person, "source": "test", "starts": start}
    with night.engine.begin() as connection:
        connection.execute(t.shift.insert(), {**row, "ends": start + timedelta(hours=8)})


def others_than(night: Night, on: str) -> list[str]:
    """Return people of the post who can be told, the leader on duty and his stand-ins left out."""
    people = night.settings.people
    out = {on, *people[on].stand_ins}
    return [p.id for p in people.values() if p.home == UNIT and p.telegram and p.id not in out]


def only_leaders(night: Night, *people: str) -> None:
    """Take everybody else off the leader's duty of the days ahead, and let nobody stand in for anybody."""
    s = t.shift.c
    with night.engine.begin() as connection:
        connection.execute(t.person.update().values(stand_ins=[]))
    now = night.clock.now()
    with night.engine.begin() as connection:
        connection.execute(t.shift.delete().where(s.unit == UNIT, s.duty == "leader", s.starts > now))
    for days, person in enumerate(people, start=1):
        leads_tomorrow(night, person, days)


async def test_an_unanswered_request_goes_to_the_next_leaders_of_the_own_unit(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        on = night.on("leader", UNIT)
        others = others_than(night, on)[:2]
        only_leaders(night, *others)
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=95)
        assert requests(night) == [
            ("09:30:00", on),
            ("09:40:00", others[0]),
            ("09:50:00", others[1]),
            ("10:30:00", on),
        ]
        assert DEPARTMENT not in {person for _, person in night.told()}
        name = night.settings.people[on].name
        second = next(g.text for g in night.got if (g.at, g.person) == ("09:40:00", others[0]))
        assert f"Đã xin ý kiến, chưa có trả lời: {name} (09:30)" in second


async def test_the_next_leader_approves_and_nobody_else_is_asked(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        on = night.on("leader", UNIT)
        other = others_than(night, on)[0]
        only_leaders(night, other)
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=41)
        request: Got = next(g for g in night.got if g.person == other and "XIN Ý KIẾN" in g.text)
        assert (await night.presses(other, request.button("approve"))).accepted
        assert DEPARTMENT in {person for _, person in night.told()}
        await night.passes(minutes=10)
        assert requests(night) == [("09:30:00", on), ("09:40:00", other)]
        (unneeded,) = night.rows(FactKind.STEP_UNNEEDED)
        assert (unneeded.refs["step"], unneeded.refs["reason"]) == (5, "approved")
        told = [person for _, person in night.told()].count(DEPARTMENT)
        await night.passes(minutes=40)
        assert [person for _, person in night.told()].count(DEPARTMENT) == told + 1


async def test_where_nobody_else_leads_the_wait_goes_on_and_a_row_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        on = night.on("leader", UNIT)
        only_leaders(night)
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=95)
        assert requests(night) == [("09:30:00", on), ("10:30:00", on)]
        assert [r.refs["reason"] for r in night.rows(FactKind.STEP_UNNEEDED)] == ["no_other_leader"] * 2


async def test_after_a_night_without_power_everybody_is_asked_who_should_have_been(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        on = night.on("leader", UNIT)
        (other,) = night.settings.people[on].stand_ins
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=20)
        night.die()
        await night.passes_away(22 * 60)
        await night.sees(POST, Health.DOWN, first=True)
        await night.passes(seconds=1)
        assert sorted(person for _, person in requests(night)) == sorted([on, other])
        await night.passes(minutes=20)
        assert sorted(person for _, person in requests(night)) == sorted([on, other])


@pytest.mark.parametrize("waits", [timedelta(0), timedelta(minutes=10)])
async def test_a_policy_that_waits_for_nobody_asks_the_leader_on_duty_alone(tmp_path: Path, waits: timedelta) -> None:
    rules = tuple(replace(r, policy=replace(r.policy, approval_waits=waits)) for r in example().policies)
    async with Night(tmp_path, "2026-12-01 09:00", replace(example(), policies=rules)) as night:
        only_leaders(night, *others_than(night, night.on("leader", UNIT))[:3])
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=55)
        asked = [at for at, _ in requests(night)]
        assert asked == (["09:30:00", "09:40:00", "09:50:00"] if waits else ["09:30:00"])
