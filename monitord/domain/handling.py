"""What people do about an incident besides taking it: escalate, hand on, expect, repair, close, merge. Pure decisions.

A decision with `timer` None leaves nothing armed where it ends an incident; `remark` arms and disarms nothing.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitord.domain.decision import Decision, Timer, TimerKind, Told
from monitord.domain.dutybook import DutyBook, resolve, usable
from monitord.domain.escalation import step_due
from monitord.domain.group import group_notices
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.lifecycle import end_told
from monitord.domain.notice import Event, Notice, Priority
from monitord.domain.policy import Whom, due_at, step_of, taken_until
from monitord.domain.steps import Lateness, once, step_notice


def escalated(
    incident: Incident,
    person: str,
    duty: str,
    book: DutyBook,
    now: datetime,
    already_approved: AbstractSet[str] = frozenset(),
    spoken_to: AbstractSet[str] = frozenset(),
) -> Decision:
    """Decide "báo cáo cấp trên ngay": the next step is due now, and what was taken is taken no more."""
    # Those of the first step heard of it by its storm.
    number = incident.step + 1 if incident.storm is None else max(1, incident.step + 1)
    was_taken = incident.phase is Phase.ACKNOWLEDGED
    while was_taken and step_of(incident.policy, number).whom is Whom.NEXT_LEADER:
        number -= 1  # the leader on duty has not been asked in the new round
    base = now - (due_at(incident.policy, incident.ladder_from, number) - incident.ladder_from)
    after = replace(
        incident,
        phase=Phase.OPEN,
        ladder_from=base,
        step=number - 1,
        round=incident.round + was_taken,
        ack_expires_at=None,
        eta=None,
        storm=None,
    )
    refs = {"duty": duty, "step": number, "round": after.round, "was": incident.phase}
    fact = Fact(FactKind.INCIDENT_ESCALATED, incident.id, incident.target, person, refs)
    ladder = step_due(after, book, now, None, already_approved, spoken_to)
    holder = incident.acknowledged_by if was_taken else None
    # Who believes that he has it would go on alone, or rest.
    told = () if holder in (None, person) else _to_one(after, Event.TAKEN_AWAY, holder, f"{person}@{stamp(now)}", book)
    # Groups hear of every round; one that begins on a later step is a new one to them, too.
    groups = group_notices(after, number, book.groups) if was_taken and after.step >= 0 else []
    return replace(ladder, facts=(fact, *ladder.facts), notices=(*ladder.notices, *told, *groups))


def urged(incident: Incident, person: str, duty: str, book: DutyBook, now: datetime) -> Decision:
    """Decide a leader's "gọi trực ca": those of the first step are asked again at once; the ladder goes on as it does.

    What a storm tells of is asked for by the storm: then nobody is asked here, as where no message reaches anybody.
    """
    first, book = step_of(incident.policy, 0), book.for_severity(incident.severity)
    ways = () if incident.storm is not None else resolve(first, incident.unit, book)
    asked = tuple(way for way in ways if way.person != person)
    refs = {"duty": duty, "round": incident.round, "people": [way.person for way in asked]}
    fact = Fact(FactKind.INCIDENT_URGED, incident.id, incident.target, person, refs)
    notices = (
        replace(step_notice(incident, 0, way, Lateness()), event=Event.URGED, subject=f"{person}@{stamp(now)}")
        for way in asked
    )
    return Decision(incident, (fact,), tuple(notices))


def handed(incident: Incident, person: str, to: str, book: DutyBook, now: datetime) -> Decision:
    """Decide "giao đồng chí khác": that person is asked, and may take it whoever has it; until then nothing changes."""
    after = replace(incident, assigned_to=to)
    fact = Fact(FactKind.INCIDENT_HANDED, incident.id, incident.target, person, {"to": to})
    return Decision(after, (fact,), _to_one(incident, Event.HANDED, to, f"{person}@{stamp(now)}", book))


def reminded(incident: Incident, person: str, until: datetime, book: DutyBook) -> Decision:
    """Decide "nhắc lại": that person, and nobody else, is asked again at that instant; the ladder goes on."""
    refs = {"until": stamp(until)}
    fact = Fact(FactKind.INCIDENT_REMINDER, incident.id, incident.target, person, refs)
    return Decision(incident, (fact,), _to_one(incident, Event.REMINDER, person, stamp(until), book))


def _to_one(incident: Incident, event: Event, person: str, subject: str, book: DutyBook) -> tuple[Notice, ...]:
    known = book.people.get(person)
    ways = usable(known, incident.policy.steps[0].channels) if known else ()
    if not ways:
        return ()
    return (
        Notice(incident.id, event, person, ways[0], Priority.FIRST, step=0, round=incident.round, fallback=ways[1:],
               subject=subject),
    )  # fmt: skip


def expected(incident: Incident, person: str, eta: datetime, now: datetime, ladder_now: datetime) -> Decision:
    """Decide when restoration is expected: the acknowledgement holds until then, and not longer than it may."""
    holds = min(eta - now, taken_until(incident.policy, incident.detected_at, ladder_now) - ladder_now)
    after = replace(incident, eta=eta, ack_expires_at=now + holds)
    refs = {"eta": stamp(eta), "expires": stamp(now + holds)}
    fact = Fact(FactKind.INCIDENT_ETA, incident.id, incident.target, person, refs)
    return Decision(after, (fact,), (), Timer(TimerKind.ACK_EXPIRY, 0, now + holds))


def remark(
    incident: Incident, kind: FactKind, person: str, refs: Mapping[str, Any], private: Mapping[str, str]
) -> Decision:
    """Return a line of the incident's diary: a note, a call, an event, a ticket, a correction. Nobody is told."""
    kept = {key: text for key, text in private.items() if text}
    after = replace(incident, ticket=str(refs["ticket"])) if kind is FactKind.INCIDENT_TICKET else incident
    return Decision(after, (Fact(kind, incident.id, incident.target, person, dict(refs), kept or None),))


