"""The words of calls in English."""

from monitord.texts.en import letters, phrases, reach
from monitord.texts.spoken import Speaker, SpokenWords

WORDS = SpokenWords(
    leader="A report to you.",
    greeting="This is the duty system of {unit}.",
    drill="This is a drill, not a real incident.",
    repeat="You may have been told this before.",
    incident="Incident of severity {severity}, number {number}: {what}.",
    security={
        False: "A security incident, number {number}: {lane}. The details are told at the desk.",
        True: "A suspicion, number {number}: {lane}. The details are told at the desk.",
    },
    since="Since {at}, for {lasted}.",
    approval="A report to {to} is due and waits for your decision.",
    call="Please call {to}, number {phone}.",
    untaken="Nobody has taken it yet.",
    taken="{who} took it at {at}.",
    back="It works again since {at}.",
    storm="By {at} {lost} of {every} sites are lost.",
    key="Press {digit}: {what}.",
    does={
        "XN": "you take it",
        "DN": "you know of it",
        "DUYET": "you approve the report",
        "KHONGGOI": "no more calls, but for severity 1",
    },
    again="listen again",
    connect="be connected to the shift",
)
SPEAKER = Speaker(WORDS, phrases, lambda story: reach.reach(story) or "", letters.message)
