"""Messages as a machine reads them aloud in a call: short sentences, what is wrong first, the keys last.

A language brings its words as `SpokenWords`; what has no words of its own is the long message, read aloud.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from monitord.domain.notice import Event, Key
from monitord.texts import forms
from monitord.texts.aloud import aloud
from monitord.texts.short import ASKS, Phrases
from monitord.texts.story import Audience, Story

LONGEST = 180
"""Characters between greeting and keys: it is read twice within the time of a call."""


@dataclass(frozen=True, slots=True)
class SpokenWords:
    """A language's words for calls; `{…}` are filled in."""

    leader: str
    greeting: str
    drill: str
    repeat: str
    incident: str
    security: Mapping[bool, str]
    since: str
    approval: str
    call: str
    untaken: str
    taken: str
    back: str
    storm: str
    key: str
    does: Mapping[str, str]
    again: str
    connect: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """The calls of one language."""

    words: SpokenWords
    say: Phrases
    lost: Callable[[Story], str]
    message: Callable[[Story], str]

    def spoken(self, story: Story, keys: Sequence[Key]) -> str:
        """Return what is read aloud, the keys that can be pressed last."""
        words = self.words
        greeting = words.leader.format(form=story.address_form) if story.audience is Audience.LEADER else ""
        before = [
            greeting,
            words.greeting.format(unit=story.unit_name),
            words.drill if story.drill else "",
            words.repeat if story.repeat else "",
        ]
        body = _shortened(" ".join(aloud(piece) for piece in self._body(story) if piece))
        said = [*(aloud(piece) for piece in before if piece), body, aloud(self.keys(keys))]
        return " ".join(piece for piece in said if piece)

    def keys(self, keys: Sequence[Key]) -> str:
        """Return what the keys do."""
        words, said = self.words, []
        for key in keys:
            does = words.does.get(key.hears.partition(" ")[0]) if key.hears else None
            what = does or (words.connect if key.connects else words.again)
            said.append(words.key.format(digit=key.digit, what=what))
        return "\n".join(said)

    def _body(self, story: Story) -> list[str]:
        words, say = self.words, self.say
        number = forms.number_of(story.code).lstrip("0") or story.code
        what = f"{say.headline(story).lower()}, {say.target(story)}"
        if story.lane and story.event in ASKS:
            return [words.security[story.suspected].format(lane=story.lane, number=number)]
        about = words.incident.format(severity=story.severity, number=number, what=what)
        lasted = say.duration(forms.between(story.occurred_at, story.now))
        since = words.since.format(at=forms.near(story.occurred_at, story.now, story.zone), lasted=lasted)
        match story.event:
            case Event.ACKNOWLEDGED if story.taken is not None:
                at = forms.near(story.taken.at, story.now, story.zone)
                return [about, words.taken.format(who=say.who(story.taken), at=at)]
            case Event.RESTORED if story.storm is None and not story.suspected:
                end = forms.clock(story.restored_at or story.now, story.zone)
                return [about, words.back.format(at=end), f"{say.lost(story)} {say.span(story)[0]}"]
            case Event.STEP | Event.STORM if story.storm is not None:
                at, now = forms.near(story.now, story.occurred_at, story.zone), story.storm
                every = now.all_stations or now.all_sites
                return [about, words.storm.format(at=at, lost=now.lost, every=every), since]
            case Event.APPROVAL:
                return [words.approval.format(to=story.organisation, form=story.address_form), about, since]
            case Event.CALL_OUT:
                return [words.call.format(to=story.organisation, phone=story.phone), about]
            case event if event in ASKS and story.audience is not Audience.DEPARTMENT and story.storm is None:
                return [about, "" if story.taken else words.untaken, since, self.lost(story)]
            case _:
                return [self.message(replace(story, drill=False, repeat=False))]


def _shortened(body: str) -> str:
    """Return as many whole sentences as fit into LONGEST characters; the first one is cut where it is longer."""
    if len(body) <= LONGEST:
        return body
    at = body.rfind(". ", 0, LONGEST)
    return body[: at + 1] if at > 0 else f"{body[:LONGEST].rpartition(' ')[0]}."
