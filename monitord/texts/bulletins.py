"""What a bulletin is written from: the figures of its time, and the letter in which it is asked for or sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitord.domain.bulletin import Figures


@dataclass(frozen=True, slots=True)
class NightText:
    """The body of a bulletin: what is told of the time from `since` up to `due`. `line` is how the fullest line is
    called, empty where it is not named outside."""

    name: str
    since: datetime
    due: datetime
    zone: tzinfo
    figures: Figures
    line: str = ""

    @property
    def long(self) -> bool:
        """Return whether a time of day alone does not say which day it was."""
        return self.due - self.since > timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class BulletinLetter:
    """A bulletin on its way: to the leader who is asked (`asks`), or to who reads it.

    `text` is its body, frozen when it was made. `organisation` is where it goes, `reader` who is addressed. `late` is
    set when it was asked for late. `order` names the order by which it leaves unapproved, `approved_by` who approved
    it.
    """

    name: str
    text: str
    asks: bool
    unit_name: str
    organisation: str
    reader: str = ""
    address_form: str = "đồng chí"
    approved_by: str = ""
    order: str | None = None
    contact: str = ""
    late: timedelta | None = None
    repeat: bool = False
