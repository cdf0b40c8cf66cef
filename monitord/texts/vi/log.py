"""The log in Vietnamese: a sentence for each kind of journal row."""

from collections.abc import Mapping

from monitord.domain.journal import FactKind
from monitord.domain.notice import DeliveryCause
from monitord.texts.vi import alarms, names

LINE = {
    FactKind.DAEMON_STARTED: "Hệ thống khởi động[, phiên bản {version}]",
    FactKind.DAEMON_STOPPED: "Hệ thống dừng theo lệnh",
    FactKind.DAEMON_WAS_DOWN: "Hệ thống không hoạt động[ từ {from}][ đến {to}]",
    FactKind.CLOCK_STEPPED: "Đồng hồ máy chủ nhảy[ {by} giây][; máy ngủ {suspended} giây]",
    FactKind.SETTINGS_LOADED: "Nạp cấu hình[: {devices} thiết bị][, {people} người]",
    FactKind.ROSTER_IMPORTED: "Nhập lịch trực[: thêm {added} ca][, bớt {removed} ca]",
    FactKind.ROSTER_WRITTEN: "{actor} ghi lịch trực[ từ tệp {file}][: {shifts} ca][, {units}] (đợt {batch})",
    FactKind.ROSTER_OVERLAID: "{actor} đổi người trực ({duty}, {unit}) từ {from} đến {to}[: thay {outgoing}]"
    "[; người trực: {incoming}][: {text}]",
    FactKind.ROSTER_VIEWED: "{actor} xem lịch trực có số điện thoại[ ({units})][ ({unit})][ từ {from}][ đến {to}]",
    FactKind.ROSTER_PURGED: "Xóa số điện thoại của người đã {days} ngày không còn trong lịch trực: {people}"
    "[ ({actor})]",
    FactKind.ROSTER_WITHDRAWN: "{actor} hủy thay đổi lịch trực[ số {overlay}][, đợt {batch}]",
    FactKind.PERSON_QUIET: "{actor} không nhận cuộc gọi đến {until}, trừ sự cố mức 1",
    FactKind.PERSON_CALLED: "{actor} lại nhận cuộc gọi",
    FactKind.CONTACT_ASKED: "{actor} gửi mã kiểm tra địa chỉ nhận tin cho {person} qua {channel}",
    FactKind.CONTACT_REFUSED: "Mã kiểm tra địa chỉ nhận tin của {person} qua {channel} không đúng hoặc hết hạn"
    "[ ({actor})]",
    FactKind.CONTACT_VERIFIED: "{person} đã xác nhận địa chỉ nhận tin qua {channel}[ ({actor})]",
    FactKind.SWAP_ASKED: "{actor} đề nghị đổi ca số {swap} ({duty}, {unit}) từ {from} đến {to}"
    "[, hỏi {named}][: {text}]",
    FactKind.SWAP_TAKEN: "Đổi ca số {swap}: {actor} nhận trực thay {whom} ({duty}, {unit}) từ {from} đến {to}",
    FactKind.SWAP_APPROVED: "Đổi ca số {swap}: {actor} duyệt, {taker} trực thay {whom} ({duty}, {unit})"
    " từ {from} đến {to}",
    FactKind.SWAP_DECLINED: "Đổi ca số {swap}: {actor} không đồng ý, {whom} vẫn trực từ {from} đến {to}",
    FactKind.SWAP_WITHDRAWN: "Đổi ca số {swap}: {actor} rút đề nghị và vẫn trực từ {from} đến {to}",
    FactKind.SWAP_EXPIRED: "Đổi ca số {swap}: hết hạn, {whom} vẫn trực từ {from} đến {to}",
    FactKind.LEAVE_NOTED: "{actor}: {whom} nghỉ từ {from} đến {to}[: {text}]",
    FactKind.LEAVE_ENDED: "{actor}: {whom} không nghỉ nữa",
    FactKind.TARGET_SOFT: "{target}:[ {was} →] {now}[; {cause}][: {detail}]"
    "[; theo {first_bad_by} của thiết bị từ {first_bad}][ (nghi vấn, lần {attempt}/{confirm})]",
    FactKind.TARGET_HARD: "{target}:[ {was} →] {now}[; {cause}][: {detail}][; mất {links}][; cô lập {isolated}]"
    "[; theo {first_bad_by} của thiết bị từ {first_bad}] (đã khẳng định)",
    FactKind.TARGET_HAPPENING: "{target}: {happenings}[: {detail}]",
    FactKind.TARGET_REMOVED: "{target}: không còn trong cấu hình[; kết thúc theo dõi {incident}]",
    FactKind.TARGET_HELD: "{target}: {health}, chưa báo[ vì {holds}][ ({by})]",
    FactKind.TARGET_RELEASED: "{target}: hết giữ báo[: {reason}]",
    FactKind.TARGET_FLAPPING: "{target}: chập chờn[ ({changes} lần đổi trạng thái)]",
    FactKind.TARGET_CALM: "{target}: hết chập chờn[, {health}]",
    FactKind.BULLETIN_MADE: "Lập bản tin {bulletin} gửi {organisation}[: {text}]",
    FactKind.BULLETIN_ASKED: "Trình bản tin {bulletin} chờ duyệt[: {leaders}]",
    FactKind.BULLETIN_APPROVED: "{actor} duyệt bản tin {bulletin}[ gửi {organisation}]",
    FactKind.BULLETIN_SENT: "Gửi bản tin {bulletin}[ tới {organisation}][: {people}]",
    FactKind.DEADLINE_SENT: "{actor} ghi nhận đã gửi “{deadline}” tới {organisation} lúc {to}[, số {number}]"
    "[; quá hạn {late_seconds}]",
    FactKind.SHIFT_ASKED: "Hỏi {person} nhận ca ({duty}, {unit}) từ {starts}[ qua {channel}]",
    FactKind.SHIFT_TAKEN: "{actor} nhận ca ({duty}, {unit}) từ {starts} đến {ends}"
    "[; đã biết chưa ai tiếp nhận {known}]",
    FactKind.SHIFT_PRESENT: "{actor} đã có mặt ({duty}, {unit}), ca từ {starts}",
    FactKind.SHIFT_MISSED: "Chưa thấy {person} nhận ca ({duty}, {unit}) từ {starts}[; đã báo {people}]",
    FactKind.HANDOVER_GIVEN: "{actor} xác nhận giao ca ({duty}, {unit}) lúc {starts}",
    FactKind.HANDOVER_FROZEN: "Khóa sổ giao ca ({duty}, {unit}) lúc {starts}[; giao: {given_by}][; nhận: {taken_by}]"
    "[; chưa ký: {unsigned}][; mã kiểm tra {digest}]",
    FactKind.BULLETIN_RECEIPT: "{actor}[ ({organisation})] xác nhận đã nhận bản tin {bulletin}",
    FactKind.BULLETIN_LAPSED: "Bản tin {bulletin} quá một ngày chưa duyệt, không gửi nữa",
    FactKind.BINDING_BEGUN: "{actor} phát mã kết nối Telegram cho {person}",
    FactKind.BINDING_SENT: "Nhận mã kết nối của {person}[ từ tài khoản “{name}”]; chờ xác nhận",
    FactKind.BINDING_REFUSED: "Từ chối một mã kết nối[ từ tài khoản “{name}”][: {why}][, lần {tries}]",
    FactKind.BINDING_MADE: "{actor} xác nhận tài khoản Telegram của {person}",
    FactKind.BINDING_ENDED: "{actor} hủy kết nối Telegram của {person}",
    FactKind.WINDOW_SET: "{actor}: {kind} {scope}[ từ {from}][ đến {to}][; lãnh đạo: {leader}][: {text}]",
    FactKind.WINDOW_ENDED: "{actor}: kết thúc sớm {kind} {scope}[ từ {from}][: {text}]",
    FactKind.INCIDENT_OPENED: "Mở sự cố {incident}[: {target}][ – {health}][, mức {severity}][; {cause}]"
    "[; xảy ra khoảng {first_bad}][, phát hiện {detected}][; tái diễn lần {recurrence}]",
    FactKind.INCIDENT_CHANGED: "{incident}:[ {was} →] {health}[; mức {severity_was} → mức {severity}]"
    "[; {cause}][: {detail}]",
    FactKind.INCIDENT_CHANGE_TOLD: "{incident}: báo diễn biến mới:[ {was} →] {health}",
    FactKind.INCIDENT_ACKNOWLEDGED: "{incident}: {actor}[ ({duty})] tiếp nhận; dừng báo lên cấp trên"
    "[; hiệu lực đến {expires}]",
    FactKind.INCIDENT_PRESSED_AGAIN: "{incident}: {actor} bấm Tiếp nhận[ khi sự cố {phase}][; người tiếp nhận: {by}]",
    FactKind.INCIDENT_UNCHANGED: "{incident}: {actor} thao tác lại ({what}), không thay đổi gì[ khi sự cố {phase}]",
    FactKind.INCIDENT_ACK_EXPIRED: "{incident}: quá hạn, chưa khôi phục; báo lại từ đầu[ (trước đó {actor} tiếp nhận)]",
    FactKind.INCIDENT_NOTED: "{incident}: {actor}[ ({duty})] đã nhận thông tin",
    FactKind.INCIDENT_URGED: "{incident}: {actor}[ ({duty})] gọi trực ca tiếp nhận[: {people}]",
    FactKind.INCIDENT_RECEIPT: "{incident}: {actor}[ ({organisation})] xác nhận đã nhận báo cáo",
    FactKind.INCIDENT_RESTORED: "{incident}: khôi phục[ lúc {restored}][, gián đoạn {outage_seconds}]"
    "[; không theo dõi được từ {unknown_from} đến {unknown_to}]",
    FactKind.INCIDENT_RESTORED_TOLD: "{incident}: báo đã khôi phục[ ({reason})]",
    FactKind.INCIDENT_REOPENED: "{incident}: tái diễn[ lần {times}][ – {health}][; {cause}][; từ khoảng {first_bad}]",
    FactKind.INCIDENT_FLAPPING: "{incident}: chập chờn; không báo từng lần đổi trạng thái",
    FactKind.INCIDENT_ESCALATED: "{incident}: {actor}[ ({duty})] chuyển cấp ngay",
    FactKind.INCIDENT_HANDED: "{incident}: {actor} giao {to} xử lý",
    FactKind.INCIDENT_REMINDER: "{incident}: {actor} hẹn nhắc lại[ lúc {until}]",
    FactKind.INCIDENT_ETA: "{incident}: {actor} dự kiến khôi phục[ lúc {eta}]",
    FactKind.INCIDENT_NOTE: "{incident}: {actor} ghi chú[ ({internal})][: {text}]",
    FactKind.INCIDENT_INSTRUCTED: "{incident}: {actor}[ ({duty})] chỉ đạo[: {text}]",
    FactKind.INCIDENT_CALL: "{incident}: {actor} gọi điện[ cho {whom}][ lúc {called}][, {answered}][: {text}]",
    FactKind.INCIDENT_DIARY: "{incident}: {event}[ lúc {happened}][: {text}]",
    FactKind.INCIDENT_CAUSE: "{incident}: nghi do {suspect}"
    "[; mất điện lưới từ {mains_lost}][; mất {links}][; đoạn {segments}][; {onts}]",
    FactKind.INCIDENT_TICKET: "{incident}: mã phiếu của trung tâm điều hành mạng: {ticket}",
    FactKind.INCIDENT_CORRECTED: "{incident}: {actor} đính chính dòng {row}: {text}[; lý do: {reason}]",
    FactKind.INCIDENT_FIXED: "{incident}: {actor} xác nhận đã khắc phục xong[ lúc {fixed}]",
    FactKind.INCIDENT_CLOSE_PROPOSED: "{incident}: {actor} đề nghị đóng[; nguyên nhân: {cause_text}]"
    "[; biện pháp: {measures}]",
    FactKind.INCIDENT_CLOSED: "{incident}: {actor} đóng sự cố[; nguyên nhân: {cause_text}][; biện pháp: {measures}]",
    FactKind.STORM_CARRIES: "{incident}: báo chung trong sự cố diện rộng {storm}",
    FactKind.STORM_LEFT: "{incident}: hết sự cố diện rộng {storm}, báo riêng",
    FactKind.STORM_WAVE: "{incident}: báo lại từ đầu[, đợt thứ {wave}][, thêm {count} sự cố]"
    "[, mức {severity_was} → mức {severity}]",
    FactKind.STORM_TOLD: "{incident}: bản cập nhật số {summary}: {running} sự cố, {sites} điểm mất liên lạc; "
    "mới {fresh}, khôi phục {restored}",
    FactKind.STORM_LIST_ASKED: "{incident}: {actor}[ ({duty})] lấy danh sách sự cố diện rộng",
    FactKind.INCIDENT_PICTURE_ASKED: "{incident}: {actor}[ ({duty})] lấy hình của sự cố",
    FactKind.INCIDENT_MERGED: "{incident}: gộp vào {into}[ ({actor})]",
    FactKind.INCIDENT_CONFIRMED: "{incident}: {actor} xác nhận là sự cố[, mức {severity}]",
    FactKind.INCIDENT_DISMISSED: "{incident}: {actor} bác bỏ nghi vấn[: {reason}]",
    FactKind.STEP_QUIET: "{incident}: bước {step} chờ hết giờ đêm[, đến {until}]",
    FactKind.STEP_MUTED: "{incident}:[ bước {step}][ {timer}] tạm ẩn[ đến {until}]",
    FactKind.STEP_FIRED: "{incident}: bước {step}[, báo {ref}][: {people}][ ({call})][; trực thay: {stand_ins}]"
    "[; trễ {late_seconds}][; gộp bước {skipped}]",
    FactKind.STEP_SKIPPED: "{incident}: bước {step}[ ({ref})][ đến hạn {due}] không gửi riêng"
    "[, gộp vào bước {told_by_step}]",
    FactKind.STEP_UNNEEDED: "{incident}: bước {step}[ ({ref})] không cần nữa[: {reason}]",
    FactKind.STEP_AWAITS_APPROVAL: "{incident}: báo cáo {organisation} chờ lãnh đạo duyệt[: {leaders}]",
    FactKind.STEP_APPROVED: "{incident}: {actor} duyệt gửi báo cáo {organisation}",
    FactKind.STEP_DECLINED: "{incident}: {actor} quyết định chưa báo cáo {organisation}[, lý do: {reason}]",
    FactKind.COVERAGE_SEEN: "Lịch trực còn thiếu: {unit}, {duty}, từ {from}[ đến {to}] (có {have}, cần {need})",
    FactKind.COVERAGE_CLOSED: "Lịch trực hết thiếu: {unit}, {duty}, từ {from}[ đến {to}][ ({reason})]",
    FactKind.HOURS_VIEWED: "Xem giờ trực của {whom}: {actor}, từ {from} đến {to}",
    FactKind.COVERAGE_GAP: "Trống ca:[ {unit},] không tìm được người để báo[ cho {ref}][ ({incident})]",
    FactKind.NOTICE_QUEUED: "{incident}: chờ gửi[ tin “{event}”][ cho {person}][ qua {channel}]",
    FactKind.NOTICE_ACCEPTED: "{incident}:[ {channel}] nhận chuyển[ tin “{event}”][ tới {person}][ ({organisation})]"
    "[, trong tin gộp {bundle}]",
    FactKind.NOTICE_FAILED: "{incident}: chưa gửi được[ tin “{event}”][ cho {person}][ qua {channel}][: {cause}]"
    "; gửi lại",
    FactKind.NOTICE_UNCERTAIN: "{incident}: không rõ[ tin “{event}”][ cho {person}][ qua {channel}] đã đến chưa"
    "[: {cause}]; gửi lại, ghi “có thể trùng”",
    FactKind.NOTICE_SUPERSEDED: "{incident}: thôi gửi[ tin “{event}”][ cho {person}][ qua {channel}][: {reason}]",
    FactKind.NOTICE_DEAD: "{incident}: không gửi được[ tin “{event}”][ cho {person}][ qua {channel}][: {cause}]",
    FactKind.CHANNEL_ADDED: "{incident}: gửi thêm[ tin “{event}”][ cho {person}][ qua {added}]",
    FactKind.PRESS_REFUSED: "Từ chối một lần bấm nút[ của {actor}][ tự xưng “{name}”][: {why}][ ({incident})]",
    FactKind.CHANNEL_CONFLICT: "Nơi khác đang dùng mã bot[ {channel}][, đã {seconds}]",
    FactKind.CHANNEL_FAILS: "Kênh {channel} không gửi được[ từ {since}][: {cause}]",
    FactKind.CHANNEL_WORKS: "Kênh {channel} hoạt động lại[; gián đoạn từ {since}]",
    FactKind.DISK_FULL: "Đĩa đầy, không ghi được nhật ký",
    FactKind.JOURNAL_ANCHORED: "Gửi mốc xác thực nhật ký[ số {number}][, đến dòng {seq}][ cho {people}]",
    FactKind.AUDIT_ALARM: "Báo quản trị hệ thống[: {finding}][, từ {since}]",
    FactKind.AUDIT_OVER: "Tự kiểm tra không còn thấy[: {finding}][, từ {since}]",
}


