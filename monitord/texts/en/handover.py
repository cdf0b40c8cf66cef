"""The handover book in English."""

from monitord.domain.handover import ToDo
from monitord.texts.bookkeeping import Bookkeeper, BookWords
from monitord.texts.en import names

WORDS = BookWords(
    head="📋 HANDOVER · {duty} · {unit} ({start} – {end})",
    sides="From: {giving} · To: {taking}",
    nobody="(nobody)",
    none="In the shift: no new incident",
    counts="In the shift: {count} incidents ({parts})",
    severity="severity {severity}: {count}",
    restored="restored {restored} (closed {closed})",
    running="{running} go on",
    nothing="nothing goes on",
    left="GOES ON",
    line=" {number}. {code} (severity {severity}) {name}: since {since}{taken}",
    taken="; taken by {name}",
    to_do={
        ToDo.TAKE: "; NOBODY HAS TAKEN IT",
        ToDo.HANDED: "; handed to {to}, who has not taken it yet",
        ToDo.ASK_WHEN: "; ask when it will work again",
        ToDo.OVERDUE: "; expected at {eta}, which is over: ask again",
        ToDo.WATCH: "; expected at {eta}",
    },
    more=" … and {count} more: type TT",
    reports="REPORTED",
    received="received",
    unreceived="not confirmed",
    instruction="INSTRUCTED: {text} ({by}, {at}, {code})",
    endings="ENDS IN THE NEXT SHIFT",
    ending="{kind} {scope} at {at}",
    dues="DUE IN THE NEXT SHIFT",
    due="{name} (by {at})",
    channels="CHANNELS",
    works="well",
    fails="FAILS",
    failed="failed {count} times",
    tried=" (tried {at})",
    given="Given by: {by}",
    took="Taken by: {by}",
    unsigned="not signed",
    frozen="Frozen at {at}",
)
HANDOVER = Bookkeeper(WORDS, names.WINDOW, lambda channel: names.CHANNEL.get(channel, channel))
