"""Vietnamese: what a roster lacks, in messages and tables."""

PAGE = {
    "gaps_title": "📅 LỊCH TRỰC CÒN THIẾU NGƯỜI · {unit}",
    "gaps_to_owner": "Gửi {small} phụ trách lịch trực:",
    "gaps_to_duty": "Gửi {small} {duty}:",
    "gaps_empty": "• {duty}: trống ca từ {start} đến {end} (cần {need} người)",
    "gaps_few": "• {duty}: từ {start} đến {end} thiếu {lacking} người (có {have}, cần {need})",
    "gaps_ends": "• {duty}: hết lịch trực từ {start}",
    "gaps_few_on": "• {duty}: từ {start} trở đi thiếu {lacking} người (có {have}, cần {need})",
    "gaps_more": "• và {more} khoảng nữa: monitord roster gaps --unit {unit}",
    "gaps_handover": "Giờ đổi trực của đơn vị: {at}",
    "gaps_ask": "Đề nghị bổ sung lịch trực trước các giờ trên.",
    "gaps_filled": "📅 Lịch trực của đơn vị đã đủ người.",
}
TABLE = {
    "fault": "Lịch trực có gì",
    "owner": "Người phụ trách lịch",
    "people": "Người trực",
    "fault_missing": "thiếu {lacking} người (có {have}, cần {need})",
    "fault_doubled": "thừa {spare} người (có {have}, nhiều nhất {need})",
    "fault_twice": "một người cùng lúc còn: {also}",
    "fault_too_long": "trực liền quá 24 giờ",
    "fault_short_rest": "nghỉ giữa hai ca chưa đủ 12 giờ",
    "fault_on_leave": "đang nghỉ phép mà vẫn có tên trong lịch",
    "fault_unreachable": "chưa có địa chỉ nhận tin",
    "covered": "{unit}: đủ người từ {start} đến {end}.",
    "not_covered": "{unit}: còn {number} khoảng thiếu người từ {start} đến {end}.",
    "campaign_holds": "{name}: từ {start} đến {end}, mức {level}",
    "campaign_order": "theo {orders}",
    "share": "{name}, từ {start} đến {end}: {hours} giờ trực, trong đó đêm (22:00–06:00) {nights} giờ, "
    "ngày lễ {holidays} giờ, Tết {tet} giờ",
    "campaign_report": "giờ báo cáo: {reports}",
}
