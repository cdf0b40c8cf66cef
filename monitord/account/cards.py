"""Incidents as the board shows them: who was told, who has it, what comes next; and those that are over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.domain.dutybook import DutyBook, step_name
from monitord.domain.group import is_group
from monitord.domain.incident import RUNNING, Incident, Phase
from monitord.domain.journal import FactKind
from monitord.domain.network import Device, Target
from monitord.domain.notice import DeliveryCause, Event, NoticeState
from monitord.domain.policy import LEAVING, step_of
from monitord.domain.safe import LIMIT, clean
from monitord.domain.storm import unit_of
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import incident_of
from monitord.texts.story import Next, Taken, Told, ToldState, Words

MOST_INCIDENTS = 50
MOST_RESTORED = 10
MOST_NOTICES = 1000


def one_line(text: str) -> str:
    """Return `text` fit for people. What is printable already passes at once: the board is read each second."""
    return text if len(text) <= LIMIT and text.isprintable() else clean(text)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice of a running incident. `trouble` is empty while nothing went wrong with it."""

    told: Told
    event: Event
    attempts: int
    trouble: str


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """A running incident: what it is, who was told of it, who has it, and what comes next unless somebody takes it."""

    incident: Incident
    device: str
    target: str
    unit: str
    site: str
    detail: str
    notices: tuple[NoticeLine, ...]
    taken: Taken | None
    next: Next | None


@dataclass(frozen=True, slots=True)
class RestoredLine:
    """An incident that is over."""

    code: str
    target: str
    severity: int
    occurred_at: datetime
    restored_at: datetime
    taken_by: str

    @property
    def lasted(self) -> timedelta:
        """Return how long the fault lasted, from its estimated beginning."""
        return self.restored_at - self.occurred_at


@dataclass(frozen=True, slots=True)
class Names:
    """What turns ids into the words of people."""

    settings: Settings
    words: Words
    book: DutyBook
    targets: Mapping[str, tuple[Device, Target]]

    def person(self, ident: str | None) -> str:
        person = self.book.people.get(ident or "")
        return one_line(person.name if person else ident or "")

    def target(self, ident: str) -> str:
        if ident not in self.targets:
            whole = self.settings.name_of_whole(ident) or ident
            return one_line(f"{self.words.page['storm']} – {whole}" if unit_of(ident) is not None else whole)
        device, target = self.targets[ident]
        return one_line(self.words.target(device.name, target.title, target.instance or ""))


def read_cards(connection: sa.Connection, names: Names) -> tuple[IncidentCard, ...]:
    """Return the running ones: those that nobody has taken first, then by severity, then the newest; what a storm tells
    of behind it."""
    order = (
        t.incident.c.storm.is_not(None),
        t.incident.c.phase != Phase.OPEN,
        t.incident.c.severity,
        t.incident.c.id.desc(),
    )
    wanted = sa.select(t.incident).where(t.incident.c.phase.in_(RUNNING)).order_by(*order).limit(MOST_INCIDENTS)
    incidents = [incident_of(row) for row in connection.execute(wanted).mappings()]
    ids = [incident.id for incident in incidents]
    notices = _notices(connection, names, {incident.id: incident for incident in incidents})
    armed = sa.and_(t.timer.c.incident.in_(ids), t.timer.c.state == "armed", t.timer.c.kind == "step")
    timers = {row["incident"]: row for row in connection.execute(sa.select(t.timer).where(armed)).mappings()}
    duties = _duty_of_takers(connection, ids)
    cards = []
    for incident in incidents:
        device, _ = names.targets.get(incident.target, (None, None))
        unit, site = names.settings.units.get(incident.unit), names.settings.sites.get(device.site if device else "")
        cards.append(
            IncidentCard(
                incident=incident,
                device=one_line(device.name) if device else names.target(incident.target),
                target=names.target(incident.target),
                unit=one_line(unit.name if unit else incident.unit),
                site=one_line(site.name if site else ""),
                detail=one_line(incident.detail),
                notices=tuple(notices.get(incident.id, ())),
                taken=_taken(names, incident, duties.get(incident.id, "")),
                next=_next(names, incident, timers.get(incident.id)),
            )
        )
    return tuple(cards)


def _duty_of_takers(connection: sa.Connection, ids: Sequence[int]) -> dict[int, str]:
    wanted = (
        sa.select(t.journal.c.incident, t.journal.c.refs)
        .where(t.journal.c.incident.in_(ids), t.journal.c.kind == FactKind.INCIDENT_ACKNOWLEDGED)
        .order_by(t.journal.c.seq.desc())
        .limit(MOST_NOTICES)
    )
    found: dict[int, str] = {}
    for incident, refs in connection.execute(wanted):
        found.setdefault(incident, str(json.loads(refs).get("duty") or ""))
    return found


