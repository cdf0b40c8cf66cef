"""Places and power areas as a whole, and what they explain: a function of what is known, whatever came first."""

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
from monitord.domain.topology import Topology
from monitord.domain.wiring import AREA, SITE, Wiring, whole, wiring_of

T0 = datetime(2027, 2, 5, 16, 58, tzinfo=UTC)
NAMES = tuple("abcd")
BLIND = "e"
"""A place of the area without a power supply that is looked at."""


def network() -> Wiring:
    """Return four places with a power supply and one without, all in one power area of one unit."""
    devices = {}
    for name in (*NAMES, BLIND):
        targets = [Target(f"{name}/agent_answers", name, "agent_answers", None, None, 2)]
        if name != BLIND:
            targets.append(Target(f"{name}/ups_battery", name, "ups_battery", None, None, 2))
        devices[name] = Device(name, name, "vt", f"s-{name}", tuple(targets))
    sites = {f"s-{name}": Site(f"s-{name}", name, "", power_area="g") for name in devices}
    return wiring_of(devices, {}, Topology(), {name: f"{name}/agent_answers" for name in devices}, sites)


NET = network()
THE_AREA = whole(AREA, "g@vt")


def place(name: str) -> str:
    """Return the target of a place."""
    return whole(SITE, f"s-{name}@vt")


def seen(battery: str = "", low: str = "", silent: str = "") -> Picture:
    """Return the picture with these places on battery, low, and silent; of a silent one what was seen last counts."""
    known: dict[str, Known] = {}
    for name in (*NAMES, BLIND):
        mute = name in silent
        known[f"{name}/agent_answers"] = Known(Health.DOWN if mute else Health.UP, Health.UP, T0 if mute else None)
        health = Health.DOWN if name in low else Health.DEGRADED if name in battery else Health.UP
        since = T0 if health is not Health.UP else None
        known[f"{name}/ups_battery"] = Known(Health.UNKNOWN if mute else health, health, since)
    return of(known)


def of(known: Mapping[str, Known]) -> Picture:
    """Return the picture of what is known; nothing of the rest."""
    return Picture(NET, lambda target: known.get(target, NOTHING))


@pytest.mark.parametrize(
    ("picture", "health", "cause"),
    [
        (seen(), Health.UP, Cause.FINE),
        (seen(battery="a"), Health.DEGRADED, Cause.ON_BATTERY),
        (seen(low="a"), Health.DEGRADED, Cause.BATTERY_LOW),
        (seen(silent="a"), Health.DOWN, Cause.SITE_SILENT),
        (seen(battery="a", silent="a"), Health.DOWN, Cause.SITE_SILENT),
    ],
)
def test_a_place_is_on_battery_low_or_silent(picture: Picture, health: Health, cause: Cause) -> None:
    found = picture.powers.site("s-a@vt")
    assert (found.health, found.cause) == (health, cause)


@pytest.mark.parametrize(
    ("picture", "health", "cause", "hit"),
    [
        (seen(battery="a"), Health.UP, Cause.FINE, ""),
        (seen(battery="ab"), Health.DEGRADED, Cause.AREA_MAINS, "ab"),
        (seen(battery="ab", silent="a"), Health.DOWN, Cause.AREA_MAINS, "ab"),
        (seen(battery="ab", silent="e"), Health.DOWN, Cause.AREA_MAINS, "abe"),
        (seen(battery="ab", silent="c"), Health.DEGRADED, Cause.AREA_MAINS, "ab"),
        (seen(silent="abcde"), Health.UP, Cause.FINE, ""),  # their power was last seen well: it may be the fibre
    ],
)
def test_an_area_is_without_mains_where_half_of_its_places_are(
    picture: Picture, health: Health, cause: Cause, hit: str
) -> None:
    found = picture.powers.area("g@vt")
    assert (found.health, found.cause) == (health, cause)
    assert found.sites == tuple(f"s-{name}@vt" for name in hit)


def test_a_whole_area_silent_at_once_without_a_word_of_its_power_is_the_grid() -> None:
    silent = {f"{name}/agent_answers": Known(Health.DOWN, None, T0) for name in (*NAMES, BLIND)}
    found = of(silent).powers.area("g@vt")
    assert (found.health, found.cause, len(found.sites)) == (Health.DOWN, Cause.AREA_SILENT, 5)
    part = {target: known for target, known in silent.items() if not target.startswith("e")}
    assert of(part).powers.area("g@vt").health is Health.UP


def test_a_place_explains_its_supply_and_what_is_silent_there_and_the_area_explains_the_place() -> None:
    alone = seen(battery="a")
    assert alone.explained("a/ups_battery", "a") == place("a")
    assert alone.explained("a/agent_answers", "a") is None
    assert alone.explained(place("a"), "site:s-a@vt") is None
    dead = seen(battery="ab", silent="ae")
    assert dead.explained("a/agent_answers", "a") == place("a")
    assert dead.explained(place("a"), "site:s-a@vt") == THE_AREA
    assert dead.explained("e/agent_answers", "e") == THE_AREA
    assert dead.explained(THE_AREA, "area:g@vt") is None
    other = seen(battery="ab", silent="c")
    assert other.explained(place("c"), "site:s-c@vt") is None


@given(st.text("abcd", max_size=4), st.text("abcd", max_size=4), st.text("abcde", max_size=5))
def test_what_is_explained_is_explained_by_what_failed_and_never_in_a_circle(b: str, low: str, silent: str) -> None:
    picture = seen(b, low, silent)
    wholes = [THE_AREA, *map(place, NAMES)]
    targets = [(f"{n}/{check}", n) for n in (*NAMES, BLIND) for check in ("agent_answers", "ups_battery")]
    targets = [(t, d) for t, d in targets if t != f"{BLIND}/ups_battery"]
    for target, device in [*targets, *((one, one.removesuffix("/state")) for one in wholes)]:
        passed, here, at = {target}, target, device
        while (by := picture.explained(here, at)) is not None:
            assert by not in passed
            assert by in {*may_explain(NET, here, at)}
            assert picture.judge(by).health is not Health.UP
            passed.add(by)
            here, at = by, by.removesuffix("/state")
