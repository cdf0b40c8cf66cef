"""Are we blind? How many of the devices that were well before fell silent at once.

When nearly all of them did it is our own line that is cut, and not they: one incident, "we are blind", instead of one
for each.
"""

from datetime import timedelta

AT_LEAST = 5
"""Devices silent at once below which nothing is said: few devices fail together for many reasons."""
BLIND = 0.8
"""Share of silent devices, of those looked at since the first of them fell silent, at which we are blind ..."""
SEEING = 0.5
"""... and at which we see again; between both it stays what it was."""
ESTABLISHED = timedelta(minutes=2)
"""A device silent for longer, while others answer, is down: it says nothing about our own line any more."""


def enough(looked: int, devices: int) -> bool:
    """Return whether so many devices looked at, of those there are, say something about all of them."""
    return devices >= AT_LEAST and looked >= min(devices, max(10, devices // 5))


def blind(silent: int, looked: int, was: bool) -> bool:
    """Return whether we are blind, when so many of the devices looked at are silent and we were or were not blind."""
    if was:
        return silent > SEEING * looked
    return silent >= AT_LEAST and silent >= BLIND * looked
