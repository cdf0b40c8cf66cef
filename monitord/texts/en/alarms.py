"""What an administrator is told, in English, when the desk finds that it does not work as it must."""

from monitord.domain.finding import WARNINGS, FindingKind
from monitord.texts import forms
from monitord.texts.en.phrases import duration
from monitord.texts.story import Alarm

WHAT = {
    FindingKind.INCIDENT_WITHOUT_TIMER: "an incident runs and nothing is set to tell of it again",
    FindingKind.TIMER_OVERDUE: "it was time to tell the next, and nobody was told",
    FindingKind.LEASE_OVERDUE: "a message has been under way for too long",
    FindingKind.NOTICE_WAITS: "messages about an incident are due and nothing sends them",
    FindingKind.NOBODY_ON_DUTY: "nobody on duty can be told",
    FindingKind.GAP_AHEAD: "a duty will be empty within 24 hours",
    FindingKind.CONTACT_DOUBTFUL: "somebody on duty within 24 hours may not get our messages",
    FindingKind.CHAIN_BROKEN: "the journal was changed, or rows are missing",
    FindingKind.AUDIT_FAILED: "the desk cannot audit itself",
}
_CALL = "Please call whoever is on duty about these incidents at once, then restart monitord."
TO_DO = {
    FindingKind.INCIDENT_WITHOUT_TIMER: _CALL,
    FindingKind.TIMER_OVERDUE: _CALL,
    FindingKind.LEASE_OVERDUE: "Please check line and channel; restart monitord if it does not pass by itself.",
    FindingKind.NOTICE_WAITS: "Please call whoever is on duty at once, then check the channel and restart monitord.",
    FindingKind.NOBODY_ON_DUTY: "Please fill the roster or add an address at once; stay by the telephone until then.",
    FindingKind.GAP_AHEAD: "Please fill the roster before that.",
    FindingKind.CONTACT_DOUBTFUL: "Please call and have a message answered: "
    "monitord channel verify PERSON CHANNEL; else put somebody else on duty.",
    FindingKind.CHAIN_BROKEN: "Please leave machine and data as they are, tell your leader, run: monitord log verify",
    FindingKind.AUDIT_FAILED: "Please check disk and machine; read the service's log: journalctl -u monitord",
}
_STAYS = "The break is no longer among the newest rows, and it is still in the journal: monitord log verify"


def alarm(alarm: Alarm) -> str:
    """Return the text to an administrator."""
    again = " (may repeat an earlier message)" if alarm.repeat else ""
    since, lasted = forms.instant(alarm.since, alarm.zone), duration(alarm.now - alarm.since)
    if alarm.over:
        broken = alarm.kind is FindingKind.CHAIN_BROKEN
        return forms.lines(
            f"{'⚠️ THE AUDIT FINDS IT NO LONGER' if broken else '🟢 WORKS AGAIN'}{again}",
            f"• Before: {WHAT[alarm.kind]}",
            f"• Since {since}, for {lasted}",
            _STAYS if broken else None,
        )
    return forms.lines(
        f"{'⚠️ PLEASE NOTE' if alarm.kind in WARNINGS else '🛑 THE DESK IS IN TROUBLE'}: {WHAT[alarm.kind]}{again}",
        f"• Since {since}, for {lasted}",
        _items(alarm),
        TO_DO[alarm.kind],
    )


def _items(alarm: Alarm) -> str | None:
    if not alarm.items:
        return f"• How many: {forms.number(alarm.count, ',')}" if alarm.count > 1 else None
    row = "row " if alarm.kind is FindingKind.CHAIN_BROKEN else ""
    named = [
        f"{row}{item.name}{f' from {forms.instant(item.at, alarm.zone)}' if item.at else ''}" for item in alarm.items
    ]
    more = f"; {forms.number(alarm.count, ',')} in all" if alarm.count > len(named) else ""
    return f"• These: {', '.join(named)}{more}"
