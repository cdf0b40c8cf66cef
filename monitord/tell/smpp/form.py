"""The section `smpp`."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from monitord.settings.fields import Address, FolderPath, Port, SecretText, Text
from monitord.settings.form import Form
from monitord.tell.smpp.address import source_of


def _fitting(most: int) -> AfterValidator:
    """Return the rule of a field of so many letters (SMPP 3.4, section 5.2)."""

    def rule(value: str) -> str:
        if len(value) > most or not value.isascii() or not value.isprintable():
            raise ValueError(f"must be plain ASCII, {most} characters at most")
        return value

    return AfterValidator(rule)


def _source(value: str) -> str:
    source_of(value)
    return value


class SmppForm(Form):
    """Section `smpp`. `source` is the brand name, short code or number (with its `+`) that texts come from. Without
    `tls` texts and password go as they are: for a net that is trusted. `ca_file` names the authorities to trust instead
    of the system's. With `receive` people can answer, where the operator brings what they send to `source`."""

    host: Address
    port: Port = 2775
    system_id: Annotated[Text, _fitting(15)]
    password: SecretText
    system_type: Annotated[str, _fitting(12)] = ""
    source: Annotated[Text, AfterValidator(_source)]
    tls: bool = False
    ca_file: FolderPath | None = None
    receive: bool = False
    per_second: Annotated[int, Field(ge=1, le=100)] = 5

    @model_validator(mode="after")
    def authorities_have_tls(self) -> Self:
        if self.ca_file is not None and not self.tls:
            raise ValueError("`ca_file` of `smpp` is of use with `tls: true` only")
        return self
