"""How far an incident reaches, in Vietnamese: what is cut, what is lost with it, who goes there."""

from monitord.domain.extent import Battery
from monitord.domain.health import Cause
from monitord.domain.probable import Suspect
from monitord.texts import forms
from monitord.texts.story import Story

MOST = 4
"""Names in one line; the rest is a number."""


def reach(story: Story) -> str | None:
    """Return the lines about what failed and what is lost with it; None when it reaches no further."""
    return (
        forms.lines(_power(story), _cut(story), _isolated(story), _lost(story), _priority(story), _exposed(story))
        or None
    )


def brief(story: Story) -> str | None:
    """Return the same in two lines, the cause with them, for a reader who decides; None when it reaches no further."""
    extent, cut = story.extent, _cut(story)
    if cut is None:
        return None
    behind = extent.silent - len(extent.isolated)
    alone = (
        f"; cô lập {len(extent.isolated)} thiết bị{f', phía sau {behind}' if behind > 0 else ''}"
        if extent.isolated
        else ""
    )
    lost = _lost(story)
    more = f"; ưu tiên: mất {len(extent.priority)} đường truyền" if lost and extent.priority else ""
    return forms.lines(f"{cut}{alone}; {guess(story)}", f"{lost}{more}" if lost else None)


def counted(story: Story) -> str | None:
    """Return what is lost behind PON ports in one line, the counts and the cause with it; None where none are."""
    onts = story.extent.onts
    return None if onts is None else f"{_lost(story) or '• Thuê bao'}; {onts}; {guess(story)}"


def team(story: Story) -> str | None:
    """Return who goes there, with their number: to be shown to one person, never to a group."""
    named = [f"{name} {phone}".strip() for name, phone in story.extent.teams]
    return f"• Ứng cứu: {forms.some(named, 2, 'đội')}" if named else None


def guess(story: Story) -> str:
    """Return the probable cause where there is evidence for one, with the evidence in the line before it."""
    if story.suspect is Suspect.BATTERY:
        at = "" if story.mains_lost is None else forms.near(story.mains_lost, story.now, story.zone)
        return f"nghi do: HẾT ẮC QUY (mất điện lưới từ {at})" if at else "nghi do: HẾT ẮC QUY"
    if story.suspect is Suspect.MAINS:
        at = "" if story.mains_lost is None else forms.near(story.mains_lost, story.now, story.zone)
        return f"nghi do: MẤT ĐIỆN LƯỚI từ {at}" if at else "nghi do: MẤT ĐIỆN LƯỚI"
    if story.suspect is Suspect.CUSTOMERS:
        return "nghi do: MẤT ĐIỆN PHÍA KHÁCH HÀNG"
    if story.suspect is Suspect.FIBRE and story.extent.onts is not None:
        return "nghi do: ĐỨT CÁP QUANG"
    if story.suspect is Suspect.FIBRE:
        return "nghi do: ĐỨT CÁP QUANG (nguồn điện lần cuối thấy tốt, đường truyền tới nơi mất tín hiệu)"
    if story.cause is Cause.CABLE_CUT and story.extent.segments:
        return f"nghi do: ĐỨT CÁP đoạn {forms.some(story.extent.segments, MOST, 'đoạn')}"
    return "nguyên nhân: chưa rõ"


def _power(story: Story) -> str | None:
    named = [battery(one) for one in story.extent.batteries]
    if not named:
        return None
    return f"• Ắc quy: {forms.some(named, MOST, 'nơi')}"


def battery(one: Battery) -> str:
    """Return how long a place lasts on battery, against the way of the team."""
    if one.left is None:
        left = "sắp cạn" if one.low else "chưa rõ còn bao lâu"
    else:
        left = f"còn khoảng {forms.minutes(one.left)} phút"
    travel = "" if one.travel is None else f"; đội đến trong {forms.minutes(one.travel)} phút"
    return f"{one.site} {left}{travel}"


def _cut(story: Story) -> str | None:
    cuts = story.extent.cuts
    if not cuts or story.cause in (Cause.LINK_BOTH_ENDS, Cause.LINK_ONE_END, Cause.LINK_SILENT):
        return None
    named = [
        cut.name if cut.since is None else f"{cut.name} ({forms.near(cut.since, story.now, story.zone)})"
        for cut in cuts
    ]
    return f"• Đứt: {forms.some(named, MOST, 'đường truyền')}"


def _isolated(story: Story) -> str | None:
    extent = story.extent
    if not extent.isolated:
        return None
    behind = extent.silent - len(extent.isolated)
    more = f"; phía sau còn {behind} thiết bị không trả lời" if behind > 0 else ""
    return f"• Cô lập: {forms.some(extent.isolated, MOST, 'thiết bị')}{more}"


def _lost(story: Story) -> str | None:
    extent = story.extent
    counted = [
        (extent.stations, "trạm BTS"),
        (extent.subscribers, "thuê bao"),
        (extent.services, "dịch vụ"),
    ]
    said = [f"{forms.number(count, '.')} {what}" for count, what in counted if count]
    if not said and extent.sites > 1:
        said = [f"{extent.sites} điểm không còn thiết bị nào trả lời"]
    where = forms.some(extent.communes, MOST, "xã, phường") if said else ""
    dark = f"; mất sóng hoàn toàn: {forms.some(extent.dark, MOST, 'xã')}" if extent.dark else ""
    return f"• Ảnh hưởng: {', '.join(said)}{f'; {where}' if where else ''}{dark}" if said else None


def _priority(story: Story) -> str | None:
    named = story.extent.priority
    return f"• Khách hàng ưu tiên: mất {len(named):02} ({forms.some(named, 2, 'đường truyền')})" if named else None


def _exposed(story: Story) -> str | None:
    named = story.extent.exposed
    return f"• Mất dự phòng: {forms.some(named, MOST, 'dịch vụ')}" if named else None
