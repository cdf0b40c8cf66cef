"""What follows the first message, in English: taken, restored, overdue, and the first message edited in place."""

from monitord.domain.document import AttachmentKind
from monitord.domain.notice import Event
from monitord.texts import forms
from monitord.texts.en import phrases as say
from monitord.texts.story import Audience, Story


def taken(story: Story) -> str:
    taken = story.taken
    head = say.head(story, "🟡 TAKEN", severity=False) + f" · {say.target(story)}"
    if taken is None:
        return forms.lines(head, "Somebody took it.")
    at = forms.near(taken.at, story.now, story.zone)
    if story.audience is Audience.LEADER and not taken.yours:
        return forms.lines(
            head,
            f"{say.who(taken)} took it at {at}. Escalation has stopped; nothing more is needed from you.",
            say.late(story),
        )
    until = ""
    if taken.expires_at is not None:
        until = (
            f" If it is not restored by {forms.near(taken.expires_at, story.now, story.zone)}, it starts from the top."
        )
    after = say.duration(forms.between(story.detected_at, taken.at))
    return forms.lines(
        head,
        f"{'You' if taken.yours else forms.capital(say.who(taken))} took it at {at}, {after} after it was detected.",
        f"Escalation has stopped.{until}",
        say.late(story),
    )


def taken_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 UPDATE", severity=False),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} is not restored.",
        say.handled(story),
        say.contact(story),
    )


def sent_back(story: Story) -> str:
    """To the first step again, after a leader said that he knows."""
    at = forms.near(story.noted.at, story.now, story.zone) if story.noted else ""
    who = story.noted.name if story.noted else "the leader"
    return forms.lines(
        say.head(story, "🟠 THE LEADER KNOWS, NOBODY HAS TAKEN IT"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        f"• {who} has known{f' since {at}' if at else ''}; please take it",
        say.upcoming(story),
    )


def urged(story: Story) -> str:
    """To the first step again, because a leader asks for it."""
    at = forms.near(story.noted.at, story.now, story.zone) if story.noted else ""
    who = story.noted.name if story.noted else "The leader"
    return forms.lines(
        say.head(story, "☎️ THE LEADER ASKS YOU TO TAKE IT NOW"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        f"• {who} calls the shift{f' at {at}' if at else ''}: {say.take(story)} now, and report back",
        say.upcoming(story),
    )


def restored(story: Story) -> str:
    end = story.restored_at or story.now
    lasted, span = say.span(story)
    leader = story.audience is Audience.LEADER
    by = (
        f"{forms.capital(say.who(story.taken))} took it at {forms.near(story.taken.at, end, story.zone)}"
        if story.taken
        else ""
    )
    return forms.lines(
        say.head(story, say.over(story), severity=False) + f" · {say.target(story)}",
        f"• Working again since {forms.clock(end, story.zone)} {say.day(end, story.zone)}",
        f"• {say.lost(story)}: {lasted} ({span})",
        say.total(story),
        f"• {by}" if by else "• Restored before anybody took it",
        say.late(story),
        "Nothing more is needed from you."
        if leader
        else "• For the duty log: root cause, what was done, who handled it",
    )


def restored_to_department(story: Story) -> str:
    end = story.restored_at or story.now
    lasted, span = say.span(story)
    return forms.lines(
        say.head(story, say.over(story), severity=False),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} has worked again since {forms.clock(end, story.zone)} "
        f"{say.day(end, story.zone)}.",
        f"• {say.lost(story)}: {lasted} ({span})",
        say.total(story),
        "• Root cause: not known",
        say.contact(story),
    )


def expired(story: Story) -> str:
    leader = story.audience is Audience.LEADER
    return forms.lines(
        say.head(story, "⏰ OVERDUE, NOT RESTORED"),
        say.address(story) if leader else None,
        f"{say.headline(story)}: {say.target(story)}",
        say.lasting(story),
        say.place(story),
        say.sign(story),
        say.taken_before(story),
        "Everybody is told anew." + ("" if leader else f" Whoever works on it: {say.take(story)} again."),
        say.upcoming(story),
    )


def expired_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 UPDATE", severity=False),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} is not restored.",
        say.lasting(story),
        "The unit goes on working on it and will report again when there is news.",
        say.contact(story),
    )


def edit(story: Story, what: str) -> str:
    outside = story.audience is Audience.DEPARTMENT
    taken = None
    if story.taken is not None:
        who = (story.taken.role or "the unit") if outside else say.who(story.taken)
        at = forms.near(story.taken.at, story.now, story.zone, seconds=True)
        taken = f"• {forms.capital(who)} took it at {at}"
    over = None
    if story.event is Event.RESTORED_EDIT:
        lasted, span = say.span(story)
        over = f"• Works again; {say.lost(story).lower()} {lasted} ({span})"
    is_over = story.event is Event.RESTORED_EDIT
    return forms.lines(
        say.head(story, what),
        f"{say.target(story)} – {say.headline(story).lower()}"
        if is_over
        else f"{say.headline(story)}: {say.target(story)}",
        say.found(story),
        taken,
        over,
    )


def picture(story: Story) -> str:
    """Return what stands under a picture: what it shows, of what, as of when; who sees no picture reads it as well."""
    what = "🖼 SKETCH OF THE RING" if story.picture is AttachmentKind.SKETCH else "🖼 COURSE"
    if story.restored_at is None:
        span = say.lasting(story)
    else:
        span = f"• {say.since(story)}, restored {forms.near(story.restored_at, story.occurred_at, story.zone)}"
    return forms.lines(
        f"{say.head(story, what, severity=False)} · as of {forms.instant(story.now, story.zone)}",
        f"{say.headline(story)}: {say.target(story)}",
        span,
    )
