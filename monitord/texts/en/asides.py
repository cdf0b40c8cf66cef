"""What is said beside incidents, in English: gaps in the roster, trouble with a channel or the disk, answers to a
press.
"""

from monitord.domain.notice import DeliveryCause
from monitord.texts import forms
from monitord.texts.en import names
from monitord.texts.en.phrases import day, duration
from monitord.texts.story import AnchorSent, ChannelTrouble, DiskTrouble, Gap, Pressed, PressResult, Trouble


def coverage(gap: Gap) -> str:
    """Return the text to the roster's owner."""
    at = f"{forms.clock(gap.at, gap.zone)} {day(gap.at, gap.zone)}"
    until = f", until {forms.instant(gap.until, gap.zone)}" if gap.until else ""
    return forms.lines(
        f"❗ NOBODY ON DUTY – {gap.role}".upper() + (f" · {gap.code}" if gap.code else ""),
        f"To the keeper of the roster of {gap.unit_name}:",
        f"• At {at}{until}: nobody could be found to tell as {gap.role}",
        "• The roster names nobody, or who is named has no address",
        f"• Told instead: {gap.instead}" if gap.instead else None,
        "Please fill the roster, or call somebody at once if there is an incident.",
    )


def channel_trouble(trouble: ChannelTrouble) -> str:
    """Return the text to an administrator."""
    channel = names.CHANNEL.get(trouble.channel, trouble.channel)
    lasting = f"• Since {forms.instant(trouble.since, trouble.zone)}, for {duration(trouble.now - trouble.since)}"
    cause = None
    if trouble.cause is not DeliveryCause.FINE:
        detail = f" ({trouble.detail})" if trouble.detail else ""
        cause = f"• Cause: {names.DELIVERY_CAUSE[trouble.cause]}{detail}"
    waiting = f"• Messages waiting: {forms.number(trouble.waiting, ',')}" if trouble.waiting else None
    match trouble.trouble:
        case Trouble.BINDING:
            return forms.lines(
                f"⚠️ {trouble.person or 'SOMEBODY'} CANNOT BE TOLD by {channel}",
                lasting,
                cause,
                "Another channel or a stand-in was tried, where there is one.",
                "Please speak to this person, so that messages arrive again.",
            )
        case Trouble.CONFLICT:
            return forms.lines(
                f"⚠️ SOMEBODY ELSE USES THE BOT'S TOKEN on {channel}",
                lasting,
                "• What people press may be lost",
                "Please see whether two daemons run; if not, change the token at once.",
            )
        case Trouble.WORKS_AGAIN:
            return forms.lines(
                f"🟢 CHANNEL {channel} WORKS AGAIN",
                f"• Interrupted since {forms.instant(trouble.since, trouble.zone)}, "
                f"for {duration(trouble.now - trouble.since)}",
                waiting,
            )
        case Trouble.LOW:
            return forms.lines(
                f"⚠️ LITTLE MONEY IS LEFT FOR {channel}: {forms.number(int(trouble.left or 0), ',')}",
                f"• As the operator said at {forms.instant(trouble.since, trouble.zone)}",
                "Please top the SIM up: without money no message leaves.",
            )
        case Trouble.BROKEN:
            return forms.lines(
                f"🛑 CHANNEL {channel} DELIVERS NOTHING",
                lasting,
                cause,
                waiting,
                "Please check line and settings; stay by the telephone until it works again.",
            )


def disk_full(trouble: DiskTrouble) -> str:
    """Return the text to an administrator."""
    free = forms.size(trouble.free, ".")
    at = forms.instant(trouble.at, trouble.zone)
    if trouble.written:
        return forms.lines(
            f"⚠️ THE DISK IS NEARLY FULL · {free} left",
            f"• At {at}; the log is still written",
            "Please make room today.",
        )
    return forms.lines(
        f"🛑 THE DISK IS FULL · {free} left",
        f"• Since {at} the log cannot be written, so no new incident is opened or told",
        "Please make room at once; stay by the telephone until the log is written again.",
    )


def anchor(sent: AnchorSent) -> str:
    """Return the text to who keeps anchors. Its line is not touched: it is read by a machine."""
    again = " (may repeat an earlier message)" if sent.repeat else ""
    return forms.lines(
        f"🔏 ANCHOR OF THE JOURNAL, number {sent.number}{again}",
        f"• At {forms.instant(sent.at, sent.zone)} the journal had {forms.number(sent.count, ',')} rows",
        sent.line,
        "Please keep this message as it is; no answer is needed. It proves that the journal was not changed or cut.",
    )


