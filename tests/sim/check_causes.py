"""One cause, one incident: what runs of the ring against what is truly broken of it."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Set
from itertools import pairwise

from monitord.domain.journal import FactKind
from tests.sim.cuts import Broken, broken, changes
from tests.sim.province import JOINTS, RING, ports_of
from tests.sim.truth import Truth
from tests.sim.world import GOOD, Seen

STEADY = 1300.0
"""Seconds after a change by which everything is looked at, confirmed, and told."""
PATIENCE = 90.0
SOON = 5.0
THE_RING = "ring:vong/state"
OF_RING = frozenset({f"{device}/agent_answers" for device in RING} | {
    f"{device}/interface_up/{port}" for device in RING for port in ports_of(device)
})  # fmt: skip
WHOLES = frozenset({f"link:{a}-{b}/state" for a, b in JOINTS} | {THE_RING})


def judge_causes(truth: Truth, wrong: list[str]) -> None:
    """Hold the incidents of the ring against what was cut and dead: the right ones, and nobody told of what they take
    with them."""
    if RING[0] not in truth.history.first.devices:
        return
    spans = spans_of(truth, OF_RING | WHOLES)
    _steady(truth, spans, wrong)
    _afresh(truth, wrong)


def spans_of(truth: Truth, targets: Set[str]) -> dict[str, list[tuple[float, float]]]:
    """Return when an incident of each of these targets ran."""
    begun: dict[str, float] = {}
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in truth.rows:
        target = row.target or ""
        if target not in targets:
            continue
        match row.kind:
            case FactKind.INCIDENT_OPENED | FactKind.INCIDENT_REOPENED:
                begun[target] = truth.at(row)
            case FactKind.INCIDENT_RESTORED if target in begun:
                spans[target].append((begun.pop(target), truth.at(row)))
            case FactKind.INCIDENT_MERGED if "into" in row.refs and target in begun:
                spans[target].append((begun.pop(target), truth.at(row)))
    for target, at in begun.items():
        spans[target].append((at, float("inf")))
    return spans


def _steady(truth: Truth, spans: dict[str, list[tuple[float, float]]], wrong: list[str]) -> None:
    """Where nothing changed for long and the daemon was awake, what runs is what is broken."""
    world = truth.history.world
    moved = [0.0, *changes(world.cuts), truth.history.ended]
    for begins, ends in pairwise(moved):
        for at in (begins + STEADY, (begins + ends) / 2, ends - 1.0):
            if not begins + STEADY <= at < ends or not truth.alive(at - STEADY, at):
                continue
            if truth.clock_wrong(at - STEADY, at) or (not world.sure and at < truth.history.healed):
                continue
            now = broken(world.cuts, at)
            running = {target for target, found in spans.items() if any(a <= at < b for a, b in found)}
            allowed = _expected(now)
            if allowed is not None and running != allowed:
                was = f"cut {sorted(now.lines)}, dead {sorted(now.dead)}"
                wrong.append(f"C1: at {at:.1f} incidents of {sorted(running)} run, not {sorted(allowed)}; {was}")


def _expected(now: Broken) -> set[str] | None:
    """Return the targets of which an incident runs; None where more than one reading is right."""
    if RING[0] in now.dead:
        return {f"{RING[0]}/agent_answers"} if not now.lines else None
    dead = now.dead
    if not now.lines:
        if len(dead) <= 1:
            return {f"{device}/agent_answers" for device in dead}
        return None
    if not dead:
        # A single device between two cuts may as well be dead itself: nobody can tell, and it is told as that.
        alone = set(RING) - now.reached()
        if len(alone) == 1 and len(now.lines) == 2:
            return {f"{next(iter(alone))}/agent_answers"}
        return {THE_RING}
    return None


def _afresh(truth: Truth, wrong: list[str]) -> None:
    """Nobody is told of a device of the ring before what may explain it was looked at since its fault began."""
    looks: dict[str, list[Seen]] = defaultdict(list)
    for seen in truth.history.world.seen:
        if seen.target in OF_RING:
            looks[seen.target].append(seen)
    for row in truth.rows:
        if row.kind not in (FactKind.INCIDENT_OPENED, FactKind.INCIDENT_REOPENED) or row.target not in OF_RING | WHOLES:
            continue
        at = truth.at(row)
        if row.target not in OF_RING:
            continue
        device, _, check = row.target.partition("/")
        if check != "agent_answers":
            wrong.append(f"C2: {row.target} was told at {at:.1f}, and is a part of a line")
            continue
        if row.refs.get("hushed") or truth.clock_wrong(0.0, at):
            continue
        own = looks[row.target]
        before = own[: bisect_right([s.at for s in own], at)]
        good = max((n for n, s in enumerate(before) if s.health == GOOD), default=-1)
        bad = before[good + 1].at if good + 1 < len(before) else at
        for port in ports_of(device):
            other = [s.at for s in looks[f"{port}/agent_answers"]]
            fresh = bisect_right(other, at) - bisect_left(other, bad - SOON)
            if not fresh and at - bad < PATIENCE - SOON:
                wrong.append(f"C3: {row.target} told at {at:.1f}, and nobody looked at {port} since {bad:.1f}")
