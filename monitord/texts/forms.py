"""Forms that every language shares: numbers, local time, and who was told, in the order it is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from monitord.domain.health import Cause, Health
from monitord.texts.story import Story, Told, ToldState

MOST_TOLD = 3
"""Lines about who was told before: a message is one screen of a telephone."""

PAGE_CAUSES = frozenset(
    {
        Cause.BAD_STATUS,
        Cause.TEXT_MISSING,
        Cause.TEXT_FORBIDDEN,
        Cause.REDIRECT,
        Cause.TLS,
        Cause.HTTP_PROTOCOL,
    }
)
"""Causes that only a page can have."""


def number(value: int, thousands: str) -> str:
    """Return a whole number with its thousands marked."""
    return f"{value:,}".replace(",", thousands)


def decimal(value: float, digits: int, thousands: str, point: str) -> str:
    """Return a number with that many decimals, marked the way of the language."""
    return f"{value:,.{digits}f}".translate({ord(","): thousands, ord("."): point})


def size(bytes_free: int, point: str) -> str:
    """Return bytes as people say them: `1,5 GB`."""
    value = float(max(0, bytes_free))
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, {"B": "kB", "kB": "MB", "MB": "GB", "GB": "TB"}[unit]
    shown = f"{value:.0f}" if unit == "B" or value >= 100 else f"{value:.1f}"
    return f"{shown.replace('.', point)} {unit}"


def local_day(at: datetime, zone: tzinfo) -> date:
    """Return the local day of an instant."""
    return at.astimezone(zone).date()


def clock(at: datetime, zone: tzinfo, seconds: bool = False) -> str:
    """Return the local time of day: `03:07`, or `03:07:12`."""
    return at.astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def instant(at: datetime, zone: tzinfo, seconds: bool = False) -> str:
    """Return time of day and date: `03:07 06/02/2027`."""
    return f"{clock(at, zone, seconds)} {local_day(at, zone):%d/%m/%Y}"


def capital(text: str) -> str:
    """Return a text with its first letter large, as at the beginning of a line."""
    return text[:1].upper() + text[1:]


def near(at: datetime, beside: datetime, zone: tzinfo, seconds: bool = False) -> str:
    """Return the time of day, with the date where it is another day than that of `beside`."""
    if local_day(at, zone) == local_day(beside, zone):
        return clock(at, zone, seconds)
    return f"{clock(at, zone, seconds)} {local_day(at, zone):%d/%m}"


def soon(at: datetime, beside: datetime, zone: tzinfo) -> str:
    """Return `near`, with seconds where the two are less than a minute apart."""
    return near(at, beside, zone, seconds=abs(at - beside) < timedelta(minutes=1))


def between(start: datetime, end: datetime) -> timedelta:
    """Return how long it was, so that it agrees with the two times of day as they are shown: to the minute, from one
    minute on.
    """
    if end - start < timedelta(minutes=1):
        return end - start
    return end.replace(second=0, microsecond=0) - start.replace(second=0, microsecond=0)


def parts(span: timedelta) -> tuple[int, int, int, int]:
    """Return days, hours, minutes, seconds, whole; none of them negative."""
    whole = max(0, int(span.total_seconds()))
    return whole // 86_400, whole // 3600 % 24, whole // 60 % 60, whole % 60


def minutes(span: timedelta) -> int:
    """Return whole minutes, none of them negative."""
    return max(0, int(span.total_seconds() // 60))


def number_of(code: str) -> str:
    """Return the part of an incident's number that people say and type: `004` of `SC-0602-004`."""
    return code.rpartition("-")[2]


def lines(*given: str | None) -> str:
    """Return those lines that say something."""
    return "\n".join(line for line in given if line)


@dataclass(frozen=True, slots=True)
class Reached:
    """One person of "told": the first instant, and each channel with what became of it."""

    at: datetime
    role: str
    name: str
    ways: tuple[tuple[str, ToldState], ...]


def told_before(story: Story) -> tuple[Reached, ...]:
    """Return whom others were told, one entry a person and role, in order; the reader's own entry is left out."""
    found: dict[tuple[str, str], list[Told]] = {}
    for told in story.told:
        if (told.role, told.name) != (story.recipient_role, story.recipient_name):
            found.setdefault((told.role, told.name), []).append(told)
    reached = (
        Reached(min(t.at for t in group), role, name, tuple({t.channel: t.state for t in group}.items()))
        for (role, name), group in found.items()
    )
    return tuple(sorted(reached, key=lambda r: r.at))


def roles_before(story: Story) -> tuple[str, ...]:
    """Return the roles that were told, each once, but the reader's own: two on one duty are told together."""
    return tuple(dict.fromkeys(r.role for r in told_before(story) if r.role != story.recipient_role))


def target(device: str, title: str, instance: str) -> str:
    """Return the device and the thing on it, saying nothing twice."""
    thing = title if title and title.casefold() != device.casefold() else ""
    if instance and instance not in thing and instance not in device:
        thing = f"{thing} ({instance})" if thing else instance
    return f"{device} – {thing}" if thing else device


def some(named: Sequence[str], most: int, what: str) -> str:
    """Return the first names, and how many there are in all of `what` when those are not all."""
    shown = ", ".join(named[:most])
    return shown if len(named) <= most else f"{shown}, … ({len(named)} {what})"


def is_page(story: Story) -> bool:
    """Return True when what is wrong is a page."""
    return story.cause in PAGE_CAUSES and story.health is not Health.UNKNOWN
