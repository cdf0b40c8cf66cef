"""Answers to typed commands in English."""

from monitord.texts import forms
from monitord.texts.typed import RunningLine, TypedAnswer, TypedResult

FORM = {
    "xn": "XN 014 – take it",
    "goi": "GOI 014 – the response team was called",
    "hoan": "HOAN 014 30 – remind me in 30 minutes",
    "cc": "CC 014 – tell the next level now",
    "nn": "NN 014 a crane tore the cable – note the cause",
    "dn": "DN 014 – (leader) I know of it",
    "duyet": "DUYET 014 – (leader) approve the report",
    "cbc": "CBC 014 still being verified – (leader) no report yet, and why",
    "hinh": "HINH 014 – pictures: its course, its ring",
    "tt": "TT – what runs",
    "truc": "TRUC – who is on duty",
    "nc": "NC – I am on for my shift",
    "gc": "GC – hand over your shift",
    "cd": "CD 014 fuel for the coast first – (leader) instruct",
    "khonggoi": "KHONGGOI 6h – no calls until six (no hour: to the end of the shift), but severity 1",
    "goilai": "GOILAI – be called again",
    "doica": "DOICA 5 – yes to swap no. 5 (stand in; as a leader: approve)",
    "kdoica": "KDOICA 5 – no to swap no. 5",
    "help": "HELP – the commands",
}
"""How each command is typed."""


def typed(told: TypedAnswer) -> str:
    """Return the answer to a command."""
    at = forms.clock(told.at, told.zone)
    match told.result:
        case TypedResult.CAUSE:
            return f"The cause of {told.code} is noted."
        case TypedResult.INSTRUCTED:
            return f"Instruction about {told.code} noted; the handover book hands it on."
        case TypedResult.STATUS:
            return _status(told, at)
        case TypedResult.ROSTER:
            return _roster(told, at)
        case TypedResult.HELP:
            return forms.lines("The commands:", *FORM.values())
        case TypedResult.FORM:
            return f"Not understood. Type it so: {FORM.get(told.word, FORM['help'])}"
        case TypedResult.NONE:
            return "No incident with that number runs. TT shows what does."
        case TypedResult.SEVERAL:
            return f"{len(told.codes)} incidents have that number: {', '.join(told.codes[:5])}. Type the whole code."
        case TypedResult.NOT_ON_DUTY:
            return "Only who is on duty in that unit may do it. TRUC shows who is."
        case TypedResult.NOT_ASKED:
            return f"{told.code}: nothing waits for you to approve or to know of."
        case TypedResult.WHICH:
            which = ", ".join(told.codes)
            return f"{told.code}: {len(told.codes)} reports wait ({which}). Approve each by its button on Telegram."
        case TypedResult.FAILED:
            return f"It could not be noted for {told.code}. Do it at the desk."


def _status(told: TypedAnswer, at: str) -> str:
    if not told.running:
        return f"🟢 STATUS at {at}: nothing is wrong"
    more = told.count - len(told.running)
    return forms.lines(
        f"📋 STATUS at {at}: {told.count} incident(s) running",
        *(_running(one, told) for one in told.running),
        f"… and {more} more" if more > 0 else None,
    )


def _running(one: RunningLine, told: TypedAnswer) -> str:
    since = forms.near(one.since, told.at, told.zone)
    who = f"{one.taken_by} has it" if one.taken_by else "nobody has it"
    return f"• {one.code} (severity {one.severity}) {one.name} – since {since}, {who}"


def _roster(told: TypedAnswer, at: str) -> str:
    if not told.duties:
        return f"👥 ON DUTY at {at}: the roster has nobody"
    units = dict.fromkeys(one.unit for one in told.duties)
    lines = []
    for unit in units:
        lines.append(unit)
        lines += [f"• {d.role}: {d.name} {d.phone}".rstrip() for d in told.duties if d.unit == unit]
    return forms.lines(f"👥 ON DUTY at {at}", *lines)