def _taken(names: Names, incident: Incident, duty: str) -> Taken | None:
    if incident.phase is not Phase.ACKNOWLEDGED or incident.acknowledged_at is None:
        return None
    kind = names.settings.duty_kinds.get(duty)
    name = names.person(incident.acknowledged_by)
    return Taken(incident.acknowledged_at, name, kind.name if kind else "", expires_at=incident.ack_expires_at)


def _next(names: Names, incident: Incident, timer: Any) -> Next | None:
    if timer is None or incident.phase is not Phase.OPEN:
        return None
    step = step_of(incident.policy, timer["step"])
    unit = names.settings.units.get(incident.unit)
    asks = step.whom in LEAVING and (unit is None or unit.auto_send_order is None)
    again = timer["step"] >= len(incident.policy.steps)
    return Next(timer["due"], step_name(step, names.book), again=again, asks=asks)


def _notices(connection: sa.Connection, names: Names, incidents: Mapping[int, Incident]) -> dict[int, list[NoticeLine]]:
    """What became of each telling of the present round, in the order in which it was decided."""
    answered = _answered(connection, list(incidents))
    telling = t.outbox.c.event.in_([Event.STEP, Event.APPROVAL, Event.COVERAGE])
    shown = t.outbox.c.state != NoticeState.SUPERSEDED
    mine = sa.and_(t.outbox.c.incident.in_(list(incidents)), telling, shown)
    wanted = sa.select(t.outbox).where(mine).order_by(t.outbox.c.id.desc()).limit(MOST_NOTICES)
    found: dict[int, list[NoticeLine]] = {}
    for row in reversed(list(connection.execute(wanted).mappings())):
        incident = incidents[row["incident"]]
        if row["round"] == incident.round:
            answer = answered.get((incident.id, row["person"]))
            found.setdefault(incident.id, []).append(_notice(names, incident, row, answer))
    return found


def _answered(connection: sa.Connection, ids: Sequence[int]) -> dict[tuple[int, str], ToldState]:
    meaning = {
        FactKind.INCIDENT_NOTED: ToldState.NOTED,
        FactKind.INCIDENT_RECEIPT: ToldState.RECEIPT,
        FactKind.INCIDENT_ACKNOWLEDGED: ToldState.TAKEN,
    }
    said = sa.and_(t.journal.c.incident.in_(ids), t.journal.c.kind.in_(list(meaning)))
    wanted = sa.select(t.journal.c.incident, t.journal.c.actor, t.journal.c.kind).where(said)
    rows = connection.execute(wanted.order_by(t.journal.c.seq.desc()).limit(MOST_NOTICES)).all()
    return {(incident, actor): meaning[FactKind(kind)] for incident, actor, kind in reversed(rows)}


def _notice(names: Names, incident: Incident, row: Any, answer: ToldState | None) -> NoticeLine:
    match NoticeState(row["state"]):
        case NoticeState.SENT:
            state = answer or ToldState.ACCEPTED
        case NoticeState.DEAD:
            state = ToldState.FAILED
        case _ if row["uncertain"]:
            state = ToldState.UNCERTAIN
        case _:
            state = ToldState.WAITING if row["last_cause"] is None else ToldState.FAILED
    organisation = names.settings.organisations.get(row["organisation"] or "")
    role = step_name(step_of(incident.policy, row["step"] or 0), names.book)
    if is_group(row["person"]):
        role = ""
    elif row["event"] != Event.STEP:
        person = names.book.people.get(row["person"])
        role = person.title if person else ""
    at = row["accepted_at"] or row["created_at"]
    bad = state in (ToldState.FAILED, ToldState.UNCERTAIN) and row["last_cause"]
    return NoticeLine(
        told=Told(at, organisation.name if organisation else role, names.person(row["person"]), row["channel"], state),
        event=Event(row["event"]),
        attempts=row["attempts"],
        trouble=names.words.delivery_cause(DeliveryCause(row["last_cause"])) if bad else "",
    )


def read_restored(connection: sa.Connection, names: Names) -> tuple[RestoredLine, ...]:
    over = sa.and_(t.incident.c.phase.not_in(RUNNING), t.incident.c.restored_at.is_not(None))
    wanted = sa.select(t.incident).where(over).order_by(t.incident.c.id.desc()).limit(MOST_RESTORED)
    lines = []
    for incident in (incident_of(row) for row in connection.execute(wanted).mappings()):
        assert incident.restored_at is not None
        lines.append(
            RestoredLine(
                code=incident.code,
                target=names.target(incident.target),
                severity=incident.severity,
                occurred_at=incident.occurred_at,
                restored_at=incident.restored_at,
                taken_by=names.person(incident.acknowledged_by),
            )
        )
    return tuple(sorted(lines, key=lambda line: line.restored_at, reverse=True))
