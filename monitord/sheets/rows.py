"""The rows under a header, as what they plan: a list with one person a row, or a matrix with people in its cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from monitord.sheets.asking import Ask, Note
from monitord.sheets.cells_days import read_days
from monitord.sheets.cells_hours import Hours
from monitord.sheets.cells_people import Named, people_in
from monitord.sheets.cells_phones import phones_of
from monitord.sheets.day_words import say_day
from monitord.sheets.deciding import Decider
from monitord.sheets.elsewhere import Section, goes_down, second_day, short_weekday, unit_for, wraps
from monitord.sheets.entry import Entry, instant
from monitord.sheets.fold import words
from monitord.sheets.foot import ends_table, people_columns, plans
from monitord.sheets.half_read import whole_hours
from monitord.sheets.header import Column, Header, header_at
from monitord.sheets.matching import Matcher, compare_phones, note_phones
from monitord.sheets.people_words import is_backup
from monitord.sheets.persons import Persons
from monitord.sheets.raw import Cell, Sheet, place_of
from monitord.sheets.spans import clock_span, span_in, span_of

Row = dict[int, Cell]


@dataclass
class _Group:
    """What the rows of one day have in common: they follow each other, and name it once."""

    day: Cell | None = None
    hours: Cell | None = None
    duty: str | None = None
    unit: Cell | None = None
    last: int = 0


@dataclass
class Rows:
    """Reads the rows of a sheet; counts those that name somebody, and those of them that wait for an answer."""

    sheet: Sheet
    header: Header
    decider: Decider
    matcher: Matcher
    column_duty: str | None
    rows: int = 0
    pending: int = 0
    _known_days: dict[str, tuple[date, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hint = replace(self.decider.around.hint, wraps=wraps(self.sheet, self.header))
        self._section = Section()
        self._bare: Cell | None = None
        self._persons = Persons(self.matcher, self.decider.asker)

    def entries(self) -> Iterator[Entry]:
        """Yield what every row plans."""
        group, over = _Group(), False
        self._beside()
        for number, cells in self.sheet.rows.items():
            if number <= self.header.row:
                continue
            if (again := header_at(number, cells, self.decider.known, self.sheet.rows.get(number + 1))) is not None:
                self.header, group, over = again, _Group(), False
                self._beside()
                continue
            over = (over or ends_table(cells, self.header)) and not plans(cells, self.header)
            if over or not cells:
                self._left(number, cells)
                continue
            yield from self._row(number, dict(cells), group)
            group.last = number

    def _left(self, number: int, cells: Mapping[int, Cell]) -> None:
        names = {words(person.name) for person in self.decider.known.people.values()}
        for column in people_columns(self.header):
            cell = cells.get(column)
            if cell is not None and any(words(named.name) in names for named in people_in(cell)):
                self.decider.asker.note(place_of(self.sheet.name, number, column), Note.NOT_READ, cell.text)

    def _row(self, number: int, cells: Row, group: _Group) -> Iterator[Entry]:
        day = self._cell(cells, Column.DAY) or self._cell(cells, Column.LUNAR) or self._cell(cells, Column.FROM)
        if day is not None:
            # A merged cell stands in each of its rows; the rows are of one group all the same.
            group.duty = group.duty if day == group.day or day.spread else None
            group.hours = group.hours if day.spread else None
            group.day = day
        elif group.last != number - 1:
            group.day = None
        people = [c for c in people_columns(self.header) if c in cells and people_in(cells[c], self.matcher.folded)]
        if not people:
            self._persons.nobody()
            if self._section.heard(cells, self.decider.known):
                group.duty = None
            elif day is not None and not day.spread:
                self.decider.asker.note(day.place, Note.NOBODY, day.text)
            return
        if group.day is None:
            return self._homeless(number, cells, people[0])
        group.hours = self._cell(cells, Column.HOURS) or group.hours
        for column in people:
            self.rows += 1
            found = list(self._planned(cells, column, group))
            self.pending += not found
            yield from found

    def _beside(self) -> None:
        if (again := second_day(self.header)) is not None:
            self.decider.asker.ask(again.place, Ask.TWO_TABLES, again.text)

    def _homeless(self, number: int, cells: Row, column: int) -> None:
        asker = self.decider.asker
        place = place_of(self.sheet.name, number, column)
        if any(what in self.header.columns and self.header.columns[what] in cells
               for what in (Column.PHONE, Column.DUTY, Column.HOURS)):  # fmt: skip
            self.rows, self.pending = self.rows + 1, self.pending + 1
            asker.ask(place, Ask.DAY_UNREAD, cells[column].text)
        else:
            asker.note(place, Note.NOT_READ, cells[column].text)

    def _planned(self, cells: Row, column: int, group: _Group) -> Iterator[Entry]:
        decider, place = self.decider, cells[column].place
        matrix = self.header.people.get(column)
        duty_cell = None if matrix and matrix.duty else self._cell(cells, Column.DUTY)
        unit_cell, section = self._cell(cells, Column.UNIT), self._section
        own = unit_cell is not None and decider.known.unit_of(unit_cell.text) is not None
        said = own or section.unit is not None
        unit = decider.unit(unit_cell) if own or section.unit is None else section.unit
        duty = decider.duty(duty_cell, matrix.duty if matrix else section.duty or self.column_duty, group.duty, place)
        group.duty = duty if matrix is None else None
        spans = list(self._spans(cells, group, unit, duty, column))
        backup = duty_cell is not None and is_backup(duty_cell.text)
        for named in self._named(cells, column, matrix.phone if matrix else self.header.columns.get(Column.PHONE)):
            person = self._persons.find(named, cells[column], column, unit, self._cell(cells, Column.NOTE))
            if person is None:
                continue
            where = unit_for(person, unit, said, cells[column], decider.known, decider.asker)
            if where not in (None, unit):
                spans = list(self._spans(cells, group, where, duty, column))
            compare_phones(decider.known.people[person], named.phones, place, decider.asker)
            if where is not None and duty is not None:
                for day, start, end in spans:
                    yield Entry(where, duty, person, start, end, day, place, backup or named.backup)

    def _named(self, cells: Row, column: int, phone_column: int | None) -> Iterator[Named]:
        """Yield the people of a cell, each with its title and the numbers that stand beside it in the row."""
        people = people_in(cells[column], self.matcher.folded)
        beside = phones_of(cells[phone_column]) if phone_column is not None and phone_column in cells else []
        title = cells[self.header.columns[Column.TITLE]].text if self._cell(cells, Column.TITLE) else ""
        note_phones(
            (*beside, *(phone for named in people for phone in named.phones)), cells[column].place, self.decider.asker
        )
        for nth, named in enumerate(people):
            mine = beside if len(people) == 1 else beside[nth : nth + 1] if len(people) == len(beside) else []
            yield replace(named, title=named.title or title, phones=(*named.phones, *mine))

    def _spans(
        self, cells: Row, group: _Group, unit: str | None, duty: str | None, column: int
    ) -> Iterator[tuple[date, datetime, datetime]]:
        zone = self.decider.known.zone
        assert group.day is not None
        whole = span_of(self._cell(cells, Column.FROM), self._cell(cells, Column.TO))
        whole = whole or span_in(group.day, self.hint, self.decider.asker.settle.year)
        if whole is not None:
            start, end = (at.replace(tzinfo=zone).astimezone(UTC) for at in (whole.start, whole.end))
            yield whole.start.date(), start, end
            return
        days = self._days_of(cells, group.day)
        if unit is None or duty is None or not days:
            return
        hours = self._hours(cells, group, group.day, unit, duty, column)
        if hours is not None:
            for day in days:
                yield day, instant(day, hours.start, zone), instant(day, hours.end, zone)

    def _hours(self, cells: Row, group: _Group, day: Cell, unit: str, duty: str, column: int) -> Hours | None:
        ends = [self._cell(cells, what) for what in (Column.FROM, Column.TO)]
        there = [cell for cell in ends if cell is not None]
        if there:
            text = " - ".join(cell.text if cell is not None else "?" for cell in ends)
            return clock_span(*ends) or self.decider.asker.ask(there[0].place, Ask.HOURS_UNREAD, text)
        cell, matrix, over = group.hours, self.header.people.get(column), self.header.cells.get(column)
        said = matrix.hours if matrix else None
        if cell is None and said is None and {Column.FROM, Column.TO} & set(self.header.columns):
            return self.decider.asker.ask(day.place, Ask.HOURS_UNREAD, day.text)
        here = whole_hours(cell.text) if cell is not None else whole_hours(day.text, figures=False)
        return self.decider.hours(said or here, cell, unit, duty, day, over if said else None)

    def _days_of(self, cells: Row, day: Cell) -> tuple[date, ...]:
        if day.place not in self._known_days:
            weekday, lunar = self._cell(cells, Column.WEEKDAY), self._cell(cells, Column.LUNAR)
            said = None if weekday is None else short_weekday(weekday.text)
            beside = lunar.text if lunar is not None and lunar.place != day.place else ""
            days = read_days(day, self.hint, self.decider.asker, said, beside)
            if days and goes_down(day, self._bare, self.hint):
                days = self.decider.asker.ask(day.place, Ask.DAY_UNREAD, day.text, say_day(days[0]), days) or ()
            self._known_days[day.place], self._bare = days, day
        return self._known_days[day.place]

    def _cell(self, cells: Row, what: Column) -> Cell | None:
        number = self.header.columns.get(what)
        return None if number is None else cells.get(number)
