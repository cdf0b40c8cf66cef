"""Pages of a duty log: a storm beside what else a night has: old outages, restarts, mutes, shifts that change."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.account.storm_list import in_words, outages_of, storms
from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.loss import LossRule
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.storm import StormRules
from monitord.domain.window import Scope, WindowKind
from monitord.store import tables as t
from monitord.texts import pick
from tests.nights.test_storm import LONE, POWER, come_back, fall, members_of, members_of_target, messages, storm_of
from tests.support.night import Got, Night
from tests.support.typhoon import UNIT, agent, province

pytestmark = pytest.mark.slow

NIGHT, DAY = "2027-09-11 02:30", "2027-09-11 08:30"


def first(got: Got) -> str:
    """Return the first line of a message."""
    return got.text.splitlines()[0]


async def test_old_outages_that_somebody_has_keep_no_storm_alive(tmp_path: Path) -> None:
    async with Night(tmp_path, DAY, province()) as night:
        await fall(night, LONE[:3], apart=400)
        for incident in night.incidents():
            await night.desk.acknowledge(incident.code, night.on("shift"))
        await fall(night, POWER[:8])
        await night.desk.acknowledge(storm_of(night).code, night.on("shift"))
        await come_back(night, POWER[:8])
        await night.passes(minutes=91)
        before = len(messages(night, night.on("shift")))
        await night.sees(LONE[3], Health.DOWN)
        await night.passes(minutes=10)
        code = members_of_target(night, LONE[3]).code
        assert [g for g in messages(night, night.on("shift"))[before:] if code in g.text]


async def test_a_storm_that_somebody_has_and_that_becomes_graver_is_told_anew(tmp_path: Path) -> None:
    settings = replace(province(), loss_rules=(LossRule("x", 1, stations=10),))
    async with Night(tmp_path, DAY, settings) as night:
        await fall(night, POWER[:8])
        await night.desk.acknowledge(storm_of(night).code, night.on("shift"))
        await fall(night, POWER[8:12], apart=100)
        await night.passes(minutes=20)
        assert storm_of(night).severity == 1
        assert "NÂNG MỨC (trước: mức 2)" in "".join(first(g) for g in messages(night, night.on("shift")))
        assert messages(night, night.on("leader"))


async def test_after_a_restart_nothing_is_told_of_a_storm_before_somebody_looked(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, POWER[:8])
        await night.desk.acknowledge(storm_of(night).code, night.on("shift"))
        await come_back(night, POWER[2:8])
        night.die()
        await night.passes_away(2400)
        before = len(night.got)
        await night.passes(seconds=5)
        for target in POWER:
            await night.sees(target, Health.UP, first=True)
        await night.passes(minutes=3)
        assert not [g for g in night.got[before:] if "SỰ CỐ MỚI" in first(g)]
    (tmp_path / "second").mkdir()
    async with Night(tmp_path / "second", NIGHT, province()) as night:
        await fall(night, POWER[:8])
        night.die()
        await night.passes_away(1200)
        before = len(night.got)
        await night.passes(seconds=5)
        for target in POWER:
            await night.sees(target, Health.UP, first=True)
        await night.passes(minutes=3)
        assert not [g for g in night.got[before:] if g.person == night.on("leader")]


async def test_what_a_storm_took_before_anybody_heard_of_it_begins_at_its_first_step(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, [*LONE[:3], *POWER[:5]])
        await night.passes(minutes=20)
        await come_back(night, [*LONE[:3], *POWER[:5]])
        await night.passes(minutes=12)
        assert storm_of(night).phase is Phase.RESTORED
        await night.sees(LONE[2], Health.DOWN)
        await night.passes(minutes=16)
        code = members_of_target(night, LONE[2]).code
        assert night.on("shift") in [g.person for g in night.got if code in first(g)]


async def test_faults_that_come_back_at_once_are_a_storm_as_well(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, POWER[:15])
        await night.passes(minutes=25)
        await come_back(night, POWER[:15])
        await night.passes(minutes=10)
        before = len(messages(night, night.on("shift")))
        await fall(night, POWER[:15])
        await night.passes(minutes=5)
        assert len(messages(night, night.on("shift"))) - before <= 4
        assert storm_of(night).running


async def test_who_heard_of_an_outage_and_not_of_the_storm_hears_its_end(tmp_path: Path) -> None:
    async with Night(tmp_path, DAY, province()) as night:
        await fall(night, LONE[:1])
        await night.passes(minutes=31)
        told = {g.person for g in night.got}
        await fall(night, POWER[:8])
        await night.desk.acknowledge(storm_of(night).code, night.on("shift"))
        before = len(night.got)
        await come_back(night, LONE[:1])
        await night.passes(minutes=90)
        assert told <= {g.person for g in night.got[before:] if g.edits is None}


async def test_the_shift_that_took_over_hears_that_a_storm_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, POWER[:8])
        old = night.on("shift")
        while night.on("shift") == old:
            await night.desk.acknowledge(storm_of(night).code, night.on("operations"))
            await night.passes(minutes=30)
        await come_back(night, POWER[:2])
        await night.passes(minutes=16)
        new = night.on("shift")
        assert any("bản cập nhật" in first(g) for g in messages(night, new))
        await come_back(night, POWER[2:8])
        await night.passes(minutes=40)
        assert any("HẾT SỰ CỐ" in first(g) for g in messages(night, new))


async def test_a_mute_holds_for_a_storm_and_for_what_it_leaves(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, [*POWER[:8], LONE[0]])
        await night.window(WindowKind.MUTE, minutes=300, devices=(LONE[0].partition("/")[0],), reason="x")
        code = members_of_target(night, LONE[0]).code
        await come_back(night, POWER[:8])
        await night.passes(minutes=40)
        assert storm_of(night).phase is Phase.RESTORED
        assert not [g for g in night.got if code in first(g)]
        await night.passes(hours=5)
        assert [g for g in night.got if code in first(g)]
    (tmp_path / "second").mkdir()
    async with Night(tmp_path / "second", NIGHT, province()) as night:
        await fall(night, POWER[:8])
        now = night.clock.now()
        span = [(now, now + timedelta(hours=5))]
        author = night.everybody_on("shift")[0]
        await night.desk.set_windows(WindowKind.MUTE, Scope(units=(UNIT,)), span, author, "x", None)
        before = len(night.told())
        await come_back(night, POWER[:4])
        await night.passes(minutes=60)
        assert len(night.told()) == before


async def test_a_storm_began_with_what_fell_in_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-10 08:30", province()) as night:
        await fall(night, LONE[:1])
        await night.desk.acknowledge(night.incidents()[0].code, night.on("shift"))
        await night.passes(hours=18)
        await fall(night, POWER[:8])
        await come_back(night, POWER[:8])
        await night.passes(minutes=40)
        [end] = [g.text for g in messages(night, night.on("shift")) if "HẾT SỰ CỐ DIỆN RỘNG" in g.text]
        assert "18 giờ" not in end


async def test_what_failed_again_is_new_in_a_summary(tmp_path: Path) -> None:
    async with Night(tmp_path, DAY, province()) as night:
        await fall(night, POWER[:10])
        await come_back(night, POWER[:3])
        await night.passes(minutes=15)
        await fall(night, POWER[:3])
        await night.passes(minutes=15)
        summary = [g.text for g in messages(night, night.on("shift")) if "bản cập nhật" in g.text][-1]
        assert "Từ bản trước: mới 3." in summary


async def test_a_small_step_of_the_clock_ends_no_waiting(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, POWER[:5], apart=1)
        await night.wall_steps(2)
        await night.passes(seconds=5)
        await fall(night, POWER[5:10], apart=1)
        await night.passes(seconds=60)
        assert len(messages(night, night.on("shift"))) <= 3


async def test_the_list_has_the_end_of_what_a_storm_left_and_the_number_of_what_came_back(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, [LONE[1], *POWER[:8], LONE[0]])
        await come_back(night, LONE[1:2])
        await fall(night, LONE[1:2])
        await come_back(night, [*POWER[:8], LONE[1]])
        await night.passes(minutes=40)
        await come_back(night, LONE[:1])
        await night.passes(hours=20)
        with night.engine.connect() as connection:
            [storm] = storms(connection)
            outages = outages_of(connection, storm, night.settings)
            rows = list(in_words(outages, night.settings, pick("vi"), night.clock.now()))
        assert next(row for one, row in zip(outages, rows, strict=True) if one.target == LONE[0])["restored"]
        codes = [one.code for one in outages if one.target == LONE[1]]
        assert codes == [members_of_target(night, LONE[1]).code] * 2


async def test_what_people_hold_is_no_storm(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province(StormRules(running=12))) as night:
        for target in POWER[:12]:
            await night.sees(target, Health.DOWN)
            await night.desk.acknowledge(night.incidents()[-1].code, night.on("shift"))
            await night.passes(minutes=2)
        assert night.count(t.storm) == 0


async def test_one_of_a_storm_that_is_escalated_goes_to_the_next_above_the_shift(tmp_path: Path) -> None:
    async with Night(tmp_path, NIGHT, province()) as night:
        await fall(night, POWER[:10])
        await night.passes(minutes=16)
        one = members_of(night)[8]
        await night.does("escalate", one.code)
        assert night.on("operations") in [g.person for g in night.got if one.code in first(g)]


async def test_whom_a_policy_of_its_own_names_is_told_in_a_storm(tmp_path: Path) -> None:
    base = province()
    name = LONE[0].partition("/")[0]
    step = PolicyStep(timedelta(0), Whom.PERSON, "hai.dang", ("telegram", "log"))
    devices = {**base.devices, name: replace(base.devices[name], tags={"k": "bank"})}
    rule = replace(base.policies[0], policy=Policy("bank", (step,)), tags={"k": "bank"})
    async with Night(tmp_path, DAY, replace(base, devices=devices, policies=(*base.policies, rule))) as night:
        await fall(night, POWER[:8])
        await night.desk.acknowledge(storm_of(night).code, night.on("shift"))
        await night.sees(LONE[0], Health.DOWN)
        await night.passes(minutes=10)
        assert messages(night, "hai.dang")


@pytest.mark.case("state", "restart-storm")
async def test_five_hundred_down_at_the_first_look_of_an_empty_memory_are_not_five_hundred_messages(
    tmp_path: Path,
) -> None:
    base = province()
    model = base.devices["bts-le-1"]
    devices, sites = dict(base.devices), dict(base.sites)
    for n in range(500):
        name = f"bts-moi-{n}"
        target = replace(model.targets[0], id=agent(name), device=name)
        devices[name] = replace(model, id=name, name=name, site=f"nha-{name}", targets=(target,))
        sites[f"nha-{name}"] = replace(base.sites["nha-bts-le-1"], id=f"nha-{name}", name=name)
    new = [agent(f"bts-moi-{n}") for n in range(500)]
    async with Night(tmp_path, "2027-09-11 02:30", replace(base, devices=devices, sites=sites)) as night:
        for at in range(0, len(new), 50):
            await night.takes(*(night.edge(target, Health.DOWN, first=True) for target in new[at : at + 50]))
            await night.passes(seconds=1)
        await night.passes(minutes=4, seconds=40)
        for person in {got.person for got in night.got}:
            assert 1 <= len(messages(night, person)) <= 3
        assert len([i for i in members_of(night) if i.running]) == 500
        assert {row.target for row in night.rows(FactKind.TARGET_HARD)} >= set(new)
