"""Pages of a duty log: the handover book is read and signed by both sides, one tap each, and frozen as it was then."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitord.calendar.deadlines import dues_of
from monitord.desk.act import ActRefused
from monitord.domain.deadline import Deadline
from monitord.domain.handover import Book, digest, from_wire
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.window import WindowKind
from monitord.store import tables as t
from tests.nights.test_groups import TOPIC, in_group, names_and_numbers, with_group
from tests.nights.test_rollcall import UNIT, asked, calling
from tests.nights.test_second_channel import with_sms
from tests.support.night import ZONE, Got, Night, silent

OUT, IN = "dung.pham", "chi.le"
LOST = silent("olt-go-may")


def giving(night: Night, channel: str = "telegram") -> list[Got]:
    return [got for got in night.got if got.channel == channel and got.text.startswith(("📋 GIAO CA", "GIAO CA"))]


def kept(night: Night) -> Any:
    with night.engine.connect() as connection:
        return connection.execute(sa.select(t.handover)).mappings().one()


def book(night: Night) -> Book:
    return from_wire(json.loads(kept(night)["content"]))


async def taken(night: Night) -> None:
    """Let something be down and taken by whoever is on the shift."""
    await night.sees(LOST, Health.DOWN)
    step = next(got for got in night.got if got.person == night.on("shift") and "take" in got.actions())
    assert (await night.presses(step.person, step.button("take"))).accepted


async def test_both_read_it_a_quarter_of_an_hour_before_and_sign_by_one_tap_each(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00", calling()) as night:
        await taken(night)
        await night.does("eta", at=night.in_minutes(90))
        await night.does("instruct", by=night.on("leader"), text="Ưu tiên dầu cho 3 trạm ven biển")
        await night.passes(minutes=45)
        (to_him,), (to_her,) = giving(night), asked(night)
        assert (to_him.at, to_him.person, to_him.labels) == ("05:45:00", OUT, ("✍️ Xác nhận giao ca",))
        assert (to_her.at, to_her.person, to_her.labels) == ("05:45:00", IN, ("✍️ Xác nhận nhận ca",))
        assert to_him.text.splitlines() == [
            "📋 GIAO CA · trực ca · Viễn thông Sông Mẫu (22:00 04/12 – 06:00 05/12/2026)",
            "• Bấm Xác nhận giao ca khi bàn giao xong",
            "Giao: Phạm Tiến Dũng · Nhận: Lê Thị Chi",
            "Trực lãnh đạo: Hoàng Thị Lan · Trực điều hành: Đặng Hoàng Hải · Trực ứng cứu thông tin: Đỗ Quang Minh"
            " · Trực vận hành mạng: Lý Hoài Nam",
            "Trong ca: 1 sự cố (Mức 2: 1) – tồn 1",
            "TỒN",
            " 1. SC-0512-001 (mức 2) OLT Gò Mây: từ 05:00; Phạm Tiến Dũng tiếp nhận; dự kiến khôi phục 06:30",
            "CHỈ ĐẠO: Ưu tiên dầu cho 3 trạm ven biển (Hoàng Thị Lan, 05:00, SC-0512-001)",
            "KÊNH THÔNG BÁO: Telegram tốt (thử lúc 05:00)",
        ]
        assert to_her.text.splitlines()[3:] == to_him.text.splitlines()[2:]
        began = night.clock.now()
        given = await night.presses(OUT, to_him.button("shift_give"))
        assert (given.accepted, given.text) == (True, "Đã ghi nhận lúc 05:45:00: giao ca (trực ca).")
        assert kept(night)["frozen_at"] is None
        await night.passes(minutes=2)
        assert (await night.presses(IN, to_her.button("shift"))).accepted
        # Two taps and nothing typed; the two minutes are those in which she read it.
        assert kept(night)["frozen_at"] - began < timedelta(minutes=3)
        assert night.query(t.handover.c.given_by) + night.query(t.handover.c.taken_by) == [(OUT,), (IN,)]
        again = await night.presses(OUT, to_him.button("shift_give"))
        assert (again.accepted, again.text) == (
            False,
            "Phạm Tiến Dũng (trực ca) đã xác nhận giao ca từ trước lúc 05:45:00.",
        )


async def test_what_is_frozen_stays_as_it_was_and_the_journal_proves_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await taken(night)
        await night.passes(minutes=10)
        await night.presses(OUT, giving(night)[0].button("shift_give"))
        await night.presses(IN, asked(night)[0].button("shift"))
        before = kept(night)
        assert [one.code for one in book(night).left] == ["SC-0512-001"]
        await night.sees(LOST, Health.UP)
        await night.passes(hours=2)
        assert kept(night) == before
        (row,) = night.rows(FactKind.HANDOVER_FROZEN)
        assert (row.refs["digest"], row.refs["unsigned"]) == (digest(book(night)), [])
        assert (row.refs["given_by"], row.refs["taken_by"]) == (OUT, IN)
        assert row.digest is None
        assert not names_and_numbers(night) & {str(value) for value in row.refs.values()}


async def test_whoever_never_signs_blocks_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(minutes=10)
        assert (await night.presses(IN, asked(night)[0].button("shift"))).accepted
        await night.passes(minutes=39)
        assert night.rows(FactKind.HANDOVER_FROZEN) == []
        await night.passes(minutes=1)
        (row,) = night.rows(FactKind.HANDOVER_FROZEN)
        assert (row.refs["unsigned"], kept(night)["given_by"]) == (["giving"], None)
        assert row.ts.astimezone(night.settings.zone).strftime("%H:%M") == "06:30"
        content = kept(night)["content"]
        late = await night.presses(OUT, giving(night)[0].button("shift_give"))
        assert late.accepted
        assert (kept(night)["content"], kept(night)["given_by"]) == (content, OUT)
        assert len(night.rows(FactKind.HANDOVER_FROZEN)) == 1


@pytest.mark.parametrize("minutes", [5, 60, 60 * 30])
async def test_a_downtime_loses_no_book_and_freezes_none_twice(tmp_path: Path, minutes: int) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(minutes=10)
        await night.presses(OUT, giving(night)[0].button("shift_give"))
        night.die()
        await night.passes_away(60 * minutes)
        await night.passes(minutes=40)
        first = [row for row in night.rows(FactKind.HANDOVER_FROZEN) if row.refs["starts"].startswith("2026-12-04T23")]
        assert [row.refs["unsigned"] for row in first] == [["taking"]]
        assert len([got for got in giving(night) if got.person == OUT and got.at < "06:00:00"]) == 1


async def test_the_grave_that_nobody_has_taken_is_named_and_known_in_writing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:44", calling()) as night:
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=2)
        (got,) = asked(night)
        answer = await night.presses(IN, got.button("shift"))
        assert answer.text == "Chưa nhận ca: SC-0512-001 chưa ai tiếp nhận. Nhận ca, đã biết: bấm nút ở tin mới."
        assert not answer.accepted
        assert night.rows(FactKind.SHIFT_TAKEN) == []
        shown = night.got[-2] if night.got[-1].channel == "log" else night.got[-1]
        assert (shown.person, shown.labels) == (IN, ("✍️ Nhận ca, đã biết SC-0512-001",))
        await night.presses(IN, got.button("shift"))
        assert len([g for g in night.got if "CHƯA NHẬN CA" in g.text and g.channel == "telegram"]) == 1
        # What came since is not what the button named.
        await night.sees(silent("agg-vam-xanh"), Health.DOWN)
        assert not (await night.presses(IN, shown.button("shift_known"))).accepted
        newer = next(g for g in reversed(night.got) if "shift_known" in g.actions())
        assert newer.labels == ("✍️ Nhận ca, đã biết SC-0512-001, SC-0512-002",)
        assert (await night.presses(IN, newer.button("shift_known"))).accepted
        (row,) = night.rows(FactKind.SHIFT_TAKEN)
        assert row.refs["known"] == ["SC-0512-001", "SC-0512-002"]


async def test_a_slight_one_or_one_that_somebody_has_keeps_nobody_from_taking_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:44", calling()) as night:
        await taken(night)
        await night.reports("Đèn báo cửa mở", severity=3)
        await night.reports("Trang bị sửa", severity=1, suspected=True, lane=next(iter(night.settings.lanes)))
        await night.passes(minutes=2)
        text = asked(night)[0].text
        assert "SC-0512-002" in text
        assert "SC-0512-003" not in text  # a suspicion is for whom it names
        assert "Trong ca: 2 sự cố (Mức 2: 1; Mức 3: 1)" in text
        assert (await night.presses(IN, asked(night)[0].button("shift"))).accepted
        (row,) = night.rows(FactKind.SHIFT_TAKEN)
        assert "known" not in row.refs


async def test_without_buttons_both_sign_in_writing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:44", calling(with_sms())) as night:
        night.lanes = ("sms", "log")
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=4)
        (to_him,), (to_her,) = giving(night, "sms"), asked(night, "sms")
        for got, how in ((to_him, "Tra loi GC"), (to_her, "Tra loi NC")):
            assert got.text.isascii()
            assert len(got.text) <= 160
            assert how in got.text
        assert (await night.writes(OUT, "gc")).text == "Đã ghi nhận lúc 05:48:00: giao ca (trực ca)."
        answer = await night.writes(IN, "NC")
        assert answer.text == "Chưa nhận ca: SC-0512-001 chưa ai tiếp nhận. Nhận ca, đã biết: trả lời NC 001."
        assert not (await night.writes(IN, "NC 007")).accepted
        assert (await night.writes(IN, "NC 001")).accepted
        (row,) = night.rows(FactKind.HANDOVER_FROZEN)
        assert row.refs["unsigned"] == []
        assert not (await night.writes(OUT, "GC")).accepted
        assert (await night.types("an.nguyen", "GC")).text == "Không có ca nào đang chờ nhận."


async def test_another_signs_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:44", calling()) as night:
        await night.passes(minutes=4)
        for other in (IN, "an.nguyen", "777000"):
            assert not (await night.presses(other, giving(night)[0].button("shift_give"))).accepted
        assert night.rows(FactKind.HANDOVER_GIVEN) == []


@pytest.mark.case("roster", "handover-message")
async def test_the_group_reads_one_line_of_roles_when_both_have_signed(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", with_group(settings=calling())) as night:
        await taken(night)
        await night.passes(minutes=10)
        told = len(in_group(night))
        await night.presses(OUT, giving(night)[0].button("shift_give"))
        await night.passes(minutes=12)
        await night.presses(IN, asked(night)[0].button("shift"))
        (got,) = in_group(night)[told:]
        assert got.text == "🔄 Trực ca (Viễn thông Sông Mẫu): đã giao – nhận ca lúc 06:02, 1 sự cố tồn"
        assert (got.person, got.buttons) == (TOPIC, ())
        assert [word for word in names_and_numbers(night) if word in got.text] == []


async def test_the_group_hears_nothing_of_a_book_that_one_side_did_not_sign(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", with_group(settings=calling())) as night:
        await night.passes(minutes=10)
        await night.presses(IN, asked(night)[0].button("shift"))
        await night.passes(minutes=60)
        assert len(night.rows(FactKind.HANDOVER_FROZEN)) == 1
        assert in_group(night) == []


async def test_where_nobody_was_on_before_one_signature_is_all(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:30", calling()) as night:
        mine = (t.shift.c.unit == UNIT) & (t.shift.c.duty == "shift") & (t.shift.c.starts < night.clock.now())
        with night.engine.begin() as connection:
            connection.execute(t.shift.delete().where(mine))
        night.whole = False
        await night.passes(minutes=16)
        assert giving(night) == []
        assert "Giao: (trống ca) · Nhận: Lê Thị Chi" in asked(night)[0].text
        assert (await night.presses(IN, asked(night)[0].button("shift"))).accepted
        (row,) = night.rows(FactKind.HANDOVER_FROZEN)
        assert row.refs["unsigned"] == []


async def test_who_gives_to_another_after_a_swap_is_not_asked_any_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        night.lanes = ("log",)
        await night.passes(minutes=6)
        start, end = night.in_minutes(14), night.in_minutes(14 + 8 * 60)
        given = {"unit": UNIT, "duty": "shift", "outgoing": [IN], "incoming": [OUT], "start": start, "end": end}
        await night.desk.roster("override", night.settings.units[UNIT].roster_owner, given)
        night.lanes = None
        await night.passes(minutes=60)
        assert giving(night) == []
        assert asked(night) == []
        assert night.rows(FactKind.HANDOVER_FROZEN) == []
        assert night.query(t.handover.c.id) == []


async def test_a_window_that_ends_in_the_next_shift_and_a_channel_that_failed_stand_in_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.window(WindowKind.MAINTENANCE, minutes=90, devices=("olt-go-may",))
        await night.window(WindowKind.MAINTENANCE, minutes=15, devices=("agg-vam-xanh",))
        with night.engine.begin() as connection:
            values = {"works": False, "since": night.clock.now(), "failures": 3, "cause": "connect", "to": ""}
            connection.execute(t.channel_state.insert().values(channel="telegram", **values))
        await night.passes(minutes=6)
        assert "HẾT HẠN TRONG CA SAU: bảo dưỡng OLT Gò Mây lúc 07:10" in asked(night)[0].text
        assert "KÊNH THÔNG BÁO: Telegram ĐANG LỖI" in asked(night)[0].text


async def test_what_left_for_the_department_stands_in_it_with_its_receipt(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00", calling()) as night:
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=40)
        report = next(got for got in night.got if "receipt" in got.actions())
        await night.passes(minutes=5)
        said = "ĐÃ BÁO CÁO: 05:30 Sở Khoa học và Công nghệ tỉnh Sông Mẫu (SC-0512-001) – "
        assert said + "chưa xác nhận" in asked(night)[0].text
        assert (await night.presses(report.person, report.button("receipt"))).accepted
        await night.passes(minutes=46)
        assert book(night).reports[0].received


async def test_only_a_leader_instructs_and_it_can_be_typed(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00", calling()) as night:
        await taken(night)
        leader = night.on("leader")
        with pytest.raises(ActRefused, match="does not lead"):
            await night.does("instruct", text="gọi Điện lực")
        assert not (await night.types(OUT, "CD 001 gọi Điện lực")).accepted
        answer = await night.types(leader, "Cđ 001 gọi Điện lực")
        assert answer.text == "Đã ghi chỉ đạo về SC-0512-001; sổ giao ca sẽ chuyển tiếp."
        (row,) = night.rows(FactKind.INCIDENT_INSTRUCTED)
        assert row.actor == leader
        assert row.digest is not None
        await night.passes(minutes=46)
        assert "CHỈ ĐẠO: gọi Điện lực (Hoàng Thị Lan, 05:00, SC-0512-001)" in asked(night)[0].text


async def test_what_the_unit_owes_stands_in_it_until_it_is_noted_as_sent(tmp_path: Path) -> None:
    owed = dues_of("trước 14h00 ngày 05/12/2026", date(2026, 12, 1), ZONE).dues
    late = dues_of("trước ngày 03/12/2026", date(2026, 12, 1), ZONE).dues
    settings = replace(
        calling(),
        deadlines=(
            Deadline("nhanh", UNIT, "Báo cáo nhanh", "so-khcn", owed),
            Deadline("danh-sach", UNIT, "Danh sách trực", "so-khcn", late),
            Deadline("khac", "bd-song-mau", "Của đơn vị khác", "so-khcn", owed),
        ),
    )
    async with Night(tmp_path, "2026-12-05 05:40", settings) as night:
        await night.passes(minutes=6)
        department = "Sở Khoa học và Công nghệ tỉnh Sông Mẫu"
        said = f"Danh sách trực → {department} (hạn 00:00 03/12); Báo cáo nhanh → {department} (hạn 14:00"
        assert f"VIỆC CA SAU: {said}" in asked(night)[0].text
        assert "Của đơn vị khác" not in asked(night)[0].text
        owner = settings.units[UNIT].roster_owner
        await night.desk.roster("deadline_sent", owner, {"deadline": "danh-sach"})
        await night.passes(minutes=46)
        assert [due.name for due in book(night).dues] == [f"Báo cáo nhanh → {department}"]
