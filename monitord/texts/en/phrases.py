"""The pieces of which English messages are made."""

from datetime import datetime, timedelta, tzinfo

from monitord.calendar import lunar
from monitord.domain.health import Cause, Health
from monitord.domain.safe import clean
from monitord.texts import forms
from monitord.texts.en import names, reach
from monitord.texts.story import Answering, Story, Taken

WEEKDAY = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def duration(span: timedelta, exact: bool = False) -> str:
    """Return `1 h 05 min`, `2 d 03 h`, `22 min`, `45 s`; `1 h 4 min 50 s` when it is to be exact."""
    days, hours, minutes, seconds = forms.parts(span)
    if exact and (days or hours or minutes):
        said = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
        return " ".join(f"{amount} {unit}" for amount, unit in said if amount)
    if days:
        return f"{days} d {hours:02} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes:02} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def day(at: datetime, zone: tzinfo) -> str:
    """Return `Saturday 06/02/2027 (lunar 1/1)`."""
    local = forms.local_day(at, zone)
    moon = lunar.solar_to_lunar(local)
    shown = f" (lunar {moon.day}/{moon.month}{' leap' if moon.leap else ''})" if moon else ""
    return f"{WEEKDAY[local.weekday()]} {local:%d/%m/%Y}{shown}"


def head(story: Story, what: str, severity: bool = True) -> str:
    """Return the first line: what, how grave, the number. A repeat is marked here, beside the number."""
    name = names.SEVERITY.get(story.severity, "")
    grave = f" · Severity {story.severity} – {name}".rstrip(" –") if severity else ""
    again = " (possible repeat)" if story.repeat else ""
    return f"{what}{grave} · {story.code}{again}"


def target(story: Story) -> str:
    """Return how the target is called."""
    return forms.target(story.device_name, story.title, story.instance)


def headline(story: Story) -> str:
    """Return what is wrong, in capitals."""
    match story.health, story.cause:
        case _, Cause.REPORTED:
            return "REPORTED BY SOMEBODY"
        case _, Cause.BLIND:
            return "WE CANNOT SEE THE NETWORK"
        case Health.UNKNOWN, _:
            return "CANNOT BE LOOKED AT"
        case _, Cause.ON_BATTERY:
            return "ON BATTERY"
        case _, Cause.BATTERY_LOW:
            return "BATTERY LOW"
        case Health.DEGRADED, Cause.RING_OPEN:
            return "RING OPEN, NO REDUNDANCY LEFT"
        case _, Cause.RING_OPEN | Cause.RING_SPLIT:
            return f"RING CUT IN {len(story.extent.cuts)} PLACES" if story.extent.cuts else "RING SPLIT"
        case Health.DEGRADED, Cause.AREA_MAINS:
            return "NO MAINS IN THE AREA"
        case _, Cause.AREA_MAINS:
            return "NO MAINS IN THE AREA, SOME OF IT LOST"
        case _, Cause.AREA_SILENT:
            return "THE WHOLE AREA IS LOST"
        case _, Cause.CONGESTED:
            return "CONGESTED"
        case _, Cause.AREA_CUSTOMERS:
            return "CUSTOMERS IN THE AREA WITHOUT POWER"
        case _, Cause.PON_LIGHT:
            return "LOSS OF LIGHT"
        case _, Cause.PON_POWER:
            return "CUSTOMERS WITHOUT POWER"
        case _, Cause.PON_LOST:
            return "MANY SUBSCRIBERS LOST"
        case _, Cause.STORM:
            return "MANY INCIDENTS AT ONCE"
        case _, Cause.CABLE_CUT:
            return "SEVERAL LINKS ALONG ONE CABLE LOST"
        case _, Cause.LINK_BOTH_ENDS | Cause.LINK_ONE_END | Cause.LINK_SILENT:
            return "LINK LOST"
        case Health.DOWN, Cause.INTERFACE_DOWN:
            return "PORT WITHOUT LINK"
        case Health.DOWN, _ if forms.is_page(story):
            return "PAGE NOT WORKING"
        case _, Cause.SLOW:
            return "SLOW ANSWER"
        case health, _:
            return names.HEALTH[health].upper()


