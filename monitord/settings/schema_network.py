"""The shape of what is looked at: sites, devices, links, and how often."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from monitord.settings.fields import Address, Duration, IpAddress, Port, SecretText, Severity, Slug, Text, between, text
from monitord.settings.form import MONTH, SECOND, TENTH, Form


class TimingForm(Form):
    flapping: bool | None = None
    interval: Annotated[Duration, between(SECOND, MONTH)] | None = None
    retry: Annotated[Duration, between(TENTH, MONTH)] | None = None
    timeout: Annotated[Duration, between(TENTH, MONTH)] | None = None
    confirm: Annotated[int, Field(ge=1, le=20)] | None = None
    attempts: Annotated[int, Field(ge=1, le=10)] | None = None


class SiteForm(Form):
    id: Slug
    name: Text
    kind: Text
    commune: Text = ""
    address: Text = ""
    nearest_police: Slug | None = None
    authority: Slug | None = None
    military: Slug | None = None
    keep_inside: bool = False
    operator: Slug | None = None
    stations: Annotated[int, Field(ge=0, le=1000)] = 0
    subscribers: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    team: Slug | None = None
    travel: Annotated[Duration, between(timedelta(0), MONTH)] | None = None
    battery: Annotated[Duration, between(timedelta(0), MONTH)] | None = None
    generator: Literal["none", "fixed", "portable"] = "none"
    power_area: Slug | None = None


class AuthForm(Form):
    protocol: Literal["MD5", "SHA", "SHA224", "SHA256", "SHA384", "SHA512"]
    key: SecretText


class PrivForm(Form):
    protocol: Literal["DES", "3DES", "AES", "AES192", "AES256"]
    key: SecretText


class SnmpForm(Form):
    address: Address
    port: Port = 161
    version: Annotated[Literal["1", "2c", "3"], BeforeValidator(text)] = "2c"
    community: SecretText | None = None
    user: Text = ""
    auth: AuthForm | None = None
    priv: PrivForm | None = None
    context: Text = ""
    also_from: list[IpAddress] = Field(default_factory=list)

    @model_validator(mode="after")
    def version_and_credentials_agree(self) -> "SnmpForm":
        match self.version, self.community, self.user:
            case (("1" | "2c"), None, _):
                raise ValueError(f"version {self.version} needs a `community`")
            case "3", _, "":
                raise ValueError("version 3 needs a `user`")
            case "3", given, _ if given is not None:
                raise ValueError("version 3 has no `community`")
        if self.version != "3" and (self.user or self.auth or self.priv or self.context):
            raise ValueError("`user`, `auth`, `priv` and `context` belong to version 3")
        if self.priv and not self.auth:
            raise ValueError("`priv` needs `auth`")
        return self


class DeviceForm(Form):
    id: Slug
    name: Text
    unit: Slug
    site: Slug
    severity: Severity = 3
    parent: Slug | None = None
    snmp: SnmpForm | None = None
    timing: TimingForm = TimingForm()
    tags: dict[Text, Text] = Field(default_factory=dict)
    keep_inside: bool = False
    checks: list[dict[str, Any]] = Field(default_factory=list)


class EndForm(Form):
    device: Slug
    interface: Text


class LinkForm(Form):
    id: Slug
    name: Text
    a: EndForm
    b: EndForm
    along: Annotated[list[Text], Field(max_length=1000)] = Field(default_factory=list)
