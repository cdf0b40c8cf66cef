"""I3, I4, I5, I6 and I12: what the telephones got against what was queued."""

from collections.abc import Iterator
from typing import Any

from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery
from monitord.domain.storm import FIRST, STORM
from tests.sim.check_storms import carried
from tests.sim.province import CHAT, RING, STAND_INS, STORMS
from tests.sim.reasons import ASKING, TELLING, away, closed
from tests.sim.telegram import Try
from tests.sim.truth import AFTER_START, Truth

ASKED = (*TELLING, "reopened")
"""What asks somebody for help, and must hear of the end."""
EDITS = ("taken_edit", "restored_edit", "menu_edit")
REPEATED = "có thể trùng"
TIGHT = 15.0
HANGS = 10.5
"""Seconds a message may take where nothing is in the way: several to one telephone go one a second."""
PATIENCE = 100.0
"""The longest pause between two attempts, and then some: longest retry 60 s and a quarter, first look after a start."""


def judge_letters(truth: Truth, wrong: list[str]) -> None:
    """Hold telephones, attempts and outbox against each other."""
    claims: dict[int, list[float]] = {}
    for at, notice in truth.history.claims:
        claims.setdefault(notice, []).append(at)
    for notice in truth.outbox:
        name = f"notice {notice['id']} {notice['key']}"
        for finding in (
            *_state(truth, notice),
            *_times(truth, notice),
            *_repeats(truth, notice),
            *_after_end(truth, notice, claims.get(notice["id"], [])),
        ):
            wrong.append(f"{name}: {finding}")
    known = {notice["id"] for notice in truth.outbox}
    for letter in truth.history.telegram.letters:
        if letter.notice not in known:
            wrong.append(f"I3: letter {letter.number} belongs to no notice")
        if len(letter.first) > 4096 or not letter.first.strip():
            wrong.append(f"I12: letter {letter.number} has {len(letter.first)} characters")
    for incident in truth.incidents:
        _end(truth, incident, wrong)


def _state(truth: Truth, notice: Any) -> Iterator[str]:
    arrived = truth.letters[notice["id"]]
    match notice["state"]:
        case "sent" if notice["event"] not in EDITS and not arrived:
            yield "I3: it is called sent and never arrived"
        case "superseded" if notice["event"] not in EDITS and closed(truth, notice) is None:
            yield "I3: it was superseded although its reason stands"
        case "dead":
            permanent = any(
                a.outcome is not None and a.outcome.delivery is Delivery.PERMANENT for a in truth.tries[notice["id"]]
            )
            gone = any(
                notice["person"] not in e.people or notice["person"] in e.unbound
                for e in truth.history.editions.values()
            )
            if not permanent and not gone:
                yield f"I3: it was given up ({notice['last_cause']})"
            else:
                yield from _instead(truth, notice)
        case "pending" | "leased":
            yield f"liveness: it is left {notice['state']} after {notice['attempts']} attempts"


def _instead(truth: Truth, notice: Any) -> Iterator[str]:
    """Who takes the place of somebody whom nothing reaches, while there is still something to tell."""
    dead = [truth.at(r) for r in truth.rows if r.kind == FactKind.NOTICE_DEAD and r.refs["notice"] == notice["id"]]
    gone = closed(truth, notice)
    if gone is not None and dead and gone <= dead[0]:
        return
    if notice["event"] not in ASKING or notice["channel"] != "telegram":
        return
    last = truth.history.editions[max(truth.history.editions, key=lambda e: int(e.rpartition("-")[2]))]
    stands = [s for s in STAND_INS.get(notice["person"], ()) if s in last.people - last.unbound]
    same = [
        n["person"]
        for n in truth.outbox
        if n["incident"] == notice["incident"] and n["round"] == notice["round"] and n["step"] == notice["step"]
    ]
    if stands and not set(stands) & set(same):
        yield f"I3: {notice['person']} cannot be reached and nobody of {stands} was told instead"
    if not any(n["event"] == "channel_broken" for n in truth.outbox):
        yield "I3: it cannot be delivered and no administrator hears of it"


