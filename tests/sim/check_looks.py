"""I1 and I2: incidents against what the world answered, look by look."""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime

from monitord.domain.journal import FactKind, Row
from tests.sim.check_holds import PATIENCE, above, judge_opening, judge_quiet, let_out, told_by
from tests.sim.clock import BEGIN
from tests.sim.province import REMOVABLE, SLOW, timing
from tests.sim.truth import Truth
from tests.sim.world import BLIND, GOOD, TARGETS, Seen

SOON = 5.0
"""Seconds from the last look to the commit."""
ABSENT = 500.0
"""Nobody looks at a target for so long unless it is not in the settings, or the machine sleeps."""


def judge_looks(truth: Truth, wrong: list[str]) -> None:
    """Hold every opening, change and end against the looks before it, and every look against what must follow."""
    looks: dict[tuple[str, int], list[Seen]] = defaultdict(list)
    ends = {up.life: up.ends for up in truth.history.ups if up.death == "killed"}
    written = {(row.target, truth.when[row.seq][2]): truth.at(row) for row in truth.rows}
    lost = set()
    for seen in truth.history.world.seen:
        looks[seen.target, seen.life].append(seen)
        last = written.get((seen.target, seen.life), 0.0)
        if seen.health == GOOD and seen.at > ends.get(seen.life, float("inf")) - 0.5 and last < seen.at - 0.01:
            lost.add((seen.target, seen.at))  # the daemon died before it was written
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in truth.rows:
        if row.target is not None and row.kind.startswith(("incident.", "target.removed")):
            rows[row.target].append(row)
    for target in TARGETS:
        _rows(truth, target, rows[target], looks, lost, wrong)
        for (name, _), found in looks.items():
            if name == target:
                _looks(truth, target, looks, found, rows[target], wrong)
    _cadence(truth, looks, wrong)


def _rows(
    truth: Truth,
    target: str,
    rows: list[Row],
    all_of_them: dict[tuple[str, int], list[Seen]],
    lost: set[tuple[str, float]],
    wrong: list[str],
) -> None:
    removed = {truth.at(row) for row in rows if row.kind == FactKind.TARGET_REMOVED}
    for row in rows:
        at, _, life = truth.when[row.seq]
        looks = {
            (name, lived): [s for s in found if lived == life or (name, s.at) not in lost]
            for (name, lived), found in all_of_them.items()
            if name in (target, above(target))
        }
        everything = sorted((s for (name, _), found in looks.items() if name == target for s in found), key=_at)
        # What waits behind another device or for the end of a maintenance waits over a death, too.
        alone = above(target) is None and not truth.maintained(target, 0.0, at)
        seen = looks.get((target, life), []) if alone else everything
        before = seen[: bisect_right([s.at for s in seen], at)]
        match row.kind:
            case FactKind.INCIDENT_OPENED | FactKind.INCIDENT_REOPENED:
                name = row.refs.get("code", target)
                good = max((n for n, s in enumerate(before) if s.health == GOOD), default=-1)
                last = [s.health for s in before[good + 1 :]]
                if len(last) < 3 or len(last) - last.count(BLIND) < 2:
                    wrong.append(f"I2: {name} opened at {at:.1f} on {target}, looks were {last}")
                judge_opening(truth, target, row, looks, wrong)
                judge_quiet(truth, target, row, wrong)
                waits = 0.0 if above(target) is None else PATIENCE
                quiet = truth.maintained(target, at - SOON, at) or truth.doubtful(target, at - SOON, at)
                if before and at - before[-1].at > SOON + waits and not quiet:
                    wrong.append(f"I1: {name} opened {at - before[-1].at:.1f} s after its last look")
                _bounds(truth, row, everything, wrong)
            case FactKind.INCIDENT_RESTORED if at not in removed:
                if not before or before[-1].health != GOOD:
                    wrong.append(f"I2: {target} called restored at {at:.1f}, looks were {before[-3:]}")


def _at(seen: Seen) -> float:
    return seen.at


