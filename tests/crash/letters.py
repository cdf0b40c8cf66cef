"""The judge of messages: what the telephones got against what the outbox says was owed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from monitord.demo.talk import Entry
from monitord.domain.journal import FactKind
from tests.crash.night import messages
from tests.crash.records import ASKED, TELLING, Found, Records
from tests.crash.script import LAST
from tests.support.daemon import CHATS

SEND = 14.0
"""A message may wait for others to the same telephone (one a second): as many as a night has devices, and edits."""
REPEATED = "có thể trùng"
HEADS = {
    "KHÔI PHỤC": ("restored",),
    "DIỄN BIẾN MỚI": ("changed",),
    "CHẬP CHỜN": ("flapping",),
    "CẬP NHẬT": ("acknowledged", "changed", "flapping"),
}
"""The events by the words of a first line; another organisation gets one word for several."""


def judge_letters(night: Records, found: Found) -> None:
    """Hold telephones and outbox against each other: nothing lost, repeats known and labelled, the end heard by all."""
    _link(night, found.wrong)
    for notice in night.outbox:
        _notice(night, notice, found)
    for incident in night.incidents:
        _end(night, incident, found.wrong)


def _link(night: Records, wrong: list[str]) -> None:
    """Find out which notice each message on a telephone is: by its button, or by reader, number and first line."""
    codes = {incident["id"]: incident["code"] for incident in night.incidents}
    for entry in messages(night.played.bot):
        if entry.buttons:
            row = night.buttons.get(entry.buttons[0].data.split("|")[1])
            if row is None:
                wrong.append(f"message {entry.number} bears a button nobody knows")
            else:
                night.arrived[row["notice"]].append(entry)
            continue
        head = entry.text.partition("\n")[0]
        events = next((found for words, found in HEADS.items() if words in head), ("acknowledged",))
        fits = [
            n
            for n in night.outbox
            if n["event"] in events
            and n["channel"] == "telegram"
            and CHATS[n["person"]] == entry.chat_id
            and codes.get(n["incident"], "?") in head
            and n["created_at"] <= entry.at
        ]
        exact = [n for n in fits if n["message_ref"] == str(entry.message_id)]
        if not fits:
            wrong.append(f"a message nobody queued: {entry.chat_id}: {head}")
        else:
            night.arrived[(exact or fits)[-1]["id"]].append(entry)


def _notice(night: Records, notice: Any, found: Found) -> None:
    wrong = found.wrong
    if notice["channel"] != "telegram" or notice["event"] not in (*TELLING, "acknowledged", "restored"):
        asked_for_later = notice["event"] == "reminder" and notice["state"] == "pending" and not notice["attempts"]
        if notice["state"] in ("pending", "leased", "dead") and not asked_for_later:
            wrong.append(f"notice {notice['key']} is left {notice['state']}")
        if notice["event"] in ("coverage", "channel_broken"):
            wrong.append(f"notice {notice['key']} although everybody can be reached")
        return
    arrived, uncertain, key = night.arrived[notice["id"]], notice["uncertain"], notice["key"]
    tried = sorted(a["started"] for a in night.attempts if a["notice"] == notice["id"])
    closed = _closed(night, notice)
    match notice["state"]:
        case "sent":
            if not arrived:
                wrong.append(f"notice {key} is called sent and never arrived")
            elif notice["accepted_at"] < arrived[0].at:
                wrong.append(f"notice {key} was called accepted before it arrived")
        case "superseded":
            by = night.by(notice["created_at"], SEND + _retries(len(tried)))
            if closed is None or (by is not None and closed > by):
                wrong.append(f"notice {key} was superseded although it was due for long")
            gone = [r for r in night.rows if r.kind == FactKind.NOTICE_SUPERSEDED]
            if not any(r.refs["notice"] == notice["id"] for r in gone):
                wrong.append(f"notice {key} was superseded without a row")
        case state:
            wrong.append(f"notice {key} is left {state}")
    if len(arrived) > 1 + uncertain - (notice["state"] == "superseded"):
        wrong.append(f"notice {key} arrived {len(arrived)} times with {uncertain} uncertain attempts")
    for entry in arrived[1:]:
        if REPEATED not in entry.text.partition("\n")[0]:
            wrong.append(f"notice {key} arrived again and does not say so")
    if notice["event"] in TELLING and closed is not None:
        approved = notice["organisation"] is not None and _approved(night, notice["incident"])
        back = _back(night, notice, closed)
        if not approved and any(closed < start and (back is None or start < back) for start in tried):
            wrong.append(f"notice {key} was sent although somebody had taken the incident")
    if arrived:
        _texts(notice, arrived, _first(night, notice), wrong)
        by = night.by(notice["created_at"], SEND + _retries(len(tried)))
        found.arrival.append((arrived[0].at - notice["created_at"]).total_seconds())
        if by is not None and arrived[0].at > by:
            wrong.append(f"notice {key} queued {notice['created_at']:%X} arrived {arrived[0].at:%X.%f}")


def _texts(notice: Any, arrived: Sequence[Entry], first: bool, wrong: list[str]) -> None:
    if notice["event"] not in TELLING:
        return
    for entry in arrived:
        if notice["late"] is not None and "trễ" not in entry.text:
            wrong.append(f"notice {notice['key']} is late and does not say so: {entry.text!r}")
        if notice["skipped"] and notice["organisation"] is None and "gộp các bước" not in entry.text.lower():
            wrong.append(f"notice {notice['key']} stands for others and does not say so: {entry.text!r}")
        if first and "nhắc lại lần" in entry.text:
            wrong.append(f"notice {notice['key']} is the first of its step and calls itself a repeat: {entry.text!r}")


def _first(night: Records, notice: Any) -> bool:
    """Return True when nobody was to be told by that step, or a repeat of it, before: in its round, or in the one that
    somebody moved up to the next step."""
    step = notice["step"]
    moved = {r.refs["round"] for r in night.of[notice["incident"]] if r.kind == FactKind.INCIDENT_ESCALATED}
    rounds = {notice["round"], notice["round"] - (notice["round"] in moved)}
    mine = (n for n in night.outbox if n["incident"] == notice["incident"] and n["round"] in rounds)
    told = {n["step"] for n in mine if n["event"] in TELLING and n["created_at"] < notice["created_at"]}
    return not any(min(n, LAST) == min(step, LAST) for n in told) if step is not None else False


def _closed(night: Records, notice: Any) -> datetime | None:
    """Return when the reason of a notice was gone: its round taken or over, the incident over."""
    seen = 0
    for row in night.of[notice["incident"]]:
        match row.kind:
            case FactKind.INCIDENT_REOPENED if notice["event"] == "restored" and row.ts >= notice["created_at"]:
                return row.ts
            case FactKind.INCIDENT_RESTORED if notice["event"] != "restored" and row.ts >= notice["created_at"]:
                return row.ts
            case FactKind.INCIDENT_ACKNOWLEDGED if seen == notice["round"] and notice["event"] in TELLING:
                return row.ts
            case FactKind.INCIDENT_ACK_EXPIRED if seen == notice["round"] and notice["event"] == "acknowledged":
                return row.ts
            case FactKind.INCIDENT_CHANGED if "round" in row.refs:
                if seen == notice["round"] and notice["event"] in TELLING:
                    return row.ts
                seen += 1
            case FactKind.INCIDENT_ESCALATED if row.refs["was"] == "acknowledged":
                if seen == notice["round"] and notice["event"] == "acknowledged":
                    return row.ts
                seen += 1
            case FactKind.INCIDENT_ACK_EXPIRED:
                seen += 1
    return None


def _back(night: Records, notice: Any, closed: datetime) -> datetime | None:
    """Return when the fault was back in the notice's round, so that the notice was owed again; None when it was not."""
    back = (r for r in night.of[notice["incident"]] if r.kind == FactKind.INCIDENT_REOPENED and r.ts >= closed)
    found = next(back, None)
    return found.ts if found is not None and found.refs["round"] == notice["round"] else None


