"""Who is on duty by a cell and what stands beside it: "as above", and remarks that may name somebody else."""

from dataclasses import dataclass, field

from monitord.sheets.asking import Ask, Asker
from monitord.sheets.cells_people import Named
from monitord.sheets.matching import Matcher
from monitord.sheets.people_words import may_be_another
from monitord.sheets.raw import Cell


@dataclass
class Persons:
    """Finds the people of one sheet row by row, and keeps those of the row above for each column."""

    matcher: Matcher
    asker: Asker
    _above: dict[int, list[str | None]] = field(default_factory=dict)
    _here: dict[int, tuple[str, list[str | None]]] = field(default_factory=dict)

    def nobody(self) -> None:
        """Forget the row above: the one that follows it names nobody."""
        self._above.clear()
        self._here.clear()

    def find(self, named: Named, cell: Cell, column: int, unit: str | None, note: Cell | None) -> str | None:
        """Return the id of the person, None when that is asked; `note` is what the row remarks."""
        place, here = self._here.get(column, ("", []))
        if place != cell.place:
            self._above[column], here = here, []
            self._here[column] = cell.place, here
        found = (
            self._same(cell, named, column) if named.same else self.matcher.find(named, unit, cell.place, self.asker)
        )
        if found is not None and note is not None and may_be_another(note.text):
            found = self.asker.ask(note.place, Ask.WHO, note.text, self.matcher.known.people[found].name, found)
        here.append(found)
        return found

    def _same(self, cell: Cell, named: Named, column: int) -> str | None:
        above = self._above[column]
        one = above[0] if len(above) == 1 else None
        return self.asker.ask(cell.place, Ask.WHO, named.name, self.matcher.known.people[one].name if one else "", one)
