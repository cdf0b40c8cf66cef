"""I2 and I1 for what stands behind another device: not told while that fails, and told once it does not."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from monitord.domain.journal import Row
from tests.sim.province import PARENT
from tests.sim.truth import Truth
from tests.sim.world import BLIND, GOOD, Seen

PATIENCE = 90.0
"""Seconds for which a fault may wait for a look at what stands above it."""
SOON = 5.0
Looks = Mapping[tuple[str, int], Sequence[Seen]]


def above(target: str) -> str | None:
    """Return the target that says whether the device above a target answers, None where none is above."""
    parent = PARENT.get(target.partition("/")[0])
    return None if parent is None else f"{parent}/agent_answers"


def all_looks(looks: Looks, target: str) -> list[Seen]:
    """Return every look at a target, of all lives: what waits behind another device waits over a death, too."""
    return sorted((s for (name, _), found in looks.items() if name == target for s in found), key=lambda s: s.at)


def judge_opening(truth: Truth, target: str, row: Row, looks: Looks, wrong: list[str]) -> None:
    """Hold the opening of an incident against the last look at what stands above its target."""
    parent = above(target)
    at = truth.at(row)
    if parent is None or row.refs.get("hushed"):
        return
    before = [s for s in all_looks(looks, parent) if s.at <= at]
    if not before or at - before[-1].at < 1.0:
        return  # what was seen just now may be under way
    # Three looks that saw nothing are the confirmation that nobody sees it.
    seen = next((s.health for s in before[:-4:-1] if s.health != BLIND), BLIND)
    if seen not in (GOOD, BLIND):
        wrong.append(f"I2: {target} told at {at:.1f} although {parent} was seen {seen} last")
    bad = _first_bad(all_looks(looks, target), at)
    # A look counts by when it ended, and began up to some seconds before.
    if bad is not None and before[-1].at < bad.at and at - bad.at < PATIENCE - SOON:
        wrong.append(f"I2: {target} told at {at:.1f}, and nobody looked at {parent} since it failed at {bad.at:.1f}")


def judge_quiet(truth: Truth, target: str, row: Row, wrong: list[str]) -> None:
    """Hold the opening of an incident against the maintenances of its device."""
    at = truth.at(row)
    if row.refs.get("hushed"):
        return
    for window in truth.maintained(target, at - 1, at + 1):
        if window.begins + 1 < at < window.ends - 1 and not truth.clock_wrong(window.begins, at):
            wrong.append(
                f"I2: {target} told at {at:.1f} in a maintenance from {window.begins:.1f} to {window.ends:.1f}"
            )


def let_out(truth: Truth, target: str, at: float, by: float) -> float | None:
    """Return by when a fault must be told that is confirmed at `at` and due by `by`: not in a maintenance, but at its
    end. None where the clock was wrong, so that nobody can say."""
    if truth.doubtful(target, at, by):
        return None
    while windows := [w for w in truth.maintained(target, at, by) if w.ends + SOON > by]:
        end = max(window.ends for window in windows)
        if truth.clock_wrong(min(w.begins for w in windows), end + SOON):
            return None
        at, by = end, end + SOON
    return by


def told_by(target: str, life: int, looks: Looks, confirmed: float) -> float:
    """Return by when a fault confirmed at that instant must be told: at once, or once nothing above explains it."""
    parent = above(target)
    if parent is None:
        return confirmed + SOON
    watch = looks.get((parent, life), ())
    place = bisect_right([s.at for s in watch], confirmed) - 1
    free = confirmed
    if place < 0 or watch[place].health not in (GOOD, BLIND):
        free = -1.0
    for look in watch[place + 1 :]:
        if free >= 0 and look.at > free + PATIENCE + SOON:
            break
        if look.health not in (GOOD, BLIND):
            free = -1.0
        elif free < 0:
            free = look.at
    return float("inf") if free < 0 else free + PATIENCE + SOON


def _first_bad(seen: Sequence[Seen], at: float) -> Seen | None:
    before = [s for s in seen if s.at <= at]
    good = max((n for n, s in enumerate(before) if s.health == GOOD), default=-1)
    return next((s for s in before[good + 1 :] if s.health not in (GOOD, BLIND)), None)
