"""How a handover book is written, on one screen of a telephone. A language brings its words as `BookWords`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitord.domain.handover import Book, ChannelLine, Left, Signed, ToDo
from monitord.texts import forms

LEFT_SHOWN = 5
INSTRUCTIONS_SHOWN = 2
OTHERS_SHOWN = 4
SHOWN = 3
"""How many of each are named; the rest is a number: a book has twenty lines at most."""
LONGEST_NAME = 60
LONGEST = 150
"""Characters of a line that somebody wrote a part of."""


@dataclass(frozen=True, slots=True)
class BookWords:
    """A language's words for handover books; `{…}` are filled in."""

    head: str
    sides: str
    nobody: str
    none: str
    counts: str
    severity: str
    restored: str
    running: str
    nothing: str
    left: str
    line: str
    taken: str
    to_do: Mapping[ToDo, str]
    more: str
    reports: str
    received: str
    unreceived: str
    instruction: str
    endings: str
    ending: str
    dues: str
    due: str
    channels: str
    works: str
    fails: str
    failed: str
    tried: str
    given: str
    took: str
    unsigned: str
    frozen: str


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """The handover books of one language."""

    words: BookWords
    window: Mapping[str, str]
    channel: Callable[[str], str]

    def page(self, book: Book, zone: tzinfo, signed: Signed | None) -> str:
        """Return the book; of a frozen one also who signed."""
        w, at = self.words, _near(book, zone)
        sides = [", ".join(names) or w.nobody for names in (book.giving, book.taking)]
        return forms.lines(
            w.head.format(duty=book.duty, unit=book.unit, start=at(book.since), end=forms.instant(book.at, zone)),
            w.sides.format(giving=sides[0], taking=sides[1]),
            _cut(" · ".join(f"{forms.capital(role)}: {name}" for role, name in book.others[:OTHERS_SHOWN])),
            self._counts(book),
            w.left if book.left else None,
            *self._left(book, at),
            self._listed(
                w.reports,
                (f"{at(o.at)} {o.to} ({o.what}) – {w.received if o.received else w.unreceived}" for o in book.reports),
            ),
            *(
                w.instruction.format(text=_cut(o.text), by=o.by, at=at(o.at), code=o.code)
                for o in book.instructions[-INSTRUCTIONS_SHOWN:]
            ),
            self._listed(
                w.endings,
                (w.ending.format(kind=self.window[o.kind], scope=o.scope, at=at(o.at)) for o in book.endings),
            ),
            self._listed(w.dues, (w.due.format(name=o.name, at=at(o.at)) for o in book.dues)),
            self._listed(w.channels, (self._channel(o, at) for o in book.channels), most=len(book.channels)),
            *(() if signed is None else self._signed(book, signed, zone)),
        )

    def _counts(self, book: Book) -> str:
        w, began = self.words, sum(count for _, count in book.counts)
        parts = "; ".join(w.severity.format(severity=severity, count=count) for severity, count in book.counts)
        counted = w.counts.format(count=began, parts=parts) if began else w.none
        became = [w.restored.format(restored=book.restored, closed=book.closed)] if book.restored else []
        became += [w.running.format(running=book.running) if book.running else w.nothing]
        return f"{counted} – {', '.join(became)}"

    def _left(self, book: Book, at: Callable[[datetime], str]) -> Iterable[str]:
        for number, one in enumerate(book.left[:LEFT_SHOWN], 1):
            who = self.words.taken.format(name=one.taken_by) if one.taken_by else ""
            said = self.words.line.format(
                number=number,
                code=one.code,
                severity=one.severity,
                name=_cut(one.name, LONGEST_NAME),
                since=at(one.since),
                taken=who,
            )
            yield said + self._to_do(one, book, at)
        if len(book.left) > LEFT_SHOWN:
            yield self.words.more.format(count=len(book.left) - LEFT_SHOWN)

    def _to_do(self, one: Left, book: Book, at: Callable[[datetime], str]) -> str:
        eta = "" if one.eta is None else at(one.eta)
        return self.words.to_do[one.to_do(book.made_at)].format(eta=eta, to=one.handed_to)

    def _channel(self, one: ChannelLine, at: Callable[[datetime], str]) -> str:
        w = self.words
        how = w.works if one.works and not one.fails else w.failed.format(count=one.fails) if one.works else w.fails
        tried = "" if one.tried is None else w.tried.format(at=at(one.tried))
        return f"{self.channel(one.channel)} {how}{tried}"

    def _listed(self, head: str, given: Iterable[str], most: int = SHOWN) -> str | None:
        parts = list(given)
        if not parts:
            return None
        more = f"; +{len(parts) - most}" if len(parts) > most else ""
        return f"{head}: {'; '.join(parts[:most])}{more}"

    def _signed(self, book: Book, signed: Signed, zone: tzinfo) -> Iterable[str]:
        w = self.words
        pairs = ((w.given, signed.given_by, signed.given_at), (w.took, signed.taken_by, signed.taken_at))
        for said, name, when in pairs:
            yield said.format(by=w.unsigned if name is None or when is None else f"{name}, {forms.instant(when, zone)}")
        if signed.frozen_at is not None:
            yield w.frozen.format(at=forms.instant(signed.frozen_at, zone))


def _near(book: Book, zone: tzinfo) -> Callable[[datetime], str]:
    return lambda at: forms.near(at, book.at, zone)


def _cut(text: str, most: int = LONGEST) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
