"""Shifts by how far they reach, so that who is on duty at an instant is a range of an index and not all the future.

A shift that covers an instant began at most its own length before it. Most last hours, and a few a week or a month:
asked by classes, each class is a short range of its own.
"""

from datetime import datetime, timedelta
from typing import Any

REACHES = (2, 8, 32)
"""The classes, in days: a shift is of the first that it is no longer than."""
ANY = 9_999
"""The class of what is longer than all of these; it is asked from its beginning on."""


def reach_of(start: datetime, end: datetime) -> int:
    """Return the class of a shift."""
    return next((days for days in REACHES if end - start <= timedelta(days=days)), ANY)


def reach_of_row(context: Any) -> int:
    """Return the class of a row that is being inserted."""
    values = context.get_current_parameters()
    return reach_of(values["starts"], values["ends"])
