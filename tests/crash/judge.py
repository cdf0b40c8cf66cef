"""Judges a night by its histories alone: what was really broken, what the telephones got, what journal and tables say.

Nothing here asks the desk's own functions what would have been right.
"""

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitord.account.proof import verify
from monitord.demo.talk import Entry
from monitord.domain.journal import FactKind, Row
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from monitord.store.tx import journal_row
from tests.crash.night import STRANGER, Played, Truth, messages
from tests.crash.script import DELAYS, DEVICES, REPEAT
from tests.support.daemon import CHATS, CONTACTS, DUTIES

SLACK = 2.5
"""Seconds granted for a machine that is busy with other things."""
DETECT = 1.0 + 3 * 0.6 + 2 * 0.3 + SLACK
"""Interval, three looks that time out, two waits between them."""
RETURN = 1.0 + 0.6 + SLACK
STEP = 0.5 + SLACK
AFTER_START = 2.6 + SLACK
"""A timer waits for a look at its target after a start, at most two intervals and a look."""
SEND = 8.0
"""A message may wait for others to the same telephone (one a second)."""
LATE = 5.0
REPEATED = "có thể trùng"
TELLING = ("step", "approval")


@dataclass(frozen=True, slots=True)
class Up:
    """A time in which the daemon was ready."""

    begins: datetime
    ends: datetime


@dataclass(slots=True)
class Found:
    """What the judge found: violations, and figures worth knowing."""

    wrong: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    arrival: list[float] = field(default_factory=list)
    detection: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Ladder:
    """One round of an incident's ladder as the journal tells it."""

    begins: datetime
    told: list[tuple[datetime, int, Row]] = field(default_factory=list)
    skipped: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    closed: datetime | None = None


def judge(played: Played) -> Found:
    """Return what was found of a night."""
    found = Found()
    if not played.settled:
        found.wrong.append("something was still owed a minute after the last return")
    if played.exit_code != 0:
        found.wrong.append(f"the daemon ended with {played.exit_code} on SIGTERM")
    if "Traceback" in (log := played.daemon.log()):
        found.wrong.append("a traceback in the log: " + log[log.index("Traceback") :][:1500])
    for place in (*played.snapshots, played.daemon.database):
        found.wrong += [f"{place.parent.name}: {fault}" for fault in _tables(place)]
    with played.daemon.reading() as connection:
        night = _Night(played, connection, found)
        night.judge()
    return found


def _tables(path: Path) -> Iterator[str]:
    """What must hold at every instant, killed or not."""
    engine = reading_engine(path)
    try:
        with engine.connect() as connection:
            yield from (f"journal row {b.seq}: {b.why}" for b in verify(connection).breaks)
            wanted = sa.select(t.timer.c.incident).where(t.timer.c.state == "armed")
            armed = Counter(connection.execute(wanted).scalars())
            for incident in connection.execute(sa.select(t.incident)).mappings():
                number = armed.get(incident["id"], 0)
                if incident["phase"] == "restored" and number:
                    yield f"{incident['code']} is over and has {number} timers armed"
                if incident["phase"] != "restored" and number != 1:
                    yield f"{incident['code']} is {incident['phase']} and has {number} timers armed"
    finally:
        engine.dispose()


