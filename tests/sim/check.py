"""Judges a history: invariants on histories and ground truth only.

Which of the invariants of a night are checked, by their numbers:
I1 every outage seen is in the log, begin and end in time, and everything is looked at as often as promised; our own
   downtime has its row. I2 no incident without looks that were bad. I3 every step told reaches whom the roster names.
I4 no step early, none late, none lost, over deaths, sleep and clock steps. I5 repeats only after doubt, and labelled.
I6 nothing after somebody took it or it was over. I7 timers and phases agree whenever the daemon dies. I8 a gap in the
roster is told. I9 the chain holds, no row that was committed is ever gone, and every anchor made at a death matches.
I10 presses count once, and only those of people entitled. I11 nobody gets more messages than there were decisions to
tell. I12 length of texts, and each names its incident. I13 no secret in anything people or logs get. I15 tasks bounded.
Not yet, because the product has none of it: I14 (epochs of a pair).
"""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

from monitord.account import anchors, proof
from monitord.domain.journal import FactKind, verify
from tests.sim.check_caps import judge_caps
from tests.sim.check_causes import judge_causes
from tests.sim.check_ladders import judge_ladders
from tests.sim.check_letters import judge_letters
from tests.sim.check_looks import judge_looks
from tests.sim.check_power import judge_power
from tests.sim.check_presses import judge_presses, judge_typed
from tests.sim.check_storms import judge_storms
from tests.sim.daemon import ALIVE
from tests.sim.history import ANCHOR_KEY, History
from tests.sim.place import read
from tests.sim.province import CANARIES
from tests.sim.truth import Truth


def judge(history: History, database: Path) -> list[str]:
    """Return everything that is wrong with a history."""
    truth = Truth(history, database)
    wrong = list(history.wrong)
    wrong += [f"an error was logged: {line[:300]}" for line in history.complaints]
    _log(truth, wrong)
    judge_looks(truth, wrong)
    judge_ladders(truth, wrong)
    judge_letters(truth, wrong)
    judge_caps(truth, wrong)
    judge_causes(truth, wrong)
    judge_power(truth, wrong)
    judge_storms(truth, wrong)
    judge_presses(truth, wrong)
    judge_typed(truth, wrong)
    _secrets(truth, wrong)
    _liveness(truth, wrong)
    return wrong


def _log(truth: Truth, wrong: list[str]) -> None:
    wrong += [f"I9: row {b.seq}: {b.why}" for b in verify(truth.rows)]
    with read() as connection:
        wrong += [f"I9: row {b.seq}: {b.why}" for b in proof.verify(connection).breaks]
        held = anchors.verify_with(connection, truth.history.anchors, ANCHOR_KEY.public_key())
        wrong += [f"I9: row {b.seq}: {b.why}" for b in held]
    if not truth.history.anchors:
        wrong.append("I9: no anchor was made")
    unknown = [row.seq for row in truth.rows if row.seq not in truth.when]
    if unknown:
        wrong.append(f"I9: rows nobody wrote: {unknown[:5]}")
    hashes = {row.seq: row.hash for row in truth.rows}
    for seq, head in truth.history.heads:
        if hashes.get(seq) != head:
            wrong.append(f"I9: row {seq} was committed and is gone or another")
    ups = truth.history.ups
    for before, after in pairwise(ups):
        rows = [r for r in truth.rows if truth.when[r.seq][2] == after.life]
        down = next((r for r in rows if r.kind == FactKind.DAEMON_WAS_DOWN), None)
        if rows[0].kind != FactKind.DAEMON_STARTED or down is None:
            wrong.append(f"I1: the start at {after.begins:.1f} says nothing of the time before")
            continue
        if truth.clock_wrong(0.0, after.begins):
            continue
        said = truth.now(down).timestamp() - _instant(down.refs["from"])
        real = truth.at(down) - before.ends
        slept = sum(wakes - sleeps for sleeps, wakes in truth.history.sleeps)
        if not real - 1 <= said <= real + ALIVE + slept + 15:
            wrong.append(f"I1: the start at {after.begins:.1f} says it was down for {said:.0f} s, it was {real:.0f} s")


def _instant(shown: str) -> float:
    return datetime.fromisoformat(shown).timestamp()


def _secrets(truth: Truth, wrong: list[str]) -> None:
    for canary in CANARIES:
        shown = [*(x.first + x.text for x in truth.history.telegram.letters), *truth.private.values()]
        shown += [*(str(dict(r.refs)) for r in truth.rows), *truth.history.complaints]
        if any(canary in text for text in shown):
            wrong.append(f"I13: {canary[:4]}... is in what people or logs get")


def _liveness(truth: Truth, wrong: list[str]) -> None:
    """Two hours after everything was healed nothing is owed and the desk knows that all is well."""
    history = truth.history
    if truth.slept_through_healing:
        return
    if armed := [timer for timer in truth.timers if timer["state"] == "armed"]:
        wrong.append(f"liveness: {len(armed)} timers are armed")
    known = sum(history.tally.values())
    if history.tally.get("up", 0) != known or known < 5:
        wrong.append(f"liveness: the looker sees {history.tally}")
    if len(history.telegram.updates) > 1:
        wrong.append(f"liveness: {len(history.telegram.updates)} updates are not confirmed")
