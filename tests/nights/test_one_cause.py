"""Pages of a duty log: links, rings and cables. One cause is one incident, whatever it takes with it."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.account.board import read_board
from monitord.desk.context import Context
from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts import pick
from tests.support.night import Night, example, silent

RING, NORTH, SOUTH = "ring:ring-1/state", "link:ring1-song-mau-bac-mau/state", "link:ring1-cu-lao-song-mau/state"
SPUR, SPUR_END = "link:nhanh-rach-sen/state", "agg-rach-sen/interface_up/ge-0/0/0"
ROUTE = "route:tuyen-bac/state"
INSIDE = ("agg-bac-mau", "agg-go-may", "agg-cu-lao")


def port(device: str, name: str) -> str:
    """Return the target of a port."""
    return f"{device}/interface_up/{name}"


NORTH_ENDS = (port("cr-1", "ge-0/0/1"), port("agg-bac-mau", "ge-0/0/0"))
SOUTH_END = port("cr-2", "ge-0/0/1")


def cabled() -> Settings:
    """Return the example, its first ring link and two spurs of the core in one cable segment."""
    settings = example()
    links = dict(settings.links)
    for name in ("tslcd-ubnd", "ring1-loi"):
        links[name] = replace(links[name], along=("tuyen-bac/doan-1",))
    return replace(settings, links=links)


async def all_well(night: Night) -> None:
    """Let everything be seen well once, as after a start."""
    for target in night.settings.targets():
        await night.sees(target.id, Health.UP)
    await night.passes(minutes=1)


async def see(night: Night, health: Health, targets: Iterable[str], firmness: Firmness = Firmness.HARD) -> None:
    """See several targets alike, a second apart."""
    for target in targets:
        await night.sees(target, health, firmness)
        await night.passes(seconds=1)


def opened(night: Night) -> list[str]:
    """Return the targets of which an incident opened, in order."""
    return [str(row.target) for row in night.rows(FactKind.INCIDENT_OPENED)]


def running(night: Night) -> list[str]:
    """Return the targets whose incidents run."""
    return [i.target for i in night.incidents() if i.running]


def telling(night: Night) -> list[str]:
    """Return the first two lines of every new message of the shift by Telegram, in order; pictures are left out."""
    shift = night.on("shift")
    mine = [g for g in night.got if (g.person, g.channel, g.edits) == (shift, "telegram", None)]
    texts = [g.text for g in mine if g.document is None]
    return [" / ".join(part.split(":")[0].split(" · ")[0] for part in text.splitlines()[:2]) for text in texts]


async def test_one_cut_opens_the_ring_and_nobody_is_told_of_its_ports(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=4)
        assert opened(night) == [RING]
        [incident] = night.incidents()
        assert (incident.severity, incident.health) == (3, Health.DEGRADED)
        held = {row.target: row.refs["by"] for row in night.rows(FactKind.TARGET_HELD)}
        assert held[NORTH_ENDS[0]] == [NORTH]
        assert RING in held[NORTH]
        assert telling(night) == ["🟠 SỰ CỐ MỚI / HỞ RING, KHÔNG CÒN DỰ PHÒNG"]


async def test_page_log_and_explanation_call_a_ring_by_its_name(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=1)
        name = night.settings.topology.rings["ring-1"].name
        with night.engine.connect() as connection:
            board = read_board(connection, night.settings, pick("vi"), night.clock.now())
        [card] = board.incidents
        assert (card.device, card.target, card.detail) == (name, name, "")
        assert any(name in line.text for line in board.log)
        assert not any("state" in line.text for line in board.log)


@pytest.mark.slow
async def test_a_second_cut_isolates_and_its_repair_is_back_to_open_in_the_same_incident(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        await see(night, Health.DOWN, [SOUTH_END, *(silent(device) for device in INSIDE)])
        await night.passes(minutes=1)
        [incident] = night.incidents()
        assert (incident.severity, incident.health, incident.round) == (1, Health.DOWN, 1)
        isolating = [row for row in night.rows(FactKind.TARGET_HARD) if row.target == RING][-1]
        assert isolating.refs["isolated"] == list(INSIDE)
        await see(night, Health.UP, [*(silent(device) for device in INSIDE), SOUTH_END])
        await night.passes(minutes=1)
        assert [i.health for i in night.incidents()] == [Health.DEGRADED]
        await see(night, Health.UP, NORTH_ENDS)
        await night.passes(minutes=1)
        assert opened(night) == [RING]
        assert running(night) == []
        assert [line.split(" / ")[0] for line in telling(night)] == [
            "🟠 SỰ CỐ MỚI",
            "🔺 NÂNG MỨC (trước",
            "🔶 DIỄN BIẾN MỚI",
            "🟢 ĐÃ KHÔI PHỤC",
        ]
        assert "RING ĐỨT 2 HƯỚNG" in next(g.text for g in night.got if "NÂNG MỨC (trước: mức 3) · Mức 1" in g.text)
        assert "hở ring, dịch vụ còn chạy" in next(g.text for g in night.got if "DIỄN BIẾN MỚI" in g.text)
        assert night.count(t.target, withheld_at=None) == night.count(t.target)


async def test_a_device_that_dies_is_the_cause_and_not_the_ring_it_opens(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        around = [port("agg-bac-mau", "ge-0/0/1"), port("agg-cu-lao", "ge-0/0/0"), silent("agg-dong-say")]
        night.answers_asks = False
        await see(night, Health.DOWN, [*around, silent("agg-go-may")], Firmness.SOFT)
        await see(night, Health.DOWN, [*around, silent("agg-go-may")])
        night.answers_asks = True
        await night.deliver()
        await night.passes(minutes=3)
        assert opened(night) == [silent("agg-go-may")]
        assert telling(night) == ["🔴 SỰ CỐ MỚI / MẤT LIÊN LẠC"]
        await see(night, Health.UP, [*reversed(around), silent("agg-go-may")])
        await night.passes(minutes=3)
        assert running(night) == []
        assert opened(night) == [silent("agg-go-may")]


@pytest.mark.slow
async def test_a_look_that_saw_nothing_is_no_look_at_what_the_device_opened(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        around = [port("agg-bac-mau", "ge-0/0/1"), port("agg-cu-lao", "ge-0/0/0"), silent("agg-dong-say")]
        night.answers_asks = False
        await see(night, Health.DOWN, [*around, silent("agg-go-may")])
        await night.passes(minutes=3)
        assert opened(night) == [silent("agg-go-may")]
        await see(night, Health.UP, [silent("agg-dong-say"), silent("agg-go-may")])
        await see(night, Health.UNKNOWN, around[:2], Firmness.SOFT)
        await night.passes(seconds=30)
        await see(night, Health.UP, around[:2])
        await night.passes(minutes=3)
        assert opened(night) == [silent("agg-go-may")]


async def test_what_was_told_before_its_cause_was_known_is_gathered_into_that(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await night.sees(SPUR_END, Health.DOWN)
        await night.passes(minutes=2)
        assert opened(night) == [SPUR]
        await night.takes(night.edge(SPUR_END, Health.UNKNOWN), night.edge(silent("agg-rach-sen"), Health.DOWN))
        await night.passes(minutes=1)
        # The line towards it is remembered as dead, and nothing else is: the device explains its link.
        assert running(night) == [silent("agg-rach-sen")]
        gone, kept = night.rows(FactKind.INCIDENT_MERGED)
        assert (gone.target, kept.target) == (SPUR, silent("agg-rach-sen"))
        assert gone.refs["into"] == night.incidents()[1].code
        assert "restored" not in gone.refs
        assert night.incidents()[0].restored_at is None  # it is down still, as a part of the other
        assert night.incidents()[1].first_bad == night.incidents()[0].first_bad
        assert "🔗 GỘP SỰ CỐ" in " ".join(telling(night)) or len(telling(night)) == 3


@pytest.mark.slow
async def test_many_links_of_one_cable_are_one_incident_with_its_segment_and_team(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", cabled()) as night:
        await all_well(night)
        ends = [*NORTH_ENDS, port("cr-1", "ge-0/0/2"), port("cr-2", "ge-0/0/2"), port("tsl-ubnd", "ge-0/0/0")]
        night.answers_asks = False
        await see(night, Health.DOWN, ends, Firmness.SOFT)
        await see(night, Health.DOWN, ends)
        night.answers_asks = True
        await night.deliver()
        await night.passes(minutes=3)
        assert opened(night) == [ROUTE]
        text = night.got[0].text
        assert "nghi do: ĐỨT CÁP đoạn Sông Mẫu – Bắc Mẫu" in text
        assert "Đội Bắc Mẫu 0900 000 201" in text
        assert len(text.splitlines()) <= 12


@pytest.mark.slow
async def test_links_that_were_told_one_by_one_are_gathered_when_they_turn_out_to_be_one_cable(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", cabled()) as night:
        await all_well(night)
        await night.sees(port("tsl-ubnd", "ge-0/0/0"), Health.DOWN)
        await night.passes(minutes=5)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=5)
        assert set(opened(night)) == {"link:tslcd-ubnd/state", RING}
        await see(night, Health.DOWN, [port("cr-1", "ge-0/0/2"), port("cr-2", "ge-0/0/2")])
        await night.passes(minutes=3)
        assert running(night) == [ROUTE]
        assert [row.refs["into"] for row in night.rows(FactKind.INCIDENT_MERGED) if "into" in row.refs] == [
            next(i.code for i in night.incidents() if i.target == ROUTE)
        ] * 2
        await see(night, Health.UP, [port("cr-1", "ge-0/0/2"), port("cr-2", "ge-0/0/2")])
        await night.passes(minutes=3)
        # The cable works again; what is still down has incidents of its own, that begin when their faults did.
        assert set(running(night)) == {"link:tslcd-ubnd/state", RING}
        again = next(i for i in night.incidents() if i.target == RING and i.running)
        assert again.recurrence_of is not None


async def test_a_look_that_saw_nothing_does_not_let_a_port_out_of_its_link(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=1)
        await see(night, Health.UNKNOWN, [silent("agg-bac-mau"), *NORTH_ENDS], Firmness.SOFT)
        await night.passes(minutes=3)
        assert opened(night) == [RING]
        assert night.rows(FactKind.TARGET_RELEASED)[-1].target == RING


async def test_a_maintenance_of_one_end_holds_the_link_and_the_ring_it_opens(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await night.window(WindowKind.MAINTENANCE, minutes=30, devices=("agg-bac-mau",), reason="thay card")
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=20)
        assert opened(night) == []
        await night.passes(minutes=12)
        assert opened(night) == [RING]


@pytest.mark.slow
async def test_a_ring_that_the_settings_name_later_takes_in_what_runs_already(tmp_path: Path) -> None:
    without = replace(example(), topology=replace(example().topology, rings={}))
    async with Night(tmp_path, "2026-12-01 03:00", without) as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        assert running(night) == [NORTH]
        night.settings = example()
        await night.desk.reload(Context.of(night.settings, pick("vi")))
        await night.deliver()
        await night.passes(minutes=2)
        assert running(night) == [RING]
        night.settings = without
        await night.desk.reload(Context.of(night.settings, pick("vi")))
        await night.passes(minutes=2)
        assert running(night) == [NORTH]
        ring = next(i for i in night.incidents() if i.target == RING)
        told = [g.text for g in night.got if ring.code in g.text.splitlines()[0]]
        assert any("ĐÃ KHÔI PHỤC" in text for text in told)  # its end is told though the settings know it no more


@pytest.mark.slow
async def test_over_a_restart_nothing_is_lost_and_nothing_told_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        night.die()
        await night.passes_away(60)
        for target in night.settings.targets():
            await night.sees(target.id, night._health.get(target.id) or Health.UP, first=True)
        await night.passes(minutes=2)
        assert opened(night) == [RING]
        await see(night, Health.UP, NORTH_ENDS)
        assert running(night) == []
