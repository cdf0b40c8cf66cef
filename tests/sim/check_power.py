"""Power: what runs of the power area against the mains that are truly lost, and the warning before the silence."""

from itertools import pairwise

from monitord.domain.journal import FactKind, Row
from tests.sim.check_causes import spans_of
from tests.sim.power import Blackout, changes
from tests.sim.province import GRID, TRAVEL, place_of
from tests.sim.truth import Truth

STEADY = 600.0
"""Seconds after a change by which everything is looked at, confirmed, and told."""
MARGIN = 300.0
THE_AREA = "area:lo@vt/state"
PLACES = {device: f"site:{place_of(device)}@vt/state" for device in GRID}
OWN = frozenset(f"{device}/{check}" for device in GRID for check in ("agent_answers", "ups_battery"))


def judge_power(truth: Truth, wrong: list[str]) -> None:
    """Hold the incidents of the power area against its blackouts: the right ones, none of what they take with them, and
    graver before the batteries are empty."""
    if GRID[0] not in truth.history.first.devices:
        return
    for row in truth.rows:
        if row.kind in (FactKind.INCIDENT_OPENED, FactKind.INCIDENT_REOPENED) and row.target in OWN:
            wrong.append(f"W2: {row.target} was told at {truth.at(row):.1f}, and is a part of its place")
    _steady(truth, wrong)
    for blackout in truth.history.world.blackouts:
        _warned(truth, blackout, wrong)


def _certain(truth: Truth, blackout: Blackout, at: float) -> bool:
    """Return whether the daemon saw the mains go, and was awake for long before `at`, by a clock that was right."""
    world = truth.history.world
    if truth.clock_wrong(blackout.begins - 1, at) or not (world.sure or at >= truth.history.healed):
        return False
    return truth.alive(blackout.begins, blackout.begins + STEADY) and truth.alive(at - STEADY, at)


def _steady(truth: Truth, wrong: list[str]) -> None:
    """Where nothing changed for long, what runs is what has no mains."""
    world = truth.history.world
    spans = spans_of(truth, OWN | {THE_AREA, *PLACES.values()})
    for begins, ends in pairwise([0.0, *changes(world.blackouts), truth.history.ended]):
        for at in (begins + STEADY, (begins + ends) / 2, ends - 1.0):
            if not begins + STEADY <= at < ends or not truth.alive(at - STEADY, at):
                continue
            if truth.clock_wrong(at - STEADY, at) or not (world.sure or at >= truth.history.healed):
                continue
            lasting = [b for b in world.blackouts if b.begins <= at < b.ends]
            if not all(_certain(truth, one, at) for one in lasting):
                continue
            lost = frozenset().union(*(one.places for one in lasting))
            expected = {THE_AREA} if len(lost) >= 2 else {PLACES[place] for place in lost}
            running = {target for target, found in spans.items() if any(a <= at < b for a, b in found)}
            if running != expected:
                wrong.append(
                    f"W1: at {at:.1f} incidents of {sorted(running)} run, not {sorted(expected)}; no mains at"
                    f" {sorted(lost)} since {[round(b.begins, 1) for b in lasting]}"
                )


def _warned(truth: Truth, blackout: Blackout, wrong: list[str]) -> None:
    """A place is called before its battery is empty, once that lasts no longer than the team's way and a margin."""
    silence = blackout.dark_from
    late = silence - (TRAVEL + MARGIN) + STEADY
    if blackout.ends <= silence or late >= silence or not truth.alive(blackout.begins, silence):
        return
    if not _certain(truth, blackout, silence):
        return
    if not any(_graver(row) and blackout.begins < truth.at(row) <= late for row in truth.rows):
        wrong.append(f"W3: nobody was called before the silence of {sorted(blackout.places)} at {silence:.1f}")


def _graver(row: Row) -> bool:
    mine = row.target == THE_AREA or row.target in PLACES.values()
    return mine and row.kind in (FactKind.INCIDENT_CHANGED, FactKind.INCIDENT_OPENED) and row.refs.get("severity") == 2
