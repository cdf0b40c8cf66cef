"""Anchors: signed heads of the journal, kept where whoever holds the database has no hand.

A chain alone tells neither that its end was cut off nor that all of it was computed anew. An anchor says which hash the
row of a number had; one line of ASCII, fit for a file, a message, a mail or paper. The signature (Ed25519, RFC 8032) is
made and checked elsewhere, over `signed`, which is the line up to and without ` sig=`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitord.domain.journal import stamp

MARK = "monitord-anchor"
"""What every line of an anchor begins with."""

_VERSION = "v1"
_WHOLE = "0|[1-9][0-9]{0,17}"
_FORMS = {
    "n": (_WHOLE, "a whole number"),
    "seq": (_WHOLE, "a whole number"),
    "count": (_WHOLE, "a whole number"),
    "at": (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z",
        "an instant like 2026-12-01T16:58:00.000000Z",
    ),
    "head": ("[0-9a-f]{64}", "64 digits of a hash"),
    "key": ("[0-9a-f]{16}", "16 digits of a key's id"),
    "sig": ("[0-9a-f]{128}", "128 digits of a signature"),
}
# A mail or a terminal may have wrapped the line, and an answer may have quoted it.
_GAP = r"[\s>]{1,200}"
_FIELDS = {name: (re.compile(f"{_GAP}{name}=({form})(?![0-9A-Za-z])"), what) for name, (form, what) in _FORMS.items()}
_BEGINNING = re.compile(rf"{MARK}{_GAP}(v[0-9]{{1,9}})(?![0-9A-Za-z])")


class NotAnAnchor(ValueError):
    """The text is no anchor; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was signed: at `ts` the journal had `count` rows, the newest was row `seq`, and its hash was `head`.

    `number` counts the anchors of one place, 0 where nobody counts; after a crash it may be given twice. `key` is the
    id of the key. An empty journal has seq 0 and the hash before the first row.
    """

    number: int
    seq: int
    ts: datetime
    head: str
    count: int
    key: str
    signature: bytes = field(default=b"", repr=False)

    @property
    def signed(self) -> bytes:
        """Return the canonical bytes that the signature covers."""
        fields = (
            f"n={self.number} seq={self.seq} count={self.count} at={stamp(self.ts)} head={self.head} key={self.key}"
        )
        return f"{MARK} {_VERSION} {fields}".encode("ascii")

    @property
    def line(self) -> str:
        """Return the anchor as text, without a line end; `read_anchor` gives it back."""
        return f"{self.signed.decode('ascii')} sig={self.signature.hex()}"


@dataclass(frozen=True, slots=True)
class Unread:
    """A place that begins like an anchor and is none; `line` counts from 1."""

    line: int
    why: str


def read_anchor(text: str) -> Anchor:
    """Return the anchor that `text` begins with, else raise NotAnAnchor. The signature is not looked at."""
    begun = _BEGINNING.match(text)
    if begun is None:
        raise NotAnAnchor(f"does not begin with `{MARK} {_VERSION}`")
    if begun[1] != _VERSION:
        raise NotAnAnchor(f"is of the form {begun[1]}, and this program knows {_VERSION} only")
    found, end = {}, begun.end()
    for name, (form, what) in _FIELDS.items():
        match = form.match(text, end)
        if match is None:
            raise NotAnAnchor(f"lacks `{name}=` with {what}, or was cut off before it")
        found[name], end = match[1], match.end()
    try:
        ts = datetime.fromisoformat(found["at"]).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAnAnchor(f"`at={found['at']}` is no instant of the calendar") from None
    return Anchor(
        number=int(found["n"]),
        seq=int(found["seq"]),
        ts=ts,
        head=found["head"],
        count=int(found["count"]),
        key=found["key"],
        signature=bytes.fromhex(found["sig"]),
    )


def find_anchors(text: str) -> Iterator[Anchor | Unread]:
    """Yield every anchor in `text`, whatever stands around it, and each place where one was meant and is not whole."""
    line, counted, at = 1, 0, text.find(MARK)
    while at >= 0:
        try:
            yield read_anchor(text[at : at + 4_000])
        except NotAnAnchor as wrong:
            line, counted = line + text.count("\n", counted, at), at
            yield Unread(line, str(wrong))
        at = text.find(MARK, at + len(MARK))


def against(anchor: Anchor, newest: int, kept: str | None, count: int) -> str:
    """Return why the journal is not the one that `anchor` saw, empty when it is.

    `newest` is the number of the newest row (0: no row), `kept` the hash that the row at the anchor's `seq` bears
    (None: there is no such row), `count` how many rows there are up to it.
    """
    saw = f"the anchor of {anchor.ts:%Y-%m-%dT%H:%M:%SZ}"
    if anchor.seq > newest:
        return f"history rolled back or cut off: {saw} saw row {anchor.seq}, and the newest row is {newest}"
    if kept is None:
        return f"is gone, and {saw} saw it"
    if kept != anchor.head:
        return f"is not the row that {saw} saw: the history up to it was replaced"
    if count != anchor.count:
        return f"has {count} rows up to it, and {saw} counted {anchor.count}"
    return ""
