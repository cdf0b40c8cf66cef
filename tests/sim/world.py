"""Devices and pages that fail by the seed, and the two ways of looking at them, in virtual time."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitord.clock import Clock
from monitord.domain.health import Cause
from monitord.domain.looking import Branch, Oid, PageRequest, PageSight, Reach, Sight, Syntax, TableRow, Value
from monitord.domain.network import SnmpAccess, Timing
from tests.sim import power
from tests.sim.cuts import Cut, broken, healed
from tests.sim.loop import Universe
from tests.sim.power import Blackout
from tests.sim.province import GRID, PARENT, PORT, RING, SEVERITY

UPTIME = "1.3.6.1.2.1.1.3.0"
IF_ADMIN, IF_OPER = "1.3.6.1.2.1.2.2.1.7", "1.3.6.1.2.1.2.2.1.8"
GOOD, BLIND = "up", "unknown"
TARGETS = ("r1/agent_answers", "r2/agent_answers", f"r2/interface_up/{PORT}", "s1/agent_answers", "s2/agent_answers",
           "w1/page_answers")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """A time in which a target is `down` or `garbled`."""

    begins: float
    ends: float
    kind: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What the world answered about a target, and when the answer was there."""

    at: float
    target: str
    health: str
    life: int


@dataclass
class World:
    """What is really broken. `loss` is the share of looks that see nothing although all is well; `blind` that of looks
    that fail on our side; `sure` when there are neither. `cuts` is what is broken of the ring, `blackouts`
    are the times without mains."""

    universe: Universe
    rng: random.Random
    phases: dict[str, list[Phase]]
    loss: float
    blind: float
    cuts: list[Cut] = field(default_factory=list)
    blackouts: list[Blackout] = field(default_factory=list)
    sure: bool = False
    seen: list[Seen] = field(default_factory=list)
    life: int = 0

    def complete(self) -> None:
        """Let every target that nothing is said of be well."""
        self.phases = {target: self.phases.get(target, []) for target in TARGETS}

    def truth(self, target: str, at: float) -> str:
        """Return how a target is, seen from where we look: what stands behind a silent device is silent."""
        if (device := target.partition("/")[0]) in RING:
            return GOOD if device in broken(self.cuts, at).reached() else "down"
        if device in GRID:
            return "down" if power.silent(self.blackouts, device, at) else GOOD
        above = PARENT.get(target.partition("/")[0])
        if above is not None and self.truth(f"{above}/agent_answers", at) == "down":
            return "down"
        return next((p.kind for p in self.phases[target] if p.begins <= at < p.ends), GOOD)

    def dark(self, target: str, port: str) -> bool:
        """Return whether a port of a device that answers has no signal now."""
        device = target.partition("/")[0]
        if device in RING:
            return broken(self.cuts, self.universe.now).dark(device, port)
        return self.truth(target, self.universe.now) != GOOD

    def heal(self) -> None:
        """Let everything be well from now on."""
        now = self.universe.now
        self.loss = self.blind = 0.0
        self.cuts = healed(self.cuts, now)
        self.blackouts = power.healed(self.blackouts, now)
        self.phases = {
            target: [Phase(p.begins, min(p.ends, now), p.kind) for p in phases if p.begins < now]
            for target, phases in self.phases.items()
        }

    def note(self, target: str, health: str) -> None:
        """Write down what was answered."""
        self.seen.append(Seen(self.universe.now, target, health, self.life))


def make_phases(rng: random.Random, hours: float, busy: float = 1.0) -> dict[str, list[Phase]]:
    """Return some outages for every target: long ones, short ones, garbage that ends in silence, and flapping."""
    phases: dict[str, list[Phase]] = {}
    for target in TARGETS:
        found: list[Phase] = []
        at = rng.expovariate(busy / (4 * 3600))
        while at < hours * 3600:
            match rng.choices(("long", "short", "garbled", "flap"), (5, 3, 1.5, 1))[0]:
                case "long":
                    found.append(Phase(at, at + rng.uniform(900, 4 * 3600), "down"))
                case "short":
                    found.append(Phase(at, at + rng.uniform(20, 400), "down"))
                case "garbled" if "agent" in target:
                    turn, end = at + rng.uniform(100, 1500), at + rng.uniform(1500, 7200)
                    found += [Phase(at, turn, "garbled"), Phase(turn, end, "down")]
                case _:
                    for _ in range(rng.randint(2, 6)):
                        end = at + rng.uniform(30, 240)
                        found.append(Phase(at, end, "down"))
                        at = end + rng.uniform(30, 300)
            at = max(at, found[-1].ends if found else at) + rng.expovariate(busy / (4 * 3600))
        phases[target] = found
    return phases


