"""English names of everything that is a member of a closed set."""

from monitord.domain.health import Cause, Happening, Health, Hold
from monitord.domain.incident import Diary, Phase
from monitord.domain.notice import Button, Delivery, DeliveryCause, Event, NoticeState
from monitord.texts.story import ToldState

SEVERITY = {1: "Critical", 2: "Major", 3: "Minor", 4: "Low"}

HEALTH = {
    Health.UP: "up",
    Health.DEGRADED: "degraded",
    Health.DOWN: "unreachable",
    Health.GARBLED: "answers nonsense",
    Health.AUTH: "access refused",
    Health.UNKNOWN: "not known",
}

CAUSE = {
    Cause.FINE: "fine",
    Cause.NO_ANSWER: "no answer",
    Cause.REFUSED: "connection refused",
    Cause.UNREACHABLE: "no route to it",
    Cause.BAD_ANSWER: "unreadable answer",
    Cause.WRONG_OBJECT: "answer to another question",
    Cause.NOT_SUPPORTED: "device does not know what was asked",
    Cause.WRONG_TYPE: "answer of the wrong type",
    Cause.AGENT_ERROR: "device reported an error",
    Cause.TOO_LARGE: "answer too large",
    Cause.ACCESS_DENIED: "wrong user or password",
    Cause.NOT_LOOKED: "could not be looked at",
    Cause.NAME_NOT_RESOLVED: "host name not resolved",
    Cause.DEVICE_SILENT: "not known while the device is silent",
    Cause.NO_SUCH_INTERFACE: "no interface of that name",
    Cause.INTERFACE_DOWN: "port is switched on but has no link",
    Cause.TABLE_INCOMPLETE: "list of ports not read to its end",
    Cause.BAD_STATUS: "page reports an error",
    Cause.TEXT_MISSING: "page lacks its text",
    Cause.TEXT_FORBIDDEN: "page shows text it must not",
    Cause.SLOW: "slow answer",
    Cause.TIMED_OUT: "no answer in time",
    Cause.REDIRECT: "page sends elsewhere",
    Cause.TLS: "certificate or TLS error",
    Cause.HTTP_PROTOCOL: "page breaks the protocol",
    Cause.CHECK_FAILED: "the check itself failed",
    Cause.BLIND: "many devices silent at once, perhaps our own line",
    Cause.REPORTED: "reported by somebody",
    Cause.ON_BATTERY: "on battery",
    Cause.BATTERY_LOW: "battery low",
    Cause.LINK_BOTH_ENDS: "both ends report no signal",
    Cause.LINK_ONE_END: "one end reports no signal",
    Cause.LINK_SILENT: "one end reports no signal, the other does not answer",
    Cause.RING_OPEN: "one way round the ring has no signal, services run the other way",
    Cause.RING_SPLIT: "ways round the ring have no signal, the devices between do not answer",
    Cause.SITE_SILENT: "no device there answers",
    Cause.AREA_MAINS: "several places of the area have lost the mains",
    Cause.AREA_SILENT: "no place of the area answers",
    Cause.CONGESTED: "the load is over its limit",
    Cause.AREA_CUSTOMERS: "subscribers of several PON ports of the area said that their power failed",
    Cause.PON_LIGHT: "many subscribers of one PON port lost their light",
    Cause.PON_POWER: "many subscribers of one PON port said that their power failed",
    Cause.PON_LOST: "many subscribers of one PON port are lost, it is not known why",
    Cause.STORM: "many incidents of the unit at once",
    Cause.CABLE_CUT: "every link that is watched along the segment has no signal",
}

RING = {**HEALTH, Health.DEGRADED: "open, services run", Health.DOWN: "split, devices isolated"}
"""What the healths of a ring are called."""
POWER_CAUSES = frozenset({Cause.ON_BATTERY, Cause.BATTERY_LOW, Cause.SITE_SILENT, Cause.AREA_MAINS, Cause.AREA_SILENT})
POWER = {**HEALTH, Health.DEGRADED: "On battery"}
"""How a place or a power area is as a whole."""

