"""Crews that live one cycle of days, each at its own place in it: 3 ca 4 kíp, 2 ca 12 giờ, day and night."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from monitord.domain.roster import Shift, hours_of


@dataclass(frozen=True, slots=True)
class Hours:
    """The local hours of a named shift; an end that is not after the start is the next day's."""

    name: str
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Crew:
    """People who work together, and how many days after the beginning they begin the cycle."""

    name: str
    people: tuple[str, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """What each day of the cycle brings: the hours by name, or None for a day of rest.

    The roster begins on the day `since`: nobody has hours that begin before it. A crew that begins the cycle later is
    until then at the end of it.
    """

    crews: tuple[Crew, ...]
    hours: tuple[Hours, ...]
    days: tuple[str | None, ...]
    since: date
    backup: bool = False

    def of(self, name: str) -> Hours:
        """Return the hours of that name. KeyError when there are none."""
        for hours in self.hours:
            if hours.name == name:
                return hours
        raise KeyError(name)

    def meets(self, hours: Hours) -> bool:
        """Return whether others begin when these hours end."""
        return any(other.start == hours.end for other in self.hours)


@dataclass(frozen=True, slots=True)
class Clash:
    """Hours that on a day of the cycle, counted from 1, are no crew's or several crews'."""

    day: int
    hours: str
    crews: tuple[str, ...]


def crews_on(cycle: Cycle, day: int) -> Iterator[tuple[Crew, str]]:
    """Yield the crews that work on a day, counted from 0 at the beginning, with the name of their hours."""
    for crew in cycle.crews:
        name = cycle.days[(day - crew.offset) % len(cycle.days)]
        if name is not None:
            yield crew, name


def clashes(cycle: Cycle) -> list[Clash]:
    """Return the hours that some day of the cycle brings to no crew or to more than one, in the order of the days."""
    named = [hours.name for hours in cycle.hours if hours.name in cycle.days]
    found = []
    for day in range(len(cycle.days)):
        working = list(crews_on(cycle, day))
        for name in named:
            crews = tuple(crew.name for crew, hours in working if hours == name)
            if len(crews) != 1:
                found.append(Clash(day + 1, name, crews))
    return found


def work(
    unit: str, duty: str, cycle: Cycle, since: datetime, until: datetime, zone: tzinfo, source: str
) -> list[Shift]:
    """Return the shifts of a cycle that cover some instant of `[since, until)`, each whole, in order of their days."""
    day = max(cycle.since, since.astimezone(zone).date() - timedelta(days=2))
    last = until.astimezone(zone).date()
    shifts = []
    while day <= last:
        spans = {
            hours.name: hours_of(day, hours.start, hours.end, zone, met=cycle.meets(hours)) for hours in cycle.hours
        }
        for crew, name in crews_on(cycle, (day - cycle.since).days):
            start, end = spans[name]
            if start < end and end > since and start < until:
                shifts += [Shift(unit, duty, person, start, end, source, cycle.backup) for person in crew.people]
        day += timedelta(days=1)
    return shifts