def _times(truth: Truth, notice: Any) -> Iterator[str]:
    """Nothing waits long while the daemon is awake and the way is free."""
    if notice["event"] in EDITS:
        return
    queued = truth.queued(notice)
    gone = closed(truth, notice)
    end = min(truth.history.ended, gone if gone is not None else truth.history.ended)
    settled = [letter.at for letter in truth.letters[notice["id"]]]
    settled += [truth.at(r) for r in truth.rows if r.kind == FactKind.NOTICE_DEAD and r.refs["notice"] == notice["id"]]
    done = min(settled, default=end)
    tries = [a for a in truth.tries[notice["id"]] if not a.edit]
    for begins, ends, fresh in _free(truth, notice["channel"]):
        a, b = max(begins, queued), min(ends, done, end)
        # One that was under way when the machine fell asleep fails when it wakes.
        failed = [t for t in tries if a <= max(t.at, t.ended or 0) and t.at < b and not (t.arrived and t.outcome)]
        allowed = PATIENCE * (1 + len(failed)) + _put_off(truth, notice)
        if not failed and (fresh or begins <= queued - 1):
            allowed = _put_off(truth, notice) + (TIGHT if begins <= queued - 1 else TIGHT + AFTER_START)
        # One chat is spoken to by one attempt at a time, and each that gets no answer takes ten seconds.
        chat = str(CHAT.get(notice["person"]))
        others = (t for t in truth.history.telegram.tries if t.chat == chat and notice["id"] not in (t.notice, *t.also))
        hung = [t for t in others if a - HANGS <= t.at < b and not t.outcome]
        allowed += HANGS * max(0, len(hung) - 1)
        if b - a > allowed:
            yield f"I4: queued at {queued:.1f}, still not there at {b:.1f}, the way was free from {a:.1f}"


def _put_off(truth: Truth, notice: Any) -> float:
    """Return for how long a notice may be kept back: one that may be gathered into a storm, and one of a storm to who
    heard of that just now."""
    if notice["event"] not in TELLING or not any(edition.storms for edition in truth.history.editions.values()):
        return 0.0
    targets = {incident["id"]: incident["target"] for incident in truth.incidents}
    storm = targets[notice["incident"]].startswith(STORM)
    return FIRST.total_seconds() if storm else STORMS.gather.total_seconds()


def _free(truth: Truth, channel: str) -> Iterator[tuple[float, float, bool]]:
    """Yield the times in which the daemon was awake in one life and Telegram took what was sent, and whether it was the
    daemon that came back: then nothing waits for its next attempt."""
    telegram = truth.history.telegram
    # Being told to wait is counted by a clock that stands still while the machine sleeps.
    slept = truth.history.sleeps
    limits = [(a, b + sum(wakes - sleeps for sleeps, wakes in slept if a <= sleeps < b)) for a, b in telegram.limits]
    barred = sorted([*telegram.habits.outages, *limits]) if channel == "telegram" else []
    for awake in truth.awake:
        begins = awake.begins
        for a, b in barred:
            if a < awake.ends and b > begins:
                if a > begins:
                    yield begins, a, begins == awake.begins
                begins = max(begins, b)
        if begins < awake.ends:
            yield begins, awake.ends, begins == awake.begins


def _repeats(truth: Truth, notice: Any) -> Iterator[str]:
    """A message arrives again only where an attempt was uncertain or the daemon died, and says so."""
    if notice["event"] in EDITS:
        return
    arrived, tries = truth.letters[notice["id"]], truth.tries[notice["id"]]
    accepted = [
        truth.at(r) for r in truth.rows if r.kind == FactKind.NOTICE_ACCEPTED and r.refs["notice"] == notice["id"]
    ]
    doubtful = 0
    for n, attempt in enumerate(tries):
        if accepted and attempt.at > accepted[0]:
            yield f"I5: tried at {attempt.at:.1f} although accepted at {accepted[0]:.1f}"
        following = tries[n + 1] if n + 1 < len(tries) else None
        if attempt.outcome is not None and attempt.outcome.delivery is Delivery.ACCEPTED:
            if following is not None and following.life == attempt.life:
                yield f"I5: accepted at {attempt.ended:.1f}, tried again at {following.at:.1f} in the same life"
            doubtful += following is not None
        elif _may_have_arrived(attempt):
            doubtful += 1
    if len(arrived) > 1 + doubtful:
        yield f"I5: it arrived {len(arrived)} times with {doubtful} doubtful attempts"
    for letter in arrived:
        doubted = any(a.at < letter.began and _may_have_arrived(a) for a in tries)
        if (
            doubted
            and REPEATED not in letter.first
            and notice["event"] in (*TELLING, "acknowledged", "restored", "storm_list", "picture")
        ):
            yield f"I5: sent again at {letter.began:.1f} and it does not say so: {letter.first[:60]!r}"


