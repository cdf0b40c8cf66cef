"""The journal: append-only, hash-chained facts.

The chain covers ids, enums and instants, and a salted digest of what is personal.

A row's hash is SHA-256 over the previous row's hash and the canonical JSON of the row. Names, telephone numbers and
free text lie in a
side table; the row holds the digest of salt and text, so that the text can be purged and the chain still verifies.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

GENESIS = "0" * 64
"""The hash before the first row."""


class FactKind(StrEnum):
    """What a journal row states."""

    DAEMON_STARTED = "daemon.started"
    DAEMON_STOPPED = "daemon.stopped"
    DAEMON_WAS_DOWN = "daemon.was_down"
    CLOCK_STEPPED = "clock.stepped"
    SETTINGS_LOADED = "settings.loaded"
    ROSTER_IMPORTED = "roster.imported"
    ROSTER_WRITTEN = "roster.written"
    ROSTER_OVERLAID = "roster.overlaid"
    ROSTER_VIEWED = "roster.viewed"
    ROSTER_PURGED = "roster.purged"
    ROSTER_WITHDRAWN = "roster.withdrawn"
    LEAVE_NOTED = "leave.noted"
    SWAP_ASKED = "swap.asked"
    SWAP_TAKEN = "swap.taken"
    SWAP_APPROVED = "swap.approved"
    SWAP_DECLINED = "swap.declined"
    SWAP_WITHDRAWN = "swap.withdrawn"
    SWAP_EXPIRED = "swap.expired"
    LEAVE_ENDED = "leave.ended"
    TARGET_SOFT = "target.soft"
    TARGET_HARD = "target.hard"
    TARGET_HAPPENING = "target.happening"
    TARGET_REMOVED = "target.removed"
    TARGET_HELD = "target.held"
    TARGET_RELEASED = "target.released"
    TARGET_FLAPPING = "target.flapping"
    TARGET_CALM = "target.calm"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CHANGED = "incident.changed"
    INCIDENT_CHANGE_TOLD = "incident.change_told"
    INCIDENT_ACKNOWLEDGED = "incident.acknowledged"
    INCIDENT_PRESSED_AGAIN = "incident.pressed_again"
    INCIDENT_UNCHANGED = "incident.unchanged"
    INCIDENT_ACK_EXPIRED = "incident.ack_expired"
    INCIDENT_NOTED = "incident.noted"
    INCIDENT_URGED = "incident.urged"
    INCIDENT_RECEIPT = "incident.receipt"
    INCIDENT_RESTORED = "incident.restored"
    INCIDENT_RESTORED_TOLD = "incident.restored_told"
    INCIDENT_REOPENED = "incident.reopened"
    INCIDENT_FLAPPING = "incident.flapping"
    INCIDENT_ESCALATED = "incident.escalated"
    INCIDENT_HANDED = "incident.handed"
    INCIDENT_REMINDER = "incident.reminder"
    INCIDENT_ETA = "incident.eta"
    INCIDENT_NOTE = "incident.note"
    INCIDENT_INSTRUCTED = "incident.instructed"
    INCIDENT_CALL = "incident.call"
    INCIDENT_DIARY = "incident.diary"
    INCIDENT_TICKET = "incident.ticket"
    INCIDENT_CAUSE = "incident.cause"
    INCIDENT_CORRECTED = "incident.corrected"
    INCIDENT_FIXED = "incident.fixed"
    INCIDENT_CLOSE_PROPOSED = "incident.close_proposed"
    INCIDENT_CLOSED = "incident.closed"
    INCIDENT_PICTURE_ASKED = "incident.picture_asked"
    INCIDENT_MERGED = "incident.merged"
    INCIDENT_CONFIRMED = "incident.confirmed"
    INCIDENT_DISMISSED = "incident.dismissed"
    STORM_CARRIES = "storm.carries"
    STORM_LEFT = "storm.left"
    STORM_WAVE = "storm.wave"
    STORM_TOLD = "storm.told"
    STORM_LIST_ASKED = "storm.list_asked"
    STEP_FIRED = "step.fired"
    STEP_SKIPPED = "step.skipped"
    STEP_UNNEEDED = "step.unneeded"
    STEP_AWAITS_APPROVAL = "step.awaits_approval"
    STEP_APPROVED = "step.approved"
    STEP_DECLINED = "step.declined"
    STEP_MUTED = "step.muted"
    STEP_QUIET = "step.quiet"
    BULLETIN_MADE = "bulletin.made"
    BULLETIN_ASKED = "bulletin.asked"
    BULLETIN_APPROVED = "bulletin.approved"
    BULLETIN_SENT = "bulletin.sent"
    BULLETIN_RECEIPT = "bulletin.receipt"
    BULLETIN_LAPSED = "bulletin.lapsed"
    BINDING_BEGUN = "binding.begun"
    BINDING_SENT = "binding.sent"
    BINDING_REFUSED = "binding.refused"
    BINDING_MADE = "binding.made"
    BINDING_ENDED = "binding.ended"
    SHIFT_ASKED = "shift.asked"
    PERSON_QUIET = "person.quiet"
    PERSON_CALLED = "person.called_again"
    CONTACT_ASKED = "contact.asked"
    CONTACT_REFUSED = "contact.refused"
    CONTACT_VERIFIED = "contact.verified"
    SHIFT_TAKEN = "shift.taken"
    DEADLINE_SENT = "deadline.sent"
    SHIFT_PRESENT = "shift.present"
    SHIFT_MISSED = "shift.missed"
    HANDOVER_GIVEN = "handover.given"
    HANDOVER_FROZEN = "handover.frozen"
    WINDOW_SET = "window.set"
    WINDOW_ENDED = "window.ended"
    COVERAGE_GAP = "coverage.gap"
    COVERAGE_SEEN = "coverage.seen"
    COVERAGE_CLOSED = "coverage.closed"
    HOURS_VIEWED = "hours.viewed"
    NOTICE_QUEUED = "notice.queued"
    NOTICE_ACCEPTED = "notice.accepted"
    NOTICE_FAILED = "notice.failed"
    NOTICE_UNCERTAIN = "notice.uncertain"
    NOTICE_SUPERSEDED = "notice.superseded"
    NOTICE_DEAD = "notice.dead"
    CHANNEL_ADDED = "channel.added"
    PRESS_REFUSED = "press.refused"
    CHANNEL_CONFLICT = "channel.conflict"
    CHANNEL_FAILS = "channel.fails"
    CHANNEL_WORKS = "channel.works"
    DISK_FULL = "disk.full"
    JOURNAL_ANCHORED = "journal.anchored"
    AUDIT_ALARM = "audit.alarm"
    AUDIT_OVER = "audit.over"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a decision wants written.

    `refs` holds ids, enums, numbers and instants only; `private` names, numbers and free text.
    """

    kind: FactKind
    incident: int | None = None
    target: str | None = None
    actor: str | None = None
    refs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    private: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A journal row as stored. `ts` never decreases; `digest` is None when the fact has no private part."""

    seq: int
    ts: datetime
    boot: str
    kind: str
    incident: int | None
    target: str | None
    actor: str | None
    refs: Mapping[str, Any]
    digest: str | None
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    why: str


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no blanks, text in NFC: the same bytes for the same values, on every machine."""
    return unicodedata.normalize("NFC", json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False))


