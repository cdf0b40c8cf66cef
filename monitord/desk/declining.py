"""A leader's "chưa báo cáo": a report that waits for his approval is not sent yet, and why is written down."""

from monitord.desk.act import LONGEST
from monitord.desk.acting import AGAIN, Press, may_lead
from monitord.desk.approvals import Approval, approvals, declined
from monitord.desk.menus import is_old, is_readers, opened, show
from monitord.desk.touching import unchanged
from monitord.domain import escalation
from monitord.domain.menus import Menu
from monitord.domain.notice import Button
from monitord.domain.policy import LEAVING, step_of
from monitord.texts.story import Pressed, PressResult


def why_not(press: Press) -> Pressed:
    """Ask a leader why the report is not sent yet."""
    refused = _not_now(press)
    if refused is not None:
        return refused
    return opened(press, Menu.REASONS, "decline")


def decline_as(press: Press) -> Pressed:
    """Write down the decision with the reason that was chosen."""
    refused = _not_now(press)
    if refused is not None:
        return refused
    known = press.context.words.lists[Button.DECLINE_AS]
    if is_old(press) or press.value not in known:
        return opened(press, Menu.REASONS, "decline", PressResult.OLD_MENU)
    show(press, Menu.MAIN)
    return _decline(press, known[press.value], press.value)


def decline(press: Press, text: str) -> Pressed:
    """Write down the decision with a reason in the leader's own words, as he typed it."""
    return _refusal(press) or _decline(press, text[:LONGEST])


def _not_now(press: Press) -> Pressed | None:
    if (refused := _refusal(press)) is not None:
        return refused
    return None if is_readers(press) else press.refused("not_yours")


def _refusal(press: Press) -> Pressed | None:
    """Return why somebody may not decide about a report now, None where he may."""
    incident, notice = press.incident, press.notice
    if not may_lead(press):
        return press.refused("not_the_leader")
    if not incident.running:
        return unchanged(press, "decline", PressResult.ALREADY_OVER, incident.restored_at)
    if step_of(incident.policy, notice["step"]).whom not in LEAVING or notice["round"] != incident.round:
        # The ladder began anew, perhaps by a severer policy; what is due now is asked anew.
        return press.refused("asked_anew")
    return None


def _decline(press: Press, reason: str, usual: str = "") -> Pressed:
    """Decide so; what was approved is approved, and the first of two leaders who decide so counts."""
    tx, incident, number = press.tx, press.incident, press.notice["step"]
    ref = step_of(incident.policy, number).ref
    if (done := approvals(tx, incident.id, incident.round).get(ref)) is not None:
        return _before(press, PressResult.ALREADY_APPROVED, done)
    if (done := declined(tx, incident.id, incident.round).get(ref)) is not None:
        same = usual == done.usual and press.at.now - done.at < AGAIN
        if done.person != press.person.id or (usual and same):
            return _before(press, PressResult.ALREADY_DECLINED, done)
    decision = press.signed(escalation.declined(incident, number, press.person.id, reason, usual))
    tx.append(decision.facts, press.at)
    to = press.context.settings.organisations.get(ref)
    return press.answer(PressResult.DECLINED, duty=to.name if to else ref, when=press.at.now, to=reason)


def _before(press: Press, result: PressResult, done: Approval) -> Pressed:
    who = press.book.people.get(done.person)
    return unchanged(press, "decline", result, done.at, who.name if who else done.person)
