"""Rings, links and cables as a whole, and what explains what: a function of what is known, whatever came first."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitord.domain.correlation import Picture
from monitord.domain.explaining import may_explain
from monitord.domain.health import Cause, Health
from monitord.domain.known import NOTHING, Judged, Known
from monitord.domain.network import Device, Link, Target
from monitord.domain.topology import Ring, Route, Segment, Topology, joints_of
from monitord.domain.wiring import Wiring, parts, whole, wiring_of

T0 = datetime(2027, 2, 5, 16, 58, tzinfo=UTC)
LINES = {
    "h1-a": ("h1", "a", ("north/1",)),
    "a-b": ("a", "b", ("north/2",)),
    "b-c": ("b", "c", ()),
    "c-h2": ("c", "h2", ("south/1",)),
    "h1-h2": ("h1", "h2", ()),
    "a-s": ("a", "s", ("north/1", "north/2")),
    "h1-t": ("h1", "t", ("north/1",)),
}
"""A ring of two hubs and a, b, c; s hangs on a, t on h1; three lines lie in one cable to the north."""


def network(lines: dict[str, tuple[str, str, tuple[str, ...]]] = LINES) -> Wiring:
    """Return the wiring of some lines, a port looked at on each end, called after the device at the other one."""
    ends: dict[str, list[str]] = {}
    for a, b, _ in lines.values():
        ends.setdefault(a, []).append(b)
        ends.setdefault(b, []).append(a)
    devices = {
        name: Device(name, name, "vt", "", (
            Target(f"{name}/agent_answers", name, "agent_answers", None, None, 2),
            *(Target(f"{name}/interface_up/{to}", name, "interface_up", to, None, 2) for to in others),
        ))
        for name, others in ends.items()
    }  # fmt: skip
    links = {name: Link(name, name, (a, b), (b, a), along) for name, (a, b, along) in lines.items()}
    members = ("h1", "a", "b", "c", "h2")
    ring = Ring("r", "Ring", members, frozenset({"h1", "h2"}), joints_of(members, links))
    routes = {
        "north": Route("north", "Bắc", (Segment("north/1", "1"), Segment("north/2", "2"))),
        "south": Route("south", "Nam", (Segment("south/1", "1"),)),
    }
    agents = {name: f"{name}/agent_answers" for name in devices}
    return wiring_of(devices, links, Topology(rings={"r": ring}, routes=routes), agents)


NET = network()


def seen(*down: str, silent: str = "", remembered: tuple[str, ...] = ()) -> Picture:
    """Return the picture with these ports (`a>b`) down and these devices silent; all else is well.

    Nobody sees the ports of a silent device; `remembered` were down when they were last seen.
    """
    known: dict[str, Known] = {}
    for device, agent in NET.agents.items():
        mute = device in silent.split()
        known[agent] = Known(Health.DOWN if mute else Health.UP, Health.DOWN if mute else Health.UP, T0)
    for ports in NET.ports.values():
        for here, there in (ports, ports[::-1]):
            name = f"{here.device}>{there.device}"
            was = Health.DOWN if name in down or name in remembered else Health.UP
            health = Health.UNKNOWN if here.device in silent.split() else was
            assert here.target is not None
            known[here.target] = Known(health, was, T0 + timedelta(seconds=len(known)) if was is Health.DOWN else None)
    return picture_of(NET, known)


def picture_of(wiring: Wiring, known: Mapping[str, Known]) -> Picture:
    """Return the picture of what is known; nothing of the rest."""
    return Picture(wiring, lambda target: known.get(target, NOTHING))


def why(picture: Picture, target: str) -> str | None:
    """Return what explains a target, by its short name: `ring:r`, `a`."""
    kind = parts(target)
    found = picture.explained(target, target.partition("/")[0])
    assert kind is None or found != target
    return None if found is None else found.removesuffix("/state").removesuffix("/agent_answers")


@pytest.mark.parametrize(
    ("down", "silent", "remembered", "cause"),
    [
        (("h1>t", "t>h1"), "", (), Cause.LINK_BOTH_ENDS),
        (("h1>t",), "", (), Cause.LINK_ONE_END),
        (("t>h1",), "", (), Cause.LINK_ONE_END),
        (("h1>t",), "t", (), Cause.LINK_SILENT),
        ((), "h1 t", ("h1>t",), Cause.LINK_SILENT),
        ((), "t", (), None),
        ((), "t", ("t>h1",), None),  # the end that answers sees it alive
        ((), "h1 t", (), None),
        ((), "", (), None),
    ],
)
def test_a_link_is_down_by_both_ends_by_one_or_by_silence(
    down: tuple[str, ...], silent: str, remembered: tuple[str, ...], cause: Cause | None
) -> None:
    found = seen(*down, silent=silent, remembered=remembered).link("h1-t")
    assert (found.cause if found.health is Health.DOWN else None) == cause


def test_one_cut_opens_a_ring_and_a_second_isolates_what_lies_between() -> None:
    one = seen("h1>a", "a>h1").ring("r")
    assert (one.health, one.cause, one.links, one.isolated) == (Health.DEGRADED, Cause.RING_OPEN, ("h1-a",), ())
    two = seen("h1>a", "h2>c", silent="a b c s").ring("r")
    assert (two.health, two.cause) == (Health.DOWN, Cause.RING_SPLIT)
    assert (two.links, two.isolated) == (("h1-a", "c-h2"), ("a", "b", "c"))
    assert two.since == min(filter(None, (seen("h1>a").link("h1-a").since, seen("h2>c").link("c-h2").since)))


def test_what_answers_by_another_way_is_not_isolated() -> None:
    found = seen("h1>a", "h2>c", silent="b").ring("r")
    assert found.isolated == ("b",)
    assert seen("h1>a", "a>h1", "h2>c", "c>h2").ring("r").health is Health.DEGRADED


def test_between_two_hubs_a_cut_isolates_nobody() -> None:
    found = seen("h1>h2", "h2>h1").ring("r")
    assert (found.health, found.isolated) == (Health.DEGRADED, ())


def test_a_device_that_dies_takes_its_links_with_it_and_explains_its_ring() -> None:
    dead = seen("a>b", "c>b", silent="b")
    found = dead.ring("r")
    assert (found.health, found.by, found.isolated) == (Health.DEGRADED, "b", ())
    assert why(dead, whole("ring", "r")) == "b"
    assert [why(dead, whole("link", name)) for name in ("a-b", "b-c")] == ["b", "b"]
    assert why(dead, "a/interface_up/b") == "link:a-b"
    assert why(dead, "b/agent_answers") is None


def test_a_silent_device_towards_which_a_line_lives_did_not_die() -> None:
    picture = seen("a>b", silent="b")
    assert not picture.dead("b")
    assert picture.ring("r").by is None
    assert why(picture, whole("link", "a-b")) == "ring:r"


def test_a_split_ring_explains_its_links_and_the_devices_it_lost() -> None:
    split = seen("h1>a", "h2>c", silent="a b c s")
    assert [why(split, f"{name}/agent_answers") for name in "abc"] == ["ring:r"] * 3
    assert [why(split, whole("link", name)) for name in ("h1-a", "c-h2")] == ["ring:r"] * 2
    assert why(split, whole("ring", "r")) is None
    assert why(split, "s/agent_answers") is None  # what hangs on a silent device is held by it, as its parent


def test_a_spur_that_falls_silent_is_its_own_cause() -> None:
    picture = seen("h1>t", silent="t")
    assert why(picture, whole("link", "h1-t")) == "t"
    assert why(picture, "t/agent_answers") is None


def test_many_links_along_one_cable_are_a_cut_of_it() -> None:
    picture = seen("h1>a", "a>h1", "h1>t", "a>s", "s>a", silent="t")
    route = picture.route("north")
    assert (route.health, route.cause, route.segments) == (Health.DOWN, Cause.CABLE_CUT, ("north/1",))
    assert route.links == ("a-s", "h1-a", "h1-t")
    assert [why(picture, whole("link", name)) for name in route.links] == ["route:north"] * 3
    assert why(picture, whole("ring", "r")) == "route:north"
    assert why(picture, "t/agent_answers") == "route:north"


def test_while_one_link_along_a_segment_works_it_is_not_cut() -> None:
    assert seen("h1>a", "a>h1", "h1>t", "t>h1").route("north").health is Health.UP
    assert seen("h1>a", "a>h1", "h1>t", "t>h1", "a>s", "s>a").route("north").health is Health.DOWN


def test_links_of_one_device_that_died_are_no_cut_of_a_cable() -> None:
    lines = {**LINES, "x-t": ("x", "t", ("north/1",)), "h1-a": ("h1", "a", ()), "a-s": ("a", "s", ())}
    net = network(lines)
    known = {target: Known(Health.UP, Health.UP) for target in net.agents.values()}
    known |= {p.target: Known(Health.UP, Health.UP) for ps in net.ports.values() for p in ps if p.target is not None}
    down = Known(Health.DOWN, Health.DOWN, T0)
    known |= {"t/agent_answers": down, "h1/interface_up/t": down, "x/interface_up/t": down}
    known |= {f"t/interface_up/{name}": Known(Health.UNKNOWN, Health.UP) for name in ("h1", "x")}
    picture = picture_of(net, known)
    assert picture.route("north").health is Health.UP
    assert [picture.explained(whole("link", name), "") for name in ("h1-t", "x-t")] == ["t/agent_answers"] * 2


def test_a_second_cut_elsewhere_makes_the_ring_a_cause_of_its_own() -> None:
    picture = seen("h1>a", "h1>t", "a>s", "s>a", "h2>c", silent="t a b c")
    assert picture.route("north").health is Health.DOWN
    assert picture.ring("r").health is Health.DOWN
    assert why(picture, whole("ring", "r")) is None
    assert why(picture, whole("link", "h1-a")) == "route:north"
    assert why(picture, whole("link", "c-h2")) == "ring:r"
    assert why(picture, "b/agent_answers") == "ring:r"


HEALTHS = st.sampled_from([Health.UP, Health.DOWN, Health.UNKNOWN, None])
ALL = sorted({*NET.agents.values(), *(p.target for ps in NET.ports.values() for p in ps if p.target is not None)})
KNOWN = st.builds(Known, HEALTHS, HEALTHS, st.sampled_from([None, T0, T0 + timedelta(minutes=1)]))
PICTURES = st.fixed_dictionaries(dict.fromkeys(ALL, KNOWN)).map(lambda known: picture_of(NET, known))
WHOLES = [
    *(whole("link", name) for name in NET.ports),
    whole("ring", "r"),
    whole("route", "north"),
    whole("route", "south"),
]


@given(PICTURES)
def test_everything_has_one_cause_at_the_end_and_no_circle(picture: Picture) -> None:
    for target in (*ALL, *WHOLES):
        path, here = [target], picture.explained(target, target.partition("/")[0])
        while here is not None:
            assert here not in path
            path.append(here)
            here = picture.explained(here, here.partition("/")[0])


@given(PICTURES)
def test_what_explains_has_failed_and_may_explain(picture: Picture) -> None:
    for target in (*ALL, *WHOLES):
        device = target.partition("/")[0]
        by = picture.explained(target, device)
        if by is None:
            continue
        assert by in set(may_explain(NET, target, device))
        if parts(by) is None:
            assert picture.silent(by.partition("/")[0])
        else:
            assert picture.judge(by).health in (Health.DOWN, Health.DEGRADED)


UP_ALL = dict.fromkeys(ALL, Known(Health.UP, Health.UP, None))
DEAD_HUB = {
    name: Known(Health.DOWN, Health.DOWN, T0)
    for name in ("a/agent_answers", "h1/agent_answers", "h2/interface_up/h1", "t/interface_up/h1")
}


@example(UP_ALL | DEAD_HUB, "h2/interface_up/h1", Known(Health.UP, Health.UP, None))
@given(st.fixed_dictionaries(dict.fromkeys(ALL, KNOWN)), st.sampled_from(ALL), KNOWN)
def test_another_look_changes_only_what_it_is_said_to_affect(
    before: Mapping[str, Known], target: str, known: Known
) -> None:
    picture, after = picture_of(NET, before), picture_of(NET, {**before, target: known})
    device = target.partition("/")[0]
    affected = set(NET.affected(target, device))
    for one, around in NET.by_death(target, device).items():
        if picture.silent(one) or after.silent(one):
            affected |= set(around)
    changed: list[Any] = [one for one in WHOLES if _shown(picture.judge(one)) != _shown(after.judge(one))]
    assert set(changed) <= affected
    near = NET.near(affected) | affected | {target}
    for one in (*ALL, *WHOLES):
        device = one.partition("/")[0]
        if picture.explained(one, device) != after.explained(one, device):
            assert one in near


def _shown(judged: Judged) -> tuple[Any, ...]:
    return judged.health, judged.cause, judged.links, judged.isolated, judged.segments
