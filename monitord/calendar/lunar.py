"""The Vietnamese lunar date of a day, and its Vietnamese words. Reckoned at UTC+7: in some years it is not the
Chinese one.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from lunar_vn import solar_to_lunar

_MONTHS = (
    "Giêng", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Chạp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar; `leap` when its month is the second of its number."""

    year: int
    month: int
    day: int
    leap: bool = False


@lru_cache(maxsize=512)
def lunar_day(day: date) -> LunarDay | None:
    """Return the lunar date of a local day, None outside the years 1900 to 2100 for which it is known."""
    try:
        found = solar_to_lunar(day)
    except (ValueError, OverflowError):
        return None
    return LunarDay(found.year, found.month, found.day, found.leap)


def words(day: date) -> str:
    """Return `mùng 1 tháng Giêng`, `rằm tháng Bảy`, `29 tháng Chạp`, `21 tháng Sáu nhuận`; empty where it is not
    known.
    """
    found = lunar_day(day)
    if found is None:
        return ""
    name = "rằm" if found.day == 15 else f"mùng {found.day}" if found.day <= 10 else str(found.day)
    return f"{name} tháng {_MONTHS[found.month - 1]}{' nhuận' if found.leap else ''}"
