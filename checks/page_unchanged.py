"""A page is still the page that was agreed on: its title, and the hosts it loads from and sends to.

News change every hour and are no suspicion; another title, a script from elsewhere or a form that sends elsewhere may
be a defacement. The fingerprint is made of these and of nothing else. What differs is a happening, not a fault: whether
the page works is judged by `page_answers`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from monitord.sdk import Cause, Check, Happening, Needs, PageRequest, PageSight, Reach, Sight, Verdict, clean

LOADS = {"script": "src", "iframe": "src", "frame": "src", "form": "action", "object": "data", "embed": "src"}
"""What fetches or sends: the elements and the attribute with the address."""
MOST_HOSTS = 200
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Params:
    """`url`: the page; `agreed`: its fingerprint, as the log shows it while this is empty."""

    url: str = field(repr=False)  # it may hold credentials
    agreed: str = ""
    verify_tls: bool = True

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in self.url):
            raise ValueError("url: http://host/... or https://host/...")
        if self.agreed and not (len(self.agreed) == 16 and all(c in "0123456789abcdef" for c in self.agreed)):
            raise ValueError("agreed: 16 hexadecimal digits, as the log shows them, or nothing")


class _Reader(HTMLParser):
    """Reads a title and hosts, and no more of either than is kept; hostile markup ends in less, never in an error."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.hosts: set[str] = set()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        named = dict(attrs)
        address = named.get(LOADS.get(tag, "")) or ""
        if tag == "meta" and (named.get("http-equiv") or "").lower() == "refresh":
            address = (named.get("content") or "").partition("=")[2].strip(" '\"")
        if tag == "base":
            address = named.get("href") or ""
        if address and len(self.hosts) < MOST_HOSTS:
            try:
                host = urlsplit(address.strip()).hostname
            except ValueError:
                host = "?"
            if host:
                self.hosts.add(clean(host.lower(), 80))

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title and len(self.title) < LONGEST_TITLE:
            self.title += data[:LONGEST_TITLE]


def read(page: PageSight) -> tuple[str, tuple[str, ...]]:
    """Return the title of a page and the hosts it loads from or sends to, in order."""
    reader = _Reader()
    try:
        reader.feed(page.body.decode("utf-8", "replace"))
        reader.close()
    except (AssertionError, ValueError):  # what the parser makes of broken declarations
        reader.hosts.add("?")
    return clean(" ".join(reader.title.split()), 120), tuple(sorted(reader.hosts))


def fingerprint(title: str, hosts: tuple[str, ...]) -> str:
    """Return 16 hexadecimal digits that stand for a title and hosts."""
    return hashlib.sha256("\n".join((title, *hosts)).encode()).hexdigest()[:16]


def needs(params: Params) -> Needs:
    """Ask for the page."""
    return Needs(page=PageRequest(params.url, verify_tls=params.verify_tls))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return up for a whole page, with a happening when it is not the one agreed on; unknown where none came."""
    page = sight.page
    if sight.reach is not Reach.ANSWERED or page is None or page.fault is not None or page.status != 200:
        return Verdict.unknown(sight.cause or (page.fault if page else None) or Cause.NOT_LOOKED, sight.detail)
    if page.truncated:
        return Verdict.unknown(Cause.TOO_LARGE, f"the first {len(page.body)} bytes")
    title, hosts = read(page)
    seen = fingerprint(title, hosts)
    shown = clean(f"{seen}: “{title}” {' '.join(hosts)}", 300)
    if not params.agreed:
        return Verdict.up(shown, None, Happening.FINGERPRINT)
    return Verdict.up(shown, None, Happening.PAGE_CHANGED) if seen != params.agreed else Verdict.up()


CHECK = Check(
    name="page_unchanged",
    params=Params,
    needs=needs,
    judge=judge,
    summary="a page is still the one that was agreed on",
)
