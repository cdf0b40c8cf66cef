"""Answers to what people type, each as it is read on a telephone."""

from collections.abc import Mapping
from dataclasses import replace

from monitord.domain.menus import LISTS, Menu
from monitord.domain.notice import Button
from monitord.texts.story import Above, Words
from monitord.texts.typed import DutyLine, RunningLine, TypedAnswer, TypedResult
from tests.texts.stories import ZONE, at

BASE = TypedAnswer(TypedResult.HELP, at("03:12"), ZONE, code="SC-0602-004", word="hoan")
RUNNING = (
    RunningLine("DR-0602-005", 2, "Sự cố diện rộng", at("02:30")),
    RunningLine("SC-0602-004", 2, "OLT Tiểu Cần 01", at("03:07"), "Trần Thị B"),
    RunningLine("SC-0502-009", 3, "Ring 5 Trà Cú – Duyên Hải", at("22:50", 5)),
)
DUTIES = (
    DutyLine("Viễn thông Cửu Long", "trực ca", "Trần Thị B", "0912 345 678"),
    DutyLine("Viễn thông Cửu Long", "trực lãnh đạo", "Nguyễn Văn A", "0912 000 111"),
    DutyLine("Bưu điện Cửu Long", "trực ca", "Phạm Văn D"),
)
SPECIAL: Mapping[TypedResult, TypedAnswer] = {
    TypedResult.STATUS: replace(BASE, result=TypedResult.STATUS, running=RUNNING, count=11),
    TypedResult.ROSTER: replace(BASE, result=TypedResult.ROSTER, duties=DUTIES),
    TypedResult.SEVERAL: replace(BASE, result=TypedResult.SEVERAL, codes=("SC-0602-014", "SC-0502-014")),
}


def typed(words: Words) -> Mapping[str, str]:
    """Return the texts by the name of their golden file."""
    every = [words.typed(SPECIAL.get(result, replace(BASE, result=result))) for result in TypedResult]
    every += [words.typed(replace(BASE, result=result)) for result in (TypedResult.STATUS, TypedResult.ROSTER)]
    return {"typed": "\n\n".join(every), "menus": menus(words)}


def menus(words: Words) -> str:
    """Return every menu as it stands under a message: the line above it, and what can be chosen."""
    every = []
    for menu in (one for one in Menu if one is not Menu.PHONES):
        listed = LISTS.get(menu)
        chosen = [] if listed is None else [words.option(listed, name) for name in words.lists[listed].values()]
        every.append("\n".join([f"[{menu}]", words.menu(Above(menu, "SC-0602-004", "đứt cáp")), *chosen]))
    every += [words.menu(Above(menu, "SC-0602-004", "đứt cáp", ends=True)) for menu in (Menu.CLOSE, Menu.MEASURES)]
    every.append(words.menu(Above(Menu.PHONES, "SC-0602-004", "Trần Thị B 0912 345 678")))
    every.append(words.option(Button.CLOSE_AS, words.proposal("đứt cáp", "hàn nối cáp")))
    every.append("\n".join(words.button(button) for button in Button))
    every.append(words.option(Button.HAND_TO, "Trần Thị B – trực ca"))
    return "\n\n".join(every)
