"""What pictures are made of, read from a night's journal: nothing is drawn that was not so."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.account.courses import course_of, incident_by, known_now, known_then, ring_of
from monitord.account.documents import picture_of
from monitord.account.stored import fetch, selection
from monitord.cli.picture import picture
from monitord.desk.context import Context
from monitord.domain.document import AttachmentKind, CannotMake
from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind
from monitord.domain.marks import Sign
from monitord.domain.ringsketch import JointState, NodeState, RingSketch
from monitord.domain.timeline import Band, Timeline
from monitord.draw.course import course_sheet
from monitord.draw.png import size_of
from monitord.draw.ring import ring_sheet
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts import pick
from tests.nights.test_one_cause import INSIDE, NORTH_ENDS, RING, SOUTH_END, all_well, see
from tests.support.night import CONFIG, SECRETS, Night, example, silent

VI = pick("vi")
OLT = silent("cr-1")


def course(night: Night, settings: Settings | None = None, *, runs: bool = True) -> Timeline:
    """Return the course of the newest incident, as of now."""
    with night.engine.connect() as connection:
        return course_of(connection, settings or night.settings, VI, newest(night), night.clock.now(), runs=runs)


def ring(night: Night, settings: Settings | None = None, *, runs: bool = True) -> RingSketch | None:
    """Return the ring of the newest incident, as of now."""
    with night.engine.connect() as connection:
        return ring_of(connection, settings or night.settings, VI, newest(night), night.clock.now(), runs=runs)


def newest(night: Night) -> Incident:
    """Return the newest incident as the database has it."""
    with night.engine.connect() as connection:
        found = incident_by(connection, night.incidents()[-1].code)
    assert found is not None
    return found


def bands(told: Timeline) -> list[str]:
    """Return the bands in order, each with its minutes where it is a minute or longer."""
    return [one.band for one in told.stretches]


def lasting(told: Timeline, band: Band) -> timedelta:
    """Return how long a band lasts in all."""
    return sum((one.end - one.start for one in told.stretches if one.band is band), timedelta())


def said(told: Timeline) -> list[tuple[Sign, str]]:
    """Return the marks without their instants."""
    return [(mark.sign, mark.role) for mark in told.marks]


def sound(told: Timeline) -> None:
    """Assert what holds of every course."""
    assert told.stretches[0].start == told.start
    assert told.stretches[-1].end == told.end
    assert all(one.end == after.start and one.band is not after.band for one, after in pairwise(told.stretches))
    assert all(one.start < one.end for one in told.stretches)
    assert list(told.marks) == sorted(told.marks, key=lambda mark: mark.at)


async def test_an_outage_that_nobody_takes_is_told_to_one_after_another(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        good = night.clock.now()
        await night.passes(seconds=20)
        await night.takes(replace(night.edge(OLT, Health.DOWN), last_good=good))
        await night.passes(minutes=16)
        told = course(night)
        sound(told)
        assert bands(told) == [Band.UP, Band.UNKNOWN, Band.DOWN]
        assert told.stretches[1].end - told.stretches[1].start == timedelta(seconds=20), "between two looks"
        assert told.over is None
        assert said(told)[:2] == [(Sign.FIRST_BAD, ""), (Sign.DETECTED, "")]
        assert [role for sign, role in said(told) if sign is Sign.TOLD] == [
            "trực ca",
            "trực điều hành",
            "trực lãnh đạo",
        ]
        names = {person.name for person in night.settings.people.values()}
        assert not names & {mark.role for mark in told.marks}, "roles, and no names"


async def test_three_episodes_an_escalation_and_a_downtime_are_one_course(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=8)
        await night.sees(OLT, Health.UP)
        await night.passes(minutes=3)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        night.die()
        await night.passes_away(600)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        shift = night.on("shift")
        await night.types(shift, "XN 001")
        await night.types(shift, "GOI 001")
        await night.types(shift, "CC 001")
        await night.passes(minutes=2)
        await night.sees(OLT, Health.UP)
        await night.passes(minutes=2)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        told = course(night)
        sound(told)
        assert told.episodes == 3
        signs = [sign for sign, _ in said(told)]
        assert signs.count(Sign.AGAIN) == 2
        assert {Sign.TAKEN, Sign.CALLED, Sign.ESCALATED, Sign.NOT_RUNNING, Sign.RESTORED} <= set(signs)
        assert (Sign.TAKEN, "trực ca") in said(told)
        # Ten minutes in which no daemon ran are neither up nor down.
        [down] = night.rows(FactKind.DAEMON_WAS_DOWN)
        begins, ends = (datetime.fromisoformat(down.refs[name]) for name in ("from", "to"))
        middle = begins + (ends - begins) / 2
        [there] = [one for one in told.stretches if one.start <= middle < one.end]
        assert there.band is Band.UNKNOWN
        assert there.end - there.start >= timedelta(minutes=9)
        assert lasting(told, Band.DOWN) < told.now - newest(night).occurred_at - timedelta(minutes=14)
        sheet = course_sheet(told, VI, night.settings.zone)
        assert "3 lần" in " ".join(text.text for text in sheet.texts)


async def test_a_ring_was_well_before_it_was_cut_and_between_two_cuts(tmp_path: Path) -> None:
    """What is judged from other targets has no looks of its own, by which its good time would be counted."""
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=8)
        await see(night, Health.UP, NORTH_ENDS)
        await night.passes(minutes=6)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=5)
        told = course(night)
        sound(told)
        assert bands(told) == [Band.UP, Band.DEGRADED, Band.UP, Band.DEGRADED]
        signs = [sign for sign, _ in said(told)]
        assert signs.index(Sign.FIRST_BAD) < signs.index(Sign.DETECTED) < signs.index(Sign.TOLD)
        assert signs.count(Sign.RESTORED) == signs.count(Sign.AGAIN) == 1


async def test_when_it_is_over_the_course_ends_shortly_after(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=30)
        await night.sees(OLT, Health.UP)
        await night.passes(hours=20)
        told = course(night)
        sound(told)
        assert bands(told)[-1] is Band.UP
        assert told.end - told.start < timedelta(minutes=40)
        assert said(told)[-1] == (Sign.RESTORED, "")


async def test_what_was_degraded_and_what_nobody_could_look_at_are_shown_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await night.sees(OLT, Health.DEGRADED)
        await night.passes(minutes=5)
        await night.sees(OLT, Health.UNKNOWN)
        await night.passes(minutes=5)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=5)
        told = course(night)
        sound(told)
        seen = [band for band in bands(told) if band is not Band.UP]
        assert [band for band, before in zip(seen, [None, *seen], strict=False) if band != before][-3:] == [
            Band.DEGRADED,
            Band.UNKNOWN,
            Band.DOWN,
        ]


async def test_a_daemon_that_does_not_run_any_more_saw_nothing_since(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=6)
        await night.clock.advance(3_600)
        assert bands(course(night, runs=False))[-1] is Band.UNKNOWN
        assert bands(course(night, runs=True))[-1] is Band.DOWN


async def test_whom_nothing_reaches_was_not_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        night.lanes = ("log",)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=3)
        told = course(night)
        assert (Sign.NOT_TOLD, "trực ca") in said(told)
        assert Sign.TOLD not in [sign for sign, _ in said(told)], "a line in a file tells nobody"


async def test_what_people_report_was_seen_by_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.reports("Chị Hoa ở Gò Mây báo mất mạng")
        await night.passes(minutes=6)
        told = course(night)
        assert bands(told) == [Band.UNKNOWN]
        assert "Hoa" not in told.name


# --- rings ----------------------------------------------------------------------------------------------------------


async def test_a_ring_is_drawn_as_it_is_known(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        drawn = ring(night)
        assert drawn is not None
        assert drawn.nodes[0].hub
        assert [drawn.joints[n].name for n in drawn.cuts] == [night.settings.links["ring1-song-mau-bac-mau"].name]
        assert {node.state for node in drawn.nodes} == {NodeState.LIVE}
        assert (drawn.health, drawn.lost) == (Health.DEGRADED, 0)
        await see(night, Health.DOWN, [SOUTH_END, *(silent(device) for device in INSIDE)])
        await night.passes(minutes=1)
        drawn = ring(night)
        assert drawn is not None
        assert (drawn.health, len(drawn.cuts)) == (Health.DOWN, 2)
        lost = {node.name for node in drawn.nodes if node.state is NodeState.ISOLATED}
        assert lost == {night.settings.devices[name].name for name in INSIDE}
        between = [joint.state for joint in drawn.joints if joint.state is not JointState.CUT]
        assert JointState.UNKNOWN in between, "what lies between silent devices is known to nobody"


async def test_the_ring_of_a_daemon_that_does_not_run_is_as_of_its_last_sign_of_life(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        last = max(row.ts for row in night.rows())
        await night.clock.advance(2 * 86_400)
        drawn, alive = ring(night, runs=False), ring(night)
        assert drawn is not None
        assert alive is not None
        assert last <= drawn.at < last + timedelta(minutes=3)
        assert alive.at == night.clock.now()


async def test_a_ring_that_is_over_is_drawn_as_it_was_at_its_worst(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        await see(night, Health.DOWN, [SOUTH_END, *(silent(device) for device in INSIDE)])
        await night.passes(minutes=1)
        worst = ring(night)
        await see(night, Health.UP, [*(silent(device) for device in INSIDE), SOUTH_END])
        await see(night, Health.UP, NORTH_ENDS)
        await night.passes(minutes=5)
        assert not newest(night).running
        drawn = ring(night)
        assert drawn is not None
        assert worst is not None
        assert (drawn.nodes, drawn.health, drawn.over) == (worst.nodes, worst.health, True)
        assert [joint.state for joint in drawn.joints] == [joint.state for joint in worst.joints]
        assert drawn.at < night.clock.now() - timedelta(minutes=4)


async def test_what_was_known_before_is_worked_out_from_the_journal(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        then: list[tuple[int, dict[str, object]]] = []
        near = Context.of(night.settings, VI).wiring.around(RING)
        for target in (*NORTH_ENDS, SOUTH_END, *(silent(device) for device in INSIDE)):
            await night.sees(target, Health.DOWN, Firmness.HARD)
            with night.engine.connect() as connection:
                newest_row = connection.execute(sa.select(sa.func.max(t.journal.c.seq))).scalar() or 0
                then.append((newest_row, {k: v.health for k, v in known_now(connection, near).items()}))
        with night.engine.connect() as connection:
            j = t.journal.c
            wanted = selection().where(j.kind == FactKind.TARGET_HARD, j.target.in_(near)).order_by(j.seq)
            rows = [one.row for one in fetch(connection, wanted) if one.row is not None]
            now = known_now(connection, near)
        for seq, known in then:
            found = known_then(now, rows, seq + 1)
            assert {name: found[name].health for name in known} == known


async def test_what_is_not_to_leave_the_unit_is_not_named(tmp_path: Path) -> None:
    settings = example()
    devices = {
        name: replace(device, keep_inside=True) if name == "agg-go-may" else device
        for name, device in settings.devices.items()
    }
    kept = replace(settings, devices=devices)
    async with Night(tmp_path, "2026-12-01 03:00", kept) as night:
        await all_well(night)
        await see(night, Health.DOWN, [SOUTH_END, *NORTH_ENDS, *(silent(device) for device in INSIDE)])
        await night.passes(minutes=2)
        drawn = ring(night)
        assert drawn is not None
        written = " ".join(text.text for text in ring_sheet(drawn, VI, kept.zone).texts)
        assert kept.devices["agg-go-may"].name not in written
        assert "gom Bắc Mẫu" in written
        assert VI.drawn["unnamed"] in written


async def test_of_what_is_no_ring_there_is_no_sketch(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=1)
        assert ring(night) is None
        with night.engine.connect() as connection, pytest.raises(CannotMake):
            picture_of(connection, night.settings, VI, newest(night), AttachmentKind.SKETCH, night.clock.now())


async def test_the_command_writes_the_same_pictures_without_a_daemon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        code = newest(night).code
    for given in ({}, {"ring": True}):
        out = tmp_path / "out.png"
        assert picture(code.lower(), out=out, config=CONFIG, database=tmp_path / "night.db", **given) == 0
        assert size_of(out.read_bytes())[0] == 1280
        assert str(out) in capsys.readouterr().out
    with pytest.raises(SystemExit):
        picture("SC-0112-999", out=tmp_path / "none.png", config=CONFIG, database=tmp_path / "night.db")
    with pytest.raises(SystemExit):
        picture(code, out=tmp_path / "no" / "folder.png", config=CONFIG, database=tmp_path / "night.db")
