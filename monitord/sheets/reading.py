"""A roster file read whole: every sheet, every row, what is planned and what must be asked."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitord.sheets.asking import Ask, Asker, Note, Settle
from monitord.sheets.cells_hours import SAID
from monitord.sheets.cells_people import people_in
from monitord.sheets.deciding import Decider, show
from monitord.sheets.entry import Entry, Read, Understood
from monitord.sheets.fold import words
from monitord.sheets.header import Column, Header, column_of, find_header
from monitord.sheets.known import Known
from monitord.sheets.matching import Matcher
from monitord.sheets.raw import Sheet, place_of
from monitord.sheets.rows import Rows
from monitord.sheets.titles import around, refuse_old_fonts
from monitord.sheets.trouble import Unreadable, Why


def read_roster(sheets: Sequence[Sheet], known: Known, settle: Settle | None = None, called: str = "") -> Read:
    """Return what the sheets of a file plan, and everything that must be asked; Unreadable when no sheet holds a table
    of duties. What the file is `called` may say which duty, where nothing in it does."""
    asker = Asker(settle or Settle(), known.today)
    matcher = Matcher.of(known)
    entries: list[Entry] = []
    columns: list[Understood] = []
    legend: dict[str, str] = {}
    rows = pending = tables = 0
    for sheet in sheets:
        if not any(sheet.rows.values()):
            continue
        refuse_old_fonts(sheet)
        header = find_header(sheet, known)
        if sheet.hidden or header is None:
            asker.note(sheet.name, Note.HIDDEN if sheet.hidden else Note.NOT_READ, sheet.name)
            continue
        tables += 1
        columns += _understood(header)
        read = _rows(sheet, header, known, matcher, asker, called)
        entries += read.entries()
        rows, pending = rows + read.rows, pending + read.pending
        legend |= {SAID.get(word, word.capitalize()): show(hours) for word, hours in read.decider.around.legend.items()}
    if not tables:
        raise Unreadable(Why.NO_TABLE)
    entries = list(_one_leader(_each_once(entries), known, asker))
    if not entries and not asker.doubts:
        raise Unreadable(Why.NO_ROWS)
    return Read(tuple(entries), asker.doubts, asker.remarks, tuple(columns), rows, pending, legend, asker.unused)


def _rows(sheet: Sheet, header: Header, known: Known, matcher: Matcher, asker: Asker, called: str) -> Rows:
    about = around(sheet, header, known, called)
    name = header.columns.get(Column.NAME)
    column_duty = known.duty_of(header.cells[name].text) if name is not None else None
    top = place_of(sheet.name, header.row, min(header.cells))
    decider = Decider(known, about, asker, top, _home_of_most(sheet, header, known))
    return Rows(sheet, header, decider, matcher, column_duty)


def _home_of_most(sheet: Sheet, header: Header, known: Known) -> str | None:
    homes = {words(person.name): person.home for person in known.people.values() if person.home in known.units}
    columns = [header.columns[Column.NAME]] if Column.NAME in header.columns else list(header.people)
    found = Counter(
        home
        for cells in sheet.rows.values()
        for column in columns
        if (cell := cells.get(column)) is not None and isinstance(cell.value, str)
        for named in people_in(cell)
        if (home := homes.get(words(named.name)))
    )
    return found.most_common(1)[0][0] if len(found) == 1 else None


def _understood(header: Header) -> Iterator[Understood]:
    for number, cell in header.cells.items():
        if cell.spread:
            continue
        people = header.people.get(number)
        what = column_of(cell.text)
        if people is not None:
            yield Understood(cell.place, cell.text, people.duty or "ca")
        else:
            yield Understood(cell.place, cell.text, what.value if what else "")


def _each_once(entries: Sequence[Entry]) -> list[Entry]:
    return list({(e.unit, e.duty, e.person, e.start, e.end): e for e in reversed(entries)}.values())[::-1]


def _one_leader(entries: Sequence[Entry], known: Known, asker: Asker) -> Iterator[Entry]:
    """Yield the entries; of two leaders at one time the second is asked about, and proposed as backup."""
    leading: dict[str, list[Entry]] = {}
    for entry in entries:
        unit = known.units[entry.unit]
        if entry.duty == unit.leader_duty and not entry.backup and not asker.settle.two_leaders:
            others = leading.setdefault(entry.unit, [])
            first = next(
                (o for o in others if o.start < entry.end and entry.start < o.end and o.person != entry.person), None
            )
            if first is not None:
                names = [known.people[one.person].name for one in (first, entry)]
                said = f"{entry.day:%d/%m/%Y}: {names[0]}, {names[1]}"
                yield replace(entry, backup=asker.ask(entry.place, Ask.TWO_LEADERS, said, names[1], True) or False)
                continue
            others.append(entry)
        yield entry
