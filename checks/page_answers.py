"""A page answers with the right status and the right words, in time.

Words are compared as text in Unicode's composed form, whatever the charset said (a lying or unknown one is read as
UTF-8 with replacements). A server that says 401 or 403 refuses us, and one that says 429 is tired of us: neither is
called down, unless the settings list the statuses that are good.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitord.sdk import Cause, Check, Health, Needs, PageRequest, PageSight, Reach, Sight, Verdict, clean

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")

_CHARSETS = re.compile(r"(utf|us-ascii|iso|latin|windows|cp\d|koi|gb|big5|shift|euc|tis|mac)")
"""Charsets believed; Python knows codecs beside these that take minutes for a hostile page (punycode)."""


@dataclass(frozen=True, slots=True)
class Params:
    """`status`: good codes, any 2xx when empty; `text` must occur, `forbid` must not; `slow_after` seconds, 0 never;
    `follow` redirects allowed.
    """

    url: str = field(repr=False)  # it may hold credentials
    method: str = "GET"
    status: tuple[int, ...] = ()
    text: str = ""
    forbid: str = ""
    slow_after: float = 0.0
    follow: int = 0
    verify_tls: bool = True
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            sound = (
                parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
            )
        except ValueError:
            sound = False
        if not sound or any(char.isspace() or ord(char) < 32 for char in self.url):
            raise ValueError("url: http://host/... or https://host/...")
        if self.method not in METHODS:
            raise ValueError(f"method: one of {', '.join(METHODS)}")
        if any(not 100 <= code <= 599 for code in self.status):
            raise ValueError("status: codes from 100 to 599")
        if len(self.text) > 1000 or len(self.forbid) > 1000:
            raise ValueError("text, forbid: at most 1000 characters")
        if not 0 <= self.slow_after <= 3600:
            raise ValueError("slow_after: seconds from 0 (never) to 3600")
        if not 0 <= self.follow <= 10:
            raise ValueError("follow: 0 to 10 redirects")


def needs(params: Params) -> Needs:
    """Ask for the page."""
    return Needs(page=PageRequest(params.url, params.method, params.headers, params.follow, params.verify_tls))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return up for a whole answer with a good status and the right words; every other verdict says what was found."""
    if sight.reach is Reach.NOT_LOOKED:
        return Verdict.unknown(sight.cause or Cause.NOT_LOOKED, sight.detail)
    page = sight.page
    if page is None:
        return Verdict.down(sight.cause or Cause.NO_ANSWER, sight.detail)
    took = sight.took.total_seconds()
    readings = {"response_seconds": took, "body_bytes": float(len(page.body))}
    if page.fault is not None:
        return Verdict.down(page.fault, sight.detail, readings)
    if page.status is None:
        return Verdict.down(Cause.HTTP_PROTOCOL, sight.detail, readings)
    return _status(params, page.status, readings) or _words(params, page, readings) or _pace(params, took, readings)


def _status(params: Params, status: int, readings: dict[str, float]) -> Verdict | None:
    if status in params.status or (not params.status and 200 <= status <= 299):
        return None
    match status:
        case 401 | 403 if not params.status:
            return Verdict(Health.AUTH, Cause.ACCESS_DENIED, f"status {status}", readings)
        case 429 if not params.status:
            return Verdict(Health.DEGRADED, Cause.BAD_STATUS, f"status {status}", readings)
    return Verdict.down(Cause.BAD_STATUS, f"status {status}", readings)


def _words(params: Params, page: PageSight, readings: dict[str, float]) -> Verdict | None:
    if not params.text and not params.forbid:
        return None
    text = unicodedata.normalize("NFC", _text(page))
    if params.forbid and unicodedata.normalize("NFC", params.forbid) in text:
        return Verdict.down(Cause.TEXT_FORBIDDEN, f"“{clean(params.forbid, 80)}” in {shown(params.url)}", readings)
    if params.text and unicodedata.normalize("NFC", params.text) not in text:
        where = f"the first {len(page.body)} bytes of " if page.truncated else ""
        return Verdict.down(
            Cause.TEXT_MISSING, f"“{clean(params.text, 80)}” not in {where}{shown(params.url)}", readings
        )
    return None


def _pace(params: Params, took: float, readings: dict[str, float]) -> Verdict:
    if params.slow_after and took > params.slow_after:
        return Verdict(Health.DEGRADED, Cause.SLOW, f"{took:.1f} s", readings)
    return Verdict.up("", readings)


def _text(page: PageSight) -> str:
    kind = next((value for name, value in page.headers if name.lower() == "content-type"), "")
    charset = kind.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    if not _CHARSETS.match(charset):
        charset = "utf-8"
    try:
        return page.body.decode(charset, "replace")
    except (LookupError, ValueError):
        return page.body.decode("utf-8", "replace")


def shown(url: str) -> str:
    """Return `url` as people may see it: no credentials, no query."""
    parts = urlsplit(url)
    return clean(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}", 120)


CHECK = Check(
    name="page_answers",
    params=Params,
    needs=needs,
    judge=judge,
    summary="a page answers with the right status and the right words",
)
