"""Availability of a target or a device over a span, from the spans of its outages.

Only what somebody saw is up or down. Time in maintenance and time in which nobody looked are kept apart, count as
neither, and are named; time before the target was watched, or that has not come yet, is no data.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitord.domain.roster import instant

_EVER = datetime.max.replace(tzinfo=UTC)


class Condition(StrEnum):
    """What a moment counts as. A target: the first that holds of no data, maintenance, unknown, down, up."""

    UP = "up"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Span:
    """Time from `start` up to, not including, `end`; `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intervals:
    """What is known of one target. `watched_from` is None when nobody ever looked; spans may overlap."""

    watched_from: datetime | None
    outages: tuple[Span, ...] = ()
    maintenance: tuple[Span, ...] = ()
    unknown: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Availability:
    """How the time of a span divides; the five lengths add up to it.

    `outages` are those that were seen down in the span, `begun` those among them that began in it: an outage over the
    end of a month is one of both months, begun in the first.
    """

    span: Span
    up: timedelta
    down: timedelta
    maintenance: timedelta
    unknown: timedelta
    no_data: timedelta
    outages: int
    begun: int

    @property
    def ratio(self) -> float | None:
        """Return up against up and down, 0 to 1; None when nothing was seen: no data is not 100 %."""
        seen = self.up + self.down
        return self.up / seen if seen else None


def month(year: int, number: int, zone: ZoneInfo) -> Span:
    """Return a calendar month of the zone as instants; it has 23 or 25 hours in a day where the clocks change."""
    following = date(year + number // 12, number % 12 + 1, 1)
    return Span(instant(date(year, number, 1), time(0), zone), instant(following, time(0), zone))


def availability(parts: Iterable[Intervals], span: Span, now: datetime) -> Availability:
    """Return how the span divides for a target, or for a device of which each part is a target.

    A device is down while any of its targets is, else in maintenance or unknown while any is; targets that were not
    watched yet say nothing. Time after `now` is no data; an open span ends at `now`.
    """
    parts = tuple(parts)
    end = max(span.start, now if span.end is None else span.end)
    lengths = dict.fromkeys(Condition, timedelta())
    down: list[datetime] = []
    for start, stop, condition in _divided(parts, span.start, end, now):
        lengths[condition] += stop - start
        if condition is Condition.DOWN:
            down.append(start)
    outages = _merged(outage for part in parts for outage in part.outages)
    starts = [outage.start for outage in outages]
    seen = {starts[bisect_right(starts, start) - 1] for start in down}
    return Availability(
        span=Span(span.start, end),
        up=lengths[Condition.UP],
        down=lengths[Condition.DOWN],
        maintenance=lengths[Condition.MAINTENANCE],
        unknown=lengths[Condition.UNKNOWN],
        no_data=lengths[Condition.NO_DATA],
        outages=len(seen),
        begun=sum(start >= span.start for start in seen),
    )


def _divided(
    parts: Sequence[Intervals], start: datetime, end: datetime, now: datetime
) -> Iterator[tuple[datetime, datetime, Condition]]:
    """Yield the pieces of `[start, end)` in order, each with what it counts as."""
    turns: list[tuple[datetime, int, Condition, int]] = []
    for number, part in enumerate(parts):
        watched = () if part.watched_from is None else (Span(part.watched_from, max(now, part.watched_from)),)
        holding = {
            Condition.UP: watched,
            Condition.DOWN: part.outages,
            Condition.MAINTENANCE: part.maintenance,
            Condition.UNKNOWN: part.unknown,
        }
        for condition, spans in holding.items():
            for span in spans:
                turns.append((span.start, number, condition, 1))
                turns.append((max(span.start, span.end or _EVER), number, condition, -1))
    holds: list[Counter[Condition]] = [Counter() for _ in parts]
    of_parts = Counter({Condition.NO_DATA: len(parts)})
    at = start
    for instant_, number, condition, step in sorted(turns):
        if instant_ >= end:
            break
        if instant_ > at:
            yield at, instant_, _of_all(of_parts)
            at = instant_
        of_parts[_of_one(holds[number])] -= 1
        holds[number][condition] += step
        of_parts[_of_one(holds[number])] += 1
    if at < end:
        yield at, end, _of_all(of_parts)


def _of_one(holds: Mapping[Condition, int]) -> Condition:
    if holds[Condition.UP] <= 0:
        return Condition.NO_DATA
    order = (Condition.MAINTENANCE, Condition.UNKNOWN, Condition.DOWN)
    return next((condition for condition in order if holds[condition] > 0), Condition.UP)


def _of_all(of_parts: Mapping[Condition, int]) -> Condition:
    order = (Condition.DOWN, Condition.MAINTENANCE, Condition.UNKNOWN, Condition.UP)
    return next((condition for condition in order if of_parts[condition] > 0), Condition.NO_DATA)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        end = max(span.start, span.end or _EVER)
        if merged and span.start <= (merged[-1].end or _EVER):
            merged[-1] = Span(merged[-1].start, max(end, merged[-1].end or _EVER))
        else:
            merged.append(Span(span.start, end))
    return merged
