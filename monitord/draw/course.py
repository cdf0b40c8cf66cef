"""The course of an incident as a sheet: a band over time, numbered marks on it, and what each number is below."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from monitord.domain.marks import Mark, Sign
from monitord.domain.timeline import Band, Stretch, Timeline
from monitord.draw.axis import LEFT, RIGHT, Axis, numbers, ticks
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

COLUMN = 2.0
"""The width of the narrowest piece of a band."""
TALL = 96.0
ROWS = 18
"""Marks that are written out; of more the first and the last are."""
LEVEL = {Band.DOWN: 1.0, Band.UNKNOWN: 1.0, Band.DEGRADED: 0.62, Band.UP: 0.14}
"""How tall a band is: it must be told from the others without its colour."""
FILL = {Band.DOWN: RED, Band.DEGRADED: ORANGE, Band.UP: GREEN, Band.UNKNOWN: ""}
GRAVE = {Sign.NOT_TOLD, Sign.EXPIRED, Sign.NOT_ANSWERED, Sign.NOT_RUNNING, Sign.FIRST_BAD, Sign.AGAIN}
GOOD = {Sign.RESTORED, Sign.FIXED, Sign.CLOSED}
ROW = 42.0


def course_sheet(told: Timeline, words: Words, zone: tzinfo) -> Sheet:
    """Return the sheet of an incident's course."""
    sheet, axis, say = Sheet(), Axis(told.start, told.end), words.drawn
    y = _head(sheet, told, words, zone)
    marks = _kept(told.marks)
    below = y + 62 + TALL
    numbers(sheet, axis, [(n, mark) for n, mark in enumerate(marks, 1) if mark is not None], y, below)
    _band(sheet, axis, told.stretches, below, say)
    y = ticks(sheet, axis, told, below, words, zone)
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


def _band(sheet: Sheet, axis: Axis, stretches: Sequence[Stretch], below: float, say: Mapping[str, str]) -> None:
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
