"""Words around a name, compared with their marks: "trưởng" is a title and Trương a name, "phụ" is not Phú."""

import re

from monitord.sheets.fold import marked, plain, unmarked

_TITLES = (
    "giám đốc", "phó", "pgđ", "gđ", "trưởng", "chuyên viên", "nhân viên", "kỹ sư", "kĩ sư", "kỹ thuật", "kĩ thuật",
    "tổ", "đội", "chánh", "chủ tịch", "cv", "nv", "ktv", "tp", "ptp", "cán bộ", "lãnh đạo", "phòng", "bảo vệ",
    "lái xe", "trực", "điện thoại", "máy bàn", "sđt", "đt", "di động", "tel",
)  # fmt: skip
_UNMARKED_TITLES = (
    "giam doc", "pho giam doc", "pho truong phong", "pho phong", "pho chanh", "pgd", "gd", "truong phong", "truong ca",
    "truong ban", "to truong", "to pho", "doi truong", "doi pho", "chuyen vien", "nhan vien", "ky su", "ky thuat",
    "chanh van phong", "chu tich", "cv", "nv", "ktv", "tp", "ptp", "can bo", "lanh dao", "bao ve", "lai xe", "truc ca",
    "truc chinh", "truc phu", "truc lanh dao", "dien thoai", "may ban", "sdt", "dt", "di dong", "tel",
)  # fmt: skip
"""Titles typed without marks: only those that cannot be the beginning of a name (Truong, To, Phong)."""
_NO_MARKS = re.compile(r"\b(?:truc phu|phu)(?=\s*(?:$|[^\w\s]))|\bdu phong\b|\bbackup\b")
_ABSENT = ("thay", "nghỉ", "không", "ốm", "phép", "vắng", "công tác", "đổi", "trực hộ")
_TIME = re.compile(r"(?<![\d/])\d{1,2} ?(?:h|g|gio)(?:\d{2})?\b|(?<![\d.:])\d{1,2}:\d{2}(?!\d)")
_PART_IN_BRACKETS = re.compile(r"\((?:[^()]*\W)?(?:sang|chieu|toi|dem|ca \d)(?!\w)")


def spoken(text: str) -> str:
    """Return letters with their marks and figures alone, small, set apart by single blanks."""
    # The tone of a syllable goes behind all its signs, so brackets are taken off first.
    return marked(re.sub(r"[^\w\u0300-\u036f]+", " ", text))


def _starts(said: str, all_of: tuple[str, ...]) -> bool:
    return any(f"{said} ".startswith(f"{one} ") for one in all_of)


def _any_of(all_of: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\S)(?:{'|'.join(all_of)})(?!\S)")


_SPOKEN_TITLES = tuple(spoken(one) for one in _TITLES)
_SPOKEN_ABSENT = _any_of(tuple(spoken(one) for one in _ABSENT))
_PLAIN_ABSENT = _any_of(tuple(plain(one) for one in _ABSENT))
_NOT_BACKUP = "|".join(spoken(one) for one in ("trách", "tá", "nữ"))
_BACKUP = re.compile(rf"(?<!\S)(?:{spoken('dự phòng')}|backup|{spoken('phụ')}(?! (?:{_NOT_BACKUP})))(?!\S)")


def is_title(text: str) -> bool:
    """Return whether a text begins like a title or like what stands before a number, and not like a name."""
    said = spoken(text)
    return _starts(said, _UNMARKED_TITLES if unmarked(text) else _SPOKEN_TITLES)


def is_backup(text: str) -> bool:
    """Return whether words say that somebody stands by: "trực phụ", "dự phòng"; "phụ trách" does not."""
    if unmarked(text):
        return _NO_MARKS.search(plain(text)) is not None
    return _BACKUP.search(spoken(text)) is not None


def may_be_another(text: str) -> bool:
    """Return whether words beside a name may say that somebody else is on duty, or only for a part of the time."""
    absent = _PLAIN_ABSENT if unmarked(text) else _SPOKEN_ABSENT
    timed = _TIME.search(plain(text)) or _PART_IN_BRACKETS.search(plain(text))
    return timed is not None or absent.search(spoken(text)) is not None
