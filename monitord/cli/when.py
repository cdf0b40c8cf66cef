"""Instants and days of the command line: where one was named by the moon, how it was read is said."""

import sys
from datetime import date, datetime, tzinfo

from monitord.account.who import NotAnInstant, day_at, instant_at
from monitord.calendar import lunar
from monitord.calendar.days import is_moon
from monitord.cli.place import WRONG, fail
from monitord.domain.safe import clean
from monitord.texts import forms


def instant_or_fail(text: str, now: datetime, zone: tzinfo, option: str = "") -> datetime:
    """Return the instant that a text names, in UTC; prints what to write and exits with 2 when it names none."""
    try:
        at = instant_at(text, now, zone)
    except NotAnInstant as wrong:
        fail(f"{option}: {wrong}" if option else str(wrong), WRONG)
    _tell(text, forms.instant(at, zone), at.astimezone(zone).date())
    return at


def day_or_fail(text: str, now: datetime, zone: tzinfo, option: str = "") -> date:
    """Return the local day that a text names; prints what to write and exits with 2 when it names none."""
    try:
        day = day_at(text, now, zone)
    except NotAnInstant as wrong:
        fail(f"{option}: {wrong}" if option else str(wrong), WRONG)
    _tell(text, f"{day:%d/%m/%Y}", day)
    return day


def _tell(text: str, read: str, day: date) -> None:
    if is_moon(text):
        print(f'"{clean(text, 80)}" = {read} ({lunar.words(day)})', file=sys.stderr)
