"""The duties of a calendar as shifts of a roster: whoever takes part, or is named over it, by name, id or address."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from monitord.domain.people import Person
from monitord.domain.roster import Shift
from monitord.domain.safe import clean
from monitord.sheets.ical_in import Book, Read

LONGEST = timedelta(days=31)
"""How long a shift may last."""
_TITLES = re.compile(r"(?:đ/c|đồng chí|ông|bà|anh|chị|mr|ms)\.? +", re.IGNORECASE)
_PARTS = re.compile(r"[,;:\n|]|(?<![đĐ])/| [-–—] | và | & ")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A duty that cannot be taken over: which, and why."""

    duty: Read
    why: str


def shifts_in(
    book: Book, people: Mapping[str, Person], unit: str, duty: str
) -> tuple[tuple[Shift, ...], tuple[Doubt, ...]]:
    """Return the shifts of a calendar, and the duties of which it is not sure whose they are."""
    known = _known(people)
    shifts: list[Shift] = []
    doubts: list[Doubt] = []
    for one in book.duties:
        if one.end - one.start > LONGEST:
            doubts.append(Doubt(one, f"it lasts longer than {LONGEST.days} days"))
            continue
        found, why = _who(one, known)
        doubts += [Doubt(one, why)] if why else []
        shifts += [Shift(unit, duty, person, one.start, one.end, f"ics:{one.uid}") for person in found if not why]
    return tuple(dict.fromkeys(shifts)), tuple(doubts)


def batch_of(shifts: Sequence[Shift], file: str, raw: bytes) -> Mapping[str, Any]:
    """Return the batch that the desk is asked to write: from the first of the shifts to the end of the last it is all
    there is of their duty. `raw` is the content of the file, whose digest the journal keeps."""
    rows = [[s.unit, s.duty, s.person, s.start.isoformat(), s.end.isoformat(), s.backup, s.source] for s in shifts]
    spans: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for s in shifts:
        begin, end = spans.get((s.unit, s.duty), (s.start, s.end))
        spans[s.unit, s.duty] = (min(begin, s.start), max(end, s.end))
    periods = [[*key, begin.isoformat(), end.isoformat()] for key, (begin, end) in spans.items()]
    return {"kind": "import", "file": file, "digest": sha256(raw).hexdigest(), "shifts": rows, "periods": periods}


def _known(people: Mapping[str, Person]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    for person in people.values():
        for name in {person.id, person.name, person.addresses.get("mail", "")} - {""}:
            known.setdefault(_plain(name), []).append(person.id)
    return known


def _who(one: Read, known: Mapping[str, list[str]]) -> tuple[list[str], str]:
    """Return whose a duty is, and why it is not sure; guests count alone where there are any."""
    if one.guests:
        each = [(guest, known.get(_plain(_bare(guest)), [])) for guest in one.guests]
    else:
        parts = [_bare(part) for part in _PARTS.split(one.title) if part.strip()]
        each = [(part, known[_plain(part)]) for part in parts if _plain(part) in known]
        if not each:
            return [], _nobody(one.title, parts, known)
    for name, ids in each:
        if not ids:
            return [], _nobody(name, [name], known)
        if len(ids) > 1:
            return [], f'"{clean(name, 60)}" may be {" or ".join(sorted(ids))}: write the id'
    return list(dict.fromkeys(ids[0] for _, ids in each)), ""


def _nobody(shown: str, parts: list[str], known: Mapping[str, list[str]]) -> str:
    near = [found for part in parts for found in get_close_matches(_plain(part), known, 1, 0.7)]
    hint = f"; did you mean {known[near[0]][0]}?" if near else ""
    return f'nobody is called "{clean(shown, 60)}"{hint}'


def _bare(name: str) -> str:
    return _TITLES.sub("", name.strip(), count=1)


def _plain(name: str) -> str:
    """Return a name as it is compared: in NFC, in small letters, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