class _Night:
    def __init__(self, played: Played, connection: sa.Connection, found: Found) -> None:
        self.played, self.found = played, found
        self.wrong = found.wrong
        last = played.bot.history[-1].at if played.bot.history else datetime.max
        self.ups = [Up(a, b or last) for a, b in played.daemon.ups]
        rows = connection.execute(sa.select(t.journal).order_by(t.journal.c.seq)).mappings()
        self.rows = [journal_row(row) for row in rows]
        self.incidents = list(connection.execute(sa.select(t.incident).order_by(t.incident.c.id)).mappings())
        self.outbox = list(connection.execute(sa.select(t.outbox).order_by(t.outbox.c.id)).mappings())
        self.attempts = list(connection.execute(sa.select(t.attempt)).mappings())
        self.buttons = {row["ref"]: row for row in connection.execute(sa.select(t.button)).mappings()}
        self.of: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.incident is not None:
                self.of[row.incident].append(row)
        self.arrived: dict[int, list[Entry]] = defaultdict(list)

    def judge(self) -> None:
        self._outages()
        for incident in self.incidents:
            for number, ladder in enumerate(_ladders(self.of[incident["id"]], self.wrong)):
                self._ladder(incident, number, ladder)
        self._link()
        for notice in self.outbox:
            self._notice(notice)
        for incident in self.incidents:
            self._end(incident)
        self._presses()
        figures = self.found.figures
        figures["incidents"] += len(self.incidents)
        figures["messages"] += len(messages(self.played.bot))
        figures["repeats"] += sum(len(arrived) - 1 for arrived in self.arrived.values() if arrived)
        figures["uncertain"] += sum(n["uncertain"] for n in self.outbox)
        figures["acknowledged"] += sum(r.kind == FactKind.INCIDENT_ACKNOWLEDGED for r in self.rows)
        figures["skipped_steps"] += sum(r.kind == FactKind.STEP_SKIPPED for r in self.rows)
        figures["late_steps"] += sum(r.kind == FactKind.STEP_FIRED and bool(r.refs["late_seconds"]) for r in self.rows)

    def by(self, instant: datetime, seconds: float) -> datetime | None:
        """Return by when something due at `instant` must be done that takes `seconds` of a running daemon.

        None: it never ran that long at a stretch again.
        """
        for up in self.ups:
            begins = max(up.begins, instant)
            allowed = seconds if up.begins <= instant else max(seconds, AFTER_START)
            if begins + timedelta(seconds=allowed) <= up.ends:
                return begins + timedelta(seconds=allowed)
        return None

    # --- outages ----------------------------------------------------------------------------------------------------

    def _outages(self) -> None:
        truths: dict[str, list[Truth]] = defaultdict(list)
        for truth in self.played.truths:
            truths[truth.target].append(truth)
        for incident in self.incidents:
            self._true(incident, truths[incident["target"]])
        for truth in self.played.truths:
            self._noticed(truth)

    def _true(self, incident: Any, truths: Sequence[Truth]) -> None:
        code, short = incident["code"], timedelta(seconds=1.2)
        for what in ("first_bad", "detected_at"):
            at = incident[what]
            if not any(truth.begins <= at and at - short <= truth.ends for truth in truths):
                self.wrong.append(f"{code}: {what} {at:%X.%f} of {incident['target']}, which was well")
        restored = incident["restored_at"]
        if restored is None:
            self.wrong.append(f"{code} never ended")
        elif any(truth.begins <= restored - short and restored <= truth.ends for truth in truths):
            self.wrong.append(f"{code}: restored {restored:%X.%f} while it was broken")
        before = [truth for truth in truths if truth.begins <= incident["detected_at"]]
        if before and restored is not None and (by := self.by(before[-1].ends, RETURN)) is not None:
            again = [truth for truth in truths if before[-1].ends < truth.begins < by]
            if restored > by and not again:
                self.wrong.append(f"{code}: over at {before[-1].ends:%X.%f}, seen only at {restored:%X.%f}")

    def _noticed(self, truth: Truth) -> None:
        for up in self.ups:
            begins, ends = max(up.begins, truth.begins), min(up.ends, truth.ends)
            by = begins + timedelta(seconds=DETECT)
            if by > ends:
                continue
            seen = [
                i
                for i in self.incidents
                if i["target"] == truth.target
                and i["opened_at"] <= by
                and (i["restored_at"] is None or i["restored_at"] >= truth.ends - timedelta(seconds=0.1))
            ]
            if not seen:
                self.wrong.append(f"{truth.target} was broken {truth.begins:%X.%f} - {truth.ends:%X.%f}: no incident")
            elif up.begins < truth.begins and seen[0]["opened_at"] > truth.begins:
                self.found.detection.append((seen[0]["opened_at"] - truth.begins).total_seconds())

    # --- ladders ----------------------------------------------------------------------------------------------------

    def _ladder(self, incident: Any, round_: int, ladder: Ladder) -> None:
        code, told = f"{incident['code']} round {round_}", -1
        for at, step, row in ladder.told:
            due = _due(ladder.begins, step)
            if step <= told:
                self.wrong.append(f"{code}: step {step} told after step {told}")
            if at < due - timedelta(seconds=0.05):
                self.wrong.append(f"{code}: step {step} told {(due - at).total_seconds():.2f} s early")
            if at > _due(ladder.begins, step + 1) + timedelta(seconds=0.25):
                self.wrong.append(f"{code}: step {step} told although step {step + 1} was due")
            if ladder.closed is not None and at > ladder.closed:
                self.wrong.append(f"{code}: step {step} told after somebody had taken it or it was over")
            passed = sorted({min(n, len(DELAYS) - 1) for n in range(told + 1, step)})
            if ladder.skipped[row.seq] != passed:
                self.wrong.append(f"{code}: step {step} names {ladder.skipped[row.seq]} as skipped, not {passed}")
            late = (at - due).total_seconds()
            said = row.refs.get("late_seconds")
            if row.kind == FactKind.STEP_FIRED and (late > LATE + 0.1 and said is None or said and late < LATE - 0.1):
                self.wrong.append(f"{code}: step {step} came {late:.1f} s late and says {said}")
            first = _due(ladder.begins, told + 1)
            if (by := self.by(first, STEP)) is not None and at > by:
                self.wrong.append(f"{code}: step {told + 1} due {first:%X.%f} told only {at:%X.%f}, not by {by:%X.%f}")
            expected = _expected(incident["unit"], step)
            queued = {
                n["person"]
                for n in self.outbox
                if n["incident"] == incident["id"] and n["round"] == round_ and n["step"] == step
                and n["event"] in TELLING and n["channel"] == "telegram"
                and not (n["event"] == "step" and n["organisation"] and incident["unit"] == "bd")
            }  # fmt: skip
            if queued != expected:
                self.wrong.append(f"{code}: step {step} told {sorted(queued)}, the roster says {sorted(expected)}")
            told = step
        next_due = _due(ladder.begins, told + 1)
        by = self.by(next_due, STEP)
        if by is not None and (ladder.closed is None or by < ladder.closed):
            self.wrong.append(f"{code}: step {told + 1} due {next_due:%X.%f} was never told")

    # --- messages ---------------------------------------------------------------------------------------------------

    def _link(self) -> None:
        """Find out which notice each message on a telephone is: by its button, or by reader, number and first line."""
        codes = {incident["id"]: incident["code"] for incident in self.incidents}
        for entry in messages(self.played.bot):
            if entry.buttons:
                row = self.buttons.get(entry.buttons[0].data.split("|")[1])
                if row is None:
                    self.wrong.append(f"message {entry.number} bears a button nobody knows")
                else:
                    self.arrived[row["notice"]].append(entry)
                continue
            head = entry.text.partition("\n")[0]
            events = ("restored",) if "KHÔI PHỤC" in head else ("acknowledged",)
            fits = [
                n
                for n in self.outbox
                if n["event"] in events
                and n["channel"] == "telegram"
                and CHATS[n["person"]] == entry.chat_id
                and codes.get(n["incident"], "?") in head
                and n["created_at"] <= entry.at
            ]
            exact = [n for n in fits if n["message_ref"] == str(entry.message_id)]
            if not fits:
                self.wrong.append(f"a message nobody queued: {entry.chat_id}: {head}")
            else:
                self.arrived[(exact or fits)[-1]["id"]].append(entry)

    def _notice(self, notice: Any) -> None:
        if notice["channel"] != "telegram" or notice["event"] not in (*TELLING, "acknowledged", "restored"):
            if notice["state"] in ("pending", "leased", "dead"):
                self.wrong.append(f"notice {notice['key']} is left {notice['state']}")
            if notice["event"] in ("coverage", "channel_broken"):
                self.wrong.append(f"notice {notice['key']} although everybody can be reached")
            return
        arrived, uncertain, key = self.arrived[notice["id"]], notice["uncertain"], notice["key"]
        tried = sorted(a["started"] for a in self.attempts if a["notice"] == notice["id"])
        closed = self._closed(notice)
        match notice["state"]:
            case "sent":
                if not arrived:
                    self.wrong.append(f"notice {key} is called sent and never arrived")
                elif notice["accepted_at"] < arrived[0].at:
                    self.wrong.append(f"notice {key} was called accepted before it arrived")
            case "superseded":
                by = self.by(notice["created_at"], SEND + _retries(len(tried)))
                if closed is None or (by is not None and closed > by):
                    self.wrong.append(f"notice {key} was superseded although it was due for long")
                gone = [r for r in self.rows if r.kind == FactKind.NOTICE_SUPERSEDED]
                if not any(r.refs["notice"] == notice["id"] for r in gone):
                    self.wrong.append(f"notice {key} was superseded without a row")
            case state:
                self.wrong.append(f"notice {key} is left {state}")
        if len(arrived) > 1 + uncertain - (notice["state"] == "superseded"):
            self.wrong.append(f"notice {key} arrived {len(arrived)} times with {uncertain} uncertain attempts")
        for entry in arrived[1:]:
            if REPEATED not in entry.text.partition("\n")[0]:
                self.wrong.append(f"notice {key} arrived again and does not say so")
        if notice["event"] in TELLING and closed is not None:
            approved = notice["organisation"] is not None and self._approved(notice["incident"])
            if not approved and any(start > closed for start in tried):
                self.wrong.append(f"notice {key} was sent although somebody had taken the incident")
        if arrived:
            self._texts(notice, arrived)
            by = self.by(notice["created_at"], SEND + _retries(len(tried)))
            self.found.arrival.append((arrived[0].at - notice["created_at"]).total_seconds())
            if by is not None and arrived[0].at > by:
                self.wrong.append(f"notice {key} queued {notice['created_at']:%X} arrived {arrived[0].at:%X.%f}")

    def _texts(self, notice: Any, arrived: Sequence[Entry]) -> None:
        if notice["event"] != "step":
            return
        for entry in arrived:
            if notice["late"] is not None and "trễ" not in entry.text:
                self.wrong.append(f"notice {notice['key']} is late and does not say so: {entry.text!r}")
            if notice["skipped"] and notice["organisation"] is None and "gộp" not in entry.text:
                self.wrong.append(f"notice {notice['key']} stands for others and does not say so: {entry.text!r}")

    def _closed(self, notice: Any) -> datetime | None:
        """Return when the reason of a notice was gone: its round taken or over, the incident over."""
        seen = 0
        for row in self.of[notice["incident"]]:
            match row.kind:
                case FactKind.INCIDENT_RESTORED if notice["event"] != "restored":
                    return row.ts
                case FactKind.INCIDENT_ACKNOWLEDGED if seen == notice["round"] and notice["event"] in TELLING:
                    return row.ts
                case FactKind.INCIDENT_ACK_EXPIRED if seen == notice["round"] and notice["event"] == "acknowledged":
                    return row.ts
                case FactKind.INCIDENT_ACK_EXPIRED:
                    seen += 1
        return None

    def _approved(self, incident: int) -> bool:
        return any(r.kind == FactKind.STEP_APPROVED for r in self.of[incident])

    def _end(self, incident: Any) -> None:
        mine = [n for n in self.outbox if n["incident"] == incident["id"]]
        told = {n["person"] for n in mine if n["event"] in TELLING and self.arrived[n["id"]]}
        heard = {n["person"] for n in mine if n["event"] == "restored" and self.arrived[n["id"]]}
        if incident["restored_at"] is not None and told - heard:
            self.wrong.append(f"{incident['code']}: {sorted(told - heard)} were told of it and not of its end")
        perhaps = {n["person"] for n in mine if n["event"] in TELLING and n["uncertain"]}
        if heard - told - perhaps:
            self.wrong.append(f"{incident['code']}: {sorted(heard - told - perhaps)} were told of its end only")

    # --- presses ----------------------------------------------------------------------------------------------------

    def _presses(self) -> None:
        people = {chat: person for person, chat in CHATS.items()}
        phases: dict[int | None, str] = {}
        seen: dict[int, tuple[Row, str]] = {}
        for row in self.rows:
            if (update := row.refs.get("update")) is not None:
                if update in seen:
                    self.wrong.append(
                        f"update {update} stands twice in the journal: rows {seen[update][0].seq}, {row.seq}"
                    )
                seen[update] = row, phases.get(row.incident, "")
            phases[row.incident] = _PHASE.get(row.kind, phases.get(row.incident, ""))
        for press in self.played.pressed:
            if press.update not in seen:
                if press.data.split("|")[2] == "approve" and press.kind == "reader":
                    continue  # approving again, or what is over, changes nothing and leaves no row
                self.wrong.append(f"update {press.update} ({press.kind}) left no row")
                continue
            row, phase = seen[press.update]
            by = self.by(press.at, 6.0 + SLACK)
            if by is not None and row.ts > by:
                self.wrong.append(f"update {press.update} pressed {press.at:%X.%f} was taken {row.ts:%X.%f}")
            if press.kind != "reader" or press.user == STRANGER:
                if row.kind != FactKind.PRESS_REFUSED:
                    self.wrong.append(f"update {press.update} ({press.kind}) became {row.kind}")
                continue
            if row.actor != people[press.user]:
                self.wrong.append(f"update {press.update} of {press.user} counts as {row.actor}")
            action = press.data.split("|")[2]
            if action == "take":
                right = FactKind.INCIDENT_ACKNOWLEDGED if phase == "open" else FactKind.INCIDENT_PRESSED_AGAIN
                if row.kind != right:
                    self.wrong.append(f"update {press.update}: take while {phase} became {row.kind}")
        made = {r.refs.get("update") for r in self.rows if r.kind == FactKind.INCIDENT_ACKNOWLEDGED}
        if strange := made - {press.update for press in self.played.pressed}:
            self.wrong.append(f"acknowledgements nobody pressed: {strange}")


