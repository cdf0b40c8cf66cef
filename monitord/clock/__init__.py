"""The one reader of clocks."""

from monitord.clock.clock import Clock, Step, SystemClock

__all__ = ["Clock", "Step", "SystemClock"]
