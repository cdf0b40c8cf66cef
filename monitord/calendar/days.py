"""Days and times of day as people write them, the year left out: "29 Tết", "mùng 1 03:29", "14h00 mùng 2"."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.domain.safe import clean

LONGEST = 80
"""Characters of a day with its time."""
_MINUTES = r"(?P<minute>[0-9]{2})"
_PAST = r"(?: (?P<past>[0-9]{1,2})(?: (?:phút|phut))?)?"
CLOCK = rf"(?P<hour>[0-9]{{1,2}})(?:(?::|h ?|g ?){_MINUTES}|h|g| ?(?:giờ|gio){_PAST})"
"""A time of day: 14:00, 14h, 14h00, 14 giờ, 14 giờ 30 phút."""

_AHEAD = re.compile(rf"(?:lúc |luc )?{CLOCK},? (?:(?:ngày|ngay|hôm|hom) )?(?P<day>.+)", re.IGNORECASE)
_BEHIND = re.compile(rf"(?P<day>.+?),? (?:lúc |luc )?{CLOCK}", re.IGNORECASE)
_MOON = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names: the day, and whether the text says of which year."""

    day: date
    dated: bool


def day_near(text: str, today: date) -> Named:
    """Return the day of a lunar date; where the text names no year, the one nearest to `today`, before or after.

    NotALunarDate, with what may have been meant, where it names none, or where the nearest year lacks it: "30 Tết" in
    December 2026 is not quietly taken for that of a later year.
    """
    found: dict[date, NotALunarDate | None] = {}
    wrong: NotALunarDate | None = None
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found[spoken_day(text, year)] = None
        except NotALunarDate as no:
            wrong = wrong or no
            if no.proposal is not None:
                found.setdefault(no.proposal, no)
    if not found:
        assert wrong is not None
        raise wrong
    nearest = min(found, key=lambda day: (abs(day - today), day < today))
    refused = found[nearest]
    if refused is not None:
        raise refused
    return Named(nearest, len(found) == 1)


def is_moon(text: str) -> bool:
    """Return whether a text may be a lunar date: it has letters, as no date in figures has but for the T of an
    instant."""
    return _MOON.search(re.sub(r"(?<=[0-9])[TZ](?=[0-9]|$)", "", text)) is not None


def parted(text: str) -> tuple[str, str] | None:
    """Return the day and the time of day (`14:00`, also `24:00`) of a text that has both, whichever stands first; None
    for any other text."""
    line = " ".join(unicodedata.normalize("NFC", text[: LONGEST + 1]).split())
    if len(line) > LONGEST:
        return None
    found = _AHEAD.fullmatch(line) or _BEHIND.fullmatch(line)
    return None if found is None else (found["day"], clock_of(found))


def clock_of(found: re.Match[str]) -> str:
    """Return the time of day that CLOCK matched, as `08:05`; it may be none, such as `31:00`."""
    return f"{int(found['hour']):02d}:{int(found['minute'] or found['past'] or 0):02d}"


def moment_near(text: str, today: date) -> tuple[datetime, bool]:
    """Return the local instant, without a zone, of a lunar date with a time of day, and whether the text says the year;
    `24:00` is the midnight that ends the day. NotALunarDate as `day_near`, and for a time that is on no clock."""
    both = parted(text)
    if both is None:
        raise NotALunarDate(
            f'"{clean(text, LONGEST)}" names no lunar date with its time: write "mùng 1 Tết 2027 07:00"'
        )
    named = day_near(both[0], today)
    return at_clock(named.day, both[1]), named.dated


def at_clock(day: date, clock: str) -> datetime:
    """Return the local instant of `14:00` on a day; NotALunarDate for a time that is on no clock."""
    if clock == "24:00":
        return datetime.combine(day + timedelta(days=1), time(0))
    try:
        return datetime.combine(day, time.fromisoformat(clock))
    except ValueError:
        raise NotALunarDate(f"{clock} is on no clock: a day is from 00:00 to 24:00") from None
