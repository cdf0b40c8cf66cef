"""What goes wrong on our side, by the seed: deaths at any step and commit, clocks, sleep, rosters, Telegram."""

import random
from dataclasses import dataclass, field

from tests.sim.telegram import Habits

ACTS = ("take", "escalate", "escalate", "eta", "note", "call")
STEPS = (1.0, 30.0, 3600.0, 86_400.0, 365 * 86_400.0, 3650 * 86_400.0)


@dataclass(frozen=True, slots=True)
class Blow:
    """One thing that goes wrong at a true instant.

    `kind`: step, before, after, attempt, press (a death), term (an orderly stop), wall (`size` seconds), sleep, edit,
    block or unblock (`whom`), window (maintenance of the device `whom` for `size` seconds) or unwindow (its early end),
    act (`whom` names what somebody types about the `count`-th incident that runs). After a death the daemon is away for
    `away` seconds; `reboot` says that the machine was, too.
    """

    at: float
    kind: str
    count: int = 1
    away: float = 5.0
    reboot: bool = False
    size: float = 0.0
    whom: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the nemesis does in one history."""

    blows: tuple[Blow, ...] = ()
    habits: Habits = field(default_factory=Habits)
    loss: float = 0.0
    blind: float = 0.0
    eager: float = 0.4
    busy: float = 1.0
    shuffle: bool = True
    hours: float = 12.0


def make_plan(rng: random.Random, hours: float) -> Plan:
    """Return the misfortunes of a seed: some seeds have many of one kind and none of another."""
    end = hours * 3600
    blows: list[Blow] = []
    for _ in range(rng.choice((0, 2, 5, 9))):
        kind = rng.choice(("step", "before", "after", "attempt", "attempt", "press", "term"))
        away = 10 ** rng.uniform(0, 4.33) if rng.random() < 0.4 else rng.uniform(1, 60)
        blow = Blow(rng.uniform(60, end), kind, rng.randint(1, 40), away, away > 40 and rng.random() < 0.3)
        blows.append(blow)
    for _ in range(rng.choice((0, 0, 1, 4))):
        at, size = rng.uniform(0, end), rng.choice(STEPS) * rng.choice((1, -1))
        blows.append(Blow(at, "wall", size=size))
        blows.append(Blow(at + 10 ** rng.uniform(1.5, 4), "wall", size=-size))
    blows += [Blow(rng.uniform(0, end), "sleep", size=10 ** rng.uniform(1, 3.9)) for _ in range(rng.choice((0, 0, 2)))]
    blows += [Blow(rng.uniform(0, end), "edit") for _ in range(rng.choice((0, 1, 3)))]
    for whom in rng.sample(("a1", "a2", "l1", "b2", "m2", "d1"), rng.choice((0, 0, 1, 2))):
        at = rng.uniform(0, end)
        blows += [Blow(at, "block", whom=whom), Blow(at + rng.uniform(600, end), "unblock", whom=whom)]
    outages = []
    for _ in range(rng.choice((0, 0, 1, 3))):
        at = rng.uniform(0, end)
        outages.append((at, at + 10 ** rng.uniform(1, 3.86)))
        if rng.random() < 0.4:
            # While something waits for its next attempt the clock goes back: that attempt must come all the same.
            back = rng.uniform(*outages[-1])
            blows += [Blow(back, "wall", size=-7200.0), Blow(back + rng.uniform(1800, 7200), "wall", size=7200.0)]
    rough = rng.choice((0.0, 0.3, 1.0))
    quiet = random.Random(f"windows {rng.random()}")
    for _ in range(quiet.choice((0, 0, 1, 3))):
        at, size = quiet.uniform(0, end), 10 ** quiet.uniform(2, 3.7)
        blows.append(Blow(at, "window", whom=quiet.choice(("r1", "r2", "s1", "s2", "w1")), size=size))
        if quiet.random() < 0.4:
            blows.append(Blow(at + quiet.uniform(0.1, 0.9) * size, "unwindow"))
    for _ in range(quiet.choice((0, 0, 4, 12))):
        blows.append(Blow(quiet.uniform(0, end), "act", quiet.randint(0, 3), whom=quiet.choice(ACTS)))
    habits = Habits(
        ambiguous=rough * rng.uniform(0, 0.2),
        unsent=rough * rng.uniform(0, 0.2),
        limited=rough * rng.uniform(0, 0.05),
        outages=tuple(sorted(outages)),
    )
    return Plan(
        blows=tuple(sorted(blows, key=lambda b: b.at)),
        habits=habits,
        loss=rng.choice((0.0, 0.0, 0.0, 0.02, 0.1)),
        blind=rng.choice((0.0, 0.0, 0.02)),
        eager=rng.choice((0.1, 0.4, 0.7)),
        busy=rng.choice((0.3, 0.6, 1.2)),
        hours=hours,
    )
