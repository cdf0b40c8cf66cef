"""How a digest is written, in one message or in one SMS. A language brings its words as `DigestWords`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitord.texts import forms
from monitord.texts.digest import Digest, DigestLine, DigestState
from monitord.texts.short import fitted

SHOWN = 8
"""Incidents told with a line of their own; of the others the numbers stand there."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class DigestWords:
    """A language's words for digests; `{…}` are filled in."""

    drill: str
    head: str
    repeat: str
    waited: str
    line: str
    nobody: str
    taken: str
    over: str
    merged: str
    rest: Mapping[DigestState, str]
    press: str
    answer: str
    short_drill: str
    short_head: str
    short: Mapping[DigestState, str]
    short_waited: str
    short_answer: str


@dataclass(frozen=True, slots=True)
class Digester:
    """The digests of one language: its words, and how it says how long something was."""

    words: DigestWords
    duration: Callable[[timedelta], str]

    def digest(self, told: Digest) -> str:
        """Return the message, plain, of at most about fourteen lines."""
        words, lines = self.words, told.ordered
        rest = [(state, [one.code for one in lines[SHOWN:] if one.state is state]) for state in DigestState]
        return forms.lines(
            words.drill if told.drill else None,
            words.head.format(at=forms.clock(told.now, told.zone), messages=told.messages, incidents=len(told.lines))
            + (words.repeat if told.repeat else ""),
            None if told.waited is None else words.waited.format(waited=self.duration(told.waited)),
            *(self._line(one, told) for one in lines[:SHOWN]),
            *(f"• {words.rest[state]}: {', '.join(codes)}" for state, codes in rest if codes),
            (words.press if told.buttons else words.answer).format(number=_number(told.ordered[0], told))
            if told.asks
            else None,
        )

    def short(self, told: Digest, limit: int) -> str:
        """Return the same in one line of plain letters of at most `limit` characters: of each incident its number, and
        all of it where another has the same."""
        words = self.words
        said = []
        for state in DigestState:
            if shown := [_number(one, told) for one in told.ordered if one.state is state]:
                said.append(f"{words.short[state]} {' '.join(shown)}")
        head = f"{words.short_drill if told.drill else ''}{words.short_head.format(incidents=len(told.lines))}"
        late = "" if told.waited is None else words.short_waited.format(waited=self.duration(told.waited))
        tail = words.short_answer.format(number=_number(told.ordered[0], told)) if told.asks else ""
        return fitted(f"{head}{words.repeat if told.repeat else ''}:", ". ".join(said), (late,), tail, limit)

    def _line(self, one: DigestLine, told: Digest) -> str:
        words = self.words
        mark = {DigestState.TAKEN: "🟡", DigestState.OVER: "🟢"}.get(one.state, "🔴" if one.severity <= 2 else "🟠")
        if one.into:
            how = words.merged.format(into=one.into)
        elif one.ended is not None:
            how = words.over.format(at=forms.near(one.ended, told.now, told.zone))
        else:
            how = words.taken.format(by=one.taken_by) if one.taken_by else words.nobody
        name = one.name if len(one.name) <= LONGEST_NAME else f"{one.name[:LONGEST_NAME]}…"
        return words.line.format(
            mark=mark,
            code=one.code,
            severity=one.severity,
            name=name,
            since=forms.near(one.since, told.now, told.zone),
            how=how,
        )


def _number(one: DigestLine, told: Digest) -> str:
    """Return what names an incident in an answer: its number, or all of its code where another has the same."""
    number = forms.number_of(one.code)
    return number if sum(forms.number_of(other.code) == number for other in told.lines) == 1 else one.code
