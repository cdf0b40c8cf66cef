"""Word to systemd (sd_notify(3)): that the daemon is ready, what it does, and that it lives."""

import logging
import os
import sys
from collections.abc import Callable
from threading import Event, Thread

from monitord.telemetry.vitals import Vitals

_log = logging.getLogger("monitord.telemetry")

if sys.platform == "linux":
    from cysystemd.daemon import Notification, notify

    def _send(word: str, text: str | None = None) -> None:
        failure = notify(Notification[word], text) if text is not None else notify(Notification[word])
        if isinstance(failure, Exception):
            _log.warning("systemd does not hear %s: %s", word, failure)
else:

    def _send(word: str, text: str | None = None) -> None:
        return None


STATUS_LIMIT = 200
"""Characters of a status; systemctl shows one line."""


class Systemd:
    """Tells systemd; does nothing, and says so by `present`, when NOTIFY_SOCKET is not set. Never raises."""

    def __init__(self) -> None:
        self.present = bool(os.environ.get("NOTIFY_SOCKET"))

    def ready(self) -> None:
        """Say that the start, or a reload, is over."""
        self._tell("READY")

    def reloading(self) -> None:
        """Say that settings are being read anew; `ready` must follow."""
        self._tell("RELOADING")

    def stopping(self) -> None:
        """Say that the daemon is on its way out."""
        self._tell("STOPPING")

    def status(self, text: str) -> None:
        """Show one line of text in `systemctl status`."""
        self._tell("STATUS", " ".join(text.split())[:STATUS_LIMIT])

    def alive(self) -> None:
        """Feed the watchdog."""
        self._tell("WATCHDOG")

    def _tell(self, word: str, text: str | None = None) -> None:
        if not self.present:
            return
        try:
            _send(word, text)
        except Exception as error:
            _log.warning("systemd does not hear %s: %s", word, type(error).__name__)


def watchdog_period() -> float | None:
    """Return the seconds after which systemd ends this daemon when it is not fed; None when it does not watch."""
    try:
        period = int(os.environ.get("WATCHDOG_USEC", "")) / 1e6
        meant = int(os.environ.get("WATCHDOG_PID", "") or os.getpid())
    except ValueError:
        return None
    return period if period > 0 and meant == os.getpid() else None


class Watchdog:
    """A thread that feeds systemd's watchdog twice in each period, as long as the vital signs are good.

    A thread and not a task: a loop that hangs must not feed it, a loop that is only busy must not starve it; both show
    in the heartbeats. `mono` reads the same clock as the heartbeats. `on_stale` hears, once for each change, which
    parts stopped.
    """

    def __init__(
        self,
        systemd: Systemd,
        vitals: Vitals,
        mono: Callable[[], float],
        period: float | None = None,
        on_stale: Callable[[tuple[str, ...]], None] | None = None,
    ) -> None:
        self._systemd = systemd
        self._vitals = vitals
        self._mono = mono
        self._period = watchdog_period() if period is None else period
        self._on_stale = on_stale
        self._over = Event()
        self._thread: Thread | None = None

    def start(self) -> bool:
        """Begin to feed; False when systemd watches nothing."""
        if not self._systemd.present or self._period is None or self._thread is not None:
            return False
        self._thread = Thread(target=self._feed, args=(self._period / 2,), name="watchdog", daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """Feed no more and return when the thread is gone."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _feed(self, every: float) -> None:
        stale: tuple[str, ...] = ()
        while True:
            before, stale = stale, self._vitals.healthy(self._mono())
            if not stale:
                self._systemd.alive()
            if stale != before:
                self._complain(stale)
            if self._over.wait(every):
                return

    def _complain(self, stale: tuple[str, ...]) -> None:
        if stale:
            _log.error("vital signs: no beat of %s", ", ".join(stale))
        else:
            _log.info("vital signs: good again")
        if self._on_stale is not None:
            try:
                self._on_stale(stale)
            except Exception as error:
                _log.warning("hearing of stale parts failed: %s", type(error).__name__)
