"""Menus under a message in English: what stands above the buttons, and what can be chosen in them."""

from collections.abc import Mapping

from monitord.domain.menus import Menu
from monitord.domain.notice import Button
from monitord.domain.safe import clean
from monitord.texts import forms
from monitord.texts.story import Above

CAUSES = {
    "power": "no power",
    "cable": "cable cut",
    "equipment": "equipment broken",
    "settings": "wrong settings",
    "work": "construction work",
    "other_side": "the other side",
    "unknown": "not known yet",
}
MEASURES = {
    "by_itself": "came back by itself",
    "mains_back": "mains came back",
    "generator": "generator started",
    "spliced": "cable spliced",
    "replaced": "equipment replaced",
    "settings": "settings put right",
    "other_side": "done by the other side",
}
REASONS = {
    "verifying": "still being verified",
    "soon_back": "back soon",
    "small": "little is affected",
    "planned": "planned work",
    "by_phone": "told by telephone",
    "asking": "superiors are asked",
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
    ends = " Closing says that it works again." if above.ends else ""
    match above.menu:
        case Menu.MAIN | Menu.MORE:
            return ""
        case Menu.PHONES:
            return f"☎️ The shift: {clean(above.said, 160)}" if above.said else ""
        case Menu.HAND:
            return f"👤 To whom shall {code} go? Whoever you choose is told at once."
        case Menu.CAUSE:
            return f"📝 The cause of {code}? Choose below, or write: NN {number} and the cause"
        case Menu.REASONS:
            return f"✋ No report of {code} yet: why? Choose below, or write: CBC {number} and the reason"
        case Menu.CLOSE:
            return f"🔒 Closing {code}: what was the cause?{ends} Another: write NN {number} and the cause, then close."
        case Menu.MEASURES:
            return f"🔒 Closing {code}, cause: {clean(above.said, 80)}. What was done?{ends}"


def proposal(cause: str, measures: str) -> str:
    """Return how somebody proposed to close it, on one button."""
    return f"As proposed: {clean(cause, 40)}; {clean(measures, 40)}"
