"""Messages about an incident in one SMS: plain letters, 160 characters, the number first, how to answer last.

What may be left out goes first, what may be cut goes next; the number and the answer stay whole. A language brings its
words as `ShortWords`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from monitord.domain.extent import Extent
from monitord.domain.notice import Event
from monitord.domain.probable import Suspect
from monitord.domain.survey import Survey
from monitord.texts import forms
from monitord.texts.squeeze import cut, plain
from monitord.texts.story import Answering, Audience, Story, Taken

ASKS = frozenset(
    {
        Event.STEP,
        Event.SENT_BACK,
        Event.URGED,
        Event.HANDED,
        Event.TAKEN_AWAY,
        Event.REMINDER,
        Event.ACK_EXPIRED,
        Event.REOPENED,
    }
)
"""What asks its reader to take it."""


class Phrases(Protocol):
    """The pieces of a language's long messages that the short ones are made of."""

    def headline(self, story: Story) -> str: ...
    def target(self, story: Story) -> str: ...
    def subject(self, story: Story) -> str: ...
    def who(self, taken: Taken) -> str: ...
    def over(self, story: Story) -> str: ...
    def lost(self, story: Story) -> str: ...
    def span(self, story: Story) -> tuple[str, str]: ...
    def contact(self, story: Story) -> str | None: ...
    def dear(self, story: Story) -> str: ...
    def duration(self, span: timedelta, exact: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class ShortWords:
    """A language's words for short messages; `{…}` are filled in."""

    drill: str
    grade: str
    repeat: str
    late: str
    taken: str
    back: str
    approval: str
    call: str
    security: Mapping[bool, str]
    since: str
    report: str
    above: str
    before: Mapping[Event, str]
    escalated: str
    storm: str
    suspected: Mapping[Suspect, str]
    lost: str
    stations: str
    subscribers: str
    services: str
    take: str
    approve: str
    write: str
    leader: str
    not_here: str


@dataclass(frozen=True, slots=True)
class Shortener:
    """The short messages of one language: its words, its phrases, and its long message for what has no short form."""

    words: ShortWords
    say: Phrases
    message: Callable[[Story], str]

    def short(self, story: Story, limit: int) -> str:
        """Return the message in one line of plain letters of at most `limit` characters."""
        words, say = self.words, self.say
        drill = f"{words.drill} " if story.drill else ""
        head = f"{drill}{story.code}{words.repeat if story.repeat else ''}"
        late = words.late.format(late=say.duration(story.late)) if story.late else ""
        graded = f"{head} {words.grade}{story.severity}{late}"
        outside = story.audience is Audience.DEPARTMENT
        take = "" if outside else self._take(story)
        match story.event:
            case Event.ACKNOWLEDGED if story.taken is not None:
                who = story.unit_name if outside else say.who(story.taken)
                at = forms.near(story.taken.at, story.now, story.zone)
                return fitted(head, words.taken.format(who=who, at=at), (say.target(story),), "", limit)
            case Event.RESTORED if story.storm is None and not story.suspected:
                end = forms.clock(story.restored_at or story.now, story.zone)
                core = words.back.format(over=plain(say.over(story)), target=say.target(story), at=end)
                return fitted(head, core, (f"{say.lost(story)} {say.span(story)[0]}",), "", limit)
            case Event.APPROVAL:
                core = words.approval.format(to=story.organisation or words.above, what=self._what(story))
                return fitted(graded, core, self._lost(story.extent), self._approve(story), limit)
            case Event.CALL_OUT:
                to = f"{story.organisation} {story.phone}".strip()
                return fitted(graded, words.call.format(to=to, what=story.lane or self._what(story)), (), take, limit)
            case event if story.lane and event in ASKS:
                core = words.security[story.suspected].format(lane=story.lane, unit=story.unit_name)
                return fitted(graded, core, (), take, limit)
            case event if event in ASKS and story.storm is None:
                return self._asks(story, graded, take, limit)
            case event if story.storm is not None and (event in ASKS or event is Event.STORM):
                return self._storm(story, story.storm, graded, take, limit)
            case event:
                # Its first line says the number and what it is; the marks of a drill and of a repeat stand in `head`.
                long = plain(self.message(replace(story, drill=False, repeat=False)))
                for known in (f", {story.code}", f"{plain(say.dear(story))} " if outside else ""):
                    long = long.replace(known, "", 1) if known else long
                return fitted(head, long, (), take if event in ASKS else "", limit)

    def _asks(self, story: Story, graded: str, take: str, limit: int) -> str:
        begun = story.episode_at or story.occurred_at
        at = f"{forms.clock(begun, story.zone)} {forms.local_day(begun, story.zone):%d/%m}"
        before = self.words.before.get(story.event, "").format(
            by=self.say.who(story.by) if story.by else "", noted=self.say.who(story.noted) if story.noted else ""
        )
        outside = story.audience is Audience.DEPARTMENT
        if outside and story.event is Event.ACK_EXPIRED:
            before = ""  # that nobody took it in time is our own affair
        if not before and not outside and forms.roles_before(story):
            before = self.words.escalated
        core = f"{before}{self._what(story)} {self.words.since} {at}"
        if outside:
            # Another organisation reads no guess of ours, and takes nothing.
            more = [*self._lost(story.extent), self.say.contact(story) or ""]
            return fitted(graded, self.words.report.format(unit=story.unit_name, what=core), more, "", limit)
        more = [*self._lost(story.extent), self.words.suspected.get(story.suspect, "")]
        return fitted(graded, core, more, take, limit)

    def _storm(self, story: Story, now: Survey, graded: str, take: str, limit: int) -> str:
        at = forms.near(story.now, story.occurred_at, story.zone)
        every = now.all_stations or now.all_sites
        core = self.words.storm.format(at=at, lost=now.lost, every=every)
        if story.audience is Audience.DEPARTMENT:
            core = self.words.report.format(unit=story.unit_name, what=core)
        return fitted(graded, core, self._lost(story.extent), take if story.event in ASKS else "", limit)

    def _what(self, story: Story) -> str:
        where = self.say.subject if story.audience is Audience.DEPARTMENT else self.say.target
        if story.storm is not None:
            return where(story)  # its own name says what it is
        return f"{self.say.headline(story)} {where(story)}"

    def _lost(self, extent: Extent) -> list[str]:
        """Return what is lost, the most telling first: what does not fit is left out from the end."""
        words = self.words
        counted = (
            (extent.stations, words.stations),
            (extent.subscribers, words.subscribers),
            (extent.services, words.services),
        )
        said = [f"{count} {what}" for count, what in counted if count]
        return [f"{words.lost} {said[0]}", *said[1:]] if said else []

    def _take(self, story: Story) -> str:
        """How to take it; a leader may say that he knows of it as well, who has it need do nothing."""
        if story.taken is not None and story.event in (Event.REMINDER, Event.REOPENED):
            return ""
        number = forms.number_of(story.code)
        if story.answering is Answering.WRITE and story.pause is not None:
            return self.words.leader.format(number=number)
        return self._answer(story, "XN", self.words.take)

    def _approve(self, story: Story) -> str:
        return self._answer(story, "DUYET", self.words.approve)

    def _answer(self, story: Story, word: str, what: str) -> str:
        if story.answering is Answering.WRITE:
            return self.words.write.format(word=word, number=forms.number_of(story.code), what=what)
        return self.words.not_here.format(what=what)


def fitted(head: str, core: str, more: Sequence[str], tail: str, limit: int) -> str:
    """Return `head core. more. tail` in plain letters within `limit` characters.

    `more` are pieces in the order of their worth: the last goes first when there is no room. After them `core` is cut,
    at a word. `head` and `tail` stay whole.
    """
    head, core, tail = plain(head), plain(core), plain(tail)
    pieces = [plain(piece) for piece in more if piece]
    while pieces and len(_joined(head, core, pieces, tail)) > limit:
        pieces.pop()
    over = len(_joined(head, core, pieces, tail)) - limit
    if over > 0:
        core = cut(core, max(8, len(core) - over))
    return _joined(head, core, pieces, tail)


def _joined(head: str, core: str, more: Sequence[str], tail: str) -> str:
    first = f"{head} {core}".strip()
    closed = first if first.endswith(("?", "!", ".")) else f"{first}."
    return " ".join(part for part in (closed, *(f"{piece.rstrip('.')}." for piece in more), tail) if part)
