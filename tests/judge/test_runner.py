"""The runner of verdicts: what becomes an edge, what does not, and that no check file can do harm."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitord.domain.edge import Edge, Firmness, Known, from_wire, to_wire
from monitord.domain.health import Cause, Happening, Health
from monitord.domain.looking import PageSight, Reach, Sight, Syntax, Unseen, Value, Verdict
from monitord.judge.runner import Judge
from tests.support.clock import START
from tests.support.looking import check, device, silent, told


def at(look: int) -> Any:
    return START + timedelta(seconds=5 * look)


def judge(*kinds: Any) -> Judge:
    return Judge({kind.name: kind for kind in kinds or (check(),)}, "desk-1", "boot-1")


def test_the_first_verdict_crosses_and_what_stays_does_not() -> None:
    runner = judge()
    (edge,) = runner.judge(device(), told(Health.UP, at(0))).edges
    assert (edge.target, edge.was, edge.now, edge.firmness, edge.first) == (
        "olt-1/told",
        None,
        Health.UP,
        Firmness.HARD,
        True,
    )
    assert (edge.source, edge.boot, edge.seq, edge.seen_at) == ("desk-1", "boot-1", 1, at(0))
    assert runner.judge(device(), told(Health.UP, at(1))).edges == ()


def test_a_fault_is_soft_until_confirmed_and_bounds_the_instant_it_began() -> None:
    runner = judge()
    runner.judge(device(), told(Health.UP, at(0)))
    results = [runner.judge(device(), silent(at(look))) for look in (1, 2, 3)]
    soft, waiting, hard = results
    assert [result.soft for result in results] == [True, True, False]
    assert [edge.firmness for edge in soft.edges] == [Firmness.SOFT]
    assert waiting.edges == ()
    (edge,) = hard.edges
    assert (edge.now, edge.firmness, edge.cause, edge.attempt, edge.confirm) == (
        Health.DOWN,
        Firmness.HARD,
        Cause.NO_ANSWER,
        3,
        3,
    )
    assert (edge.last_good, edge.first_bad, edge.seen_at) == (at(0), at(1), at(3))


def test_a_recovery_says_when_the_fault_it_ends_began() -> None:
    runner = judge()
    runner.judge(device(confirm=1), told(Health.UP, at(0)))
    runner.judge(device(confirm=1), silent(at(1)))
    (edge,) = runner.judge(device(confirm=1), told(Health.UP, at(2))).edges
    assert (edge.was, edge.now, edge.firmness) == (Health.DOWN, Health.UP, Firmness.HARD)
    assert (edge.last_good, edge.first_bad) == (at(0), at(1))


def test_edges_of_all_targets_bear_rising_numbers_and_survive_the_wire() -> None:
    runner = judge(check("one"), check("two"), check("three"))
    thing = device(checks=("one", "two", "three"))
    edges = (
        *runner.judge(thing, told(Health.UP, at(0))).edges,
        *runner.judge(thing, told(Health.DEGRADED, at(1))).edges,
    )
    assert [edge.seq for edge in edges] == [1, 2, 3, 4, 5, 6]
    assert tuple(from_wire(to_wire(edge)) for edge in edges) == edges


def test_what_cannot_be_seen_is_unknown_with_its_cause() -> None:
    (edge,) = judge().judge(device(), Sight(at(0), Reach.ANSWERED)).edges
    assert (edge.now, edge.cause) == (Health.UNKNOWN, Cause.NOT_SUPPORTED)


def _broken(params: object, sight: Sight, previous: Sight | None) -> Verdict:
    raise ZeroDivisionError("1/0")


def _not_a_verdict(params: object, sight: Sight, previous: Sight | None) -> Any:
    return "up"


def _endless(params: object, sight: Sight, previous: Sight | None) -> Verdict:
    return _endless(params, sight, previous)


@pytest.mark.parametrize("harm", [_broken, _not_a_verdict, _endless])
def test_a_check_that_fails_makes_its_own_target_unknown_and_harms_no_other(harm: Any) -> None:
    runner = judge(check(), check("bad", harm))
    thing = device(checks=("bad", "told"))
    bad, good = runner.judge(thing, told(Health.UP, at(0))).edges
    assert (bad.now, bad.cause) == (Health.UNKNOWN, Cause.CHECK_FAILED)
    assert good.now is Health.UP
    runner.judge(thing, told(Health.UP, at(1)))
    assert runner.check_failures == 2


def test_a_check_kind_that_is_not_there_makes_its_target_unknown() -> None:
    (edge,) = judge().judge(device(checks=("gone",)), told(Health.UP, at(0))).edges
    assert (edge.now, edge.cause) == (Health.UNKNOWN, Cause.CHECK_FAILED)


def test_text_and_readings_of_a_check_are_bounded_before_they_go_on() -> None:
    def talkative(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        readings = {"nan": float("nan"), "inf": float("inf"), **{f"n{i}": float(i) for i in range(99)}}
        return Verdict.up("\x1b[31mred\n" + "x" * 5000, readings)

    def unseen(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        raise Unseen(Cause.WRONG_TYPE, "\x1b" + "y" * 5000)

    judged = judge(check("a", talkative), check("b", unseen)).judge(
        device(checks=("a", "b")), Sight(at(0), Reach.ANSWERED)
    )
    assert all(len(edge.detail) <= 255 and "\x1b" not in edge.detail for edge in judged.edges)
    assert len(judged.readings["olt-1/a"]) == 32
    assert "nan" not in judged.readings["olt-1/a"]


def _restarts(params: object, sight: Sight, previous: Sight | None) -> Verdict:
    if sight.reach is Reach.SILENT:
        return Verdict.down(Cause.NO_ANSWER)
    fell = previous is not None and sight.text("1.1") < previous.text("1.1")
    return Verdict.up("", None, *((Happening.RESTARTED,) if fell else ()))


def _uptime(text: str, look: int) -> Sight:
    return Sight(at(look), Reach.ANSWERED, values={"1.1": Value(Syntax.OCTETS, text.encode())})


def test_a_restart_crosses_although_nothing_changed() -> None:
    runner = judge(check("told", _restarts))
    runner.judge(device(), _uptime("2", 0))
    (edge,) = runner.judge(device(), _uptime("1", 1)).edges
    assert (edge.was, edge.now, edge.firmness, edge.happenings) == (
        Health.UP,
        Health.UP,
        Firmness.HARD,
        (Happening.RESTARTED,),
    )
    assert runner.judge(device(), _uptime("1", 2)).edges == ()


def test_a_restart_is_noticed_across_the_silence_it_made() -> None:
    runner = judge(check("told", _restarts))
    runner.judge(device(), _uptime("2", 0))
    for look in (1, 2, 3):
        runner.judge(device(), silent(at(look)))
    (edge,) = runner.judge(device(), _uptime("1", 4)).edges
    assert (edge.was, edge.now, edge.happenings) == (Health.DOWN, Health.UP, (Happening.RESTARTED,))


def test_a_happening_during_a_soft_fault_does_not_make_it_hard() -> None:
    def restarting(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        if sight.reach is Reach.ANSWERED:
            return Verdict.up()
        return Verdict(Health.DEGRADED, Cause.SLOW, happenings=(Happening.RESTARTED,))

    runner = judge(check("told", restarting))
    runner.judge(device(), told(Health.UP, at(0)))
    edges = [edge for look in (1, 2) for edge in runner.judge(device(), silent(at(look))).edges]
    assert [(edge.firmness, edge.attempt) for edge in edges] == [(Firmness.SOFT, 1), (Firmness.SOFT, 2)]


def test_the_rows_under_a_name_are_not_kept() -> None:
    seen: list[Sight | None] = []

    def look_back(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        seen.append(previous)
        return Verdict.up(str(len(sight.branch("9", "x"))))

    branches = {("9", "x"): {str(n): Value(Syntax.INTEGER, 1) for n in range(500)}}
    sights = [Sight(at(n), Reach.ANSWERED, values={"1.1": Value(Syntax.NULL)}, branches=branches) for n in (0, 1)]
    runner = judge(check("told", look_back))
    assert [edge.detail for sight in sights for edge in runner.judge(device(), sight).edges] == ["500"]
    assert seen[1] is not None
    assert not seen[1].branches


def test_the_monotonic_instant_of_a_look_is_kept() -> None:
    seen: list[Sight | None] = []

    def look_back(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        seen.append(previous)
        return Verdict.up()

    runner = judge(check("told", look_back))
    for look in (0, 1):
        runner.judge(device(), replace(told(Health.UP, at(look)), mono=100.0 + look))
    assert seen[1] is not None
    assert seen[1].mono == 100.0


def test_the_text_of_a_page_is_not_kept() -> None:
    seen: list[Sight | None] = []

    def look_back(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        seen.append(previous)
        return Verdict.up()

    runner = judge(check("told", look_back))
    page = PageSight(status=200, headers=(("a", "b"),), body=b"x" * 200_000)
    for look in (0, 1):
        runner.judge(device(), Sight(at(look), Reach.ANSWERED, page=page))
    assert seen[0] is None
    assert seen[1] is not None
    assert seen[1].page == PageSight(status=200)


def test_what_the_desk_remembers_is_where_judging_begins() -> None:
    runner = judge()
    runner.seed([Known("olt-1/told", Health.DOWN, at(-9), at(-8))])
    assert runner.tally() == {}
    (edge,) = runner.judge(device(), silent(at(0))).edges
    assert (edge.was, edge.now, edge.firmness, edge.first) == (Health.DOWN, Health.DOWN, Firmness.HARD, True)
    assert (edge.last_good, edge.first_bad) == (at(-9), at(-8))
    (edge,) = runner.judge(device(), told(Health.UP, at(1))).edges
    assert (edge.now, edge.firmness, edge.first_bad, edge.first) == (Health.UP, Firmness.HARD, at(-8), False)


def test_seeding_late_does_not_overwrite_what_was_seen_since() -> None:
    runner = judge()
    runner.judge(device(), told(Health.UP, at(0)))
    runner.seed([Known("olt-1/told", Health.DOWN)])
    assert runner.state("olt-1/told").settled is Health.UP


def test_a_reload_keeps_the_state_of_targets_that_stay_and_drops_the_others() -> None:
    runner = judge()
    for name in ("stays", "leaves"):
        runner.judge(device(name), told(Health.UP, at(0)))
    runner.reload({"told": check()}, [device("stays"), device("new")])
    assert runner.tally() == {Health.UP: 1}
    assert runner.judge(device("stays"), told(Health.UP, at(1))).edges == ()
    (edge,) = runner.judge(device("leaves"), told(Health.UP, at(1))).edges
    assert edge.first


def test_only_the_named_targets_are_judged() -> None:
    runner = judge(check("one"), check("two"))
    thing = device(checks=("one", "two"))
    edges = runner.judge(thing, told(Health.UP, at(0)), thing.targets[1:]).edges
    assert [edge.target for edge in edges] == ["olt-1/two"]


def test_who_is_asked_tells_its_next_verdict_whatever_it_is() -> None:
    runner = judge()
    runner.judge(device(), told(Health.UP, at(0)))
    runner.ask(["olt-1/told", "nobody/told"], at(0))
    (edge,) = runner.judge(device(), told(Health.UP, at(1))).edges
    assert (edge.now, edge.firmness, edge.first) == (Health.UP, Firmness.HARD, False)
    assert runner.judge(device(), told(Health.UP, at(2))).edges == ()


def test_what_was_seen_before_somebody_asked_is_no_answer_whatever_it_is() -> None:
    for seen in (Health.UP, Health.DEGRADED, Health.DOWN, Health.UNKNOWN):
        runner = judge()
        for look in (0, 1, 2):
            runner.judge(device(), told(seen, at(look)))
        runner.ask(["olt-1/told"], at(5))
        assert not runner.judge(device(), told(seen, at(4))).edges
        (edge,) = runner.judge(device(), told(seen, at(5))).edges
        assert (edge.now, edge.firmness) == (seen, Firmness.HARD)
        assert not runner.judge(device(), told(seen, at(6))).edges


def test_who_asked_before_the_clock_was_set_far_back_is_answered() -> None:
    runner = judge()
    runner.judge(device(), told(Health.UP, at(0)))
    runner.ask(["olt-1/told"], at(0) + timedelta(minutes=5))
    (edge,) = runner.judge(device(), told(Health.UP, at(0))).edges
    assert edge.now is Health.UP


def test_a_change_that_was_seen_before_somebody_asked_crosses_and_the_answer_after_it() -> None:
    runner = judge()
    runner.judge(device(confirm=1), told(Health.UP, at(0)))
    runner.ask(["olt-1/told"], at(5))
    crossed = [edge.now for look in (4, 6, 7) for edge in runner.judge(device(confirm=1), silent(at(look))).edges]
    assert crossed == [Health.DOWN, Health.DOWN]


def test_who_asked_for_a_target_that_left_does_not_ask_for_it_when_it_comes_back() -> None:
    runner = judge()
    runner.judge(device(), told(Health.UP, at(0)))
    runner.ask(["olt-1/told"], at(1))
    runner.reload({"told": check()}, [])
    runner.reload({"told": check()}, [device()])
    assert [len(runner.judge(device(), told(Health.UP, at(look))).edges) for look in (2, 3)] == [1, 0], "the first one"


def test_a_target_that_flaps_says_so_by_an_edge_and_once_more_when_it_is_calm() -> None:
    runner = judge()
    one = device(confirm=1)
    edges: list[Edge] = []
    for look in range(40):
        health = Health.DOWN if look % 2 and look < 12 else Health.UP
        edges += runner.judge(one, told(health, at(look))).edges
    flags = [edge.flapping for edge in edges]
    first, last = flags.index(True), len(flags) - 1 - flags[::-1].index(True)
    assert not flags[-1]
    assert all(flags[first : last + 1])
    assert (edges[-1].was, edges[-1].now) == (Health.UP, Health.UP)
    again = judge()
    again.seed([Known("olt-1/told", Health.UP, at(9), None, True, edges[last].history)])
    (restarted,) = again.judge(one, told(Health.UP, at(41))).edges
    assert restarted.flapping, "a restart calms nothing"


def test_what_goes_on_happening_is_told_once_and_anew_when_it_is_another_or_somebody_asks() -> None:
    shown = [""]

    def judging(params: Any, sight: Sight, previous: Sight | None) -> Verdict:
        return Verdict.up(shown[0], None, *((Happening.PAGE_CHANGED,) if shown[0] else ()))

    runner = judge(check(judge=judging))
    crossed = []
    for look, seen in enumerate(("", "a", "a", "b", "", "b", "b")):
        shown[0] = seen
        edges = runner.judge(device(), told(Health.UP, at(look))).edges
        crossed.append([edge.detail for edge in edges if edge.happenings])
    assert crossed == [[], ["a"], [], ["b"], [], ["b"], []]
    runner.ask(["olt-1/told"], at(9))
    assert not runner.judge(device(), told(Health.UP, at(8))).edges, "it began before"
    (edge,) = runner.judge(device(), told(Health.UP, at(9))).edges
    assert (edge.happenings, edge.detail) == ((Happening.PAGE_CHANGED,), "b")


@pytest.mark.parametrize(
    ("says", "begins", "by"),
    [(-20, -20, "if_last_change"), (-65, 0, ""), (30, 0, ""), (None, 0, "")],
    ids=["after the last good look", "before it", "ahead", "nothing"],
)
def test_a_fault_begins_when_the_device_says_so_after_the_last_good_look(
    says: float | None, begins: float, by: str
) -> None:
    down: list[datetime] = []

    def judging(params: Any, sight: Sight, previous: Sight | None) -> Verdict:
        if not down:
            return Verdict.up()
        since = None if says is None else down[0] + timedelta(seconds=says)
        return Verdict(Health.DOWN, Cause.INTERFACE_DOWN, since=since, since_by="if_last_change")

    runner = judge(check(judge=judging))
    runner.judge(device(), told(Health.UP, at(0)))
    down.append(at(12))
    edges = [e for look in (12, 13, 14) for e in runner.judge(device(), told(Health.UP, at(look))).edges]
    assert [(e.firmness, e.first_bad, e.first_bad_by) for e in edges] == [
        (firmness, down[0] + timedelta(seconds=begins), by) for firmness in (Firmness.SOFT, Firmness.HARD)
    ]
    assert from_wire(to_wire(edges[0])) == edges[0]