RING_CAUSES = frozenset({Cause.RING_OPEN, Cause.RING_SPLIT})

PHASE = {
    Phase.OPEN: "not taken",
    Phase.ACKNOWLEDGED: "taken",
    Phase.RESTORED: "restored",
    Phase.FIXED: "repaired",
    Phase.CLOSED: "closed",
}

HOLD = {
    Hold.PARENT: "unreachable behind another device",
    Hold.MAINTENANCE: "maintenance",
    Hold.FLAPPING: "flapping",
    Hold.MUTE: "muted",
    Hold.BLIND: "blind",
}

HAPPENING = {
    Happening.RESTARTED: "device restarted",
    Happening.RENUMBERED: "device renumbered its ports",
    Happening.FINGERPRINT: "fingerprint of the page",
    Happening.PAGE_CHANGED: "page is not the one agreed on",
    Happening.STRANGE_DEVICE: "another device answers",
    Happening.PEAK: "the highest load so far",
}

EVENT = {
    Event.STEP: "incident",
    Event.ACKNOWLEDGED: "taken",
    Event.RESTORED: "restored",
    Event.REOPENED: "back again",
    Event.CHANGED: "it has changed",
    Event.FLAPPING: "flapping",
    Event.HANDED: "handed over",
    Event.STORM: "widespread outage, update",
    Event.STORM_LIST: "widespread outage, list",
    Event.PICTURE: "picture of the incident",
    Event.BOUND: "account bound",
    Event.BINDING: "somebody's account changed",
    Event.UNBOUND: "account no longer bound",
    Event.DEADLINE: "reminding of a deadline",
    Event.SHIFT_ASK: "taking over a shift",
    Event.SHIFT_UNREAD: "taking over: incidents that nobody has",
    Event.SHIFT_MISSED: "nobody came on duty yet",
    Event.SHIFT_CAME: "who was missed has come",
    Event.HANDOVER: "handing a shift over",
    Event.HANDED_OVER: "shift handed over",
    Event.CONTACT_CODE: "code of a contact",
    Event.SWAP: "swap of duty",
    Event.SWAP_EDIT: "edit: swap",
    Event.BULLETIN_ASK: "bulletin for approval",
    Event.BULLETIN: "bulletin",
    Event.MERGED: "merged",
    Event.REMINDER: "reminder",
    Event.ACK_EXPIRED: "overdue, not restored",
    Event.APPROVAL: "request for approval",
    Event.CALL_OUT: "a call is asked for",
    Event.TAKEN_AWAY: "escalated by somebody else",
    Event.SENT_BACK: "asked again after a leader noted it",
    Event.URGED: "a leader calls the shift",
    Event.GAPS_AHEAD: "the roster lacks people",
    Event.COVERAGE: "nobody on duty",
    Event.CHANNEL_BROKEN: "channel trouble",
    Event.CHANNEL_STATE: "state of a channel",
    Event.TEST: "test",
    Event.CANARY: "channel canary",
    Event.BALANCE: "balance question",
    Event.TAKEN_EDIT: "edit: taken",
    Event.RESTORED_EDIT: "edit: restored",
    Event.MENU_EDIT: "edit: menu",
    Event.ANCHOR: "anchor of the journal",
    Event.ALARM: "trouble of the desk itself",
    Event.ALARM_OVER: "trouble of the desk is over",
}

NOTICE_STATE = {
    NoticeState.PENDING: "waiting",
    NoticeState.LEASED: "being sent",
    NoticeState.SENT: "sent",
    NoticeState.SUPERSEDED: "withdrawn",
    NoticeState.DEAD: "undeliverable",
}

DELIVERY = {
    Delivery.ACCEPTED: "accepted by the channel",
    Delivery.NOT_SENT: "not sent yet",
    Delivery.UNCERTAIN: "may have arrived",
    Delivery.PERMANENT: "undeliverable",
}

