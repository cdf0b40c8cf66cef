"""A storm in English: how much is lost in all, by ring, cable and power area, and what changed since the last time."""

from monitord.domain.notice import Event
from monitord.domain.survey import Group, Kind, Survey
from monitord.texts import forms
from monitord.texts.en import phrases as say
from monitord.texts.en import reach
from monitord.texts.story import Audience, Story

NAME = "WIDESPREAD OUTAGE"
MOST = 4
"""Names in one line; the rest is a number."""
GROUPS, BRIEF = 3, 2
"""Groups in a message to the desk, and to a leader; the rest is a number."""
LEFT = 6
"""Incidents that a last summary names one by one."""
PLACE = ("1️⃣", "2️⃣", "3️⃣", "4️⃣")


def to_desk(story: Story, now: Survey) -> str:
    """Return the message to those who work on it: first, escalated, repeated, or what changed."""
    what = f"⛈️ {NAME}"
    if story.event is not Event.STORM:
        if story.raised_from is not None:
            what = f"🔺 MORE SEVERE (was: severity {story.raised_from}) · {NAME}"
        elif now.wave > 1 and not forms.roles_before(story):
            what = f"⛈️ {NAME}, WAVE {now.wave}"
        elif forms.roles_before(story):
            what = f"⬆️ ESCALATED – {(story.recipient_role or 'operations').upper()} · {NAME}"
        elif story.again:
            what = f"🔔 NOBODY HAS TAKEN IT · {NAME}{say.again(story)}"
    number = f" · update {now.number}" if story.event is Event.STORM else ""
    asks = story.event is not Event.STORM
    power = "; ask the power company where the mains are out" if now.mains_out else ""
    return forms.lines(
        say.head(story, what) + number,
        _total(story, now),
        say.late(story),
        _cables_and_power(now),
        *_groups(story, now, GROUPS),
        _dark(now),
        _priority(now),
        _since_last(story, now),
        f"• To do: {say.take(story)} → a team for each group{power}" if asks else None,
        say.upcoming(story) if asks else None,
    )


def to_leader(story: Story, now: Survey) -> str:
    """Return the message to who decides: the whole in a few lines."""
    asks = story.event is not Event.STORM
    what = f"⬆️ ESCALATED – {(story.recipient_role or 'duty leader').upper()} · {NAME}" if asks else f"⛈️ {NAME}"
    return forms.lines(
        say.head(story, what),
        say.address(story) if asks else None,
        _total(story, now),
        say.late(story),
        *_groups(story, now, BRIEF),
        "; ".join(part for part in (_dark(now), _priority(now)) if part),
        say.taken_before(story),
        say.told(story) if asks else _since_last(story, now),
        f"Please have somebody take it.{say.pausing(story)}" if asks else None,
        say.upcoming(story) if asks else None,
    )


def over(story: Story, now: Survey) -> str:
    """Return the last summary: how long it was, and what is left, one by one."""
    end = story.restored_at or story.now
    lasted, span = say.span(story)
    left = [f"{one.code} {one.name}, since {forms.near(one.since, end, story.zone)}" for one in now.running]
    more = f"… and {len(left) - LEFT} more incidents" if len(left) > LEFT else None
    outside = story.audience is Audience.DEPARTMENT
    return forms.lines(
        say.head(story, f"🟢 END OF THE {NAME}", severity=False),
        say.dear(story) if outside else None,
        f"{f'{story.unit_name} reports: t' if outside else 'T'}he widespread outage ended at "
        f"{forms.clock(end, story.zone)} {say.day(end, story.zone)}.",
        f"• It lasted {lasted} ({span})",
        _still_lost(now),
        None
        if outside
        else f"• {len(left)} incidents left, told by themselves now:"
        if left
        else "• No incident is left",
        *([] if outside else left[:LEFT]),
        None if outside else more,
        say.contact(story) if outside else "• For the duty log: cause, measures, by whom",
    )


def listed(story: Story, now: Survey) -> str:
    """Return what stands under the list of a storm that goes out as a file."""
    over = f"Over since {forms.instant(story.restored_at, story.zone)}" if story.restored_at else _gathered(now)
    return forms.lines(
        f"{say.head(story, '📋 LIST', severity=False)} · as of {forms.instant(story.now, story.zone)}",
        f"{over}. Opens in Excel: a line for each fault, with its beginning and its end.",
    )


def _what(now: Survey) -> str:
    return "stations" if now.all_stations else "sites"


