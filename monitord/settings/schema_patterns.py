"""The shape of the patterns of a roster: people who take turns by steps, and crews that live a cycle."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from monitord.domain.rotation import Step, StepUnit
from monitord.settings.fields import ClockTime, Day, EndTime, Slug, slug
from monitord.settings.form import Form

REST = "rest"
"""What a day of a cycle is called that has no hours."""
MOST_PEOPLE = 200
MOST_CREWS = 50
MOST_DAYS = 366

_STEP = re.compile(r"([1-9][0-9]{0,2})(h|d|w|mo)")
_MOST = {StepUnit.HOUR: 744, StepUnit.DAY: 31, StepUnit.WEEK: 4, StepUnit.MONTH: 1}
"""The longest step of each unit: a shift lasts a month at most."""


def step(value: Any) -> Step:
    """Return the step of `12h`, `1d`, `7d`, `1w` or `1mo`."""
    match = _STEP.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a step is a whole number with its unit: `12h`, `1d`, `1w`, `1mo`")
    found = Step(int(match[1]), StepUnit(match[2]))
    if found.count > _MOST[found.unit]:
        raise ValueError(f"must be at most {_MOST[found.unit]}{found.unit}: a turn lasts a month at most")
    return found


def day_of_cycle(value: Any) -> str | None:
    """Return the name of the hours that a day brings, None for `rest`."""
    return None if value == REST else slug(value)


class RotationForm(Form):
    people: Annotated[list[Slug], Field(min_length=1, max_length=MOST_PEOPLE)]
    every: Annotated[Step, BeforeValidator(step)]
    at: ClockTime | None = None
    since: Day
    backup: bool = False
    left: dict[Slug, Day] = Field(default_factory=dict)


class HoursForm(Form):
    start: Annotated[ClockTime | None, Field(alias="from")] = None
    end: Annotated[EndTime | None, Field(alias="to")] = None


class CrewForm(Form):
    name: Slug
    people: Annotated[list[Slug], Field(min_length=1, max_length=MOST_PEOPLE)]
    offset: Annotated[int, Field(ge=0, lt=MOST_DAYS)] | None = None


class CycleForm(Form):
    since: Day
    hours: Annotated[dict[Slug, HoursForm], Field(min_length=1)]
    days: Annotated[
        list[Annotated[str | None, BeforeValidator(day_of_cycle)]], Field(min_length=1, max_length=MOST_DAYS)
    ]
    crews: Annotated[list[CrewForm], Field(min_length=1, max_length=MOST_CREWS)]
    backup: bool = False

    @model_validator(mode="after")
    def all_crews_say_when_or_none_does(self) -> "CycleForm":
        said = sum(crew.offset is not None for crew in self.crews)
        if said not in (0, len(self.crews)):
            raise ValueError("say the `offset` of every crew, or of none")
        if not said and len(self.days) % len(self.crews):
            days, crews = len(self.days), len(self.crews)
            raise ValueError(f"{crews} crews cannot share {days} days evenly: say the `offset` of each, in days")
        return self
