"""One night's messages, as stories: the device is lost at 03:07, at the first minutes of the first day of Tết 2027."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitord.domain.coverage import Fault
from monitord.domain.document import AttachmentKind
from monitord.domain.extent import Battery, Cut, Extent
from monitord.domain.finding import FindingKind
from monitord.domain.health import Cause, Health
from monitord.domain.notice import DeliveryCause, Event
from monitord.domain.pon import Onts
from monitord.domain.probable import Suspect
from monitord.domain.survey import Group, Kind, Running, Survey
from monitord.texts import coverage
from monitord.texts.story import (
    Alarm,
    AlarmItem,
    AnchorSent,
    Audience,
    ChannelTrouble,
    DiskTrouble,
    Gap,
    Next,
    Pressed,
    PressResult,
    Story,
    Taken,
    Told,
    ToldState,
    Trouble,
    Words,
)

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(clock: str, day: int = 6) -> datetime:
    """Return a local time of day of February 2027 as an instant."""
    return datetime.combine(date(2027, 2, day), time.fromisoformat(clock), tzinfo=ZONE).astimezone(UTC)


B = Told(at("03:09"), "trực ca", "Trần Thị B", "telegram", ToldState.ACCEPTED)
C = Told(at("03:14"), "trực điều hành", "Lê Văn C", "telegram", ToldState.FAILED)
C_LOG = Told(at("03:15"), "trực điều hành", "Lê Văn C", "log", ToldState.ACCEPTED)
A = Told(at("03:24"), "trực lãnh đạo", "Nguyễn Văn A", "telegram", ToldState.UNCERTAIN)
TAKEN = Taken(at("03:31:12"), "Trần Thị B", "trực ca", expires_at=at("05:31:12"))
PRESSED = Pressed(PressResult.TAKEN, "SC-0602-004", "Trần Thị B", "trực ca", at("03:31:12"), ZONE)
CHOSEN = {
    PressResult.CAUSE_NOTED: "đứt cáp",
    PressResult.CAUSE_NOTED_BEFORE: "đứt cáp",
    PressResult.DECLINED: "đang xác minh",
    PressResult.RUNG: "Trần Thị B 0912 345 678",
    PressResult.RUNG_BEFORE: "Trần Thị B 0912 345 678",
    PressResult.NOT_RUNG: "Trần Thị B 0912 345 678",
}
"""What was chosen of a list of words, or whom to call; of a list of people it is a name."""
ORDER = "Công văn số 12/VT-ĐHTT (ví dụ)"

SHIFT = Story(
    event=Event.STEP,
    audience=Audience.SHIFT,
    code="SC-0602-004",
    severity=2,
    health=Health.DOWN,
    cause=Cause.NO_ANSWER,
    device_name="OLT Tiểu Cần 01",
    unit_name="Viễn thông Cửu Long",
    occurred_at=at("03:07:40"),
    detected_at=at("03:09:00"),
    now=at("03:09:01"),
    zone=ZONE,
    site_name="Trạm Tiểu Cần",
    commune="xã Tiểu Cần",
    recipient_name="Trần Thị B",
    recipient_role="trực ca",
    next=Next(at("03:14"), "trực điều hành"),
    told=(replace(B, state=ToldState.WAITING),),
)
OPERATIONS = replace(
    SHIFT,
    audience=Audience.OPERATIONS,
    now=at("03:14:01"),
    recipient_name="Lê Văn C",
    recipient_role="trực điều hành",
    told=(B, replace(C, state=ToldState.WAITING)),
    next=Next(at("03:24"), "trực lãnh đạo"),
)
LEADER = replace(
    SHIFT,
    audience=Audience.LEADER,
    now=at("03:24:01"),
    recipient_name="Nguyễn Văn A",
    recipient_title="Phó Giám đốc",
    recipient_role="trực lãnh đạo",
    shift=(at("07:00", 5), at("07:00", 6)),
    told=(B, C, C_LOG, replace(A, state=ToldState.WAITING)),
    next=Next(at("03:39"), "Sở Khoa học và Công nghệ"),
)
DEPARTMENT = replace(
    SHIFT,
    audience=Audience.DEPARTMENT,
    now=at("03:39:01"),
    recipient_name="Phạm Thị D",
    recipient_title="Trực lãnh đạo Sở",
    recipient_role="Sở Khoa học và Công nghệ",
    organisation="Sở Khoa học và Công nghệ",
    order=ORDER,
    told=(B, C, C_LOG, A),
    next=Next(at("04:39"), "Sở Khoa học và Công nghệ", again=True),
)

WHOLE: dict[str, Any] = {
    "device_name": "Ring 3 Càng Long – Tiểu Cần – Cầu Kè",
    "title": "",
    "instance": "",
    "site_name": "",
    "commune": "",
}
OPEN = Extent(
    cuts=(Cut("Càng Long – Tiểu Cần", at("02:41")),),
    exposed=("Đường truyền UBND xã Cầu Kè",),
    teams=(("Đội Tiểu Cần", "0900 000 201"),),
)
SPLIT = Extent(
    cuts=(*OPEN.cuts, Cut("Cầu Kè – Trà Ôn", at("02:58"))),
    isolated=("Tiểu Cần 01", "Cầu Kè 01", "Cầu Kè 02", "Tập Ngãi 01", "Hùng Hòa 01"),
    silent=22,
    sites=18,
    stations=17,
    subscribers=12480,
    communes=("xã Tiểu Cần", "xã Cầu Kè", "xã Tập Ngãi", "xã Hùng Hòa", "xã Tân Hòa"),
    priority=("Đường truyền UBND xã Tiểu Cần",),
    services=2,
    teams=(("Đội Tiểu Cần", "0900 000 201"), ("Đội Cầu Kè", "0900 000 202"), ("Đội Càng Long", "0900 000 203")),
)
CABLE = Extent(
    cuts=(*OPEN.cuts, Cut("Càng Long – Cầu Kè"), Cut("Càng Long – Tập Ngãi", at("02:41"))),
    segments=("Càng Long – cầu Láng Thé",),
    teams=OPEN.teams,
)
RING_OPEN = replace(
    SHIFT, **WHOLE, severity=3, health=Health.DEGRADED, cause=Cause.RING_OPEN, occurred_at=at("02:41"),
    detected_at=at("02:42"), now=at("02:42:01"), next=Next(at("02:57"), "trực điều hành")
)  # fmt: skip
RING_SPLIT = replace(
    RING_OPEN, severity=1, health=Health.DOWN, cause=Cause.RING_SPLIT, now=at("02:58:40"),
    next=Next(at("03:03"), "trực lãnh đạo")
)  # fmt: skip


def restored(story: Story, event: Event = Event.RESTORED, taken: Taken | None = TAKEN) -> Story:
    """Return the story after the target came back at 04:12."""
    return replace(story, event=event, restored_at=at("04:12:30"), now=at("04:13"), next=None, taken=taken)


def taken(story: Story, event: Event = Event.ACKNOWLEDGED, by: Taken = TAKEN) -> Story:
    """Return the story after somebody took it at 03:31."""
    return replace(story, event=event, now=at("03:31:13"), next=None, taken=by)


PON: dict[str, Any] = {
    "device_name": "OLT Rạch Sen",
    "title": "",
    "instance": "GPON 0/1/0",
    "severity": 3,
}
DARK: dict[str, Any] = {
    **PON,
    "cause": Cause.PON_LIGHT,
    "suspect": Suspect.FIBRE,
    "extent": Extent(onts=Onts(30, 0, 2, 32), subscribers=32, teams=(("Đội Bắc Mẫu", "0900 000 201"),)),
}
GASPS: dict[str, Any] = {
    **WHOLE,
    "device_name": "Lộ 471 Bắc Mẫu",
    "severity": 4,
    "health": Health.DEGRADED,
    "cause": Cause.AREA_CUSTOMERS,
    "suspect": Suspect.CUSTOMERS,
    "extent": Extent(onts=Onts(1, 88, 2, 96)),
}
TYPHOON = Survey(
    began=at("02:30"),
    total=Extent(
        silent=71,
        sites=61,
        stations=61,
        subscribers=4120,
        communes=("xã Hùng Hòa", "xã Tập Ngãi", "xã Tiểu Cần"),
        dark=("xã Hùng Hòa", "xã Tập Ngãi"),
        priority=("Đường truyền UBND xã Tiểu Cần",),
    ),
    all_stations=812,
    all_sites=640,
    groups=(
        Group(Kind.POWER_AREA, "Cầu Ngang", sites=40, stations=40),
        Group(
            Kind.RING,
            "Ring 3 Càng Long – Tiểu Cần – Cầu Kè",
            "SC-0602-004",
            at("02:41"),
            (Cut("Càng Long–Tiểu Cần", at("02:41")), Cut("Cầu Kè–Trà Ôn", at("02:58"))),
            3,
            17,
            17,
            split=True,
        ),
        Group(
            Kind.RING, "Ring 5 Trà Cú – Duyên Hải", "SC-0602-009", at("02:50"), (Cut("Trà Cú–Duyên Hải", at("02:50")),)
        ),
        Group(Kind.ROUTE, "Tuyến cáp Bắc", "SC-0602-011", at("02:52"), (Cut("Bắc 1", at("02:52")),), split=True),
    ),
    lone=4,
    others=2,
    alarms=132,
    cut=9,
    batteries=(
        Battery("Trạm Đại An", timedelta(minutes=12), timedelta(minutes=40), low=True),
        Battery("Trạm Hàm Giang", timedelta(minutes=25), timedelta(minutes=25), low=True),
        Battery("Trạm Định An", timedelta(minutes=95), timedelta(minutes=30)),
    ),
    running=(
        Running("SC-0602-004", "Ring 3 Càng Long – Tiểu Cần – Cầu Kè", at("02:41")),
        Running("SC-0602-012", "BTS Đại An", at("02:44")),
    ),
    number=1,
    wave=1,
)
AFTER = replace(TYPHOON, number=3, since=at("03:00"), before=47, fresh=20, restored=6)
STORM: dict[str, Any] = {
    "code": "DR-0602-005",
    "device_name": "Sự cố diện rộng",
    "title": "",
    "instance": "",
    "health": Health.DOWN,
    "cause": Cause.STORM,
    "site_name": "",
    "commune": "",
    "occurred_at": at("02:30"),
    "extent": TYPHOON.total,
    "storm": TYPHOON,
}

STORIES: Mapping[str, Story] = {
    "pon-light-shift": replace(SHIFT, **DARK),
    "pon-light-leader": replace(LEADER, **DARK),
    "pon-light-department": replace(
        DEPARTMENT, **{**DARK, "extent": DARK["extent"].outside(), "suspect": Suspect.UNKNOWN}
    ),
    "pon-power-shift": replace(
        SHIFT, **{**PON, **GASPS, "device_name": "OLT Rạch Sen", "instance": "GPON 0/1/0", "cause": Cause.PON_POWER}
    ),
    "pon-lost-shift": replace(
        SHIFT,
        **{
            **DARK,
            "cause": Cause.PON_LOST,
            "suspect": Suspect.UNKNOWN,
            "extent": Extent(onts=Onts(9, 9, 2, 32), subscribers=20),
        },
    ),
    "pon-customers-shift": replace(SHIFT, **GASPS),
    "pon-customers-department": replace(DEPARTMENT, **{**GASPS, "extent": Extent(), "suspect": Suspect.UNKNOWN}),
    "storm-shift": replace(SHIFT, **STORM),
    "storm-shift-second-wave": replace(SHIFT, **{**STORM, "storm": replace(TYPHOON, wave=2)}),
    "storm-shift-mains-on": replace(
        SHIFT, **{**STORM, "storm": replace(TYPHOON, batteries=(), groups=TYPHOON.groups[1:])}
    ),
    "storm-shift-raised": replace(SHIFT, **STORM, raised_from=2),
    "storm-shift-late": replace(SHIFT, **STORM, late=timedelta(minutes=9), due_at=at("03:00")),
    "storm-operations": replace(OPERATIONS, **STORM),
    "storm-leader": replace(LEADER, **STORM),
    "storm-department": replace(DEPARTMENT, **{**STORM, "extent": TYPHOON.total.outside()}),
    "storm-approval": replace(
        LEADER, **STORM, event=Event.APPROVAL, organisation="Sở Khoa học và Công nghệ", next=None
    ),
    "storm-update-shift": replace(SHIFT, **{**STORM, "storm": AFTER}, event=Event.STORM, now=at("03:30"), next=None),
    "storm-update-leader": replace(LEADER, **{**STORM, "storm": AFTER}, event=Event.STORM, now=at("03:30"), next=None),
    "storm-update-nothing-lost": replace(
        SHIFT,
        **{**STORM, "storm": Survey(at("02:30"), all_sites=20, others=8, alarms=8, number=2, since=at("03:15"))},
        event=Event.STORM,
        now=at("03:30"),
        next=None,
    ),
    "storm-list": replace(SHIFT, **STORM, event=Event.STORM_LIST, now=at("03:30"), next=None),
    "storm-list-repeat": replace(SHIFT, **STORM, event=Event.STORM_LIST, now=at("03:30"), next=None, repeat=True),
    "storm-list-over": replace(
        SHIFT, **STORM, event=Event.STORM_LIST, now=at("06:10"), restored_at=at("05:42"), next=None
    ),
    "storm-over-shift": restored(replace(SHIFT, **STORM)),
    "storm-over-department": restored(replace(DEPARTMENT, **{**STORM, "extent": TYPHOON.total.outside()})),
    "storm-taken-leader": replace(
        LEADER, **STORM, event=Event.ACKNOWLEDGED, now=at("03:31:12"), taken=TAKEN, next=None
    ),
    "step-shift": SHIFT,
    "step-shift-port": replace(
        SHIFT,
        cause=Cause.INTERFACE_DOWN,
        device_name="Định tuyến Cầu Kè",
        title="Cổng lên lõi",
        instance="ge-0/0/1",
        detail="lowerLayerDown",
        severity=3,
    ),
    "step-shift-page": replace(
        SHIFT, cause=Cause.BAD_STATUS, device_name="Cổng thông tin điện tử tỉnh", detail="503", site_name="", commune=""
    ),
    "step-shift-auth": replace(SHIFT, health=Health.AUTH, cause=Cause.ACCESS_DENIED, severity=4),
    "step-shift-repeat": replace(SHIFT, repeat=True),
    "step-shift-drill": replace(SHIFT, drill=True),
    "step-shift-late": replace(SHIFT, now=at("03:15:01"), late=timedelta(minutes=6), due_at=at("03:09"), next=None),
    "step-shift-after-expiry": replace(
        SHIFT, now=at("05:31:13"), taken=TAKEN, next=Next(at("05:36"), "trực điều hành"), told=()
    ),
    "step-shift-second-of-two": replace(
        SHIFT, told=(*SHIFT.told, Told(at("03:09"), "trực ca", "Phạm Văn E", "telegram", ToldState.WAITING))
    ),
    "step-shift-again": replace(
        SHIFT, again=1, now=at("04:09:01"), next=Next(at("05:09"), "trực ca", again=True), told=(B,), severity=4
    ),
    "step-operations-in-seconds": replace(
        OPERATIONS, now=at("03:09:05"), told=(B,), next=Next(at("03:09:15"), "trực lãnh đạo"), late=timedelta(seconds=8)
    ),
    "step-operations": OPERATIONS,
    "step-operations-late": replace(
        OPERATIONS, now=at("03:20:01"), late=timedelta(minutes=6), due_at=at("03:14"), skipped=("trực ca",), told=()
    ),
    "step-leader": LEADER,
    "step-leader-two-buttons": replace(LEADER, pause=timedelta(minutes=15)),
    "sent-back": replace(
        SHIFT,
        event=Event.SENT_BACK,
        now=at("03:25"),
        noted=Taken(at("03:25"), "Nguyễn Văn A"),
        next=Next(at("03:40"), "Sở Khoa học và Công nghệ"),
    ),
    "urged": replace(
        SHIFT,
        event=Event.URGED,
        now=at("03:25"),
        noted=Taken(at("03:25"), "Nguyễn Văn A"),
        next=Next(at("03:40"), "Sở Khoa học và Công nghệ"),
    ),
    "reopened": replace(
        SHIFT,
        event=Event.REOPENED,
        now=at("03:40:05"),
        reopened=1,
        episode_at=at("03:38:30"),
        down_total=timedelta(minutes=66, seconds=25),
        next=Next(at("03:45"), "trực điều hành"),
    ),
    "reopened-taken": replace(
        SHIFT,
        event=Event.REOPENED,
        now=at("04:20"),
        reopened=2,
        episode_at=at("04:18"),
        taken=TAKEN,
        next=None,
        down_total=timedelta(minutes=70),
    ),
    "reopened-department": replace(
        DEPARTMENT,
        event=Event.REOPENED,
        now=at("04:45"),
        reopened=1,
        episode_at=at("04:41"),
        down_total=timedelta(minutes=69),
    ),
    "restored-again": replace(
        SHIFT,
        event=Event.RESTORED,
        now=at("04:50"),
        restored_at=at("04:49"),
        reopened=1,
        episode_at=at("04:41"),
        down_total=timedelta(minutes=73),
        next=None,
    ),
    "flapping": replace(SHIFT, event=Event.FLAPPING, now=at("03:50"), reopened=2, down_total=timedelta(minutes=12)),
    "flapping-department": replace(DEPARTMENT, event=Event.FLAPPING, now=at("03:50")),
    "handed": replace(SHIFT, event=Event.HANDED, now=at("03:33"), by=Taken(at("03:32"), "Trần Thị B", "trực ca")),
    "taken-away": replace(SHIFT, event=Event.TAKEN_AWAY, now=at("03:33"), by=Taken(at("03:32"), "Lê Văn C")),
    "merged": replace(SHIFT, event=Event.MERGED, now=at("03:50"), into="SC-0602-002"),
    "merged-department": replace(DEPARTMENT, event=Event.MERGED, now=at("03:50"), into="SC-0602-002"),
    "step-shift-reported": replace(
        SHIFT, cause=Cause.REPORTED, device_name="Đứt cáp treo trước chợ Tiểu Cần", site_name="", commune=""
    ),
    "security": replace(
        SHIFT, cause=Cause.REPORTED, severity=1, lane="Mất an ninh mạng", device_name="Mất an ninh mạng"
    ),
    "security-suspected": replace(
        SHIFT,
        cause=Cause.REPORTED,
        severity=3,
        lane="Mất an ninh mạng",
        device_name="Mất an ninh mạng",
        suspected=True,
        next=None,
    ),
    "security-dismissed": replace(
        SHIFT,
        event=Event.RESTORED,
        cause=Cause.REPORTED,
        severity=3,
        lane="Mất an ninh mạng",
        device_name="Mất an ninh mạng",
        suspected=True,
        restored_at=at("03:50"),
        now=at("03:50"),
        next=None,
    ),
    "security-department": replace(DEPARTMENT, cause=Cause.REPORTED, lane="Mất an toàn", device_name="Mất an toàn"),
    "reminder": replace(SHIFT, event=Event.REMINDER, now=at("03:39:01")),
    "reminder-taken": replace(SHIFT, event=Event.REMINDER, now=at("04:01"), taken=TAKEN, next=None),
    "step-shift-blind": replace(
        SHIFT,
        cause=Cause.BLIND,
        severity=1,
        detail="41/42",
        device_name="monitord – hệ thống giám sát",
        site_name="",
        commune="",
    ),
    "step-leader-approval-next": replace(LEADER, next=Next(at("03:39"), "Sở Khoa học và Công nghệ", asks=True)),
    "step-leader-again": replace(
        LEADER, again=2, now=at("05:24:01"), next=Next(at("06:24"), "trực lãnh đạo", again=True)
    ),
    "step-leader-late-everything": replace(
        LEADER,
        now=at("03:30:01"),
        late=timedelta(minutes=6),
        due_at=at("03:24"),
        skipped=("trực ca", "trực điều hành"),
        told=(),
        repeat=True,
    ),
    "step-department": DEPARTMENT,
    "step-department-late": replace(
        DEPARTMENT, now=at("03:45"), late=timedelta(minutes=6), due_at=at("03:39"), skipped=("trực lãnh đạo",)
    ),
    "step-department-again": replace(DEPARTMENT, again=1, now=at("04:39:01")),
    "step-department-approved": replace(
        DEPARTMENT, order=None, approved_by="Nguyễn Văn A, Phó Giám đốc", taken=TAKEN, contact="trực ca 0900 000 001"
    ),
    "acknowledged-shift": taken(SHIFT, by=replace(TAKEN, yours=True)),
    "acknowledged-operations": taken(OPERATIONS),
    "acknowledged-leader": taken(LEADER),
    "acknowledged-department": taken(DEPARTMENT),
    "restored-shift": restored(SHIFT),
    "restored-leader": restored(LEADER),
    "restored-shift-in-seconds": replace(
        restored(SHIFT, taken=replace(TAKEN, at=at("03:07:55"))), restored_at=at("03:08:20"), now=at("03:08:21")
    ),
    "restored-leader-untaken": restored(LEADER, taken=None),
    "restored-department": restored(DEPARTMENT),
    "restored-shift-over-midnight": replace(
        restored(SHIFT, taken=None), occurred_at=at("23:58", 5), detected_at=at("23:59", 5), restored_at=at("00:03")
    ),
    "ack-expired-shift": replace(
        SHIFT, event=Event.ACK_EXPIRED, now=at("05:31:13"), taken=TAKEN, next=Next(at("05:36"), "trực điều hành")
    ),
    "ack-expired-leader": replace(LEADER, event=Event.ACK_EXPIRED, now=at("05:31:13"), taken=TAKEN, next=None),
    "ack-expired-department": replace(DEPARTMENT, event=Event.ACK_EXPIRED, now=at("05:31:13"), taken=TAKEN, next=None),
    "approval": replace(
        LEADER,
        event=Event.APPROVAL,
        now=at("03:39:01"),
        organisation="Sở Khoa học và Công nghệ",
        told=(B, C, C_LOG, A),
        next=None,
    ),
    "step-shift-unknown": replace(
        SHIFT, health=Health.UNKNOWN, cause=Cause.TABLE_INCOMPLETE, severity=4, now=at("03:39"), detected_at=at("03:08")
    ),
    "restored-shift-unknown": restored(replace(SHIFT, health=Health.UNKNOWN, cause=Cause.TABLE_INCOMPLETE, severity=4)),
    "step-shift-battery": replace(
        SHIFT, cause=Cause.BATTERY_LOW, detail="12 min, 20 %", device_name="Nguồn trạm Cầu Kè", title=""
    ),
    "picture-ring-open": replace(RING_OPEN, extent=OPEN, event=Event.PICTURE, picture=AttachmentKind.SKETCH),
    "picture-course": replace(SHIFT, event=Event.PICTURE, picture=AttachmentKind.TIMELINE),
    "picture-course-over-repeat": replace(
        SHIFT, event=Event.PICTURE, picture=AttachmentKind.TIMELINE, restored_at=at("04:12"), repeat=True
    ),
    "step-shift-ring-open": replace(RING_OPEN, extent=OPEN),
    "step-shift-ring-split": replace(RING_SPLIT, extent=SPLIT),
    "step-leader-ring-split": replace(
        RING_SPLIT,
        audience=Audience.LEADER,
        recipient_role="trực lãnh đạo",
        recipient_name="Nguyễn Văn A",
        now=at("03:29"),
        told=(B, C, C_LOG),
        next=Next(at("03:44"), "Sở Khoa học và Công nghệ", asks=True),
        extent=SPLIT,
    ),
    "step-department-ring-split": replace(
        DEPARTMENT, **WHOLE, health=Health.DOWN, cause=Cause.RING_SPLIT, extent=SPLIT.outside()
    ),
    "changed-ring-back-to-open": replace(
        RING_OPEN, event=Event.CHANGED, now=at("04:02"), was=Health.DOWN, taken=TAKEN, next=None, extent=OPEN
    ),
    "step-shift-cable-cut": replace(
        RING_SPLIT, severity=2, device_name="Tuyến cáp Càng Long – Tiểu Cần", cause=Cause.CABLE_CUT, extent=CABLE
    ),
    "step-shift-link": replace(
        RING_OPEN,
        health=Health.DOWN,
        device_name="Tiểu Cần – Tập Ngãi",
        cause=Cause.LINK_SILENT,
        extent=Extent(cuts=OPEN.cuts[:1], teams=OPEN.teams),
    ),
    "step-shift-olt-with-extent": replace(
        SHIFT,
        extent=Extent(
            silent=4,
            sites=3,
            stations=3,
            subscribers=1248,
            communes=("xã Tiểu Cần", "xã Hùng Hòa"),
            priority=("Đường truyền UBND xã Tiểu Cần",),
            teams=OPEN.teams,
        ),
    ),
    "step-shift-raised": replace(RING_SPLIT, extent=SPLIT, raised_from=3),
    "changed": replace(SHIFT, event=Event.CHANGED, now=at("03:16"), was=Health.GARBLED),
    "changed-taken": replace(SHIFT, event=Event.CHANGED, now=at("04:01"), was=Health.GARBLED, taken=TAKEN, next=None),
    "changed-department": replace(DEPARTMENT, event=Event.CHANGED, now=at("03:50"), was=Health.GARBLED),
    "call-out": replace(
        SHIFT,
        event=Event.CALL_OUT,
        now=at("03:29:01"),
        organisation="Trung tâm điều hành mạng",
        phone="0900 000 180",
        next=Next(at("03:39"), "Sở Khoa học và Công nghệ"),
    ),
    "approval-next-leader": replace(
        LEADER,
        event=Event.APPROVAL,
        now=at("03:49:01"),
        organisation="Sở Khoa học và Công nghệ",
        told=(B, C, C_LOG, A),
        asked=(Taken(at("03:39"), "Nguyễn Văn A"),),
        next=None,
    ),
    "taken-edit-shift": taken(SHIFT, Event.TAKEN_EDIT),
    "taken-edit-department": taken(DEPARTMENT, Event.TAKEN_EDIT),
    "restored-edit-shift": restored(SHIFT, Event.RESTORED_EDIT),
    "restored-edit-department": restored(DEPARTMENT, Event.RESTORED_EDIT),
}

ANCHOR = AnchorSent(12, at("07:00"), 4711, f"monitord-anchor v1 n=12 seq=4711 count=4711 sig={'0' * 128}", ZONE)
ALARMS = {
    kind: Alarm(kind, at("02:30"), at("03:09:30"), ZONE, count, tuple(AlarmItem(*item) for item in items))
    for kind, count, items in (
        (FindingKind.INCIDENT_WITHOUT_TIMER, 1, [("SC-0602-004",)]),
        (FindingKind.TIMER_OVERDUE, 2, [("SC-0602-004",), ("SC-0602-007",)]),
        (FindingKind.LEASE_OVERDUE, 1248, []),
        (FindingKind.NOTICE_WAITS, 12, [(f"SC-0602-00{n}",) for n in range(1, 6)]),
        (FindingKind.NOBODY_ON_DUTY, 1, [("trực lãnh đạo – Viễn thông Cửu Long",)]),
        (FindingKind.GAP_AHEAD, 1, [("trực ca – Viễn thông Cửu Long", at("06:00"))]),
        (FindingKind.CONTACT_DOUBTFUL, 1, [("Lê Văn C (trực ca – Viễn thông Cửu Long)", at("06:00"))]),
        (FindingKind.CHAIN_BROKEN, 2, [("17",), ("18",)]),
        (FindingKind.AUDIT_FAILED, 1, []),
    )
}
GAP = Gap("Viễn thông Cửu Long", "trực điều hành", at("03:14"), ZONE, instead="trực lãnh đạo", code="SC-0602-004")
GAPS = [
    coverage.GapsAhead("vt", "Viễn thông Cửu Long", time(7), gaps, ZONE, "đồng chí", to)
    for to, gaps in (
        (
            "",
            tuple(coverage.Gap("trực ca", at("22:00", n), at("06:00", n + 1), 0, 1) for n in range(7, 16)),
        ),
        (
            "trực lãnh đạo",
            (
                coverage.Gap("trực lãnh đạo", at("03:14"), at("04:00"), 1, 2),
                coverage.Gap("trực điều hành", at("07:00"), None, 0, 1),
                coverage.Gap("trực ca", at("07:00"), None, 1, 3),
            ),
        ),
    )
]
BROKEN = ChannelTrouble(
    "telegram", Trouble.BROKEN, at("22:00", 5), at("22:12", 5), ZONE, DeliveryCause.CONNECT, waiting=1248
)


def asides(words: Words) -> Mapping[str, str]:
    """Return the texts beside incidents, by the name of their golden file."""
    return {
        "coverage": words.coverage(GAP),
        "gaps-ahead": "\n\n".join(coverage.letter(told, words.page) for told in GAPS),
        "gaps-table": "\n".join(
            coverage.said_of(fault, 3 if fault is Fault.DOUBLED else 0, 2, ["trực ca"], words.table) for fault in Fault
        ),
        "channel-broken": words.channel_trouble(BROKEN),
        "channel-binding": words.channel_trouble(
            replace(BROKEN, trouble=Trouble.BINDING, cause=DeliveryCause.BLOCKED, person="Lê Văn C", waiting=0)
        ),
        "channel-conflict": words.channel_trouble(replace(BROKEN, trouble=Trouble.CONFLICT, cause=DeliveryCause.FINE)),
        "channel-canary-lost": words.channel_trouble(replace(BROKEN, cause=DeliveryCause.CANARY_LOST)),
        "channel-low": words.channel_trouble(
            replace(BROKEN, channel="sms", trouble=Trouble.LOW, cause=DeliveryCause.FINE, left=9_500.0)
        ),
        "channel-works-again": words.channel_trouble(
            replace(BROKEN, trouble=Trouble.WORKS_AGAIN, now=at("04:00"), waiting=3)
        ),
        **{f"alarm-{kind}": words.alarm(alarm) for kind, alarm in ALARMS.items()},
        **{f"alarm-over-{kind}": words.alarm(replace(alarm, over=True)) for kind, alarm in ALARMS.items()},
        "alarm-repeat": words.alarm(replace(ALARMS[FindingKind.TIMER_OVERDUE], repeat=True)),
        "anchor": words.anchor(ANCHOR),
        "anchor-repeat": words.anchor(replace(ANCHOR, repeat=True)),
        "disk-full": words.disk_full(DiskTrouble(at("02:30"), ZONE, 0)),
        "disk-nearly-full": words.disk_full(DiskTrouble(at("14:30"), ZONE, 1_540_000_000, written=True)),
        "presses": "\n".join(
            words.press(replace(PRESSED, result=result, to=CHOSEN.get(result, "Lê Văn C"))) for result in PressResult
        ),
    }
