"""The log in English: a sentence for each kind of journal row."""

from collections.abc import Mapping

from monitord.domain.journal import FactKind
from monitord.domain.notice import DeliveryCause
from monitord.texts.en import alarms, names

LINE = {
    FactKind.DAEMON_STARTED: "The daemon started[, version {version}]",
    FactKind.DAEMON_STOPPED: "The daemon stopped as told",
    FactKind.DAEMON_WAS_DOWN: "The daemon was down[ from {from}][ to {to}]",
    FactKind.CLOCK_STEPPED: "The machine's clock stepped[ by {by} seconds][; it slept {suspended} seconds]",
    FactKind.SETTINGS_LOADED: "Settings loaded[: {devices} devices][, {people} people]",
    FactKind.ROSTER_IMPORTED: "Roster imported[: {added} shifts added][, {removed} removed]",
    FactKind.ROSTER_WRITTEN: "{actor} wrote the roster[ from {file}][: {shifts} shifts][, {units}] (batch {batch})",
    FactKind.ROSTER_OVERLAID: "{actor} changed who is on {duty} ({unit}) from {from} to {to}[: instead of {outgoing}]"
    "[; on duty: {incoming}][: {text}]",
    FactKind.ROSTER_VIEWED: "{actor} looked at the roster with telephone numbers[ ({units})][ ({unit})]"
    "[ from {from}][ to {to}]",
    FactKind.ROSTER_PURGED: "Telephone numbers blanked of who is in no roster for {days} days: {people}[ ({actor})]",
    FactKind.ROSTER_WITHDRAWN: "{actor} took back a change of the roster[, number {overlay}][, batch {batch}]",
    FactKind.PERSON_QUIET: "{actor} takes no calls until {until}, but for severity 1",
    FactKind.PERSON_CALLED: "{actor} takes calls again",
    FactKind.CONTACT_ASKED: "{actor} sent {person} a code by {channel}",
    FactKind.CONTACT_REFUSED: "A code of {person} by {channel} was wrong or too old[ ({actor})]",
    FactKind.CONTACT_VERIFIED: "{person} confirmed the address for {channel}[ ({actor})]",
    FactKind.SWAP_ASKED: "{actor} asked for swap {swap} ({duty}, {unit}) from {from} to {to}[, of {named}][: {text}]",
    FactKind.SWAP_TAKEN: "Swap {swap}: {actor} would stand in for {whom} ({duty}, {unit}) from {from} to {to}",
    FactKind.SWAP_APPROVED: "Swap {swap}: {actor} approved, {taker} stands in for {whom} ({duty}, {unit})"
    " from {from} to {to}",
    FactKind.SWAP_DECLINED: "Swap {swap}: {actor} declined, {whom} stays on duty from {from} to {to}",
    FactKind.SWAP_WITHDRAWN: "Swap {swap}: {actor} withdrew it and stays on duty from {from} to {to}",
    FactKind.SWAP_EXPIRED: "Swap {swap}: expired, {whom} stays on duty from {from} to {to}",
    FactKind.LEAVE_NOTED: "{actor}: {whom} is on leave from {from} to {to}[: {text}]",
    FactKind.LEAVE_ENDED: "{actor}: {whom} is not on leave any more",
    FactKind.TARGET_SOFT: "{target}:[ {was} →] {now}[; {cause}][: {detail}]"
    "[; by the device's {first_bad_by} since {first_bad}][ (suspected, {attempt}/{confirm})]",
    FactKind.TARGET_HARD: "{target}:[ {was} →] {now}[; {cause}][: {detail}][; lost {links}][; isolated {isolated}]"
    "[; by the device's {first_bad_by} since {first_bad}] (confirmed)",
    FactKind.TARGET_HAPPENING: "{target}: {happenings}[: {detail}]",
    FactKind.TARGET_REMOVED: "{target}: no longer in the settings[; {incident} is not watched any more]",
    FactKind.TARGET_HELD: "{target}: {health}, not told[ because of {holds}][ ({by})]",
    FactKind.TARGET_RELEASED: "{target}: no longer held back[: {reason}]",
    FactKind.TARGET_FLAPPING: "{target}: flapping[ ({changes} changes)]",
    FactKind.TARGET_CALM: "{target}: came to rest[, {health}]",
    FactKind.BULLETIN_MADE: "Bulletin {bulletin} to {organisation} made[: {text}]",
    FactKind.BULLETIN_ASKED: "Bulletin {bulletin} waits for approval[ by {leaders}]",
    FactKind.BULLETIN_APPROVED: "{actor} approves bulletin {bulletin}[ to {organisation}]",
    FactKind.BULLETIN_SENT: "Bulletin {bulletin} sent[ to {organisation}][: {people}]",
    FactKind.DEADLINE_SENT: "{actor} noted that “{deadline}” was sent to {organisation} at {to}[, number {number}]"
    "[; late by {late_seconds}]",
    FactKind.SHIFT_ASKED: "Asked {person} to take over {duty} ({unit}) from {starts}[ by {channel}]",
    FactKind.SHIFT_TAKEN: "{actor} took over {duty} ({unit}), from {starts} to {ends}"
    "[; knowing that nobody took {known}]",
    FactKind.SHIFT_PRESENT: "{actor} is there ({duty}, {unit}), for the shift from {starts}",
    FactKind.SHIFT_MISSED: "{person} did not take over {duty} ({unit}) from {starts}[; told {people}]",
    FactKind.HANDOVER_GIVEN: "{actor} confirmed to hand over {duty} ({unit}) at {starts}",
    FactKind.HANDOVER_FROZEN: "Handover book frozen ({duty}, {unit}, {starts})[; given by {given_by}]"
    "[; taken by {taken_by}][; not signed: {unsigned}][; digest {digest}]",
    FactKind.BULLETIN_RECEIPT: "{actor}[ ({organisation})] has bulletin {bulletin}",
    FactKind.BULLETIN_LAPSED: "Bulletin {bulletin} is a day old and not approved: it is not sent any more",
    FactKind.BINDING_BEGUN: "{actor} gives out a code by which {person} binds Telegram",
    FactKind.BINDING_SENT: "The code of {person} came[ from the account “{name}”]; to be confirmed",
    FactKind.BINDING_REFUSED: "A code was refused[ from the account “{name}”][: {why}][, try {tries}]",
    FactKind.BINDING_MADE: "{actor} confirms the Telegram account of {person}",
    FactKind.BINDING_ENDED: "{actor} ends the binding of {person}",
    FactKind.WINDOW_SET: "{actor}: {kind} {scope}[ from {from}][ to {to}][; leader: {leader}][: {text}]",
    FactKind.WINDOW_ENDED: "{actor}: {kind} {scope}[ of {from}] ended early[: {text}]",
    FactKind.INCIDENT_OPENED: "Incident {incident} opened[: {target}][ – {health}][, severity {severity}][; {cause}]"
    "[; began about {first_bad}][, detected {detected}][; recurrence {recurrence}]",
    FactKind.INCIDENT_CHANGED: "{incident}:[ {was} →] {health}[; severity {severity_was} → {severity}]"
    "[; {cause}][: {detail}]",
    FactKind.INCIDENT_CHANGE_TOLD: "{incident}: told that it has changed:[ {was} →] {health}",
    FactKind.INCIDENT_ACKNOWLEDGED: "{incident}: {actor}[ ({duty})] took it; escalation stopped"
    "[; holds until {expires}]",
    FactKind.INCIDENT_PRESSED_AGAIN: "{incident}: {actor} pressed “take it”[ when it was {phase}][; taken by {by}]",
    FactKind.INCIDENT_UNCHANGED: "{incident}: {actor} did the same again ({what}), nothing changed[; it was {phase}]",
    FactKind.INCIDENT_ACK_EXPIRED: "{incident}: overdue, not restored; told anew from the start"
    "[ ({actor} had taken it)]",
    FactKind.INCIDENT_NOTED: "{incident}: {actor}[ ({duty})] knows of it",
    FactKind.INCIDENT_URGED: "{incident}: {actor}[ ({duty})] calls the shift to take it[: {people}]",
    FactKind.INCIDENT_RECEIPT: "{incident}: {actor}[ ({organisation})] confirmed the report",
    FactKind.INCIDENT_RESTORED: "{incident}: restored[ at {restored}][, outage {outage_seconds}]"
    "[; not seen between {unknown_from} and {unknown_to}]",
    FactKind.INCIDENT_RESTORED_TOLD: "{incident}: its restoration is told[ ({reason})]",
    FactKind.INCIDENT_REOPENED: "{incident}: back again[, time {times}][ – {health}][; {cause}]"
    "[; since about {first_bad}]",
    FactKind.INCIDENT_FLAPPING: "{incident}: flapping; the changes are not told one by one",
    FactKind.INCIDENT_ESCALATED: "{incident}: {actor}[ ({duty})] escalated it at once",
    FactKind.INCIDENT_HANDED: "{incident}: {actor} handed it to {to}",
    FactKind.INCIDENT_REMINDER: "{incident}: {actor} wants to be reminded[ at {until}]",
    FactKind.INCIDENT_ETA: "{incident}: {actor} expects restoration[ at {eta}]",
    FactKind.INCIDENT_NOTE: "{incident}: {actor} noted[ ({internal})][: {text}]",
    FactKind.INCIDENT_INSTRUCTED: "{incident}: {actor}[ ({duty})] instructed[: {text}]",
    FactKind.INCIDENT_CALL: "{incident}: {actor} called[ {whom}][ at {called}][, {answered}][: {text}]",
    FactKind.INCIDENT_DIARY: "{incident}: {event}[ at {happened}][: {text}]",
    FactKind.INCIDENT_CAUSE: "{incident}: probably {suspect}"
    "[; no mains since {mains_lost}][; lost {links}][; segment {segments}][; {onts}]",
    FactKind.INCIDENT_TICKET: "{incident}: ticket of the network operations centre: {ticket}",
    FactKind.INCIDENT_CORRECTED: "{incident}: {actor} corrected row {row}: {text}[; reason: {reason}]",
    FactKind.INCIDENT_FIXED: "{incident}: {actor} says it is repaired[ since {fixed}]",
    FactKind.INCIDENT_CLOSE_PROPOSED: "{incident}: {actor} proposed closing it[; cause: {cause_text}]"
    "[; measures: {measures}]",
    FactKind.INCIDENT_CLOSED: "{incident}: {actor} closed it[; cause: {cause_text}][; measures: {measures}]",
    FactKind.STORM_CARRIES: "{incident}: told within the widespread outage {storm}",
    FactKind.STORM_LEFT: "{incident}: the widespread outage {storm} is over, told by itself",
    FactKind.STORM_WAVE: "{incident}: told anew from the start[, wave {wave}][, {count} more incidents]"
    "[, severity {severity_was} → {severity}]",
    FactKind.STORM_TOLD: "{incident}: update {summary}: {running} incidents, {sites} sites lost; {fresh} new, "
    "{restored} restored",
    FactKind.STORM_LIST_ASKED: "{incident}: {actor}[ ({duty})] asked for the list of the widespread outage",
    FactKind.INCIDENT_PICTURE_ASKED: "{incident}: {actor}[ ({duty})] asked for its pictures",
    FactKind.INCIDENT_MERGED: "{incident}: merged into {into}[ ({actor})]",
    FactKind.INCIDENT_CONFIRMED: "{incident}: {actor} confirmed it[, severity {severity}]",
    FactKind.INCIDENT_DISMISSED: "{incident}: {actor} dismissed it[: {reason}]",
    FactKind.STEP_QUIET: "{incident}: step {step} waits for the end of its quiet hours[, {until}]",
    FactKind.STEP_MUTED: "{incident}:[ step {step}][ {timer}] muted[ until {until}]",
    FactKind.STEP_FIRED: "{incident}: step {step}[, tells {ref}][: {people}][ ({call})][; standing in: {stand_ins}]"
    "[; {late_seconds} late][; includes step {skipped}]",
    FactKind.STEP_SKIPPED: "{incident}: step {step}[ ({ref})][, due {due},] not sent by itself"
    "[, told by step {told_by_step}]",
    FactKind.STEP_UNNEEDED: "{incident}: step {step}[ ({ref})] not needed[: {reason}]",
    FactKind.STEP_AWAITS_APPROVAL: "{incident}: the report to {organisation} waits for approval[ by {leaders}]",
    FactKind.STEP_APPROVED: "{incident}: {actor} approved the report to {organisation}",
    FactKind.STEP_DECLINED: "{incident}: {actor} decides not to report to {organisation} yet[, reason: {reason}]",
    FactKind.COVERAGE_SEEN: "The roster lacks somebody: {unit}, {duty}, from {from}[ to {to}] ({have} of {need})",
    FactKind.COVERAGE_CLOSED: "The roster lacks nobody any more: {unit}, {duty}, from {from}[ to {to}][ ({reason})]",
    FactKind.HOURS_VIEWED: "{actor} looked at the duty hours of {whom}, from {from} to {to}",
    FactKind.COVERAGE_GAP: "Nobody on duty:[ {unit},] nobody found[ for {ref}][ ({incident})]",
    FactKind.NOTICE_QUEUED: "{incident}:[ “{event}”][ to {person}][ by {channel}] waits to be sent",
    FactKind.NOTICE_ACCEPTED: "{incident}:[ {channel}] accepted[ “{event}”][ to {person}][ ({organisation})]"
    "[, in digest {bundle}]",
    FactKind.NOTICE_FAILED: "{incident}:[ “{event}”][ to {person}][ by {channel}] not sent yet[: {cause}]"
    "; trying again",
    FactKind.NOTICE_UNCERTAIN: "{incident}:[ “{event}”][ to {person}][ by {channel}] may have arrived[: {cause}]"
    "; sending again, marked as a possible repeat",
    FactKind.NOTICE_SUPERSEDED: "{incident}:[ “{event}”][ to {person}][ by {channel}] withdrawn[: {reason}]",
    FactKind.NOTICE_DEAD: "{incident}:[ “{event}”][ to {person}][ by {channel}] undeliverable[: {cause}]",
    FactKind.CHANNEL_ADDED: "{incident}:[ “{event}”][ to {person}] is sent[ by {added}] as well",
    FactKind.PRESS_REFUSED: "A press was refused[, by {actor}][, who says “{name}”][: {why}][ ({incident})]",
    FactKind.CHANNEL_CONFLICT: "Somebody else uses our bot's token[ on {channel}][, for {seconds}]",
    FactKind.CHANNEL_FAILS: "{channel} does not work[ since {since}][: {cause}]",
    FactKind.CHANNEL_WORKS: "{channel} works again[; it had failed since {since}]",
    FactKind.DISK_FULL: "The disk is full, the log cannot be written",
    FactKind.JOURNAL_ANCHORED: "Anchor of the journal[ number {number}][, up to row {seq}] sent[ to {people}]",
    FactKind.AUDIT_ALARM: "The administrators are told[: {finding}][, since {since}]",
    FactKind.AUDIT_OVER: "The audit finds no longer[: {finding}][, since {since}]",
}


