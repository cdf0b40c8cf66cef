"""How full lines were in a night that matters: each whole percent more is told once, and nothing outside of it."""

from dataclasses import replace
from datetime import timedelta

from checks.interface_load import CHECK, HIGH_SPEED, IN_OCTETS, OUT_OCTETS, Params
from monitord.domain.bulletin import Watched
from monitord.domain.edge import Edge, from_wire, to_wire
from monitord.domain.health import Happening
from monitord.domain.looking import Reach, Sight, Syntax, Value
from monitord.domain.network import Device, Target
from monitord.judge.runner import Judge
from tests.support.clock import START
from tests.support.looking import device

LINE, OTHER = "cr-1/interface_load/xe-0", "cr-1/interface_load/xe-1"
LOOK = timedelta(seconds=30)
NIGHT = Watched(START + 2 * LOOK, START + 100 * LOOK, frozenset({LINE}))


def router() -> Device:
    targets = (Target(n, "cr-1", "interface_load", n[-4:], Params(n[-4:]), 2) for n in (LINE, OTHER))
    return replace(device("cr-1", ()), targets=tuple(targets))


class Looking:
    """A judge that is shown one load after the other, of both lines alike, half a minute apart."""

    def __init__(self, *watched: Watched) -> None:
        self.judge = Judge({CHECK.name: CHECK}, "desk", "run")
        self.judge.watch(watched)
        self.looks, self.octets = 0, 0

    def sees(self, percent: float) -> list[Edge]:
        """Return the edges that carry a peak."""
        self.octets += round(percent / 100 * 1e9 / 8 * 30)
        cells = {IN_OCTETS: self.octets, OUT_OCTETS: 0, HIGH_SPEED: 1000}
        rows = {(c, name): Value(Syntax.COUNTER64, n) for c, n in cells.items() for name in ("xe-0", "xe-1")}
        sight = Sight(START + self.looks * LOOK, Reach.ANSWERED, rows=rows)
        self.looks += 1
        return [e for e in self.judge.judge(router(), sight).edges if Happening.PEAK in e.happenings]


def test_each_whole_percent_more_is_told_once_for_the_lines_that_matter() -> None:
    looking = Looking(NIGHT)
    loads = (10, 90, 40, 40.4, 41.2, 30, 93.1, 93.9, 20)
    told = [[(edge.target, edge.peak) for edge in looking.sees(load)] for load in loads]
    # The first look counts from nothing, and what was before the night is not in it.
    assert told == [[], [], [(LINE, 40.0)], [], [(LINE, 41.2)], [], [(LINE, 93.1)], [], []]


def test_a_peak_survives_the_wire() -> None:
    looking = Looking(replace(NIGHT, since=START))
    looking.sees(10)
    (edge,) = looking.sees(55.5)
    assert edge.peak == 55.5
    assert from_wire(to_wire(edge)) == edge


def test_the_same_night_read_again_is_not_told_again_and_another_one_is() -> None:
    night = replace(NIGHT, since=START)
    looking = Looking(night)
    looking.sees(10)
    assert len(looking.sees(50)) == 1
    looking.judge.watch((night,))
    assert looking.sees(50) == []
    looking.judge.watch((replace(night, until=night.until + LOOK),))
    assert len(looking.sees(50)) == 1


def test_nothing_is_told_when_nothing_matters() -> None:
    looking = Looking()
    assert [looking.sees(load) for load in (10, 50, 90)] == [[], [], []]
