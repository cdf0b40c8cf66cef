"""One night as a seed writes it: what breaks and returns, who presses, what Telegram loses, when the daemon dies."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from monitord.demo.botapi import BotFault, Trouble
from tests.support.daemon import policy

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
DELAYS = (0.0, 2.0, 5.0, 9.0)
LAST = len(DELAYS) - 1
REPEAT = 7.0
LENGTH = 23.0
"""Seconds in which things happen; afterwards every device is well again and the night comes to its end."""
DEVICES: Mapping[str, str] = {f"olt-{n}": "vt" for n in range(1, 7)} | {"bd-1": "bd", "bd-2": "bd"}
"""The devices and their units; each has one port that is looked at too."""
PORT = "ge-0/0/1"
SOUND = 3
"""Devices that never fail in a night: enough for the desk to know that it is not its own line that is cut."""
PORT_FAULT = f"ifdown {PORT}"


@dataclass(frozen=True, slots=True)
class Outage:
    """Something breaks `begins` seconds into the night and is well again at `ends`. `how` is the agent's fault."""

    device: str
    how: str
    begins: float
    ends: float

    @property
    def target(self) -> str:
        """Return the target that must be seen as failed."""
        return f"{self.device}/interface_up/{PORT}" if self.how == PORT_FAULT else f"{self.device}/agent_answers"


@dataclass(frozen=True, slots=True)
class Kill:
    """kill -9 at `at`, and the start `down` seconds later."""

    at: float
    down: float


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody presses a button of a message of the last seconds: its reader, a stranger, or with forged data."""

    at: float
    kind: str
    pick: float


@dataclass(frozen=True, slots=True)
class Script:
    """Everything a night does by itself."""

    seed: int
    outages: tuple[Outage, ...]
    kills: tuple[Kill, ...]
    presses: tuple[Press, ...]
    troubles: tuple[tuple[float, BotFault], ...]
    ack_holds: float

    @property
    def policy(self) -> str:
        """Return the policies section of the night's settings."""
        return policy([f"{after:g}s" for after in DELAYS], f"{REPEAT:g}s", f"{self.ack_holds:g}s")


def write_night(seed: int, kills: int | None = None) -> Script:
    """Return the night of a seed, with that many kills (one to three by its own choice)."""
    dice = random.Random(seed)
    outages: list[Outage] = []
    for device in dice.sample(sorted(DEVICES), len(DEVICES) - SOUND):
        free = dice.uniform(0.5, 8.0)
        for _ in range(dice.choice((1, 1, 2))):
            how = dice.choice(("silent", "silent", "silent", "refuse", "garbage", PORT_FAULT))
            length = dice.choice((dice.uniform(0.2, 1.0), dice.uniform(5, 10), *[dice.uniform(8, 18)] * 3))
            ends = min(free + length, LENGTH)
            if ends - free >= 0.2:
                outages.append(Outage(device, how, free, ends))
            free = ends + dice.uniform(0.8, 6.0)
    number = kills or dice.randint(1, 3)
    instants = sorted(dice.uniform(0.3, LENGTH - 2.0) for _ in range(number))
    longest = (0.0, dice.uniform(0, 1.5), dice.uniform(1.5, 5.0), dice.uniform(4.0, 10.0))
    return Script(
        seed=seed,
        outages=tuple(outages),
        kills=tuple(Kill(at, dice.choice(longest)) for at in instants),
        presses=tuple(
            sorted(
                (
                    Press(dice.uniform(3, LENGTH), dice.choice(("reader",) * 5 + ("stranger", "forged")), dice.random())
                    for _ in range(dice.randint(2, 7))
                ),
                key=lambda press: press.at,
            )
        ),
        troubles=tuple(
            sorted(
                ((dice.uniform(1, LENGTH), dice.choice(_TROUBLES)) for _ in range(dice.randint(1, 5))),
                key=lambda trouble: trouble[0],
            )
        ),
        ack_holds=dice.choice((7200.0, 7200.0, 8.0)),
    )


_TROUBLES = (
    BotFault(Trouble.LOST, "sendMessage", times=1),
    BotFault(Trouble.LOST, "sendMessage", times=2),
    BotFault(Trouble.DROPPED, "sendMessage", times=1),
    BotFault(Trouble.SERVER_ERROR, "sendMessage", times=1),
    BotFault(Trouble.FLOOD, "sendMessage", amount=1, times=1),
    BotFault(Trouble.LATE, "sendMessage", amount=1.5, times=1),
    BotFault(Trouble.LOST, "editMessageText", times=1),
    BotFault(Trouble.LOST, "getUpdates", times=1),
    BotFault(Trouble.AWAY, amount=1.5),
)