def since(story: Story) -> str:
    """Return since when, with the day."""
    return f"Since about {forms.clock(story.occurred_at, story.zone)} {day(story.occurred_at, story.zone)}"


def found(story: Story) -> str:
    """Return since when, and when it was detected."""
    return f"• {since(story)}, detected {forms.near(story.detected_at, story.occurred_at, story.zone)}"


def lasting(story: Story) -> str:
    """Return since when, and how long by now."""
    return f"• {since(story)}, for {duration(forms.between(story.occurred_at, story.now))}"


def lost(story: Story) -> str:
    """Return what the time between begin and end was: an outage, unless nobody could see whether it was one."""
    return "Could not be looked at" if story.health is Health.UNKNOWN else "Outage"


def over(story: Story) -> str:
    """Return the first words of a message that it is over."""
    return "🟢 SEEN AGAIN" if story.health is Health.UNKNOWN else "🟢 RESTORED"


def total(story: Story) -> str | None:
    """Return how long it was down in all, when it came back at least once."""
    if story.down_total is None or not story.reopened:
        return None
    return f"• Down {duration(story.down_total)} in all, {story.reopened + 1} times"


def place(story: Story) -> str:
    """Return where it is, and whose."""
    where = ", ".join(part for part in (story.site_name, story.commune) if part)
    return f"• Where: {where} · {story.unit_name}" if where else f"• Unit: {story.unit_name}"


def sign(story: Story) -> str:
    """Return what was seen, not what is guessed: the cause stays open until there is evidence."""
    detail = f" ({clean(story.detail, 100)})" if story.detail else ""
    return f"• Sign: {names.CAUSE[story.cause]}{detail}; {reach.guess(story)}"


def late(story: Story) -> str | None:
    """Return how late it goes out, and which steps it stands for."""
    merged = f"includes the steps: {', '.join(story.skipped)} (not told themselves)" if story.skipped else ""
    if story.late is None:
        return f"⚠️ {forms.capital(merged)}" if merged else None
    return f"{late_outside(story)}; {merged}" if merged else late_outside(story)


def late_outside(story: Story) -> str | None:
    """Return how late it goes out, for another organisation: whom we left out is our own affair."""
    if story.late is None:
        return None
    due = f"Due {forms.soon(story.due_at, story.now, story.zone)}, sent" if story.due_at else "Sent"
    return f"⚠️ {due} {duration(story.late)} late because the daemon was down"


def again(story: Story) -> str:
    """Return which repeat of the last step it is."""
    return f" (reminder {story.again})" if story.again else ""


def upcoming(story: Story) -> str | None:
    """Return what comes next unless somebody takes it."""
    if story.next is None:
        return None
    at = forms.soon(story.next.at, story.now, story.zone)
    if story.next.again:
        then = "a reminder follows"
    elif story.next.asks:
        then = f"the leader is asked to approve a report to {story.next.role}"
    elif story.next.calls:
        then = f"the desk is asked to call {story.next.role}"
    else:
        then = f"{story.next.role} is told"
    return f"⏱ If nobody takes it by {at}, {then}"


def told(story: Story) -> str | None:
    """Return who was told before, the latest of them."""
    reached = forms.told_before(story)
    if not reached:
        return None
    shown = reached[-forms.MOST_TOLD :]
    more = f" (the last {len(shown)} of {len(reached)})" if len(shown) < len(reached) else ""
    return "\n".join(
        [f"Told so far{more}:"]
        + [
            f"  {forms.near(r.at, story.now, story.zone)} {r.role} {r.name} – "
            + "; ".join(f"{names.CHANNEL.get(c, c)}: {names.TOLD_STATE[s]}" for c, s in r.ways)
            for r in shown
        ]
    )


