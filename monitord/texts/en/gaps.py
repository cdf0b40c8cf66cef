"""English: what a roster lacks, in messages and tables."""

PAGE = {
    "gaps_title": "📅 THE ROSTER LACKS PEOPLE · {unit}",
    "gaps_to_owner": "To whoever keeps the roster:",
    "gaps_to_duty": "To the {duty}:",
    "gaps_empty": "• {duty}: nobody from {start} to {end} ({need} needed)",
    "gaps_few": "• {duty}: {lacking} missing from {start} to {end} ({have} of {need})",
    "gaps_ends": "• {duty}: the roster ends at {start}",
    "gaps_few_on": "• {duty}: {lacking} missing from {start} on ({have} of {need})",
    "gaps_more": "• and {more} more: monitord roster gaps --unit {unit}",
    "gaps_handover": "Handover of the unit: {at}",
    "gaps_ask": "Please fill the roster before these times.",
    "gaps_filled": "📅 The roster of the unit is complete.",
}
TABLE = {
    "fault": "What the roster has",
    "owner": "Keeps the roster",
    "people": "Persons",
    "fault_missing": "{lacking} missing ({have} of {need})",
    "fault_doubled": "{spare} too many ({have}, {need} at most)",
    "fault_twice": "the same person at once: {also}",
    "fault_too_long": "more than 24 hours on duty at a stretch",
    "fault_short_rest": "less than 12 hours of rest between two shifts",
    "fault_on_leave": "on leave and planned all the same",
    "fault_unreachable": "no address that a message reaches",
    "covered": "{unit}: complete from {start} to {end}.",
    "not_covered": "{unit}: {number} times with somebody missing from {start} to {end}.",
    "campaign_holds": "{name}: from {start} to {end}, level {level}",
    "campaign_order": "by {orders}",
    "share": "{name}, from {start} to {end}: {hours} hours on duty, of which night (22:00–06:00) {nights}, "
    "holidays {holidays}, Tết {tet}",
    "campaign_report": "reports due: {reports}",
}
