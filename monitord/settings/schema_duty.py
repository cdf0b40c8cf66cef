"""The shape of who is told and who is on duty: policies and roster."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from monitord.settings.fields import ClockTime, Day, Duration, EndTime, LocalInstant, Severity, Slug, Text, between
from monitord.settings.form import DAY, HOUR, MINUTE, MONTH, SECOND, Form
from monitord.settings.schema_patterns import CycleForm, RotationForm


class TellForm(Form):
    duty: Slug | None = None
    person: Slug | None = None
    organisation: Slug | None = None

    @model_validator(mode="after")
    def names_one(self) -> "TellForm":
        if sum(ref is not None for ref in (self.duty, self.person, self.organisation)) != 1:
            raise ValueError("tell one of `duty`, `person`, `organisation`")
        return self


class QuietForm(Form):
    start: Annotated[ClockTime, Field(alias="from")]
    end: Annotated[EndTime, Field(alias="to")]


class StepForm(Form):
    after: Annotated[Duration, between(timedelta(0), MONTH)]
    tell: TellForm
    channels: Annotated[list[Slug], Field(min_length=1)]
    quiet: QuietForm | None = None


class PolicyForm(Form):
    id: Slug
    severities: Annotated[list[Severity], Field(min_length=1)]
    units: list[Slug] = Field(default_factory=list)
    tags: dict[str, Text] = Field(default_factory=dict)
    steps: Annotated[list[StepForm], Field(min_length=1, max_length=50)]
    repeat: Annotated[Duration, between(SECOND, MONTH)] = timedelta(minutes=60)
    ack_holds: Annotated[Duration, between(SECOND, MONTH)] = timedelta(hours=2)
    noted_holds: Annotated[Duration, between(SECOND, MONTH)] = timedelta(minutes=15)
    approval_waits: Annotated[Duration, between(timedelta(0), MONTH)] = timedelta(minutes=10)
    restoration: Annotated[list[Annotated[Duration, between(SECOND, MONTH)]], Field(max_length=50)] = Field(
        default_factory=lambda: [timedelta(hours=hours) for hours in (2, 4, 6)]
    )


class SeverityRuleForm(Form):
    id: Slug
    severity: Severity
    tags: dict[str, Text] = Field(default_factory=dict)
    check: Slug | None = None
    healths: list[Literal["degraded", "down", "garbled", "auth"]] = Field(default_factory=list)

    @model_validator(mode="after")
    def names_something(self) -> "SeverityRuleForm":
        if not (self.tags or self.check or self.healths):
            raise ValueError("name `tags`, a `check` or `healths`: a rule for everything would hide the others")
        return self


class LossRuleForm(Form):
    id: Slug
    severity: Severity
    stations: Annotated[int, Field(ge=1)] | None = None
    operator_share: Annotated[int, Field(ge=1, le=100)] | None = None
    dark_communes: Annotated[int, Field(ge=1)] | None = None
    subscribers: Annotated[int, Field(ge=1)] | None = None
    priority: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def names_a_limit(self) -> "LossRuleForm":
        limits = (self.stations, self.operator_share, self.dark_communes, self.subscribers, self.priority)
        if all(limit is None for limit in limits):
            raise ValueError("name a limit: `stations`, `operator_share`, `dark_communes`, `subscribers` or `priority`")
        return self


class StormForm(Form):
    opened: Annotated[int, Field(ge=0, le=10_000)] = 6
    within: Annotated[Duration, between(MINUTE, DAY)] = timedelta(minutes=5)
    running: Annotated[int, Field(ge=2, le=100_000)] = 20
    alone: Annotated[int, Field(ge=0, le=100)] = 2
    gather: Annotated[Duration, between(timedelta(0), HOUR)] = timedelta(seconds=60)
    summary: Annotated[Duration, between(5 * MINUTE, DAY)] = timedelta(minutes=15)
    calm: Annotated[Duration, between(MINUTE, DAY)] = timedelta(minutes=30)
    severity: Severity = 2

    @model_validator(mode="after")
    def begins_before_it_is_all_told(self) -> "StormForm":
        if self.opened and self.alone >= self.opened:
            raise ValueError("`alone` must be less than `opened`: those are told by themselves before a storm begins")
        if self.opened and self.running < self.opened:
            raise ValueError("`running` must not be less than `opened`: a storm would begin again when it is over")
        return self


class LaneForm(Form):
    id: Slug
    name: Text
    authorities: list[Slug] = Field(default_factory=list)
    nearest_police: bool = False
    script: Text
    named: list[Slug] = Field(default_factory=list)
    severity: Severity = 1
    suspects: list[Literal["page_changed", "strange_device"]] = Field(default_factory=list)


class BulletinForm(Form):
    id: Slug
    name: Text
    unit: Slug
    to: Slug
    start: Annotated[LocalInstant, Field(alias="from")]
    at: LocalInstant
    loads: list[Text] = Field(default_factory=list)
    channels: Annotated[list[Slug], Field(min_length=1)]
    approval_waits: Annotated[Duration, between(timedelta(0), DAY)] = timedelta(minutes=10)

    @model_validator(mode="after")
    def tells_of_some_time(self) -> "BulletinForm":
        if not self.start < self.at <= self.start + MONTH:
            raise ValueError("a bulletin tells `at` an instant after `from`, within a month")
        return self


class SlotForm(Form):
    start: Annotated[ClockTime, Field(alias="from")]
    end: Annotated[EndTime, Field(alias="to")]
    people: Annotated[list[Slug], Field(min_length=1)]
    since: Day | None = None
    backup: bool = False
    weekdays: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(default_factory=list)

    @model_validator(mode="after")
    def turns_have_a_beginning(self) -> "SlotForm":
        if len(self.people) > 1 and self.since is None:
            raise ValueError("say `since`: the day on which the first of `people` is on duty")
        return self


class ShiftForm(Form):
    start: Annotated[LocalInstant, Field(alias="from")]
    end: Annotated[LocalInstant, Field(alias="to")]
    person: Slug
    backup: bool = False

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> "ShiftForm":
        if not self.start < self.end <= self.start + MONTH:
            raise ValueError("a shift ends after it begins, within a month")
        return self


class RosterForm(Form):
    unit: Slug
    duty: Slug
    layer: Annotated[int, Field(ge=1, le=9)] = 1
    every_day: list[SlotForm] = Field(default_factory=list)
    shifts: list[ShiftForm] = Field(default_factory=list)
    rotation: RotationForm | None = None
    cycle: CycleForm | None = None

    @model_validator(mode="after")
    def holds_one_kind(self) -> "RosterForm":
        if sum(map(bool, (self.every_day, self.shifts, self.rotation, self.cycle))) != 1:
            raise ValueError("give `every_day`, `rotation`, `cycle` or `shifts`, one of them")
        return self


class DeadlineForm(Form):
    id: Slug
    unit: Slug
    what: Text
    to: Slug
    due: Annotated[list[Text], Field(min_length=1, max_length=31)]
    person: Slug | None = None


class DaysOffForm(Form):
    added: list[Day] = Field(default_factory=list)
    removed: list[Day] = Field(default_factory=list)
    decision: Text

    @model_validator(mode="after")
    def decides_each_day_once(self) -> "DaysOffForm":
        twice = sorted(set(self.added) & set(self.removed))
        if twice:
            raise ValueError(f"{twice[0]} is both off (`added`) and worked (`removed`)")
        return self
