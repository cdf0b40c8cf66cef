"""Letters: an outbox row turned into what its reader gets, with the state of the incident at the instant of sending."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from monitord.desk import beside, digests, drawing, mentions
from monitord.desk.buttons import Faces, faces
from monitord.desk.causes import evidence
from monitord.desk.context import Context
from monitord.desk.editing import words_there
from monitord.desk.extents import extent
from monitord.desk.groups import for_group
from monitord.desk.keys import keys
from monitord.desk.said import closing_cause
from monitord.desk.surveys import survey
from monitord.domain.dutybook import DutyBook, step_name
from monitord.domain.extent import NOTHING
from monitord.domain.group import is_group
from monitord.domain.incident import Incident
from monitord.domain.masking import without_numbers
from monitord.domain.menus import Menu, asked
from monitord.domain.network import BY_HAND
from monitord.domain.notice import BUTTONED, Event, Key
from monitord.domain.policy import LEAVING, PolicyStep, Whom, due_at, is_again, step_of
from monitord.domain.probable import Suspect
from monitord.domain.storm import Storm, unit_of
from monitord.domain.survey import Survey
from monitord.store.rows import Moment
from monitord.store.storms import known_storm
from monitord.store.tx import Tx
from monitord.texts.aloud import aloud
from monitord.texts.squeeze import squeezed
from monitord.texts.story import Above, Answering, Audience, Gap, Story

POWER_LOST = (Suspect.BATTERY, Suspect.MAINS)
"""What is suspected with the instant from which there was no mains."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader gets: the text, and the buttons under it or the keys of a call."""

    text: str
    buttons: Faces = ()
    keys: tuple[Key, ...] = ()


def letter(tx: Tx, context: Context, key: bytes, row: Any, incident: Incident | None, at: Moment) -> Letter:
    """Return the letter of an outbox row; the references of its buttons are written in the same transaction."""
    event = Event(row["event"])
    if row["edits"] is not None and (many := digests.sent_with(tx, row)) is not None:
        return Letter(*digests.written(tx, context, key, many, at))
    words, own = context.words, context.settings.channels.get(row["channel"])
    limit, spoken = (own.short, own.spoken) if own is not None else (None, False)
    buttons = faces(tx, context, key, row, event, incident, at) if row["channel"] in BUTTONED else ()
    if event is Event.MENU_EDIT and (there := words_there(tx, row)) is not None:
        below = "" if incident is None else words.menu(_above(tx, context, row, incident, at))
        return Letter(f"{there}\n{below}" if below else there, buttons)
    if event is Event.COVERAGE and incident is not None:
        text = words.coverage(_gap(tx, context, row, incident, at))
    elif incident is None or event is Event.CHANNEL_BROKEN:
        text = beside.text(tx, context, row, at)
    else:
        story = _story(tx, context, row, incident, at)
        if spoken:
            offered = keys(context, row, incident, context.book(tx, at, timedelta(hours=12)))
            return Letter(words.spoken(story, offered), keys=offered)
        said = words.message(story) if limit is None else words.short(story, limit)
        return Letter(without_numbers(said) if is_group(row["person"]) else said, buttons)
    if spoken:
        return Letter(aloud(text))
    return Letter(text if limit is None else squeezed(text, limit), buttons)


def _above(tx: Tx, context: Context, row: Any, incident: Incident, at: Moment) -> Above:
    menu, said = asked(row["subject"]).menu, ""
    match menu:
        case Menu.MEASURES:
            said = closing_cause(tx, context, incident)
        case Menu.PHONES:
            said = "; ".join(map(" ".join, mentions.shift_phones(incident, context.book(tx, at), row["person"])[:2]))
    return Above(menu, incident.code, said, ends=incident.running)


def _answering(context: Context, channel: str) -> Answering:
    known = context.settings.channels.get(channel)
    if known is None or channel in BUTTONED:
        return Answering.PRESS
    return Answering.WRITE if known.hears else Answering.NOT_HERE


def _gap(tx: Tx, context: Context, row: Any, incident: Incident, at: Moment) -> Gap:
    book = context.book(tx, at)
    unit = context.settings.units.get(incident.unit)
    step = step_of(incident.policy, row["step"] or 0)
    instead = step_of(incident.policy, incident.step)
    return Gap(
        unit_name=unit.name if unit else incident.unit,
        role=step_name(step, book),
        at=row["created_at"],
        zone=context.settings.zone,
        instead=step_name(instead, book) if instead != step else "",
        code=incident.code,
        address_form=unit.address_form if unit else "đồng chí",
        drill=incident.drill,
    )


def audience(step: PolicyStep | None, organisation: str | None, leader_duty: str) -> Audience:
    """Return who reads the notice of a step."""
    if organisation is not None:
        return Audience.DEPARTMENT
    if step is None or step.whom is not Whom.DUTY:
        return Audience.OPERATIONS
    if step.ref == leader_duty:
        return Audience.LEADER
    return Audience.SHIFT if step.ref == "shift" else Audience.OPERATIONS


