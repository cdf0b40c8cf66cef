"""Rosters as text, each with its verdict under it: `cases/*.txt`.

A case begins with `## ` and what it shows; `as:` names the kinds of file it is made as, `with:` what the keeper of the
roster settles (the unit `vt-song-mau` unless it names another; `unit=-`: none). Then come the sheets, each under
`[name]`, and the verdict: `=` a shift, `?` a doubt, `~` a remark, `!` why the file is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitord.sheets.asking import Settle
from monitord.sheets.entry import Entry
from monitord.sheets.fold import words
from monitord.sheets.known import Known
from monitord.sheets.raw import sheets_of
from monitord.sheets.reading import read_roster
from monitord.sheets.trouble import Unreadable
from tests.support.sheetbook import grid, made

CASES = Path(__file__).parent / "cases"
_MARKS = ("=", "?", "~", "!")


@dataclass(frozen=True)
class Case:
    """One roster: the kinds of file it comes as, what is settled, the sheets, and the verdict as it is written."""

    name: str
    kinds: tuple[str, ...]
    settle: Settle
    sheets: dict[str, list[list[str]]]
    verdict: list[str]

    def verdict_on(self, kind: str, known: Known) -> list[str]:
        """Return the verdict on the file of that kind."""
        hidden = frozenset(name for name in self.sheets if name.startswith("(ẩn)"))
        raw = made(kind, self.sheets, hidden)
        try:
            read = read_roster(sheets_of(raw, f"lich-truc.{kind}"), known, self.settle, "lich-truc")
        except Unreadable as wrong:
            first = next(iter(self.sheets))
            return [f"! {wrong.why} {wrong.more}".rstrip().replace("CSV", first)]
        first = next(iter(self.sheets))
        lines = [f"= {_shown(entry, known)}" for entry in read.entries]
        lines += [f"? {d.place} {d.ask}: {d.proposal}{_more(d.more)}".rstrip(" :") for d in read.doubts]
        lines += [f"~ {r.place} {r.note}: {r.understood}{_more(r.more)}".rstrip(" :") for r in read.remarks]
        return [line.replace("CSV!", f"{first}!") for line in lines]


def cases() -> Iterator[Case]:
    """Yield every case of every file."""
    for path in sorted(CASES.glob("*.txt")):
        for block in path.read_text("utf-8").split("\n## ")[1:]:
            yield _case(path.stem, block)


def _case(file: str, block: str) -> Case:
    name, *lines = block.splitlines()
    given = {
        key: line.partition(":")[2].split() for line in lines for key in ("as", "with") if line.startswith(f"{key}:")
    }
    sheets: dict[str, list[str]] = {}
    verdict = []
    for line in lines:
        if line.startswith("["):
            current = sheets.setdefault(line[1 : line.index("]")], [])
        elif line.startswith(_MARKS):
            verdict.append(line)
        elif sheets and line:
            current.append(line)
    rows = {sheet: grid(content) for sheet, content in sheets.items()}
    return Case(f"{file}: {name}", tuple(given["as"]), _settle(given.get("with", [])), rows, verdict)


def _settle(options: list[str]) -> Settle:
    pairs = [option.partition("=")[::2] for option in options]
    one = dict(pairs)
    meant = {
        words(said.replace("_", " ")): key
        for name, text in pairs
        if name == "is"
        for said, _, key in [text.partition(":")]
    }
    takes = frozenset(text for name, text in pairs if name == "take")
    year = int(one["year"]) if "year" in one else None
    unit = one.get("unit", "vt-song-mau")
    return Settle(None if unit == "-" else unit, one.get("duty"), year, meant, takes, "two-leaders" in one)


def _shown(entry: Entry, known: Known) -> str:
    start, end = (at.astimezone(known.zone) for at in (entry.start, entry.end))
    unit = "" if entry.unit == "vt-song-mau" else f"{entry.unit} "
    backup = " (phụ)" if entry.backup else ""
    return f"{entry.place} {unit}{entry.duty} {entry.person}{backup} {start:%d/%m/%Y %H:%M}-{end:%d/%m/%Y %H:%M}"


def _more(count: int) -> str:
    return f" (+{count})" if count else ""
