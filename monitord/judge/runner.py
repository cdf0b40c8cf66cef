"""The runner: asks each target's check for its verdict, keeps the targets' states, and gives the edges that follow."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog

from monitord.domain import flapping
from monitord.domain.bulletin import Watched
from monitord.domain.edge import Change, Edge, Firmness, Known, TargetState, known, observe, soft
from monitord.domain.health import FAULTS, STANDING, Cause, Happening, Health
from monitord.domain.looking import Check, Reach, Sight, Unseen, Verdict
from monitord.domain.network import SIGHT, Device, Target, TargetId
from monitord.domain.safe import clean
from monitord.judge.eyes import Eyes
from monitord.judge.peaks import Peaks

LASTS_AS_LONG = timedelta(minutes=5)
"""A battery that is to last so much longer or shorter than was told is told anew."""
SAME_BEGIN = timedelta(seconds=5)
"""Two looks say the same beginning within this: the device counts in hundredths, and answers take a while."""
STEPPED = timedelta(minutes=5)
"""A look that ended after somebody asked cannot have begun so long before: the wall clock was set back."""
MAX_READINGS = 32
"""Readings kept of one verdict."""

_log = structlog.stdlib.get_logger("monitord.judge")


@dataclass(frozen=True, slots=True)
class Judged:
    """What followed from a sight: edges in the order of their numbers, whether a change is still soft, and readings."""

    edges: tuple[Edge, ...] = ()
    soft: bool = False
    readings: Mapping[TargetId, Mapping[str, float]] = field(default_factory=lambda: MappingProxyType({}))


class Judge:
    """Holds the state of every target; never waits, never raises for anything a check or a device does.

    `source` names this looker and `boot` this run of it; together with the number of an edge they name it for the desk.
    Not thread-safe: one loop calls it.
    """

    def __init__(self, checks: Mapping[str, Check], source: str, boot: str) -> None:
        self._checks = checks
        self._source = source
        self._boot = boot
        self._seq = 0
        self._states: dict[TargetId, TargetState] = {}
        self._previous: dict[TargetId, Sight] = {}
        self._lasts: dict[TargetId, datetime] = {}
        self._complained: set[TargetId] = set()
        self._restless: dict[TargetId, flapping.Flapping] = {}
        self._standing: dict[TargetId, tuple[frozenset[Happening], str]] = {}
        self._asked: dict[TargetId, datetime] = {}
        self._eyes = Eyes()
        self._peaks = Peaks()
        self.check_failures = 0

    def seed(self, remembered: Iterable[Known]) -> None:
        """Begin with what the desk remembers of targets.

        A target that was judged already keeps its state. The first verdict crosses all the same.
        """
        blind, down = False, set()
        for one in remembered:
            if one.target == SIGHT:
                blind = one.settled in FAULTS
                continue
            state = self._states.get(one.target)
            if state is not None and state.looked:
                continue
            self._states[one.target] = known(one.settled, one.last_good, one.first_bad)
            if one.history:
                self._restless[one.target] = flapping.remembered(one.history, one.flapping)
            if one.settled is Health.DOWN:
                down.add(one.target.partition("/")[0])
        self._eyes.remember(blind, down)

    def ask(self, targets: Iterable[TargetId], at: datetime) -> None:
        """Tell the next verdict of these targets whatever it is: somebody waits for what is so from `at` on."""
        self._asked.update(dict.fromkeys(targets, at))

    def watch(self, watched: Iterable[Watched]) -> None:
        """Tell from now on how full these lines become while it matters."""
        self._peaks.watch(watched)

    def reload(self, checks: Mapping[str, Check], devices: Iterable[Device]) -> None:
        """Take new check kinds and devices: targets that stay keep their state, those that left lose it."""
        self._checks = checks
        staying = {target.id for device in devices for target in device.targets}
        self._states = {target: state for target, state in self._states.items() if target in staying}
        self._previous = {target: sight for target, sight in self._previous.items() if target in staying}
        self._standing = {target: told for target, told in self._standing.items() if target in staying}
        self._restless = {target: flaps for target, flaps in self._restless.items() if target in staying}
        self._asked = {target: at for target, at in self._asked.items() if target in staying}
        self._eyes.keep({target.partition("/")[0] for target in staying})
        self._complained.clear()

    def judge(self, device: Device, sight: Sight, targets: Sequence[Target] | None = None) -> Judged:
        """Return what follows from a sight of the device for these of its targets (all of them when None)."""
        # What it says of ourselves goes before what it says of the device.
        edges = [self._sight(told, sight.at)] if (told := self._eyes.look(device.id, sight)) is not None else []
        readings: dict[TargetId, Mapping[str, float]] = {}
        waiting = False
        kept = _kept(sight)
        for target in device.targets if targets is None else targets:
            answers = self._answers(target.id, sight.at)
            verdict = self._once(target.id, self._verdict(target, sight))
            if (peak := self._peaks.news(target.id, verdict, sight.at)) is not None:
                verdict = replace(verdict, happenings=(*verdict.happenings, Happening.PEAK))
            before = self._states.get(target.id, TargetState())
            if answers:
                before = replace(before, asked=True)
            after, change = observe(before, verdict, sight.at, device.timing.confirm)
            self._states[target.id] = after
            waiting = waiting or soft(after)
            if kept is not None:
                self._previous[target.id] = kept
            if verdict.readings:
                readings[target.id] = verdict.readings
            turned = device.timing.flapping and self._restlessness(target.id, after, sight.at)
            if change is None and (verdict.happenings or turned or self._lasts_otherwise(target.id, verdict, sight.at)):
                change = _happened(before, after, verdict)
            if change is not None:
                edge = self._edge(target, verdict, change, before, after, sight.at, device.timing.confirm)
                edges.append(edge if peak is None else replace(edge, peak=peak))
        return Judged(tuple(edges), waiting, readings)

    def tally(self) -> Mapping[Health, int]:
        """Return how many targets are seen in each health; those not looked at yet are in none."""
        return Counter(state.health for state in self._states.values() if state.looked and state.health is not None)

    def state(self, target: TargetId) -> TargetState:
        """Return the state of a target; the empty one when it was never judged."""
        return self._states.get(target, TargetState())

    def _verdict(self, target: Target, sight: Sight) -> Verdict:
        try:
            return _bounded(self._checks[target.check].judge(target.params, sight, self._previous.get(target.id)))
        except Unseen as unseen:
            return Verdict.unknown(unseen.cause, clean(unseen.detail))
        except Exception as error:
            self.check_failures += 1
            if target.id not in self._complained:
                self._complained.add(target.id)
                _log.error("check.failed", target=target.id, check=target.check, exc_info=True)
            return Verdict.unknown(Cause.CHECK_FAILED, clean(f"{target.check}: {type(error).__name__}"))

    def _answers(self, target: TargetId, at: datetime) -> bool:
        """Return whether a sight of `at` is what somebody waits for, and wait no more if it is."""
        asked = self._asked.get(target)
        if asked is None or timedelta(0) < asked - at < STEPPED:
            return False
        del self._asked[target]
        self._standing.pop(target, None)
        return True

    def _once(self, target: TargetId, verdict: Verdict) -> Verdict:
        """Return the verdict without the standing happenings that were told as they are now."""
        standing = frozenset(verdict.happenings) & STANDING
        if not standing and verdict.health is not Health.UP:
            return verdict  # nothing could be seen of it
        told, now = self._standing.get(target), (standing, verdict.detail)
        self._standing[target] = now
        if not standing or told != now:
            return verdict
        return replace(verdict, happenings=tuple(h for h in verdict.happenings if h not in STANDING))

    def _lasts_otherwise(self, target: TargetId, verdict: Verdict, at: datetime) -> bool:
        """Return whether what goes on, such as a battery, ends at another time than was told."""
        if verdict.lasts is None:
            self._lasts.pop(target, None)
            return False
        until, told = at + verdict.lasts, self._lasts.get(target)
        if told is not None and abs(until - told) < LASTS_AS_LONG:
            return False
        self._lasts[target] = until
        return told is not None

    def _restlessness(self, target: TargetId, state: TargetState, at: datetime) -> bool:
        """Note a look's state; return True when the target began or ceased to flap by it."""
        before = self._restless.get(target)
        if before is None and state.health is Health.UP:
            return False
        after = flapping.observed(before or flapping.Flapping(), state, at)
        if not after.is_flapping and not flapping.written(after):
            self._restless.pop(target, None)
        else:
            self._restless[target] = after
        return after.is_flapping is not (before is not None and before.is_flapping)

    def _sight(self, blind: bool, at: datetime) -> Edge:
        """Return the edge that says that we are blind, or see."""
        self._seq += 1
        silent, looked = self._eyes.counts
        now = Health.DOWN if blind else Health.UP
        return Edge(
            source=self._source,
            boot=self._boot,
            seq=self._seq,
            target=SIGHT,
            was=None,
            now=now,
            firmness=Firmness.HARD,
            attempt=1 if blind else 0,
            confirm=1,
            cause=Cause.BLIND if blind else Cause.FINE,
            detail=f"{silent}/{looked}" if blind else "",
            seen_at=at,
            first_bad=at if blind else None,
            last_good=None if blind else at,
        )

    def _edge(
        self,
        target: Target,
        verdict: Verdict,
        change: Change,
        before: TargetState,
        after: TargetState,
        at: datetime,
        confirm: int,
    ) -> Edge:
        self._seq += 1
        restless = self._restless.get(target.id)
        return Edge(
            source=self._source,
            boot=self._boot,
            seq=self._seq,
            target=target.id,
            was=change.was,
            now=change.now,
            firmness=change.firmness,
            attempt=change.attempt,
            confirm=confirm,
            cause=verdict.cause,
            detail=verdict.detail,
            seen_at=at,
            # A recovery still says which fault it ends, so both bounds come from before it.
            first_bad=after.first_bad or before.first_bad,
            last_good=before.last_good if change.now is Health.UP else after.last_good,
            first=not before.looked,
            happenings=verdict.happenings,
            flapping=restless is not None and restless.is_flapping,
            history=flapping.written(restless) if restless is not None else "",
            first_bad_by=_begun_by(verdict, after),
            lasts_until=None if verdict.lasts is None else at + verdict.lasts,
        )