DELIVERY_CAUSE = {
    DeliveryCause.FINE: "fine",
    DeliveryCause.CONNECT: "no connection",
    DeliveryCause.POOL: "no free connection of our own",
    DeliveryCause.TIMED_OUT: "no answer in time",
    DeliveryCause.CONNECTION_LOST: "connection lost half-way",
    DeliveryCause.RATE_LIMITED: "the channel asks for a slower pace",
    DeliveryCause.BLOCKED: "the recipient blocked us or left",
    DeliveryCause.BAD_REQUEST: "the channel refuses the message",
    DeliveryCause.NO_SUCH_CHAT: "no such recipient on the channel",
    DeliveryCause.MIGRATED: "the recipient's address changed",
    DeliveryCause.REJECTED: "the channel rejects our access",
    DeliveryCause.SERVER_ERROR: "the channel's server reports an error",
    DeliveryCause.BAD_ANSWER: "the channel's answer is unreadable",
    DeliveryCause.NO_ANSWER: "nobody answered, or pressed a key",
    DeliveryCause.CERTIFICATE: "the channel's certificate is not valid",
    DeliveryCause.NO_SIGNAL: "the modem has no signal",
    DeliveryCause.NOT_REGISTERED: "the modem is registered in no network",
    DeliveryCause.CANARY_LOST: "its test messages do not come back",
    DeliveryCause.NO_ADDRESS: "no address of the recipient",
    DeliveryCause.NOT_CONFIGURED: "the channel is not configured",
    DeliveryCause.LEASE_EXPIRED: "no result in time",
    DeliveryCause.RESTART: "restart while sending",
    DeliveryCause.UNEXPECTED: "unforeseen error",
}

TOLD_STATE = {
    ToldState.WAITING: "being sent",
    ToldState.ACCEPTED: "sent, no confirmation yet",
    ToldState.UNCERTAIN: "may have arrived",
    ToldState.FAILED: "not sent yet",
    ToldState.NOTED: "knows of it",
    ToldState.RECEIPT: "report received",
    ToldState.TAKEN: "took it",
}

BUTTON = {
    Button.TAKE: "✅ Take it",
    Button.NOTED: "✅ I know of it",
    Button.RECEIPT: "✅ Report received",
    Button.SENT: "📤 Sent",
    Button.SHIFT: "✍️ I take over",
    Button.SHIFT_KNOWN: "✍️ Take over, known:",
    Button.SHIFT_GIVE: "✍️ I hand over",
    Button.NO_CALLS: "🔕 No more calls but severity 1",
    Button.SWAP_TAKE: "🙋 Stand in",
    Button.SWAP_APPROVE: "✅ Approve",
    Button.SWAP_DECLINE: "✖️ Decline",
    Button.HEARD: "✅ I got it",
    Button.APPROVE: "📤 Approve the report",
    Button.LIST: "📋 List",
    Button.CALLED: "📞 Team called",
    Button.SNOOZE: "🔕 Remind me in 30 minutes",
    Button.ESCALATE: "⬆️ Tell the next level now",
    Button.MORE: "⋯ More",
    Button.BACK: "⬅️ Back",
    Button.HAND: "👤 Hand it on",
    Button.HAND_TO: "👤 Hand it to the chosen one",
    Button.CAUSE: "📝 Note the cause",
    Button.CAUSE_IS: "📝 The chosen cause",
    Button.CLOSE: "🔒 Close it",
    Button.CLOSE_CAUSE: "🔒 Close it, the chosen cause",
    Button.CLOSE_AS: "🔒 Close it, the chosen measure",
    Button.RING: "☎️ Call the shift",
    Button.DECLINE: "✋ No report yet – say why",
    Button.DECLINE_AS: "✋ No report yet, the chosen reason",
    Button.PICTURE: "🖼 Sketch, course",
    Button.CANARY: "✅ Arrived",
}

OPTION = {Button.HAND_TO: "👤", Button.SHIFT_KNOWN: "✍️ Take over, known:"}
"""What stands before a choice of a menu."""

