"""Menus under a message in English: what stands above the buttons, and what can be chosen in them."""

from collections.abc import Mapping

from monitord.domain.menus import Menu
from monitord.domain.notice import Button
from monitord.texts import forms

LISTS: Mapping[Button, Mapping[str, str]] = {
    Button.CAUSE_IS: {
        "power": "no power",
        "cable": "cable cut",
        "equipment": "equipment broken",
        "settings": "wrong settings",
        "work": "construction work",
        "other_side": "the other side",
        "unknown": "not known yet",
    },
}


def above(menu: Menu, code: str) -> str:
    """Return the line above a menu, with how to write what is not in its list; empty where the buttons say it all."""
    number = forms.number_of(code)
    match menu:
        case Menu.MAIN | Menu.MORE:
            return ""
        case Menu.HAND:
            return f"👤 To whom shall {code} go? Whoever you choose is told at once."
        case Menu.CAUSE:
            return f"📝 The cause of {code}? Choose below, or write: NN {number} and the cause"
