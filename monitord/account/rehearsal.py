"""What a fault would set going at an instant: whom it would reach when, by which channel, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.account.who import planned_shifts, written_to
from monitord.domain.decision import Decision
from monitord.domain.dutybook import DutyBook, step_name
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind
from monitord.domain.network import Device, Target, parents_of
from monitord.domain.notice import Event
from monitord.domain.policy import PolicyStep, Whom, step_of
from monitord.domain.rehearsal import rehearse
from monitord.domain.roster import Shift
from monitord.domain.window import Window
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.roster import leaders_ahead
from monitord.store.rows import shift_of, window_of


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody would be told: the shift that says so, for whom he stands in, the order or the approval it needs;
    `call` is the number that he is asked to call."""

    shift: Shift | None = None
    stands_in_for: str | None = None
    awaits: str | None = None
    order: str | None = None
    nobody: bool = False
    quiet_until: str | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One person at one instant: step (from 0), the role, the person (empty: nobody), the channels in order, and
    why."""

    at: datetime
    step: int
    role: str
    person: str
    channels: tuple[str, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would happen: the incident as it would open, its windows and the devices above, and the lines in order."""

    incident: Incident
    rule: str | None
    windows: tuple[Window, ...]
    parents: tuple[str, ...]
    lines: tuple[Line, ...]


def rehearsal(
    connection: sa.Connection, settings: Settings, device: Device, target: Target, at: datetime, hours: float
) -> Rehearsal:
    """Return what a fault of `target` that is confirmed at `at` would set going within so many hours."""
    severity = settings.severity_for(target, Health.DOWN)
    rule = settings.severity_rule(target, Health.DOWN)
    draft = Incident(
        id=0,
        code="",
        target=target.id,
        unit=device.unit,
        severity=severity,
        health=Health.DOWN,
        cause=Cause.NO_ANSWER,
        detail="",
        phase=Phase.OPEN,
        policy=settings.policy_for(device.unit, severity, device.tags),
        detected_at=at,
        opened_at=at,
        ladder_from=at,
        step=-1,
        first_bad=at,
    )
    until = written_to(connection)

    unit = settings.units.get(device.unit)
    leads = unit.leader_duty if unit else "leader"

    def book_at(instant: datetime) -> DutyBook:
        shifts = _shifts(connection, settings, instant, until)
        return DutyBook(
            instant,
            shifts,
            settings.people,
            settings.units,
            settings.organisations,
            settings.duty_kinds,
            settings.zone,
            leaders_ahead(connection, device.unit, leads, instant),
        )

    acts = rehearse(draft, book_at, at + timedelta(hours=hours))
    lines = tuple(line for act in acts for line in _lines(settings, draft, act.at, act.decision, book_at(act.at)))
    return Rehearsal(
        draft,
        rule.id if rule else None,
        _windows(connection, device, target, at),
        tuple(one.id for one in parents_of(settings.devices, device)),
        lines,
    )


def _shifts(connection: sa.Connection, settings: Settings, at: datetime, written: datetime | None) -> tuple[Shift, ...]:
    """Return the shifts of an instant: those that are written, behind them those the settings plan."""
    if written is None or at >= written:
        return tuple(planned_shifts(settings, at, connection))
    wanted = sa.select(t.shift).where(t.shift.c.starts <= at, t.shift.c.ends > at).order_by(t.shift.c.id)
    return tuple(shift_of(row) for row in connection.execute(wanted).mappings())


def _windows(connection: sa.Connection, device: Device, target: Target, at: datetime) -> tuple[Window, ...]:
    wanted = sa.select(t.window).where(t.window.c.starts <= at, t.window.c.ends > at).order_by(t.window.c.id)
    found = [window_of(row) for row in connection.execute(wanted).mappings()]
    return tuple(w for w in found if w.scope.covers(target.id, device.id, device.site, device.unit))


def _lines(settings: Settings, draft: Incident, at: datetime, decision: Decision, book: DutyBook) -> Iterator[Line]:
    told = [notice for notice in decision.notices if notice.event in (Event.STEP, Event.APPROVAL, Event.CALL_OUT)]
    for fact in decision.facts:
        if fact.kind not in (
            FactKind.STEP_FIRED,
            FactKind.STEP_AWAITS_APPROVAL,
            FactKind.COVERAGE_GAP,
            FactKind.STEP_QUIET,
        ):
            continue
        number = fact.refs["step"]
        step = step_of(draft.policy, number)
        role = step_name(step, book)
        if fact.kind == FactKind.COVERAGE_GAP:
            yield Line(at, number, role, "", (), Why(nobody=True))
        elif fact.kind == FactKind.STEP_QUIET:
            yield Line(at, number, role, "", (), Why(quiet_until=fact.refs["until"]))
        else:
            for notice in told:
                ways = (notice.channel, *notice.fallback)
                yield Line(
                    at, number, role, notice.person, ways, _why(settings, draft, step, fact, notice.person, book)
                )


def _why(settings: Settings, draft: Incident, step: PolicyStep, fact: Fact, person: str, book: DutyBook) -> Why:
    unit = settings.units.get(draft.unit)
    stands_in_for = fact.refs.get("stand_ins", {}).get(person)
    if fact.kind == FactKind.STEP_AWAITS_APPROVAL:
        duty = unit.leader_duty if unit else "leader"
        return Why(_shift(book, draft.unit, duty, person), awaits=str(fact.refs["organisation"]))
    if fact.refs.get("call"):
        desk = next(one.ref for one in draft.policy.steps if one.whom is Whom.DUTY)
        organisation = settings.organisations[step.ref]
        return Why(_shift(book, draft.unit, desk, stands_in_for or person), stands_in_for, call=organisation.phone)
    if step.whom is Whom.ORGANISATION:
        return Why(order=unit.auto_send_order if unit else None, stands_in_for=stands_in_for)
    return Why(_shift(book, draft.unit, step.ref, stands_in_for or person), stands_in_for)


def _shift(book: DutyBook, unit: str, duty: str, person: str) -> Shift | None:
    mine = (s for s in book.shifts if (s.unit, s.duty, s.person) == (unit, duty, person) and s.covers(book.at))
    return next(mine, None)
