"""The people in a cell: "Đ/c Hùng (0912 345 678) - PGĐ", several of them, with what stands around a name taken off."""

import re
from dataclasses import dataclass
from functools import lru_cache

from monitord.sheets.cells_phones import Phone, phones_in
from monitord.sheets.fold import plain, words
from monitord.sheets.raw import Cell

_HONORIFIC = re.compile(
    r"(?i)^(?:(?:[đd][./]?\s?c|[đd]ồng chí|dong chi|ông/bà|ông|bà|anh|chị|mr|ms)[.:]?\s+|đ[./]c[.:]?\s*)+"
)
_COMRADES = re.compile(r"(?i)(?<!\w)(?:các\s+)?(?:đ/c|ông/bà|d/c)(?!\w)[.:]?")
_NUMBERED = re.compile(r"^\s*(?:[-+•*]|\d{1,2}\s*[.)])\s*")
_APART = re.compile(r"\s*(?:;|/|\s[-–—]\s|–|,|\s+và\s+|\s+&\s+|\+)\s*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)|\(([^()]*)$")
_TITLES = (
    "giam doc", "pho", "pgd", "gd", "truong", "chuyen vien", "nhan vien", "ky su", "ky thuat", "to ", "doi ", "chanh",
    "chu tich", "cv", "nv", "ktv", "tp", "ptp", "can bo", "lanh dao", "phong", "bao ve", "lai xe",
    "truc ", "dien thoai", "may ban",    "sdt", "dt", "di dong", "tel",
)  # fmt: skip
_BACKUP = re.compile(r"\b(?:truc phu|du phong|phu|backup)\b")
_MAIN = re.compile(r"\b(?:truc chinh|chinh)\b")
_NOBODY = frozenset({"", "nghi", "khong truc", "khong", "trong", "x"})


@dataclass(frozen=True, slots=True)
class Named:
    """One person as written: the name without what stood around it, a title, numbers, whether as a backup (trực
    phụ)."""

    name: str
    title: str = ""
    phones: tuple[Phone, ...] = ()
    backup: bool = False


def people_in(cell: Cell) -> list[Named]:
    """Return the people of a cell in order; none for "nghỉ" and the like."""
    return [named for line in cell.lines for named in _in_line(_NUMBERED.sub("", line))]


def is_backup(text: str) -> bool:
    """Return whether words say that somebody stands by: "trực phụ", "dự phòng"."""
    return _BACKUP.search(plain(text)) is not None


@lru_cache(maxsize=4096)
def _in_line(line: str) -> tuple[Named, ...]:
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
        backup = any(is_backup(one) for one in (rest, *aside))
        name = re.sub(r"(?i)\s*[:\-]?\s*trực (?:phụ|chính)\s*[:\-]?\s*", "", name)
        titles = [one for one in aside if _is_title(one)]
        if found and (not words(name) or _is_title(name)):
            last = found[-1]
            title = last.title or name or (titles[0] if titles else "")
            found[-1] = Named(last.name, title, (*last.phones, *phones), last.backup or backup)
        elif words(name) not in _NOBODY:
            found.append(Named(name, titles[0] if titles else "", tuple(phones), backup))
    return tuple(found)


def _is_title(text: str) -> bool:
    said = f"{words(text)} "
    return any(said.startswith(f"{one.strip()} " if len(one.strip()) < 5 else one) for one in _TITLES)
