"""Changes of a duty that is called over (`roll_call`): who goes, who comes, and what the log says of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.journal import FactKind, stamp
from monitord.domain.people import Person
from monitord.store import tables as t
from monitord.store.tx import Tx

AHEAD = timedelta(minutes=15)
"""How long before a shift its holder is asked, and from when on what he does counts as his presence."""
ASKED_FOR = timedelta(minutes=30)
"""How long after its beginning that is still worth asking; then its book is frozen, whoever has not confirmed it."""
UNKNOWN_BEFORE = timedelta(hours=12)
"""How far back a book looks where nobody had the duty before."""
_s, _h = t.shift.c, t.handover.c
_SILENT = "@q"
"""How the subject of a notice ends that need not ring."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a duty at `at`: `giving` had it up to then, from `since`, `taking` come on it, up to `until`. Who
    has it before and after is neither."""

    unit: str
    duty: str
    at: datetime
    giving: tuple[str, ...]
    taking: tuple[str, ...]
    since: datetime
    until: datetime


def called(context: Context) -> Any:
    """Return the condition on shifts that they are called over, None where no unit asks for that."""
    pairs = [(unit.id, duty) for unit in context.settings.units.values() for duty in unit.roll_call]
    return sa.or_(*(sa.and_(_s.unit == unit, _s.duty == duty) for unit, duty in pairs)) if pairs else None


def change_at(tx: Tx, unit: str, duty: str, at: datetime) -> Change:
    """Return the change of a duty at that instant, as the roster is now."""
    around = sa.select(t.shift).where(_s.unit == unit, _s.duty == duty, _s.starts <= at, _s.ends >= at)
    rows = tx.sql.execute(around.order_by(_s.starts, _s.id)).mappings().all()
    before = {row["person"]: row for row in rows if row["starts"] < at}
    after = {row["person"]: row for row in rows if row["ends"] > at}
    giving = [row for person, row in before.items() if person not in after]
    taking = [row for person, row in after.items() if person not in before]
    return Change(
        unit,
        duty,
        at,
        tuple(row["person"] for row in giving),
        tuple(row["person"] for row in taking),
        min((row["starts"] for row in giving), default=at - UNKNOWN_BEFORE),
        max((row["ends"] for row in taking), default=at),
    )


def opened(tx: Tx, unit: str, duty: str, at: datetime) -> Any:
    """Return the row of a change's book; it is made where there is none yet."""
    tx.insert_once(t.handover, {"unit": unit, "duty": duty, "at": at})
    return row_at(tx, unit, duty, at)


def row_at(tx: Tx, unit: str, duty: str, at: datetime) -> Any:
    """Return the row of a change's book, None where there is none."""
    mine = sa.select(t.handover).where(_h.unit == unit, _h.duty == duty, _h.at == at)
    return tx.sql.execute(mine).mappings().first()


def subject_of(row: Any, *more: str, silent: bool = False) -> str:
    """Return how a notice names the change it is about."""
    # Its instant as well: the number of a book that was thrown away may be given again.
    return "@".join((f"h{row['id']}-{int(row['at'].timestamp())}", *more)) + (_SILENT if silent else "")


def row_of(tx: Tx, subject: str) -> Any:
    """Return the row of the book that a notice is about, None where it is gone."""
    number, _, instant = subject.partition("@")[0].removeprefix("h").partition("-")
    if not subject.startswith("h") or not (number.isdigit() and instant.isdigit()):
        return None  # of a notice that was queued before there were books
    row = tx.sql.execute(sa.select(t.handover).where(_h.id == int(number))).mappings().first()
    return row if row is not None and int(row["at"].timestamp()) == int(instant) else None


def about(subject: str) -> str:
    """Return what else a notice names beside the change: a person, how much was unread."""
    return subject.removesuffix(_SILENT).partition("@")[2]


def is_silent(subject: str) -> bool:
    """Return whether a notice of a change need not ring."""
    return subject.endswith(_SILENT)


def shift_in(tx: Tx, row: Any, person: str) -> Any:
    """Return the shift of a person that begins with a change, None where he has none (any more)."""
    mine = sa.and_(_s.unit == row["unit"], _s.duty == row["duty"], _s.starts == row["at"], _s.person == person)
    return tx.sql.execute(sa.select(t.shift).where(mine).order_by(_s.ends.desc()).limit(1)).mappings().first()


def target_of(shift: Any) -> str:
    """Return how the journal calls somebody's shift."""
    return f"shift:{shift['unit']}/{shift['duty']}/{shift['person']}@{stamp(shift['starts'])}"


def first_row_of(tx: Tx, shift: Any, *kinds: FactKind) -> datetime | None:
    """Return when the log first said one of these of a shift, None where it never did."""
    j = t.journal.c
    rows = sa.select(j.ts).where(j.target == target_of(shift), j.kind.in_(kinds)).order_by(j.seq).limit(1)
    found: datetime | None = tx.sql.execute(rows).scalar()
    return found


def of_shift(shift: Any) -> dict[str, object]:
    """Return what every row about a shift refers to."""
    spans = {"starts": stamp(shift["starts"]), "ends": stamp(shift["ends"])}
    return {"unit": shift["unit"], "duty": shift["duty"], "person": shift["person"], **spans}


def role_name(context: Context, duty: str) -> str:
    """Return a duty in words."""
    kind = context.settings.duty_kinds.get(duty)
    return kind.name if kind else duty


def unit_name(context: Context, unit: str) -> str:
    """Return a unit in words."""
    known = context.settings.units.get(unit)
    return known.name if known else unit


def names_of(people: dict[str, Person], ids: Sequence[str]) -> tuple[str, ...]:
    """Return people by name."""
    return tuple(people[one].name if one in people else one for one in ids)
