"""I10: what people pressed against what the journal says they did."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from monitord.domain.journal import FactKind, Row
from tests.sim.people import Press
from tests.sim.province import CONTACTS
from tests.sim.truth import Truth

_PHASE: Mapping[str, str] = {
    FactKind.INCIDENT_OPENED: "open",
    FactKind.INCIDENT_ACK_EXPIRED: "open",
    FactKind.INCIDENT_ESCALATED: "open",
    FactKind.STORM_WAVE: "open",
    FactKind.INCIDENT_ACKNOWLEDGED: "acknowledged",
    FactKind.INCIDENT_RESTORED: "restored",
    FactKind.INCIDENT_CLOSED: "closed",
}
TOUCHED: Mapping[str, str] = {
    "called": FactKind.INCIDENT_CALL,
    "snooze": FactKind.INCIDENT_REMINDER,
    "escalate": FactKind.INCIDENT_ESCALATED,
}
"""The row of what a touch does; the same again, or too late, is INCIDENT_UNCHANGED."""
MENUS = ("more", "hand", "cause", "close", "decline", "back")
"""What opens and closes a menu: it decides nothing, and leaves no row where it may be."""
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "hand_to": (FactKind.INCIDENT_HANDED,),
    "cause_is": (FactKind.INCIDENT_NOTE,),
    "close_cause": (FactKind.INCIDENT_NOTE,),
    "decline_as": (FactKind.STEP_DECLINED,),
    "close_as": (FactKind.INCIDENT_CLOSE_PROPOSED, FactKind.INCIDENT_CLOSED),
}
"""The rows of what is chosen in a menu; too late, or as before, it is another, and an old menu is shown anew."""
UNDONE = (FactKind.INCIDENT_UNCHANGED, FactKind.INCIDENT_PRESSED_AGAIN, FactKind.PRESS_REFUSED)
SAME = 120.0
"""Seconds for which the same touch again changes nothing."""
HEARD = 8.0
TWICE_LOST = 75.0
"""Two answers in a row that got lost, each with the longest pause after it."""


def judge_presses(truth: Truth, wrong: list[str]) -> None:
    """Hold every press against the journal: one row, the right effect, the right name; nothing from others."""
    notices = {n["id"]: n for n in truth.outbox}
    units = {i["id"]: i["unit"] for i in truth.incidents}
    phases: dict[int | None, str] = {}
    seen: dict[int, tuple[Row, str]] = {}
    noted: set[tuple[int | None, int, str | None]] = set()
    for row in truth.rows:
        if row.kind == FactKind.INCIDENT_NOTED:
            if (once := (row.incident, row.refs["round"], row.actor)) in noted:
                wrong.append(f"I10: {row.actor} paused a round of incident {row.incident} twice: row {row.seq}")
            noted.add(once)
        if (update := row.refs.get("update")) is not None:
            if update in seen:
                wrong.append(f"I10: update {update} stands twice: rows {seen[update][0].seq}, {row.seq}")
            seen[update] = row, phases.get(row.incident, "")
        if row.kind == FactKind.INCIDENT_MERGED and "into" in row.refs:
            phases[row.incident] = "closed"
        reopened = row.refs["phase"] if row.kind == FactKind.INCIDENT_REOPENED else None
        phases[row.incident] = reopened or _PHASE.get(row.kind, phases.get(row.incident, ""))
    for press in truth.history.people.pressed:
        what = f"I10: update {press.update} ({press.kind} {press.person} {press.action} at {press.at:.1f})"
        if press.update not in seen:
            # Approving or noting what is approved, noted or over changes nothing and leaves no row.
            own = press.person == notices[truth.notice_of(press)]["person"]
            quiet = press.kind in ("reader", "colleague") and (
                press.action == "approve"
                or (own and (press.action in MENUS or press.action in CHOSEN))
                or (press.action == "noted" and _noted(truth, press, notices[truth.notice_of(press)]["incident"]))
            )
            if not quiet:
                wrong.append(f"{what} left no row")
            continue
        row, phase = seen[press.update]
        by = _heard_by(truth, press)
        if by is not None and truth.at(row) > by:
            wrong.append(f"{what} was taken only at {truth.at(row):.1f}")
        notice = notices[truth.notice_of(press)]
        edition = truth.edition(truth.at(row))
        if press.kind in ("tampered", "stranger") or press.person not in edition.people - edition.unbound:
            if row.kind != FactKind.PRESS_REFUSED:
                wrong.append(f"{what} became {row.kind}")
            continue
        if truth.before_import(row):
            continue
        if row.actor != press.person:
            wrong.append(f"{what} counts as {row.actor}")
        entitled = truth.duty_of(units[notice["incident"]], press.person or "", truth.at(row), truth.now(row))
        own = press.person == notice["person"]
        match press.action:
            case "take" if entitled:
                to_him = phase == "acknowledged" and _handed_to(truth, row) == press.person
                taken = phase == "open" or (to_him and truth.holder(row) != press.person)
                right = FactKind.INCIDENT_ACKNOWLEDGED if taken else FactKind.INCIDENT_PRESSED_AGAIN
                if row.kind != right:
                    wrong.append(f"{what} while {phase} became {row.kind}")
            case "take" if not own and row.kind != FactKind.PRESS_REFUSED:
                wrong.append(f"{what} of somebody not on duty became {row.kind}")
            case "noted" if phase == "open" and row.kind != FactKind.INCIDENT_NOTED:
                unit, at, now = units[notice["incident"]], truth.at(row), truth.now(row)
                if own and press.person in truth.on_duty(unit, "leader", at, now):
                    wrong.append(f"{what} of the leader on duty became {row.kind}")
            case "noted" if not entitled and not own and row.kind != FactKind.PRESS_REFUSED:
                wrong.append(f"{what} of somebody not on duty became {row.kind}")
            case "list":
                right = FactKind.STORM_LIST_ASKED if entitled or own else FactKind.PRESS_REFUSED
                if row.kind != right:
                    wrong.append(f"{what} became {row.kind}")
            case "picture":
                may = entitled or own or truth.holder(row) == press.person
                right = FactKind.INCIDENT_PICTURE_ASKED if may else FactKind.PRESS_REFUSED
                if row.kind != right:
                    wrong.append(f"{what} became {row.kind}")
            case "called" | "snooze" | "escalate":
                has_it = truth.holder(row) == press.person
                if not entitled and not own and not has_it and row.kind != FactKind.PRESS_REFUSED:
                    wrong.append(f"{what} of somebody not on duty became {row.kind}")
                elif row.kind == FactKind.PRESS_REFUSED and (entitled or has_it):
                    wrong.append(f"{what} of somebody who may became {row.kind}")
                elif row.kind not in (TOUCHED[press.action], FactKind.INCIDENT_UNCHANGED, FactKind.PRESS_REFUSED):
                    wrong.append(f"{what} became {row.kind}")
                elif row.kind == TOUCHED[press.action] and phase not in ("open", "acknowledged"):
                    wrong.append(f"{what} while {phase} became {row.kind}")
                elif row.kind == FactKind.INCIDENT_UNCHANGED and not _same_again(truth, row, press.action, phase):
                    wrong.append(f"{what} while {phase} changed nothing, and nothing like it had been done before")
            case action if not own and (action in MENUS or action in CHOSEN):
                if row.kind != FactKind.PRESS_REFUSED:
                    wrong.append(f"{what} under another's message became {row.kind}")
            case "hand_to" if row.kind == FactKind.INCIDENT_HANDED:
                if phase not in ("open", "acknowledged") or row.refs["to"] == press.person:
                    wrong.append(f"{what} while {phase} handed it to {row.refs['to']}")
            case "close_as" if row.kind in CHOSEN["close_as"]:
                leads = press.person in truth.on_duty(
                    units[notice["incident"]], "leader", truth.at(row), truth.now(row)
                )
                if phase != "restored":
                    wrong.append(f"{what} while {phase} became {row.kind}")
                elif leads and row.kind != FactKind.INCIDENT_CLOSED:
                    wrong.append(f"{what} of the leader on duty became {row.kind}")
            case "decline" | "decline_as":
                # Asked in an earlier round, he is asked anew.
                done, runs = row.kind == FactKind.STEP_DECLINED, phase in ("open", "acknowledged")
                if not (runs if done else row.kind in UNDONE):
                    wrong.append(f"{what} while {phase} became {row.kind}")
            case action if action in MENUS or action in CHOSEN:
                has_it = truth.holder(row) == press.person
                if row.kind == FactKind.PRESS_REFUSED and (entitled or has_it):
                    wrong.append(f"{what} of somebody who may became {row.kind}")
                fits = (*CHOSEN.get(action, ()), *UNDONE)
                if row.kind not in fits:
                    wrong.append(f"{what} while {phase} became {row.kind}")
            case "ring" if not own and row.kind != FactKind.PRESS_REFUSED:
                wrong.append(f"{what} under another's message became {row.kind}")
            case "ring" if own:
                unit, at, now = units[notice["incident"]], truth.at(row), truth.now(row)
                if row.kind == FactKind.PRESS_REFUSED and press.person in truth.on_duty(unit, "leader", at, now):
                    wrong.append(f"{what} of the leader on duty became {row.kind}")
                elif row.kind not in (FactKind.INCIDENT_URGED, *UNDONE):
                    wrong.append(f"{what} became {row.kind}")
                elif row.kind == FactKind.INCIDENT_URGED and phase != "open":
                    wrong.append(f"{what} while {phase} became {row.kind}")
            case "receipt":
                right = FactKind.INCIDENT_RECEIPT if press.person in CONTACTS else FactKind.PRESS_REFUSED
                if row.kind != right:
                    wrong.append(f"{what} became {row.kind}")
    made = {r.refs["update"] for r in truth.rows if r.kind == FactKind.INCIDENT_ACKNOWLEDGED and "update" in r.refs}
    if strange := made - {press.update for press in truth.history.people.pressed}:
        wrong.append(f"I10: acknowledgements nobody pressed: {strange}")


ROW_OF: Mapping[str, str] = {
    "take": FactKind.INCIDENT_ACKNOWLEDGED,
    "escalate": FactKind.INCIDENT_ESCALATED,
    "eta": FactKind.INCIDENT_ETA,
    "note": FactKind.INCIDENT_NOTE,
    "call": FactKind.INCIDENT_CALL,
}


def judge_typed(truth: Truth, wrong: list[str]) -> None:
    """Hold what people typed against the journal: a row for each that was done, and none that nobody typed."""
    left = [r for r in truth.rows if r.kind in ROW_OF.values() and "update" not in r.refs]
    # What was said to be done has its row for certain; what got no answer may have one.
    for typed in sorted(truth.history.acts, key=lambda one: not one.done):
        mine = (typed.incident, typed.person, ROW_OF[typed.what])
        done_by = typed.at + HEARD
        fits = (r for r in left if (r.incident, r.actor, r.kind) == mine and typed.at <= truth.at(r) <= done_by)
        row = next(fits, None)
        if row is not None:
            left.remove(row)
        elif typed.done:
            wrong.append(f"I10: {typed.what} of {typed.person} at {typed.at:.1f} was said to be done and left no row")
    wrong += [f"I10: row {row.seq}, {row.kind}: nobody typed it" for row in left]


def _handed_to(truth: Truth, row: Row) -> str | None:
    """Return to whom an incident stood handed before a row; who takes it ends that."""
    kinds = (FactKind.INCIDENT_HANDED, FactKind.INCIDENT_ACKNOWLEDGED)
    before = [r for r in truth.of[row.incident or 0] if r.seq < row.seq and r.kind in kinds]
    return before[-1].refs.get("to") if before else None


def _same_again(truth: Truth, row: Row, action: str, phase: str) -> bool:
    """Return whether a touch that changed nothing had a reason: it was over, or the same had been done a moment ago."""
    if phase not in ("open", "acknowledged"):
        return True
    before = [r for r in truth.of[row.incident or 0] if r.kind == TOUCHED[action] and r.seq < row.seq]
    if action == "snooze":
        mine = [r for r in before if r.actor == row.actor]
        asked = row.ts + timedelta(minutes=30)
        return bool(mine) and abs((datetime.fromisoformat(mine[-1].refs["until"]) - asked).total_seconds()) < SAME
    mine = [r for r in before if action == "escalate" or r.actor == row.actor]
    return any(0 <= (row.ts - r.ts).total_seconds() <= SAME for r in mine)


def _noted(truth: Truth, press: Press, incident: int) -> bool:
    rows = truth.of[incident]
    return any(row.kind == FactKind.INCIDENT_NOTED and row.actor == press.person for row in rows)


def _heard_by(truth: Truth, press: Press) -> float | None:
    """Return by when a press must be taken where nothing was in the way, else None."""
    telegram = truth.history.telegram
    for awake in truth.awake:
        # Up to half a minute between two attempts to fetch updates after failures.
        begins = max(press.at, awake.begins)
        pause = HEARD if awake.begins < press.at - 60 and telegram.habits.ambiguous == 0 else 60.0
        ends = begins + pause
        if ends > awake.ends:
            continue
        if any(a < ends + 60 and b > begins - 60 for a, b in telegram.habits.outages):
            continue
        return ends + TWICE_LOST
    return None
