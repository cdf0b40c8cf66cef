"""A page of a duty log: the minutes around Giao thừa. What is full is not lost, nobody works on the network, and at
half past midnight the text for the department waits for one tap."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitord.desk.windows import WindowRefused
from monitord.domain.bulletin import Bulletin
from monitord.domain.health import Cause, Happening, Health
from monitord.domain.network import Target
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings, SeverityRule
from tests.support.night import ZONE, Got, Night, example, silent

LOAD = "cr-1/interface_load/ge-0/0/9"
"""The way to the Internet, near the fireworks: it is on the watch list of the night."""
UNIT, DEPARTMENT = "vt-song-mau", "so-khcn"


def local(clock: str) -> datetime:
    return datetime.fromisoformat(clock).replace(tzinfo=ZONE).astimezone(UTC)


BULLETIN = Bulletin(
    "giao-thua",
    "Giao thừa Đinh Mùi",
    UNIT,
    DEPARTMENT,
    local("2027-02-05 22:00"),
    local("2027-02-06 00:30"),
    ("telegram", "log"),
    (LOAD,),
)


def watched(**bulletin: object) -> Settings:
    """Return the example with the load of a way looked at; a congestion tonight is grave, and nothing leaves the unit
    without its leader."""
    settings = example()
    unit = replace(settings.units[UNIT], auto_send_order=None)
    device = settings.devices["cr-1"]
    load = Target(LOAD, "cr-1", "interface_load", "ge-0/0/9", None, 2, title="Hướng Internet quốc tế")
    rule = SeverityRule("nghen", 2, check="interface_load")
    devices = {**settings.devices, "cr-1": replace(device, targets=(*device.targets, load))}
    one = replace(BULLETIN, **bulletin)  # type: ignore[arg-type]
    units = {**settings.units, UNIT: unit}
    return replace(settings, devices=devices, severity_rules=(rule,), bulletins=(one,), units=units)


async def loaded(night: Night, percent: float, *, full: bool = False) -> None:
    """Let the looker tell of a load that was never as high tonight."""
    edge = night.edge(LOAD, Health.DEGRADED if full else Health.UP)
    cause = Cause.CONGESTED if full else Cause.FINE
    await night.takes(replace(edge, cause=cause, detail=f"{percent:.0f} %", happenings=(Happening.PEAK,), peak=percent))


def bulletins(night: Night, channel: str = "telegram") -> list[Got]:
    return [got for got in night.got if "BẢN TIN" in got.text and got.channel == channel]


async def test_at_giao_thua_a_full_line_is_called_full_and_no_maintenance_begins(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        shift = night.everybody_on("shift")[0]
        await night.window(WindowKind.FREEZE, minutes=240)
        with pytest.raises(WindowRefused):
            await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await loaded(night, 31.0)
        await night.passes(minutes=123)  # 00:03
        await loaded(night, 91.2, full=True)
        await night.passes(minutes=1)
        texts = [g.text for g in night.got if g.person == shift and g.channel == "telegram"]
        assert len(texts) == 1
        for line in (
            "🔴 SỰ CỐ MỚI · Mức 2 – Cao · SC-0602-001",
            "NGHẼN, TẢI CAO: Bộ định tuyến lõi 1 – Sông Mẫu – Hướng Internet quốc tế (ge-0/0/9)",
            "• Từ khoảng 00:03 Thứ Bảy 06/02/2027 (mùng 1 tháng Giêng)",
            "không thao tác bảo dưỡng",
        ):
            assert line in texts[0], texts[0]
        assert not [g for g in night.got if "MẤT LIÊN LẠC" in g.text]

        await night.passes(minutes=26)  # 00:30
        leader = night.on("leader")
        (asked,) = bulletins(night)
        assert (asked.at, asked.person) == ("00:30:00", leader)
        sentence = (
            "Giao thừa Đinh Mùi: đến 00 giờ 30 phút ngày 06/02/2027 mạng lưới không mất liên lạc; "
            "đỉnh lưu lượng lúc 00:03, mức tải cao nhất hướng Internet quốc tế 91%; nghẽn 1 hướng."
        )
        assert sentence in asked.text
        contacts = set(night.settings.organisations[DEPARTMENT].contacts)
        assert not [got for got in night.got if got.person in contacts]  # nothing leaves by itself

        (approves,) = asked.buttons
        answer = await night.presses(leader, approves)
        assert (answer.accepted, answer.text) == (
            True,
            "Đã ghi nhận: duyệt gửi báo cáo Giao thừa Đinh Mùi lúc 00:30:00.",
        )
        sent = [got for got in bulletins(night) if got.person in contacts]
        assert sent
        assert all(sentence in got.text and "Người duyệt: " in got.text for got in sent)
        assert (await night.presses(sent[0].person, sent[0].buttons[0])).accepted
        kinds = [row.kind for row in night.rows() if row.kind.startswith("bulletin.")]
        assert kinds == ["bulletin.made", "bulletin.asked", "bulletin.approved", "bulletin.sent", "bulletin.receipt"]


async def test_a_quiet_night_is_called_stable_and_what_nobody_approves_never_leaves(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await loaded(night, 71.4)
        await night.passes(hours=27)
        asked = bulletins(night)
        assert [got.at for got in asked][:2] == ["00:30:00", "00:40:00"]  # then the next leaders, and nobody else
        assert len(asked) <= 3
        assert len({got.person for got in asked}) == len(asked)
        assert all("mạng lưới hoạt động ổn định" in got.text and "71%; không nghẽn" in got.text for got in asked)
        contacts = set(night.settings.organisations[DEPARTMENT].contacts)
        assert not [got for got in night.got if got.person in contacts]
        assert night.kinds().count("bulletin.lapsed") == 1
        answer = await night.presses(asked[0].person, asked[0].buttons[0])
        assert not answer.accepted
        assert not [got for got in night.got if got.person in contacts]


async def test_the_second_who_approves_hears_who_did_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=161)  # 00:41
        first, second = bulletins(night)
        assert "không có số liệu tải" in first.text
        assert (await night.presses(second.person, second.buttons[0])).accepted
        many = len(bulletins(night))
        again = await night.presses(first.person, first.buttons[0])
        name = night.settings.people[second.person].name
        assert not again.accepted
        assert again.text == f"Báo cáo Giao thừa Đinh Mùi đã được {name} duyệt lúc 00:41:00."
        await night.passes(hours=3)
        assert len(bulletins(night)) == many


async def test_a_stranger_and_the_shift_approve_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        for person in (night.everybody_on("shift")[0], "987654321"):
            answer = await night.presses(person, asked.buttons[0])
            assert (answer.accepted, answer.text) == (False, "Nút này không dùng được với tài khoản này.")
        assert len(night.rows("press.refused")) == 2
        assert night.rows("bulletin.approved") == []


async def test_what_failed_and_what_nobody_watched_is_said(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await loaded(night, 40.0)
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=30)
        await night.sees(silent("olt-go-may"), Health.UP)
        await night.passes(minutes=60)  # 23:30
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=30)
        night.die()
        await night.passes_away(300)
        await night.sees(silent("olt-go-may"), Health.DOWN, first=True)
        await night.passes(minutes=26)
        (asked,) = bulletins(night)
        assert "có 2 sự cố, đã khôi phục 1, còn 1 sự cố đang xử lý" in asked.text
        assert "hệ thống không theo dõi được từ 00:00 đến 00:05" in asked.text
        assert "ổn định" not in asked.text


async def test_a_daemon_that_was_down_at_the_hour_asks_when_it_is_back_and_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await loaded(night, 40.0)
        await night.passes(minutes=140)  # 00:20
        await night.desk.alive()
        night.die()
        await night.passes_away(1800)
        await night.passes(minutes=1)
        (asked,) = bulletins(night)
        assert asked.at == "00:50:00"
        assert "⚠️ Trình trễ 20 phút vì hệ thống gián đoạn" in asked.text
        assert "hệ thống không theo dõi được từ 00:20 đến 00:30" in asked.text
        night.die()
        await night.passes_away(60)
        await night.passes(minutes=5)
        assert len(bulletins(night)) == 1


async def test_by_an_order_it_leaves_unapproved_and_says_so(tmp_path: Path) -> None:
    settings = watched()
    unit = replace(settings.units[UNIT], auto_send_order="Chỉ thị 01/CT-UBND")
    settings = replace(settings, units={**settings.units, UNIT: unit})
    async with Night(tmp_path, "2027-02-05 23:00", settings) as night:
        await night.passes(minutes=91)
        sent = bulletins(night)
        assert {got.person for got in sent} == set(settings.organisations[DEPARTMENT].contacts)
        assert "Bản tin tự động, chưa qua lãnh đạo đơn vị duyệt (theo Chỉ thị 01/CT-UBND)." in sent[0].text


async def test_what_stays_inside_is_not_named_in_it(tmp_path: Path) -> None:
    settings = watched()
    device = replace(settings.devices["cr-1"], keep_inside=True)
    settings = replace(settings, devices={**settings.devices, "cr-1": device})
    async with Night(tmp_path, "2027-02-05 23:00", settings) as night:
        await loaded(night, 71.4)
        await night.passes(minutes=91)
        (asked,) = bulletins(night)
        assert "mức tải cao nhất 71%" in asked.text


async def test_last_years_bulletin_is_not_made(tmp_path: Path) -> None:
    due = BULLETIN.due - timedelta(days=3)
    settings = watched(since=due - timedelta(hours=3), due=due)
    async with Night(tmp_path, "2027-02-05 23:00", settings) as night:
        await night.passes(hours=2)
        assert "bulletin.made" not in night.kinds()


async def test_an_administrator_may_take_it_out_of_the_settings(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        await night.desk.reload(night.context_of(replace(watched(), bulletins=())))
        assert not (await night.presses(asked.person, asked.buttons[0])).accepted
        await night.passes(hours=25)
        assert night.kinds().count("bulletin.lapsed") == 1
