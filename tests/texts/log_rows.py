"""A journal row of each kind, with what the desk writes into it."""

from collections.abc import Mapping
from typing import Any

from monitord.domain.journal import FactKind

NOTICE = {
    "notice": 7,
    "event": "step",
    "step": 1,
    "person": "c",
    "organisation": None,
    "channel": "telegram",
    "attempts": 1,
}
NAMES = {
    "incident": "SC-0602-004",
    "target": "OLT Tiểu Cần 01",
    "actor": "Trần Thị B",
    "a": "Nguyễn Văn A",
    "b": "Trần Thị B",
    "c": "Lê Văn C",
    "shift": "trực ca",
    "operations": "trực điều hành",
    "so-khcn": "Sở Khoa học và Công nghệ",
    "vt": "Viễn thông Cửu Long",
}

ROWS: Mapping[FactKind, Mapping[str, Any]] = {
    FactKind.DAEMON_STARTED: {"version": "0.1.0", "settings": "ab"},
    FactKind.DAEMON_STOPPED: {},
    FactKind.DAEMON_WAS_DOWN: {
        "from": "2027-02-05T19:10:00.000000Z",
        "to": "2027-02-05T23:45:00.000000Z",
        "clean": False,
    },
    FactKind.CLOCK_STEPPED: {"by": -3600.0},
    FactKind.SETTINGS_LOADED: {"hash": "ab", "devices": 44, "people": 14},
    FactKind.ROSTER_IMPORTED: {"added": 93, "removed": 0, "settings": "ab"},
    FactKind.TARGET_SOFT: {
        "was": "up",
        "now": "down",
        "cause": "no_answer",
        "attempt": 1,
        "confirm": 3,
        "first": False,
    },
    FactKind.TARGET_HARD: {"was": None, "now": "up", "cause": "fine", "attempt": 1, "confirm": 3, "first": True},
    FactKind.TARGET_HAPPENING: {"happenings": ["restarted"], "seen": "2027-02-05T20:07:00.000000Z"},
    FactKind.TARGET_REMOVED: {},
    FactKind.INCIDENT_OPENED: {
        "code": "SC-0602-004",
        "unit": "vt",
        "severity": 2,
        "health": "down",
        "cause": "no_answer",
        "first_bad": "2027-02-05T20:07:40.000000Z",
        "detected": "2027-02-05T20:09:00.000000Z",
    },
    FactKind.INCIDENT_CHANGED: {"was": "down", "health": "garbled", "cause": "bad_answer"},
    FactKind.INCIDENT_ACKNOWLEDGED: {
        "duty": "shift",
        "expires": "2027-02-05T22:31:12.000000Z",
        "after_step": 2,
        "update": 9,
    },
    FactKind.INCIDENT_PRESSED_AGAIN: {"phase": "acknowledged", "by": "b", "duty": "operations"},
    FactKind.INCIDENT_ACK_EXPIRED: {"round": 1},
    FactKind.INCIDENT_NOTED: {"duty": "shift"},
    FactKind.INCIDENT_RECEIPT: {"organisation": "so-khcn", "notice": 7, "update": 9},
    FactKind.INCIDENT_RESTORED: {"restored": "2027-02-05T21:12:30.000000Z", "outage_seconds": 3890.0},
    FactKind.STEP_FIRED: {
        "step": 2,
        "whom": "duty",
        "ref": "operations",
        "people": ["c"],
        "stand_ins": {"c": "a"},
        "skipped": [0, 1],
        "late_seconds": 360.0,
    },
    FactKind.STEP_SKIPPED: {
        "step": 0,
        "whom": "duty",
        "ref": "shift",
        "due": "2027-02-05T20:09:00.000000Z",
        "told_by_step": 2,
    },
    FactKind.STEP_AWAITS_APPROVAL: {"step": 3, "organisation": "so-khcn", "leaders": ["a"]},
    FactKind.STEP_APPROVED: {"step": 3, "organisation": "so-khcn"},
    FactKind.COVERAGE_GAP: {"step": 1, "whom": "duty", "ref": "operations", "unit": "vt"},
    FactKind.NOTICE_QUEUED: NOTICE,
    FactKind.NOTICE_ACCEPTED: NOTICE | {"message": "12", "cause": "fine"},
    FactKind.NOTICE_FAILED: NOTICE | {"cause": "connect"},
    FactKind.NOTICE_UNCERTAIN: NOTICE | {"cause": "timed_out"},
    FactKind.NOTICE_SUPERSEDED: NOTICE | {"reason": "acknowledged"},
    FactKind.NOTICE_DEAD: NOTICE | {"cause": "blocked"},
    FactKind.CHANNEL_ADDED: NOTICE | {"added": "log"},
    FactKind.PRESS_REFUSED: {"why": "not_on_duty", "update": 9},
    FactKind.CHANNEL_CONFLICT: {"channel": "telegram", "seconds": 75.0},
    FactKind.DISK_FULL: {},
    FactKind.JOURNAL_ANCHORED: {"number": 12, "seq": 4711, "count": 4711, "people": ["a"], "anchor": "monitord-anchor"},
}