class SimSnmp:
    """Looks at devices of the world: an answer soon, or silence after all attempts."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    async def look(
        self,
        access: SnmpAccess,
        scalars: tuple[Oid, ...],
        rows: tuple[TableRow, ...],
        timing: Timing,
        branches: tuple[Branch, ...] = (),
    ) -> Sight:
        world, device = self._world, access.address
        began = self._clock.mono()
        lost, blind = world.rng.random() < world.loss, world.rng.random() < world.blind
        await asyncio.sleep(world.rng.uniform(0.02, 0.4))
        state = world.truth(f"{device}/agent_answers", world.universe.now)
        if blind:
            self._note(device, BLIND, rows)
            return Sight(self._clock.now(), Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED)
        if lost or state == "down":
            await asyncio.sleep(timing.attempts * timing.timeout.total_seconds() - 0.4)
            self._note(device, "down", rows)
            return Sight(self._clock.now(), Reach.SILENT, self._took(began))
        if state == "garbled":
            self._note(device, "garbled", rows)
            return Sight(self._clock.now(), Reach.GARBLED, self._took(began), Cause.BAD_ANSWER)
        world.note(f"{device}/agent_answers", GOOD)
        values = {}
        for row in rows:
            target = f"{device}/interface_up/{row.key}"
            dark = world.dark(target, row.key)
            world.note(target, "down" if dark else GOOD)
            values[IF_ADMIN, row.key] = Value(Syntax.INTEGER, 1)
            values[IF_OPER, row.key] = Value(Syntax.INTEGER, 2 if dark else 1)
        ended = max(
            (p.ends for p in world.phases.get(f"{device}/agent_answers", ()) if p.ends <= world.universe.now), default=0
        )
        ticks = 100_000 + int((world.universe.now - ended) * 100)
        supply: Mapping[Oid, Value] = {}
        if device in GRID:
            supply = power.said(world.blackouts, device, world.universe.now)
            world.note(f"{device}/ups_battery", power.health(world.blackouts, device, world.universe.now))
        return Sight(
            self._clock.now(),
            Reach.ANSWERED,
            self._took(began),
            values={UPTIME: Value(Syntax.TIMETICKS, ticks), **supply},
            rows=values,
        )

    def _note(self, device: str, health: str, rows: tuple[TableRow, ...]) -> None:
        self._world.note(f"{device}/agent_answers", health)
        for row in rows:
            self._world.note(f"{device}/interface_up/{row.key}", BLIND)
        if device in GRID:
            self._world.note(f"{device}/ups_battery", BLIND)

    def _took(self, began: float) -> timedelta:
        return timedelta(seconds=max(0.0, self._clock.mono() - began))


class SimPages:
    """Looks at the one page of the world."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._world = world
        self._clock = clock

    async def look(self, request: PageRequest, timeout: float) -> Sight:
        world, target = self._world, "w1/page_answers"
        lost, blind = world.rng.random() < world.loss, world.rng.random() < world.blind
        await asyncio.sleep(world.rng.uniform(0.05, 0.8))
        down = world.truth(target, world.universe.now) != GOOD
        if blind:
            world.note(target, BLIND)
            return Sight(self._clock.now(), Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED)
        if lost or down:
            await asyncio.sleep(max(0.0, timeout - 0.9))
            world.note(target, "down")
            return Sight(self._clock.now(), Reach.SILENT, page=PageSight(fault=Cause.TIMED_OUT))
        world.note(target, GOOD)
        return Sight(self._clock.now(), Reach.ANSWERED, page=PageSight(status=200, body=b"ok"))


assert {target.partition("/")[0] for target in TARGETS} == set(SEVERITY)
