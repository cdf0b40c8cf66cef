"""Vietnamese names of everything that is a member of a closed set."""

from monitord.domain.health import Cause, Happening, Health, Hold
from monitord.domain.incident import Diary, Phase
from monitord.domain.notice import Button, Delivery, DeliveryCause, Event, NoticeState
from monitord.texts.story import ToldState

SEVERITY = {1: "Nghiêm trọng", 2: "Cao", 3: "Trung bình", 4: "Thấp"}

HEALTH = {
    Health.UP: "bình thường",
    Health.DEGRADED: "suy giảm",
    Health.DOWN: "mất liên lạc",
    Health.GARBLED: "trả lời sai định dạng",
    Health.AUTH: "sai xác thực",
    Health.UNKNOWN: "chưa xác định",
}

CAUSE = {
    Cause.FINE: "bình thường",
    Cause.NO_ANSWER: "không trả lời",
    Cause.REFUSED: "từ chối kết nối",
    Cause.UNREACHABLE: "không có đường tới",
    Cause.BAD_ANSWER: "trả lời không đọc được",
    Cause.WRONG_OBJECT: "trả lời khác nội dung được hỏi",
    Cause.NOT_SUPPORTED: "thiết bị không hỗ trợ thông số được hỏi",
    Cause.WRONG_TYPE: "trả lời sai kiểu dữ liệu",
    Cause.AGENT_ERROR: "thiết bị báo lỗi khi được hỏi",
    Cause.TOO_LARGE: "trả lời quá lớn",
    Cause.ACCESS_DENIED: "sai tên hoặc mật khẩu truy cập",
    Cause.NOT_LOOKED: "hệ thống chưa kiểm tra được",
    Cause.NAME_NOT_RESOLVED: "không phân giải được tên miền",
    Cause.DEVICE_SILENT: "thiết bị không trả lời nên chưa biết",
    Cause.NO_SUCH_INTERFACE: "không tìm thấy cổng có tên này",
    Cause.INTERFACE_DOWN: "cổng đang bật nhưng không có kết nối",
    Cause.TABLE_INCOMPLETE: "chưa đọc hết danh sách cổng",
    Cause.BAD_STATUS: "trang báo lỗi",
    Cause.TEXT_MISSING: "trang thiếu nội dung phải có",
    Cause.TEXT_FORBIDDEN: "trang có nội dung không được có",
    Cause.SLOW: "trả lời chậm",
    Cause.TIMED_OUT: "quá thời gian chờ",
    Cause.REDIRECT: "trang chuyển hướng sang nơi khác",
    Cause.TLS: "lỗi chứng chỉ hoặc kết nối bảo mật (SSL/TLS)",
    Cause.HTTP_PROTOCOL: "trang trả lời sai giao thức",
    Cause.CHECK_FAILED: "phép kiểm tra bị lỗi",
    Cause.BLIND: "nhiều thiết bị cùng lúc không trả lời, có thể do đường truyền của máy giám sát",
    Cause.REPORTED: "do người báo",
    Cause.ON_BATTERY: "đang chạy ắc quy",
    Cause.BATTERY_LOW: "ắc quy sắp cạn",
    Cause.LINK_BOTH_ENDS: "cả hai đầu báo mất tín hiệu",
    Cause.LINK_ONE_END: "một đầu báo mất tín hiệu",
    Cause.LINK_SILENT: "một đầu báo mất tín hiệu, đầu kia không trả lời",
    Cause.RING_OPEN: "một hướng của ring mất tín hiệu, dịch vụ chạy theo hướng còn lại",
    Cause.RING_SPLIT: "các hướng của ring mất tín hiệu, thiết bị ở giữa không trả lời",
    Cause.SITE_SILENT: "mọi thiết bị tại chỗ không trả lời",
    Cause.AREA_MAINS: "nhiều nơi trong khu vực mất điện lưới",
    Cause.AREA_SILENT: "mọi nơi trong khu vực không trả lời",
    Cause.CONGESTED: "tải vượt ngưỡng",
    Cause.AREA_CUSTOMERS: "nhiều cổng PON trong khu vực có thuê bao báo mất điện",
    Cause.PON_LIGHT: "nhiều thuê bao cùng cổng PON mất tín hiệu quang",
    Cause.PON_POWER: "nhiều thuê bao cùng cổng PON báo mất điện",
    Cause.PON_LOST: "nhiều thuê bao cùng cổng PON mất kết nối, chưa rõ vì sao",
    Cause.STORM: "nhiều sự cố cùng lúc trong đơn vị",
    Cause.CABLE_CUT: "mọi đường truyền đang theo dõi trên đoạn cáp cùng mất tín hiệu",
}

