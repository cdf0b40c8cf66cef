"""One line of a roster that is handed out, and the words for its day and its hours.

The sheets are Vietnamese documents, whatever language the desk speaks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from monitord.calendar import lunar

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
WHOLE_DAY = "Cả ngày (24/24)"
BACKUP = "trực phụ"
DAY = timedelta(days=1)

_STEMS = ("Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý")
_BRANCHES = ("Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi")


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Somebody's duty from `start` up to `end`, local and aware of its zone; every text as it is to be shown, the
    telephone masked where it must be. `leads` says that it is the duty of the unit's leaders, `rank` is where its kind
    stands among the others."""

    start: datetime
    end: datetime
    duty: str
    name: str
    title: str
    unit: str
    phone: str
    ways: tuple[str, ...] = ()
    backup: bool = False
    leads: bool = False
    rank: int = 0

    @property
    def day(self) -> date:
        """Return the day under which it stands: that on which it begins."""
        return self.start.date()

    @property
    def note(self) -> str:
        """Return what the last column says."""
        return BACKUP if self.backup else ""


def by_day(lines: Sequence[DutyLine], handover: time) -> list[DutyLine]:
    """Return the lines in the order of a sheet, what is longer than a day cut where the duty changes each day."""
    pieces = [piece for line in lines for piece in _pieces(line, handover)]
    return sorted(pieces, key=lambda one: (one.day, not one.leads, one.rank, one.start, one.backup, one.name))


def day_words(day: date) -> str:
    """Return `Thứ Sáu 05/02/2027 (29 Tết)`."""
    moon = lunar.tet_words(day)
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}{f' ({moon})' if moon else ''}"


def hours_words(line: DutyLine, handover: time) -> str:
    """Return `Cả ngày (24/24)` for a day from one change of duty to the next, else `7h00 - 15h00`."""
    if line.start.time() == handover and line.end - line.start == DAY:
        return WHOLE_DAY
    end = "24h00" if line.end.time() == time(0) else clock_words(line.end)
    return f"{clock_words(line.start)} - {end}"


def clock_words(at: datetime | time) -> str:
    """Return `7h00`."""
    return f"{at.hour}h{at.minute:02d}"


def official_day(day: date, *, year: bool = False) -> str:
    """Return a date as decree 30/2020 has it: `ngày 05 tháng 02`, `ngày 05 tháng 3`, `ngày 12 tháng 11 năm 2027`: days
    below 10 and the months 1 and 2 have two figures."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month}{f' năm {day.year}' if year else ''}"


def tet_name(first: date, last: date) -> str:
    """Return `TẾT NGUYÊN ĐÁN ĐINH MÙI NĂM 2027` where the days hold the first of that year, else nothing."""
    for year in range(first.year, last.year + 1):
        new_year = lunar.lunar_to_solar(1, 1, year)
        if new_year is not None and first <= new_year <= last:
            name = f"{_STEMS[(year + 6) % 10]} {_BRANCHES[(year + 8) % 12]}"
            return f"TẾT NGUYÊN ĐÁN {name.upper()} NĂM {year}"
    return ""


def _pieces(line: DutyLine, handover: time) -> list[DutyLine]:
    found, start = [], line.start
    while line.end - start > DAY:
        change = datetime.combine(start.date(), handover, tzinfo=start.tzinfo)
        change += DAY if change <= start else timedelta(0)
        found.append(replace(line, start=start, end=change))
        start = change
    return [*found, replace(line, start=start)]
