"""What a check asks for and what came back: needs, sights, verdicts. Transports fill a sight, checks judge it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from monitord.domain.health import Cause, Happening, Health
from monitord.domain.safe import clean_bytes

Oid = str
"""A dotted object identifier without a leading dot: `1.3.6.1.2.1.1.3.0`."""


class Syntax(StrEnum):
    """The type an SNMP value arrived with (RFC 2578, RFC 3416), and the three exceptions of SNMPv2."""

    INTEGER = "integer"
    OCTETS = "octets"
    OID = "oid"
    IP_ADDRESS = "ip_address"
    COUNTER32 = "counter32"
    GAUGE32 = "gauge32"
    TIMETICKS = "timeticks"
    COUNTER64 = "counter64"
    OPAQUE = "opaque"
    NULL = "null"
    NO_SUCH_OBJECT = "no_such_object"
    NO_SUCH_INSTANCE = "no_such_instance"
    END_OF_VIEW = "end_of_view"


MISSING = frozenset({Syntax.NULL, Syntax.NO_SUCH_OBJECT, Syntax.NO_SUCH_INSTANCE, Syntax.END_OF_VIEW})
NUMBERS = frozenset({Syntax.INTEGER, Syntax.COUNTER32, Syntax.GAUGE32, Syntax.TIMETICKS, Syntax.COUNTER64})


@dataclass(frozen=True, slots=True)
class Value:
    """One SNMP value: its syntax and the raw content (int for numbers, bytes for octets and opaque, dotted str for
    OIDs)."""

    syntax: Syntax
    raw: int | bytes | str | None = None


class Unseen(Exception):
    """What a check needs is not in the sight; carries the verdict that follows: unknown, with its cause."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(detail or cause.value)
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of an SNMP table found by a name.

    The row of `key_column` whose value is `key`, and the columns wanted of it.
    """

    key_column: Oid
    key: str
    columns: tuple[Oid, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The rows of other tables that lie under one row found by its name, such as the ONTs under a PON port.

    The index of the row of `key_column` whose value is `key` begins theirs: wanted are all rows of each of `columns`
    with such an index.
    """

    key_column: Oid
    key: str
    columns: tuple[Oid, ...]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to ask for. The total deadline is the looker's.

    `follow` is the number of redirects allowed (same host and scheme only).
    """

    url: str = field(repr=False)
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    follow: int = 0
    verify_tls: bool = True


@dataclass(frozen=True, slots=True)
class Needs:
    """What one check wants to see: scalars by full OID, table rows and branches by name, or a page.

    `every` is how often at most an agent is worth being asked for it; None: at every look.
    """

    scalars: tuple[Oid, ...] = ()
    rows: tuple[TableRow, ...] = ()
    page: PageRequest | None = None
    branches: tuple[Branch, ...] = ()
    every: timedelta | None = None


class Reach(StrEnum):
    """How far a look got. ANSWERED alone carries values; NOT_LOOKED means the fault was on our side."""

    ANSWERED = "answered"
    SILENT = "silent"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    GARBLED = "garbled"
    AUTH = "auth"
    NOT_LOOKED = "not_looked"


@dataclass(frozen=True, slots=True)
class PageSight:
    """What a page answered, bounded.

    At most 256 kB of decoded body. `fault` names what went wrong, None when a whole answer came.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    redirects: int = 0
    final_url: str = ""
    fault: Cause | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of one device in one look.

    `at` is the wall instant of the answer (or of giving up), of a look that takes long that of its beginning; `took` is
    how long it lasted. `mono` is the instant of the values in seconds that nobody sets and that count while the machine
    sleeps: spans are measured by it.
    `values` holds scalars by OID; `rows` holds cells by (column OID, row name); a row name asked for and not found is
    in `absent`. `branches` holds the rows under a name by (column OID, row name), each by the rest of its index; those
    not read to their end are in `cut` alone, those for which there was no time in this look in `left` alone.
    `detail` is clean text about a reach that is not ANSWERED. `cause` refines NOT_LOOKED and GARBLED.
    """

    at: datetime
    reach: Reach
    took: timedelta = timedelta(0)
    cause: Cause | None = None
    detail: str = ""
    values: Mapping[Oid, Value] = field(default_factory=lambda: MappingProxyType({}))
    rows: Mapping[tuple[Oid, str], Value] = field(default_factory=lambda: MappingProxyType({}))
    absent: frozenset[str] = frozenset()
    incomplete: bool = False
    renumbered: frozenset[str] = frozenset()
    page: PageSight | None = None
    branches: Mapping[tuple[Oid, str], Mapping[str, Value]] = field(default_factory=lambda: MappingProxyType({}))
    cut: frozenset[tuple[Oid, str]] = frozenset()
    left: frozenset[tuple[Oid, str]] = frozenset()
    mono: float | None = None

    def value(self, oid: Oid) -> Value:
        """Return the scalar at `oid`; Unseen when it was not answered or the agent lacks it."""
        return _told(self.values.get(oid), oid)

    def cell(self, column: Oid, row: str) -> Value:
        """Return the cell of `column` in the row named `row`; Unseen when missing."""
        return _told(self.rows.get((column, row)), f"{column} of {row}")

    def branch(self, column: Oid, row: str) -> Mapping[str, Value]:
        """Return the rows of `column` under the row named `row`, by the rest of their index; none is an empty mapping.

        Unseen when they were not read to their end, or when there is no such row.
        """
        found = self.branches.get((column, row))
        if found is not None:
            return found
        if (column, row) in self.cut or (column, row) in self.left:
            raise Unseen(Cause.TABLE_INCOMPLETE, f"{column} under {row} was not read to its end")
        if row in self.absent:
            raise Unseen(Cause.NO_SUCH_INTERFACE, f"no row named {row}")
        raise Unseen(Cause.NOT_SUPPORTED, f"nothing under {row} for {column}")

    def number(self, oid: Oid) -> int:
        """Return the scalar at `oid` as an integer; Unseen(WRONG_TYPE) when it is anything else."""
        return as_number(self.value(oid), oid)

    def text(self, oid: Oid) -> str:
        """Return the scalar at `oid` as clean text; Unseen(WRONG_TYPE) when it is not an octet string."""
        return as_text(self.value(oid), oid)


def _told(value: Value | None, what: str) -> Value:
    if value is None or value.syntax in MISSING:
        raise Unseen(Cause.NOT_SUPPORTED, f"no value for {what}")
    return value


def as_number(value: Value, what: str = "") -> int:
    """Return the integer in `value`; Unseen(WRONG_TYPE) for every syntax that is not a number."""
    if value.syntax not in NUMBERS or not isinstance(value.raw, int):
        raise Unseen(Cause.WRONG_TYPE, f"{what or 'value'} is {value.syntax}, not a number")
    return value.raw


def as_text(value: Value, what: str = "") -> str:
    """Return the clean text in `value`; Unseen(WRONG_TYPE) when it is not an octet string."""
    if value.syntax is not Syntax.OCTETS or not isinstance(value.raw, bytes):
        raise Unseen(Cause.WRONG_TYPE, f"{what or 'value'} is {value.syntax}, not text")
    return clean_bytes(value.raw)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check concludes from a sight.

    `readings` go to metrics, never to the desk; `happenings` become journal rows. `since` is the instant from which the
    device says that it is so, `since_by` what it says it by: an estimate of when a fault began. `lasts` is for how long
    what it speaks of goes on by what the device says, such as a battery.
    """

    health: Health
    cause: Cause
    detail: str = ""
    readings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    happenings: tuple[Happening, ...] = ()
    since: datetime | None = None
    since_by: str = ""
    lasts: timedelta | None = None

    @staticmethod
    def up(detail: str = "", readings: Mapping[str, float] | None = None, *happenings: Happening) -> "Verdict":
        """Return the verdict that all is well."""
        return Verdict(Health.UP, Cause.FINE, detail, readings or MappingProxyType({}), happenings)

    @staticmethod
    def down(cause: Cause, detail: str = "", readings: Mapping[str, float] | None = None) -> "Verdict":
        """Return the verdict that the target does not serve."""
        return Verdict(Health.DOWN, cause, detail, readings or MappingProxyType({}))

    @staticmethod
    def unknown(cause: Cause, detail: str = "") -> "Verdict":
        """Return the verdict that nothing can be said."""
        return Verdict(Health.UNKNOWN, cause, detail)


def unanswered(sight: Sight) -> Verdict | None:
    """Return the verdict of a check beside the agent's own where the device gave no answer: unknown; None where it
    did."""
    match sight.reach:
        case Reach.ANSWERED:
            return None
        case Reach.NOT_LOOKED:
            return Verdict.unknown(sight.cause or Cause.NOT_LOOKED, sight.detail)
        case _:
            return Verdict.unknown(Cause.DEVICE_SILENT, sight.detail)


@dataclass(frozen=True, slots=True)
class Check:
    """A check kind, declared by one file of `checks/` as `CHECK`.

    `params` is a frozen dataclass whose fields carry types and defaults and whose `__post_init__` raises ValueError on
    bad values; settings
    validate against it, unknown keys refused. `needs` and `judge` are pure. `instance` gives the part of the target's
    id behind
    the check's name (an interface by name), or None. `judge` may raise Unseen, which becomes an unknown verdict.
    """

    name: str
    params: type[Any]
    needs: Callable[[Any], Needs]
    judge: Callable[[Any, Sight, Sight | None], Verdict]
    instance: Callable[[Any], str | None] = lambda params: None
    summary: str = ""
