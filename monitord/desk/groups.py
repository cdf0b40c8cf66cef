"""Groups inside the writer's transaction: where each is written to now, and what a letter may not say there."""

from dataclasses import replace

import structlog

from monitord.desk.context import Context
from monitord.desk.mentions import name_of
from monitord.domain.dutybook import DutyBook, duty_in
from monitord.domain.extent import Cut
from monitord.domain.group import MARK, Group
from monitord.domain.incident import Incident
from monitord.domain.masking import without_numbers
from monitord.domain.people import Person
from monitord.domain.survey import Survey
from monitord.settings.model import Settings
from monitord.store.tx import Tx
from monitord.texts.story import Story, Taken

log = structlog.get_logger("desk")
_MOVED = "group_moved:"
"""Key of `meta`: `old>new`, where Telegram has made a group a supergroup, which has another number."""


def readers(tx: Tx, settings: Settings) -> list[Person]:
    """Return the groups of the settings as readers, each where it is now."""
    return [_where_it_is(tx, one).reader() for one in settings.groups]


def _where_it_is(tx: Tx, group: Group) -> Group:
    old, _, new = (tx.get(_MOVED + group.id) or "").partition(">")
    # What the settings name counts as soon as they name another one.
    return replace(group, chat=int(new)) if new and old == str(group.chat) else group


def moved(tx: Tx, context: Context, person: str, chat: int) -> None:
    """Remember that a group has become a supergroup, so that a restart does not ask for the old one."""
    group = next((one for one in context.settings.groups if MARK + one.id == person), None)
    if group is not None:
        tx.put(_MOVED + group.id, f"{group.chat}>{chat}")
        log.warning("group.moved", group=group.id, chat=chat, settings=group.chat)


def for_group(story: Story, context: Context) -> Story:
    """Return what a group may read of a story: roles instead of names, no telephone number, and where anything is not
    to leave the unit, numbers alone of what may be part of more."""
    inside = keeps(context)
    extent = story.extent.outside() if inside else replace(story.extent, teams=())
    return replace(
        story,
        told=(),
        taken=None if story.taken is None else by_role(story.taken, story.unit_name),
        extent=extent,
        storm=_without_names(story.storm, context.words.page["kept_inside"]) if inside and story.storm else story.storm,
    )


def by_role(taken: Taken, unit_name: str) -> Taken:
    """Return who has it without the name."""
    return replace(taken, name=taken.role or unit_name, role="")


def keeps(context: Context) -> bool:
    """Return whether anything is not to leave the unit."""
    settings = context.settings
    at_sites = any(one.keep_inside for one in settings.sites.values())
    return at_sites or any(one.keep_inside for one in settings.devices.values())


def name_in_group(context: Context, incident: Incident) -> str:
    """Return what an incident is about, in one line that a group may read."""
    device = context.targets.get(incident.target, (None, None))[0]
    site = context.settings.sites.get(device.site if device is not None else incident.site or "")
    if (device is not None and device.keep_inside) or (site is not None and site.keep_inside):
        return context.words.page["kept_inside"]
    return without_numbers(name_of(context, incident))


def role_of_holder(context: Context, incident: Incident, book: DutyBook) -> str:
    """Return in which role somebody has an incident, or whose unit's it is."""
    at = incident.acknowledged_at
    duty = duty_in(incident.unit, incident.acknowledged_by or "", book, at) if at is not None else None
    kind = context.settings.duty_kinds.get(duty or "")
    unit = context.settings.units.get(incident.unit)
    return kind.name if kind else unit.name if unit else incident.unit


def _without_names(storm: Survey, instead: str) -> Survey:
    return replace(
        storm,
        total=storm.total.outside(),
        groups=tuple(replace(o, name=instead, cuts=tuple(Cut(instead, c.since) for c in o.cuts)) for o in storm.groups),
        batteries=tuple(replace(one, site=instead) for one in storm.batteries),
        running=tuple(replace(one, name=instead) for one in storm.running),
    )