def _begun_by(verdict: Verdict, after: TargetState) -> str:
    """Return by what of the device the beginning of a fault is known; empty when it is by the looks."""
    if verdict.since is None or after.first_bad is None or abs(after.first_bad - verdict.since) > SAME_BEGIN:
        return ""
    return verdict.since_by


def _happened(before: TargetState, after: TargetState, verdict: Verdict) -> Change:
    """Return the change that carries a happening alone: from and to are the same, and no firmer than the state."""
    firmness = Firmness.HARD if after.settled is after.health else Firmness.SOFT
    return Change(before.health, verdict.health, firmness, after.attempt)


def _bounded(verdict: Verdict) -> Verdict:
    """Return the verdict with clean text and finite readings; TypeError when a check returned something else."""
    if not (isinstance(verdict, Verdict) and isinstance(verdict.health, Health) and isinstance(verdict.cause, Cause)):
        raise TypeError(f"a check returned {type(verdict).__name__}, not a Verdict")
    kept = [(str(name), float(number)) for name, number in verdict.readings.items() if math.isfinite(number)]
    return replace(
        verdict,
        detail=clean(verdict.detail),
        readings=dict(kept[:MAX_READINGS]),
        happenings=tuple(dict.fromkeys(Happening(happening) for happening in verdict.happenings)),
    )


def _kept(sight: Sight) -> Sight | None:
    """Return what is remembered of a sight as the next one's previous, None when it told nothing.

    Only sights with an answer replace the one before: a device that was silent while it restarted is compared with what
    it said before the silence. Of a page everything but its text is kept, of branches nothing: they are large.
    """
    if sight.reach is not Reach.ANSWERED or not (sight.values or sight.rows or sight.page):
        return None
    page = None if sight.page is None else replace(sight.page, headers=(), body=b"")
    return replace(sight, detail="", page=page, branches={}, cut=frozenset(), left=frozenset())
