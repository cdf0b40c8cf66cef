"""The messages about an incident in English: to the shift, to operations, to the duty leader, to the department."""

from monitord.domain.health import Cause, Health
from monitord.domain.notice import Event
from monitord.texts import forms
from monitord.texts.en import comebacks, followups, reach, security, storm
from monitord.texts.en import phrases as say
from monitord.texts.story import Audience, Story

ASKS_ONE = {Event.STEP, Event.SENT_BACK, Event.URGED, Event.HANDED, Event.TAKEN_AWAY, Event.REMINDER}
"""What asks somebody to take it; of a security incident all of it says the same."""
DRILL = "🧪 DRILL – not a real incident"
"""The first line of every text of a drill."""


def message(story: Story) -> str:
    """Return the text of a story for its reader."""
    to_department = story.audience is Audience.DEPARTMENT
    match story.event:
        case event if story.lane and event in ASKS_ONE:
            text = security.asks(story)
        case Event.RESTORED | Event.RESTORED_EDIT if story.suspected:
            text = security.dismissed(story)
        case Event.RESTORED if story.storm is not None:
            text = storm.over(story, story.storm)
        case Event.PICTURE:
            text = followups.picture(story)
        case Event.STORM_LIST if story.storm is not None:
            text = storm.listed(story, story.storm)
        case Event.STEP | Event.STORM if story.storm is not None and not to_department:
            leader = story.audience is Audience.LEADER
            text = storm.to_leader(story, story.storm) if leader else storm.to_desk(story, story.storm)
        case Event.ACKNOWLEDGED:
            text = followups.taken_to_department(story) if to_department else followups.taken(story)
        case Event.RESTORED:
            text = followups.restored_to_department(story) if to_department else followups.restored(story)
        case Event.ACK_EXPIRED:
            text = followups.expired_to_department(story) if to_department else followups.expired(story)
        case Event.TAKEN_EDIT:
            text = followups.edit(story, "🟡 TAKEN")
        case Event.RESTORED_EDIT:
            text = followups.edit(story, say.over(story))
        case Event.REOPENED:
            text = comebacks.reopened_to_department(story) if to_department else comebacks.reopened(story)
        case Event.CHANGED:
            text = comebacks.changed_to_department(story) if to_department else comebacks.changed(story)
        case Event.FLAPPING:
            text = comebacks.flapping_to_department(story) if to_department else comebacks.flapping(story)
        case Event.HANDED:
            text = comebacks.handed(story)
        case Event.TAKEN_AWAY:
            text = comebacks.taken_away(story)
        case Event.REMINDER:
            text = comebacks.reminder(story)
        case Event.MERGED:
            text = comebacks.merged_to_department(story) if to_department else comebacks.merged(story)
        case Event.SENT_BACK:
            text = followups.sent_back(story)
        case Event.URGED:
            text = followups.urged(story)
        case Event.APPROVAL:
            text = _approval(story)
        case Event.CALL_OUT:
            text = _call_out(story)
        case _ if to_department:
            text = _to_department(story)
        case _ if story.audience is Audience.LEADER:
            text = _to_leader(story)
        case _:
            text = _to_desk(story)
    return f"{DRILL}\n{text}" if story.drill else text


def _to_do(story: Story) -> str:
    if story.cause is Cause.REPORTED:
        return "call back who reported it; call the rescue team if need be"
    if story.cause is Cause.BLIND:
        return "check the line and the port of the machine that watches; telephone the sites"
    if story.health is Health.UNKNOWN:
        return "nobody knows whether it works: call the site; let the administrator look at the check"
    if story.cause is Cause.AREA_MAINS or (story.cause is Cause.ON_BATTERY and story.severity <= 2):
        return "send generators where the battery lasts least; ask the power company when the mains are back"
    if story.cause is Cause.ON_BATTERY:
        return "look at the mains; have a generator ready"
    if story.cause is Cause.BATTERY_LOW:
        return "bring a generator; call the response team"
    if story.cause is Cause.CONGESTED:
        return "watch the load, open or share ways; start no maintenance"
    if story.cause in (Cause.PON_POWER, Cause.AREA_CUSTOMERS):
        return "no team yet; ask the power company when the mains are back, watch priority customers"
    if story.cause is Cause.PON_LIGHT:
        return "send the cable team to measure from the OLT to the splitter and find the cut"
    if story.cause is Cause.PON_LOST:
        return "check the PON port and its cable; ask some customers whether they have power"
    if story.cause is Cause.CABLE_CUT:
        return "send the cable team to measure and find the cut"
    if story.cause in (Cause.RING_OPEN, Cause.RING_SPLIT):
        return "send a team to the cut; touch nothing on the way that is left"
    if story.health is Health.AUTH:
        return "ask the administrator to check the device's user and password"
    if forms.is_page(story) or story.cause is Cause.SLOW:
        return "open the page, call its administrator if need be"
    return "check power and line; call the rescue team if need be"


