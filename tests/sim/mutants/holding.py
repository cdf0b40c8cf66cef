"""Planted bugs of what holds, of who is asked to approve, and of what people type."""

from tests.sim.mutants.mutant import Mutant, one

HOLDING: tuple[Mutant, ...] = (
    one(
        "parent-released-early",
        "a child is told when its parent is back, before somebody looked at it",
        "desk/edges.py",
        '        if was_faulty and waiting["behind"]:',
        '        if was_faulty and waiting["behind"] is None:',
    ),
    one(
        "parent-not-asked",
        "a child that is seen to fail before its parent is told at once",
        "domain/holding.py",
        "        elif waited < PATIENCE and (stale := one.stale(fault_at, now)):",
        "        elif waited < timedelta(0) and (stale := one.stale(fault_at, now)):",
    ),
    one(
        "parent-ignored",
        "a failed parent holds nothing",
        "domain/holding.py",
        "        if one.seen in FAULTS:",
        "        if one.seen in FAULTS and not one.fresh:",
    ),
    one(
        "child-lost",
        "nobody decides on the children when the parent is back",
        "desk/edges.py",
        "    for waiting in withheld_below(tx, context, device, target):",
        "    for waiting in withheld_below(tx, context, device, target)[:0]:",
    ),
    one(
        "held-over-a-death",
        "what was held before a start is told by what was seen before it",
        "desk/starting.py",
        "    withheld = _look_again_at_what_is_withheld(tx, at)",
        "    withheld: set[str] = set()",
    ),
    one(
        "future-look-counts",
        "a look made before the clock was set back counts as newer than the fault",
        "domain/holding.py",
        " and (now is None or looked_at <= now)",
        "",
    ),
    one(
        "window-ignored",
        "a maintenance holds nothing",
        "domain/holding.py",
        "BLOCKS = frozenset({Hold.PARENT, Hold.BLIND, Hold.MAINTENANCE, Hold.MUTE})",
        "BLOCKS = frozenset({Hold.PARENT, Hold.BLIND, Hold.MUTE})",
    ),
    one(
        "window-end-unwatched",
        "nobody wakes up for the end of a window",
        "desk/holding.py",
        "    return min(ends + [window.end for window in tx.windows(at.now) if window.kind in HOLD_OF], default=None)",
        "    return min(ends, default=None)",
    ),
    one(
        "hold-unwatched",
        "a fault that begins to wait wakes nobody who watches the clock",
        "desk/settling.py",
        "        tx.armed_count += 1  # what may end the wait is a new instant for those who watch the timers\n",
        "",
    ),
    one(
        "next-leader-unasked",
        "nobody is asked after the leader on duty",
        "domain/policy.py",
        "    if not waits:\n        return policy",
        "    if not waits or sent:\n        return policy",
    ),
    one(
        "next-leader-anyway",
        "the next leader is asked although the report was approved",
        "domain/escalation.py",
        "        open_ = step.ref not in already_approved and needs_approval(incident, book)",
        "        open_ = step.whom is Whom.NEXT_LEADER or (\n"
        "            step.ref not in already_approved and needs_approval(incident, book)\n        )",
    ),
    one(
        "escalated-stays-taken",
        "the steps of an escalated incident belong to the round that was taken",
        "domain/handling.py",
        "        round=incident.round + was_taken,",
        "        round=incident.round,",
    ),
    one(
        "escalated-from-the-top",
        "an escalated incident begins with its first step again",
        "domain/handling.py",
        "    number = incident.step + 1 if incident.storm is None else max(1, incident.step + 1)\n",
        "    number = 0 if incident.step else 1\n",
    ),
    one(
        "eta-forgotten",
        "an expected restoration that passes comes back to nobody",
        "domain/handling.py",
        "    return Decision(after, (fact,), (), Timer(TimerKind.ACK_EXPIRY, 0, now + holds))",
        "    return Decision(after, (fact,), (), Timer(TimerKind.ACK_EXPIRY, 0, now + 9 * holds))",
    ),
    one(
        "typed-unsaid",
        "what somebody typed leaves no row",
        "desk/act.py",
        "        self.tx.append(decision.facts, self.at)\n        self.tx.save(decision.incident)",
        "        self.tx.save(decision.incident)",
    ),
)
