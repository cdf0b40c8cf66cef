"""Flapping by Nagios's rule: how much the last 21 states changed, the newer changes counting more.

Only hard states and soft recoveries are recorded (base/flapping.c of nagioscore). Being flapping holds messages and
changes nothing of what is seen; at the end the state that stays is the last of the history.
"""

from dataclasses import dataclass
from datetime import datetime

from monitord.domain.edge import TargetState, soft
from monitord.domain.health import Health

STATES = 21
"""States remembered, and thus 20 changes between them."""
STARTS = 20
"""Per cent at which flapping starts."""
ENDS = 10
"""Per cent at which flapping ends; between both it stays what it was."""

_LETTERS = {
    Health.UP: "u",
    Health.DEGRADED: "g",
    Health.DOWN: "d",
    Health.GARBLED: "b",
    Health.AUTH: "a",
    Health.UNKNOWN: "k",
}
_OF_LETTER = {letter: health for health, letter in _LETTERS.items()}
_CHANGES = STATES - 1
# 0.75 for the oldest change to 1.25 for the newest, in 76ths: whole numbers, so that a limit is met exactly or not.
_WEIGHTS = tuple(57 + 2 * place for place in range(_CHANGES))
_WHOLE = 76 * _CHANGES
_CALM = (Health.UP,) * STATES


@dataclass(frozen=True, slots=True)
class Flapping:
    """The states of a target, oldest first, and whether it flaps; a new one was always up.

    `since` is the instant at which the flapping started or last ended, None while it never flapped.
    """

    history: tuple[Health, ...] = _CALM
    is_flapping: bool = False
    since: datetime | None = None

    def __post_init__(self) -> None:
        if len(self.history) != STATES:
            raise ValueError(f"a history has {STATES} states, not {len(self.history)}")

    @property
    def percent(self) -> float:
        """Return how much of the history changed, weighted, from 0 to 100."""
        return 100 * _changed(self.history) / _WHOLE

    @property
    def stays(self) -> Health:
        """Return the newest state: what is to be told when the flapping ends."""
        return self.history[-1]


def written(flapping: Flapping) -> str:
    """Return the history in a letter a state, empty for the one of a target that was always up."""
    return "" if flapping.history == _CALM else "".join(_LETTERS[health] for health in flapping.history)


def remembered(text: str, is_flapping: bool) -> Flapping:
    """Return the value of `written`; ValueError when it is not one."""
    try:
        history = tuple(_OF_LETTER[letter] for letter in text) if text else _CALM
    except KeyError:
        raise ValueError(f"{text!r} is no history of states") from None
    return Flapping(history, is_flapping)


def record(flapping: Flapping, health: Health, at: datetime) -> Flapping:
    """Return the value after one more state; whether it flaps changes only at the limits."""
    history = (*flapping.history[1:], health)
    hundredfold = 100 * _changed(history)
    flaps = flapping.is_flapping
    if hundredfold >= STARTS * _WHOLE:
        flaps = True
    elif hundredfold <= ENDS * _WHOLE:
        flaps = False
    return Flapping(history, flaps, flapping.since if flaps is flapping.is_flapping else at)


def recorded(state: TargetState) -> bool:
    """Return whether the state after a look is to be recorded: it is hard, or a recovery, and somebody saw it.

    Not seeing is no state of the target: a desk that goes blind and sees again makes nothing flap.
    """
    return state.looked and state.health not in (None, Health.UNKNOWN) and not soft(state)


def observed(flapping: Flapping, state: TargetState, at: datetime) -> Flapping:
    """Return the value after a look that gave `state`; ask it after every look, not after every change.

    Calm is made of looks: a target that nobody looks at does not come to rest.
    """
    return record(flapping, state.health, at) if recorded(state) and state.health is not None else flapping


def _changed(history: tuple[Health, ...]) -> int:
    return sum(
        weight for weight, before, after in zip(_WEIGHTS, history, history[1:], strict=False) if before is not after
    )
