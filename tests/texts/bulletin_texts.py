"""The texts of a bulletin of Giao thừa: how the night may have gone, and the letters in which it is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitord.domain.bulletin import Figures, Peak
from monitord.texts.bulletins import BulletinLetter, NightText
from monitord.texts.story import Words
from tests.texts.stories import ZONE, at

PEAK = Peak("cr-1/interface_load/ge-0/0/9", 71.4, at("00:07"))
NAME = "Giao thừa Đinh Mùi"
NIGHTS: Mapping[str, Figures] = {
    "calm": Figures(peak=PEAK),
    "full": Figures(congested=1, peak=replace(PEAK, percent=93.0)),
    "failed": Figures(ran=3, restored=2, peak=PEAK),
    "over": Figures(ran=2, restored=2, peak=PEAK),
    "unseen": Figures(peak=PEAK, unseen=((at("00:02"), at("00:06")), (at("00:20"), at("00:21")))),
    "unseen-often": Figures(unseen=tuple((at(f"00:{n:02}"), at(f"00:{n + 1:02}")) for n in (2, 4, 6, 8, 10))),
    "no-load": Figures(),
    "maintenance": Figures(quiet=2, peak=PEAK),
}


def bulletins(words: Words) -> Mapping[str, str]:
    """Return the texts by the name of their golden file."""
    nights = {
        name: words.night(NightText(NAME, at("22:00", 5), at("00:30"), ZONE, figures, "Hướng quốc tế"))
        for name, figures in NIGHTS.items()
    }
    unnamed = words.night(NightText(NAME, at("22:00", 5), at("00:30"), ZONE, NIGHTS["calm"]))
    long = words.night(
        NightText("Tết Đinh Mùi", at("07:00", 4), at("07:00", 7), ZONE, NIGHTS["unseen"], "Hướng quốc tế")
    )
    asked = BulletinLetter(
        NAME, nights["calm"], True, "Viễn thông Cửu Long", "Sở Khoa học và Công nghệ", "Nguyễn Văn A, Phó Giám đốc"
    )
    sent = replace(
        asked, asks=False, reader="Trực lãnh đạo", approved_by="Nguyễn Văn A", contact="trực ca 0294 3999 999"
    )
    order = "Chỉ thị 01/CT-UBND"
    letters = {
        "asked": asked,
        "asked-late": replace(asked, late=timedelta(minutes=12), repeat=True),
        "sent": sent,
        "sent-by-order": replace(sent, approved_by="", order=order, repeat=True),
    }
    return {
        "bulletin-nights": "\n".join(
            [*(f"{name}: {text}" for name, text in nights.items()), f"unnamed: {unnamed}", f"long: {long}"]
        ),
        **{f"bulletin-{name}": words.bulletin(letter) for name, letter in letters.items()},
    }
