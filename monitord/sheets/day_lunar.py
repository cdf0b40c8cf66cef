"""Days of the lunar calendar in a roster: "29 Tết", "Mùng 1", "23 tháng Chạp"; what is none is asked about."""

import re
from datetime import date

from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.sheets.asking import Ask, Asker
from monitord.sheets.day_words import Hint, say_day
from monitord.sheets.raw import Cell


def lunar_day(cell: Cell, said: str, hint: Hint, asker: Asker) -> date | None:
    """Return the day of lunar words, None when that must be asked: there is no "30 Tết" in most years."""
    year = asker.settle.year or hint.year
    if year is None:
        near = [d for y in (asker.today.year, asker.today.year + 1) if (d := _spoken(said, y)) is not None]
        best = min(near, key=lambda d: abs((d - asker.today).days), default=None)
        return asker.ask(cell.place, Ask.NO_YEAR, cell.text, say_day(best) if best else "", best)
    try:
        return spoken_day(_whole(said), _lunar_year(said, year))
    except NotALunarDate as wrong:
        offer = "" if wrong.proposal is None else f"{wrong.words} ({wrong.proposal:%d/%m/%Y})"
        return asker.ask(cell.place, Ask.NO_SUCH_DAY, cell.text, offer, wrong.proposal)


def _whole(said: str) -> str:
    """Return lunar words with "tháng" where people leave it out: "23 chạp"."""
    return re.sub(r"(\d) (chap|gieng)", r"\1 thang \2", said)


def _lunar_year(said: str, year: int) -> int:
    """A month Chạp on a list of one solar year is that of the lunar year before."""
    return year - 1 if re.search(r"chap|/12\b", said) else year


def _spoken(said: str, year: int) -> date | None:
    try:
        return spoken_day(_whole(said), _lunar_year(said, year))
    except NotALunarDate as wrong:
        return wrong.proposal
