"""Laws of one cause, one incident, over networks that somebody made up: whatever is cut and whatever dies, and in
whatever order it is seen, the same incidents run in the end, each fault is in exactly one, and nothing is held for
nothing."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.desk.context import Context
from monitord.desk.pictures import pictures
from monitord.domain.health import FAULTS, Health
from monitord.domain.network import SIGHT, Device, Link, Site, Target, parents_of
from monitord.domain.storm import unit_of
from monitord.domain.topology import PowerArea, Ring, Route, Segment, Topology, joints_of
from monitord.domain.wiring import parts
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.tx import Tx
from monitord.texts import pick
from tests.support.night import Night, example

HUBS = ("h1", "h2")
EXAMPLES = int(os.environ.get("MONITORD_LAWS_EXAMPLES", "5"))


@dataclass(frozen=True)
class World:
    """A ring between two hubs, spurs on its members, a cable; what is cut and dead of it, and what has lost the mains.

    Everything but the hubs is in one power area, and has a power supply that is looked at where `powered` names it, two
    PON ports where `olts` does; the customers of those that `dying` names have no power.
    """

    members: tuple[str, ...]
    spurs: tuple[tuple[str, str], ...]
    cable: frozenset[str]
    cut: frozenset[str]
    dead: frozenset[str]
    powered: frozenset[str] = frozenset()
    mains: frozenset[str] = frozenset()
    olts: frozenset[str] = frozenset()
    dying: frozenset[str] = frozenset()

    @property
    def lines(self) -> dict[str, tuple[str, str]]:
        """Return the two devices of each link."""
        around = [*HUBS[:1], *self.members, *HUBS[1:]]
        ring = zip(around, [*around[1:], around[0]], strict=True)
        return {f"{a}-{b}": (a, b) for a, b in (*ring, *self.spurs)}

    def settings(self) -> Settings:
        """Return the settings of that network, in place of the example's."""
        base = example()
        device = base.devices["cr-1"]
        above = {below: up for up, below in self.spurs}
        ends: dict[str, list[str]] = {}
        for a, b in self.lines.values():
            ends.setdefault(a, []).append(b)
            ends.setdefault(b, []).append(a)
        devices = {}
        for name, others in ends.items():
            ports = [Target(f"{name}/interface_up/{to}", name, "interface_up", to, None, 2) for to in others]
            supply = [Target(ups(name), name, "ups_battery", None, None, 2)] if name in self.powered else []
            pons = [Target(p, name, "pon_port", p[-1], None, 3) for p in pon_ports(name) if name in self.olts]
            targets = (Target(agent(name), name, "agent_answers", None, None, 2), *ports, *supply, *pons)
            at = replace(device, site=f"s-{name}" if name not in HUBS else device.site)
            devices[name] = replace(at, id=name, name=name, targets=targets, severity=2, parent=above.get(name))
        links = {
            name: Link(name, name, (a, b), (b, a), ("cable/1",) if name in self.cable else ())
            for name, (a, b) in self.lines.items()
        }
        around = (*HUBS[:1], *self.members, *HUBS[1:])
        ring = Ring("ring", "Ring", around, frozenset(HUBS), joints_of(around, links))
        cable = Route("cable", "Cable", (Segment("cable/1", "1"),))
        topology = Topology(
            rings=MappingProxyType({"ring": ring}),
            routes=MappingProxyType({"cable": cable}),
            power_areas=MappingProxyType({"g": PowerArea("g", "Lộ 471")}),
        )
        sites = {f"s-{name}": Site(f"s-{name}", name, "", power_area="g") for name in devices if name not in HUBS}
        return replace(base, devices=devices, links=links, topology=topology, sites={**base.sites, **sites})

    def seen(self) -> dict[str, list[tuple[str, Health]]]:
        """Return what a monitor at the first hub sees of each device, once everything is confirmed."""
        lines, reached, edge = self.lines, {HUBS[0]}, [HUBS[0]]
        while edge:
            here = edge.pop()
            for name, pair in lines.items():
                there = next((d for d in pair if d != here), here)
                if here in pair and name not in self.cut and there not in reached | self.dead:
                    reached.add(there)
                    edge.append(there)
        found: dict[str, list[tuple[str, Health]]] = {}
        for device in dict.fromkeys(d for pair in lines.values() for d in pair):
            answers = device in reached
            found[device] = [(agent(device), Health.UP if answers else Health.DOWN)]
            if device in self.powered:
                supplied = Health.DEGRADED if device in self.mains else Health.UP
                found[device].append((ups(device), supplied if answers else Health.UNKNOWN))
            if device in self.olts:
                home = Health.DEGRADED if device in self.dying else Health.UP
                found[device] += [(port, home if answers else Health.UNKNOWN) for port in pon_ports(device)]
            for name, pair in lines.items():
                if device in pair:
                    other = next(d for d in pair if d != device)
                    dark = name in self.cut or other in self.dead
                    health = Health.UNKNOWN if not answers else Health.DOWN if dark else Health.UP
                    found[device].append((f"{device}/interface_up/{other}", health))
        return found


def agent(device: str) -> str:
    """Return the target that says whether a device answers."""
    return f"{device}/agent_answers"