RING = {**HEALTH, Health.DEGRADED: "hở ring, dịch vụ còn chạy", Health.DOWN: "đứt nhiều hướng, có thiết bị bị cô lập"}
"""What the healths of a ring are called."""
POWER_CAUSES = frozenset({Cause.ON_BATTERY, Cause.BATTERY_LOW, Cause.SITE_SILENT, Cause.AREA_MAINS, Cause.AREA_SILENT})
POWER = {**HEALTH, Health.DEGRADED: "Chạy ắc quy"}
"""How a place or a power area is as a whole."""

RING_CAUSES = frozenset({Cause.RING_OPEN, Cause.RING_SPLIT})

PHASE = {
    Phase.OPEN: "chưa tiếp nhận",
    Phase.ACKNOWLEDGED: "đã tiếp nhận",
    Phase.RESTORED: "đã khôi phục",
    Phase.FIXED: "đã khắc phục xong",
    Phase.CLOSED: "đã đóng",
}

HOLD = {
    Hold.PARENT: "mất liên lạc theo tuyến trên",
    Hold.MAINTENANCE: "đang bảo dưỡng",
    Hold.FLAPPING: "chập chờn",
    Hold.MUTE: "tạm ẩn cảnh báo",
    Hold.BLIND: "mất giám sát",
}

HAPPENING = {
    Happening.RESTARTED: "thiết bị khởi động lại",
    Happening.RENUMBERED: "thiết bị đánh lại số thứ tự cổng",
    Happening.FINGERPRINT: "dấu nhận dạng của trang",
    Happening.PAGE_CHANGED: "trang khác với bản đã thống nhất",
    Happening.STRANGE_DEVICE: "thiết bị trả lời không phải thiết bị đã biết",
    Happening.PEAK: "tải cao nhất tính đến lúc này",
}

