"""Storms: one begins when so much opened and not otherwise, what it carries rings nobody, and nothing stays in it."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from monitord.domain.journal import FactKind
from monitord.domain.storm import FIRST, STORM, unit_of
from tests.sim.province import STORMS, UNIT
from tests.sim.reasons import TELLING
from tests.sim.truth import Truth

OUT = (
    FactKind.STORM_LEFT,
    FactKind.INCIDENT_ACKNOWLEDGED,
    FactKind.INCIDENT_ESCALATED,
    FactKind.INCIDENT_RESTORED,
    FactKind.INCIDENT_MERGED,
)
"""After one of these a storm tells no longer of an incident, until a row says that it does again."""
ENDED = (FactKind.NOTICE_ACCEPTED, FactKind.NOTICE_SUPERSEDED, FactKind.NOTICE_DEAD)
"""After one of these a message is no longer under way."""
HOUR, LATEST = 3600.0, 130.0
"""Within what a summary comes though nothing changed, and how late it may be."""
MOST = 3
"""Messages that one person gets of a unit in the first minutes of a storm."""


@dataclass
class _Unit:
    """What runs in a unit: when each incident opened, and the storm."""

    opened: dict[int, float] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    storm: int | None = None


def carried(truth: Truth, incident: int) -> list[tuple[float, float]]:
    """Return the times in which a storm told of an incident."""
    found: list[tuple[float, float]] = []
    since: float | None = None
    for row in truth.of[incident]:
        if row.kind == FactKind.STORM_CARRIES and since is None:
            since = truth.at(row)
        elif row.kind in OUT and since is not None:
            found.append((since, truth.at(row)))
            since = None
    return found if since is None else [*found, (since, truth.history.ended)]


def judge_storms(truth: Truth, wrong: list[str]) -> None:
    """Hold the storms of a night against its incidents."""
    _begins(truth, wrong)
    targets = {incident["id"]: incident["target"] for incident in truth.incidents}
    units = {incident["id"]: incident["unit"] for incident in truth.incidents}
    storms = {i: truth.of[i] for i, target in targets.items() if target.startswith(STORM)}
    for incident in targets:
        for begins, ends in carried(truth, incident):
            over = [
                truth.at(r)
                for ident, rows in storms.items()
                for r in rows
                if units[ident] == units[incident] and r.kind == FactKind.INCIDENT_RESTORED and truth.at(r) > begins
            ]
            if over and over[0] < ends - 0.5:
                wrong.append(f"S3: incident {incident} is told by nobody: its storm was over at {over[0]:.1f}")
            for notice in truth.outbox:
                queued = truth.queued(notice)
                if notice["incident"] == incident and notice["event"] in (*TELLING, "reopened", "changed"):
                    approved = notice["organisation"] is not None
                    if begins < queued < ends and not approved:
                        wrong.append(f"S2: {notice['key']} was queued at {queued:.1f} though a storm tells of it")
    for ident, rows in storms.items():
        _summaries(truth, ident, wrong)
        _lists(truth, ident, wrong)
        _first_minutes(truth, units[ident], truth.at(rows[0]), targets, units, wrong)


def _summaries(truth: Truth, storm: int, wrong: list[str]) -> None:
    """Whoever a summary names gets it, and one comes at least once an hour."""
    rows = truth.of[storm]
    for row in rows:
        if row.kind == FactKind.STORM_TOLD:
            mine = [n for n in truth.outbox if n["incident"] == storm and n["event"] == "storm"]
            got = {n["person"] for n in mine if n["subject"].startswith(f"{row.refs['summary']}@")}
            if missing := set(row.refs["people"]) - got:
                wrong.append(f"S5: summary {row.refs['summary']} of storm {storm} was not queued for {missing}")
    kinds = (FactKind.INCIDENT_OPENED, FactKind.STORM_TOLD, FactKind.INCIDENT_RESTORED)
    instants = [truth.at(row) for row in rows if row.kind in kinds]
    for begins, ends in pairwise(instants):
        by = truth.by(begins + HOUR, LATEST)
        if by is not None and by < ends and not truth.clock_wrong(begins, ends):
            wrong.append(f"S5: storm {storm} was not told of from {begins:.1f} to {ends:.1f}")


def _lists(truth: Truth, storm: int, wrong: list[str]) -> None:
    """Who asked for the list of a storm gets one, with the file, and nobody else does; while one is under way to him a
    press brings no other."""
    lists = [n for n in truth.outbox if n["incident"] == storm and n["event"] == "storm_list"]
    of_ask = {(n["person"], n["subject"]): n["id"] for n in lists}
    ended = {row.refs["notice"]: row.seq for row in truth.rows if row.kind in ENDED and "notice" in row.refs}
    asked: list[tuple[str, str]] = []
    last: dict[str, int] = {}
    for row in truth.of[storm]:
        if row.kind == FactKind.STORM_LIST_ASKED:
            person, ask = row.actor or "", str(row.refs["update"])
            if person in last and ended.get(last[person], row.seq) >= row.seq:
                continue
            asked.append((person, ask))
            if (person, ask) in of_ask:
                last[person] = of_ask[person, ask]
    asked.sort()
    if asked != (owed := sorted((n["person"], n["subject"]) for n in lists)):
        wrong.append(f"S6: of storm {storm} lists were asked for by {asked} and owed to {owed}")
    for letter in (letter for notice in lists for letter in truth.letters[notice["id"]]):
        if letter.document is None or not letter.document.content.strip():
            wrong.append(f"S6: letter {letter.number} is a list without a file")


def _begins(truth: Truth, wrong: list[str]) -> None:
    """A storm begins with the incident that is one too many, and with no other but by their number."""
    units: dict[str, _Unit] = defaultdict(_Unit)
    for row in truth.rows:
        target, at = row.target or "", truth.at(row)
        if row.incident is None:
            continue
        if (name := unit_of(target)) is not None:
            unit = units[name]
            if row.kind == FactKind.INCIDENT_OPENED:
                lately = _lately(truth, unit, at)
                if lately < STORMS.opened and len(unit.running) < STORMS.running:
                    wrong.append(f"S1: a storm began at {at:.1f} with {lately} lately and {len(unit.running)} running")
                unit.storm = row.incident
            elif row.kind == FactKind.INCIDENT_RESTORED:
                unit.storm = None
            continue
        where = UNIT.get(target.partition("/")[0]) or (
            "vt" if target.startswith(("link:", "ring:", "site:", "area:")) else None
        )
        if where is None:
            continue
        unit = units[where]
        match row.kind:
            case FactKind.INCIDENT_OPENED:
                unit.opened[row.incident] = at
                unit.running.add(row.incident)
            case FactKind.INCIDENT_REOPENED:
                unit.opened[row.incident] = at
                unit.running.add(row.incident)
            case FactKind.INCIDENT_RESTORED:
                unit.running.discard(row.incident)
            case FactKind.INCIDENT_MERGED if "into" in row.refs:
                unit.running.discard(row.incident)


def _lately(truth: Truth, unit: _Unit, at: float) -> int:
    slack = 1.0 + (1e9 if truth.clock_wrong(at - STORMS.within.total_seconds(), at) else 0.0)
    return sum(at - unit.opened[i] <= STORMS.within.total_seconds() + slack for i in unit.running if i in unit.opened)


def _first_minutes(
    truth: Truth, unit: str, began: float, targets: dict[int, str], units: dict[int, str], wrong: list[str]
) -> None:
    """Nobody gets more than three messages of what a storm tells of in its first minutes."""
    if truth.clock_wrong(began - 1, began + FIRST.total_seconds() + 1):
        return
    got: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for notice in truth.outbox:
        mine = notice["incident"] in units and units[notice["incident"]] == unit
        if not mine or notice["event"] not in (*TELLING, "storm", "reopened", "changed") or notice["edits"]:
            continue
        if targets[notice["incident"]].startswith("by-hand/"):
            continue
        spans = carried(truth, notice["incident"])
        weather = targets[notice["incident"]].startswith(STORM) or any(a <= began + 300 for a, _ in spans)
        if weather and any(began <= x.at <= began + FIRST.total_seconds() for x in truth.letters[notice["id"]]):
            got[notice["person"], notice["channel"]].append(notice["key"])
    for (person, channel), keys in got.items():
        if len(keys) > MOST:
            wrong.append(f"S4: {person} got {len(keys)} messages in the first minutes of a storm: {keys} by {channel}")