def _story(tx: Tx, context: Context, row: Any, incident: Incident, at: Moment) -> Story:
    settings = context.settings
    book = context.book(tx, at, timedelta(hours=12))
    device, target = context.targets.get(incident.target, (None, None))
    site = settings.sites.get(device.site) if device else None
    reported = incident.target.startswith(BY_HAND)
    lane = settings.lanes.get(incident.lane or "")
    # What is not to leave the unit is not named to another organisation, wherever the name would stand.
    outside, to_group = row["organisation"] is not None, is_group(row["person"])
    picture = drawing.attachment(row, incident, at)
    # A picture is sent on by whoever has it.
    there = site or settings.sites.get(incident.site or "")  # what people report names its place
    inside = (there is not None and there.keep_inside) or (device is not None and device.keep_inside)
    hidden = inside and (outside or to_group or picture is not None)
    site = None if hidden else site
    called = lane.name if lane else device.name if device else incident.detail if reported else incident.target
    called = context.words.page["kept_inside"] if hidden else called
    unit = settings.units.get(incident.unit)
    event = Event(row["event"])
    number = row["step"] if row["step"] is not None else mentions.step_of_person(tx, row)
    step = None if number is None else step_of(incident.policy, number)
    reader = book.people.get(row["person"])
    organisation = settings.organisations.get(row["organisation"] or "")
    leader_duty = unit.leader_duty if unit else "leader"
    who = Audience.LEADER if event is Event.APPROVAL else audience(step, row["organisation"], leader_duty)
    who = Audience.SHIFT if to_group else who
    waiting_for = settings.organisations.get(step.ref) if step and step.whom in LEAVING else None
    shift = next(
        (s for s in book.shifts if s.person == row["person"] and s.unit == incident.unit and s.covers(at.now)), None
    )
    storm = known_storm(tx, incident.id) if unit_of(incident.target) is not None else None
    seen = None if storm is None else _survey(tx, context, storm, row, at)
    reach = extent(tx, context, incident.target, at.now) if seen is None else seen.total
    late = None if row["late"] is None else timedelta(seconds=row["late"])
    # Where names may not stand a step to somebody without a title is one to somebody of the unit.
    unnamed = (unit.name if unit else incident.unit) if to_group else ""
    story = Story(
        event=event,
        audience=who,
        code=incident.code,
        severity=incident.severity,
        health=incident.health,
        cause=incident.cause,
        device_name=called,
        lane=lane.name if lane else "",
        suspected=incident.suspected,
        drill=incident.drill,
        unit_name=unit.name if unit else incident.unit,
        occurred_at=incident.occurred_at,
        detected_at=incident.detected_at,
        now=at.now,
        zone=settings.zone,
        detail="" if reported or hidden else incident.detail,
        title=target.title if target and not hidden else "",
        instance=(target.instance or "") if target and not hidden else "",
        site_name=site.name if site else "",
        commune=site.commune if site else "",
        recipient_name=reader.name if reader and not to_group else "",
        recipient_title=reader.title if reader else "",
        recipient_role="" if to_group else _role(context, incident, step, book, event, leader_duty),
        shift=(shift.start, shift.end) if shift else None,
        address_form=unit.address_form if unit else "đồng chí",
        organisation=organisation.name if organisation else waiting_for.name if waiting_for else "",
        next=mentions.coming(tx, context, incident, book, unnamed),
        told=mentions.told(tx, incident, book),
        asked=mentions.asked(tx, incident, book, row),
        taken=mentions.taken(context, incident, book, row),
        noted=mentions.noted(tx, incident, book, row),
        reopened=incident.reopened,
        episode_at=incident.episode_from,
        down_total=incident.outage(incident.restored_at or at.now) if incident.reopened else None,
        by=mentions.handed_by(book, row),
        into=row["subject"] if event is Event.MERGED else "",
        pause=incident.policy.noted_holds if who is Audience.LEADER and event is Event.STEP else None,
        restored_at=incident.restored_at,
        order=mentions.order(context, incident, row),
        approved_by=mentions.approver(tx, incident, row, book),
        due_at=due_at(incident.policy, incident.ladder_from, number)
        if late is not None and number is not None
        else None,
        late=late,
        skipped=tuple(step_name(step_of(incident.policy, n), book, unnamed=unnamed) for n in row["skipped"]),
        again=is_again(incident.policy, number or 0),
        repeat=row["uncertain"] > 0,
        was=mentions.was(row),
        suspect=Suspect(incident.suspect or Suspect.UNKNOWN) if not outside else Suspect.UNKNOWN,
        mains_lost=evidence(tx, context, incident.target).mains_lost if incident.suspect in POWER_LOST else None,
        raised_from=mentions.raised_from(tx, incident) if event is Event.STEP else None,
        extent=NOTHING if hidden or lane else reach.outside() if outside else reach,
        storm=seen,
        phone=waiting_for.phone if event is Event.CALL_OUT and waiting_for else "",
        contact=mentions.contact(context, incident, book, at) if row["organisation"] else "",
        answering=_answering(context, row["channel"]),
        picture=None if picture is None else picture.kind,
    )
    return for_group(story, context) if to_group else story


def _survey(tx: Tx, context: Context, storm: Storm, row: Any, at: Moment) -> Survey:
    """Return a storm as a notice tells it: what changed is counted from the summary before it, named by `subject`."""
    if row["event"] != Event.STORM:
        return replace(survey(tx, context, storm, at), number=max(1, storm.told))
    number, since, before = row["subject"].split("@")
    now = survey(tx, context, storm, at, datetime.fromisoformat(since))
    return replace(now, number=int(number), before=int(before))


def _role(
    context: Context, incident: Incident, step: PolicyStep | None, book: DutyBook, event: Event, leader_duty: str
) -> str:
    """In which role the reader is spoken to: who is asked to approve or to call is not one of those it would go to."""
    if event is Event.APPROVAL:
        kind = context.settings.duty_kinds.get(leader_duty)
        return kind.name if kind else leader_duty
    if event is Event.CALL_OUT:
        return mentions.desk_role(incident, book)
    return step_name(step, book) if step else ""


def spoken(at: datetime, context: Context) -> str:
    """Return an instant as it is said in an answer."""
    return context.words.clock(at, context.settings.zone, seconds=True)
