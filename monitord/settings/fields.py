"""The kinds of value a settings file holds, each with the message a person gets who wrote it wrongly."""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from monitord.calendar.days import is_moon
from monitord.settings.readings import Readings

MAX_TEXT = 300
"""Characters of one text."""

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SECRET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DURATION = re.compile(r"([0-9]{1,6})(ms|s|m|h|d)")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?"
    r"(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}[A-Za-z0-9])?)+"
)
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?")


def text(value: Any) -> str:
    """Return one line of text in NFC; ValueError for anything else. A whole number counts as its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError("must be text; put it in quotes")
    line = unicodedata.normalize("NFC", value).strip()
    if not line:
        raise ValueError("must not be empty")
    if len(line) > MAX_TEXT:
        raise ValueError(f"is longer than {MAX_TEXT} characters")
    if any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in line):
        raise ValueError("must be one line without control characters")
    return line


def slug(value: Any) -> str:
    """Return an id: lower-case letters, digits, dot, underscore and hyphen, 64 at most."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise ValueError("an id is made of a-z, 0-9, `.`, `_` and `-`, begins with a letter or digit, 64 at most")
    return value


def duration(value: Any) -> timedelta:
    """Return the length of `30s`, `5m`, `2h`, `1d` or `500ms`; 0 needs no unit."""
    if value == 0 and not isinstance(value, bool):
        return timedelta(0)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"say the unit: `{value}s`, `{value}m` or `{value}h`")
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration is a whole number with its unit: `30s`, `5m`, `2h`")
    return int(match[1]) * _UNITS[match[2]]


def clock_time(value: Any) -> time:
    """Return the local time of `22:00`."""
    if value == "24:00":
        raise ValueError("`24:00` can only end a slot; a day begins at `00:00`")
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] == "24":
        raise ValueError('a time of day is written "22:00"')
    return time(int(match[1]), int(match[2]))


def end_time(value: Any) -> time:
    """Return the local time at which a slot ends; `24:00` is midnight."""
    return time(0) if value == "24:00" else clock_time(value)


def day(value: Any, info: ValidationInfo) -> date:
    """Return the date of `2026-01-31`, or of a lunar date such as "29 Tết 2027"."""
    if isinstance(value, str) and is_moon(value):
        return _readings(info).day(value)
    return solar_day(value)


def solar_day(value: Any) -> date:
    """Return the date of `2026-01-31`."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError('a date is written 2026-01-31 or "29 Tết 2027"')
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"there is no such day: {error}") from error


def local_instant(value: Any, info: ValidationInfo) -> datetime:
    """Return the naive local instant of `2027-02-05 07:00` or "29 Tết 2027 07:00"; `24:00` is the midnight that ends
    that day."""
    if isinstance(value, str) and is_moon(value):
        return _within(_readings(info).moment(value))
    if not isinstance(value, str) or len(value) != 16 or value[10] not in " T":
        raise ValueError('an instant is written "2027-02-05 07:00" or "29 Tết 2027 07:00"')
    at = end_time(value[11:])
    on = solar_day(value[:10])
    return _within(datetime.combine(on, at)) + (timedelta(days=1) if value.endswith("24:00") else timedelta(0))


def _within(at: datetime) -> datetime:
    if not 2000 <= at.year <= 2100:
        raise ValueError("a shift lies between the years 2000 and 2100")
    return at


def _readings(info: ValidationInfo) -> Readings:
    return info.context if isinstance(info.context, Readings) else Readings()


def address(value: Any) -> str:
    """Return an IP address or a host name."""
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        return ip_address(value)
    labels = value.rstrip(".").split(".")
    return ip_address(value) if labels[-1].isdigit() else value


def ip_address(value: Any) -> str:
    """Return an IP address in its canonical form."""
    try:
        return str(ipaddress.ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise ValueError("must be an IP address such as 10.1.2.3") from None


@dataclass(frozen=True, slots=True)
class SecretGiven:
    """A secret as it is written: the name of one kept elsewhere, or the text itself."""

    name: str | None = None
    literal: str | None = field(default=None, repr=False)


def secret_given(value: Any) -> SecretGiven:
    """Return where a secret is kept, or the secret itself; messages never repeat it."""
    if isinstance(value, dict):
        name = value.get("secret")
        if set(value) != {"secret"} or not isinstance(name, str) or not _SECRET_NAME.fullmatch(name):
            raise ValueError("a secret kept elsewhere is written {secret: NAME}")
        return SecretGiven(name=name)
    return SecretGiven(literal=text(value))


def mail(value: Any) -> str:
    """Return an e-mail address: `local@domain`, plain ASCII (RFC 5321 without its quoted forms)."""
    if not isinstance(value, str) or len(value) > 254 or not _MAIL.fullmatch(value):
        raise ValueError("must be an e-mail address such as truc.ca@vnpt.vn")
    return value


def url(value: Any) -> str:
    """Return an address that begins with https:// or http:// and names a host; no name or password in it."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or len(value) > MAX_TEXT or any(char.isspace() or not char.isprintable() for char in value):
        raise ValueError("must begin with https:// or http:// and name a host")
    if "@" in parts.netloc:
        raise ValueError("holds a name or a password: those have keys of their own")
    return str(value)


def folder(value: Any) -> str:
    """Return the path of a folder, from the root on."""
    line = text(value)
    if not line.startswith("/"):
        raise ValueError("must be a path that begins with `/`")
    return line


def between(low: timedelta, high: timedelta) -> AfterValidator:
    """Return the rule that a duration lies between these two, both allowed."""

    def rule(value: timedelta) -> timedelta:
        if value < low:
            raise ValueError(f"must be at least {spoken(low)}")
        if value > high:
            raise ValueError(f"must be at most {spoken(high)}")
        return value

    return AfterValidator(rule)


def spoken(value: timedelta) -> str:
    """Return a duration as it is written in the settings."""
    if value.days and not value.seconds:
        return f"{value.days}d"
    return f"{value.total_seconds():g}s"


Mail = Annotated[str, BeforeValidator(mail)]
Url = Annotated[str, BeforeValidator(url)]
FolderPath = Annotated[str, BeforeValidator(folder)]
Text = Annotated[str, BeforeValidator(text)]
Slug = Annotated[str, BeforeValidator(slug)]
Duration = Annotated[timedelta, BeforeValidator(duration)]
ClockTime = Annotated[time, BeforeValidator(clock_time)]
EndTime = Annotated[time, BeforeValidator(end_time)]
Day = Annotated[date, BeforeValidator(day)]
LocalInstant = Annotated[datetime, BeforeValidator(local_instant)]
Address = Annotated[str, BeforeValidator(address)]
IpAddress = Annotated[str, BeforeValidator(ip_address)]
SecretText = Annotated[SecretGiven, BeforeValidator(secret_given)]
Port = Annotated[int, Field(ge=1, le=65535)]
Severity = Annotated[int, Field(ge=1, le=4)]