def stamp(ts: datetime) -> str:
    """Return an instant as it is hashed: UTC, microseconds, `Z`."""
    return ts.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def private_digest(salt: str, private: Mapping[str, str]) -> str:
    """Return the salted digest of a private part."""
    return hashlib.sha256(f"{salt}\n{canonical(dict(private))}".encode()).hexdigest()


def row_hash(row: Row) -> str:
    """Return the hash that `row` must bear, over its predecessor's hash and every column but its own."""
    body = {
        "seq": row.seq,
        "ts": stamp(row.ts),
        "boot": row.boot,
        "kind": row.kind,
        "incident": row.incident,
        "target": row.target,
        "actor": row.actor,
        "refs": dict(row.refs),
        "digest": row.digest,
    }
    return hashlib.sha256(f"{row.prev}\n{canonical(body)}".encode()).hexdigest()


def chained(fact: Fact, previous: Row | None, ts: datetime, boot: str, digest: str | None) -> Row:
    """Return the row for `fact` behind `previous`.

    `ts` is lifted to the predecessor's when the clock went back; then `wall` in the row's refs is what the clock said.
    """
    at = ts if previous is None else max(ts, previous.ts)
    refs = dict(fact.refs) if at == ts else {**fact.refs, "wall": stamp(ts)}
    bare = Row(
        seq=1 if previous is None else previous.seq + 1,
        ts=at,
        boot=boot,
        kind=fact.kind,
        incident=fact.incident,
        target=fact.target,
        actor=fact.actor,
        refs=json.loads(canonical(refs)),
        digest=digest,
        prev=GENESIS if previous is None else previous.hash,
        hash="",
    )
    return replace(bare, hash=row_hash(bare))


def verify(rows: Iterable[Row], previous: Row | None = None) -> Iterable[Break]:
    """Yield every break of the chain in `rows`, in order: gaps, edits, reordering, instants that run back."""
    for row in rows:
        expected = GENESIS if previous is None else previous.hash
        if row.seq != (1 if previous is None else previous.seq + 1):
            yield Break(row.seq, f"row {row.seq} follows row {0 if previous is None else previous.seq}")
        if row.prev != expected:
            yield Break(row.seq, "does not continue the row before it")
        if row.hash != row_hash(row):
            yield Break(row.seq, "its content is not what was hashed")
        if previous is not None and row.ts < previous.ts:
            yield Break(row.seq, "its instant lies before the row before it")
        previous = row
