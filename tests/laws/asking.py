"""Who is on duty, asked of the rules at an instant by the wall: no shift is built, nothing is counted in instants."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from monitord.domain.cycle import Cycle
from monitord.domain.roster import DailySlot
from monitord.domain.rotation import Rotation, StepUnit

DAY = timedelta(days=1)
FEW = timedelta(hours=2)
"""Nowhere do the clocks go back by more."""


@lru_cache(maxsize=200_000)
def twice(wall: datetime, zone: tzinfo) -> bool:
    """Return whether the wall shows that twice."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert first is not None
    assert second is not None
    return first > second


def shown(local: datetime, day: date, hour: time, zone: tzinfo, *, last: bool = False) -> bool:
    """Return whether the wall has shown that hour of that day by a local instant: once, or for the `last` time."""
    wall, mark = local.replace(tzinfo=None, fold=0), datetime.combine(day, hour)
    if abs(wall - mark) < FEW and twice(mark, zone) and twice(wall, zone):
        return (local.fold == 1 and wall >= mark) if last else (local.fold == 1 or wall >= mark)
    return wall >= mark


class Asked:
    """A rotation, a cycle or a slot, asked at instants."""

    def __init__(self, pattern: Rotation | Cycle | DailySlot, zone: tzinfo, until: date) -> None:
        self._pattern, self._zone = pattern, zone
        self._turns = list(_taking_turns(pattern, zone, until)) if isinstance(pattern, Rotation) else []
        self._days: dict[date, str] = {}
        if isinstance(pattern, Cycle):
            starts = {hours.start for hours in pattern.hours}
            self._hours = [(one.name, one.start, one.end, one.end in starts) for one in pattern.hours]
        if isinstance(pattern, DailySlot):
            comes = [
                day for day in _days(pattern.since, until) if not pattern.weekdays or day.weekday() in pattern.weekdays
            ]
            self._days = {day: pattern.people[n % len(pattern.people)] for n, day in enumerate(comes)}

    def on(self, at: datetime) -> set[str]:
        """Return who is on duty at an instant."""
        local = at.astimezone(self._zone)
        if isinstance(self._pattern, Rotation):
            number = _number(self._pattern, local, self._zone)
            person = self._turns[number] if number >= 0 else None
            return set() if person is None else {person}
        if isinstance(self._pattern, Cycle):
            return self._working(self._pattern, local)
        slot = self._pattern
        met = slot.start == slot.end
        return {
            person
            for day in (local.date(), local.date() - DAY)
            if (person := self._days.get(day)) and self._within(local, day, slot.start, slot.end, met)
        }

    def _working(self, cycle: Cycle, local: datetime) -> set[str]:
        found: set[str] = set()
        for day in (local.date(), local.date() - DAY):
            running = {
                name
                for name, start, end, met in self._hours
                if day >= cycle.since and self._within(local, day, start, end, met)
            }
            for crew in cycle.crews if running else ():
                if cycle.days[(day - cycle.since - crew.offset * DAY).days % len(cycle.days)] in running:
                    found |= set(crew.people)
        return found

    def _within(self, local: datetime, day: date, start: time, end: time, met: bool) -> bool:
        ends = day if end > start else day + DAY
        return shown(local, day, start, self._zone) and not shown(local, ends, end, self._zone, last=not met)


def _number(rotation: Rotation, local: datetime, zone: tzinfo) -> int:
    """How many handovers the wall has shown since the first."""
    every, since, today = rotation.every, rotation.since, local.date()
    if every.unit is StepUnit.HOUR:
        first = datetime.combine(since, rotation.at, tzinfo=zone)
        return int((local.timestamp() - first.timestamp()) // (every.count * 3600))
    if every.unit is StepUnit.MONTH:
        months = (today.year - since.year) * 12 + today.month - since.month
        due = since.day <= today.day or (today + DAY).day == 1
        on_the_day = since.day == today.day or (since.day > today.day and (today + DAY).day == 1)
        whole = months % every.count == 0
        passed = due and (not on_the_day or shown(local, today, rotation.at, zone))
        return months // every.count - (whole and not passed)
    number, over = divmod((today - since).days, every.count * (7 if every.unit is StepUnit.WEEK else 1))
    return number - (over == 0 and not shown(local, today, rotation.at, zone))


def _taking_turns(rotation: Rotation, zone: tzinfo, until: date) -> Iterator[str | None]:
    """Yield whose turn each is, one after the other: the next in the list who has not left on the day it begins."""
    left, place, number, begins = dict(rotation.left), -1, 0, rotation.since
    first = datetime.combine(rotation.since, rotation.at, tzinfo=zone).timestamp()
    while begins <= until:
        for _ in rotation.people:
            place = (place + 1) % len(rotation.people)
            if left.get(rotation.people[place], date.max) > begins:
                yield rotation.people[place]
                break
        else:
            yield None
        number += 1
        begins = _begins(rotation, number, first, zone)


def _begins(rotation: Rotation, number: int, first: float, zone: tzinfo) -> date:
    every, since = rotation.every, rotation.since
    if every.unit is StepUnit.HOUR:
        return datetime.fromtimestamp(first + number * every.count * 3600, zone).date()
    if every.unit is not StepUnit.MONTH:
        return since + number * every.count * DAY * (7 if every.unit is StepUnit.WEEK else 1)
    month = since.month - 1 + number * every.count
    found = date(since.year + month // 12, month % 12 + 1, 1)
    while found.day < since.day and (found + DAY).day != 1:
        found += DAY
    return found


def _days(first: date, until: date) -> list[date]:
    return [first + n * DAY for n in range((until - first).days + 1)]