_PHASE = {
    FactKind.INCIDENT_OPENED: "open",
    FactKind.INCIDENT_ACK_EXPIRED: "open",
    FactKind.INCIDENT_ACKNOWLEDGED: "acknowledged",
    FactKind.INCIDENT_RESTORED: "restored",
}


def _ladders(rows: Iterable[Row], wrong: list[str]) -> list[Ladder]:
    ladders: list[Ladder] = []
    skipped: list[int] = []
    for row in rows:
        match row.kind:
            case FactKind.INCIDENT_OPENED | FactKind.INCIDENT_ACK_EXPIRED:
                ladders.append(Ladder(row.ts))
            case FactKind.INCIDENT_ACKNOWLEDGED | FactKind.INCIDENT_RESTORED:
                ladders[-1].closed = ladders[-1].closed or row.ts
            case FactKind.STEP_SKIPPED:
                skipped.append(min(row.refs["step"], len(DELAYS) - 1))
            case FactKind.STEP_FIRED | FactKind.STEP_AWAITS_APPROVAL:
                ladders[-1].told.append((row.ts, row.refs["step"], row))
                ladders[-1].skipped[row.seq] = sorted(set(skipped))
                skipped = []
            case FactKind.COVERAGE_GAP:
                wrong.append(f"row {row.seq}: a gap although somebody is always on duty")
    return ladders


def _due(begins: datetime, step: int) -> datetime:
    last = len(DELAYS) - 1
    return begins + timedelta(seconds=DELAYS[min(step, last)] + max(0, step - last) * REPEAT)


def _expected(unit: str, step: int) -> set[str]:
    if step < 3:
        return {DUTIES[unit][step]}
    return set(CONTACTS) if unit == "vt" else {DUTIES[unit][2]}


def _retries(attempts: int) -> float:
    return sum(min(60.0, 2.0**n) * 1.25 for n in range(max(0, attempts - 1))) + 2.0 * max(0, attempts - 1)


assert set(DEVICES.values()) == set(DUTIES)
assert len(base64.urlsafe_b64encode(bytes(10)).rstrip(b"=")) == 14
