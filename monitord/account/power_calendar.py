"""The power company's calendar: a table of planned cuts, as windows. Pure: what is read is returned, with its mistakes.

The first row names the columns, in Vietnamese or English, with or without marks: the power area or the site (by id or
by name), from and to, perhaps the day in a column of its own, and a reason.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from monitord.domain.safe import clean
from monitord.domain.window import Scope
from monitord.settings.model import Settings

Rows = Sequence[tuple[int, Sequence[object]]]
"""Rows with the line they stand in; the cells as a workbook or a CSV file has them."""
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "place": ("khu vuc", "khu vuc mat dien", "lo", "lo duong day", "tram", "diem", "power area", "area", "site"),
    "day": ("ngay", "ngay cat dien", "day", "date"),
    "from": ("tu", "tu gio", "tu luc", "bat dau", "thoi gian bat dau", "from", "start"),
    "to": ("den", "den gio", "den luc", "ket thuc", "thoi gian ket thuc", "to", "end"),
    "reason": ("ly do", "noi dung", "noi dung cong tac", "reason"),
}
LONGEST = timedelta(days=3)
"""A planned cut that is longer is a mistake of the day or the month."""
_DAY = re.compile(r"(?P<d>[0-9]{1,2})[/.-](?P<m>[0-9]{1,2})[/.-](?P<y>[0-9]{4})|(?P<iso>[0-9]{4}-[0-9]{2}-[0-9]{2})")
_CLOCK = re.compile(r"(?P<h>[0-9]{1,2})(?::|h|g| giờ ?)(?P<min>[0-9]{2})?(?::[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned cut: the line it stands in, what it is called, what it covers, from when to when, and why."""

    line: int
    place: str
    scope: Scope
    begins: datetime
    ends: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """What cannot be read, at its row and column (from 1)."""

    line: int
    column: int
    why: str


def planned_cuts(rows: Rows, settings: Settings, now: datetime) -> tuple[list[Planned], list[Mistake]]:
    """Return the cuts of a calendar that are not over at `now`, and every mistake; cuts are whole or not there."""
    filled = [(line, cells) for line, cells in rows if any(cell not in (None, "") for cell in cells)]
    if not filled:
        return [], [Mistake(1, 1, "the table is empty: its first row names the columns")]
    (head, names), *rest = filled
    columns = _columns(names)
    missing = [key for key in ("place", "from", "to") if key not in columns]
    if missing:
        known = "; ".join(f"{key}: {', '.join(HEADINGS[key][:3])}" for key in missing)
        return [], [Mistake(head, 1, f"a column is missing; one of each of these is wanted: {known}")]
    cuts, mistakes = list[Planned](), list[Mistake]()
    for line, cells in rest:
        found = _cut(line, cells, columns, settings, settings.zone)
        if isinstance(found, Mistake):
            mistakes.append(found)
        elif found.ends > now:
            cuts.append(found)
    return cuts, mistakes


def _columns(names: Sequence[object]) -> dict[str, int]:
    plain = [_plain(str(name or "")) for name in names]
    return {key: plain.index(known) for key, all_of in HEADINGS.items() for known in reversed(all_of) if known in plain}


def _cut(
    line: int, cells: Sequence[object], columns: Mapping[str, int], settings: Settings, zone: tzinfo
) -> Planned | Mistake:
    def cell(key: str) -> str:
        number = columns.get(key)
        value = cells[number] if number is not None and number < len(cells) else None
        return "" if value is None else str(value).strip()

    place = cell("place")
    scope = _scope(place, settings)
    if scope is None:
        why = f"{clean(place, 60)!r} is neither a power area nor a site: write its id or its name as in the settings"
        return Mistake(line, columns["place"] + 1, why)
    day = _day(cell("day"))
    begins = _instant(cell("from"), day, zone)
    if begins is None:
        wanted = "05/12/2026 07:30, or 07:30 with the day in a column `ngày`"
        return Mistake(line, columns["from"] + 1, f"{clean(cell('from'), 40)!r} is no beginning: {wanted}")
    ends = _instant(cell("to"), begins.astimezone(zone).date(), zone)
    if ends is not None and ends <= begins and _day(cell("to")) is None:
        ends += timedelta(days=1)  # over midnight
    if ends is None or not begins < ends <= begins + LONGEST:
        why = f"{clean(cell('to'), 40)!r} is no end after {begins.astimezone(zone):%d/%m/%Y %H:%M}, within three days"
        return Mistake(line, columns["to"] + 1, why)
    return Planned(line, clean(place, 120), scope, begins, ends, clean(cell("reason"), 200))


def _scope(place: str, settings: Settings) -> Scope | None:
    """Return what a place covers: the sites of a power area, or one site; None for a name that is none or several."""
    wanted = _plain(place)
    areas = {one.id for one in settings.topology.power_areas.values() if wanted in (_plain(one.id), _plain(one.name))}
    sites = {one.id for one in settings.sites.values() if wanted in (_plain(one.id), _plain(one.name))}
    if not wanted or len(areas) + len(sites) != 1:
        return None
    inside = {one.id for one in settings.sites.values() if one.power_area in areas} if areas else sites
    return Scope(sites=tuple(sorted(inside))) if inside else None


def _day(text: str) -> date | None:
    found = _DAY.search(text)
    try:
        if found is None:
            return None
        return (
            date.fromisoformat(found["iso"])
            if found["iso"]
            else date(int(found["y"]), int(found["m"]), int(found["d"]))
        )
    except ValueError:
        return None


def _instant(text: str, day: date | None, zone: tzinfo) -> datetime | None:
    """Return the instant that a cell names, on the day it names itself or else on `day`; None for anything else."""
    own = _day(text)
    clock = _CLOCK.search(_DAY.sub(" ", text))
    if (own or day) is None or clock is None:
        return None
    try:
        at = time(int(clock["h"]), int(clock["min"] or 0))
    except ValueError:
        return None
    found = own or day
    assert found is not None
    return datetime.combine(found, at, zone)


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(char for char in parted if not unicodedata.combining(char)).replace("_", " ").split())
