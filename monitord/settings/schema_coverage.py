"""The shape of what is asked of a roster: how many on each duty, and the campaigns in which it is more."""

from typing import Annotated

from pydantic import Field, model_validator

from monitord.settings.fields import LocalInstant, Slug, Text
from monitord.settings.form import YEAR, Form

MOST_PERSONS = 100
"""Persons that may be asked of one duty."""
FASTEST = 0.1
"""The least that the waits of a ladder may be multiplied by."""
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
    start: Annotated[LocalInstant, Field(alias="from")]
    end: Annotated[LocalInstant, Field(alias="to")]
    orders: list[Text] = Field(default_factory=list)
    level: Slug = "normal"
    faster: Annotated[float, Field(ge=FASTEST, le=1)] = 1.0
    freeze: bool = False
    reports: Annotated[list[LocalInstant], Field(max_length=500)] = Field(default_factory=list)
    deadlines: list[Slug] = Field(default_factory=list)

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> "CampaignForm":
        if not self.start < self.end <= self.start + YEAR:
            raise ValueError("a campaign ends after it begins, within a year")
        return self
