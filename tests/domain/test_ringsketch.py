"""The sketch of a ring says what is known of its devices and links, each at its place, and no more."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.correlation import Picture
from monitord.domain.health import Health
from monitord.domain.known import NOTHING, Known
from monitord.domain.network import TargetId
from monitord.domain.ringsketch import JointState, NodeState, RingSketch, sketch
from tests.domain.test_correlation import NET, T0

MEMBERS = NET.rings["r"].members
AROUND = dict(zip(MEMBERS, ("h1-a", "a-b", "b-c", "c-h2", "h1-h2"), strict=True))
"""The link behind each device of the ring."""


def drawn(known: dict[TargetId, Known], first: str = "h1", hubs: frozenset[str] | None = None) -> RingSketch:
    """Return the sketch of the ring, written down from another device on."""
    ring = NET.rings["r"]
    at = ring.members.index(first)
    turned = replace(
        ring,
        members=(*ring.members[at:], *ring.members[:at]),
        joints=(*ring.joints[at:], *ring.joints[:at]),
        hubs=ring.hubs if hubs is None else hubs,
    )
    net = replace(NET, rings={"r": turned})

    def seen(target: TargetId) -> Known:
        return known.get(target, NOTHING)

    return sketch(turned, "Ring", Picture(net, seen), seen, str.upper, str.upper, T0, "SC-0112-014")


def all_up() -> dict[TargetId, Known]:
    """Return that everything is well."""
    ports = [end.target for ends in NET.ports.values() for end in ends if end.target is not None]
    return dict.fromkeys([*NET.agents.values(), *ports], Known(Health.UP, Health.UP))


def cut(known: dict[TargetId, Known], *links: str) -> dict[TargetId, Known]:
    """Return the same with links down at both ends."""
    down = {end.target: Known(Health.DOWN, Health.DOWN, T0) for link in links for end in NET.ports[link] if end.target}
    return {**known, **down}


def mute(known: dict[TargetId, Known], *devices: str) -> dict[TargetId, Known]:
    """Return the same with devices silent, and their ports unseen."""
    found = dict(known)
    for device in devices:
        found[NET.agents[device]] = Known(Health.DOWN, Health.DOWN, T0)
        for link in NET.links_at[device]:
            for end in NET.ports[link]:
                if end.device == device and end.target is not None:
                    found[end.target] = Known(Health.UNKNOWN, found[end.target].known)
    return found


@given(st.sampled_from(MEMBERS), st.sets(st.sampled_from(sorted(AROUND.values()))))
def test_wherever_a_ring_is_begun_each_cut_lies_between_its_devices(first: str, links: set[str]) -> None:
    found = drawn(cut(all_up(), *links), first)
    assert found.nodes[0].hub, "a hub stands first"
    for n, node in enumerate(found.nodes):
        after = found.nodes[(n + 1) % len(found.nodes)].name.lower()
        link = next(one for one, ends in NET.ports.items() if {e.device for e in ends} == {node.name.lower(), after})
        assert found.joints[n].name == link.upper()
        assert found.joints[n].state is (JointState.CUT if link in links else JointState.WHOLE)
        assert found.joints[n].since == (T0 if link in links else None)


def test_a_hub_that_is_not_written_first_stands_first_all_the_same() -> None:
    found = drawn(cut(all_up(), "b-c"), "a", frozenset({"c"}))
    assert [node.name for node in found.nodes] == ["C", "H2", "H1", "A", "B"]
    assert [joint.name for joint in found.joints] == ["C-H2", "H1-H2", "H1-A", "A-B", "B-C"]
    assert found.cuts == (4,)


def test_what_is_cut_off_is_lost_and_what_lies_between_is_known_to_nobody() -> None:
    found = drawn(mute(cut(all_up(), "h1-a", "c-h2"), "a", "b", "c"))
    assert {node.name: node.state for node in found.nodes} == {
        "H1": NodeState.LIVE,
        "A": NodeState.ISOLATED,
        "B": NodeState.ISOLATED,
        "C": NodeState.ISOLATED,
        "H2": NodeState.LIVE,
    }
    assert {joint.name: joint.state for joint in found.joints} == {
        "H1-A": JointState.CUT,
        "A-B": JointState.UNKNOWN,
        "B-C": JointState.UNKNOWN,
        "C-H2": JointState.CUT,
        "H1-H2": JointState.WHOLE,
    }
    assert (found.health, found.lost) == (Health.DOWN, 3)


def test_a_device_that_died_alone_is_silent_and_not_cut_off() -> None:
    found = drawn(mute(cut(all_up(), "a-b", "b-c"), "b"))
    assert [node.state for node in found.nodes if node.name == "B"] == [NodeState.SILENT]
    assert [node.name for node in found.nodes if node.cause] == ["B"]


def test_of_what_nobody_ever_looked_at_nothing_is_known() -> None:
    found = drawn({})
    assert {node.state for node in found.nodes} == {NodeState.UNKNOWN}
    assert {joint.state for joint in found.joints} == {JointState.UNKNOWN}