def _to_desk(story: Story) -> str:
    earlier = forms.roles_before(story)
    first = not (earlier or story.again or story.taken)
    short = story.health is Health.DEGRADED and any(one.short for one in story.extent.batteries)
    if first and short and story.severity <= 2:
        what = "🟠 ABOUT TO FAIL"
    elif first and story.raised_from is not None:
        what = f"🔺 RAISED (was severity {story.raised_from})"
    elif first:
        what = "🔴 NEW INCIDENT" if story.severity <= 2 else "🟠 NEW INCIDENT"
    elif earlier:
        what = f"⬆️ ESCALATION – {(story.recipient_role or 'operations').upper()}"
    else:
        what = "⏰ OVERDUE, NOT RESTORED" if story.taken else "🔔 NOBODY HAS TAKEN IT"
    return forms.lines(
        say.head(story, f"{what}{say.again(story)}"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.found(story) if first else say.lasting(story),
        say.place(story),
        reach.reach(story),
        say.sign(story),
        say.taken_before(story),
        None if first else say.told(story),
        reach.team(story),
        f"• To do: {say.take(story)} → {_to_do(story)}",
        say.upcoming(story),
    )


def _extent(story: Story) -> tuple[str | None, ...]:
    """Where it is, how far it reaches, and the sign of it, as short as a leader reads it."""
    if story.storm is not None:
        return (reach.reach(story),)
    if (counted := reach.counted(story)) is not None:
        return (say.place(story), counted)
    brief = reach.brief(story)
    return (brief,) if brief else (say.place(story), reach.reach(story), say.sign(story))


def _to_leader(story: Story) -> str:
    return forms.lines(
        say.head(story, f"⬆️ ESCALATION – {(story.recipient_role or 'duty leader').upper()}{say.again(story)}"),
        say.address(story),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.unanswered(story),
        say.lasting(story),
        *_extent(story),
        say.taken_before(story),
        say.told(story),
        f"Please have somebody take it.{say.pausing(story)}",
        say.upcoming(story),
    )


def _approval(story: Story) -> str:
    to = story.organisation or "the level above"
    return forms.lines(
        say.head(story, "📤 REPORT WAITS FOR APPROVAL"),
        say.address(story),
        f"A report to {to} is due; it waits for your decision.",
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        *_extent(story),
        say.told(story),
        say.asked(story),
        "Without approval nothing is sent.",
        say.approving(story),
    )


def _call_out(story: Story) -> str:
    number = story.code.rpartition("-")[2]
    return forms.lines(
        say.head(story, f"📞 PLEASE CALL{say.again(story)}"),
        f"Call {story.organisation}: {story.phone}",
        f"• About: {story.lane}" if story.lane else f"• About: {say.headline(story).lower()}, {say.target(story)}",
        say.late(story),
        say.lasting(story),
        None if story.lane else say.place(story),
        f"• Ask for the ticket number; then write the call down at the desk: incident {number}, who answered, when",
        say.upcoming(story),
    )


def _authority(story: Story) -> str:
    if story.approved_by:
        return f"Approved by: {story.approved_by}."
    order = f" (under {story.order})" if story.order else ""
    return f"Automatic report, not approved by the unit's leader{order}."


def _to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, f"📨 QUICK REPORT{say.again(story)}"),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} – {say.headline(story).lower()}.",
        f"{say.lasting(story)}; not restored",
        reach.reach(story),
        "• Root cause: not known",
        say.late_outside(story),
        say.handled(story),
        _authority(story),
        say.contact(story),
    )
