"""The judge of presses: what people did against what the journal says they did."""

from collections.abc import Mapping

from monitord.domain.journal import FactKind, Row
from tests.crash.night import STRANGER
from tests.crash.records import SLACK, Found, Records
from tests.support.daemon import CHATS

_PHASE: Mapping[str, str] = {
    FactKind.INCIDENT_OPENED: "open",
    FactKind.INCIDENT_ACK_EXPIRED: "open",
    FactKind.INCIDENT_ESCALATED: "open",
    FactKind.INCIDENT_ACKNOWLEDGED: "acknowledged",
    FactKind.INCIDENT_RESTORED: "restored",
}

_TOUCHED: Mapping[str, str] = {
    "called": FactKind.INCIDENT_CALL,
    "snooze": FactKind.INCIDENT_REMINDER,
    "escalate": FactKind.INCIDENT_ESCALATED,
}
"""The row of what a touch does; the same again, or too late, is INCIDENT_UNCHANGED."""

_MENUS = ("more", "cause", "close", "decline")
"""What opens a menu; the buttons inside are not pressed here."""


def judge_presses(night: Records, found: Found) -> None:
    """Hold every press against the journal: exactly one row, the right effect, nobody else's name."""
    wrong = found.wrong
    people = {chat: person for person, chat in CHATS.items()}
    phases: dict[int | None, str] = {}
    seen: dict[int, tuple[Row, str]] = {}
    for row in night.rows:
        if (update := row.refs.get("update")) is not None:
            if update in seen:
                wrong.append(f"update {update} stands twice: rows {seen[update][0].seq}, {row.seq}")
            seen[update] = row, phases.get(row.incident, "")
        again = row.refs["phase"] if row.kind == FactKind.INCIDENT_REOPENED else None
        phases[row.incident] = again or _PHASE.get(row.kind, phases.get(row.incident, ""))
    for press in night.played.pressed:
        if press.update not in seen:
            if press.data.split("|")[2] in ("approve", *_MENUS) and press.kind == "reader":
                continue  # approving again, or what is over, changes nothing and leaves no row; nor does a menu
            wrong.append(f"update {press.update} ({press.kind}) left no row")
            continue
        row, phase = seen[press.update]
        by = night.by(press.at, 6.0 + SLACK)
        if by is not None and row.ts > by:
            wrong.append(f"update {press.update} pressed {press.at:%X.%f} was taken {row.ts:%X.%f}")
        if press.kind != "reader" or press.user == STRANGER:
            if row.kind != FactKind.PRESS_REFUSED:
                wrong.append(f"update {press.update} ({press.kind}) became {row.kind}")
            continue
        if row.actor != people[press.user]:
            wrong.append(f"update {press.update} of {press.user} counts as {row.actor}")
        action = press.data.split("|")[2]
        if action == "take":
            right = FactKind.INCIDENT_ACKNOWLEDGED if phase == "open" else FactKind.INCIDENT_PRESSED_AGAIN
            if row.kind != right:
                wrong.append(f"update {press.update}: take while {phase} became {row.kind}")
        if action in _TOUCHED and row.kind not in (_TOUCHED[action], FactKind.INCIDENT_UNCHANGED):
            wrong.append(f"update {press.update}: {action} while {phase} became {row.kind}")
        fits = (FactKind.INCIDENT_URGED, FactKind.INCIDENT_UNCHANGED, FactKind.PRESS_REFUSED)
        if (action == "ring" or action in _MENUS) and row.kind not in fits[action in _MENUS :]:
            wrong.append(f"update {press.update}: {action} while {phase} became {row.kind}")
        if row.kind in _TOUCHED.values() and phase not in ("open", "acknowledged"):
            wrong.append(f"update {press.update}: {action} had its effect while {phase}")
    made = {r.refs.get("update") for r in night.rows if r.kind == FactKind.INCIDENT_ACKNOWLEDGED}
    if strange := made - {press.update for press in night.played.pressed}:
        wrong.append(f"acknowledgements nobody pressed: {strange}")
