"""How fast a channel may be used: a bucket of tokens for all, one for each address, one for each group, and addresses
that were told to wait.

Instants are monotonic seconds given by the caller.
"""

from collections.abc import Callable

from monitord.domain.notice import Priority

MOST_ADDRESSES = 2_000
"""Addresses remembered before those at rest are forgotten."""

SPARE = 5.0
"""Tokens that an edit, and what is less urgent still, leaves for the others."""
GROUP_AT_ONCE = 5.0
"""Messages to a group that may leave at once; an edit leaves two of them."""
GROUP_SPARE = 2.0


class Bucket:
    """A token bucket: `rate` tokens a second, at most `capacity` at once."""

    def __init__(self, rate: float, capacity: float) -> None:
        self._rate = rate
        self.capacity = capacity
        self._tokens = capacity
        self._at: float | None = None

    def wait(self, mono: float, need: float = 1.0) -> float:
        """Return the seconds until `need` tokens are there."""
        self._fill(mono)
        missing = min(need, self.capacity) - self._tokens
        # A sum of many small fillings must not fall short of a whole token for ever.
        return max(0.0, missing / self._rate) if missing > 1e-9 else 0.0

    def take(self, mono: float) -> None:
        """Take one token; call it when `wait` was 0."""
        self._fill(mono)
        self._tokens -= 1.0

    def full(self, mono: float) -> bool:
        """Return True when nothing was taken for long enough."""
        return self.wait(mono, self.capacity) == 0.0

    def _fill(self, mono: float) -> None:
        since = 0.0 if self._at is None else max(0.0, mono - self._at)
        self._tokens = min(self.capacity, self._tokens + since * self._rate)
        self._at = mono


class Limits:
    """The limits of one channel. None is no limit.

    In no second does more leave than `per_second` and a quarter of it, and to one address more than twice
    `per_address`; to one group, which `group_of` names by an address, never more than five and what `per_group` lets
    grow in the meantime.
    """

    def __init__(
        self,
        per_second: float | None,
        per_address: float | None,
        per_group: float = 0.0,
        group_of: Callable[[str], str] = lambda address: "",
    ) -> None:
        self._all = None if per_second is None else Bucket(per_second, max(1.0, per_second / 4))
        self._per_address = per_address
        self._addresses: dict[str, Bucket] = {}
        self._per_group = per_group
        self._group_of = group_of
        self._groups: dict[str, Bucket] = {}
        self._frozen: dict[str, float] = {}
        self._all_frozen = 0.0

    def wait(self, address: str, priority: Priority, mono: float) -> float:
        """Return the seconds until a message of that priority to that address may leave; 0 is now."""
        group = self._group_of(address)
        waits = [self._all_frozen - mono, self._frozen.get(group or address, mono) - mono]
        if self._all is not None:
            spare = min(SPARE, self._all.capacity - 1) if priority >= Priority.EDIT else 0.0
            waits.append(self._all.wait(mono, 1.0 + spare))
        if (bucket := self._addresses.get(address)) is not None:
            waits.append(bucket.wait(mono))
        if (of_group := self._groups.get(group)) is not None:
            waits.append(of_group.wait(mono, 1.0 + (GROUP_SPARE if priority >= Priority.EDIT else 0.0)))
        return max(0.0, *waits)

    def take(self, address: str, mono: float) -> None:
        """Count a message that leaves now."""
        if self._all is not None:
            self._all.take(mono)
        if group := self._group_of(address):
            self._groups.setdefault(group, Bucket(self._per_group, GROUP_AT_ONCE)).take(mono)
        if self._per_address is not None:
            if len(self._addresses) >= MOST_ADDRESSES:
                self._forget(mono)
            self._addresses.setdefault(address, Bucket(self._per_address, max(1.0, self._per_address))).take(mono)

    def freeze(self, address: str, until: float) -> None:
        """Let nothing leave to that address before `until`; to nobody when the address is empty."""
        if address:
            who = self._group_of(address) or address
            self._frozen[who] = max(until, self._frozen.get(who, 0.0))
        else:
            self._all_frozen = max(until, self._all_frozen)

    def frozen(self, mono: float) -> float:
        """Return the seconds for which nobody may be written to."""
        return max(0.0, self._all_frozen - mono)

    def _forget(self, mono: float) -> None:
        self._addresses = {a: b for a, b in self._addresses.items() if not b.full(mono)}
        self._groups = {a: b for a, b in self._groups.items() if not b.full(mono)}
        self._frozen = {a: until for a, until in self._frozen.items() if until > mono}
