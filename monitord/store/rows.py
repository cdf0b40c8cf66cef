"""Rows as values and back: what the tables hold in the words of the domain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from monitord.domain import policy as policies
from monitord.domain.decision import TimerKind
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Row, canonical
from monitord.domain.people import Person
from monitord.domain.roster import Shift
from monitord.domain.window import Window, WindowKind, scope_from_wire


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of one decision: wall, boot seconds, and which run of the machine and of the daemon it belongs to."""

    now: datetime
    boot: float
    boot_id: str
    run: str


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """A timer row."""

    id: int
    incident: int
    kind: TimerKind
    step: int
    due: datetime
    due_boot: float


def journal_row(row: Mapping[Any, Any]) -> Row:
    """Return a journal row as a value."""
    return Row(
        seq=row["seq"],
        ts=row["ts"],
        boot=row["boot"],
        kind=row["kind"],
        incident=row["incident"],
        target=row["target"],
        actor=row["actor"],
        refs=json.loads(row["refs"]),
        digest=row["digest"],
        prev=row["prev"],
        hash=row["hash"],
    )


def journal_values(row: Row) -> dict[str, Any]:
    """Return a journal row as the columns of its table."""
    return {
        "seq": row.seq,
        "ts": row.ts,
        "boot": row.boot,
        "kind": row.kind,
        "incident": row.incident,
        "target": row.target,
        "actor": row.actor,
        "refs": canonical(dict(row.refs)),
        "digest": row.digest,
        "prev": row.prev,
        "hash": row.hash,
    }


_SAME = (
    "code",
    "target",
    "unit",
    "severity",
    "detail",
    "step",
    "round",
    "detected_at",
    "opened_at",
    "ladder_from",
    "first_bad",
    "last_good",
    "acknowledged_at",
    "acknowledged_by",
    "ack_expires_at",
    "restored_at",
    "reopened",
    "episode_from",
    "hushed",
    "recurrence_of",
    "recurrence",
    "eta",
    "assigned_to",
    "ticket",
    "lane",
    "site",
    "suspected",
    "drill",
    "fixed_at",
    "closed_at",
    "suspect",
    "storm",
)
"""The columns of an incident that are stored as they are."""


def incident_of(row: Mapping[Any, Any]) -> Incident:
    """Return an incident row as a value."""
    return Incident(
        id=row["id"],
        health=Health(row["health"]),
        told_health=None if row["told_health"] is None else Health(row["told_health"]),
        cause=Cause(row["cause"]),
        phase=Phase(row["phase"]),
        policy=policies.from_wire(row["policy"]),
        down_before=timedelta(seconds=row["down_before"]),
        spent=timedelta(seconds=row["spent"]),
        **{name: row[name] for name in _SAME},
    )


def incident_values(incident: Incident) -> dict[str, Any]:
    """Return an incident as the columns of its row."""
    return {name: getattr(incident, name) for name in _SAME} | {
        "health": incident.health,
        "told_health": incident.told_health,
        "cause": incident.cause,
        "phase": incident.phase,
        "policy": policies.to_wire(incident.policy),
        "down_before": incident.down_before.total_seconds(),
        "spent": incident.spent.total_seconds(),
    }


def window_of(row: Mapping[Any, Any]) -> Window:
    """Return a window row as a value."""
    return Window(
        id=row["id"],
        kind=WindowKind(row["kind"]),
        scope=scope_from_wire(row["scope"]),
        start=row["starts"],
        end=row["ends"],
        author=row["author"],
        series=row["series"],
        leader=row["leader"],
    )


def shift_of(row: Mapping[Any, Any]) -> Shift:
    """Return a shift row as a value."""
    return Shift(row["unit"], row["duty"], row["person"], row["starts"], row["ends"], row["source"], row["backup"])


def person_of(row: Mapping[Any, Any]) -> Person:
    """Return a person row as a value."""
    return Person(
        id=row["id"],
        name=row["name"],
        home=row["home"],
        title=row["title"],
        phone=row["phone"],
        telegram=row["telegram"],
        stand_ins=tuple(row["stand_ins"]),
        addresses=MappingProxyType(row["addresses"]),
    )
