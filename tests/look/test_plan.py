"""The plan: a device costs as few requests as possible whatever the number of checks on it."""

from dataclasses import dataclass, replace
from datetime import timedelta

from monitord.domain.looking import Branch, Check, Needs, PageRequest, TableRow, Verdict
from monitord.look.plan import PageAsk, SlowAsk, SnmpAsk, first_left, plan, plan_device
from tests.support.looking import check, device

NAME, ADMIN, OPER, ALIAS = "1.1", "1.7", "1.8", "1.18"


def test_scalars_that_several_checks_need_are_asked_once_and_in_order() -> None:
    checks = {
        "a": check("a", needs=Needs(scalars=("2.1", "2.2"))),
        "b": check("b", needs=Needs(scalars=("2.2", "2.3", "2.3"))),
    }
    planned = plan_device(device(checks=("a", "b")), checks)
    assert planned.snmp is not None
    assert planned.snmp.scalars == ("2.1", "2.2", "2.3")
    assert [target.check for target in planned.snmp.targets] == ["a", "b"]


def test_rows_of_one_name_are_one_with_their_columns_united() -> None:
    checks = {
        "a": check("a", needs=Needs(rows=(TableRow(NAME, "Gi0/1", (ADMIN, OPER)),))),
        "b": check("b", needs=Needs(rows=(TableRow(NAME, "Gi0/1", (OPER, ALIAS)), TableRow(NAME, "Gi0/2", (OPER,))))),
    }
    planned = plan_device(device(checks=("a", "b")), checks)
    assert planned.snmp is not None
    assert planned.snmp.rows == (
        TableRow(NAME, "Gi0/1", (ADMIN, OPER, ALIAS)),
        TableRow(NAME, "Gi0/2", (OPER,)),
    )


def test_branches_of_one_name_are_one_with_their_columns_united() -> None:
    checks = {
        "a": check("a", needs=Needs(branches=(Branch(NAME, "GPON 0/1/0", ("9.15",)),))),
        "b": check(
            "b", needs=Needs(branches=(Branch(NAME, "GPON 0/1/0", ("9.15", "9.24")), Branch("1.2", "x", ("8",))))
        ),
    }
    planned = plan_device(device(checks=("a", "b")), checks)
    assert planned.snmp is not None
    assert planned.snmp.branches == (Branch(NAME, "GPON 0/1/0", ("9.15", "9.24")), Branch("1.2", "x", ("8",)))


def test_what_is_not_worth_asking_at_every_look_is_asked_apart_as_often_as_the_most_frequent_of_it() -> None:
    checks = {
        "fast": check("fast", needs=Needs(scalars=("2.1",))),
        "slow": check("slow", needs=Needs(rows=(TableRow(NAME, "x", (OPER,)),), every=timedelta(minutes=10))),
        "less": check("less", needs=Needs(branches=(Branch(NAME, "x", ("9",)),), every=timedelta(minutes=5))),
    }
    olt = device(checks=("slow", "fast", "less"))
    planned = plan_device(olt, checks)
    assert planned.snmp == SnmpAsk(("2.1",), (), (olt.targets[1],))
    assert planned.slow == SlowAsk(
        SnmpAsk((), (TableRow(NAME, "x", (OPER,)),), (olt.targets[0], olt.targets[2]), (Branch(NAME, "x", ("9",)),)),
        timedelta(minutes=5),
        (checks["slow"].needs(None), checks["less"].needs(None)),
    )
    assert plan_device(device(checks=("slow",)), checks).snmp is None
    assert plan_device(device(checks=("fast",)), checks).slow is None


PORTS = tuple(f"GPON 0/1/{n}" for n in range(4))


def ports() -> SlowAsk:
    """Return what is asked of four ports by two checks, the second of which needs one column more and a row."""
    checks = {}
    for n, name in enumerate(PORTS):
        checks[f"a{n}"] = check(
            f"a{n}", needs=Needs(branches=(Branch(NAME, name, ("9",)),), every=timedelta(minutes=5))
        )
        needs = Needs(rows=(TableRow(NAME, name, (OPER,)),), branches=(Branch(NAME, name, ("8",)),))
        checks[f"b{n}"] = check(f"b{n}", needs=replace(needs, every=timedelta(minutes=5)))
    slow = plan_device(device(checks=sorted(checks)), checks).slow
    assert slow is not None
    return slow


def test_a_part_of_it_is_all_that_the_targets_of_the_part_need_and_nothing_else() -> None:
    slow = ports()
    rest = slow.of(["olt-1/b2"])
    assert [target.check for target in rest.targets] == ["b2"]
    assert rest.branches == (Branch(NAME, PORTS[2], ("8",)),)
    assert rest.rows == (TableRow(NAME, PORTS[2], (OPER,)),)
    both = slow.of(["olt-1/b2", "olt-1/a2", "olt-1/a0"], rest.branches[0])
    assert [target.check for target in both.targets] == ["a0", "a2", "b2"]
    assert both.branches == (Branch(NAME, PORTS[2], ("9", "8")), Branch(NAME, PORTS[0], ("9",)))


def test_a_whole_round_begins_with_what_was_left_however_often_one_follows_another() -> None:
    slow, first, read = ports(), None, []
    for _ in range(4):
        ask = slow.of(first=first)
        assert (ask.rows, ask.targets) == (slow.ask.rows, slow.ask.targets)
        read += [branch.key for branch in ask.branches[:3]]
        first = first_left(ask, frozenset((column, b.key) for b in ask.branches[3:] for column in b.columns))
    assert read == [*PORTS] * 3
    assert first_left(slow.ask, frozenset()) is None
    assert slow.of() == slow.ask


def test_who_lacks_any_branch_of_those_it_needs_has_not_been_seen() -> None:
    slow = ports()
    seen = slow.seen(slow.ask, frozenset({("8", PORTS[2]), ("8", PORTS[3]), ("9", PORTS[3])}))
    assert [target.check for target in seen] == ["a0", "a1", "a2", "b0", "b1"]


def test_equal_pages_are_asked_once_and_others_apart() -> None:
    front, other = PageRequest("http://127.0.0.1/"), PageRequest("http://127.0.0.1/", follow=1)
    checks = {name: check(name, needs=Needs(page=page)) for name, page in (("a", front), ("b", front), ("c", other))}
    site = device(checks=("a", "b", "c"), snmp=False)
    assert plan_device(site, checks).pages == (
        PageAsk(front, site.targets[:2]),
        PageAsk(other, site.targets[2:]),
    )
    assert plan_device(site, checks).snmp is None


def test_a_check_that_cannot_say_what_it_needs_is_named_and_its_target_still_judged() -> None:
    @dataclass(frozen=True)
    class Params:
        pass

    def broken(params: object) -> Needs:
        raise KeyError("oid")

    checks = {"bad": Check("bad", Params, broken, lambda params, sight, previous: Verdict.up()), "told": check()}
    planned = plan_device(device(checks=("bad", "told", "gone")), checks)
    assert [target for target, _ in planned.mistakes] == ["olt-1/bad", "olt-1/gone"]
    assert planned.snmp is not None
    assert len(planned.snmp.targets) == 3


def test_a_device_with_nothing_to_look_at_is_not_in_the_plan() -> None:
    assert [planned.device.id for planned in plan([device("a", ()), device("b")], {"told": check()})] == ["b"]
