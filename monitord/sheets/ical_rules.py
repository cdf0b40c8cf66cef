"""What of an iCalendar file is read at all: rules that a roster has, and none that could be worked out for ever."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from icalendar import Event

MOST_EVENTS = 5_000
"""Events of one file."""
MOST_RECURRING = 100
"""Events of one file that recur."""
MOST_DATES = 2_000
"""Dates that one event adds or leaves out."""
EARLIEST = 2000
"""The year before which no event begins."""
LONGEST_INTERVAL = 400
ALLOWED: Mapping[str, frozenset[str]] = {
    "DAILY": frozenset({"BYDAY"}),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY"}),
    "YEARLY": frozenset({"BYDAY", "BYMONTHDAY", "BYMONTH"}),
}
"""By what a rule of each frequency may pick its days."""
ALWAYS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})


class NotACalendar(Exception):
    """The file is no calendar that can be read; the message says why and what to do."""


def checked(events: list[Event]) -> list[Event]:
    """Return the events after looking at what they ask for; NotACalendar says of the first that asks too much."""
    if len(events) > MOST_EVENTS:
        raise NotACalendar(f"it has {len(events)} events, {MOST_EVENTS} at most: export a shorter time")
    recurring = [event for event in events if "RRULE" in event]
    if len(recurring) > MOST_RECURRING:
        raise NotACalendar(f"{len(recurring)} of its events recur, {MOST_RECURRING} at most")
    for event in events:
        _begins(event)
        for rule in _many(event.get("RRULE")):
            _rule(event, rule)
        for key in ("RDATE", "EXDATE"):
            if sum(len(getattr(one, "dts", ())) for one in _many(event.get(key))) > MOST_DATES:
                raise NotACalendar(f"{called(event)}: more than {MOST_DATES} dates in {key}")
    return events


def called(event: Event) -> str:
    """Return how messages call an event."""
    return f'"{str(event.get("SUMMARY", ""))[:60]}" ({str(event.get("UID", "?"))[:40]})'


def _begins(event: Event) -> None:
    if "DTSTART" not in event:
        raise NotACalendar(f"{called(event)} has no DTSTART")
    start: Any = getattr(event["DTSTART"], "dt", None)
    if not isinstance(start, date):
        raise NotACalendar(f"{called(event)}: DTSTART is no date")
    if not EARLIEST <= start.year <= 2100:
        raise NotACalendar(
            f"{called(event)} begins in the year {start.year}; a roster lies between {EARLIEST} and 2100"
        )
    if not isinstance(start, datetime):
        return
    if "DTEND" not in event and "DURATION" not in event:
        raise NotACalendar(f"{called(event)} has a beginning and no end: give it one, or let it last the whole day")
    for key in ("DTSTART", "DTEND"):
        at, zone = getattr(event.get(key), "dt", None), getattr(event.get(key), "params", {}).get("TZID")
        if zone is not None and isinstance(at, datetime) and at.tzinfo is None:
            raise NotACalendar(f"{called(event)}: there is no zone {str(zone)[:60]!r}; export it as Asia/Ho_Chi_Minh")


def _rule(event: Event, rule: Any) -> None:
    keys = {str(key).upper(): values for key, values in rule.items()}
    freq = str(next(iter(keys.get("FREQ", ())), "")).upper()
    if freq not in ALLOWED:
        raise NotACalendar(f"{called(event)}: a duty recurs daily, weekly, monthly or yearly, not {freq or 'never'}")
    other = sorted(set(keys) - ALWAYS - ALLOWED[freq])
    if other:
        raise NotACalendar(
            f"{called(event)}: {', '.join(other)} in a rule that is {freq} is not read; write the dates out"
        )
    interval = next(iter(keys.get("INTERVAL", (1,))), 1)
    if not 1 <= int(interval) <= LONGEST_INTERVAL:
        raise NotACalendar(f"{called(event)}: INTERVAL {interval} lies not between 1 and {LONGEST_INTERVAL}")


def _many(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
