"""The words of short messages in English."""

from monitord.domain.notice import Event
from monitord.domain.probable import Suspect
from monitord.texts.en import letters, phrases
from monitord.texts.short import Shortener, ShortWords

WORDS = ShortWords(
    drill="DRILL",
    grade="sev ",
    repeat=" (may be a repeat)",
    late=" ({late} late)",
    taken="TAKEN by {who} at {at}",
    back="{over}: {target} at {at}",
    approval="APPROVE the report to {to}? {what}",
    call="CALL {to}: {what}",
    security={
        False: "SECURITY INCIDENT: {lane}, {unit}. Details: ask the desk",
        True: "SUSPICION: {lane}, {unit}. Details: ask the desk",
    },
    since="since",
    report="{unit} reports: {what}",
    above="the next level",
    before={
        Event.REOPENED: "AGAIN ",
        Event.REMINDER: "REMINDER ",
        Event.ACK_EXPIRED: "OVERDUE, STILL FAILED: ",
        Event.HANDED: "{by} HANDS YOU: ",
        Event.TAKEN_AWAY: "{by} TOLD THE NEXT LEVEL: ",
        Event.URGED: "{noted} ASKS YOU TO TAKE IT NOW: ",
        Event.SENT_BACK: "{noted} KNOWS, NOBODY HAS IT: ",
    },
    escalated="ESCALATED: ",
    storm="MANY FAULTS AT ONCE, by {at} {lost} of {every} sites are lost",
    suspected={
        Suspect.BATTERY: "Battery empty?",
        Suspect.MAINS: "Mains lost?",
        Suspect.CUSTOMERS: "Power lost at the customers?",
        Suspect.FIBRE: "Fibre cut?",
    },
    lost="Lost:",
    stations="stations",
    subscribers="subscribers",
    services="services",
    take="take it",
    approve="approve",
    write="Answer {word} {number} to {what}",
    leader="Answer DN {number}: I know of it; XN {number}: I take it",
    not_here="Call the desk to {what}",
)
SHORTENER = Shortener(WORDS, phrases, letters.message)
