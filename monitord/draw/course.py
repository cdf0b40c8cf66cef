"""The course of an incident as a sheet: a band over time, numbered marks on it, and what each number is below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitord.domain.timeline import Band, Mark, Sign, Stretch, Timeline
from monitord.draw.sheet import (
    GREEN,
    GREY,
    HEIGHT,
    INK,
    LINE,
    ORANGE,
    PALE,
    PAPER,
    RED,
    SMALLEST,
    SOFT,
    WIDTH,
    Box,
    Sheet,
    Stroke,
    cut,
    width,
    wrapped,
)
from monitord.texts.story import Words

LEFT, RIGHT = 40.0, WIDTH - 40.0
COLUMN = 2.0
"""The width of the narrowest piece of a band."""
TALL = 96.0
ROWS = 18
"""Marks that are written out; of more the first and the last are."""
LEVEL = {Band.DOWN: 1.0, Band.UNKNOWN: 1.0, Band.DEGRADED: 0.62, Band.UP: 0.14}
"""How tall a band is: it must be told from the others without its colour."""
FILL = {Band.DOWN: RED, Band.DEGRADED: ORANGE, Band.UP: GREEN, Band.UNKNOWN: ""}
_M = timedelta(minutes=1)
STEPS = (
    *(timedelta(seconds=s) for s in (10, 20, 30)),
    *(m * _M for m in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)),
    *(timedelta(days=d) for d in (1, 2, 5, 10, 30, 90, 365)),
)
GRAVE = {Sign.NOT_TOLD, Sign.EXPIRED, Sign.NOT_ANSWERED, Sign.NOT_RUNNING, Sign.FIRST_BAD, Sign.AGAIN}
GOOD = {Sign.RESTORED, Sign.FIXED, Sign.CLOSED}
ROW = 42.0


@dataclass(frozen=True, slots=True)
class _Axis:
    start: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        """Return the place of an instant; what lies outside is at the edge."""
        part = (at - self.start) / (self.end - self.start)
        return LEFT + (RIGHT - LEFT) * min(1.0, max(0.0, part))


def course_sheet(told: Timeline, words: Words, zone: tzinfo) -> Sheet:
    """Return the sheet of an incident's course."""
    sheet, axis, say = Sheet(), _Axis(told.start, told.end), words.drawn
    y = _head(sheet, told, words, zone)
    marks = _kept(told.marks)
    below = y + 62 + TALL
    _numbers(sheet, axis, [(n, mark) for n, mark in enumerate(marks, 1) if mark is not None], y, below)
    _band(sheet, axis, told.stretches, below, say)
    y = _ticks(sheet, axis, told, below, words, zone)
    y = _rows(sheet, told, marks, y + 10, words, zone)
    y = _legend(sheet, told.stretches, y + 16, say)
    for line in (say["as_of"].format(at=words.instant(told.now, zone, seconds=True)), say["roles_only"]):
        sheet.text(LEFT, y, line, SMALLEST, SOFT)
        y += 40
    sheet.height = y + 20
    return sheet


def heading(sheet: Sheet, title: str, name: str, drill: str, y: float = 28.0) -> float:
    """Write the heading of a picture, and return where it ends."""
    if drill:
        sheet.add(Box(0, 0, WIDTH, 56, fill=ORANGE))
        sheet.text(LEFT, 8, drill, 34, PAPER, True)
        y += 48
    sheet.text(LEFT, y, cut(title, RIGHT - LEFT, 44, True), 44, bold=True)
    y += 58
    for line in wrapped(name, RIGHT - LEFT, 36, 2, True):
        sheet.text(LEFT, y, line, 36, bold=True)
        y += 46
    return y


def _head(sheet: Sheet, told: Timeline, words: Words, zone: tzinfo) -> float:
    say = words.drawn
    y = heading(sheet, say["timeline"].format(code=told.code), told.name, say["drill"] if told.drill else "")
    begin = next((mark.at for mark in told.marks if mark.sign is Sign.FIRST_BAD), told.start)
    over = told.over
    span = words.duration((over or told.now) - begin, exact=True)
    shown = words.instant(begin, zone)
    if over is None:
        line = say["span_running"].format(begin=shown, span=span)
    else:
        same = begin.astimezone(zone).date() == over.astimezone(zone).date()
        until = words.clock(over, zone) if same else words.instant(over, zone)
        times = say["in_times"].format(count=told.episodes) if told.episodes > 1 else ""
        line = say["span_over"].format(begin=shown, end=until, span=words.duration(told.down, exact=True)) + times
    lines = wrapped(line, RIGHT - LEFT, 34, 2)
    if told.episodes > 1 and over is None:
        lines.append(say["episodes"].format(count=told.episodes, span=words.duration(told.down, exact=True)))
    for one in lines:
        sheet.text(LEFT, y, one, 34, GREEN if over is not None else RED)
        y += 44
    return y + 8


def _kept(marks: Sequence[Mark]) -> list[Mark | None]:
    """Return the marks to write out; None stands for those between the first and the last."""
    if len(marks) <= ROWS:
        return list(marks)
    half = (ROWS - 1) // 2
    return [*marks[: ROWS - 1 - half], None, *marks[-half:]]


