"""The section `brandname`: which gateway, and of one that is not known the request as it is to be sent."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitord.settings.fields import FolderPath, SecretText, Text, Url
from monitord.settings.form import Form
from monitord.settings.problem import nearest, quoted
from monitord.tell.http.filling import HOLE, HOLES, SAMPLE, escaping, filled

MAX_BODY = 4000
"""Characters of a body as it is written in the settings."""
MAX_SENDER = 11
"""Characters of a brand name (3GPP TS 23.040, 9.1.2.5: an alphanumeric address)."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_OUR_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "transfer-encoding",
        "upgrade",
    }
)
_SECRET_HEADERS = frozenset({"api-key", "apikey", "authorization", "cookie", "proxy-authorization", "x-api-key"})
_FOREIGN: Mapping[str, frozenset[str]] = {
    "esms": frozenset({"method", "headers", "body", "content_type", "accepted", "unknown_number"}),
    "template": frozenset({"key", "name", "sandbox"}),
}
"""The keys that are nothing of a kind."""


def _known(given: str, allowed: tuple[str, ...] = HOLES) -> str:
    """Return a text all of whose placeholders are known; ValueError for another."""
    for name in HOLE.findall(given):
        if name not in allowed:
            known = ", ".join(f"{{{one}}}" for one in allowed)
            raise ValueError(
                f"has an unknown placeholder {quoted(f'{{{name}}}')}{nearest(name, allowed)}; there are {known}"
            )
    return given


def _url(given: str) -> str:
    if "{" in urlsplit(given).netloc:
        raise ValueError("has a placeholder in its host")
    if "#" in given:
        raise ValueError("has a `#`: what stands behind it is never sent")
    return _known(given)


def _headers(given: dict[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if not _HEADER.fullmatch(name):
            raise ValueError(f"has {quoted(name)}, which is no name of a header")
        if name.lower() in _OUR_HEADERS:
            raise ValueError(f"has {quoted(name)}, which is set by itself; a type is written as `content_type`")
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"has {quoted(name)} with signs other than plain ASCII on one line")
        if name.lower() in _SECRET_HEADERS and "{secret}" not in value:
            raise ValueError(f"has {quoted(name)}: write {{secret}} in its place, and the secret itself under `secret`")
        _known(value, ("id", "secret"))
    return given


def _body(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    if len(value) > MAX_BODY:
        raise ValueError(f"is longer than {MAX_BODY} characters")
    if not all(char.isprintable() or char in "\r\n\t" for char in value):
        raise ValueError("has control characters in it")
    return _known(value.strip())


def _sender(given: str) -> str:
    if len(given) > MAX_SENDER or not given.isascii():
        raise ValueError(f"is no brand name: at most {MAX_SENDER} plain ASCII characters, as it is registered")
    return given


class BrandnameForm(Form):
    """The section `brandname`. `key`, `secret` and `name` are ApiKey, SecretKey and Brandname of eSMS.

    Of a template, `accepted` must be found in a 2xx answer, `unknown_number` is found when there is no such number;
    blanks do not count in either. They are plain text: an expression can be written that takes hours to be matched.
    """

    kind: Literal["esms", "template"]
    url: Annotated[Url, AfterValidator(_url)] | None = None
    ca_file: FolderPath | None = None
    key: SecretText | None = None
    secret: SecretText | None = None
    name: Annotated[Text, AfterValidator(_sender)] | None = None
    sandbox: bool = False
    method: Literal["POST", "GET"] = "POST"
    headers: Annotated[dict[str, Text], AfterValidator(_headers)] = Field(default_factory=dict, max_length=20)
    body: Annotated[str, BeforeValidator(_body)] | None = None
    content_type: Text = "application/json"
    accepted: Text | None = None
    unknown_number: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        foreign = sorted(self.model_fields_set & _FOREIGN[self.kind])
        wrong = [f"`{name}` is nothing of kind `{self.kind}`" for name in foreign]
        wrong += self._wrong_template() if self.kind == "template" else self._wrong_esms()
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _wrong_esms(self) -> list[str]:
        wrong = [f"kind `esms` needs `{name}`" for name in ("key", "secret", "name") if getattr(self, name) is None]
        return [*wrong, "`url` of kind `esms` has placeholders"] if HOLE.search(self.url or "") else wrong

    def _wrong_template(self) -> list[str]:
        if self.url is None:
            return ["kind `template` needs `url`"]
        held, wrong = {*HOLE.findall(self.url), *HOLE.findall(self.body or "")}, []
        if "text" not in held:
            wrong.append("neither `url` nor `body` has {text}: the message would be left out")
        if not held & {"phone", "local"}:
            wrong.append("neither `url` nor `body` has {phone} or {local}: nobody would be named")
        used = "secret" in held or any("{secret}" in value for value in self.headers.values())
        if used is not (self.secret is not None):
            wrong.append("{secret} is used, but there is no `secret`" if used else "`secret` is used nowhere: {secret}")
        if self.method == "GET" and self.body is not None:
            wrong.append("a GET has no `body`: write the placeholders into `url`")
        written = escaping(self.content_type)
        if written is None:
            types = "application/json, application/x-www-form-urlencoded, text/xml, text/plain"
            wrong.append(f"`content_type` must be one of {types} in UTF-8, or another JSON or XML")
        elif self.body is not None and "json" in self.content_type.lower():
            try:
                json.loads(filled(self.body, SAMPLE, written))
            except ValueError as error:
                wrong.append(f"`body` is no JSON, placeholders filled in: {error}")
            except RecursionError:
                wrong.append("`body` is nested too deep")
        return wrong
