"""People who take turns, each for one step: an hour, a day, a week, a month.

Hours are real hours from the beginning; days, weeks and months go by the clock on the wall. The roster begins at the
beginning: before it nobody has a turn.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

from monitord.domain.roster import Shift, instant


class StepUnit(StrEnum):
    """What a step is counted in."""

    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "mo"


@dataclass(frozen=True, slots=True)
class Step:
    """How long one turn lasts: `count` hours, days, weeks or months."""

    count: int
    unit: StepUnit


@dataclass(frozen=True, slots=True)
class Rotation:
    """People in the order of their turns: the first begins on the day `since`, at the local hour `at`.

    `left` says from which day on somebody begins no turn any more; the others keep their order. A turn that began
    before is ended, and the next in the list follows: taking a name out of `people` would move everybody's turns.
    """

    people: tuple[str, ...]
    every: Step
    at: time
    since: date
    backup: bool = False
    left: tuple[tuple[str, date], ...] = ()


def person_of(rotation: Rotation, number: int, zone: tzinfo) -> str | None:
    """Return whose turn has that number; None before the first, which is 0, and when nobody is left."""
    if number < 0:
        return None
    began, order = next(era for era in reversed(_eras(rotation, zone)) if era[0] <= number)
    return order[(number - began) % len(order)] if order else None


def handover(rotation: Rotation, number: int, zone: tzinfo) -> datetime:
    """Return the instant at which the turn with that number begins: the first is 0, and they go back before it too.

    A month's handover from the 29th, 30th or 31st is on the last day of a month that lacks it.
    """
    count = number * rotation.every.count
    if rotation.every.unit is StepUnit.HOUR:
        return instant(rotation.since, rotation.at, zone) + timedelta(hours=count)
    return instant(_day(rotation, count), rotation.at, zone)


def turn_at(rotation: Rotation, at: datetime, zone: tzinfo) -> int:
    """Return the number of the turn that covers an instant; below 0 before the rotation begins."""
    if rotation.every.unit is StepUnit.HOUR:
        return (at - handover(rotation, 0, zone)) // timedelta(hours=rotation.every.count)
    # By the wall a day further at most: where the clocks left a day out, the handovers of two fall together.
    number = _first_on(rotation, at.astimezone(zone).date() + timedelta(days=2), zone)
    while handover(rotation, number, zone) > at:
        number -= 1
    return number


def turns(
    unit: str, duty: str, rotation: Rotation, since: datetime, until: datetime, zone: tzinfo, source: str
) -> list[Shift]:
    """Return the shifts of a rotation that cover some instant of `[since, until)`, each whole, in order."""
    first = max(0, turn_at(rotation, since, zone))
    number, ends, shifts = first, handover(rotation, first, zone), []
    while ends < until:
        begins, ends = ends, handover(rotation, number + 1, zone)
        person = person_of(rotation, number, zone)
        if person is not None and begins < ends:
            shifts.append(Shift(unit, duty, person, begins, ends, source, rotation.backup))
        number += 1
    return shifts


def _day(rotation: Rotation, count: int) -> date:
    if rotation.every.unit is not StepUnit.MONTH:
        return rotation.since + timedelta(days=count * (7 if rotation.every.unit is StepUnit.WEEK else 1))
    year, month = divmod(rotation.since.year * 12 + rotation.since.month - 1 + count, 12)
    return date(year, month + 1, min(rotation.since.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=4096)
def _eras(rotation: Rotation, zone: tzinfo) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """From which turn on which people take turns, in their order, the earliest first."""
    eras = [(0, rotation.people)]
    for leaving in sorted({day for _, day in rotation.left}):
        number = max(0, _first_on(rotation, leaving, zone))
        began, order = eras[-1]
        turned = (number - began) % len(order) if order else 0
        gone = {person for person, day in rotation.left if day <= leaving}
        staying = tuple(one for one in order[turned:] + order[:turned] if one not in gone)
        if number == began:
            eras.pop()
        eras.append((number, staying))
    return tuple(eras)


def _first_on(rotation: Rotation, day: date, zone: tzinfo) -> int:
    """Return the number of the first turn that begins on that local day or later."""
    every, since = rotation.every, rotation.since
    if every.unit is StepUnit.HOUR:
        ahead = instant(since, rotation.at, zone) - instant(day, time(0), zone)
        return -(ahead // timedelta(hours=every.count))
    if every.unit is StepUnit.MONTH:
        number = ((day.year - since.year) * 12 + day.month - since.month) // every.count
        return number if _day(rotation, number * every.count) >= day else number + 1
    return -((since - day).days // (every.count * (7 if every.unit is StepUnit.WEEK else 1)))
