"""The shape of what lies around devices: communes, power areas, cable routes, rings, services."""

from typing import Annotated

from pydantic import Field, model_validator

from monitord.settings.fields import Day, Slug, Text
from monitord.settings.form import Form

Count = Annotated[int, Field(ge=0, le=100_000_000)]


class CommuneForm(Form):
    id: Slug
    name: Text
    code: Text = ""
    since: Day | None = None
    until: Day | None = None
    formerly: list[Text] = Field(default_factory=list)


class OperatorForm(Form):
    id: Slug
    name: Text


class TeamForm(Form):
    id: Slug
    name: Text
    phone: Text = ""


class PowerAreaForm(Form):
    id: Slug
    name: Text
    supplier: Slug | None = None


class SegmentForm(Form):
    id: Slug
    name: Text
    communes: list[Text] = Field(default_factory=list)
    team: Slug | None = None


class RouteForm(Form):
    id: Slug
    name: Text
    segments: Annotated[list[SegmentForm], Field(min_length=1, max_length=1000)]


class RingForm(Form):
    id: Slug
    name: Text
    members: Annotated[list[Slug], Field(max_length=200)]
    hubs: Annotated[list[Slug], Field(min_length=1)]

    @model_validator(mode="after")
    def goes_round(self) -> "RingForm":
        if len(self.members) < 3:
            raise ValueError("a ring has at least three `members`")
        return self


class ServiceForm(Form):
    id: Slug
    name: Text
    customer: Text = ""
    priority: bool = False
    path: Annotated[list[Slug], Field(min_length=1)]
    backup: list[Slug] = Field(default_factory=list)
    subscribers: Count = 0
