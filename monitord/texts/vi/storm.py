"""A storm in Vietnamese: how much is lost in all, by ring, cable and power area, and what changed since then."""

from monitord.domain.notice import Event
from monitord.domain.survey import Group, Kind, Survey
from monitord.texts import forms
from monitord.texts.story import Audience, Story
from monitord.texts.vi import phrases as say
from monitord.texts.vi import reach

NAME = "SỰ CỐ DIỆN RỘNG"
MOST = 4
"""Names in one line; the rest is a number."""
GROUPS, BRIEF = 3, 2
"""Groups in a message to the desk, and to a leader; the rest is a number."""
LEFT = 6
"""Incidents that a last summary names one by one."""
PLACE = ("1️⃣", "2️⃣", "3️⃣", "4️⃣")


def to_desk(story: Story, now: Survey) -> str:
    """Return the message to those who work on it: first, escalated, repeated, or what changed."""
    what = f"⛈️ {NAME}"
    if story.event is not Event.STORM:
        if story.raised_from is not None:
            what = f"🔺 NÂNG MỨC (trước: mức {story.raised_from}) · {NAME}"
        elif now.wave > 1 and not forms.roles_before(story):
            what = f"⛈️ {NAME}, ĐỢT THỨ {now.wave}"
        elif forms.roles_before(story):
            what = f"⬆️ CHUYỂN CẤP – {(story.recipient_role or 'trực điều hành').upper()} · {NAME}"
        elif story.again:
            what = f"🔔 CHƯA CÓ NGƯỜI TIẾP NHẬN · {NAME}{say.again(story)}"
    number = f" · bản cập nhật số {now.number}" if story.event is Event.STORM else ""
    asks = story.event is not Event.STORM
    power = "; hỏi Điện lực nơi mất điện" if now.mains_out else ""
    return forms.lines(
        say.head(story, what) + number,
        _total(story, now),
        say.late(story),
        _cables_and_power(now),
        *_groups(story, now, GROUPS),
        _dark(now),
        _priority(now),
        _since_last(story, now),
        f"• Cần làm: {say.take(story)} → chia đội theo nhóm{power}" if asks else None,
        say.upcoming(story) if asks else None,
    )


def to_leader(story: Story, now: Survey) -> str:
    """Return the message to who decides: the whole in a few lines."""
    asks = story.event is not Event.STORM
    what = f"⬆️ CHUYỂN CẤP – {(story.recipient_role or 'trực lãnh đạo').upper()} · {NAME}" if asks else f"⛈️ {NAME}"
    return forms.lines(
        say.head(story, what),
        say.address(story) if asks else None,
        _total(story, now),
        say.late(story),
        *_groups(story, now, BRIEF),
        "; ".join(part for part in (_dark(now), _priority(now)) if part),
        say.taken_before(story),
        say.told(story) if asks else _since_last(story, now),
        f"Kính đề nghị {story.address_form} chỉ đạo cử người tiếp nhận, xử lý.{say.pausing(story)}" if asks else None,
        say.upcoming(story) if asks else None,
    )


def over(story: Story, now: Survey) -> str:
    """Return the last summary: how long it was, and what is left, one by one."""
    end = story.restored_at or story.now
    lasted, span = say.span(story)
    left = [f"{one.code} {one.name}, từ {forms.near(one.since, end, story.zone)}" for one in now.running]
    more = f"… và {len(left) - LEFT} sự cố khác" if len(left) > LEFT else None
    outside = story.audience is Audience.DEPARTMENT
    return forms.lines(
        say.head(story, f"🟢 HẾT {NAME}", severity=False),
        say.dear(story) if outside else None,
        f"{f'{story.unit_name} báo cáo: s' if outside else 'S'}ự cố diện rộng kết thúc lúc "
        f"{forms.clock(end, story.zone)} {say.day(end, story.zone)}.",
        f"• Thời gian: {lasted} ({span})",
        _still_lost(now),
        None if outside else f"• Còn {len(left)} sự cố, từ bây giờ báo riêng:" if left else "• Không còn sự cố nào",
        *([] if outside else left[:LEFT]),
        None if outside else more,
        say.contact(story) if outside else "• Ghi sổ trực: nguyên nhân, biện pháp xử lý, người xử lý",
    )


def listed(story: Story, now: Survey) -> str:
    """Return what stands under the list of a storm that goes out as a file."""
    over = f"Kết thúc lúc {forms.instant(story.restored_at, story.zone)}" if story.restored_at else _gathered(now)
    return forms.lines(
        f"{say.head(story, '📋 DANH SÁCH', severity=False)} · tính đến {forms.instant(story.now, story.zone)}",
        f"{over}. Mở bằng Excel: mỗi dòng một lỗi, có giờ bắt đầu và giờ khôi phục.",
    )


