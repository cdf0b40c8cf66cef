"""Security incidents in English: as little as possible in a message, everything at the desk."""

from datetime import datetime, tzinfo

from monitord.texts import forms
from monitord.texts.en import phrases as say
from monitord.texts.story import Audience, Script, Story


def asks(story: Story) -> str:
    """Return what somebody is asked: no more than the lane and the number; the rest is spoken."""
    if story.audience is Audience.DEPARTMENT:
        return forms.lines(
            say.head(story, f"📨 REPORT{say.again(story)}"),
            say.dear(story),
            f"{story.unit_name} reports an incident: {story.lane}.",
            say.late_outside(story),
            "The details are told by telephone.",
            say.contact(story),
        )
    what = "🟣 SUSPICION" if story.suspected else "🚨 SECURITY INCIDENT"
    to_do = (
        "find out, then confirm or dismiss it"
        if story.suspected
        else "call the authorities of the script, write each call down"
    )
    return forms.lines(
        say.head(story, f"{what}{say.again(story)}"),
        f"{story.lane} · {story.unit_name}",
        say.late(story),
        say.lasting(story),
        f"• Details: inside only (the script of {story.code} is at the desk)",
        f"• To do: {say.take(story)} → {to_do}",
        say.upcoming(story),
    )


def dismissed(story: Story) -> str:
    """Return what those hear who were asked to look into a suspicion: it was nothing."""
    at = forms.near(story.restored_at or story.now, story.now, story.zone)
    return forms.lines(
        say.head(story, "⚪ SUSPICION DISMISSED", severity=False),
        f"{story.lane} · {story.unit_name}",
        f"• Looked into, no incident: {at}",
        say.late(story),
        "• Nothing more is needed",
    )


def script(script: Script, zone: tzinfo) -> str:
    """Return what the caller reads from."""
    kind = "SUSPICION" if script.suspected else "INCIDENT"
    lines = [
        f"{kind} {script.code} – {script.lane}",
        f"Where: {script.where}" if script.where else "Where: not noted",
        f"What: {script.detail}",
        "",
        f"Say: {script.text}",
        "",
    ]
    for one in script.authorities:
        told = (
            f"called at {forms.near(datetime.fromisoformat(one.called), datetime.fromisoformat(one.called), zone)}"
            if one.called
            else "NOT CALLED"
        )
        lines.append(f"[{'x' if one.called else ' '}] {one.name} – {one.phone} – {told} (--org {one.id})")
    return "\n".join(lines)
