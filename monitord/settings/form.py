"""What all shapes of settings share."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

SECOND = timedelta(seconds=1)
TENTH = timedelta(milliseconds=100)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = timedelta(days=31)
YEAR = timedelta(days=366)
"""The bounds of durations."""


class Form(BaseModel):
    """What all shapes share: unknown keys are refused, and no value is quietly turned into another kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)