def codes(kind: str) -> Mapping[str, Mapping[str, str]]:
    """Return the words for the codes of a row of that kind, by key. In a notice's row `cause` is about delivery."""
    common = {"channel": names.CHANNEL, "added": names.CHANNEL, "why": names.REFUSAL, "reason": names.REASON}
    common |= {"stand_ins": {"between": "thay"}, "holds": {str(h): w for h, w in names.HOLD.items()}}
    common |= {"kind": names.WINDOW, "answered": names.ANSWERED, "internal": {"1": "nội bộ"}}
    common |= {"call": {"1": "nhắc gọi điện"}}
    if kind == FactKind.INCIDENT_DIARY:
        common |= {"event": {str(d): w for d, w in names.DIARY.items()}}
    # A return to what was settled before waits for no confirmation.
    common |= {"finding": {str(kind): what for kind, what in alarms.WHAT.items()}}
    common |= {"first_bad_by": names.BEGUN_BY, "attempt": {"0": ""}, "duty": names.TAKEN_AS, "timer": names.TIMER}
    common |= {"unsigned": {"giving": "người giao", "taking": "người nhận"}}
    common |= {"suspect": names.SUSPECT, "what": names.TOUCH}
    if kind.startswith("notice."):
        return common | {"cause": {str(c): w for c, w in names.DELIVERY_CAUSE.items() if c is not DeliveryCause.FINE}}
    return common
