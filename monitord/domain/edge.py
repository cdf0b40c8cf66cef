"""The per-target state machine, and the edges it gives: the only thing that crosses from looking to the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitord.domain.health import FAULTS, Cause, Happening, Health
from monitord.domain.looking import Verdict
from monitord.domain.network import TargetId


class Firmness(StrEnum):
    """Soft until confirmed, then hard."""

    SOFT = "soft"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class TargetState:
    """What the looker knows of a target.

    `settled` is the last hard health (None before the first), `health` the last seen. `attempt` counts the looks in a
    row that differ from `settled` without having been confirmed, `faults` those among them that saw a fault, `blind`
    the last ones that saw nothing. `first_bad` is the first look since the last UP that saw a fault; `last_good` the
    last look that was UP. `asked` when somebody wants the next verdict told, whatever it is.
    """

    settled: Health | None = None
    health: Health | None = None
    attempt: int = 0
    faults: int = 0
    blind: int = 0
    first_bad: datetime | None = None
    last_good: datetime | None = None
    looked: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the desk remembers of a target: the way back to the looker."""

    target: TargetId
    settled: Health | None = None
    last_good: datetime | None = None
    first_bad: datetime | None = None
    flapping: bool = False
    history: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A change of a target as seen, or the first verdict after a start (`first`), or a happening.

    `source`, `boot` and `seq` name the edge: the desk takes each at most once. `seen_at` is the look that gave it.
    `first_bad` and `last_good` bound the instant at which a fault began. `flapping` and `history` are the target's
    restlessness after that look, as `flapping.written` puts it. `first_bad_by` says by what of the device
    `first_bad` was estimated; empty: by the looks. `lasts_until` is until when a battery lasts, by what
    the device said then, `peak` how full a line is whose load matters now and was never as high, in percent.
    """

    source: str
    boot: str
    seq: int
    target: TargetId
    was: Health | None
    now: Health
    firmness: Firmness
    attempt: int
    confirm: int
    cause: Cause
    detail: str
    seen_at: datetime
    first_bad: datetime | None = None
    last_good: datetime | None = None
    first: bool = False
    happenings: tuple[Happening, ...] = ()
    flapping: bool = False
    history: str = ""
    first_bad_by: str = ""
    lasts_until: datetime | None = None
    peak: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What `observe` found worth telling the desk: `was` is the last hard health if hard, the last seen if soft."""

    was: Health | None
    now: Health
    firmness: Firmness
    attempt: int


def observe(state: TargetState, verdict: Verdict, at: datetime, confirm: int) -> tuple[TargetState, Change | None]:
    """Return the state after a verdict, and the change to be told, or None when nothing changed.

    UP counts at once. A fault is soft until `confirm` looks in a row were not UP and at least two of them (one, if
    `confirm` is one) saw a
    fault; from one hard fault to another it takes `confirm` looks that agree. UNKNOWN settles after `confirm` looks in
    a row that saw
    nothing: it never turns into DOWN by repetition, nor does a blind look now and then keep a fault soft for ever. The
    first verdict after
    a start is always told.
    """
    seen = verdict.health
    first = not state.looked or state.asked
    if seen is Health.UP:
        after = TargetState(settled=Health.UP, health=Health.UP, last_good=at, looked=True)
        if state.settled is Health.UP and state.health is Health.UP and not first:
            return after, None
        if state.settled is Health.UP:
            return after, _returned(state.health, seen, first)
        return after, Change(state.settled, Health.UP, Firmness.HARD, 0)

    # A look that saw nothing begins no fault: the beginning is the first look that saw one.
    first_bad = state.first_bad or (_began(state, verdict, at) if seen in FAULTS else None)
    if seen is state.settled:
        after = TargetState(seen, seen, first_bad=first_bad, last_good=state.last_good, looked=True)
        return after, _returned(state.health, seen, first) if first or state.health is not seen else None

    in_row = state.attempt > 0 and (state.settled not in FAULTS or state.health is seen)
    row = state if in_row else TargetState()
    attempt = row.attempt + 1
    faults = row.faults + (seen in FAULTS)
    blind = row.blind + 1 if seen is Health.UNKNOWN else 0
    hard = blind >= confirm if seen is Health.UNKNOWN else attempt >= confirm and faults >= min(2, confirm)
    if hard:
        after = TargetState(seen, seen, first_bad=first_bad, last_good=state.last_good, looked=True)
        return after, Change(state.settled, seen, Firmness.HARD, attempt)
    after = TargetState(
        state.settled, seen, attempt, faults, blind, first_bad=first_bad, last_good=state.last_good, looked=True
    )
    changed = seen is not state.health or first
    return after, Change(state.health, seen, Firmness.SOFT, attempt) if changed else None