def _may_have_arrived(attempt: Try) -> bool:
    outcome = attempt.outcome
    return outcome is None or outcome.delivery in (Delivery.UNCERTAIN, Delivery.ACCEPTED)


def _after_end(truth: Truth, notice: Any, claims: list[float]) -> Iterator[str]:
    if notice["event"] not in TELLING:
        return
    gone = away(truth, notice)
    if not gone:
        return
    approved = notice["organisation"] is not None and any(
        r.kind == FactKind.STEP_APPROVED for r in truth.of[notice["incident"]]
    )
    restored = [truth.at(r) for r in truth.of[notice["incident"]] if r.kind == FactKind.INCIDENT_RESTORED]
    if approved:
        gone = [(next((at for at in restored if at >= truth.queued(notice)), truth.history.ended), truth.history.ended)]
    # A claim that was under way when the end was committed comes back an instant after it.
    for begins, ends in gone:
        if late := [c for c in claims if begins + 1.5 < c < ends]:
            yield f"I6: claimed at {late[0]:.1f} although its reason was gone at {begins:.1f}"


ENDS = ("restored", "merged")
"""By what people hear that an incident is over."""


def _end(truth: Truth, incident: Any, wrong: list[str]) -> None:
    """Who was told hears of the end, and nobody keeps a button that asks for help with what is over."""
    mine = [n for n in truth.outbox if n["incident"] == incident["id"]]
    over = [truth.at(r) for r in truth.of[incident["id"]] if r.kind == FactKind.INCIDENT_RESTORED]
    if not over or incident["phase"] not in ("restored", "closed") or incident["hushed"]:
        # What flapped comes to rest by so many looks, and the ring is looked at seldom.
        rests = incident["hushed"] and incident["target"].partition("/")[0] in RING
        if not truth.slept_through_healing and not rests:
            wrong.append(f"liveness: {incident['code']} is still {incident['phase']}")
        return
    last = over[-1]
    told = {n["person"] for n in mine if n["event"] in ASKED and any(x.at < last for x in truth.letters[n["id"]])}
    # A summary of a storm asks nothing, and its reader hears of the end all the same.
    told |= {
        r.refs["person"]
        for r in truth.of[incident["id"]]
        if r.kind == FactKind.NOTICE_ACCEPTED and r.refs["event"] == "storm" and truth.at(r) < last
    }
    heard = {
        n["person"] for n in mine if n["event"] in ENDS and truth.queued(n) >= last - 0.5 and truth.letters[n["id"]]
    }
    unreached = {n["person"] for n in mine if n["event"] in ENDS and n["state"] == "dead"}
    # What ends in a storm is told by its summaries.
    told_of = any(a <= last <= b for a, b in carried(truth, incident["id"]))
    if (silent := told - heard - unreached - _bygone(truth)) and not told_of:
        wrong.append(f"{incident['code']}: I3: {sorted(silent)} were told of it and not of its end")
    # Who died with a row in hand cannot know whether it left.
    claimed = {notice for _, notice in truth.history.claims}
    perhaps = {n["person"] for n in mine if n["event"] in ASKED and (n["id"] in claimed or n["uncertain"])}
    perhaps |= {n["person"] for n in mine if n["event"] == "storm" and truth.letters[n["id"]]}
    if heard - perhaps:
        wrong.append(f"{incident['code']}: I3: {sorted(heard - perhaps)} were told of its end only")
    for notice in mine if incident["phase"] == "restored" else ():
        if notice["event"] not in ASKED or notice["channel"] != "telegram" or notice["state"] != "sent":
            continue
        for letter in truth.letters[notice["id"]]:
            # A menu whose attempt was doubtful may come after the edit that says that it is over.
            doubtful = any(n["edits"] == notice["id"] and n["uncertain"] for n in mine)
            asks = not letter.edits or (not doubtful and any("|take|" in data for data in letter.buttons))
            if str(letter.number) == notice["message_ref"] and letter.buttons and asks:
                person = next((p for p, c in CHAT.items() if str(c) == letter.chat), "")
                if person not in _bygone(truth):
                    wrong.append(f"{incident['code']}: letter {letter.number} of {person} was never edited")


def _bygone(truth: Truth) -> set[str]:
    """People who were out of reach at some time."""
    left = {p for e in truth.history.editions.values() for p in truth.history.first.people - e.people}
    return left | {whom for _, whom, _ in truth.history.blocks}