def fixed(incident: Incident, person: str, at: datetime, told: Iterable[Told]) -> Decision:
    """Decide that nothing is left to repair; a fault after this is a new incident."""
    after = replace(incident, phase=Phase.FIXED, fixed_at=at, hushed=False)
    fact = Fact(FactKind.INCIDENT_FIXED, incident.id, incident.target, person, {"fixed": stamp(at)})
    return Decision(after, (fact,), end_told(after, told) if incident.hushed else ())


def closed(
    incident: Incident, person: str, duty: str, now: datetime, cause: str, measures: str, told: Iterable[Told]
) -> Decision:
    """Decide the end: cause and measures are written down, apart from the chain as all that people write."""
    after = replace(incident, phase=Phase.CLOSED, closed_at=now, hushed=False)
    private = {"cause_text": cause, "measures": measures}
    fact = Fact(FactKind.INCIDENT_CLOSED, incident.id, incident.target, person, {"duty": duty}, private)
    return Decision(after, (fact,), end_told(after, told) if incident.hushed else ())


def dismissed(incident: Incident, person: str, now: datetime, reason: str, told: Iterable[Told]) -> Decision:
    """Decide that a suspicion was nothing: it is closed, and who heard of it hears that."""
    after = replace(incident, phase=Phase.CLOSED, restored_at=now, closed_at=now, ack_expires_at=None)
    fact = Fact(FactKind.INCIDENT_DISMISSED, incident.id, incident.target, person, {}, {"reason": reason})
    return Decision(after, (fact,), end_told(after, told), None)


def merged(
    one: Incident, into: Incident, person: str | None, now: datetime, told: Iterable[Told]
) -> tuple[Decision, Decision]:
    """Decide that an incident is another one, `into`: a person reported it, or its cause is known now.

    It ends, and `into` began when the earlier of them did. Everyone who was told of it hears where it went.
    """
    # What the checks gather goes on being down: nothing may say that it was restored.
    over = one.restored_at or (now if person is not None else None)
    gone = replace(one, phase=Phase.CLOSED, closed_at=now, restored_at=over, ack_expires_at=None)
    refs = {"into": into.code} | ({"restored": stamp(over)} if over is not None else {})
    fact = Fact(FactKind.INCIDENT_MERGED, one.id, one.target, person, refs)
    notices = tuple(
        Notice(one.id, Event.MERGED, way.person, way.channel, Priority.FOLLOW_UP, organisation=way.organisation,
               subject=into.code, fallback=way.others)
        for way in once(told)
    )  # fmt: skip
    began = min(one.occurred_at, into.occurred_at)
    kept = replace(into, first_bad=began)
    joined = Fact(
        FactKind.INCIDENT_MERGED, into.id, into.target, person, {"merged": one.code, "first_bad": stamp(began)}
    )
    return Decision(gone, (fact,), notices, None), Decision(kept, (joined,))
