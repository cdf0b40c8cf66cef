"""What the looks at all devices say about our own line; a look costs the same however many devices there are."""

from datetime import datetime

from monitord.domain.blindness import ESTABLISHED, blind, enough
from monitord.domain.looking import Reach, Sight

SILENT = frozenset({Reach.SILENT, Reach.UNREACHABLE})


class Eyes:
    """Which devices fell silent since the first of them did, and which were looked at since.

    `devices` is how many there are. A verdict is told when it is another than the last one, or than what the desk
    remembers.
    """

    def __init__(self) -> None:
        self.devices = 0
        self._said = False
        self._begun = False
        self._looked: set[str] = set()
        self._silent: dict[str, datetime] = {}
        self._established: set[str] = set()

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many devices are silent, and how many were looked at since the first of them was."""
        return len(self._silent), len(self._looked)

    def remember(self, was_blind: bool, down: set[str]) -> None:
        """Begin with what the desk remembers: whether we were blind, and which devices were down; while we were blind
        that says nothing of them."""
        if not self._begun:
            self._said = was_blind
            self._established = set() if was_blind else set(down)

    def keep(self, devices: set[str]) -> None:
        """Forget the devices that are no longer looked at."""
        self.devices = len(devices)
        self._looked &= devices
        self._established &= devices
        self._silent = {device: at for device, at in self._silent.items() if device in devices}

    def look(self, device: str, sight: Sight) -> bool | None:
        """Take a look in; return True when we are blind from now on, False when we see, None when nothing changed."""
        if sight.reach is Reach.NOT_LOOKED:
            return None
        self._begun = True
        if sight.reach not in SILENT:
            self._established.discard(device)
            self._silent.pop(device, None)
        elif device in self._established:
            return None
        else:
            since = self._silent.setdefault(device, sight.at)
            if not self._said and sight.at - since > ESTABLISHED:
                self._established.add(device)
                self._looked.discard(device)
                del self._silent[device]
                return None
        self._looked.add(device)
        return self._verdict()

    def _verdict(self) -> bool | None:
        silent, looked = self.counts
        was = self._said
        if enough(looked, self.devices - len(self._established)):
            self._said = blind(silent, looked, was)
        if not self._said and not self._silent:
            # Nobody is silent: the count begins again with the next who is.
            self._looked.clear()
        return self._said if self._said is not was else None
