"""The unit of work: what a decision may read and write inside the writer's transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from monitord.domain.decision import Timer, TimerKind, Told
from monitord.domain.group import is_group
from monitord.domain.incident import RUNNING, Incident, Phase
from monitord.domain.journal import Fact, Row, canonical, chained, private_digest
from monitord.domain.notice import Event, Notice, NoticeState, Priority
from monitord.domain.people import Person
from monitord.domain.roster import Shift
from monitord.domain.storm import Storm
from monitord.domain.window import Window
from monitord.store import tables as t
from monitord.store.roster import shifts_covering
from monitord.store.rows import (
    ArmedTimer,
    Moment,
    incident_of,
    incident_values,
    journal_row,
    journal_values,
    person_of,
    window_of,
)
from monitord.store.trouble import store_trouble

# Statements made once: building one for each row costs as much as running it.
_ID: sa.BindParameter[int] = sa.bindparam("the_id")
_SAVE = t.incident.update().where(t.incident.c.id == _ID)
_INCIDENT = sa.select(t.incident).where(t.incident.c.id == _ID)
_RUNNING = sa.select(t.incident).where(
    t.incident.c.target == sa.bindparam("the_target"), t.incident.c.phase.in_([phase.value for phase in RUNNING])
)
_NEWEST = (
    sa.select(t.incident)
    .where(t.incident.c.target == sa.bindparam("the_target"))
    .order_by(t.incident.c.id.desc())
    .limit(1)
)
_WINDOWS = (
    sa.select(t.window)
    .where(
        t.window.c.ends > sa.bindparam("the_since"),
        t.window.c.starts <= sa.bindparam("the_end"),
        t.window.c.starts < t.window.c.ends,  # struck out before they began
    )
    .order_by(t.window.c.starts, t.window.c.id)
)
_NEW_INCIDENT = t.incident.insert()
_META = sa.select(t.meta.c.value).where(t.meta.c.key == sa.bindparam("the_key"))
_LAST = sa.select(t.journal).order_by(t.journal.c.seq.desc()).limit(1)
_APPEND = t.journal.insert()
_APPEND_PRIVATE = t.journal_private.insert()
_ARM = t.timer.insert()
_ARMED = t.timer.c.state == "armed"
_DISARM = t.timer.update().where(t.timer.c.incident == _ID, _ARMED).values(state="cancelled")
_FIRED = t.timer.update().where(t.timer.c.id == _ID, _ARMED).values(state="fired")
_AWAY = sa.select(t.leave.c.person).where(
    t.leave.c.withdrawn_at.is_(None),
    t.leave.c.starts <= sa.bindparam("the_now"),
    t.leave.c.ends > sa.bindparam("the_now"),
)
_UNCALLED = sa.select(t.do_not_call.c.person).where(t.do_not_call.c.until > sa.bindparam("the_now"))
_PEOPLE = sa.select(t.person).order_by(t.person.c.id)

_TELLING = (
    Event.STEP,
    Event.APPROVAL,
    Event.CALL_OUT,
    Event.SENT_BACK,
    Event.URGED,
    Event.REOPENED,
    Event.TAKEN_AWAY,
)


@cache
def _once(table: sa.Table, dialect: str) -> Any:
    """Return the statement that inserts a row unless a unique key stands against it."""
    make = postgresql_insert if dialect == "postgresql" else sqlite_insert
    # Else SQLAlchemy closes psycopg's cursor before anybody can ask it how many rows there were.
    return make(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


class Tx:
    """One open transaction.

    `token` gives fresh random text (salts, button references); it is injected so that a simulation can replay.
    """

    def __init__(self, connection: sa.Connection, token: Callable[[int], str]) -> None:
        self.sql = connection
        self.token = token
        self._last: Row | None = None
        self._known = False
        self._numbers: dict[date, tuple[set[int], set[int]]] = {}
        self._people: dict[str, Person] | None = None
        self._windows: tuple[tuple[datetime, datetime], tuple[Window, ...]] | None = None
        self._shifts: tuple[datetime, timedelta, tuple[Shift, ...]] | None = None
        self._away: tuple[datetime, frozenset[str]] | None = None
        self._uncalled: tuple[datetime, frozenset[str]] | None = None
        self.pictures: Any = None
        """What the desk worked out of what is seen; nothing once something is seen otherwise."""
        self.storms: dict[str, Storm] | None = None
        """The storms that run, by their units, once they were read."""
        self.looked: dict[str, None] = {}
        """Targets that were looked at and are as they were."""
        self.queued = 0
        """Outbox rows put in or made due since the transaction began."""
        self.armed_count = 0
        """Timers armed or disarmed since the transaction began."""
        self.asked: dict[str, None] = {}
        """Targets whose next look is waited for; they are asked for after the COMMIT."""

    def forget(self) -> None:
        """Drop what is remembered of the transaction, after a savepoint was rolled back."""
        self._last, self._known = None, False
        self._numbers.clear()
        self._windows = self.pictures = self.storms = None
        self.roster_changed()

    def insert_once(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """Insert a row unless a unique key stands against it; return True when it was inserted."""
        return self.sql.execute(_once(table, self.sql.dialect.name), dict(values)).rowcount == 1

    def isolated(self, work: Callable[[], Any]) -> Exception | None:
        """Run `work` in a savepoint of its own: what it raises undoes its own writes only, and is returned.

        Errors of the database itself pass through: they concern the whole transaction.
        """
        # Not begin_nested(): its bookkeeping costs more than the two statements.
        self.sql.exec_driver_sql("SAVEPOINT isolated")
        try:
            work()
        except Exception as error:
            if store_trouble(error) is not None:
                raise
            self.sql.exec_driver_sql("ROLLBACK TO SAVEPOINT isolated")
            self.sql.exec_driver_sql("RELEASE SAVEPOINT isolated")
            self.forget()
            return error
        self.sql.exec_driver_sql("RELEASE SAVEPOINT isolated")
        return None

    # --- meta -------------------------------------------------------------------------------------------------------

    def get(self, key: str) -> str | None:
        """Return a remembered value, or None."""
        return self.sql.execute(_META, {"the_key": key}).scalar()

    def put(self, key: str, value: str) -> None:
        """Remember a value."""
        if self.sql.execute(t.meta.update().where(t.meta.c.key == key).values(value=value)).rowcount == 0:
            self.sql.execute(t.meta.insert().values(key=key, value=value))

    # --- journal ----------------------------------------------------------------------------------------------------

    def last_row(self) -> Row | None:
        """Return the newest journal row, or None."""
        if not self._known:
            found = self.sql.execute(_LAST).mappings().first()
            self._last, self._known = None if found is None else journal_row(found), True
        return self._last

    def append(self, facts: Iterable[Fact], at: Moment) -> list[Row]:
        """Append facts to the journal, in order, and return their rows."""
        rows: list[Row] = []
        columns: list[dict[str, Any]] = []
        private: list[dict[str, Any]] = []
        last = self.last_row()
        for fact in facts:
            salt = self.token(16) if fact.private is not None else ""
            digest = private_digest(salt, fact.private) if fact.private is not None else None
            last = chained(fact, last, at.now, at.run, digest)
            rows.append(last)
            columns.append(journal_values(last))
            if fact.private is not None:
                private.append({"seq": last.seq, "salt": salt, "body": canonical(dict(fact.private))})
        if columns:
            self.sql.execute(_APPEND, columns)
            self._last, self._known = last, True
        if private:
            self.sql.execute(_APPEND_PRIVATE, private)
        return rows

    # --- incidents --------------------------------------------------------------------------------------------------

    def incident(self, ident: int) -> Incident | None:
        """Return an incident by its inner number."""
        found = self.sql.execute(_INCIDENT, {"the_id": ident}).mappings().first()
        return None if found is None else incident_of(found)

    def running_incident(self, target: str) -> Incident | None:
        """Return the incident of a target that is not over, or None; there is at most one."""
        found = self.sql.execute(_RUNNING, {"the_target": target}).mappings().first()
        return None if found is None else incident_of(found)

    def running_incidents(self) -> list[Incident]:
        """Return every incident that is not over, oldest first."""
        wanted = sa.select(t.incident).where(t.incident.c.phase.in_(RUNNING)).order_by(t.incident.c.id)
        return [incident_of(row) for row in self.sql.execute(wanted).mappings()]

    def last_incident(self, target: str) -> Incident | None:
        """Return the newest incident of a target, whatever became of it."""
        found = self.sql.execute(_NEWEST, {"the_target": target}).mappings().first()
        return None if found is None else incident_of(found)

    def incidents_of(self, code: str) -> list[Incident]:
        """Return the newest incident with that whole code, or nothing: codes come again after a year."""
        wanted = sa.select(t.incident).where(t.incident.c.code == code).order_by(t.incident.c.id.desc()).limit(1)
        return [incident_of(row) for row in self.sql.execute(wanted).mappings()]

    def lately_over(self, number: int) -> list[Incident]:
        """Return the incidents with that short number that are over and not closed, newest first, 20 at most."""
        i = t.incident.c
        over = sa.and_(i.number == min(number, 1 << 31), i.phase.in_([Phase.RESTORED, Phase.FIXED]))
        wanted = sa.select(t.incident).where(over).order_by(i.id.desc()).limit(20)
        return [incident_of(row) for row in self.sql.execute(wanted).mappings()]

    def hushed_incidents(self) -> list[Incident]:
        """Return the incidents that are over without people having been told, oldest first."""
        wanted = sa.select(t.incident).where(t.incident.c.hushed, t.incident.c.phase == Phase.RESTORED)
        return [incident_of(row) for row in self.sql.execute(wanted.order_by(t.incident.c.id)).mappings()]

    def numbers(self, day: date, back_since: datetime) -> tuple[set[int], set[int]]:
        """Return the incident numbers used on a local day, and those of incidents that run, or may run again because
        they were restored after `back_since`."""
        if day not in self._numbers:
            number = t.incident.c.number
            used = self.sql.execute(sa.select(number).where(t.incident.c.day == day.isoformat())).scalars()
            i = t.incident.c
            alive = sa.or_(i.phase.in_(RUNNING), sa.and_(i.phase == Phase.RESTORED, i.restored_at > back_since))
            running = self.sql.execute(sa.select(number).where(alive)).scalars()
            self._numbers[day] = set(used), set(running)
        return self._numbers[day]

    def new_incident(self, draft: Incident, number: int, day: date) -> Incident:
        """Insert an incident and return it with its inner number."""
        values = incident_values(draft) | {"number": number, "day": day.isoformat()}
        key = self.sql.execute(_NEW_INCIDENT, values).inserted_primary_key
        assert key is not None
        for known in self._numbers.get(day, ()):
            known.add(number)
        return replace(draft, id=int(key[0]))

    def save(self, incident: Incident) -> None:
        """Write an incident's present state."""
        self.sql.execute(_SAVE, {"the_id": incident.id, **incident_values(incident)})

    # --- timers -----------------------------------------------------------------------------------------------------

    def arm(self, incident: int, timer: Timer, at: Moment, now: datetime) -> None:
        """Arm a timer; its distance is kept in boot seconds, so that a step of the wall clock does not move it."""
        self.armed_count += 1
        self.sql.execute(
            _ARM,
            {
                "incident": incident,
                "kind": timer.kind,
                "step": timer.step,
                "due": timer.due,
                "due_boot": at.boot + (timer.due - now).total_seconds(),
                "boot_id": at.boot_id,
                "state": "armed",
            },
        )

    def disarm(self, incident: int) -> int:
        """Cancel every armed timer of an incident and return how many there were."""
        return self.sql.execute(_DISARM, {"the_id": incident}).rowcount

    def fired(self, timer: int) -> bool:
        """Mark a timer as fired; False when it was not armed any more."""
        return self.sql.execute(_FIRED, {"the_id": timer}).rowcount == 1

    def armed(self, *, before_boot: float | None = None, limit: int = 1000) -> list[ArmedTimer]:
        """Return armed timers in the order they fall due."""
        wanted = sa.select(t.timer).where(t.timer.c.state == "armed").order_by(t.timer.c.due_boot, t.timer.c.id)
        if before_boot is not None:
            wanted = wanted.where(t.timer.c.due_boot <= before_boot)
        return [
            ArmedTimer(r["id"], r["incident"], TimerKind(r["kind"]), r["step"], r["due"], r["due_boot"])
            for r in self.sql.execute(wanted.limit(limit)).mappings()
        ]

    def rebase_timers(self, at: Moment) -> int:
        """Carry timers armed in an earlier run of the machine over to this one by their wall instant.

        Return how many.
        """
        strange = sa.and_(t.timer.c.state == "armed", t.timer.c.boot_id != at.boot_id)
        found = self.sql.execute(sa.select(t.timer.c.id, t.timer.c.due).where(strange)).all()
        for ident, due in found:
            moved = {"due_boot": at.boot + (due - at.now).total_seconds(), "boot_id": at.boot_id}
            self.sql.execute(t.timer.update().where(t.timer.c.id == ident).values(moved))
        return len(found)

    # --- windows ----------------------------------------------------------------------------------------------------

    def windows(self, since: datetime, up_to: datetime | None = None) -> tuple[Window, ...]:
        """Return the windows that are not over at `since` and begin by `up_to`; by default those that cover `since`."""
        asked = since, up_to or since
        if self._windows is None or self._windows[0] != asked:
            found = self.sql.execute(_WINDOWS, {"the_since": since, "the_end": asked[1]}).mappings()
            self._windows = asked, tuple(window_of(row) for row in found)
        return self._windows[1]

    def seen_otherwise(self, target: str) -> None:
        """Say that a target was seen otherwise than before: what was worked out of it is worked out anew."""
        if self.pictures is not None:
            self.pictures.seen_otherwise(target)

    def looked_again(self, target: str) -> None:
        """Say that a target was looked at and is as it was: what waited for that look is decided in the end."""
        self.looked[target] = None
        if self.pictures is not None:
            self.pictures.looked_again(target)

    def windows_changed(self) -> None:
        """Say that windows were written: what is remembered of them is read anew, and timers are asked anew."""
        self._windows = None
        self.armed_count += 1

    # --- people -----------------------------------------------------------------------------------------------------

    def shifts_at(self, at: datetime, back: timedelta = timedelta(0)) -> tuple[Shift, ...]:
        """Return the shifts that cover `at`, or covered it at some instant of the time `back` before."""
        if self._shifts is None or self._shifts[:2] != (at, back):
            self._shifts = at, back, shifts_covering(self.sql, at, back)
        return self._shifts[2]

    def away_at(self, at: datetime) -> frozenset[str]:
        """Return who is on leave at that instant."""
        if self._away is None or self._away[0] != at:
            self._away = at, frozenset(self.sql.execute(_AWAY, {"the_now": at}).scalars())
        return self._away[1]

    def uncalled_at(self, at: datetime) -> frozenset[str]:
        """Return who asked not to be called by telephone at that instant."""
        if self._uncalled is None or self._uncalled[0] != at:
            self._uncalled = at, frozenset(self.sql.execute(_UNCALLED, {"the_now": at}).scalars())
        return self._uncalled[1]

    def people(self) -> dict[str, Person]:
        """Return everybody by id."""
        if self._people is None:
            self._people = {row["id"]: person_of(row) for row in self.sql.execute(_PEOPLE).mappings()}
        return dict(self._people)

    def roster_changed(self) -> None:
        """Say that people or shifts were written: what is remembered of them is read anew."""
        self._people = self._shifts = self._away = self._uncalled = None

    # --- outbox -----------------------------------------------------------------------------------------------------

    def queue(self, notice: Notice, now: datetime, not_before: datetime | None = None) -> bool:
        """Put a notice into the outbox, to leave now or from `not_before` on.

        False when its key is there already, so that a repeated decision does no harm.
        """
        self.queued += 1
        if is_group(notice.person):  # whoever is asked goes before who reads along
            notice = replace(notice, priority=max(notice.priority, Priority.FOLLOW_UP))
        return self.insert_once(
            t.outbox,
            {
                "key": notice.key,
                "incident": notice.incident,
                "event": notice.event,
                "step": notice.step,
                "round": notice.round,
                "person": notice.person,
                "organisation": notice.organisation,
                "channel": notice.channel,
                "fallback": list(notice.fallback),
                "priority": int(notice.priority),
                "skipped": list(notice.skipped),
                "late": None if notice.late is None else notice.late.total_seconds(),
                "edits": notice.edits,
                "subject": notice.subject,
                "state": NoticeState.PENDING,
                "not_before": not_before or now,
                "attempts": 0,
                "uncertain": 0,
                "created_at": now,
            },
        )

    def told(self, incident: int) -> tuple[Told, ...]:
        """Return who was, or may have been, told of an incident by a step, an approval request or a restart of the
        ladder, oldest first."""
        reached = sa.or_(
            t.outbox.c.state.in_([NoticeState.SENT, NoticeState.LEASED]),
            t.outbox.c.uncertain > 0,
        )
        telling = t.outbox.c.event.in_(_TELLING)
        wanted = sa.select(t.outbox).where(t.outbox.c.incident == incident, telling, reached).order_by(t.outbox.c.id)
        return tuple(
            Told(
                notice=r["id"],
                person=r["person"],
                organisation=r["organisation"],
                channel=r["channel"],
                step=r["step"],
                message_ref=r["message_ref"],
                at=r["accepted_at"],
                others=tuple(r["fallback"]),
            )
            for r in self.sql.execute(wanted).mappings()
        )