def codes(kind: str) -> Mapping[str, Mapping[str, str]]:
    """Return the words for the codes of a row of that kind, by key. In a notice's row `cause` is about delivery."""
    common = {"channel": names.CHANNEL, "added": names.CHANNEL, "why": names.REFUSAL, "reason": names.REASON}
    common |= {"stand_ins": {"between": "for"}, "holds": {str(h): w for h, w in names.HOLD.items()}}
    common |= {"kind": names.WINDOW, "answered": names.ANSWERED, "internal": {"1": "internal"}}
    common |= {"call": {"1": "asked to call"}}
    if kind == FactKind.INCIDENT_DIARY:
        common |= {"event": {str(d): w for d, w in names.DIARY.items()}}
    # A return to what was settled before waits for no confirmation.
    common |= {"finding": {str(kind): what for kind, what in alarms.WHAT.items()}}
    common |= {"first_bad_by": names.BEGUN_BY, "attempt": {"0": ""}, "duty": names.TAKEN_AS, "timer": names.TIMER}
    common |= {"unsigned": {"giving": "who gave", "taking": "who took"}}
    common |= {"suspect": names.SUSPECT, "what": names.TOUCH}
    if kind.startswith("notice."):
        return common | {"cause": {str(c): w for c, w in names.DELIVERY_CAUSE.items() if c is not DeliveryCause.FINE}}
    return common
