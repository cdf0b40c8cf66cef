"""Menus under a message in Vietnamese: what stands above the buttons, and what can be chosen in them."""

from collections.abc import Mapping

from monitord.domain.menus import Menu
from monitord.domain.notice import Button
from monitord.domain.safe import clean
from monitord.texts import forms
from monitord.texts.story import Above

CAUSES = {
    "power": "mất điện",
    "cable": "đứt cáp",
    "equipment": "hỏng thiết bị",
    "settings": "lỗi cấu hình",
    "work": "do thi công",
    "other_side": "do phía khác",
    "unknown": "chưa rõ",
}
MEASURES = {
    "by_itself": "tự hoạt động lại",
    "mains_back": "có điện lại",
    "generator": "chạy máy nổ",
    "spliced": "hàn nối cáp",
    "replaced": "thay thiết bị",
    "settings": "sửa cấu hình",
    "other_side": "phía khác xử lý",
}
REASONS = {
    "verifying": "đang xác minh",
    "soon_back": "sắp khôi phục",
    "small": "ảnh hưởng nhỏ",
    "planned": "việc có kế hoạch",
    "by_phone": "đã báo bằng điện thoại",
    "asking": "chờ ý kiến cấp trên",
}
LISTS: Mapping[Button, Mapping[str, str]] = {
    Button.CAUSE_IS: CAUSES,
    Button.CLOSE_CAUSE: CAUSES,
    Button.CLOSE_AS: MEASURES,
    Button.DECLINE_AS: REASONS,
}


def above(above: Above) -> str:
    """Return the line above a menu, with how to write what is not in its list; empty where the buttons say it all."""
    code, number = above.code, forms.number_of(above.code)
    ends = " Đóng nghĩa là đã hoạt động lại." if above.ends else ""
    match above.menu:
        case Menu.MAIN | Menu.MORE:
            return ""
        case Menu.PHONES:
            return f"☎️ Trực ca: {clean(above.said, 160)}" if above.said else ""
        case Menu.HAND:
            return f"👤 Giao {code} cho ai? Người được chọn được báo ngay."
        case Menu.CAUSE:
            return f"📝 Nguyên nhân của {code}? Chọn bên dưới, hoặc gõ: NN {number} và nguyên nhân"
        case Menu.REASONS:
            return f"✋ Chưa báo cáo {code}: vì sao? Chọn bên dưới, hoặc gõ: CBC {number} và lý do"
        case Menu.CLOSE:
            return f"🔒 Đóng {code}: nguyên nhân là gì?{ends} Ghi khác: gõ NN {number} và nguyên nhân, rồi bấm Đóng."
        case Menu.MEASURES:
            return f"🔒 Đóng {code}, nguyên nhân: {clean(above.said, 80)}. Đã xử lý thế nào?{ends}"


def proposal(cause: str, measures: str) -> str:
    """Return how somebody proposed to close it, on one button."""
    return f"Theo đề nghị: {clean(cause, 40)}; {clean(measures, 40)}"
