"""How duty is shared out: hours, nights, holidays and days of Tết of each person over a range."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from monitord.domain.roster import Shift, instant

NIGHT_FROM, NIGHT_TO = time(22), time(6)
"""The local hours that count as night."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Share:
    """What one person has of the duty of a range, in hours; an hour of two duties at once counts once.

    `nights` are hours between 22:00 and 06:00, `holidays` hours of days off by law, `tet` those of the days of Tết,
    which are holidays as well.
    """

    hours: float = 0.0
    nights: float = 0.0
    holidays: float = 0.0
    tet: float = 0.0


def share_of(
    shifts: Iterable[Shift],
    person: str,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    holidays: Collection[date],
    tet: Collection[date],
) -> Share:
    """Return what a person has of `[start, end)`; backups (trực phụ) do not count."""
    spans = _merged(
        (max(s.start, start), min(s.end, end))
        for s in shifts
        if s.person == person and not s.backup and s.start < end and s.end > start
    )
    hours = nights = off = of_tet = timedelta(0)
    for begins, ends in spans:
        hours += ends - begins
        day = begins.astimezone(zone).date()
        while (midnight := instant(day, time(0), zone)) < ends:
            after = instant(day + timedelta(days=1), time(0), zone)
            here = _common(begins, ends, midnight, after)
            nights += _common(begins, ends, midnight, instant(day, NIGHT_TO, zone))
            nights += _common(begins, ends, instant(day, NIGHT_FROM, zone), after)
            off += here if day in holidays else timedelta(0)
            of_tet += here if day in tet else timedelta(0)
            day += timedelta(days=1)
    return Share(hours / _HOUR, nights / _HOUR, off / _HOUR, of_tet / _HOUR)


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(spans):
        if merged and begins <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], ends)
        else:
            merged.append((begins, ends))
    return merged


def _common(a: datetime, b: datetime, c: datetime, d: datetime) -> timedelta:
    return max(min(b, d) - max(a, c), timedelta(0))