def _approved(night: Records, incident: int) -> bool:
    return any(r.kind == FactKind.STEP_APPROVED for r in night.of[incident])


def _end(night: Records, incident: Any, wrong: list[str]) -> None:
    mine = [n for n in night.outbox if n["incident"] == incident["id"]]
    ends = [row.ts for row in night.of[incident["id"]] if row.kind == FactKind.INCIDENT_RESTORED]
    if not ends or incident["restored_at"] is None or incident["hushed"]:
        return  # it flaps still, and its end is told when it rests
    told = {n["person"] for n in mine if n["event"] in ASKED and night.arrived[n["id"]]}
    last = [n for n in mine if n["event"] == "restored" and n["created_at"] >= ends[-1] - timedelta(seconds=0.5)]
    heard = {n["person"] for n in last if night.arrived[n["id"]]}
    if told - heard:
        wrong.append(f"{incident['code']}: {sorted(told - heard)} were told of it and not of its end")
    # A message that was under way when it ended may fail afterwards: its reader hears of an end he knew no begin of.
    tried = {attempt["notice"] for attempt in night.attempts}
    under_way = [n for n in mine if n["event"] in ASKED and (n["uncertain"] or n["id"] in tried)]
    # What was claimed when it ended and is given back leaves no attempt.
    let_go = [n for n in mine if n["event"] in ASKED and n["state"] == "superseded"]
    perhaps = {n["person"] for n in (*under_way, *let_go)}
    if heard - told - perhaps:
        wrong.append(f"{incident['code']}: {sorted(heard - told - perhaps)} were told of its end only")


def _retries(attempts: int) -> float:
    return sum(min(60.0, 2.0**n) * 1.25 for n in range(max(0, attempts - 1))) + 2.0 * max(0, attempts - 1)
