"""Cases that no test bears, each with its reason: it does not apply, or it waits for something that is not there.

What waits begins with "waits for"; whoever builds that takes the line away and marks a test.
"""

_OTHER_RULE = (
    "does not apply: ours is Nagios's rule, and these percentages are Icinga 2's; the law that every rule keeps is "
    "tested in tests/domain/test_flapping.py"
)
_PUSH = "waits for the check kind that expects a push within a time"

_EVERY_DAY = (
    "does not apply: the quiet hours of a step and the slots of a roster come by hours and days of the week, "
    "months and days of a month are written as dated shifts"
)

NOT_YET = {
    "state": {
        "almost-resolved": "does not apply: up counts at once, there is no number of successes to reach",
        "no-resolve-message": "does not apply: everyone who was told hears the end, there is no switch against it",
        "two-parents-all-needed": "does not apply: a device has one parent; one with two ways in names none",
        "dead-man-grace": _PUSH,
        "dead-man-down": _PUSH,
        "dead-man-edges": _PUSH,
        "dead-man-zone": _PUSH,
        "dead-man-dst": _PUSH,
        "dead-man-paused": _PUSH,
    },
    "flapping": {
        "every-result-changes-icinga2": _OTHER_RULE,
        "change-every-4-icinga2": _OTHER_RULE,
        "change-every-10-icinga2": _OTHER_RULE,
        "burst-then-calm-icinga2": _OTHER_RULE,
        "three-short-losses-icinga2": _OTHER_RULE,
    },
    "uptime": {},
    "escalation": {
        "policy-changed": "does not apply: the policy is frozen into the incident when it opens",
        "rule-added-later": "does not apply: people have no rules of their own, and the policy is frozen at opening",
        "empty-policy": "does not apply: a policy without steps is a mistake in the settings, and they are refused",
        "multi-ack": "does not apply: who takes it takes it for all, one acknowledgement stops the ladder",
        "status-update-off": "does not apply: who was told hears the end, nobody subscribes and nobody leaves",
        "inhibit-both-over": "does not apply: what is held opens no incident, its parent's recovery is the only one",
        "resolved-not-told-but-noted": "does not apply: a channel carries the end of whatever it carried the begin of",
    },
    "roster": {
        "quiet-hours-2": _EVERY_DAY,
        "quiet-hours-4": _EVERY_DAY,
        "quiet-hours-5": _EVERY_DAY,
        "fair-nobody-free": "waits for a draft of the roster that shares duties fairly",
    },
}
