"""Security incidents in Vietnamese: as little as possible in a message, everything at the desk."""

from datetime import datetime, tzinfo

from monitord.texts import forms
from monitord.texts.story import Audience, Script, Story
from monitord.texts.vi import phrases as say


def asks(story: Story) -> str:
    """Return what somebody is asked: no more than the lane and the number; the rest is spoken."""
    if story.audience is Audience.DEPARTMENT:
        return forms.lines(
            say.head(story, f"📨 BÁO CÁO NHANH{say.again(story)}"),
            say.dear(story),
            f"{story.unit_name} báo cáo có sự cố: {story.lane.lower()}.",
            say.late_outside(story),
            "Nội dung trao đổi trực tiếp qua điện thoại.",
            say.contact(story),
        )
    what = "🟣 NGHI VẤN" if story.suspected else "🚨 SỰ CỐ AN NINH, AN TOÀN"
    to_do = (
        "xác minh, rồi xác nhận hoặc bác bỏ"
        if story.suspected
        else "gọi các cơ quan theo kịch bản và ghi lại từng cuộc gọi"
    )
    return forms.lines(
        say.head(story, f"{what}{say.again(story)}"),
        f"{story.lane} · {story.unit_name}",
        say.late(story),
        say.lasting(story),
        f"• Nội dung: liên hệ nội bộ (xem kịch bản {story.code} tại bàn trực)",
        f"• Cần làm: {say.take(story)} → {to_do}",
        say.upcoming(story),
    )


def dismissed(story: Story) -> str:
    """Return what those hear who were asked to look into a suspicion: it was nothing."""
    at = forms.near(story.restored_at or story.now, story.now, story.zone)
    return forms.lines(
        say.head(story, "⚪ NGHI VẤN ĐÃ BÁC BỎ", severity=False),
        f"{story.lane} · {story.unit_name}",
        f"• Đã xác minh lúc {at}: không phải sự cố",
        say.late(story),
        "• Không cần làm gì thêm",
    )


def script(script: Script, zone: tzinfo) -> str:
    """Return what the caller reads from."""
    kind = "NGHI VẤN" if script.suspected else "SỰ CỐ"
    lines = [
        f"{kind} {script.code} – {script.lane}",
        f"Nơi xảy ra: {script.where}" if script.where else "Nơi xảy ra: chưa ghi",
        f"Nội dung: {script.detail}",
        "",
        f"Đọc khi gọi: {script.text}",
        "",
    ]
    for one in script.authorities:
        told = (
            f"đã gọi lúc {forms.near(datetime.fromisoformat(one.called), datetime.fromisoformat(one.called), zone)}"
            if one.called
            else "CHƯA GỌI"
        )
        lines.append(f"[{'x' if one.called else ' '}] {one.name} – {one.phone} – {told} (--org {one.id})")
    return "\n".join(lines)
