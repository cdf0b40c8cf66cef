"""Pages of a duty log: the mains, batteries, and what goes silent with them. One cause is one incident."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Cause, Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.network import Link, Target
from monitord.domain.storm import NEVER
from monitord.domain.topology import Ring, joints_of
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from tests.nights.test_probable_cause import POWER, ROUTER, UPLINK, powered
from tests.support.night import Got, Night, silent
from tests.support.typhoon import AREA, UNIT, agent, ends, in_area, links_of, members, province, ups

SITE = f"site:dt-rach-sen@{UNIT}/state"
THE_AREA = f"area:{AREA}@{UNIT}/state"
OLT = "olt-rach-sen"
BOTH = (silent(ROUTER), silent(OLT))
PORTS = (f"{ROUTER}/interface_up/ge-0/0/0", POWER)


def quiet() -> Settings:
    """Return the province of the typhoon, where everything is told by itself."""
    return province(NEVER)


async def on_battery(night: Night, target: str = POWER, minutes: float | None = None, low: bool = False) -> None:
    """See a power supply without mains, and how long it says that its battery lasts."""
    health, cause = (Health.DOWN, Cause.BATTERY_LOW) if low else (Health.DEGRADED, Cause.ON_BATTERY)
    lasts = None if minutes is None else night.clock.now() + timedelta(minutes=minutes)
    await night.takes(replace(night.edge(target, health), cause=cause, lasts_until=lasts))


async def falls_silent(night: Night, agents: Iterable[str] = BOTH, unseen: Iterable[str] = PORTS) -> None:
    """See nothing answer at a place, whose power supplies and ports nobody sees any more."""
    edges = [night.edge(target, Health.DOWN) for target in agents]
    await night.takes(*edges, *(night.edge(target, Health.UNKNOWN) for target in unseen))


async def all_well(night: Night, *names: str) -> None:
    """Let these be seen well once, or everything."""
    for target in names or tuple(target.id for target in night.settings.targets()):
        await night.sees(target, Health.UP)
    await night.passes(minutes=1)


def got(night: Night, duty: str = "shift") -> list[Got]:
    """Return the new messages of whoever is on a duty, by Telegram."""
    who = night.on(duty)
    return [g for g in night.got if (g.person, g.channel, g.edits) == (who, "telegram", None)]


def running(night: Night) -> list[str]:
    """Return the targets whose incidents run."""
    return [i.target for i in night.incidents() if i.running]


async def test_a_battery_is_told_before_it_is_empty_and_its_end_is_the_same_incident(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 01:21", powered()) as night:
        await all_well(night)
        await on_battery(night, minutes=105)
        assert running(night) == [SITE]
        [incident] = night.incidents()
        assert (incident.severity, incident.health, incident.suspect) == (4, Health.DEGRADED, "mains_lost")
        # The team needs 40 minutes: 45 before the end it has to leave, which is at 02:22.
        await night.passes(minutes=57)
        assert night.incidents()[0].severity == 4
        await night.passes(minutes=4)
        [risen] = night.rows(FactKind.INCIDENT_CHANGED)
        assert (risen.refs["severity_was"], risen.refs["severity"]) == (4, 2)
        warning = got(night)[-1]
        assert warning.at[:5] in ("02:22", "02:23")
        for line in (
            "🟠 SẮP MẤT LIÊN LẠC · Mức 2 – Cao",
            "ĐANG CHẠY ẮC QUY: Đài Viễn thông Rạch Sen",
            "• Ắc quy: Đài Viễn thông Rạch Sen còn khoảng 45 phút; đội đến trong 40 phút",
            "nghi do: MẤT ĐIỆN LƯỚI từ 01:22",
            "• Ứng cứu: Đội Bắc Mẫu 0900 000 201",
            "điều máy nổ đến nơi ắc quy còn ít nhất",
        ):
            assert line in warning.text
        assert len(warning.text.splitlines()) <= 12
        await night.passes(minutes=44)
        await falls_silent(night)
        await night.passes(minutes=2)
        assert running(night) == [SITE]
        assert (night.incidents()[0].health, night.incidents()[0].suspect) == (Health.DOWN, "battery_exhausted")
        assert "nghi do: HẾT ẮC QUY (mất điện lưới từ 01:22)" in got(night)[-1].text


async def test_power_then_fibre_is_one_incident_with_two_causes(tmp_path: Path) -> None:
    base = powered()
    spur = {"nhanh-rach-sen": replace(base.links["nhanh-rach-sen"], along=("tuyen-nam/doan-1",))}
    settings = replace(base, links={**base.links, **spur})
    async with Night(tmp_path, "2026-12-05 01:21", settings) as night:
        await all_well(night)
        await on_battery(night, minutes=100)
        await night.passes(minutes=73)
        await on_battery(night, minutes=25, low=True)  # 02:35
        assert "SẮP MẤT LIÊN LẠC" in got(night)[-1].text
        await night.passes(minutes=20)
        await night.sees(POWER, Health.UP)  # the generator runs
        assert night.incidents()[0].phase is Phase.RESTORED
        await night.passes(minutes=25)
        night.truly(dict.fromkeys(BOTH, Health.DOWN))
        await night.sees(UPLINK, Health.DOWN)  # 03:20: the cable
        await falls_silent(night)
        await night.passes(minutes=2)
        assert [(i.target, i.phase, i.reopened) for i in night.incidents()] == [(SITE, Phase.OPEN, 1)]
        causes = [(row.refs["was"], row.refs["suspect"]) for row in night.rows(FactKind.INCIDENT_CAUSE)]
        assert causes == [(None, "mains_lost"), ("mains_lost", "fibre")]
        assert night.rows(FactKind.INCIDENT_CAUSE)[-1].refs["links"] == ["link:nhanh-rach-sen"]
        assert "nghi do: ĐỨT CÁP QUANG" in got(night)[-1].text
        # The team of the cable is proposed, and that of the place.
        assert "• Ứng cứu: Đội Cù Lao Dài 0900 000 202, Đội Bắc Mẫu 0900 000 201" in got(night)[-1].text


async def test_the_return_of_the_mains_alone_ends_nothing_and_a_cable_before_its_time_is_no_battery(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-05 01:21", powered()) as night:
        await all_well(night)
        await on_battery(night, minutes=240)
        await night.passes(minutes=20)
        night.truly(dict.fromkeys(BOTH, Health.DOWN))
        await night.sees(UPLINK, Health.DOWN)
        await falls_silent(night)
        await night.passes(minutes=2)
        assert night.incidents()[0].suspect == "fibre"
        assert running(night) == [SITE]
        # The cable is spliced while the battery still runs, and then the mains come back.
        night.truly(dict.fromkeys(BOTH, Health.UP))
        await night.sees(UPLINK, Health.UP)
        for target in (silent(ROUTER), PORTS[0], silent(OLT)):
            await night.sees(target, Health.UP)
        await on_battery(night, minutes=200)
        await night.passes(minutes=2)
        [incident] = night.incidents()
        assert (incident.running, incident.health, incident.suspect) == (True, Health.DEGRADED, "mains_lost")
        await night.sees(POWER, Health.UP)
        await night.passes(minutes=2)
        assert night.incidents()[0].phase is Phase.RESTORED


async def test_who_has_it_hears_that_the_battery_gets_short(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", powered()) as night:
        await all_well(night)
        await on_battery(night, minutes=105)
        await night.desk.acknowledge("001", night.on("shift"))
        await night.passes(minutes=62)
        [changed] = [g for g in got(night) if "DIỄN BIẾN MỚI" in g.text]
        assert "còn khoảng 43 phút; đội đến trong 40 phút" in changed.text
        assert "• Diễn biến: mức nặng hơn trước" in changed.text
        assert night.incidents()[0].phase is Phase.ACKNOWLEDGED


async def test_where_no_battery_says_how_long_it_lasts_the_settings_do(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", powered()) as night:
        await all_well(night)
        await on_battery(night)  # Rạch Sen: four hours
        await night.passes(hours=3, minutes=14)
        assert night.incidents()[0].severity == 4
        await night.passes(minutes=3)
        assert night.incidents()[0].severity == 2


@pytest.mark.slow
async def test_an_area_without_mains_is_one_incident_that_lists_what_lasts_least(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", quiet()) as night:
        await all_well(night, *map(agent, in_area()), *map(ups, in_area()))
        # They lose the mains at once, and whoever asks in between is told the truth.
        night.truly({ups(name): Health.DEGRADED for name in in_area()[:30]})
        for n, name in enumerate(in_area()[:30]):
            await on_battery(night, ups(name), minutes=31 + 5 * n)
            await night.passes(seconds=2)
        await night.passes(minutes=2)
        assert running(night) == [THE_AREA]
        *_, told = [g for g in got(night) if "KHU VỰC MẤT ĐIỆN LƯỚI: Cầu Ngang" in g.text]
        assert len(got(night)) <= 2
        assert "SẮP MẤT LIÊN LẠC" in told.text
        assert "Cau Ngang Bts 1 còn khoảng" in told.text
        assert "nghi do: MẤT ĐIỆN LƯỚI từ 02:31" in told.text
        assert len(told.text.splitlines()) <= 12
        assert night.incidents()[-1].severity == 2
        # Those that last least go silent first: the same incident, and nobody hears of them one by one.
        before = len(got(night))
        for name in in_area()[:4]:
            await falls_silent(night, [agent(name)], [ups(name)])
        await night.passes(minutes=2)
        assert running(night) == [THE_AREA]
        assert night.incidents()[-1].health is Health.DOWN
        assert len(got(night)) - before <= 2
        assert "Ảnh hưởng: 1 trạm BTS" in got(night)[-1].text
        assert "trước báo chạy ắc quy, nay mất liên lạc" in got(night)[-1].text
        for name in in_area()[:30]:
            await night.sees(agent(name), Health.UP)
            await night.sees(ups(name), Health.UP)
        await night.passes(minutes=2)
        assert running(night) == []


async def test_one_place_of_an_area_is_told_by_itself_and_gathered_when_the_next_follows(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 09:30", quiet()) as night:
        names = in_area()[:3]
        settings = replace(quiet(), devices={k: d for k, d in quiet().devices.items() if AREA not in k or k in names})
        await night.desk.reload(night.context_of(settings))
        await all_well(night, *map(agent, names), *map(ups, names))
        await on_battery(night, ups(names[0]), minutes=200)
        await night.passes(minutes=2)
        assert running(night) == [f"site:nha-{names[0]}@{UNIT}/state"]
        await on_battery(night, ups(names[1]), minutes=200)
        await night.passes(minutes=2)
        assert running(night) == [THE_AREA]
        [gone, _] = night.rows(FactKind.INCIDENT_MERGED)
        assert gone.target == f"site:nha-{names[0]}@{UNIT}/state"


async def test_a_whole_area_that_goes_silent_at_once_is_the_grid(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", quiet()) as night:
        await falls_silent(night, map(agent, in_area()), ())
        await night.passes(minutes=2)
        assert running(night) == [THE_AREA]
        assert night.incidents()[-1].cause is Cause.AREA_SILENT
        assert "nguyên nhân: chưa rõ" in got(night)[-1].text


@pytest.mark.slow
async def test_a_ring_whose_devices_have_no_power_is_no_cut_ring(tmp_path: Path) -> None:
    base = quiet()
    sites, devices = dict(base.sites), dict(base.devices)
    for name in members("ring-3")[1:3]:
        sites[f"nha-{name}"] = replace(sites[f"nha-{name}"], power_area=AREA)
        own = replace(devices[in_area()[0]].targets[1], id=ups(name), device=name)
        devices[name] = replace(devices[name], targets=(*devices[name].targets, own))
    async with Night(tmp_path, "2027-09-11 02:30", replace(base, sites=sites, devices=devices)) as night:
        await all_well(night)
        inside = members("ring-3")[1:3]
        for name in (*in_area()[:25], *inside):
            await on_battery(night, ups(name), minutes=20)
        links = links_of("ring-3")
        for target in (ends(links[1], "ring-3")[0], ends(links[3], "ring-3")[1]):
            await night.sees(target, Health.DOWN)
        unseen = [*map(ups, inside), *(p.id for n in inside for p in base.devices[n].targets if "interface" in p.id)]
        await falls_silent(night, map(agent, inside), unseen)
        await night.passes(minutes=3)
        assert running(night) == [THE_AREA]


async def test_a_window_over_a_place_counts_by_what_has_failed_there(tmp_path: Path) -> None:
    for devices, told in ((("dc-rach-sen",), [SITE]), ((ROUTER, OLT), [])):
        folder = tmp_path / str(len(devices))
        folder.mkdir()
        async with Night(folder, "2026-12-05 09:00", powered()) as night:
            await all_well(night)
            await night.window(WindowKind.MAINTENANCE, minutes=240, devices=devices)
            night.truly(dict.fromkeys(BOTH, Health.DOWN))
            await falls_silent(night)
            await night.passes(minutes=10)
            assert running(night) == told


async def test_a_place_that_nobody_can_look_at_any_more_is_not_restored(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 01:00", powered()) as night:
        await all_well(night)
        night.truly(dict.fromkeys(BOTH, Health.DOWN))
        await falls_silent(night)
        await night.passes(minutes=5)
        for target in BOTH:
            await night.sees(target, Health.UNKNOWN)
        await night.passes(minutes=5)
        assert [i.phase for i in night.incidents()] == [Phase.OPEN]


@pytest.mark.slow
async def test_an_area_is_one_incident_until_its_last_place_has_the_mains_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", quiet()) as night:
        names = in_area()
        await all_well(night, *map(agent, names), *map(ups, names))
        night.truly({ups(name): Health.DEGRADED for name in names[:30]})
        for name in names[:30]:
            await on_battery(night, ups(name), minutes=400)
        await night.passes(minutes=3)
        before = len(got(night))
        for name in names[:29]:
            await night.sees(ups(name), Health.UP)
            await night.passes(seconds=30)
        assert running(night) == [THE_AREA]
        await night.sees(ups(names[29]), Health.UP)
        await night.passes(minutes=2)
        assert running(night) == []
        assert len(got(night)) - before == 1


@pytest.mark.slow
async def test_a_battery_that_gets_short_is_told_beside_one_that_is_empty_already(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", quiet()) as night:
        names = in_area()
        await all_well(night, *map(agent, names), *map(ups, names))
        night.truly({ups(name): Health.DEGRADED for name in names[:30]})
        for name in names[:30]:
            await on_battery(night, ups(name), minutes=100)
        await night.passes(minutes=3)
        night.truly({agent(names[0]): Health.DOWN})
        await falls_silent(night, [agent(names[0])], [ups(names[0])])
        await night.passes(minutes=2)
        assert "CÓ NƠI MẤT LIÊN LẠC" in got(night)[-1].text
        await night.passes(minutes=80)
        assert [i.severity for i in night.incidents() if i.running] == [2]
        assert "còn khoảng" in got(night)[-1].text


@pytest.mark.slow
async def test_a_place_is_silent_since_the_last_of_its_devices_was(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 01:00", powered()) as night:
        await all_well(night)
        await night.sees(silent(OLT), Health.DOWN)
        await night.passes(hours=20)
        night.truly({silent(ROUTER): Health.DOWN})
        await falls_silent(night, [silent(ROUTER)])
        await night.passes(minutes=3)
        [opened] = [row for row in night.rows(FactKind.INCIDENT_OPENED) if row.target == SITE]
        assert opened.refs["first_bad"] == "2026-12-05T14:01:00.000000Z"


async def test_two_rings_whose_hubs_lie_in_each_other_hide_nothing(tmp_path: Path) -> None:
    base, (a, b, c) = powered(), ("agg-bac-mau", "cr-1", "agg-rach-sen")
    links = {**base.links, "z1": Link("z1", "z1", (b, "z1"), (c, "z1"))}
    devices = dict(base.devices)
    port = Target(f"{c}/interface_up/z1", c, "interface_up", "z1", None, 2)
    devices[c] = replace(devices[c], targets=(*devices[c].targets, port))
    ring = Ring("ring-2", "R2", (a, b, c), frozenset({a}), joints_of((a, b, c), links))
    topology = replace(base.topology, rings={**base.topology.rings, "ring-2": ring})
    settings = replace(base, devices=devices, links=links, topology=topology)
    async with Night(tmp_path, "2026-12-05 09:00", settings) as night:
        await all_well(night)
        for name in ("agg-go-may", "agg-cu-lao"):
            await night.sees(silent(name), Health.DOWN)
        await night.passes(minutes=5)
        gone = [silent(name) for name in ("cr-1", "cr-2", a)]
        night.truly(dict.fromkeys(gone, Health.DOWN))
        await falls_silent(night, gone, ())
        await night.passes(minutes=10)
        assert {silent("cr-1"), silent(a)} & set(running(night))


@pytest.mark.slow
async def test_a_place_whose_power_flaps_is_not_told_each_time(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", powered()) as night:
        await all_well(night)
        for turn in range(15):
            restless = turn > 3
            lost = replace(
                night.edge(POWER, Health.DEGRADED), cause=Cause.ON_BATTERY, flapping=restless, history="010101"
            )
            await night.takes(lost)
            await night.passes(minutes=2)
            await night.takes(replace(night.edge(POWER, Health.UP), flapping=restless, history="010101"))
            await night.passes(minutes=2)
        assert len(got(night)) < 13
