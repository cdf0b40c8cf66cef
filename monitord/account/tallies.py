"""What the journal says of incidents and sent notices, held against the tables that people and pages read."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from monitord.account.stored import Stored
from monitord.domain.incident import Phase
from monitord.domain.journal import Break, FactKind, Row, stamp
from monitord.domain.notice import UNWRITTEN, NoticeState
from monitord.store import tables as t

_CHUNK = 500
_INSTANTS = frozenset(
    {
        "opened_at",
        "detected_at",
        "first_bad",
        "acknowledged_at",
        "ack_expires_at",
        "restored_at",
        "fixed_at",
        "closed_at",
    }
)


@dataclass(slots=True)
class _Course:
    """What the journal says of one incident: a column's value, and the row that says so."""

    code: str = ""
    says: dict[str, tuple[Any, int]] = field(default_factory=dict)
    opened: int | None = None


@dataclass(slots=True)
class Tallies:
    """The courses of all incidents and the notices that were accepted, gathered row by row."""

    courses: dict[int, _Course] = field(default_factory=dict)
    accepted: set[int] = field(default_factory=set)
    incidents: int = 0
    notices: int = 0

    def take(self, connection: sa.Connection, page: Sequence[Stored]) -> list[Break]:
        """Gather what the next rows say; return what they say of notices that the outbox does not."""
        breaks: list[Break] = []
        accepted: list[tuple[Stored, Row]] = []
        for stored in page:
            row = stored.row
            if row is None:
                continue
            if row.incident is not None:
                breaks += self._incident(row)
            if row.kind == FactKind.NOTICE_ACCEPTED:
                accepted.append((stored, row))
        for start in range(0, len(accepted), _CHUNK):
            breaks += self._accepted(connection, accepted[start : start + _CHUNK])
        return breaks

    def _incident(self, row: Row) -> list[Break]:
        assert row.incident is not None
        if row.kind not in _KINDS:
            return []
        course = self.courses.setdefault(row.incident, _Course())
        if row.kind == FactKind.INCIDENT_OPENED:
            if course.opened is not None:
                return [Break(row.seq, f"opens an incident that row {course.opened} opened already")]
            course.opened, course.code = row.seq, str(row.refs.get("code"))
        for column, value in _says(row).items():
            course.says[column] = (value, row.seq)
        return []

    def _accepted(self, connection: sa.Connection, facts: Sequence[tuple[Stored, Row]]) -> Iterator[Break]:
        ids = [row.refs.get("notice") for _, row in facts if isinstance(row.refs.get("notice"), int)]
        o = t.outbox.c
        wanted = sa.select(o.id, o.state, o.person, o.channel, o.message_ref, o.incident, o.text).where(o.id.in_(ids))
        found = {row["id"]: row for row in connection.execute(wanted).mappings()}
        for stored, row in facts:
            notice = row.refs.get("notice")
            kept = found.get(notice)
            if kept is None:
                continue
            self.accepted.add(kept["id"])
            if kept["state"] != NoticeState.SENT:
                yield Break(row.seq, f"says notice {notice} was accepted, the outbox says {kept['state']}")
            said = {"person": row.refs.get("person"), "channel": row.refs.get("channel"), "incident": row.incident}
            if row.refs.get("message") is not None:
                said["message_ref"] = row.refs["message"]
            for column, value in said.items():
                if kept[column] != value:
                    yield _differs(row.seq, f"notice {notice}", column, kept[column], value)
            text = _private_text(stored)
            if (
                text is not None
                and kept["text"] is not None
                and unicodedata.normalize("NFC", str(kept["text"])) != text
            ):
                yield Break(row.seq, f"says that notice {notice} had another text than the outbox shows")

    def against_tables(self, connection: sa.Connection) -> Iterator[Break]:
        """Yield where incidents and outbox differ from what was gathered; ask it in the snapshot of the last rows."""
        yield from self._incidents(connection)
        o = t.outbox.c
        sent = sa.select(o.id, o.event, o.person, o.channel).where(
            o.state == NoticeState.SENT, o.event.not_in(UNWRITTEN)
        )
        for row in connection.execute(sent):
            self.notices += 1
            if row.id not in self.accepted:
                why = f"notice {row.id} ({row.event} to {row.person} by {row.channel}) is marked as sent"
                yield Break(0, f"{why}, but no row says that the channel accepted it")

    def _incidents(self, connection: sa.Connection) -> Iterator[Break]:
        columns = [
            sa.type_coerce(column, sa.Text).label(column.name) if column.name in _INSTANTS else column
            for column in t.incident.c
            if column.name not in ("policy", "detail")
        ]
        unseen = dict(self.courses)
        after: int | None = None
        while True:
            wanted = sa.select(*columns).order_by(t.incident.c.id).limit(_CHUNK)
            if after is not None:
                wanted = wanted.where(t.incident.c.id > after)
            page = connection.execute(wanted).mappings().all()
            if not page:
                break
            for kept in page:
                self.incidents += 1
                yield from _against(unseen.pop(kept["id"], None), kept)
            after = page[-1]["id"]
        for ident, course in unseen.items():
            seq = course.opened or min((seq for _, seq in course.says.values()), default=0)
            yield Break(seq, f"speaks of incident {course.code or ident}, which is not in the table of incidents")


