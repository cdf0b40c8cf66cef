"""The people in a cell: "Đ/c Hùng (0912 345 678) - PGĐ", several of them, with what stands around a name taken off."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from monitord.sheets.cells_phones import Phone, phones_in
from monitord.sheets.fold import words
from monitord.sheets.people_words import is_backup, is_title, may_be_another
from monitord.sheets.raw import Cell

_HONORIFIC = re.compile(
    r"(?i)^(?:(?:[đd][./]?\s?c|[đd]ồng chí|dong chi|ông/bà|ông|bà|anh|chị|mr|ms)[.:]?\s+|đ[./]c[.:]?\s*)+"
)
_COMRADES = re.compile(r"(?i)(?<!\w)(?:các\s+)?(?:đ/c|ông/bà|d/c)(?!\w)[.:]?")
_NUMBERED = re.compile(r"^\s*(?:[-+•*]|\d{1,2}\s*[.)])\s*")
_APART = re.compile(r"\s*(?:;|/|\s[-–—]\s|–|,|\s+và\s+|\s+&\s+|\+)\s*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\(([^()]*)$")
_ROLE = re.compile(
    r"(?i)(?:^|\s)(?:trực )(?P<role>phụ|chính)(?! trách)\s*[:\-]?\s*|^(?:trực )?(?P<first>dự phòng|phụ|chính)\s*:\s*"
)
_SAME = frozenset({'"', "''", "”", "“", "″", "〃", "nt", "-nt-", "như trên", "nhu tren"})
_NOBODY = frozenset({"", "nghi", "khong truc", "khong", "trong", "x"})


@dataclass(frozen=True, slots=True)
class Named:
    """One person as written: the name without what stood around it, a title, numbers, whether as a backup (trực
    phụ). `unsure`: it is to be asked who that is; `same`: it says no more than "as above"."""

    name: str
    title: str = ""
    phones: tuple[Phone, ...] = ()
    backup: bool = False
    unsure: bool = False
    same: bool = False


def people_in(cell: Cell, known: frozenset[str] = frozenset()) -> list[Named]:
    """Return the people of a cell in order; none for "nghỉ" and the like. A `known` name (folded) is never a title."""
    return [named for line in cell.lines for named in _in_line(_NUMBERED.sub("", line), known)]


@lru_cache(maxsize=4096)
def _in_line(line: str, known: frozenset[str]) -> tuple[Named, ...]:
    line = unicodedata.normalize("NFC", line)
    if line.strip().casefold().rstrip(".") in _SAME:
        return (Named(line.strip(), unsure=True, same=True),)
    if words(line) not in _NOBODY and may_be_another(phones_in(line)[1]):
        return (Named(" ".join(line.split()), unsure=True),)
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[1] or match[2] or "")
        return f" \x01{len(held) - 1}\x01 "

    bare = _COMRADES.sub(" ", _IN_BRACKETS.sub(hold, line))
    found: list[Named] = []
    for part in _APART.split(bare):
        aside = [held[int(n)] for n in re.findall("\x01(\\d+)\x01", part)]
        phones, rest = phones_in(re.sub("\x01\\d+\x01", " ", part))
        for words_beside in aside:
            more, _ = phones_in(words_beside)
            phones += more
        name = _HONORIFIC.sub("", " ".join(rest.split())).strip(" .,:-*")
        role = _ROLE.search(name)
        said = (role["role"] or role["first"]).casefold() if role else ""
        backup = said in ("phụ", "dự phòng") or any(is_backup(one) for one in aside)
        name = _ROLE.sub(" ", name).strip()
        titles = [one for one in aside if is_title(one)]
        if found and (not words(name) or (is_title(name) and words(name) not in known)):
            last = found[-1]
            title = last.title or name or (titles[0] if titles else "")
            found[-1] = Named(last.name, title, (*last.phones, *phones), last.backup or backup)
        elif words(name) not in _NOBODY:
            found.append(Named(name, titles[0] if titles else "", tuple(phones), backup))
    return tuple(found)