EVENT = {
    Event.STEP: "báo sự cố",
    Event.ACKNOWLEDGED: "đã có người tiếp nhận",
    Event.RESTORED: "đã khôi phục",
    Event.REOPENED: "tái diễn",
    Event.CHANGED: "diễn biến mới",
    Event.FLAPPING: "chập chờn",
    Event.HANDED: "giao xử lý",
    Event.STORM: "bản cập nhật sự cố diện rộng",
    Event.STORM_LIST: "danh sách sự cố diện rộng",
    Event.PICTURE: "hình của sự cố",
    Event.BOUND: "đã kết nối tài khoản",
    Event.BINDING: "thay đổi tài khoản của một người",
    Event.UNBOUND: "đã hủy kết nối tài khoản",
    Event.DEADLINE: "nhắc hạn gửi",
    Event.SHIFT_ASK: "nhận ca",
    Event.SHIFT_UNREAD: "nhận ca: còn sự cố chưa ai tiếp nhận",
    Event.SHIFT_MISSED: "chưa thấy người nhận ca",
    Event.SHIFT_CAME: "người nhận ca đã có mặt",
    Event.HANDOVER: "giao ca",
    Event.HANDED_OVER: "đã giao – nhận ca",
    Event.CONTACT_CODE: "mã kiểm tra địa chỉ nhận tin",
    Event.SWAP: "đổi ca",
    Event.SWAP_EDIT: "sửa tin: đổi ca",
    Event.BULLETIN_ASK: "bản tin chờ duyệt",
    Event.BULLETIN: "bản tin",
    Event.MERGED: "gộp sự cố",
    Event.REMINDER: "nhắc theo hẹn",
    Event.ACK_EXPIRED: "quá hạn, chưa khôi phục",
    Event.APPROVAL: "xin duyệt báo cáo",
    Event.CALL_OUT: "đề nghị gọi điện",
    Event.TAKEN_AWAY: "bị chuyển cấp",
    Event.SENT_BACK: "nhắc tiếp nhận sau khi lãnh đạo đã nhận thông tin",
    Event.URGED: "lãnh đạo gọi trực ca",
    Event.GAPS_AHEAD: "lịch trực còn thiếu người",
    Event.COVERAGE: "trống ca",
    Event.CHANNEL_BROKEN: "lỗi kênh thông báo",
    Event.CHANNEL_STATE: "tình trạng kênh",
    Event.TEST: "tin thử",
    Event.CANARY: "tin kiểm tra kênh",
    Event.BALANCE: "tin hỏi số dư",
    Event.TAKEN_EDIT: "sửa tin: đã tiếp nhận",
    Event.RESTORED_EDIT: "sửa tin: đã khôi phục",
    Event.MENU_EDIT: "sửa tin: bảng chọn",
    Event.ANCHOR: "mốc xác thực nhật ký",
    Event.ALARM: "lỗi của hệ thống",
    Event.ALARM_OVER: "hệ thống hết lỗi",
}

NOTICE_STATE = {
    NoticeState.PENDING: "chờ gửi",
    NoticeState.LEASED: "đang gửi",
    NoticeState.SENT: "đã gửi",
    NoticeState.SUPERSEDED: "thôi gửi",
    NoticeState.DEAD: "không gửi được",
}

DELIVERY = {
    Delivery.ACCEPTED: "kênh đã nhận",
    Delivery.NOT_SENT: "chưa gửi được",
    Delivery.UNCERTAIN: "không rõ đã đến chưa",
    Delivery.PERMANENT: "không gửi được",
}

DELIVERY_CAUSE = {
    DeliveryCause.FINE: "bình thường",
    DeliveryCause.CONNECT: "không kết nối được",
    DeliveryCause.POOL: "hết kết nối trong hệ thống",
    DeliveryCause.TIMED_OUT: "không có trả lời đúng hạn",
    DeliveryCause.CONNECTION_LOST: "mất kết nối giữa chừng",
    DeliveryCause.RATE_LIMITED: "kênh yêu cầu gửi chậm lại",
    DeliveryCause.BLOCKED: "người nhận đã chặn hoặc đã xóa tài khoản",
    DeliveryCause.BAD_REQUEST: "kênh không nhận nội dung tin",
    DeliveryCause.NO_SUCH_CHAT: "không có người nhận này trên kênh",
    DeliveryCause.MIGRATED: "địa chỉ nhận đã đổi",
    DeliveryCause.REJECTED: "kênh không chấp nhận mã truy cập của hệ thống",
    DeliveryCause.SERVER_ERROR: "máy chủ của kênh báo lỗi",
    DeliveryCause.BAD_ANSWER: "kênh trả lời không đọc được",
    DeliveryCause.NO_ANSWER: "không có người nghe, hoặc không bấm phím",
    DeliveryCause.CERTIFICATE: "chứng chỉ SSL/TLS của kênh không hợp lệ",
    DeliveryCause.NO_SIGNAL: "modem mất sóng hoặc sóng quá yếu",
    DeliveryCause.NOT_REGISTERED: "modem chưa đăng ký được vào mạng",
    DeliveryCause.CANARY_LOST: "tin kiểm tra kênh không quay về",
    DeliveryCause.NO_ADDRESS: "chưa có địa chỉ của người nhận",
    DeliveryCause.NOT_CONFIGURED: "kênh chưa được cấu hình",
    DeliveryCause.LEASE_EXPIRED: "quá hạn gửi mà chưa có kết quả",
    DeliveryCause.RESTART: "hệ thống khởi động lại khi đang gửi",
    DeliveryCause.UNEXPECTED: "lỗi chưa rõ",
}