def columns(stretches: Sequence[Stretch], start: datetime, end: datetime, count: int) -> list[Band]:
    """Return how each of so many equal pieces of the time is drawn: a fault however short is seen, what nobody saw goes
    before what was well."""
    order = (Band.DOWN, Band.DEGRADED, Band.UNKNOWN, Band.UP)
    found: list[Band | None] = [None] * count
    for one in stretches:
        first = int((one.start - start) / (end - start) * count)
        last = int((one.end - start) / (end - start) * count - 1e-9)
        for n in range(max(0, min(first, count - 1)), min(count - 1, max(first, last)) + 1):
            there = found[n]
            if there is None or order.index(one.band) < order.index(there):
                found[n] = one.band
    return [one or Band.UNKNOWN for one in found]


def _band(sheet: Sheet, axis: _Axis, stretches: Sequence[Stretch], below: float, say: Mapping[str, str]) -> None:
    count = int((RIGHT - LEFT) / COLUMN)
    bands = columns(stretches, axis.start, axis.end, count)
    n = 0
    while n < count:
        last = n
        while last + 1 < count and bands[last + 1] is bands[n]:
            last += 1
        _piece(sheet, LEFT + n * COLUMN, (last + 1 - n) * COLUMN, below, bands[n], say)
        n = last + 1
    sheet.add(Stroke(LEFT, below, RIGHT, below, INK, 3))


def _piece(
    sheet: Sheet, x: float, wide: float, below: float, band: Band, say: Mapping[str, str], full: float = TALL
) -> None:
    """Draw a while in which a target was seen alike, of that height where it is tallest."""
    tall = full * LEVEL[band]
    if band is Band.UNKNOWN:  # empty, with a broken outline: it is no state
        sheet.add(Box(x, below - tall, wide, tall, fill=PALE, stroke=GREY if wide >= 6 else "", dash=True))
    else:
        sheet.add(Box(x, below - tall, wide, tall, fill=FILL[band]))
    if band is Band.DEGRADED:  # stripes: it is no outage, whatever the light makes of its colour
        for n in range(1, int(wide / 14) + 1):
            sheet.add(Stroke(x + n * 14 - 7, below - tall + 3, x + n * 14 - 7, below - 3, PAPER, 2))
    word, size = "?" if band is Band.UNKNOWN else say[f"band_{band}"], full * 0.42
    if band in (Band.DOWN, Band.UNKNOWN) and size >= SMALLEST and width(word, size, True) + 12 < wide:
        color = INK if band is Band.UNKNOWN else PAPER
        sheet.text(x + wide / 2, below - tall / 2 - size * 0.6, word, size, color, True, "m")


def _numbers(sheet: Sheet, axis: _Axis, marks: Sequence[tuple[int, Mark]], y: float, below: float) -> None:
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


def _ticks(sheet: Sheet, axis: _Axis, told: Timeline, below: float, words: Words, zone: tzinfo) -> float:
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


def _rows(sheet: Sheet, told: Timeline, marks: Sequence[Mark | None], y: float, words: Words, zone: tzinfo) -> float:
    """Write what each number is: when, and what."""
    say = words.drawn
    days = {mark.at.astimezone(zone).date() for mark in told.marks}
    number = 0
    for mark in marks:
        if mark is None:
            left_out = len(told.marks) - sum(one is not None for one in marks)
            sheet.text(LEFT + 74, y, say["more"].format(count=left_out), 32, SOFT)
            y += ROW
            number += 1
            continue
        number += 1
        color = RED if mark.sign in GRAVE else GREEN if mark.sign in GOOD else INK
        sheet.text(LEFT + 50, y, str(number), 32, color, True, "r")
        at = words.clock(mark.at, zone, seconds=True)
        at = f"{at} {mark.at.astimezone(zone):%d/%m}" if len(days) > 1 else at
        when = sheet.text(LEFT + 74, y, at, 32, color)
        x = when.x + when.width + 24
        role = mark.role or say["team" if mark.sign is Sign.CALLED else "role"]
        sheet.text(x, y, cut(say[f"sign_{mark.sign}"].format(role=role), RIGHT - x, 32), 32, color)
        y += ROW
    return y


def _legend(sheet: Sheet, stretches: Sequence[Stretch], y: float, say: Mapping[str, str]) -> float:
    sheet.add(Stroke(LEFT, y, RIGHT, y, LINE, 2))
    y += 16
    x = LEFT
    there = {one.band for one in stretches}
    for band in (Band.DOWN, Band.DEGRADED, Band.UNKNOWN, Band.UP):
        if band not in there:
            continue
        word = say[f"band_{band}"]
        if x + 60 + width(word, SMALLEST) > RIGHT:
            x, y = LEFT, y + 42
        _piece(sheet, x, 44, y + 32, band, say, 32)
        written = sheet.text(x + 56, y, word, SMALLEST)
        x = written.x + written.width + 36
    return y + 32 + HEIGHT * 14