CHANNEL = {
    "telegram": "Telegram",
    "log": "log file",
    "sms": "SMS",
    "smpp": "SMS (SMPP)",
    "brandname": "SMS (brand name)",
    "webhook": "webhook",
    "mail": "e-mail",
    "zalo": "Zalo",
}

REFUSAL = {
    "asked_anew": "asked anew since",
    "other_account": "another account sent the code before",
    "expired": "the code is too old, or another account sent it",
    "no_code": "there is no such code",
    "lapsed": "the bulletin is a day old",
    "gone": "the bulletin is no longer in the settings",
    "unknown": "there is no such bulletin",
    "stranger": "unknown account",
    "not_ours": "button not made by us",
    "not_on_duty": "not on duty in the unit at that time",
    "not_yours": "a button under somebody else's message",
    "not_a_contact": "not a contact for reports",
    "not_the_leader": "not the duty leader at that time",
}
"""Why a press was refused: for the log, never for who pressed."""

REASON = {
    "works again": "it works again",
    "fails again": "it fails again",
    "storm": "told by the storm",
    "newer summary": "there is a newer summary",
    "newer step": "there is a newer request",
    "lapsed": "the bulletin is a day old",
    "acknowledged": "somebody took it",
    "restored": "it is restored",
    "open": "told anew from the start",
    "fixed": "repaired",
    "closed": "closed",
    "hold_over": "no longer held back",
    "up_again": "up again",
    "no_fault": "no fault any more",
    "free": "nothing holds it",
    "open again": "told anew from the start",
    "approved": "the report was approved",
    "called": "somebody spoke to it on the telephone",
    "no_other_leader": "there is no other leader to ask",
    "declined": "a leader decided not to report yet",
    "changed again": "it has changed again",
    "nothing to edit": "no message to edit",
    "edited since": "it was edited since",
    "deadline sent": "it was noted as sent",
    "shift taken": "the shift was taken over",
    "handed over": "handed over already",
    "gap filled": "somebody is on duty then",
    "gap past": "that time is past",
    "shift changed": "the roster was changed",
    "too late": "nobody waits for it any more",
}
"""Why a notice is not sent any more."""

WINDOW = {"maintenance": "maintenance", "mute": "mute", "freeze": "change freeze", "power_cut": "planned power cut"}

BEGUN_BY = {"if_last_change": "ifLastChange", "uptime": "uptime"}
"""By what of a device the beginning of a fault is known."""

TAKEN_AS = {"handed": "handed the incident", "asked": "asked by name", "has_it": "has it"}
"""Why somebody who is on no duty may take an incident, or work on it."""

TIMER = {"step": "", "ack_expiry": "the end of the acknowledgement"}
"""What falls due, where the number of the step does not say it."""

ANSWERED = {"answered": "answered", "not_answered": "not answered"}

DIARY = {
    Diary.SET_OUT: "the team set out",
    Diary.ARRIVED: "the team is at the site",
    Diary.GENERATOR_ON: "generator started",
    Diary.GENERATOR_OFF: "generator stopped",
    Diary.MAINS_BACK: "mains power is back",
    Diary.CABLE_FOUND: "the cut was found",
    Diary.SPLICED: "the cable is spliced",
    Diary.LEFT: "the team left the site",
    Diary.OTHER: "event",
}

SUSPECT = {
    "unknown": "nothing known",
    "battery_exhausted": "an exhausted battery",
    "fibre": "the fibre",
    "mains_lost": "no mains",
    "customers_power": "no power at the customers",
    "cable_cut": "a cable cut",
}
"""What an incident probably comes from."""

TOUCH = {
    "called": "team called",
    "snooze": "reminder",
    "escalate": "next level",
    "hand": "hand it on",
    "cause": "note the cause",
    "close": "close it",
    "ring": "call the shift",
    "decline": "no report yet",
}
"""What was touched again, in a line of the journal."""
