"""Times that name their days themselves: "7h00 ngày 05/02 đến 7h00 ngày 06/02/2027", "2027-02-05 07:00"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from monitord.sheets.cells_hours import Hours, read_hours
from monitord.sheets.day_words import YEARS, Hint, exists
from monitord.sheets.fold import plain
from monitord.sheets.raw import Cell

_TIME = r"(\d{1,2}) ?(?:gio|h|g|:) ?(\d{2})?(?: ?phut)?"
_DATE = r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?"
_BOTH = re.compile(
    rf"(?:tu )?(?:luc )?{_TIME},? ?(?:ngay )?{_DATE} ?(?:-|den|toi) ?(?:luc )?{_TIME},? ?(?:ngay )?{_DATE}"
)
_INSTANT = re.compile(
    rf"(?:(?P<y>\d{{4}})-(?P<m>\d{{2}})-(?P<d>\d{{2}})|(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})/(?P<y2>\d{{4}}))[t ]+{_TIME}"
)
_CLOCK = re.compile(_TIME + r"(?: ?(?:hom truoc|ngay hom truoc|hom sau|ngay hom sau|sang hom sau))?")


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, local time."""

    start: datetime
    end: datetime


def span_in(cell: Cell, hint: Hint, year: int | None) -> Span | None:
    """Return the span that one cell names with both of its days, None when it is no such text."""
    found = _BOTH.search(plain(cell.text).replace("–", "-")) if isinstance(cell.value, str) else None
    if found is None:
        return None
    h1, m1, d1, o1, y1, h2, m2, d2, o2, y2 = found.groups()
    last = int(y2 or y1 or year or hint.year or 0)
    first = int(y1 or 0) or (last - 1 if int(o1) > int(o2) else last)
    return _span(_at(first, o1, d1, h1, m1), _at(last, o2, d2, h2, m2))


def span_of(start: Cell | None, end: Cell | None) -> Span | None:
    """Return the span of a cell that says from when and one that says to when, None when they do not."""
    return None if start is None or end is None else _span(_instant(start), _instant(end))


def clock_span(start: Cell | None, end: Cell | None) -> Hours | None:
    """Return the hours of a cell that says from what time and one that says to what time, None when they do not."""
    ends = [plain(cell.text) if cell is not None else "" for cell in (start, end)]
    said = read_hours(" - ".join(ends)) if all(_CLOCK.fullmatch(text) for text in ends) else None
    return said if isinstance(said, Hours) else None


def _span(start: datetime | None, end: datetime | None) -> Span | None:
    return Span(start, end) if start is not None and end is not None and start < end else None


def _instant(cell: Cell) -> datetime | None:
    if isinstance(cell.value, datetime):
        return cell.value if cell.value.year in YEARS else None
    found = _INSTANT.search(plain(cell.text))
    if found is None:
        return None
    day = found["d"] or found["d2"], found["m"] or found["m2"], found["y"] or found["y2"]
    return _at(int(day[2]), day[1], day[0], *found.groups()[-2:])


def _at(year: int, month: str, day: str, hour: str, minute: str | None) -> datetime | None:
    minutes = int(minute or 0)
    if not exists(year, int(month), int(day)) or int(hour) > 24 or minutes > 59:
        return None
    return datetime.combine(date(year, int(month), int(day)), time(0)) + timedelta(hours=int(hour), minutes=minutes)