def asked(story: Story) -> str | None:
    """Return which leaders were asked before and have not answered."""
    if not story.asked:
        return None
    people = ", ".join(f"{one.name} ({forms.near(one.at, story.now, story.zone)})" for one in story.asked)
    return f"• Asked before, no answer: {people}"


def pausing(story: Story) -> str:
    """What a leader's two answers do, since they are not the same."""
    noted, take = "“I know of it”", "“Take it”"
    if story.answering is Answering.WRITE:
        number = forms.number_of(story.code)
        noted, take = f"Answer “DN {number}” (I know of it):", f"“XN {number}”"
    elif story.answering is Answering.NOT_HERE:
        return ""
    if story.pause is None:
        return f" {take}: you handle it." if story.answering is Answering.WRITE else ""
    held = duration(story.pause)
    return f" {noted} holds the steps above for {held} and asks the shift again; {take}: you handle it."


def approving(story: Story) -> str | None:
    """Return how to approve where there is no button."""
    if story.answering is not Answering.WRITE:
        return None
    return f"Answer “DUYET {forms.number_of(story.code)}” to approve the report."


def unanswered(story: Story) -> str | None:
    """Return whose confirmation is missing. No blame: the channel may be why."""
    roles = forms.roles_before(story)
    if not roles or story.taken is not None:
        return None
    waited = duration(forms.between(story.detected_at, story.now))
    return f"After {waited} there is no confirmation from {', '.join(roles)} (the channel may be at fault)."


def taken_before(story: Story) -> str | None:
    """Return who had taken it before the time ran out."""
    if story.taken is None:
        return None
    at = forms.near(story.taken.at, story.now, story.zone)
    return f"• Before: {who(story.taken)} took it at {at}; overdue, not restored"


def who(taken: Taken) -> str:
    """Return a name with its duty."""
    return f"{taken.name} ({taken.role})" if taken.role else taken.name


def address(story: Story) -> str:
    """Return how the reader is addressed, with title, duty and shift."""
    who = ", ".join(p for p in (story.recipient_name, story.recipient_title, story.recipient_role) if p)
    shift = ""
    if story.shift is not None:
        start, end = (f"{forms.clock(at, story.zone)} {forms.local_day(at, story.zone):%d/%m}" for at in story.shift)
        shift = f" (shift {start} – {end})"
    return f"To {who}{shift}:"


def dear(story: Story) -> str:
    """Return how another organisation is addressed."""
    to = ", ".join(part for part in (story.recipient_title, story.organisation) if part) or story.recipient_role
    return f"To: {to}."


def subject(story: Story) -> str:
    """Return the target with its place, for people who do not know it by name."""
    where = ", ".join(part for part in (story.site_name, story.commune) if part)
    return f"{target(story)} ({where})" if where else target(story)


def contact(story: Story) -> str | None:
    """Return how to reach the unit."""
    return f"Contact: {story.contact}." if story.contact else None


def handled(story: Story) -> str:
    """Return whether the unit works on it, by role."""
    if story.taken is None:
        return "The unit will report again when there is news."
    at = forms.near(story.taken.at, story.now, story.zone)
    role = f" ({story.taken.role})" if story.taken.role else ""
    return f"The unit took it at {at}{role} and will report again when it is restored."


def span(story: Story) -> tuple[str, str]:
    """Return how long it lasted, and from-to, with dates where the days differ."""
    end = story.restored_at or story.now
    begun = story.episode_at or story.occurred_at
    short = end - begun < timedelta(minutes=1)
    return (
        f"about {duration(forms.between(begun, end))}",
        f"{forms.near(begun, end, story.zone, short)} – {forms.clock(end, story.zone, short)}",
    )


def take(story: Story) -> str:
    """Return what the reader does to take it."""
    match story.answering:
        case Answering.PRESS:
            return "press Take it"
        case Answering.WRITE:
            return f"answer “XN {forms.number_of(story.code)}”"
        case Answering.NOT_HERE:
            return "take it at the desk"
