"""Menus under a message in Vietnamese: what stands above the buttons, and what can be chosen in them."""

from collections.abc import Mapping

from monitord.domain.menus import Menu
from monitord.domain.notice import Button
from monitord.texts import forms

LISTS: Mapping[Button, Mapping[str, str]] = {
    Button.CAUSE_IS: {
        "power": "mất điện",
        "cable": "đứt cáp",
        "equipment": "hỏng thiết bị",
        "settings": "lỗi cấu hình",
        "work": "do thi công",
        "other_side": "do phía khác",
        "unknown": "chưa rõ",
    },
}


def above(menu: Menu, code: str) -> str:
    """Return the line above a menu, with how to write what is not in its list; empty where the buttons say it all."""
    number = forms.number_of(code)
    match menu:
        case Menu.MAIN | Menu.MORE:
            return ""
        case Menu.HAND:
            return f"👤 Giao {code} cho ai? Người được chọn được báo ngay."
        case Menu.CAUSE:
            return f"📝 Nguyên nhân của {code}? Chọn bên dưới, hoặc gõ: NN {number} và nguyên nhân"
