"""Looking at whole devices: merged questions, rows by name, agents that wander."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from monitord.clock import SystemClock
from monitord.demo.agents import Agent, Interface, device_mib
from monitord.domain.health import Cause
from monitord.domain.looking import Oid, Reach, Sight, Syntax, TableRow, Value
from monitord.domain.network import SnmpAccess, SnmpVersion, Timing
from monitord.look.transports.snmp import Ask, Pdu, Reply
from monitord.look.transports.snmp_sight import MAX_OIDS, SnmpLooker, batches
from monitord.look.transports.snmp_tables import REWALK
from monitord.look.transports.snmp_walk import MAX_ROWS, arcs, walk
from tests.support.clock import ManualClock

UPTIME = "1.3.6.1.2.1.1.3.0"
BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
ADMIN = "1.3.6.1.2.1.2.2.1.7"
OPER = "1.3.6.1.2.1.2.2.1.8"
QUICK = Timing(timeout=timedelta(seconds=1), attempts=2)
BRIEF = Timing(timeout=timedelta(seconds=0.1), attempts=2)
"""For looks that are to end without an answer."""


def row(name: str) -> TableRow:
    return TableRow(IF_NAME, name, (ADMIN, OPER))


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    interfaces = [Interface(n, f"ge-0/0/{n}") for n in range(1, 41)] + [Interface(77, "Cổng số 7 Bến Thủy")]
    mib = device_mib("R1", "router", (1, 3, 6, 1, 4, 1, 9), interfaces)
    async with Agent(SystemClock(), mib, "127.0.0.1", 0) as made:
        yield made


def access(agent: Agent, version: SnmpVersion = SnmpVersion.V2C) -> SnmpAccess:
    return SnmpAccess(agent.address, agent.port, version, community="public")


@pytest.mark.parametrize("version", [SnmpVersion.V2C, SnmpVersion.V1], ids=["v2c", "v1-device"])
async def test_a_round_costs_one_request_once_the_names_are_known(
    agent: Agent, looker: SnmpLooker, version: SnmpVersion
) -> None:
    rows = [row("ge-0/0/3"), row("ge-0/0/40"), row("Cổng số 7 Bến Thủy")]
    await looker.look(access(agent, version), [UPTIME, BOOTS], rows, QUICK)
    before = agent.asked
    sight = await looker.look(access(agent, version), [UPTIME, BOOTS], rows, QUICK)
    assert agent.asked - before == 1
    assert sight.reach is Reach.ANSWERED
    assert sight.value(UPTIME).syntax is Syntax.TIMETICKS
    assert {sight.cell(OPER, one.key).raw for one in rows} == {1}
    assert not sight.absent
    assert not sight.incomplete


async def test_an_interface_that_is_down_is_seen_down(agent: Agent, looker: SnmpLooker) -> None:
    agent.break_with("ifdown ge-0/0/3")
    sight = await looker.look(access(agent), [UPTIME], [row("ge-0/0/3"), row("ge-0/0/4")], QUICK)
    assert sight.cell(OPER, "ge-0/0/3").raw == 2
    assert sight.cell(OPER, "ge-0/0/4").raw == 1


async def test_a_name_the_device_lacks_is_absent_and_not_walked_for_at_each_look(
    agent: Agent, looker: SnmpLooker
) -> None:
    rows = [row("ge-0/0/3"), row("xe-9/9/9")]
    assert (await looker.look(access(agent), [UPTIME], rows, QUICK)).absent == {"xe-9/9/9"}
    before = agent.asked
    for _ in range(REWALK):
        assert (await looker.look(access(agent), [UPTIME], rows, QUICK)).absent == {"xe-9/9/9"}
    assert agent.asked - before == REWALK
    await looker.look(access(agent), [UPTIME], rows, QUICK)
    assert agent.asked - before > REWALK + 1, "now it is looked for again"


@pytest.mark.parametrize(("rest", "found"), [(300, True), (275, True), (240, False)])
async def test_a_name_that_is_looked_at_seldom_is_looked_for_again_when_its_time_has_come(
    rest: float, found: bool
) -> None:
    clock, names = ManualClock(), [b"ge-0/0/1"]

    def table(ask: Ask) -> Reply:
        if ask.pdu is Pdu.GET:
            return values(ask)
        rows = tuple((f"{IF_NAME}.{n}", Value(Syntax.OCTETS, name)) for n, name in enumerate(names, 1))
        return Reply(Reach.ANSWERED, (*rows, ("1.3.6.1.2.1.31.1.1.1.2.1", Value(Syntax.COUNTER32, 0))))

    looker = SnmpLooker(Script(table), clock)
    assert (await looker.look(SnmpAccess("x"), [UPTIME], [row("late")], QUICK)).absent == {"late"}
    names.append(b"late")
    await clock.advance(rest)
    assert (await looker.look(SnmpAccess("x"), [UPTIME], [row("late")], QUICK)).absent == (
        frozenset() if found else {"late"}
    )


async def test_a_renumbered_interface_is_found_again_in_the_same_look(agent: Agent, looker: SnmpLooker) -> None:
    await looker.look(access(agent), [UPTIME], [row("ge-0/0/3")], QUICK)
    swap(agent, 3, 5)
    agent.break_with("ifdown ge-0/0/5")  # the row of index 5, which is now called ge-0/0/3
    sight = await looker.look(access(agent), [UPTIME], [row("ge-0/0/3")], QUICK)
    assert sight.renumbered == {"ge-0/0/3"}
    assert sight.cell(OPER, "ge-0/0/3").raw == 2
    assert not (await looker.look(access(agent), [UPTIME], [row("ge-0/0/3")], QUICK)).renumbered


def swap(agent: Agent, one: int, other: int) -> None:
    from monitord.demo.ber import octets

    column = arcs(IF_NAME)
    agent.say((*column, one), octets(f"ge-0/0/{other}"))
    agent.say((*column, other), octets(f"ge-0/0/{one}"))


@pytest.mark.parametrize("fault", ["loop", "decreasing"], ids=["agent-loop", "agent-decreasing"])
async def test_a_walk_that_does_not_go_on_calls_nobody_gone(agent: Agent, looker: SnmpLooker, fault: str) -> None:
    agent.break_with(fault)
    sight = await looker.look(access(agent), [UPTIME], [row("ge-0/0/3")], QUICK)
    assert sight.reach is Reach.ANSWERED
    assert sight.incomplete
    assert not sight.absent


async def test_names_known_before_stay_usable_while_the_agent_loops(agent: Agent, looker: SnmpLooker) -> None:
    rows = [row("ge-0/0/3"), row("xe-9/9/9")]
    await looker.look(access(agent), [UPTIME], rows, QUICK)
    agent.break_with("loop")
    for _ in range(REWALK + 1):
        sight = await looker.look(access(agent), [UPTIME], rows, QUICK)
    assert sight.incomplete
    assert not sight.absent
    assert sight.cell(OPER, "ge-0/0/3").raw == 1


SILENT_ENDS = {
    "agent-silent": ("silent", Reach.SILENT, Cause.NO_ANSWER),
    "agent-slower-than-timeout": ("delay 0.3", Reach.SILENT, Cause.NO_ANSWER),
    "agent-garbage": ("garbage", Reach.GARBLED, Cause.BAD_ANSWER),
    "agent-trailing-bytes": ("trailing", Reach.GARBLED, Cause.BAD_ANSWER),
    "agent-truncated": ("truncate", Reach.GARBLED, Cause.BAD_ANSWER),
    "agent-refuses": ("refuse", Reach.REFUSED, Cause.REFUSED),
    "hostile-other-oid": ("otheroid", Reach.GARBLED, Cause.WRONG_OBJECT),
    "hostile-empty": ("novarbinds", Reach.GARBLED, Cause.BAD_ANSWER),
    "hostile-too-many": ("manyvarbinds", Reach.GARBLED, Cause.BAD_ANSWER),
    "hostile-text-60000": ("bigstring", Reach.GARBLED, Cause.TOO_LARGE),
    "other-port": ("otherport", Reach.SILENT, Cause.NO_ANSWER),
    "other-address": ("otheraddress", Reach.SILENT, Cause.NO_ANSWER),
}


@pytest.mark.parametrize("case", SILENT_ENDS)
async def test_what_is_no_answer_ends_within_the_retries(agent: Agent, looker: SnmpLooker, case: str) -> None:
    fault, reach, cause = SILENT_ENDS[case]
    agent.break_with(fault)
    sight = await looker.look(access(agent), [UPTIME], [], BRIEF)
    assert (sight.reach, sight.cause) == (reach, cause)
    assert sight.took < BRIEF.attempts * BRIEF.timeout + timedelta(seconds=1)
    agent.mend()
    assert (await looker.look(access(agent), [UPTIME], [], QUICK)).reach is Reach.ANSWERED


async def test_agent_slow_but_in_time_is_answered(agent: Agent, looker: SnmpLooker) -> None:
    agent.break_with("delay 0.15")
    sight = await looker.look(access(agent), [UPTIME], [], QUICK)
    assert sight.reach is Reach.ANSWERED
    assert sight.took >= timedelta(seconds=0.15)


@pytest.mark.parametrize("fault", ["error 5", "error 2"], ids=["agent-genErr", "agent-noSuchName-v2c"])
async def test_an_agent_error_is_an_answer_without_values(agent: Agent, looker: SnmpLooker, fault: str) -> None:
    agent.break_with(fault)
    sight = await looker.look(access(agent), [UPTIME], [row("ge-0/0/3")], QUICK)
    assert (sight.reach, sight.cause) == (Reach.ANSWERED, Cause.AGENT_ERROR)
    assert not sight.values
    assert not sight.absent


async def test_no_such_object_keeps_the_device_up(agent: Agent, looker: SnmpLooker) -> None:
    lacking = "1.3.6.1.4.1.99999.1.0"
    for version in (SnmpVersion.V2C, SnmpVersion.V1):
        sight = await looker.look(access(agent, version), [lacking, UPTIME], [], QUICK)
        assert sight.reach is Reach.ANSWERED
        assert sight.values[UPTIME].syntax is Syntax.TIMETICKS
        assert sight.values[lacking].syntax in (Syntax.NO_SUCH_OBJECT, Syntax.NO_SUCH_INSTANCE)


class Script:
    """An engine that answers what a function says, for what a socket would only make slower."""

    def __init__(self, answer: "object") -> None:
        self.answer = answer
        self.asks: list[Ask] = []

    async def ask(self, ask: Ask) -> Reply:
        self.asks.append(ask)
        return self.answer(ask)  # type: ignore[operator, no-any-return]

    async def close(self) -> None:
        return


def values(ask: Ask) -> Reply:
    return Reply(Reach.ANSWERED, tuple((oid, Value(Syntax.INTEGER, 1)) for oid in ask.oids))


async def test_too_big_an_answer_is_asked_for_in_halves() -> None:
    def at_most_three(ask: Ask) -> Reply:
        return values(ask) if len(ask.oids) <= 3 else Reply(Reach.ANSWERED, (), 1, 0, Cause.TOO_LARGE, "tooBig")

    script = Script(at_most_three)
    oids = [f"1.3.6.1.4.1.1.{n}.0" for n in range(10)]
    sight = await SnmpLooker(script, SystemClock()).look(SnmpAccess("x"), oids, [], QUICK)
    assert sorted(sight.values) == sorted(oids)


@pytest.mark.parametrize("reach", [Reach.ANSWERED, Reach.SILENT])
async def test_a_look_has_the_instant_of_its_values_by_a_clock_that_nobody_sets(reach: Reach) -> None:
    clock = ManualClock()

    def late(ask: Ask) -> Reply:
        clock.jump(-25)
        return values(ask) if reach is Reach.ANSWERED else Reply(reach)

    sight = await SnmpLooker(Script(late), clock).look(SnmpAccess("x"), [UPTIME], [], QUICK)
    assert (sight.reach, sight.mono) == (reach, clock.boot())


async def test_one_lost_part_of_a_large_look_is_not_a_silent_device() -> None:
    oids = [f"1.3.6.1.4.1.1.{n}.0" for n in range(2 * MAX_OIDS)]
    first = batches(oids)[0]
    script = Script(lambda ask: values(ask) if ask.oids == first else Reply(Reach.SILENT, cause=Cause.NO_ANSWER))
    sight = await SnmpLooker(script, SystemClock()).look(SnmpAccess("x"), oids, [], QUICK)
    assert (sight.reach, sight.cause) == (Reach.ANSWERED, Cause.NO_ANSWER)
    assert set(sight.values) == set(first)


async def test_nonsense_once_and_then_silence_is_nonsense() -> None:
    replies = iter([Reply(Reach.GARBLED, cause=Cause.BAD_ANSWER, detail="x"), Reply(Reach.SILENT)])
    script = Script(lambda ask: next(replies))
    sight: Sight = await SnmpLooker(script, SystemClock()).look(SnmpAccess("x"), [UPTIME], [], QUICK)
    assert sight.reach is Reach.GARBLED


async def test_a_walk_has_a_cap_on_rows() -> None:
    """Case agent-endless: OIDs that increase for ever."""

    async def endless(pdu: Pdu, oids: tuple[Oid, ...], repetitions: int) -> Reply:
        last = arcs(oids[0])[len(arcs(IF_NAME)) :]
        start = last[0] if last else 0
        found = tuple((f"{IF_NAME}.{start + n}", Value(Syntax.OCTETS, b"x")) for n in range(1, repetitions + 1))
        return Reply(Reach.ANSWERED, found)

    walked = await walk(endless, IF_NAME, True, SystemClock())
    assert len(walked.rows) == MAX_ROWS
    assert not walked.complete


async def test_of_two_rows_with_one_name_the_first_is_taken() -> None:
    rows = {f"{IF_NAME}.1": b"twin", f"{IF_NAME}.2": b"twin"}

    def table(ask: Ask) -> Reply:
        if ask.pdu is Pdu.GET:
            found = [(oid, Value(Syntax.OCTETS, rows[oid]) if oid in rows else oper(oid)) for oid in ask.oids]
            return Reply(Reach.ANSWERED, tuple(found))
        following = [(oid, Value(Syntax.OCTETS, name)) for oid, name in rows.items() if arcs(oid) > arcs(ask.oids[0])]
        return Reply(Reach.ANSWERED, (*following, ("1.3.6.1.2.1.31.1.1.1.2.1", Value(Syntax.COUNTER32, 0))))

    def oper(oid: Oid) -> Value:
        return Value(Syntax.INTEGER, int(oid.rpartition(".")[2]))

    sight = await SnmpLooker(Script(table), SystemClock()).look(SnmpAccess("x"), [], [row("twin")], QUICK)
    assert sight.cell(OPER, "twin").raw == 1


def test_a_batch_stays_within_forty_oids_and_a_datagram() -> None:
    oids = [f"1.3.6.1.4.1.2011.6.164.1.6.2.1.1.4.{n}" for n in range(100)]
    groups = batches(oids)
    assert [oid for group in groups for oid in group] == oids
    assert all(len(group) <= MAX_OIDS for group in groups)
    assert batches([]) == []
