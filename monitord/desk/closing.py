"""An incident closed at a touch: its cause, what was done, and by a leader the end; anybody else proposes it.

What the checks still see down is not closed: the answer says what to wait for. What only people saw is over when one of
them says so, which closing it does.
"""

from dataclasses import replace

from monitord.desk.act import ActRefused
from monitord.desk.acting import Press
from monitord.desk.handling import touched
from monitord.desk.menus import is_old, is_readers, opened, show
from monitord.desk.naming import note_cause
from monitord.desk.reports import ReportRefused
from monitord.desk.said import closing_cause, proposed
from monitord.desk.touching import already_closed, by, lately, unchanged
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.menus import AS_PROPOSED, Menu, may_be_closed
from monitord.domain.notice import Button
from monitord.texts.story import Pressed, PressResult


def close(press: Press) -> Pressed:
    """Ask what an incident came from, or where that is known what was done about it; say why not where it cannot be
    closed."""
    refused = _not_now(press)
    if refused is not None:
        return refused
    known = closing_cause(press.tx, press.context, press.incident)
    return opened(press, Menu.MEASURES if known else Menu.CLOSE, "close", over_too=True)


def close_cause(press: Press) -> Pressed:
    """Note the cause that was chosen, and ask what was done."""
    refused = _not_now(press)
    if refused is not None:
        return refused
    known = press.context.words.lists[Button.CLOSE_CAUSE]
    if is_old(press) or press.value not in known:
        return opened(press, Menu.CLOSE, "close", PressResult.OLD_MENU, over_too=True)
    before = lately(press, FactKind.INCIDENT_NOTE, having="usual")
    if before is None or (before.person == press.person.id and before.refs["usual"] != press.value):
        note_cause(press, by(press) or "", known[press.value], press.value)
    return opened(press, Menu.MEASURES, "close", over_too=True)


def close_as(press: Press) -> Pressed:
    """Close it with the cause that was noted and what was chosen, or propose to; the first of two within two minutes
    counts."""
    refused = _not_now(press)
    if refused is not None:
        return refused
    before = lately(press, FactKind.INCIDENT_CLOSE_PROPOSED)
    if before is not None and not press.leads:
        show(press, Menu.MAIN)
        who = press.book.people.get(before.person)
        return unchanged(press, "close", PressResult.PROPOSED_BEFORE, before.at, who.name if who else before.person)
    cause, measures = _said(press)
    if is_old(press) or not cause or not measures:
        return opened(press, Menu.MEASURES if cause else Menu.CLOSE, "close", PressResult.OLD_MENU, over_too=True)
    duty = by(press) or ""
    try:
        incident = touched(press, "restore", duty, {}) if press.incident.running else press.incident
        after = touched(replace(press, incident=incident), "close", duty, {"cause": cause, "measures": measures})
    except (ActRefused, ReportRefused):
        return unchanged(press, "close", PressResult.NOT_CLOSED, press.at.now)
    show(press, Menu.MAIN)
    return press.done(PressResult.CLOSED if after.phase is Phase.CLOSED else PressResult.CLOSE_PROPOSED)


def _said(press: Press) -> tuple[str, str]:
    """Return cause and measures as the presser means them."""
    if press.value == AS_PROPOSED and press.leads:
        return proposed(press.tx, press.incident) or ("", "")
    measures = press.context.words.lists[Button.CLOSE_AS].get(press.value, "")
    return closing_cause(press.tx, press.context, press.incident), measures


def _not_now(press: Press) -> Pressed | None:
    """Return why somebody cannot close an incident by a button now, None where he can."""
    incident = press.incident
    if by(press) is None:
        return press.refused("not_on_duty")
    if not is_readers(press):
        return press.refused("not_yours")
    if incident.phase is Phase.CLOSED:
        show(press, Menu.MAIN)
        return already_closed(press, "close")
    if not may_be_closed(incident):
        show(press, Menu.MAIN)
        return unchanged(press, "close", PressResult.STILL_DOWN, incident.episode_at)
    return None
