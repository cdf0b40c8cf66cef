"""What else happens to an incident that people know of, in English: it comes back, flaps, is handed on, is due again.

To another organisation no names and no blame; a message that asks for something says which button.
"""

from monitord.texts import forms
from monitord.texts.en import names, reach
from monitord.texts.en import phrases as say
from monitord.texts.story import Story


def reopened(story: Story) -> str:
    head = say.head(story, "🔴 BACK AGAIN" if story.severity <= 2 else "🟠 BACK AGAIN")
    if story.taken is not None and story.taken.expires_at is not None:
        until = forms.near(story.taken.expires_at, story.now, story.zone)
        ask = f"• {forms.capital(say.who(story.taken))} still has it until {until}"
    else:
        ask = f"• To do: {say.take(story)}; escalation goes on where it stood, it does not begin anew"
    return forms.lines(
        head,
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        f"• Gone again since about {_since(story)} (time {story.reopened + 1})",
        say.total(story),
        say.place(story),
        reach.reach(story),
        say.sign(story),
        reach.team(story),
        ask,
        say.upcoming(story),
    )


def reopened_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 UPDATE – BACK AGAIN", severity=False),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} is interrupted again since about {_since(story)}.",
        say.total(story),
        say.handled(story),
        say.contact(story),
    )


def flapping(story: Story) -> str:
    return forms.lines(
        say.head(story, "〰️ FLAPPING", severity=False) + f" · {say.target(story)}",
        "It comes and goes. The changes are not told one by one; you hear when it is steady.",
        say.total(story),
        say.late(story),
        None if story.taken else "The time for escalation goes on whenever it is down.",
    )


def flapping_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 UPDATE", severity=False),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} comes and goes; you hear when it is steady.",
        say.contact(story),
    )


def changed(story: Story) -> str:
    return forms.lines(
        say.head(story, "🔶 IT HAS CHANGED"),
        f"{say.headline(story)}: {say.target(story)}",
        f"• Change: {_turn(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        reach.reach(story),
        say.sign(story),
        f"• {forms.capital(say.who(story.taken))} has it" if story.taken else None,
        say.upcoming(story),
    )


def changed_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 UPDATE"),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)}: {_turn(story)}.",
        say.handled(story),
        say.contact(story),
    )


def _turn(story: Story) -> str:
    if story.was is story.health:
        return "graver than before"
    called = names.POWER if story.cause in names.POWER_CAUSES else names.HEALTH
    called = names.RING if story.cause in names.RING_CAUSES else called
    return f"told as {called[story.was or story.health].lower()}, now {called[story.health].lower()}"


def handed(story: Story) -> str:
    who = say.who(story.by) if story.by else "A colleague"
    return forms.lines(
        say.head(story, "👤 HANDED TO YOU"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        say.sign(story),
        f"• {who} asks you to handle it: {say.take(story)}",
        say.upcoming(story),
    )


def taken_away(story: Story) -> str:
    who = say.who(story.by) if story.by else "A colleague"
    return forms.lines(
        say.head(story, "⬆️ ESCALATED"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        f"• {who} told the next level: you do not have it any more",
        f"• If you still work on it: {say.take(story)} again",
        say.upcoming(story),
    )


def reminder(story: Story) -> str:
    return forms.lines(
        say.head(story, "🔔 REMINDER YOU ASKED FOR"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        f"• {forms.capital(say.who(story.taken))} has it" if story.taken else f"• Nobody has it yet: {say.take(story)}",
        say.upcoming(story),
    )


def merged(story: Story) -> str:
    return forms.lines(
        say.head(story, "🔗 MERGED", severity=False) + f" · {say.target(story)}",
        f"It is incident {story.into} now; follow it under that number.",
        say.late(story),
    )


def merged_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 UPDATE", severity=False),
        say.dear(story),
        f"{story.unit_name} reports: {say.subject(story)} was merged into incident {story.into}.",
        say.contact(story),
    )


def _since(story: Story) -> str:
    return forms.near(story.episode_at or story.occurred_at, story.now, story.zone)