def ups(device: str) -> str:
    """Return the target of a device's power supply."""
    return f"{device}/ups_battery"


def pon_ports(device: str) -> tuple[str, ...]:
    """Return the targets that count the ONTs of a device's PON ports."""
    return f"{device}/pon_port/1", f"{device}/pon_port/2"


@st.composite
def worlds(draw: st.DrawFn) -> World:
    members = tuple("abcde"[: draw(st.integers(2, 5))])
    spurs = tuple((draw(st.sampled_from((*HUBS, *members))), f"s{n}") for n in range(draw(st.integers(0, 3))))
    names = sorted(World(members, spurs, frozenset(), frozenset(), frozenset()).lines)
    below = [name for _, name in spurs]
    return World(
        members,
        spurs,
        draw(st.frozensets(st.sampled_from(names), max_size=4)),
        draw(st.frozensets(st.sampled_from(names), max_size=4)),
        draw(st.frozensets(st.sampled_from([*members, *below]), max_size=2)),
        draw(st.frozensets(st.sampled_from([*members, *below]))),
        draw(st.frozensets(st.sampled_from([*members, *below]))),
        draw(st.frozensets(st.sampled_from([*members, *below]))),
        draw(st.frozensets(st.sampled_from([*members, *below]))),
    )


async def play(world: World, order: Sequence[str], back: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Let everything be well, then be seen as it is, device by device in that order, then be well again; return the
    targets whose incidents ran in the end, and those that were held."""
    with tempfile.TemporaryDirectory() as folder:
        async with Night(Path(folder), "2026-12-01 03:00", world.settings()) as night:
            for target in night.settings.targets():
                await night.sees(target.id, Health.UP)
            await night.passes(minutes=1)
            # The mains go first: a battery lasts a while.
            await see(night, replace(world, cut=frozenset(), dead=frozenset()), order)
            await see(night, world, order)
            await night.passes(minutes=5)
            running = frozenset(i.target for i in night.incidents() if i.running)
            held, none = frozenset(hold(night)), frozenset[str]()
            whole(night, running, held)
            await see(night, replace(world, cut=none, dead=none, mains=none, dying=none), back)
            await night.passes(minutes=5)
            assert [i.target for i in night.incidents() if i.running] == []
            assert list(hold(night)) == []
            return running, held


async def see(night: Night, world: World, order: Sequence[str]) -> None:
    """Let the devices be seen in that order; whoever asks in between is told the truth."""
    found = world.seen()
    before = dict(night._health)
    for targets in found.values():
        night._health.update(targets)
    for device in order:
        for target, health in found[device]:
            if before.get(target) is not health:
                await night.sees(target, health)
                await night.passes(seconds=1)


def hold(night: Night) -> list[str]:
    """Return the targets whose faults wait."""
    with night.engine.connect() as connection:
        waiting = sa.select(t.target.c.id).where(t.target.c.withheld_at.is_not(None))
        return list(connection.execute(waiting).scalars())


def whole(night: Night, running: frozenset[str], held: frozenset[str]) -> None:
    """Each fault is in exactly one incident: its own, or that of what explains it in the end."""
    context = Context.of(night.settings, pick("vi"))
    with night.engine.connect() as connection:
        rows = {row["id"]: row for row in connection.execute(sa.select(t.target)).mappings()}
        tx = Tx(connection, lambda length: "x" * length)
        every = [name for name in context.targets if name != SIGHT and unit_of(name) is None]
        picture = pictures(tx, context, every).firm
        for name in every:
            row = rows.get(name)
            fault = row is not None and row["settled"] is not None and Health(row["settled"]) in FAULTS
            unseen = row is not None and row["settled"] == Health.UNKNOWN and row["known"] in FAULTS
            if unseen and name in running:
                continue  # an incident does not end because nobody sees its target any more
            assert (name in running or name in held) is fault, name
            assert not (name in running and name in held), name
            device = context.targets[name][0]
            by = picture.explained(name, device.id)
            above = [agent(p.id) for p in parents_of(night.settings.devices, device) if picture.silent(p.id)]
            # What ran on battery before it could not be reached any more goes on as what it was.
            place = context.wiring.grid.places.get((parts(name) or ("", ""))[1])
            before = place is not None and picture.powers.lost(place)
            if fault and not (before and by is None):
                assert (name in held) is (by is not None or bool(above)), (name, by, above)


@pytest.mark.slow
@settings(deadline=None, max_examples=EXAMPLES)
@given(worlds(), st.data())
def test_in_any_order_the_same_incidents_run_and_each_fault_is_in_one(world: World, data: st.DataObject) -> None:
    devices = sorted(world.seen())
    first, second = (data.draw(st.permutations(devices)) for _ in range(2))
    one = asyncio.run(play(world, first, second))
    other = asyncio.run(play(world, second, first))
    assert one == other


def test_the_same_network_whole_has_no_incident() -> None:
    world = World(("a", "b"), (("a", "s0"),), frozenset(), frozenset(), frozenset())
    devices = sorted(world.seen())
    assert asyncio.run(play(world, devices, devices)) == (frozenset(), frozenset())
    assert all(isinstance(device, Device) for device in world.settings().devices.values())
