"""When the reason of a notice was gone, by the journal."""

from typing import Any

from monitord.domain.journal import FactKind
from tests.sim.truth import Truth

ASKING = ("step", "approval")
TELLING = (*ASKING, "sent_back", "urged", "taken_away")


def closed(truth: Truth, notice: Any) -> float | None:
    """Return the true instant at which the reason of a notice was gone."""
    event = notice["event"]
    if event == "channel_state":
        # That a channel fails need not be told once it works again.
        turn, channel, *_ = notice["subject"].split("@")
        back = [truth.at(r) for r in truth.rows if r.kind == FactKind.CHANNEL_WORKS and r.refs["channel"] == channel]
        return next((at for at in back if at >= truth.queued(notice)), None) if turn == "fails" else None
    if notice["incident"] is None or event in ("coverage", "channel_broken", "merged", "storm_list"):
        return None
    if event == "picture" and not notice["subject"].endswith("@first"):
        return None  # somebody asked for it
    asked_again = _asked_again(truth, notice) or _reminded_anew(truth, notice)
    gone = _closed(truth, notice, truth.queued(notice))
    return min((at for at in (asked_again, gone) if at is not None), default=None)


def _asked_again(truth: Truth, notice: Any) -> float | None:
    """Return when a later step of the same round asked the same person by the same way: that one says it all."""
    same = ("incident", "event", "person", "channel", "organisation", "round")
    if notice["event"] != "step":
        return None
    later = (n for n in truth.outbox if n["id"] > notice["id"] and all(n[name] == notice[name] for name in same))
    return min((truth.queued(n) for n in later), default=None)


def _reminded_anew(truth: Truth, notice: Any) -> float | None:
    """Return when the same person said anew when to be reminded: the last word counts."""
    if notice["event"] != "reminder":
        return None
    same = ("incident", "event", "person")
    anew = [n for n in truth.outbox if n["id"] > notice["id"] and all(n[name] == notice[name] for name in same)]
    at = [n["created_at"].timestamp() for n in anew if n["subject"] != notice["subject"]]
    return truth.queued(notice) if at else None


def _closed(truth: Truth, notice: Any, queued: float) -> float | None:
    seen, event = 0, notice["event"]
    for row in truth.of[notice["incident"]]:
        at = truth.at(row)
        match row.kind:
            case FactKind.INCIDENT_REOPENED:
                if event == "restored" and at >= queued:
                    return at
                seen = row.refs["round"]
            case FactKind.INCIDENT_RESTORED if event != "restored" and at >= queued:
                if not (event == "flapping" and row.refs.get("hushed")):
                    return at
            case FactKind.INCIDENT_RESTORED_TOLD if event == "flapping" and at >= queued:
                return at
            case FactKind.INCIDENT_ACKNOWLEDGED if seen == notice["round"] and event in TELLING:
                return at
            case FactKind.INCIDENT_ACK_EXPIRED:
                if (seen == notice["round"] and event in TELLING) or (event == "acknowledged" and at >= queued):
                    return at
                seen += 1
            case FactKind.INCIDENT_ESCALATED if row.refs["was"] == "acknowledged":
                if (seen == notice["round"] and event in TELLING) or (event == "acknowledged" and at >= queued):
                    return at
                seen += 1
            case FactKind.STORM_CARRIES:
                if event in (*TELLING, "reopened", "changed", "picture") and at >= queued:
                    return at
                seen = row.refs["round"]
            case FactKind.INCIDENT_CHANGE_TOLD if event == "changed" and at > queued:
                return at
            case FactKind.STORM_TOLD if event == "storm" and at > queued:
                return at
            case FactKind.STORM_WAVE | FactKind.STORM_LEFT:
                if (seen == notice["round"] and event in TELLING) or (event == "acknowledged" and at >= queued):
                    return at
                seen += 1
            case FactKind.INCIDENT_CHANGED if "round" in row.refs:
                if seen == notice["round"] and event in TELLING:
                    return at
                seen += 1
    return None


def away(truth: Truth, notice: Any) -> list[tuple[float, float]]:
    """Return the times in which the reason of a notice was gone; one that comes back in its round is owed again."""
    gone = closed(truth, notice)
    if gone is None:
        return []
    found: list[tuple[float, float]] = []
    since: float | None = gone
    for row in truth.of[notice["incident"]]:
        at = truth.at(row)
        if at <= gone:
            continue
        if row.kind == FactKind.INCIDENT_REOPENED and since is not None:
            if row.refs["phase"] == "open" and row.refs["round"] == notice["round"]:
                found.append((since, at))
                since = None
        elif row.kind in (FactKind.INCIDENT_RESTORED, FactKind.INCIDENT_ACKNOWLEDGED) and since is None:
            since = at
    return found if since is None else [*found, (since, truth.history.ended)]
