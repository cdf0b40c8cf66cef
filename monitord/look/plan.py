"""What to ask whom: the needs of all targets of a device merged, so that it costs as few requests as possible."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b

from monitord.domain.looking import Branch, Check, Needs, Oid, PageRequest, TableRow
from monitord.domain.network import Device, Target, TargetId


@dataclass(frozen=True, slots=True)
class SnmpAsk:
    """What is asked of a device by SNMP in a look, and for whom."""

    scalars: tuple[Oid, ...]
    rows: tuple[TableRow, ...]
    targets: tuple[Target, ...]
    branches: tuple[Branch, ...] = ()


Cells = frozenset[tuple[Oid, str]]
"""Branches, each by a column and the name it lies under."""


@dataclass(frozen=True, slots=True)
class SlowAsk:
    """What is not worth asking of a device at every look, and how often it is.

    `needs` is what each of its targets wants to see, of which `ask` is all together.
    """

    ask: SnmpAsk
    every: timedelta
    needs: tuple[Needs, ...]

    def of(self, targets: Collection[TargetId] = (), first: Branch | None = None) -> SnmpAsk:
        """Return what is asked for these targets (all of them when none is named), beginning with the branch that
        another look left first.
        """
        ask = self.ask
        if targets:
            gathered = _Gathered()
            for target, needs in zip(ask.targets, self.needs, strict=True):
                if target.id in targets:
                    gathered.add(target, needs)
            ask = gathered.ask()
        return _beginning(ask, first)

    def seen(self, ask: SnmpAsk, left: Cells) -> tuple[Target, ...]:
        """Return the targets of `ask`, all of this or a part of it, that lack nothing of what a look left."""
        lacking = {
            target.id
            for target, needs in zip(self.ask.targets, self.needs, strict=True)
            if not left.isdisjoint(_cells(needs.branches))
        }
        return tuple(target for target in ask.targets if target.id not in lacking)


def first_left(ask: SnmpAsk, left: Cells) -> Branch | None:
    """Return the branch at which a look that asked so was out of time, None when it was not."""
    return next((branch for branch in ask.branches if not left.isdisjoint(_cells((branch,)))), None)


def _beginning(ask: SnmpAsk, first: Branch | None) -> SnmpAsk:
    """Return `ask` with its branches in their order from `first` on, round to the one before it."""
    place = None if first is None else (first.key_column, first.key)
    at = next((n for n, branch in enumerate(ask.branches) if (branch.key_column, branch.key) == place), 0)
    return replace(ask, branches=ask.branches[at:] + ask.branches[:at])


def _cells(branches: Iterable[Branch]) -> Cells:
    return frozenset((column, branch.key) for branch in branches for column in branch.columns)


@dataclass(frozen=True, slots=True)
class PageAsk:
    """A page asked for in a round, and for whom; equal requests are asked once."""

    request: PageRequest
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """A device with all that is asked of it, and its place in the interval as a fraction.

    `slow` is asked apart from `snmp`, and not at every look.
    `mistakes` names the targets whose check could not say what it needs; they are judged all the same, and come out
    unknown.
    """

    device: Device
    phase: float
    snmp: SnmpAsk | None = None
    pages: tuple[PageAsk, ...] = ()
    mistakes: tuple[tuple[TargetId, str], ...] = ()
    slow: SlowAsk | None = None

    def asks_seldom_for(self, targets: Collection[TargetId]) -> bool:
        """Return whether any of `targets` (all of the device, when none is named) is seen by the slow ask."""
        return self.slow is not None and (not targets or any(target.id in targets for target in self.slow.ask.targets))


def phase_of(device: str) -> float:
    """Return the device's place in its interval, in [0, 1): the same for ever, and evenly spread over many devices."""
    return (int.from_bytes(blake2b(device.encode(), digest_size=8).digest(), "big") >> 11) / 2**53


def plan_device(device: Device, checks: Mapping[str, Check]) -> DevicePlan:
    """Return what to ask of `device` for its targets.

    Scalars come once each, rows and branches once for each (key column, key) with their columns united, pages once for
    each request. A target that needs nothing in particular is judged by whatever is asked by SNMP. Those that need not
    be asked for at every look are asked for together, as often as the most frequent of them.
    """
    fast, slow = _Gathered(), _Gathered()
    pages: dict[PageRequest, list[Target]] = {}
    every: list[timedelta] = []
    mistakes: list[tuple[TargetId, str]] = []
    for target in device.targets:
        needs = Needs()
        try:
            needs = checks[target.check].needs(target.params)
        except Exception as error:
            mistakes.append((target.id, f"{target.check}: {type(error).__name__}: {error}"))
        if needs.page is not None:
            pages.setdefault(needs.page, []).append(target)
        elif needs.every is not None:
            every.append(needs.every)
            slow.add(target, needs)
        else:
            fast.add(target, needs)
    return DevicePlan(
        device,
        phase_of(device.id),
        fast.ask() if fast.targets else None,
        tuple(PageAsk(request, tuple(targets)) for request, targets in pages.items()),
        tuple(mistakes),
        SlowAsk(slow.ask(), min(every), tuple(slow.needs)) if every else None,
    )


@dataclass(slots=True)
class _Gathered:
    """The needs of several targets, merged."""

    scalars: dict[Oid, None] = field(default_factory=dict)
    rows: dict[tuple[Oid, str], dict[Oid, None]] = field(default_factory=dict)
    branches: dict[tuple[Oid, str], dict[Oid, None]] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    needs: list[Needs] = field(default_factory=list)

    def add(self, target: Target, needs: Needs) -> None:
        self.targets.append(target)
        self.needs.append(needs)
        self.scalars.update(dict.fromkeys(needs.scalars))
        for row in needs.rows:
            self.rows.setdefault((row.key_column, row.key), {}).update(dict.fromkeys(row.columns))
        for branch in needs.branches:
            self.branches.setdefault((branch.key_column, branch.key), {}).update(dict.fromkeys(branch.columns))

    def ask(self) -> SnmpAsk:
        return SnmpAsk(
            tuple(self.scalars),
            tuple(TableRow(column, key, tuple(columns)) for (column, key), columns in self.rows.items()),
            tuple(self.targets),
            tuple(Branch(column, key, tuple(columns)) for (column, key), columns in self.branches.items()),
        )


def plan(devices: Iterable[Device], checks: Mapping[str, Check]) -> tuple[DevicePlan, ...]:
    """Return the plans of all devices that have something to be looked at."""
    return tuple(plan_device(device, checks) for device in devices if device.targets)
