"""Bulletins in English: the body, the request to the leader, and what the other organisation reads."""

from datetime import datetime

from monitord.texts import forms
from monitord.texts.bulletins import BulletinLetter, NightText
from monitord.texts.en import phrases as say


def night(told: NightText) -> str:
    """Return what is told of a time: how the network went, the fullest line, congestion, and what nobody saw."""
    known = told.figures
    local = told.due.astimezone(told.zone)
    state = "the network is stable"
    if known.ran:
        left = known.ran - known.restored
        still = f", {left} still being worked on" if left else ""
        state = f"{known.ran} incident(s), {known.restored} restored{still}"
    elif known.quiet:
        state = f"no incident to tell; {known.quiet} device(s) in maintenance or not seen"
    elif known.unseen:
        state = "no incident was seen"
    elif known.congested:
        state = "nothing was lost"
    peak = "no figures of load"
    if known.peak is not None:
        line = f" on {told.line}" if told.line else ""
        peak = f"peak at {_when(known.peak.at, told)}, highest load {known.peak.percent:.0f}%{line}"
    parts = [state, peak]
    if known.peak is not None or known.congested:
        parts.append(f"{known.congested} line(s) congested" if known.congested else "no congestion")
    if known.unseen:
        parts.append(f"nothing was watched {_spans(told)}")
    return f"{told.name}: up to {local:%H:%M on %d/%m/%Y} {'; '.join(parts)}."


def _when(at: datetime, told: NightText) -> str:
    return forms.instant(at, told.zone) if told.long else forms.clock(at, told.zone)


def _spans(told: NightText) -> str:
    spans = told.figures.unseen
    said = [f"from {_when(start, told)} to {_when(end, told)}" for start, end in spans[:3]]
    more = f" and {len(spans) - 3} more times" if len(spans) > 3 else ""
    return ", ".join(said) + more


def letter(told: BulletinLetter) -> str:
    """Return the letter to its reader."""
    again = " (may repeat an earlier message)" if told.repeat else ""
    if told.asks:
        return forms.lines(
            f"📤 BULLETIN WAITS FOR APPROVAL · {told.name}{again}",
            f"{told.reader}," if told.reader else None,
            f"the bulletin to {told.organisation} waits for you:",
            f"“{told.text}”",
            None if told.late is None else f"⚠️ Asked {say.duration(told.late)} late: the system was interrupted",
            "Without approval nothing is sent.",
        )
    return forms.lines(
        f"📨 BULLETIN · {told.name}{again}",
        f"To: {', '.join(part for part in (told.reader, told.organisation) if part)}.",
        f"{told.unit_name} reports: {told.text}",
        _authority(told),
        f"Contact: {told.contact}." if told.contact else None,
    )


def _authority(told: BulletinLetter) -> str:
    if told.approved_by:
        return f"Approved by: {told.approved_by}."
    by = f" (by {told.order})" if told.order else ""
    return f"Sent automatically, not approved by the unit's leader{by}."