def press(pressed: Pressed) -> str:
    """Return the words for who pressed. A refusal tells nothing about the incident or about us."""
    code = pressed.code or "the incident"
    name, to = (" ".join(one.split())[:60] or "somebody else" for one in (pressed.name, pressed.to))
    who = f"{name} ({pressed.role})" if pressed.role else name
    call = f" Call: {to}" if pressed.to else ""
    at = ""
    if pressed.at is not None and pressed.zone is not None:
        at = f" at {forms.clock(pressed.at, pressed.zone, seconds=True)}"
    match pressed.result:
        case PressResult.TAKEN:
            return f"Noted{at}: you took {code}. Escalation has stopped."
        case PressResult.ALREADY_YOURS:
            return f"Noted before: you took {code}{at}."
        case PressResult.ALREADY_TAKEN:
            return f"{who} took {code}{at}."
        case PressResult.ALREADY_OVER:
            return f"{code} was restored{at}; nothing more is needed."
        case PressResult.NOTED:
            return f"Noted{at}: you know of {code}. Somebody still has to take it."
        case PressResult.RUNG:
            return f"The shift is asked again to take {code}{at}.{call}"
        case PressResult.RUNG_BEFORE:
            return f"{who} asked the shift a moment ago to take {code}{at}.{call}"
        case PressResult.NOT_RUNG:
            return f"No message reaches the shift about {code}.{call or ' Please call.'}"
        case PressResult.RECEIPT:
            return f"Thank you. Noted{at}: you received the report of {code}."
        case PressResult.SHIFT_TAKEN:
            return f"Noted{at}: you took over as {pressed.role}."
        case PressResult.SHIFT_TAKEN_BEFORE:
            return f"This shift as {pressed.role} was taken over before{at}."
        case PressResult.DEADLINE_SENT:
            return f"Noted{at}: {code} was sent."
        case PressResult.DEADLINE_SENT_BEFORE:
            return f"{code}: noted as sent before{at}."
        case PressResult.SHIFT_UNREAD:
            known = f"answer NC {forms.number_of(pressed.to)}" if pressed.to else "press the button of the new message"
            return f"Not taken over: nobody has taken {code}. To take over, knowing of it: {known}."
        case PressResult.SHIFT_GIVEN:
            return f"Noted{at}: handed over ({pressed.role})."
        case PressResult.SHIFT_GIVEN_BEFORE:
            return f"{who} confirmed the handover before{at}."
        case PressResult.NOT_CALLED:
            until = forms.clock(pressed.at, pressed.zone) if pressed.at and pressed.zone else ""
            return f"Noted: no calls to you until {until}, but for severity 1. Type GOILAI to be called again."
        case PressResult.CALLED_AGAIN:
            return "Noted: you are called again when it is needed."
        case PressResult.SWAP_TAKEN:
            return f"Noted{at}: you stand in for {name}. The roster changes once a leader approves."
        case PressResult.SWAP_APPROVED:
            return f"Noted{at}: swap approved, {to} stands in for {name}."
        case PressResult.SWAP_DECLINED:
            return f"Noted{at}: swap declined; {name} stays on duty."
        case PressResult.SWAP_OVER:
            return "This swap was answered or has expired; there is nothing left to do."
        case PressResult.SWAP_REFUSED:
            return "Not possible: the roster changed, you have a shift in those hours, or this is not yours to approve."
        case PressResult.NO_SHIFT:
            return "No shift of yours waits to be taken over."
        case PressResult.HEARD:
            return f"Thank you. This way works in both directions{at}."
        case PressResult.APPROVED:
            return f"Noted{at}: you approved the report of {code}."
        case PressResult.ALREADY_APPROVED:
            return f"{who} approved the report of {code}{at}."
        case PressResult.DECLINED:
            role = f" to {pressed.role}" if pressed.role else ""
            return f"Noted{at}: no report of {code}{role} yet; reason: {to}. Approve it if you change your mind."
        case PressResult.ALREADY_DECLINED:
            return f"{who} decided{at} not to report {code} yet."
        case PressResult.LISTED:
            return f"The list of {code} is on its way."
        case PressResult.CALLED:
            return f"Noted: the response team was called for {code}{at}."
        case PressResult.SNOOZED:
            return f"You will be reminded of {code}{at}. Until somebody takes it the levels above are told."
        case PressResult.ESCALATED:
            return f"{code} was escalated{at}: the next level is told now."
        case PressResult.ALREADY_ESCALATED:
            return f"{code} was escalated a moment ago{at}; the next level is being told."
        case PressResult.NOT_REACHED:
            return f"No reminder: no message reaches {name}."
        case PressResult.MENU:
            return "Choose under this message."
        case PressResult.OLD_MENU:
            return "That menu is old; a new one stands under the message, please choose again."
        case PressResult.CLOSED_MENU:
            return "The menu is closed."
        case PressResult.HANDED:
            return f"Handed {code} to {to}{at}. It stays as it is until that person takes it."
        case PressResult.ALREADY_HANDED:
            return f"{who} handed {code} to {to} a moment ago{at}."
        case PressResult.CAUSE_NOTED:
            return f"Noted: the cause of {code} is {to}."
        case PressResult.CAUSE_NOTED_BEFORE:
            return f"{who} noted the cause of {code} a moment ago{at}: {to}."
        case PressResult.CLOSED:
            return f"Closed {code}{at}."
        case PressResult.CLOSE_PROPOSED:
            return f"Noted{at}: you propose to close {code}; the leader on duty closes it."
        case PressResult.PROPOSED_BEFORE:
            return f"{who} proposed a moment ago to close {code}{at}; the leader on duty closes it."
        case PressResult.ALREADY_CLOSED:
            by = f" by {who}" if pressed.name else ""
            return f"{code} was closed{by}{at}; nothing more is needed."
        case PressResult.STILL_DOWN:
            return (
                f"{code} cannot be closed: it has not been seen working again since{at.replace(' at', '')}. "
                "Once it is, you are told, and close it under that message."
            )
        case PressResult.NOT_CLOSED:
            return f"{code} cannot be closed by a button; please do it at the desk."
        case PressResult.NOBODY_ELSE:
            return f"{code} was not handed on: nobody else is on duty now whom a message reaches; please call."
        case PressResult.PICTURED:
            return f"The pictures of {code} are on their way{f' by {to}' if pressed.to else ''}."
        case PressResult.NO_PICTURE:
            return f"{code} has no picture: security incidents are spoken of, a widespread outage has a list."
        case PressResult.PICTURE_NOT_HERE:
            return f"No picture of {code} goes by this channel: see it on Telegram, by mail or at the desk."
        case PressResult.NOT_DRAWN:
            return f"{code} cannot be drawn: the settings changed, or the ring is too large. Its course is at the desk."
        case PressResult.CANARY:
            return "Noted: this channel works both ways."
        case PressResult.REFUSED:
            return "This button does not work for this account."
        case PressResult.UNKNOWN:
            return "This button does not work any more."
