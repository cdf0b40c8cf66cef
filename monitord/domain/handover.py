"""The handover book (sổ giao ca): what one shift leaves to the next, as it stood at one instant. Values alone."""

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import canonical, stamp
from monitord.domain.window import WindowKind

GRAVE = 2
"""Up to this severity an incident that nobody has taken is named to whoever takes over, and known by him in writing."""


class ToDo(StrEnum):
    """What the next shift has to do about an incident first."""

    TAKE = "take"
    HANDED = "handed"
    ASK_WHEN = "ask_when"
    OVERDUE = "overdue"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Left:
    """An incident that runs on: `taken_by` has it (nobody where empty), `eta` is when it is to work again, `handed_to`
    was asked to take it and has not."""

    code: str
    severity: int
    name: str
    since: datetime
    taken_by: str = ""
    eta: datetime | None = None
    handed_to: str = ""

    def to_do(self, at: datetime) -> ToDo:
        """Return what is to be done about it first, at that instant."""
        if not self.taken_by:
            return ToDo.TAKE
        if self.handed_to:
            return ToDo.HANDED
        if self.eta is None:
            return ToDo.ASK_WHEN
        return ToDo.OVERDUE if self.eta <= at else ToDo.WATCH


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a leader said shall be done: `by` whom, when, about which incident."""

    text: str
    by: str
    at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """A window that ends in the next shift, and what it covers in words."""

    kind: WindowKind
    scope: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """Something the next shift owes: what, and by when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """How a channel is: whether it works, how often it failed in the shift, when it was last seen to work."""

    channel: str
    works: bool
    fails: int = 0
    tried: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What left the unit in the shift: what, to whom, when; `received` says that they confirmed it."""

    what: str
    to: str
    at: datetime
    received: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """The book of one change of a duty at `at`, made at `made_at`: the shift that ends began at `since`, the one that
    begins lasts to `until`.

    `counts` are (severity, incidents that began in the shift); of those that ran in it `restored` are over, `closed` of
    them closed; `running` run on, of which `left` are the gravest first and those of a storm are told by the storm.
    `others` are (role, name) of whoever else is on duty at the change.
    """

    unit: str
    duty: str
    at: datetime
    since: datetime
    until: datetime
    made_at: datetime
    giving: tuple[str, ...] = ()
    taking: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[int, int], ...] = ()
    restored: int = 0
    closed: int = 0
    running: int = 0
    left: tuple[Left, ...] = ()
    reports: tuple[Report, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    endings: tuple[Ending, ...] = ()
    dues: tuple[Due, ...] = ()
    channels: tuple[ChannelLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """Who confirmed a change of shift, and when; None where nobody did. `frozen_at` is from when on the book is as it
    is, None while it is not."""

    given_by: str | None = None
    given_at: datetime | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    frozen_at: datetime | None = None


def is_unread(incident: Incident) -> bool:
    """Return whether nobody has taken what is too grave to be found by chance. A storm tells of what it carries."""
    real = not (incident.suspected or incident.drill) and incident.storm is None
    return real and incident.phase is Phase.OPEN and incident.severity <= GRAVE


def to_wire(book: Book) -> dict[str, Any]:
    """Return the book as JSON-ready values; `from_wire` gives it back unchanged."""
    return {field.name: _wire(getattr(book, field.name)) for field in dataclasses.fields(book)}


def from_wire(wire: Mapping[str, Any]) -> Book:
    """Return the book of `to_wire`."""
    plain: dict[str, Any] = {name: wire[name] for name in ("unit", "duty", "restored", "closed", "running")}
    return Book(
        **plain,
        **_instants({}, wire, "at", "since", "until", "made_at"),
        giving=tuple(wire["giving"]),
        taking=tuple(wire["taking"]),
        others=tuple((role, name) for role, name in wire["others"]),
        counts=tuple((severity, count) for severity, count in wire["counts"]),
        left=tuple(Left(**_instants(one, one, "since", "eta")) for one in wire["left"]),
        reports=tuple(Report(**_instants(one, one, "at")) for one in wire["reports"]),
        instructions=tuple(Instruction(**_instants(one, one, "at")) for one in wire["instructions"]),
        endings=tuple(
            Ending(**_instants(one, one, "at") | {"kind": WindowKind(one["kind"])}) for one in wire["endings"]
        ),
        dues=tuple(Due(**_instants(one, one, "at")) for one in wire["dues"]),
        channels=tuple(ChannelLine(**_instants(one, one, "tried")) for one in wire["channels"]),
    )


def digest(book: Book) -> str:
    """Return the SHA-256 of a book's content: the same book has the same one, on every machine."""
    return hashlib.sha256(canonical(to_wire(book)).encode()).hexdigest()


def _wire(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, tuple):
        return [_wire(one) for one in value]
    if dataclasses.is_dataclass(value):
        return {field.name: _wire(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def _instants(others: Mapping[str, Any], wire: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the values with those of these names as instants."""
    read = {name: None if wire[name] is None else datetime.fromisoformat(wire[name]) for name in names}
    return {**others, **read}