def _total(story: Story, now: Survey) -> str:
    every = now.all_stations or now.all_sites
    share = f" ({forms.decimal(100 * now.lost / every, 1, ',', '.')}%)" if every and now.lost else ""
    lost = f"{forms.number(now.lost, ',')} of {forms.number(every, ',')} {_what(now)} lost{share}"
    said = lost if now.lost else f"no {_what(now)} lost so far"
    at = forms.near(story.now, story.occurred_at, story.zone)
    return f"As of {at} {say.day(story.now, story.zone)}: {said}{_change(story, now)}; {_gathered(now)}"


def _gathered(now: Survey) -> str:
    return f"{len(now.running)} incidents, gathered from {now.alarms} alarms"


def _change(story: Story, now: Survey) -> str:
    if story.event is not Event.STORM or now.since is None or now.lost == now.before:
        return ""
    word = "more" if now.lost > now.before else "less"
    more, then = abs(now.lost - now.before), forms.near(now.since, story.now, story.zone)
    return f", {forms.number(more, ',')} {word} than at {then}"


def _cables_and_power(now: Survey) -> str | None:
    return ". ".join(part for part in (_cables(now), _power(now)) if part) or None


def _cables(now: Survey) -> str | None:
    return f"Links cut: {now.cut}" if now.cut else None


def _power(now: Survey) -> str | None:
    if not now.batteries:
        return None
    low = sum(one.low for one in now.batteries)
    first = [reach.battery(one) for one in now.batteries if one.low or one.left is not None][:2]
    named = f": {'; '.join(first)}" if first else ""
    return f"Power: {len(now.batteries)} places on battery{f', {low} of them low' if low else ''}{named}"


def _groups(story: Story, now: Survey, most: int) -> list[str]:
    shown = [f"{PLACE[n]} {_group(story, group, now)}" for n, group in enumerate(now.groups[:most])]
    counted = [
        _others(now, now.groups[most:]),
        f"lone {_what(now)}: {now.lone}" if now.lone else "",
        f"other incidents: {now.others}" if now.others else "",
    ]
    said = "; ".join(part for part in counted if part)
    return [*shown, f"➕ {forms.capital(said)}"] if said else shown


def _others(now: Survey, rest: tuple[Group, ...]) -> str:
    lost = sum(group.stations if now.all_stations else group.sites for group in rest)
    cost = f"{forms.number(lost, ',')} {_what(now)} lost" if lost else f"no {_what(now)} lost"
    return f"{len(rest)} more groups: {cost}" if rest else ""


def _group(story: Story, group: Group, now: Survey) -> str:
    count = group.stations if now.all_stations else group.sites
    lost = f"{forms.number(count, ',')} {_what(now)}"
    if group.kind is Kind.POWER_AREA:
        return f"Power area {group.name}: {lost} lost"
    cuts = [f"{c.name}{f' {forms.near(c.since, story.now, story.zone)}' if c.since else ''}" for c in group.cuts]
    where = f" ({forms.some(cuts, 2, 'links')})" if cuts else ""
    if group.kind is Kind.RING and not group.split:
        return f"{group.name}: RING OPEN{where}, no {_what(now)} lost, NO REDUNDANCY LEFT"
    if group.kind is Kind.RING:
        return f"{group.name}: CUT IN {len(cuts)} PLACES{where} → {group.devices} devices cut off, {lost}"
    return (
        f"{group.name}: CABLE CUT{where} → {lost} lost"
        if count
        else f"{group.name}: CABLE CUT{where}, no {_what(now)} lost"
    )


def _dark(now: Survey) -> str | None:
    dark = now.total.dark
    return f"Communes without any signal: {len(dark)} ({forms.some(dark, MOST, 'communes')})" if dark else None


def _priority(now: Survey) -> str | None:
    lost = now.total.priority
    return f"Priority: {len(lost)} lost ({forms.some(lost, 2, 'lines')})" if lost else None


def _since_last(story: Story, now: Survey) -> str | None:
    if story.event is not Event.STORM:
        return None
    changed = [f"{now.fresh} new" if now.fresh else "", f"{now.restored} restored" if now.restored else ""]
    said = ", ".join(part for part in changed if part) or "no change"
    return f"Since the last update: {said}."


def _still_lost(now: Survey) -> str:
    return f"• Still lost: {now.lost} {_what(now)}" if now.lost else f"• No {_what(now)} are lost any more"