TOLD_STATE = {
    ToldState.WAITING: "đang gửi",
    ToldState.ACCEPTED: "đã gửi, chưa xác nhận",
    ToldState.UNCERTAIN: "không rõ đã đến chưa",
    ToldState.FAILED: "chưa gửi được",
    ToldState.NOTED: "đã nhận thông tin",
    ToldState.RECEIPT: "đã nhận báo cáo",
    ToldState.TAKEN: "đã tiếp nhận",
}

BUTTON = {
    Button.TAKE: "✅ Tiếp nhận",
    Button.NOTED: "✅ Đã nhận thông tin",
    Button.RECEIPT: "✅ Đã nhận báo cáo",
    Button.SENT: "📤 Đã gửi",
    Button.SHIFT: "✍️ Xác nhận nhận ca",
    Button.SHIFT_KNOWN: "✍️ Nhận ca, đã biết",
    Button.SHIFT_GIVE: "✍️ Xác nhận giao ca",
    Button.NO_CALLS: "🔕 Không gọi nữa trừ mức 1",
    Button.SWAP_TAKE: "🙋 Nhận trực thay",
    Button.SWAP_APPROVE: "✅ Duyệt",
    Button.SWAP_DECLINE: "✖️ Không đồng ý",
    Button.HEARD: "✅ Tôi nhận được",
    Button.APPROVE: "📤 Duyệt báo cáo Sở",
    Button.LIST: "📋 Danh sách",
    Button.CALLED: "📞 Đã gọi ứng cứu",
    Button.SNOOZE: "⏰ Nhắc lại sau 30 phút",
    Button.ESCALATE: "⬆️ Báo cáo cấp trên ngay",
    Button.MORE: "⋯ Khác",
    Button.BACK: "⬅️ Quay lại",
    Button.HAND: "👤 Giao người khác",
    Button.HAND_TO: "👤 Giao cho người được chọn",
    Button.CAUSE: "📝 Ghi nguyên nhân",
    Button.CAUSE_IS: "📝 Nguyên nhân được chọn",
    Button.CLOSE: "🔒 Đóng sự cố",
    Button.CLOSE_CAUSE: "🔒 Đóng, nguyên nhân được chọn",
    Button.CLOSE_AS: "🔒 Đóng, cách xử lý được chọn",
    Button.RING: "☎️ Gọi trực ca",
    Button.DECLINE: "✋ Chưa báo cáo – ghi lý do",
    Button.DECLINE_AS: "✋ Chưa báo cáo, lý do được chọn",
    Button.PICTURE: "🖼 Sơ đồ, diễn biến",
    Button.CANARY: "✅ Đã tới",
}

OPTION = {Button.HAND_TO: "👤", Button.SHIFT_KNOWN: "✍️ Nhận ca, đã biết"}
"""What stands before a choice of a menu."""

CHANNEL = {
    "telegram": "Telegram",
    "log": "tệp nhật ký",
    "sms": "SMS",
    "smpp": "SMS (SMPP)",
    "brandname": "SMS (brandname)",
    "webhook": "webhook",
    "mail": "thư điện tử",
    "zalo": "Zalo",
}

REFUSAL = {
    "asked_anew": "yêu cầu đã được thay",
    "other_account": "mã đã có tài khoản khác gửi trước",
    "expired": "mã đã hết hạn hoặc đã có tài khoản khác gửi",
    "no_code": "không có mã này",
    "lapsed": "bản tin quá một ngày",
    "gone": "bản tin không còn trong cấu hình",
    "unknown": "không có bản tin này",
    "stranger": "tài khoản lạ",
    "not_ours": "nút không do hệ thống tạo",
    "not_on_duty": "không trực trong đơn vị lúc đó",
    "not_yours": "nút dưới tin của người khác",
    "not_a_contact": "không phải đầu mối nhận báo cáo",
    "not_the_leader": "không trực lãnh đạo lúc đó",
}
"""Why a press was refused: for the log, never for who pressed."""

