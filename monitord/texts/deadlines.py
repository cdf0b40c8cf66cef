"""Deadlines as people read them: how the order was read, what is left, and the reminder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitord.calendar import lunar
from monitord.domain.deadline import Due
from monitord.texts import forms
from monitord.texts.story import Words


@dataclass(frozen=True, slots=True)
class OwedLine:
    """One line of a reminder: what is owed to whom by which unit until when; `id` is what a command calls it."""

    id: str
    what: str
    to: str
    unit: str
    due: Due


def due_words(words: Words, due: Due, zone: tzinfo) -> str:
    """Return how a deadline was read: `trước 14:00 ngày 07/02/2027 (mùng 2 Tết), muộn nhất 13:59:59`."""
    local, last = due.at.astimezone(zone), due.last().astimezone(zone)
    moon = moon_words(words, due)
    said = {"day": f"{due.day:%d/%m/%Y}{f' ({moon})' if moon else ''}"}
    if not due.clock:
        before = f"{(last - timedelta(days=1)):%d/%m/%Y}"
        return words.page["due_before_day" if due.strict else "due_by_day"].format(**said, last=before)
    shown = local if due.strict else last
    clock = "24:00" if shown.date() != due.day else f"{shown:%H:%M}"
    return words.page["due_before_clock" if due.strict else "due_by_clock"].format(
        **said, clock=clock, last=f"{last:%H:%M:%S}"
    )


def moon_words(words: Words, due: Due) -> str:
    """Return the lunar date of the day that a deadline names, empty where it is not known."""
    if words.lang == "vi":
        return lunar.tet_words(due.day)
    moon = lunar.solar_to_lunar(due.day)
    return f"lunar {moon.day}/{moon.month}" if moon else ""


def left(words: Words, due: Due, now: datetime) -> str:
    """Return how long there is, or in red for how long it has been late."""
    if now < due.at:
        return words.page["deadline_left"].format(left=words.duration(due.at - now))
    return words.page["deadline_late"].format(late=words.duration(now - due.at))


def reminder(words: Words, owed: Sequence[OwedLine], now: datetime, zone: tzinfo, *, pressed: bool) -> str:
    """Return the reminder of all that somebody owes; `pressed` where a button under it says that it was sent."""
    units = list(dict.fromkeys(one.unit for one in owed))
    many = len(units) > 1
    lines = [
        words.page["deadline_line"].format(
            what=f"{one.what} ({one.unit})" if many else one.what,
            to=one.to,
            due=due_words(words, one.due, zone),
            left=left(words, one.due, now),
        )
        for one in owed
    ]
    how = words.page["deadline_press" if pressed else "deadline_write"].format(id=owed[0].id)
    return forms.lines(words.page["deadline_head"].format(unit=", ".join(units)), *lines, how)
