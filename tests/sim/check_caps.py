"""I11 and I12: how much one person may get of one incident, and that every telling names it."""

import re
from collections import Counter

from monitord.domain.group import is_group
from monitord.domain.journal import FactKind
from monitord.domain.notice import Event
from tests.sim.reasons import TELLING
from tests.sim.truth import Truth

RAISED_BY = {
    Event.STEP: (FactKind.STEP_FIRED, FactKind.STEP_APPROVED),
    Event.APPROVAL: (FactKind.STEP_AWAITS_APPROVAL, FactKind.STEP_FIRED),
    Event.CALL_OUT: (FactKind.STEP_FIRED, FactKind.STEP_APPROVED),
    Event.ACKNOWLEDGED: (FactKind.INCIDENT_ACKNOWLEDGED,),
    Event.RESTORED: (FactKind.INCIDENT_RESTORED, FactKind.INCIDENT_RESTORED_TOLD),
    Event.REOPENED: (FactKind.INCIDENT_REOPENED,),
    Event.FLAPPING: (FactKind.INCIDENT_FLAPPING,),
    Event.CHANGED: (FactKind.INCIDENT_CHANGE_TOLD,),
    Event.HANDED: (FactKind.INCIDENT_HANDED,),
    Event.REMINDER: (FactKind.INCIDENT_REMINDER,),
    Event.MERGED: (FactKind.INCIDENT_MERGED, FactKind.INCIDENT_RESTORED),
    Event.ACK_EXPIRED: (FactKind.INCIDENT_ACK_EXPIRED,),
    Event.SENT_BACK: (FactKind.INCIDENT_NOTED,),
    Event.URGED: (FactKind.INCIDENT_URGED,),
    Event.TAKEN_AWAY: (FactKind.INCIDENT_ESCALATED,),
    Event.STORM: (FactKind.STORM_TOLD,),
    Event.STORM_LIST: (FactKind.STORM_LIST_ASKED,),
    Event.COVERAGE: (FactKind.COVERAGE_GAP,),
}
"""What is decided when somebody is told; each such row of an incident's log may tell a person once on a channel."""
FOUND_NOBODY = (FactKind.COVERAGE_GAP, FactKind.STEP_AWAITS_APPROVAL, FactKind.STEP_UNNEEDED)


def judge_caps(truth: Truth, wrong: list[str]) -> None:
    """Nobody gets more messages of an incident than there were decisions to tell of, and each names the incident."""
    decided = {incident: Counter(row.kind for row in rows) for incident, rows in truth.of.items()}
    dead = Counter(row.incident for row in truth.rows if row.kind == FactKind.NOTICE_DEAD)
    got = Counter(
        (n["incident"], n["event"], n["person"], n["channel"], n["organisation"])
        for n in truth.outbox
        if n["incident"] is not None and n["event"] in RAISED_BY
    )
    for (incident, event, person, channel, _), number in got.items():
        cap = sum(decided[incident][kind] for kind in RAISED_BY[event])
        if is_group(person) and event == Event.STEP:  # it hears of a round whose first step found nobody, too
            cap += sum(decided[incident][kind] for kind in FOUND_NOBODY)
        # Who stands in for somebody whom nothing reaches gets that one's message as well.
        if number > cap + (dead[incident] if event in TELLING else 0):
            wrong.append(f"I11: incident {incident}: {person} got {number} {event} by {channel}, decided were {cap}")
    asked = Counter((r.incident, r.actor) for r in truth.rows if r.kind == FactKind.INCIDENT_PICTURE_ASKED)
    drawn = Counter((n["incident"], n["person"]) for n in truth.outbox if n["event"] == Event.PICTURE)
    for who, number in drawn.items():
        # The sketch that follows a ring's first alert, and two pictures for each time that somebody asked.
        if number > 1 + 2 * asked[who]:
            wrong.append(f"I11: incident {who[0]}: {who[1]} got {number} pictures, asked {asked[who]} times")
    codes = {incident["id"]: incident["code"] for incident in truth.incidents}
    for notice in truth.outbox:
        if notice["event"] in TELLING and notice["incident"] is not None:
            for letter in truth.letters[notice["id"]]:
                if codes[notice["incident"]] not in letter.first:
                    wrong.append(f"I12: letter {letter.number} does not name {codes[notice['incident']]}")
    _groups(truth, wrong)


def _groups(truth: Truth, wrong: list[str]) -> None:
    """A group is tried at most twenty times a minute, and no name or number of a person stands there."""
    tries = [t for t in truth.history.telegram.tries if t.chat.startswith("-")]
    for first in tries:
        minute = [t for t in tries if first.at <= t.at < first.at + 60 and t.life == first.life]
        if len(minute) > 20:
            wrong.append(f"I11: {len(minute)} messages to a group in the minute from {first.at:.1f}")
    for letter in truth.history.telegram.letters:
        if letter.chat.startswith("-") and re.search(r"Người \w|02990000000", letter.first + letter.text):
            wrong.append(f"I13: letter {letter.number} names a person in a group")
