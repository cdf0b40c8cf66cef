"""How far an incident reaches, in English: what is cut, what is lost with it, who goes there."""

from monitord.domain.extent import Battery
from monitord.domain.health import Cause
from monitord.domain.probable import Suspect
from monitord.texts import forms
from monitord.texts.story import Story

MOST = 4
"""Names in one line; the rest is a number."""


def reach(story: Story) -> str | None:
    """Return the lines about what failed and what is lost with it; None when it reaches no further."""
    return (
        forms.lines(_power(story), _cut(story), _isolated(story), _lost(story), _priority(story), _exposed(story))
        or None
    )


def brief(story: Story) -> str | None:
    """Return the same in two lines, the cause with them, for a reader who decides; None when it reaches no further."""
    extent, cut = story.extent, _cut(story)
    if cut is None:
        return None
    behind = extent.silent - len(extent.isolated)
    alone = (
        f"; {len(extent.isolated)} devices isolated{f', {behind} behind them' if behind > 0 else ''}"
        if extent.isolated
        else ""
    )
    lost = _lost(story)
    more = f"; {len(extent.priority)} priority lines" if lost and extent.priority else ""
    return forms.lines(f"{cut}{alone}; {guess(story)}", f"{lost}{more}" if lost else None)


def counted(story: Story) -> str | None:
    """Return what is lost behind PON ports in one line, the counts and the cause with it; None where none are."""
    onts = story.extent.onts
    return None if onts is None else f"{_lost(story) or '• Subscribers'}; {onts}; {guess(story)}"


def team(story: Story) -> str | None:
    """Return who goes there, with their number: to be shown to one person, never to a group."""
    named = [f"{name} {phone}".strip() for name, phone in story.extent.teams]
    return f"• Team: {forms.some(named, 2, 'teams')}" if named else None


def guess(story: Story) -> str:
    """Return the probable cause where there is evidence for one, with the evidence in the line before it."""
    if story.suspect is Suspect.BATTERY:
        at = "" if story.mains_lost is None else forms.near(story.mains_lost, story.now, story.zone)
        return f"probably the BATTERY IS EXHAUSTED (no mains since {at})" if at else "probably the BATTERY IS EXHAUSTED"
    if story.suspect is Suspect.MAINS:
        at = "" if story.mains_lost is None else forms.near(story.mains_lost, story.now, story.zone)
        return f"probably NO MAINS since {at}" if at else "probably NO MAINS"
    if story.suspect is Suspect.CUSTOMERS:
        return "probably NO POWER AT THE CUSTOMERS"
    if story.suspect is Suspect.FIBRE and story.extent.onts is not None:
        return "probably the FIBRE"
    if story.suspect is Suspect.FIBRE:
        return "probably the FIBRE (power was last seen well, the line to it is dead)"
    if story.cause is Cause.CABLE_CUT and story.extent.segments:
        return f"probably a CABLE CUT, segment {forms.some(story.extent.segments, MOST, 'segments')}"
    return "root cause: not known"


def _power(story: Story) -> str | None:
    named = [battery(one) for one in story.extent.batteries]
    if not named:
        return None
    return f"• Battery: {forms.some(named, MOST, 'places')}"


def battery(one: Battery) -> str:
    """Return how long a place lasts on battery, against the way of the team."""
    if one.left is None:
        left = "low" if one.low else "for an unknown time"
    else:
        left = f"about {forms.minutes(one.left)} min left"
    travel = "" if one.travel is None else f"; the team needs {forms.minutes(one.travel)} min"
    return f"{one.site} {left}{travel}"


def _cut(story: Story) -> str | None:
    cuts = story.extent.cuts
    if not cuts or story.cause in (Cause.LINK_BOTH_ENDS, Cause.LINK_ONE_END, Cause.LINK_SILENT):
        return None
    named = [
        cut.name if cut.since is None else f"{cut.name} ({forms.near(cut.since, story.now, story.zone)})"
        for cut in cuts
    ]
    return f"• Cut: {forms.some(named, MOST, 'links')}"


def _isolated(story: Story) -> str | None:
    extent = story.extent
    if not extent.isolated:
        return None
    behind = extent.silent - len(extent.isolated)
    more = f"; {behind} more behind them do not answer" if behind > 0 else ""
    return f"• Isolated: {forms.some(extent.isolated, MOST, 'devices')}{more}"


def _lost(story: Story) -> str | None:
    extent = story.extent
    counted = [
        (extent.stations, "base stations"),
        (extent.subscribers, "subscribers"),
        (extent.services, "services"),
    ]
    said = [f"{forms.number(count, ',')} {what}" for count, what in counted if count]
    if not said and extent.sites > 1:
        said = [f"{extent.sites} sites where nothing answers"]
    where = forms.some(extent.communes, MOST, "communes") if said else ""
    dark = f"; without any signal: {forms.some(extent.dark, MOST, 'communes')}" if extent.dark else ""
    return f"• Lost: {', '.join(said)}{f'; {where}' if where else ''}{dark}" if said else None


def _priority(story: Story) -> str | None:
    named = story.extent.priority
    return f"• Priority lines lost: {len(named)} ({forms.some(named, 2, 'lines')})" if named else None


def _exposed(story: Story) -> str | None:
    named = story.extent.exposed
    return f"• No backup left: {forms.some(named, MOST, 'services')}" if named else None
