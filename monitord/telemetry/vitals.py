"""Vital signs: named heartbeats and the age up to which each counts as alive."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

Beat = Callable[[], float | None]
"""Returns the monotonic instant of a part's last sign of life, None before the first."""


@dataclass(frozen=True, slots=True)
class _Sign:
    beat: Beat
    allowed: float
    since: float


class Vitals:
    """Whether the parts that must live do. Safe to be asked from another thread."""

    def __init__(self) -> None:
        self._signs: dict[str, _Sign] = {}
        self._lock = Lock()

    def watch(self, name: str, beat: Beat, allowed: float, now: float) -> None:
        """Watch a part whose heartbeat may be `allowed` seconds old; until its first beat its age counts from `now`."""
        with self._lock:
            self._signs[name] = _Sign(beat, allowed, now)

    def forget(self, name: str) -> None:
        """Watch a part no longer."""
        with self._lock:
            self._signs.pop(name, None)

    def ages(self, now: float) -> dict[str, float]:
        """Return the age of each heartbeat in seconds; infinity for one that cannot be read."""
        with self._lock:
            signs = dict(self._signs)
        return {name: _age(sign, now) for name, sign in signs.items()}

    def healthy(self, now: float) -> tuple[str, ...]:
        """Return the names of the parts that are stale at `now`, in order; empty when all is well."""
        with self._lock:
            signs = dict(self._signs)
        return tuple(sorted(name for name, sign in signs.items() if _age(sign, now) > sign.allowed))


def _age(sign: _Sign, now: float) -> float:
    try:
        last = sign.beat()
    except Exception:
        return float("inf")
    return now - max(sign.since, sign.since if last is None else last)
