"""What somebody typed about when a window is, as instants: a time alone, days of the week, a lunar date."""

import re
from datetime import date, datetime, timedelta, tzinfo

from monitord.account.who import NotAnInstant, day_at, instant_at
from monitord.calendar.days import is_moon
from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.domain.series import WEEKDAYS, days_of, spans_of

JUST_NOW = timedelta(minutes=15)
"""A time alone that is over for no longer than this means now and not tomorrow."""
LENGTH = re.compile(r"(?:(?P<days>[0-9]{1,2})d)?(?:(?P<hours>[0-9]{1,3})h)?(?:(?P<minutes>[0-9]{1,4})m)?")
Spans = list[tuple[datetime, datetime]]


class NotASpan(ValueError):
    """No window can be read from what was typed; the text says why and what to type."""


def typed_spans(
    now: datetime,
    zone: tzinfo,
    start: str,
    end: str | None,
    length: str | None = None,
    every: str | None = None,
    until: str | None = None,
    lunar: str | None = None,
) -> Spans:
    """Return the windows that were typed at `now`: one, or a series by days of the week, or one on a lunar date.

    A time alone is the next such time; the end is typed, or follows from `length` ("2h", "90m"). NotASpan says why not.
    """
    if (end is None) is (length is None):
        raise NotASpan("say when it ends: --to 04:00, or how long it is: --for 2h")
    try:
        begins = instant_at(start, now, zone)
        if _alone(start) and begins < now - JUST_NOW:
            begins += timedelta(days=1)
        ends = begins + _length(length) if length is not None else instant_at(end or "", begins, zone)
    except NotAnInstant as wrong:
        raise NotASpan(str(wrong)) from None
    if end is not None and _alone(end) and ends <= begins:
        ends += timedelta(days=1)
    clock_from, clock_to = begins.astimezone(zone).time(), ends.astimezone(zone).time()
    if lunar is not None:
        return spans_of([lunar_day(lunar, now.astimezone(zone).date())], clock_from, clock_to, zone)
    if every is None:
        return [(begins, ends)]
    if until is None:
        raise NotASpan("say until when: --until 2027-06-30")
    try:
        last = day_at(until, now, zone)
    except NotAnInstant as wrong:
        raise NotASpan(f"--until: {wrong}") from None
    days = range(7) if every.casefold() in ("ngày", "ngay", "day") else [_weekday(word) for word in every.split()]
    return spans_of(days_of(begins.astimezone(zone).date(), last, days), clock_from, clock_to, zone)


def lunar_day(text: str, today: date) -> date:
    """Return the next day of that lunar date.

    NotASpan where the year that comes next lacks the date, with the neighbour that may be meant: nothing is guessed.
    """
    wrong: NotALunarDate | None = None
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found = spoken_day(text, year)
        except NotALunarDate as no:
            wrong = no
            if no.proposal is not None and no.proposal >= today:
                raise NotASpan(str(no)) from None
            continue
        if found >= today:
            return found
    raise NotASpan(str(wrong) if wrong else f"{text!r} lies in no year near")


def _alone(text: str) -> bool:
    """Return whether a time stands without its day."""
    return ":" in text and "-" not in text and "/" not in text and not is_moon(text)


def _length(text: str) -> timedelta:
    found = LENGTH.fullmatch(text.strip().replace(" ", ""))
    given = {name: int(number) for name, number in found.groupdict().items() if number} if found else {}
    if not any(given.values()):
        raise NotASpan(f"--for is a length such as 2h, 90m or 1d, not {text!r}")
    return timedelta(**given)


def _weekday(word: str) -> int:
    if word.upper() not in WEEKDAYS:
        raise NotASpan(f"{word!r} is no day of the week: {', '.join(WEEKDAYS)}, or ngày")
    return WEEKDAYS[word.upper()]
