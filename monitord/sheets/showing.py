"""A rehearsal as text: what people read in a terminal of 100 columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from textwrap import wrap

from monitord.sheets.asking import Ask, Doubt, Note, Remark
from monitord.sheets.cells_hours import DAY
from monitord.sheets.known import Known
from monitord.sheets.rehearse import Finding, Kind, Mark, Rehearsal
from monitord.texts.sheets import SheetWords

WIDE = 100
"""Columns of a line of text."""
MOST = 60
"""Shifts that are shown unless all are asked for."""
_EVERY = 200
"""Remarks that are shown at most."""
_PLACE = 16


@dataclass(frozen=True, slots=True)
class Shower:
    """Writes a rehearsal in the words of one language."""

    known: Known
    words: SheetWords

    def head(self, told: Rehearsal, file: str) -> Iterator[str]:
        """Yield what was understood of the file as a whole: unit, hour of handover, time, columns, counts."""
        say = self.words.phrases
        yield say["file"].format(file=file)
        for unit in dict.fromkeys(period.unit for period in told.periods):
            at = self.known.units[unit].handover
            end = f"{at:%H:%M}{say['next_day']}" if at.hour or at.minute else "24:00"
            yield say["unit"].format(
                unit=self.known.units[unit].name, handover=f"{at:%H:%M}", start=f"{at:%H:%M}", end=end
            )
            for period in told.periods:
                if period.unit == unit:
                    start, end = self._instant(period.start), self._instant(period.end)
                    yield "  " + say["period"].format(duty=self.known.duties[period.duty].name, start=start, end=end)
        if told.read.legend:
            shown = "; ".join(f"{word} = {hours}" for word, hours in told.read.legend.items())
            yield from _wrapped(say["legend"].format(words=shown))
        columns = "; ".join(f"{c.place} “{c.said}” = {self._column(c.column)}" for c in told.read.columns)
        yield from _wrapped(say["columns"].format(columns=columns))
        marks = {"added": Mark.ADDED, "same": Mark.SAME, "gone": Mark.GONE}
        counts = {name: told.count(mark) for name, mark in marks.items()}
        yield say["counts"].format(rows=told.read.rows, **counts)
        if told.read.pending:
            yield say["pending"].format(pending=told.read.pending)

    def table(self, told: Rehearsal, every: bool) -> list[list[str]]:
        """Return a row for each shift: its mark, day, hours, duty, person and cell."""
        lines = told.lines if every else told.lines[:MOST]
        found = []
        for mark, shift in ((line.mark, line.shift) for line in lines):
            start, end = shift.start.astimezone(self.known.zone), shift.end.astimezone(self.known.zone)
            person = self.known.people.get(shift.person)
            name = (person.name if person else shift.person) + (self.words.phrases["backup"] if shift.backup else "")
            day = f"{self.words.weekdays[start.weekday()]} {start:%d/%m/%Y}"
            duty = self.known.duties[shift.duty].name
            found.append([mark.value, day, f"{start:%H:%M}–{_end(start, end)}", duty, name, shift.source])
        return found

    def doubts(self, doubts: Sequence[Doubt]) -> Iterator[str]:
        """Yield what must be settled: where, what, the proposal, and how it is settled."""
        if not doubts:
            return
        yield self.words.phrases["doubts"].format(count=len(doubts))
        for doubt in doubts:
            more = self.words.phrases["more"].format(more=doubt.more) if doubt.more else ""
            yield from _placed("!", doubt.place, self.words.asks[doubt.ask].format(said=doubt.said) + more)
            for line in self._settled(doubt):
                yield from _placed("", "", line)
        # Who may be away is not taken with all the others.
        alone = (Ask.NAME_TWICE, Ask.WHO)
        offered = [_typed(doubt.place) for doubt in doubts if doubt.proposal and doubt.ask not in alone]
        if len(offered) > 1:
            yield self.words.phrases["take_all"].format(takes=f"--take {' '.join(offered)}")

    def notes(self, remarks: Sequence[Remark]) -> Iterator[str]:
        """Yield how things were understood that nobody has to settle."""
        if remarks:
            yield self.words.phrases["notes"].format(count=len(remarks))
        for one in remarks[:_EVERY]:
            note = "no_hours" if one.note is Note.WHOLE_DAY and not one.said else one.note.value
            more = self.words.phrases["more"].format(more=one.more) if one.more else ""
            yield from _placed(" ", one.place, self.words.notes[note].format(said=one.said, more=one.understood) + more)

    def findings(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Yield what the roster of the file leaves open by itself."""
        if findings:
            yield self.words.phrases["finds"].format(count=len(findings))
        for one in findings[:_EVERY]:
            person = self.known.people.get(one.who)
            hours = f"{(one.end - one.start) / timedelta(hours=1):g}"
            when = f"{self._instant(one.start)}–{self._instant(one.end)}"
            text = self.words.finds[one.kind].format(
                duty=self.known.duties[one.duty].name, who=person.name if person else one.who, hours=hours, when=when
            )
            yield from _wrapped(f"{'!' if one.kind is Kind.GAP else ' '} {text}", "    ")

    def _settled(self, doubt: Doubt) -> Iterator[str]:
        say, settle = self.words.phrases, self.words.settles
        take = settle["take"].format(place=_typed(doubt.place))
        match doubt.ask:
            case Ask.NAME_UNKNOWN:
                yield settle["is"].format(said=doubt.said)
            case Ask.NAME_TWICE:
                yield say["one_of"].format(proposal=doubt.proposal)
                yield settle["is"].format(said=doubt.said)
            case Ask.TWO_LEADERS:
                yield say["proposal"].format(proposal=say["second"].format(proposal=doubt.proposal))
                yield f"{take}  {settle['both']}"
            case Ask.WHO if doubt.proposal:
                yield say["if_on_duty"].format(proposal=doubt.proposal, take=take)
            case _ if doubt.proposal:
                also = {Ask.NO_YEAR: f"  {settle['year']}"}.get(doubt.ask, "")
                yield f"{say['proposal'].format(proposal=doubt.proposal)}   {take}{also}"
            case Ask.DUTY_UNKNOWN:
                yield settle["duty_is"].format(said=doubt.said)
            case Ask.DUTY_MISSING | Ask.UNIT_MISSING:
                yield settle["duty" if doubt.ask is Ask.DUTY_MISSING else "unit"]
            case _:
                yield settle["by_hand"]

    def _column(self, column: str) -> str:
        duty = self.known.duties.get(column)
        return duty.name if duty else self.words.columns.get(column, column)

    def _instant(self, at: datetime) -> str:
        return f"{at.astimezone(self.known.zone):%H:%M %d/%m/%Y}"


def _end(start: datetime, end: datetime) -> str:
    days = (end.date() - start.date()).days
    minutes = end.hour * 60 + end.minute
    if days == 1 and minutes == 0:
        return f"{DAY // 60}:00"
    return f"{end:%H:%M}" + (f" (+{days})" if days else "")


def _typed(place: str) -> str:
    """Return an address as it can be typed into a shell: `!` means something there."""
    return f"'{place}'"


def _placed(mark: str, place: str, text: str) -> Iterator[str]:
    lines = wrap(text, WIDE - _PLACE - 4, break_long_words=False) or [""]
    yield f"{mark:1} {place:{_PLACE}}  {lines[0]}"
    for line in lines[1:]:
        yield f"  {'':{_PLACE}}  {line}"


def _wrapped(text: str, indent: str = "  ") -> Iterator[str]:
    yield from wrap(text, WIDE, subsequent_indent=indent, break_long_words=False)