def _says(row: Row) -> dict[str, Any]:
    """Return the columns of the incident that a row settles, each as it must be stored."""
    # Where the clock had gone back the journal's instant was lifted, and the tables have what the clock said.
    refs, at = row.refs, row.refs.get("wall") or stamp(row.ts)
    match row.kind:
        case FactKind.INCIDENT_OPENED:
            return {
                "opened_at": at,
                "target": row.target,
                "phase": Phase.OPEN,
                "round": 0,
                "detected_at": refs.get("detected"),
                "first_bad": refs.get("first_bad"),
            } | {name: refs.get(name) for name in ("code", "unit", "severity", "health", "cause")}
        case FactKind.INCIDENT_CHANGED:
            more = {name: refs[name] for name in ("severity", "round", "first_bad") if name in refs}
            return {"health": refs.get("health"), "cause": refs.get("cause")} | more
        case FactKind.INCIDENT_ACKNOWLEDGED:
            return {
                "phase": Phase.ACKNOWLEDGED,
                "acknowledged_at": at,
                "acknowledged_by": row.actor,
                "ack_expires_at": refs.get("expires"),
            }
        case FactKind.INCIDENT_ACK_EXPIRED:
            return {"phase": Phase.OPEN, "round": refs.get("round"), "ack_expires_at": None}
        case FactKind.INCIDENT_RESTORED:
            return {"phase": Phase.RESTORED, "restored_at": refs.get("restored")}
        case FactKind.INCIDENT_REOPENED:
            seen = {name: refs.get(name) for name in ("phase", "health", "cause")}
            counts = {"reopened": refs.get("times"), "round": refs.get("round"), "ack_expires_at": refs.get("expires")}
            return {"restored_at": None} | counts | seen
        case FactKind.INCIDENT_ESCALATED:
            return {"phase": Phase.OPEN, "round": refs.get("round"), "ack_expires_at": None}
        case FactKind.INCIDENT_ETA:
            return {"ack_expires_at": refs.get("expires")}
        case FactKind.INCIDENT_CONFIRMED:
            again = {name: refs.get(name) for name in ("severity", "round")}
            return {"phase": Phase.OPEN, "ack_expires_at": None} | again
        case FactKind.INCIDENT_DISMISSED:
            return {"phase": Phase.CLOSED, "restored_at": at, "closed_at": at, "ack_expires_at": None}
        case FactKind.INCIDENT_FIXED:
            return {"phase": Phase.FIXED, "fixed_at": refs.get("fixed")}
        case FactKind.INCIDENT_CLOSED:
            return {"phase": Phase.CLOSED, "closed_at": at}
        case FactKind.INCIDENT_MERGED if "into" in refs:
            over = {"restored_at": refs.get("restored"), "ack_expires_at": None}
            return {"phase": Phase.CLOSED, "closed_at": at} | over
        case FactKind.STORM_WAVE:
            return {"phase": Phase.OPEN, "round": refs.get("round"), "ack_expires_at": None}
        case FactKind.STORM_LEFT | FactKind.STORM_CARRIES:
            return {"round": refs.get("round")}
        case FactKind.INCIDENT_MERGED:
            return {"first_bad": refs.get("first_bad")}
        case _:
            return {}


_KINDS = frozenset(
    {
        FactKind.INCIDENT_OPENED,
        FactKind.INCIDENT_CHANGED,
        FactKind.INCIDENT_ACKNOWLEDGED,
        FactKind.INCIDENT_ACK_EXPIRED,
        FactKind.INCIDENT_RESTORED,
        FactKind.INCIDENT_REOPENED,
        FactKind.INCIDENT_ESCALATED,
        FactKind.INCIDENT_ETA,
        FactKind.INCIDENT_CONFIRMED,
        FactKind.INCIDENT_DISMISSED,
        FactKind.INCIDENT_FIXED,
        FactKind.INCIDENT_CLOSED,
        FactKind.INCIDENT_MERGED,
        FactKind.STORM_WAVE,
        FactKind.STORM_LEFT,
        FactKind.STORM_CARRIES,
    }
)
_NEVER_SAID = ("acknowledged_at", "acknowledged_by", "ack_expires_at", "restored_at")


def _against(course: _Course | None, kept: Mapping[Any, Any]) -> Iterable[Break]:
    if course is None or course.opened is None:
        yield Break(0, f"incident {kept['code']} (number {kept['id']}) is in the table, but no row says that it opened")
        return
    says = {name: (None, course.opened) for name in _NEVER_SAID} | course.says
    for column, (value, seq) in says.items():
        stored = kept[column]
        if column == "first_bad" and stored is None:
            stored = kept["detected_at"]
        if stored == value:
            continue
        yield _differs(seq, f"incident {kept['code']}", column, stored, value)


def _differs(seq: int, what: str, column: str, stored: Any, said: Any) -> Break:
    return Break(seq, f"says of {what}: {column} is {_brief(said)}, the table says {_brief(stored)}")


def _brief(value: Any) -> str:
    return "nothing" if value is None else str(value)[:80]


def _private_text(stored: Stored) -> str | None:
    try:
        private = json.loads(stored.body) if stored.body is not None else None
    except (ValueError, TypeError, RecursionError):
        return None
    text = private.get("text") if isinstance(private, dict) else None
    return text if isinstance(text, str) else None
