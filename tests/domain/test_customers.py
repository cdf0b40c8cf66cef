"""Customers of a power area as its PON ports see them: many dying gasps are their power, and the mains explain them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.correlation import Picture
from monitord.domain.explaining import may_explain
from monitord.domain.health import Cause, Health
from monitord.domain.known import NOTHING, Known
from monitord.domain.network import Device, Site, Target
from monitord.domain.pon import Mostly, Onts, read_onts, summed
from monitord.domain.probable import Evidence, Suspect, probable
from monitord.domain.topology import Topology
from monitord.domain.wiring import AREA, CUSTOMERS, SITE, Wiring, whole, wiring_of

T0 = datetime(2027, 2, 5, 16, 58, tzinfo=UTC)
OLTS, PORTS = ("a", "b"), ("1", "2")
EVERY = tuple(f"{olt}/pon_port/{port}" for olt in OLTS for port in PORTS)
HOME = whole(CUSTOMERS, "g@vt")


def network() -> Wiring:
    """Return two OLTs with two PON ports and a power supply each, in one power area; a third one stands elsewhere."""
    devices = {}
    for olt in (*OLTS, "c"):
        kinds = (("agent_answers", None), ("ups_battery", None), *(("pon_port", port) for port in PORTS))
        targets = tuple(
            Target("/".join(filter(None, (olt, kind, port))), olt, kind, port, None, 2) for kind, port in kinds
        )
        devices[olt] = Device(olt, olt, "vt", f"s-{olt}", targets)
    sites = {f"s-{olt}": Site(f"s-{olt}", olt, "", power_area="g" if olt in OLTS else None) for olt in devices}
    return wiring_of(devices, {}, Topology(), {olt: f"{olt}/agent_answers" for olt in devices}, sites)


NET = network()


def seen(dying: str = "", dark: str = "", battery: str = "", **more: Known) -> Picture:
    """Return the picture with these ports (`a1`) without power at the customers, or without light, and these OLTs on
    battery."""
    known: dict[str, Known] = {}
    for target in EVERY:
        name = target[0] + target[-1]
        health = Health.DEGRADED if name in dying.split() else Health.DOWN if name in dark.split() else Health.UP
        known[target] = Known(health, health, T0 if health is not Health.UP else None)
    for olt in OLTS:
        health = Health.DEGRADED if olt in battery else Health.UP
        known[f"{olt}/ups_battery"] = Known(health, health, T0 if health is not Health.UP else None)
        known[f"{olt}/agent_answers"] = Known(Health.UP, Health.UP)
    return of(known | {name.replace("__", "/"): value for name, value in more.items()})


def of(known: Mapping[str, Known]) -> Picture:
    return Picture(NET, lambda target: known.get(target, NOTHING))


@pytest.mark.parametrize(
    ("picture", "health", "ports"),
    [
        (seen(), Health.UP, ""),
        (seen(dying="a1"), Health.UP, ""),  # one port is a branch of a splitter, or a street
        (seen(dying="a1 b2"), Health.DEGRADED, "a1 b2"),
        (seen(dying="a1 a2"), Health.DEGRADED, "a1 a2"),
        (seen(dark="a1 a2 b1"), Health.UP, ""),  # light is no power
        (seen(dying="a1 a2", dark="b1"), Health.DEGRADED, "a1 a2"),
    ],
)
def test_customers_are_without_power_where_half_of_the_ports_heard_them_die(
    picture: Picture, health: Health, ports: str
) -> None:
    found = picture.judge(HOME)
    assert (found.health, [port[0] + port[-1] for port in found.ports]) == (health, ports.split())
    assert found.cause is (Cause.FINE if health is Health.UP else Cause.AREA_CUSTOMERS)


def test_what_was_told_lasts_until_the_last_of_them_has_power_again() -> None:
    told = {HOME: Known(Health.DEGRADED, Health.DEGRADED, T0), EVERY[0]: Known(Health.DEGRADED, Health.DEGRADED, T0)}
    assert of(told).judge(HOME).ports == (EVERY[0],)
    assert of({HOME: told[HOME]}).judge(HOME).health is Health.UP


def test_a_silent_olt_says_nothing_new_and_what_it_said_last_counts() -> None:
    said = {port: Known(Health.UNKNOWN, Health.DEGRADED, T0) for port in EVERY}
    assert of(said).judge(HOME).ports == EVERY


def test_the_customers_explain_their_ports_and_the_mains_explain_the_customers() -> None:
    picture = seen(dying="a1 b1", dark="a2")
    assert picture.explained("a/pon_port/1", "a") == HOME
    assert picture.explained("a/pon_port/2", "a") is None
    assert picture.explained(HOME, "customers:g@vt") is None
    assert seen(dying="a1 b1", battery="ab").explained(HOME, "customers:g@vt") == whole(AREA, "g@vt")
    assert seen(dying="a1 a2", battery="a").explained(HOME, "customers:g@vt") == whole(SITE, "s-a@vt")
    assert seen(dying="a1 b2", battery="a").explained(HOME, "customers:g@vt") is None


def test_ports_outside_of_any_area_stand_for_themselves() -> None:
    assert NET.affected("c/pon_port/1", "c") == ()
    assert seen().explained("c/pon_port/1", "c") is None
    assert NET.affected("a/pon_port/1", "a") == (HOME,)


HEALTHS = st.sampled_from([None, *Health])


@given(st.dictionaries(st.sampled_from([*EVERY, *(f"{olt}/ups_battery" for olt in OLTS), HOME]), HEALTHS))
def test_what_explains_is_always_among_what_may_and_never_goes_round(healths: dict[str, Health | None]) -> None:
    picture = of({name: Known(health, health, T0) for name, health in healths.items()})
    for target in (*EVERY, HOME):
        device = target.partition("/")[0]
        by = picture.explained(target, device)
        if by is not None:
            assert by in set(may_explain(NET, target, device))
            assert picture.judge(by).health is not Health.UP
            assert picture.explained(by, by.partition("/")[0]) not in (target, by)
            assert target in NET.near([by])


def test_counts_are_read_as_they_are_written_and_nothing_else_is() -> None:
    onts = Onts(30, 1, 2, 64)
    assert str(onts) == "LOS 30, dying-gasp 1, offline 2 / 64 ONT"
    assert read_onts(str(onts)) == onts
    assert [read_onts(text) for text in ("", "30/64", f"{onts} ", "LOS ٣, dying-gasp 1, offline 2 / 64 ONT")] == [
        None
    ] * 4
    assert summed([onts, onts]) == Onts(60, 2, 4, 128)


@pytest.mark.parametrize(
    ("onts", "mostly", "suspect"),
    [
        (Onts(30, 1, 2, 64), Mostly.LIGHT, Suspect.FIBRE),
        (Onts(1, 30, 2, 64), Mostly.POWER, Suspect.CUSTOMERS),
        (Onts(20, 20, 0, 64), Mostly.UNSAID, Suspect.UNKNOWN),
        (Onts(2, 0, 1, 64), Mostly.UNSAID, Suspect.UNKNOWN),
        (Onts(0, 0, 30, 64), Mostly.UNSAID, Suspect.UNKNOWN),
        (Onts(0, 0, 0, 64), Mostly.UNSAID, Suspect.UNKNOWN),
    ],
)
def test_what_most_say_is_suspected_and_nothing_where_they_do_not_agree(
    onts: Onts, mostly: Mostly, suspect: Suspect
) -> None:
    assert (onts.mostly, probable(Evidence(onts=onts))) == (mostly, suspect)
