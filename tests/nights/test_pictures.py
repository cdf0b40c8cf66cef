"""Pages of a duty log: the sketch of a ring follows its first alert, and pictures come to whoever asks for them."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Event, NoticeState, Outcome, Priority
from monitord.domain.people import Person
from monitord.domain.storm import StormRules
from monitord.domain.update import Heard
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_one_cause import INSIDE, NORTH_ENDS, RING, SOUTH_END, all_well, see
from tests.nights.test_storm import POWER, fall, storm_of
from tests.support.night import ACCEPTED, NOT_SENT, UNCERTAIN, Got, Night, example, silent
from tests.support.server import Server
from tests.support.typhoon import province

LINK_ALONE = "agg-rach-sen/interface_up/ge-0/0/0"
OTHER = silent("agg-rach-sen")


def pictures(night: Night, person: str | None = None) -> list[Got]:
    """Return the pictures that people, or one of them, got."""
    return [g for g in night.got if g.document is not None and g.document.picture and person in (None, g.person)]


def names(found: list[Got]) -> list[str]:
    """Return what the files are called."""
    return [g.document.name for g in found if g.document is not None]


def alert(night: Night, person: str) -> Got:
    """Return the first alert of a person by Telegram."""
    return next(g for g in night.got if (g.person, g.channel) == (person, "telegram"))


async def cut_ring(night: Night) -> str:
    """Cut the ring once, and return the code of its incident."""
    await all_well(night)
    await see(night, Health.DOWN, NORTH_ENDS)
    await night.passes(minutes=2)
    [incident] = night.incidents()
    assert incident.target == RING
    return incident.code


async def test_the_sketch_of_a_ring_follows_its_first_alert_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        code = await cut_ring(night)
        shift = night.on("shift")
        [got] = pictures(night)
        assert (got.person, got.channel, got.buttons, got.follows) == (shift, "telegram", (), alert(night, shift).ref)
        assert got.text.splitlines()[0] == f"🖼 SƠ ĐỒ RING · {code} · tính đến {got.at[:5]} 01/12/2026"
        assert got.document is not None
        assert got.document.content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">I", got.document.content[16:20]) == (1280,)
        mine = [g for g in night.got if g.person == shift and g.channel == "telegram"]
        assert mine.index(got) > mine.index(alert(night, shift)), "the text goes first"
        row = night.query(t.outbox.c.priority, event=Event.PICTURE)
        assert row == [(Priority.EDIT,)]
        # A second cut is told, and brings no second sketch by itself.
        await see(night, Health.DOWN, [SOUTH_END, *(silent(device) for device in INSIDE)])
        await night.passes(minutes=40)
        assert len(pictures(night)) == 1


async def test_a_ring_that_is_over_before_its_sketch_left_is_not_drawn(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:

        def answer(claimed: Claimed) -> Outcome:
            return NOT_SENT if claimed.message.attach is not None else ACCEPTED

        night.answer = answer
        await cut_ring(night)
        await see(night, Health.UP, NORTH_ENDS)
        await night.passes(minutes=2)
        assert night.query(t.outbox.c.state, event=Event.PICTURE) == [(NoticeState.SUPERSEDED,)]
        [row] = [r for r in night.rows(FactKind.NOTICE_SUPERSEDED) if r.refs["event"] == Event.PICTURE]
        assert row.refs["reason"] == "restored"
        assert night.query(t.outbox.c.state, event=Event.CHANNEL_BROKEN) == []


async def test_a_storm_takes_the_place_of_a_sketch_that_has_not_left(tmp_path: Path) -> None:
    stormy = replace(example(), storm=StormRules(opened=4, alone=2))
    async with Night(tmp_path, "2026-12-01 03:00", stormy) as night:
        night.answer = lambda claimed: NOT_SENT if claimed.message.attach is not None else ACCEPTED
        await cut_ring(night)
        for device in ("agg-rach-sen", "agg-dong-say", "olt-cu-lao", "olt-go-may", "olt-bac-mau"):
            if device in night.settings.devices:
                await night.sees(silent(device), Health.DOWN)
        await night.passes(minutes=3)
        assert [i.code[:2] for i in night.incidents()].count("DR") == 1
        assert night.query(t.outbox.c.state, event=Event.PICTURE) == [(NoticeState.SUPERSEDED,)]
        [row] = [r for r in night.rows(FactKind.NOTICE_SUPERSEDED) if r.refs["event"] == Event.PICTURE]
        assert row.refs["reason"] == "storm"


async def test_what_is_no_ring_brings_no_picture_by_itself(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OTHER, Health.DOWN)
        await night.passes(minutes=40)
        assert pictures(night) == []


async def test_who_got_much_just_now_gets_no_sketch_on_top(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await all_well(night)
        for target in (OTHER, silent("agg-dong-say")):
            await night.sees(target, Health.DOWN)
        await night.passes(minutes=1)
        await see(night, Health.DOWN, NORTH_ENDS)
        await night.passes(minutes=2)
        shift = night.on("shift")
        got = [g for g in night.got if (g.person, g.channel, g.edits) == (shift, "telegram", None)]
        assert len(got) >= 3
        assert pictures(night) == []


async def test_typed_in_any_form_pictures_of_a_ring_come_sketch_first(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        code = await cut_ring(night)
        shift = night.on("shift")
        for text in ("HINH 001", "hình 001", f"Ảnh {code}", "/hinh 1"):
            before = len(pictures(night, shift))
            answer = await night.types(shift, text)
            assert (answer.text, answer.accepted) == (f"Hình của {code} đang được gửi.", True)
            assert [name.split("-", 3)[3][:5] for name in names(pictures(night, shift)[before:])] == ["so-do", "dien-"]
        asked = night.rows(FactKind.INCIDENT_PICTURE_ASKED)
        assert [(row.actor, row.refs["duty"]) for row in asked] == [(shift, "shift")] * 4
        assert [i.phase for i in night.incidents()] == ["open"], "to ask for pictures is not to take it"


async def test_a_button_of_the_menu_brings_them_and_closes_the_menu(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OTHER, Health.DOWN)
        await night.passes(minutes=1)
        shift = night.on("shift")
        first = alert(night, shift)
        await night.presses(shift, first.button("more"))
        menu = next(g for g in reversed(night.got) if g.edits == first.ref)
        assert menu.actions() == ["take", "hand", "cause", "close", "picture", "back"]
        assert menu.labels[4] == "🖼 Sơ đồ, diễn biến"
        answer = await night.presses(shift, menu.button("picture"))
        assert answer.accepted
        [got] = pictures(night)
        assert (got.person, got.follows) == (shift, first.ref)
        assert [name.split("-", 3)[3][:9] for name in names([got])] == ["dien-bien"]
        assert next(g for g in reversed(night.got) if g.edits == first.ref).actions() == first.actions()


async def test_a_second_press_while_pictures_are_under_way_brings_no_second_ones(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OTHER, Health.DOWN)
        await night.passes(minutes=1)
        shift, accepts = night.on("shift"), night.answer
        night.answer = lambda claimed: NOT_SENT if claimed.message.attach is not None else accepts(claimed)
        for _ in range(3):
            await night.types(shift, "HINH 001")
        night.answer = accepts
        await night.passes(minutes=5)
        assert len(pictures(night)) == 1
        assert len(night.rows(FactKind.INCIDENT_PICTURE_ASKED)) == 3


async def test_a_repeat_that_may_have_arrived_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OTHER, Health.DOWN)
        await night.passes(minutes=1)
        shift, accepts, outcomes = night.on("shift"), night.answer, [UNCERTAIN]
        night.answer = lambda c: outcomes.pop() if c.message.attach is not None and outcomes else accepts(c)
        await night.types(shift, "HINH 001")
        await night.passes(minutes=1)
        [got] = pictures(night)
        assert "(có thể trùng tin trước)" in got.text.splitlines()[0]


async def test_pictures_can_be_had_when_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        code = await cut_ring(night)
        shift = night.on("shift")
        await see(night, Health.UP, NORTH_ENDS)
        await night.passes(minutes=20)
        before = len(pictures(night))
        await night.types(shift, "HINH 001")
        found = pictures(night, shift)[before:]
        assert [name.startswith(code) for name in names(found)] == [True, True]
        assert "khôi phục" in found[0].text


async def test_strangers_and_other_units_get_no_picture(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        code = await cut_ring(night)
        shift = night.on("shift")
        await night.presses(shift, alert(night, shift).button("more"))
        menu = next(g for g in reversed(night.got) if g.edits == alert(night, shift).ref)
        before = len(pictures(night))
        other = next(p for p in night.settings.people.values() if p.telegram and p.home not in ("vt-song-mau",))
        for person in ("666", other.id):
            assert (await night.presses(person, menu.button("picture"))).refused
        assert code not in (await night.types(other.id, "HINH 001")).text
        assert len(pictures(night)) == before


async def test_by_sms_it_is_said_where_pictures_go(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_mobile()) as night:
        await night.sees(OTHER, Health.DOWN)
        await night.passes(minutes=1)
        [incident] = night.incidents()
        shift = night.settings.people[night.on("shift")]
        answer = await night.desk.hear(Heard("sms", "1", str(shift.address("sms")), "HINH 001"))
        await night.deliver()
        assert answer.text == f"Hình của {incident.code} đang được gửi qua Telegram."
        assert [(g.person, g.channel) for g in pictures(night)] == [(shift.id, "telegram")]


async def test_who_has_no_way_for_pictures_hears_where_to_look(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_mobile(telegram=False)) as night:
        await night.sees(OTHER, Health.DOWN)
        await night.passes(minutes=1)
        [incident] = night.incidents()
        shift = night.settings.people[night.on("shift")]
        answer = await night.desk.hear(Heard("sms", "1", str(shift.address("sms")), "hinh 001"))
        await night.deliver()
        assert answer.text.startswith(f"Kênh này không gửi được hình của {incident.code}")
        assert pictures(night) == []


async def test_a_ring_that_left_the_settings_cannot_be_drawn_and_its_reader_hears_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        code = await cut_ring(night)
        shift, whole = night.on("shift"), night.settings
        night.answer, accepts = (lambda claimed: NOT_SENT), night.answer
        await night.types(shift, "HINH 001")
        rings = {n: r for n, r in whole.topology.rings.items() if n != "ring-1"}
        night.settings = replace(whole, topology=replace(whole.topology, rings=rings))
        night.answer = accepts
        await night.passes(minutes=1)
        said = [g for g in night.got if g.text.startswith(f"Chưa vẽ được hình của {code}")]
        assert [(g.person, g.document) for g in said] == [(shift, None)]
        assert ["dien-bien" in name for name in names(pictures(night, shift))] == [False, True]


async def test_a_widespread_outage_has_no_picture(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        code = storm_of(night).code
        answer = await night.types(night.on("shift"), f"HINH {code}")
        assert answer.text.startswith(f"{code} không có hình")
        assert pictures(night) == []


async def test_a_security_incident_has_no_picture(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        incident = await night.reports("Mất cáp", lane="mat-an-toan")
        answer = await night.types(night.on("shift"), f"HINH {incident.code}")
        assert answer.text.startswith(f"{incident.code} không có hình")
        assert pictures(night) == []
        assert night.rows(FactKind.INCIDENT_PICTURE_ASKED) == []


@pytest.mark.parametrize(
    ("text", "is_command"), [("anh 5 ơi", False), ("Anh 14", False), ("anh", False), ("HINH", True)]
)
async def test_talk_is_no_command(tmp_path: Path, text: str, is_command: bool) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        answer = await night.types(night.on("shift"), text)
        assert bool(answer.text) is is_command


def with_mobile(telegram: bool = True) -> Settings:
    """Return the example with mobile numbers, and with or without Telegram."""
    settings = example()
    people: dict[str, Person] = {}
    for n, (name, person) in enumerate(settings.people.items()):
        addresses = {**person.addresses, "sms": f"+8491234{n:04}"}
        people[name] = replace(person, addresses=addresses, telegram=person.telegram if telegram else None)
    return replace(settings, people=people)


@pytest.mark.slow
async def test_the_same_night_gives_the_same_pictures_on_a_server_as_in_a_file(
    tmp_path: Path, postgresql: Server
) -> None:
    async def lived(night: Night) -> list[tuple[str, str, bytes]]:
        async with night:
            await cut_ring(night)
            await night.types(night.on("shift"), "HINH 001")
            await see(night, Health.DOWN, [SOUTH_END, *(silent(device) for device in INSIDE)])
            await night.passes(minutes=6)
            await see(night, Health.UP, [*(silent(device) for device in INSIDE), SOUTH_END, *NORTH_ENDS])
            await night.passes(minutes=6)
            await night.types(night.on("shift"), "HINH 001")
            return [(g.person, g.document.name, g.document.content) for g in pictures(night) if g.document is not None]

    with postgresql.database() as url:
        on_server = await lived(Night(tmp_path, "2026-12-01 03:00", place=url))
    in_file = await lived(Night(tmp_path, "2026-12-01 03:00"))
    assert len(in_file) == 5
    assert on_server == in_file
