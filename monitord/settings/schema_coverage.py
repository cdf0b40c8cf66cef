"""The shape of what is asked of a roster: how many on each duty, and the campaigns in which it is more."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.settings.fields import MAX_TEXT, Slug, Text, end_time, local_instant
from monitord.settings.form import YEAR, Form

MOST_PERSONS = 100
"""Persons that may be asked of one duty."""
FASTEST = 0.1
"""The least that the waits of a ladder may be multiplied by."""
_SPOKEN = re.compile(r"(.*[^ ,]),? +([0-9]{2}:[0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")


def spoken_instant(value: Any) -> datetime:
    """Return the naive local instant of `2027-02-05 07:00`, or of `mùng 1 Tết 2027 07:00`."""
    if not isinstance(value, str) or value[:4].isdigit() or len(value) > MAX_TEXT:
        return local_instant(value)
    found = _SPOKEN.fullmatch(value.strip())
    if found is None or _YEAR.search(found[1]) is None:
        raise ValueError('an instant is written "2027-02-05 07:00" or "29 Tết 2027 07:00"')
    at = end_time(found[2])
    try:
        day = spoken_day(found[1], 0)
    except NotALunarDate as wrong:
        raise ValueError(str(wrong)) from None
    return datetime.combine(day, at) + timedelta(days=1 if found[2] == "24:00" else 0)


Instant = Annotated[datetime, BeforeValidator(spoken_instant)]
Number = Annotated[int, Field(ge=0, le=MOST_PERSONS)]


class CoverageForm(Form):
    units: list[Slug] = Field(default_factory=list)
    duty: Slug
    need: Number = 1
    most: Annotated[int, Field(ge=1, le=MOST_PERSONS)] | None = None
    levels: dict[Slug, Number] = Field(default_factory=dict)

    @model_validator(mode="after")
    def allows_what_it_needs(self) -> "CoverageForm":
        if self.most is not None and self.most < self.need:
            raise ValueError("`most` must not be less than `need`")
        return self


class CampaignForm(Form):
    id: Slug
    name: Text
    units: list[Slug] = Field(default_factory=list)
    start: Annotated[Instant, Field(alias="from")]
    end: Annotated[Instant, Field(alias="to")]
    orders: list[Text] = Field(default_factory=list)
    level: Slug = "normal"
    faster: Annotated[float, Field(ge=FASTEST, le=1)] = 1.0
    freeze: bool = False
    reports: Annotated[list[Instant], Field(max_length=500)] = Field(default_factory=list)
    deadlines: list[Slug] = Field(default_factory=list)

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> "CampaignForm":
        if not self.start < self.end <= self.start + YEAR:
            raise ValueError("a campaign ends after it begins, within a year")
        return self