def _what(now: Survey) -> str:
    return "trạm" if now.all_stations else "điểm"


def _total(story: Story, now: Survey) -> str:
    every = now.all_stations or now.all_sites
    share = f" ({forms.decimal(100 * now.lost / every, 1, '.', ',')}%)" if every and now.lost else ""
    lost = f"{forms.number(now.lost, '.')}/{forms.number(every, '.')} {_what(now)} mất liên lạc{share}"
    said = lost if now.lost else f"chưa mất {_what(now)} nào"
    at = forms.near(story.now, story.occurred_at, story.zone)
    return f"Tính đến {at} {say.day(story.now, story.zone)}: {said}{_change(story, now)}; {_gathered(now)}"


def _gathered(now: Survey) -> str:
    return f"{len(now.running)} sự cố, gộp từ {now.alarms} cảnh báo"


def _change(story: Story, now: Survey) -> str:
    if story.event is not Event.STORM or now.since is None or now.lost == now.before:
        return ""
    word = "tăng" if now.lost > now.before else "giảm"
    more, then = abs(now.lost - now.before), forms.near(now.since, story.now, story.zone)
    return f", {word} {forms.number(more, '.')} so với {then}"


def _cables_and_power(now: Survey) -> str | None:
    return ". ".join(part for part in (_cables(now), _power(now)) if part) or None


def _cables(now: Survey) -> str | None:
    return f"Đường truyền đứt: {now.cut}" if now.cut else None


def _power(now: Survey) -> str | None:
    if not now.batteries:
        return None
    low = sum(one.low for one in now.batteries)
    first = [reach.battery(one) for one in now.batteries if one.low or one.left is not None][:2]
    named = f": {'; '.join(first)}" if first else ""
    return f"Nguồn: {len(now.batteries)} nơi chạy ắc quy{f', {low} nơi sắp cạn' if low else ''}{named}"


def _groups(story: Story, now: Survey, most: int) -> list[str]:
    shown = [f"{PLACE[n]} {_group(story, group, now)}" for n, group in enumerate(now.groups[:most])]
    counted = [
        _others(now, now.groups[most:]),
        f"{_what(now)} lẻ: {now.lone}" if now.lone else "",
        f"sự cố khác: {now.others}" if now.others else "",
    ]
    said = "; ".join(part for part in counted if part)
    return [*shown, f"➕ {forms.capital(said)}"] if said else shown


def _others(now: Survey, rest: tuple[Group, ...]) -> str:
    lost = sum(group.stations if now.all_stations else group.sites for group in rest)
    cost = f"mất {forms.number(lost, '.')} {_what(now)}" if lost else f"chưa mất {_what(now)}"
    return f"{len(rest)} nhóm khác {cost}" if rest else ""


def _group(story: Story, group: Group, now: Survey) -> str:
    count = group.stations if now.all_stations else group.sites
    lost = f"{forms.number(count, '.')} {_what(now)}"
    if group.kind is Kind.POWER_AREA:
        return f"Khu vực điện {group.name}: {lost} mất liên lạc"
    cuts = [f"{c.name}{f' {forms.near(c.since, story.now, story.zone)}' if c.since else ''}" for c in group.cuts]
    where = f" ({forms.some(cuts, 2, 'đoạn')})" if cuts else ""
    if group.kind is Kind.RING and not group.split:
        return f"{group.name}: HỞ RING{where}, chưa mất {_what(now)}, KHÔNG CÒN DỰ PHÒNG"
    if group.kind is Kind.RING:
        return f"{group.name}: ĐỨT {len(cuts)} HƯỚNG{where} → cô lập {group.devices} thiết bị, {lost}"
    return (
        f"{group.name}: ĐỨT CÁP{where} → mất {lost}"
        if count
        else f"{group.name}: ĐỨT CÁP{where}, chưa mất {_what(now)}"
    )


def _dark(now: Survey) -> str | None:
    dark = now.total.dark
    return f"Xã mất sóng hoàn toàn: {len(dark)} ({forms.some(dark, MOST, 'xã')})" if dark else None


def _priority(now: Survey) -> str | None:
    lost = now.total.priority
    return f"Ưu tiên: mất {len(lost):02} ({forms.some(lost, 2, 'đường truyền')})" if lost else None


def _since_last(story: Story, now: Survey) -> str | None:
    if story.event is not Event.STORM:
        return None
    changed = [f"mới {now.fresh}" if now.fresh else "", f"khôi phục {now.restored}" if now.restored else ""]
    said = ", ".join(part for part in changed if part) or "không thay đổi"
    return f"Từ bản trước: {said}."


def _still_lost(now: Survey) -> str:
    return f"• Còn mất liên lạc: {now.lost} {_what(now)}" if now.lost else f"• Không còn {_what(now)} nào mất liên lạc"
