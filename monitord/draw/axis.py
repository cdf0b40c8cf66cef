"""The axis of a course: hours and days under it, the numbers of what happened over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitord.domain.marks import Mark
from monitord.domain.timeline import Timeline
from monitord.draw.sheet import INK, PAPER, SMALLEST, SOFT, WIDTH, Box, Sheet, Stroke, width
from monitord.texts.story import Words

LEFT, RIGHT = 40.0, WIDTH - 40.0
_M = timedelta(minutes=1)
STEPS = (
    *(timedelta(seconds=s) for s in (10, 20, 30)),
    *(m * _M for m in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)),
    *(timedelta(days=d) for d in (1, 2, 5, 10, 30, 90, 365)),
)


@dataclass(frozen=True, slots=True)
class Axis:
    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        """Return the place of an instant; what lies outside is at the edge."""
        part = (at - self.start) / (self.end - self.start)
        return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, part))


def numbers(sheet: Sheet, axis: Axis, marks: Sequence[tuple[int, Mark]], y: float, below: float) -> None:
    """Put the numbers of the marks over the band; those that would lie on each other are one: `3-5`."""
    groups: list[list[tuple[int, float]]] = []
    for number, mark in marks:
        x = axis.x(mark.at)
        if groups and x - _middle(groups[-1]) < (_wide(groups[-1]) + _wide([*groups[-1], (number, x)])) / 2 + 8:
            groups[-1].append((number, x))
        else:
            groups.append([(number, x)])
    merged = True
    while merged:  # a group that grew may lie on the next
        merged = False
        for n in range(len(groups) - 1):
            if _left(groups[n + 1]) < _left(groups[n]) + _wide(groups[n]) + 6:
                groups[n : n + 2] = [groups[n] + groups[n + 1]]
                merged = True
                break
    for group in groups:
        wide, left = _wide(group), _left(group)
        for _, x in group:
            sheet.add(Stroke(x, y + 44, x, below, INK, 2))
        first, last = group[0][1], group[-1][1]
        if not left <= first <= last <= left + wide:
            sheet.add(Stroke(min(first, left), y + 44, max(last, left + wide), y + 44, INK, 2))
        sheet.add(Box(left, y + 4, wide, 40, fill=INK, radius=10))
        sheet.text(left + wide / 2, y + 5, _label(group), 32, PAPER, True, "m")


def _label(group: Sequence[tuple[int, float]]) -> str:
    first, last = group[0][0], group[-1][0]
    return str(first) if first == last else f"{first}–{last}"


def _wide(group: Sequence[tuple[int, float]]) -> float:
    return width(_label(group), 32, True) + 20


def _middle(group: Sequence[tuple[int, float]]) -> float:
    return (group[0][1] + group[-1][1]) / 2


def _left(group: Sequence[tuple[int, float]]) -> float:
    wide = _wide(group)
    return min(RIGHT - wide, max(LEFT, _middle(group) - wide / 2))


def ticks(sheet: Sheet, axis: Axis, told: Timeline, below: float, words: Words, zone: tzinfo) -> float:
    """Write the hours under the band, and the day under the first and wherever it changes."""
    span = axis.end - axis.start
    step = next((one for one in STEPS if span / one <= 5), STEPS[-1])
    by_day = step >= timedelta(days=1)
    at = axis.start.astimezone(zone)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + step * -((midnight - at) // step)
    day, free, dated = None, LEFT - 99, LEFT - 99.0
    while at <= axis.end:
        x = axis.x(at)
        label = f"{at:%d/%m}" if by_day else words.clock(at, zone, seconds=step < _M)
        half = width(label, 32) / 2
        sheet.add(Stroke(x, below, x, below + 12, INK, 3))
        middle = min(RIGHT - half, max(LEFT + half, x))
        if middle - half > free + 10:
            sheet.text(middle, below + 14, label, 32, at="m")
            free = middle + half
        if not by_day and at.date() != day:
            shown = f"{at:%d/%m/%Y}"
            half = width(shown, SMALLEST) / 2
            middle = min(RIGHT - half, max(LEFT + half, x))
            if middle - half > dated + 10:
                sheet.text(middle, below + 52, shown, SMALLEST, SOFT, at="m")
                dated = middle + half
        day = at.date()
        at += step
    return below + (60 if by_day else 92)
