"""Mappings and sequences of a file that remember where everything in them stands."""

from typing import Any

Place = tuple[int, int]
"""Line and column, counted from 1."""


class Block(dict[str, Any]):
    """A mapping of one file: `at` is its own place, `keys_at` and `values_at` those of its keys and values."""

    __slots__ = ("at", "file", "keys_at", "values_at")

    def __init__(self, file: str, at: Place) -> None:
        super().__init__()
        self.file = file
        self.at = at
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}

    def place(self, key: str) -> Place:
        """Return where the value of `key` stands, or the mapping itself when it lacks the key."""
        return self.values_at.get(key, self.at)


class Items(list[Any]):
    """A sequence of one file: `at` is its own place, `items_at` those of its items."""

    __slots__ = ("at", "file", "items_at")

    def __init__(self, file: str, at: Place) -> None:
        super().__init__()
        self.file = file
        self.at = at
        self.items_at: list[Place] = []
