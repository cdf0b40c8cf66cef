"""The shape of the YAML, section by section: which keys there are, and what may stand behind each."""

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from monitord.settings.fields import (
    ClockTime,
    Day,
    Duration,
    Mail,
    Port,
    SecretText,
    Severity,
    Slug,
    Text,
    between,
)
from monitord.settings.form import DAY, HOUR, MINUTE, MONTH, SECOND, YEAR, Form
from monitord.settings.schema_coverage import CampaignForm, CoverageForm
from monitord.settings.schema_duty import (
    BulletinForm,
    DaysOffForm,
    DeadlineForm,
    LaneForm,
    LossRuleForm,
    PolicyForm,
    RosterForm,
    SeverityRuleForm,
    StormForm,
)
from monitord.settings.schema_network import DeviceForm, LinkForm, SiteForm, TimingForm
from monitord.settings.schema_topology import (
    CommuneForm,
    OperatorForm,
    PowerAreaForm,
    RingForm,
    RouteForm,
    ServiceForm,
    TeamForm,
)


class SeverityForm(Form):
    degraded: Severity = 4
    garbled: Severity = 4
    auth: Severity = 4
    unknown: Severity = 4
    down: Severity | None = None


class DeskForm(Form):
    name: Text
    zone: Text = "Asia/Ho_Chi_Minh"
    lang: Literal["vi", "en"] = "vi"
    administrators: list[Slug] = Field(default_factory=list)
    check_contacts: bool = True
    state_dir: Text | None = None
    database: SecretText | None = None
    runtime_dir: Text | None = None
    checks_dirs: list[Text] = Field(default_factory=list)
    http_workers: Annotated[int, Field(ge=1, le=256)] = 16
    watch: bool = True
    one_way_counts: list[Slug] = Field(default_factory=list)
    severity_of: SeverityForm = SeverityForm()
    unit: Slug | None = None
    reopen_within: Annotated[Duration, between(timedelta(0), MONTH)] = timedelta(minutes=30)
    recurrence_within: Annotated[Duration, between(timedelta(0), YEAR)] = timedelta(days=30)
    planned_cut_severity: Severity = 3
    unknown_after: Annotated[Duration, between(timedelta(0), MONTH)] = timedelta(minutes=30)
    digest_over: Annotated[int, Field(ge=1, le=100)] = 5
    defaults: TimingForm = TimingForm()


class WebForm(Form):
    host: Text = "127.0.0.1"
    port: Port = 8080
    enabled: bool = True


def _short(value: str) -> str:
    if len(value) > 48:
        raise ValueError("is longer than 48 letters")
    return value


def _group_chat(value: int) -> int:
    if not -(2**52) < value < 0:
        raise ValueError(
            "of a group is a negative number such as -1001234567890: type /nhom in it, and the bot says it"
        )
    return value


class GroupForm(Form):
    id: Annotated[Slug, AfterValidator(_short)]
    unit: Slug
    chat: Annotated[int, AfterValidator(_group_chat)]
    topic: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    name: Text
    severity: Severity = 4


CHAT = Annotated[int, Field(gt=-(2**52), lt=2**52)]


class TelegramCanaryForm(Form):
    """Section `canary` of `telegram`: the chat it goes to, and `accounts` that press its button, the chat's own where
    it is a person's. With `pressed: false` nobody has to."""

    chat: CHAT
    every: Annotated[Duration, between(MINUTE, DAY)] = timedelta(minutes=15)
    within: Annotated[Duration, between(10 * SECOND, HOUR)] = timedelta(minutes=3)
    pressed: bool = True
    accounts: list[CHAT] = Field(default_factory=list)

    @model_validator(mode="after")
    def somebody_presses(self) -> "TelegramCanaryForm":
        if self.within >= self.every:
            raise ValueError("`within` of a canary must be shorter than `every`")
        if self.pressed and self.chat <= 0 and not self.accounts:
            raise ValueError("name the `accounts` that press the button: the chat of a canary is a group")
        return self


class TelegramForm(Form):
    token: SecretText
    base_url: Text = "https://api.telegram.org/bot"
    proxy: SecretText | None = None
    poll_timeout: Annotated[Duration, between(SECOND, 50 * SECOND)] = timedelta(seconds=25)
    groups: list[GroupForm] = Field(default_factory=list)
    canary: TelegramCanaryForm | None = None


class LogChannelForm(Form):
    path: Text


class AnchorsForm(Form):
    tell: Annotated[list[Slug], Field(min_length=1)]
    every: Duration = timedelta(hours=24)
    at: ClockTime = time(7, 0)


class AutoSendForm(Form):
    order: Text


class UnitForm(Form):
    id: Slug
    name: Text
    roster_owner: Slug
    leader_duty: Slug = "leader"
    auto_send: AutoSendForm | None = None
    address_form: Text = "đồng chí"
    handover: ClockTime = time(7, 0)
    roll_call: list[Slug] = Field(default_factory=list)
    department: Slug | None = None
    kept_by: dict[Slug, Slug] = Field(default_factory=dict)


class FormerNameForm(Form):
    name: Text
    until: Day


class OrganisationForm(Form):
    id: Slug
    name: Text
    role: Literal["department", "police", "power", "corporate_noc", "authority", "military"]
    contacts: list[Slug] = Field(default_factory=list)
    phone: Text = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    aliases: list[Text] = Field(default_factory=list)
    former: list[FormerNameForm] = Field(default_factory=list)

    @model_validator(mode="after")
    def exists_for_some_time(self) -> "OrganisationForm":
        if self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("`valid_to` is the first day on which it is there no more: after `valid_from`")
        return self


class DutyKindForm(Form):
    id: Slug
    name: Text


class PersonForm(Form):
    id: Slug
    name: Text
    home: Slug
    title: Text = ""
    phone: Text = ""
    telegram: Annotated[int, Field(ge=1, lt=2**52)] | None = None
    mobile: Text | None = None
    mail: Mail | None = None
    addresses: dict[Slug, Text] = Field(default_factory=dict)
    stand_ins: list[Slug] = Field(default_factory=list)


class PrivacyForm(Form):
    purge_after_days: Annotated[int, Field(ge=0, le=3650)] = 90


ONE: dict[str, type[Form]] = {
    "desk": DeskForm,
    "web": WebForm,
    "telegram": TelegramForm,
    "log_channel": LogChannelForm,
    "anchors": AnchorsForm,
    "storm": StormForm,
    "days_off": DaysOffForm,
    "privacy": PrivacyForm,
}
"""Sections that stand once, with keys of their own."""

MANY: dict[str, type[Form]] = {
    "units": UnitForm,
    "organisations": OrganisationForm,
    "duty_kinds": DutyKindForm,
    "people": PersonForm,
    "sites": SiteForm,
    "devices": DeviceForm,
    "links": LinkForm,
    "communes": CommuneForm,
    "operators": OperatorForm,
    "teams": TeamForm,
    "power_areas": PowerAreaForm,
    "routes": RouteForm,
    "rings": RingForm,
    "services": ServiceForm,
    "policies": PolicyForm,
    "severity_rules": SeverityRuleForm,
    "loss_rules": LossRuleForm,
    "security_lanes": LaneForm,
    "bulletins": BulletinForm,
    "roster": RosterForm,
    "coverage": CoverageForm,
    "campaigns": CampaignForm,
    "deadlines": DeadlineForm,
}
"""Sections that are lists and may be spread over several files."""