def _began(state: TargetState, verdict: Verdict, at: datetime) -> datetime:
    """Return when a fault first seen at `at` began: as the device says it, if that lies after the last good look."""
    said = verdict.since
    if said is None or said > at or (state.last_good is not None and said <= state.last_good):
        return at
    return said


def _returned(last: Health | None, settled: Health, first: bool) -> Change:
    """Return the change back to the settled health: it settles nothing, unless it is the first after a start."""
    if first:
        return Change(settled, settled, Firmness.HARD, 0)
    return Change(last, settled, Firmness.SOFT, 0)


def known(settled: Health | None, last_good: datetime | None, first_bad: datetime | None = None) -> TargetState:
    """Return the state to begin with after a start, from what the desk remembers; the first verdict will cross.

    The beginning of a fault is remembered only while it lasts.
    """
    lasting = first_bad if settled in FAULTS else None
    return TargetState(settled, settled, first_bad=lasting, last_good=last_good)


def soft(state: TargetState) -> bool:
    """Return True while a change waits for its confirmation, so that the next look comes after the retry delay."""
    return state.attempt > 0


def to_wire(edge: Edge) -> dict[str, Any]:
    """Return the edge as JSON-ready values; `from_wire` gives it back unchanged."""

    def instant(value: datetime | None) -> str | None:
        return None if value is None else value.isoformat()

    return {
        "source": edge.source,
        "boot": edge.boot,
        "seq": edge.seq,
        "target": edge.target,
        "was": edge.was,
        "now": edge.now,
        "firmness": edge.firmness,
        "attempt": edge.attempt,
        "confirm": edge.confirm,
        "cause": edge.cause,
        "detail": edge.detail,
        "seen_at": edge.seen_at.isoformat(),
        "first_bad": instant(edge.first_bad),
        "last_good": instant(edge.last_good),
        "first": edge.first,
        "happenings": list(edge.happenings),
        "flapping": edge.flapping,
        "history": edge.history,
        "first_bad_by": edge.first_bad_by,
        "lasts_until": instant(edge.lasts_until),
        "peak": edge.peak,
    }


def from_wire(wire: Mapping[str, Any]) -> Edge:
    """Return the edge of `to_wire`; ValueError or KeyError when it is not one."""

    def instant(value: str | None) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)

    return Edge(
        source=str(wire["source"]),
        boot=str(wire["boot"]),
        seq=int(wire["seq"]),
        target=str(wire["target"]),
        was=None if wire["was"] is None else Health(wire["was"]),
        now=Health(wire["now"]),
        firmness=Firmness(wire["firmness"]),
        attempt=int(wire["attempt"]),
        confirm=int(wire["confirm"]),
        cause=Cause(wire["cause"]),
        detail=str(wire["detail"]),
        seen_at=datetime.fromisoformat(wire["seen_at"]),
        first_bad=instant(wire["first_bad"]),
        last_good=instant(wire["last_good"]),
        first=bool(wire["first"]),
        happenings=tuple(Happening(h) for h in wire["happenings"]),
        flapping=bool(wire["flapping"]),
        history=str(wire["history"]),
        first_bad_by=str(wire.get("first_bad_by", "")),
        lasts_until=instant(wire.get("lasts_until")),
        peak=None if wire.get("peak") is None else float(wire["peak"]),
    )