def _bounds(truth: Truth, row: Row, looks: list[Seen], wrong: list[str]) -> None:
    """When the outage began, by the log, lies between the last good look and the first bad one after it."""
    at = truth.at(row)
    before = looks[: bisect_right([s.at for s in looks], at)]
    good = max((n for n, s in enumerate(before) if s.health == GOOD), default=-1)
    gaps = (n for n in range(1, len(before)) if before[n].at - before[n - 1].at > ABSENT)
    absent = max((n for n in gaps if not truth.slept(before[n - 1].at, before[n].at)), default=0)
    bad = [s for s in before[max(good + 1, absent) :] if s.health not in (GOOD, BLIND)]
    if not bad or truth.clock_wrong(0.0, at):
        return
    said = (datetime.fromisoformat(row.refs["first_bad"]) - BEGIN).total_seconds()
    if not (before[good].at if good >= 0 else 0.0) < said <= bad[-1].at + 0.1:
        wrong.append(f"I1: incident {row.incident} began {said:.1f} by the log, the looks say {bad[0].at:.1f}")
    if good >= 0 and {before[good].life, *(s.life for s in bad)} == {bad[0].life} and abs(said - bad[0].at) > 0.5:
        wrong.append(f"I1: incident {row.incident} began {said:.1f} by the log, its first bad look was {bad[0].at:.1f}")
    last_good = row.refs.get("last_good")
    if last_good is not None and (datetime.fromisoformat(last_good) - BEGIN).total_seconds() > said:
        wrong.append(f"I1: incident {row.incident} was well after it began")


def _looks(
    truth: Truth,
    target: str,
    looks: dict[tuple[str, int], list[Seen]],
    seen: list[Seen],
    rows: list[Row],
    wrong: list[str],
) -> None:
    for n, look in enumerate(seen):
        by = look.at + SOON
        if look.health != GOOD:
            quiet = let_out(truth, target, look.at, by)
            if quiet is None:
                continue
            by = told_by(target, look.life, looks, quiet - SOON)
            # Let out by what is above it, it may be in a maintenance by then.
            late = let_out(truth, target, by - SOON, by) if by < float("inf") else by
            if late is None:
                continue
            by = late
            if any(s.health in (GOOD, BLIND) for s in seen[n + 1 :] if s.at <= by + 1):
                continue
        if not truth.alive(look.at, by) or target.partition("/")[0] not in truth.edition(by).devices:
            continue
        before, after = _running(truth, rows, look.at), _running(truth, rows, by)
        three = seen[max(0, n - 2) : n + 1]
        # A target that was taken out of the settings and put back is a new one.
        last = [s.health for s in three] if look.at - three[0].at < ABSENT else []
        if look.health == GOOD:
            if before is not None and after == before:
                wrong.append(f"I1: {target} was seen well at {look.at:.1f} and incident {before[0]} goes on")
        elif len(last) == 3 and GOOD not in last and BLIND not in last:
            if after is None:
                wrong.append(f"I1: {target} was seen broken three times up to {look.at:.1f} and no incident runs")
            elif last == ["down"] * 3 and after[1] == "garbled" and by <= look.at + SOON:
                wrong.append(f"I1: {target} is silent since {look.at:.1f} and incident {after[0]} still says garbled")


def _running(truth: Truth, rows: list[Row], at: float) -> tuple[int, str] | None:
    running: tuple[int, str] | None = None
    for row in rows:
        if truth.at(row) > at:
            break
        assert row.incident is not None or row.kind == FactKind.TARGET_REMOVED
        match row.kind:
            case FactKind.INCIDENT_OPENED | FactKind.INCIDENT_REOPENED:
                running = row.incident or 0, row.refs["health"]
            case FactKind.INCIDENT_CHANGED if running is not None:
                running = running[0], row.refs["health"]
            case FactKind.INCIDENT_RESTORED:
                running = None
    return running


def _cadence(truth: Truth, looks: dict[tuple[str, int], list[Seen]], wrong: list[str]) -> None:
    for awake in truth.awake:
        for target in TARGETS:
            device = target.partition("/")[0]
            if device == REMOVABLE:
                continue
            longest = 1.25 * timing(device).interval.total_seconds() + 10
            instants = [s.at for s in looks[target, awake.life] if awake.begins <= s.at <= awake.ends]
            for a, b in zip([awake.begins, *instants], [*instants, awake.ends], strict=True):
                if b - a > longest:
                    wrong.append(f"I1: {target} was not looked at from {a:.1f} to {b:.1f}")


assert SLOW.confirm == 3
