"""Security incidents: the authorities of their lane, the calls already made, and the words for the caller."""

from monitord.desk.calls import answered
from monitord.desk.context import Context, write
from monitord.domain.incident import Incident
from monitord.domain.lane import Lane, authorities_of, still_to_call
from monitord.domain.lifecycle import confirmed
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Authority, Script


def lane_of(context: Context, incident: Incident) -> Lane | None:
    """Return the lane of a security incident, None for any other."""
    return context.settings.lanes.get(incident.lane or "")


def to_call(tx: Tx, context: Context, incident: Incident) -> tuple[str, ...]:
    """Return the authorities of an incident's lane that nobody has spoken to yet; none for an incident of no lane."""
    lane = lane_of(context, incident)
    if lane is None or incident.suspected:
        return ()
    return still_to_call(_authorities(context, lane, incident), answered(tx, incident))


def _authorities(context: Context, lane: Lane, incident: Incident) -> tuple[str, ...]:
    site = context.settings.sites.get(incident.site or "")
    return authorities_of(lane, site.nearest_police if site is not None else None)


def script(tx: Tx, context: Context, incident: Incident) -> Script:
    """Return what the caller reads from: the authorities with their numbers and what was said to whom."""
    lane = lane_of(context, incident)
    if lane is None:
        raise ValueError(f"{incident.code} is no security incident: it has no script")
    spoken = answered(tx, incident)
    organisations = context.settings.organisations
    authorities = tuple(
        Authority(name, organisations[name].name, organisations[name].phone, spoken.get(name))
        for name in _authorities(context, lane, incident)
        if name in organisations
    )
    site = context.settings.sites.get(incident.site or "")
    where = f"{site.name}, {site.commune}".strip(", ") if site is not None else ""
    return Script(incident.code, lane.name, lane.script, authorities, where, incident.detail, incident.suspected)


def confirm(tx: Tx, context: Context, incident: Incident, person: str, at: Moment) -> Incident:
    """Make a suspicion an incident: its ladder begins, by the policy of its lane's severity."""
    lane = lane_of(context, incident)
    assert lane is not None
    policy = context.settings.policy_at(at.now, incident.unit, lane.severity)
    decision = confirmed(incident, person, lane.severity, policy, context.book(tx, at), at.now)
    write(tx, decision, at)
    return decision.incident