REASON = {
    "works again": "đã hoạt động lại",
    "fails again": "lại không hoạt động",
    "storm": "báo chung trong sự cố diện rộng",
    "newer summary": "có bản cập nhật mới hơn",
    "newer step": "có lần nhắc mới hơn",
    "lapsed": "bản tin quá một ngày",
    "acknowledged": "đã có người tiếp nhận",
    "restored": "đã khôi phục",
    "open": "đã báo lại từ đầu",
    "open again": "sự cố tái diễn",
    "fixed": "đã khắc phục xong",
    "closed": "đã đóng",
    "hold_over": "hết thời gian giữ báo",
    "up_again": "đã bình thường trở lại",
    "no_fault": "không còn lỗi",
    "free": "không còn lý do giữ báo",
    "approved": "báo cáo đã được duyệt",
    "called": "đã gọi điện",
    "no_other_leader": "không còn lãnh đạo nào khác để xin ý kiến",
    "declined": "lãnh đạo quyết định chưa báo cáo",
    "changed again": "đã có diễn biến mới hơn",
    "nothing to edit": "không có tin để sửa",
    "edited since": "đã có bản sửa mới hơn",
    "deadline sent": "đã ghi nhận gửi",
    "shift taken": "đã nhận ca",
    "handed over": "đã xác nhận giao ca",
    "gap filled": "đã có người trực",
    "gap past": "giờ đó đã qua",
    "shift changed": "lịch trực đã đổi",
    "too late": "không còn ai chờ kết quả",
}
"""Why a notice is not sent any more."""

WINDOW = {
    "maintenance": "bảo dưỡng",
    "mute": "tạm ẩn cảnh báo",
    "freeze": "đóng băng thay đổi",
    "power_cut": "cắt điện theo kế hoạch",
}

BEGUN_BY = {"if_last_change": "ifLastChange", "uptime": "thời gian chạy"}
"""By what of a device the beginning of a fault is known."""

TAKEN_AS = {"handed": "được giao", "asked": "được gọi đích danh", "has_it": "đang tiếp nhận"}
"""Why somebody who is on no duty may take an incident, or work on it."""

TIMER = {"step": "", "ack_expiry": "hạn tiếp nhận"}
"""What falls due, where the number of the step does not say it."""

ANSWERED = {"answered": "có người nghe", "not_answered": "không có người nghe"}

DIARY = {
    Diary.SET_OUT: "đội ứng cứu xuất phát",
    Diary.ARRIVED: "đội ứng cứu đến trạm",
    Diary.GENERATOR_ON: "chạy máy nổ",
    Diary.GENERATOR_OFF: "tắt máy nổ",
    Diary.MAINS_BACK: "có điện lưới",
    Diary.CABLE_FOUND: "tìm được điểm đứt cáp",
    Diary.SPLICED: "hàn nối xong",
    Diary.LEFT: "đội ứng cứu rời trạm",
    Diary.OTHER: "diễn biến",
}

WEEKDAY = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")

SUSPECT = {
    "unknown": "chưa rõ",
    "battery_exhausted": "hết ắc quy",
    "fibre": "đứt cáp quang",
    "cable_cut": "đứt cáp",
    "mains_lost": "mất điện lưới",
    "customers_power": "mất điện phía khách hàng",
}
"""What an incident probably comes from."""

TOUCH = {
    "called": "đã gọi ứng cứu",
    "snooze": "hoãn nhắc",
    "escalate": "báo cáo cấp trên ngay",
    "hand": "giao người khác",
    "cause": "ghi nguyên nhân",
    "close": "đóng sự cố",
    "ring": "gọi trực ca",
    "decline": "chưa báo cáo",
}
"""What was touched again, in a line of the journal."""
