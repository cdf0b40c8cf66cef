"""Mistakes in settings: where they stand and what is wrong, all of them at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from monitord.domain.safe import clean
from monitord.settings.readings import Readings

LIMIT = 1000
"""Mistakes told in one run: more of them are one mistake a thousand times."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. `line` and `column` count from 1; 0 when the mistake has no place in the file."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        """Return `file:line:column: what is wrong`; places that are 0 are left out."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.text}" if place else self.text


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds every mistake of every file, sorted by file and place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(slots=True)
class Findings:
    """What a run of loading found: mistakes, and warnings that do not stop a start; `readings` knows what day it is for
    dates without a year."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    readings: Readings = field(default_factory=Readings)

    class Enough(Exception):
        """There are so many mistakes that more of them help nobody."""

    def add(self, file: str, place: tuple[int, int], text: str) -> None:
        """Keep a mistake; raise Enough at the limit."""
        self.problems.append(Problem(file, *place, text))
        if len(self.problems) >= LIMIT:
            self.problems.append(Problem("", 0, 0, f"more than {LIMIT} mistakes; the rest is not shown"))
            raise Findings.Enough

    def warn(self, file: str, place: tuple[int, int], text: str) -> None:
        """Keep a warning; more than the limit are dropped."""
        if len(self.warnings) < LIMIT:
            self.warnings.append(Problem(file, *place, text))


def quoted(word: object) -> str:
    """Return a word of a file fit to be shown in a message."""
    return f"`{clean(str(word)[:400], 60)}`"


def nearest(word: object, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` with the known word that is most like `word`, or nothing."""
    found = get_close_matches(str(word)[:60], list(known), 1, 0.6)
    return f"; did you mean `{found[0]}`?" if found else ""
