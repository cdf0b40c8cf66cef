"""The communes of the settings, found as people call them: by id, by name, by a name from before a reform."""

import unicodedata

from monitord.domain.topology import Commune
from monitord.settings.block import Place
from monitord.settings.book import Book
from monitord.settings.problem import nearest, quoted
from monitord.settings.schema_topology import CommuneForm


class Communes:
    """Every commune by id. Where none are listed, a commune is a text like any other."""

    def __init__(self, book: Book) -> None:
        self.by_id: dict[str, Commune] = {}
        self._called: dict[str, list[str]] = {}
        self._findings = book.findings
        self._whole = "communes" not in book.incomplete
        for entry in book.entries("communes", CommuneForm):
            given = entry.given
            if given.since is not None and given.until is not None and given.until <= given.since:
                self._findings.add(entry.file, entry.at("until"), "`until` must be after `since`")
            one = Commune(given.id, given.name, given.code, given.since, given.until, tuple(given.formerly))
            self.by_id.setdefault(one.id, one)
            for name in {_folded(name) for name in (one.name, *one.formerly)}:
                self._called.setdefault(name, []).append(one.id)

    def find(self, called: str, file: str, at: Place) -> str | None:
        """Return the id of the commune that is called so; a mistake at that place when none is, or several are."""
        if called in self.by_id:
            return called
        found = self._called.get(_folded(called), [])
        if len(found) > 1:
            may = ", ".join(quoted(one) for one in sorted(found))
            self._findings.add(file, at, f"{quoted(called)} may be any of {may}: write the id")
        elif not found and self.by_id and self._whole:
            known = [*self.by_id, *(one.name for one in self.by_id.values())]
            self._findings.add(file, at, f"there is no commune {quoted(called)}{nearest(called, known)}")
        return found[0] if len(found) == 1 else None

    def name(self, called: str, ident: str | None) -> str:
        """Return the present name of a commune, or what it was called where it is not listed."""
        return called if ident is None else self.by_id[ident].name


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
