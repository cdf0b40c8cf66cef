"""The rows under a row found by name: all of them or none, whatever the agent does, within a budget of time."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

import pytest

from checks import pon_port
from monitord.clock import SystemClock
from monitord.demo.agents import Agent, Interface, device_mib
from monitord.demo.ber import Oid as Arcs
from monitord.demo.ber import integer, octets
from monitord.demo.mib import IF_NAME, Source
from monitord.domain.health import Cause, Health
from monitord.domain.looking import Branch, Oid, Reach, Sight, Syntax, TableRow, Unseen, Value
from monitord.domain.network import SnmpAccess, SnmpVersion, Timing
from monitord.look.transports.snmp import Ask, Pdu, Reply
from monitord.look.transports.snmp_branches import BUDGET, Branches, read_branches
from monitord.look.transports.snmp_pysnmp import PysnmpEngine
from monitord.look.transports.snmp_sight import SnmpLooker
from monitord.look.transports.snmp_walk import Walked, arcs
from tests.support.clock import START, ManualClock

UPTIME = "1.3.6.1.2.1.1.3.0"
NAME = "1.3.6.1.2.1.31.1.1.1.1"
STATE, WHY = "1.3.6.1.4.1.2011.6.128.1.1.2.46.1.15", "1.3.6.1.4.1.2011.6.128.1.1.2.46.1.24"
ONTS = "1.3.6.1.4.1.2011.6.128.1.1.2.21.1.16"
QUICK = Timing(timeout=timedelta(seconds=1), attempts=2)
BRIEF = Timing(timeout=timedelta(seconds=0.1), attempts=1)
FIRST, SECOND, EMPTY = "GPON 0/1/0", "GPON 0/1/1", "GPON 0/1/2"
PORTS = {4194312192: FIRST, 4194312448: SECOND, 4194312704: EMPTY}


def ports(onts: Mapping[int, int]) -> dict[Arcs, Source]:
    """Return a table of so many ONTs under each port; the third of each port is down without light."""
    table: dict[Arcs, Source] = {(*arcs(ONTS), port): integer(onts.get(port, 0)) for port in PORTS}
    for port, number in onts.items():
        for ont in range(number):
            table[*arcs(STATE), port, ont] = integer(2 if ont == 2 else 1)
            table[*arcs(WHY), port, ont] = integer(1 if ont == 2 else -1)
    return table


def under(name: str, *columns: Oid) -> Branch:
    return Branch(NAME, name, columns or (STATE, WHY))


@pytest.fixture
async def olt() -> AsyncIterator[Agent]:
    interfaces = [Interface(index, name, type=250) for index, name in PORTS.items()]
    more = ports({4194312192: 70, 4194312448: 4})
    mib = device_mib("OLT-1", "MA5800", (1, 3, 6, 1, 4, 1, 2011), interfaces, more=more)
    async with Agent(SystemClock(), mib, "127.0.0.1", 0) as made:
        yield made


def access(agent: Agent, version: SnmpVersion = SnmpVersion.V2C) -> SnmpAccess:
    return SnmpAccess(agent.address, agent.port, version, community="public")


def why_not(sight: Sight, name: str, column: Oid = STATE) -> Cause:
    with pytest.raises(Unseen) as unseen:
        sight.branch(column, name)
    return unseen.value.cause


@pytest.mark.parametrize("version", [SnmpVersion.V2C, SnmpVersion.V1], ids=["v2c", "v1"])
async def test_all_rows_under_a_name_are_seen_and_none_of_its_neighbours(
    olt: Agent, looker: SnmpLooker, version: SnmpVersion
) -> None:
    sight = await looker.look(access(olt, version), [], [], QUICK, [under(FIRST), under(SECOND), under(EMPTY)])
    assert [len(sight.branch(STATE, name)) for name in (FIRST, SECOND, EMPTY)] == [70, 4, 0]
    assert {rest: value.raw for rest, value in sight.branch(WHY, SECOND).items()} == {"0": -1, "1": -1, "2": 1, "3": -1}
    assert sight.reach is Reach.ANSWERED
    assert (len(sight.cut), len(sight.absent), sight.incomplete) == (0, 0, False)


async def test_a_check_sees_the_customers_of_a_port_lose_their_power(olt: Agent, looker: SnmpLooker) -> None:
    params = pon_port.Params(FIRST, "huawei")
    wanted = pon_port.needs(params)
    sight = await looker.look(access(olt), wanted.scalars, wanted.rows, QUICK, wanted.branches)
    assert (verdict := pon_port.judge(params, sight, None)).health is Health.UP
    assert verdict.detail == "LOS 1, dying-gasp 0, offline 0 / 70 ONT"
    for ont in range(3, 70):
        olt.say((*arcs(STATE), 4194312192, ont), integer(2))
        olt.say((*arcs(WHY), 4194312192, ont), integer(13))
    sight = await looker.look(access(olt), wanted.scalars, wanted.rows, QUICK, wanted.branches)
    verdict = pon_port.judge(params, sight, None)
    assert (verdict.cause, verdict.detail) == (Cause.PON_POWER, "LOS 1, dying-gasp 67, offline 0 / 70 ONT")
    nobody = pon_port.Params(EMPTY, "huawei")
    wanted = pon_port.needs(nobody)
    sight = await looker.look(access(olt), wanted.scalars, wanted.rows, QUICK, wanted.branches)
    assert pon_port.judge(nobody, sight, None).detail == "0 ONT"


async def test_the_names_cost_one_request_once_they_are_known(olt: Agent, looker: SnmpLooker) -> None:
    row = TableRow(NAME, SECOND, (ONTS,))
    await looker.look(access(olt), [UPTIME], [row], QUICK, [under(SECOND)])
    before = olt.asked
    sight = await looker.look(access(olt), [UPTIME], [row], QUICK, [under(SECOND)])
    assert olt.asked - before == 3, "one GET and one walk for each column"
    assert sight.cell(ONTS, SECOND).raw == len(sight.branch(STATE, SECOND)) == 4


async def test_a_port_that_moved_is_found_again_before_anything_under_it_is_read(
    olt: Agent, looker: SnmpLooker
) -> None:
    await looker.look(access(olt), [], [], QUICK, [under(FIRST)])
    olt.break_with("reboot")
    olt.say((*IF_NAME, 4194312192), octets(SECOND))
    olt.say((*IF_NAME, 4194312448), octets(FIRST))
    sight = await looker.look(access(olt), [], [], QUICK, [under(FIRST)])
    assert sight.renumbered == {FIRST}
    assert len(sight.branch(STATE, FIRST)) == 4


async def test_a_name_the_device_lacks_is_absent_and_says_nothing_of_the_others(olt: Agent, looker: SnmpLooker) -> None:
    sight = await looker.look(access(olt), [], [], QUICK, [under("GPON 9/9/9"), under(SECOND)])
    assert sight.absent == {"GPON 9/9/9"}
    assert not sight.cut
    assert why_not(sight, "GPON 9/9/9") is Cause.NO_SUCH_INTERFACE
    assert len(sight.branch(STATE, SECOND)) == 4


@pytest.mark.parametrize("fault", ["loop", "decreasing"])
async def test_an_agent_that_wanders_under_a_name_leaves_it_unread(olt: Agent, looker: SnmpLooker, fault: str) -> None:
    await looker.look(access(olt), [], [], QUICK, [under(SECOND)])
    olt.break_with(fault)
    sight = await looker.look(access(olt), [UPTIME], [], QUICK, [under(SECOND)])
    assert sight.reach is Reach.ANSWERED
    assert sight.cut == {(STATE, SECOND), (WHY, SECOND)}
    assert not sight.branches
    assert why_not(sight, SECOND) is Cause.TABLE_INCOMPLETE


async def test_where_the_names_cannot_be_read_to_their_end_nothing_is_called_absent(
    olt: Agent, looker: SnmpLooker
) -> None:
    olt.break_with("loop")
    sight = await looker.look(access(olt), [UPTIME], [], QUICK, [under(SECOND)])
    assert not sight.absent
    assert why_not(sight, SECOND) is Cause.TABLE_INCOMPLETE


async def test_an_agent_that_refuses_is_not_read_at_a_place_nobody_verified(olt: Agent, looker: SnmpLooker) -> None:
    await looker.look(access(olt), [], [], QUICK, [under(SECOND)])
    olt.break_with("error 5")
    sight = await looker.look(access(olt), [UPTIME], [], QUICK, [under(SECOND)])
    assert (sight.reach, sight.cause) == (Reach.ANSWERED, Cause.AGENT_ERROR)
    assert why_not(sight, SECOND) is Cause.TABLE_INCOMPLETE


async def test_a_table_the_agent_lacks_is_empty_and_what_nobody_asked_for_is_not(
    olt: Agent, looker: SnmpLooker
) -> None:
    lacking = "1.3.6.1.4.1.99999.5.1"
    sight = await looker.look(access(olt), [], [], QUICK, [under(SECOND, lacking)])
    assert dict(sight.branch(lacking, SECOND)) == {}
    assert why_not(sight, SECOND) is Cause.NOT_SUPPORTED


async def test_a_silent_device_is_silent(olt: Agent, looker: SnmpLooker) -> None:
    olt.break_with("silent")
    sight = await looker.look(access(olt), [], [], BRIEF, [under(SECOND)])
    assert (sight.reach, sight.branches) == (Reach.SILENT, {})


class FallsSilent:
    """A real engine in front of an agent that answers no walk below the tables of its ONTs."""

    def __init__(self, engine: PysnmpEngine) -> None:
        self.engine = engine
        self.walked: list[Oid] = []

    async def ask(self, ask: Ask) -> Reply:
        if ask.pdu is not Pdu.GET and ask.oids[0].startswith(("1.3.6.1.4.1.2011",)):
            self.walked.append(ask.oids[0])
            return Reply(Reach.SILENT, cause=Cause.NO_ANSWER)
        return await self.engine.ask(ask)

    async def close(self) -> None:
        await self.engine.close()


async def test_an_agent_that_fell_silent_in_the_midst_is_asked_no_more(olt: Agent) -> None:
    engine = FallsSilent(PysnmpEngine(SystemClock()))
    wanted = [under(FIRST), under(SECOND), under(EMPTY)]
    sight = await SnmpLooker(engine, SystemClock()).look(access(olt), [UPTIME], [], BRIEF, wanted)
    await engine.close()
    assert sight.reach is Reach.ANSWERED
    assert len(engine.walked) == 2
    assert len(sight.cut) == 6


class Slowly:
    """Walks that take so many seconds by OID, all of one row, broken off when their time is over."""

    def __init__(self, clock: ManualClock, takes: Mapping[Oid, float]) -> None:
        self.clock = clock
        self.takes = takes
        self.given: list[float] = []

    async def walk(self, column: Oid, seconds: float) -> Walked:
        self.given.append(seconds)
        takes = self.takes.get(column, 0.0)
        await self.clock.advance(min(takes, seconds))
        return Walked((("7", Value(Syntax.INTEGER, 1)),), complete=takes <= seconds)

    async def read(self, branches: Sequence[Branch]) -> Branches:
        places = {(branch.key_column, branch.key): branch.key for branch in branches}
        return await read_branches(self.walk, branches, places, (), self.clock)


async def test_what_the_budget_of_time_does_not_hold_is_left_for_the_next_look() -> None:
    slowly = Slowly(ManualClock(), {f"{STATE}.{n}": 7 for n in range(6)})
    found = await slowly.read([under(str(n), STATE) for n in range(6)])
    assert [name for _, name in found.rows] == ["0", "1"]
    assert found.left == {(STATE, str(n)) for n in range(2, 6)}, "the third was broken off, and is read as the first"
    assert not found.cut
    assert slowly.given == [BUDGET, BUDGET - 7, BUDGET - 14]


async def test_a_branch_of_which_a_part_was_read_is_left_as_a_whole() -> None:
    slowly = Slowly(ManualClock(), {f"{STATE}.1": 9, f"{STATE}.2": 9, f"{WHY}.2": 9})
    found = await slowly.read([under("1"), under("2"), under("3")])
    assert found.rows.keys() == {(STATE, "1"), (WHY, "1")}
    assert found.left == {(column, name) for column in (STATE, WHY) for name in "23"}
    assert not found.cut


async def test_what_has_a_whole_budget_and_does_not_end_is_cut_and_keeps_the_others_waiting_once_only() -> None:
    slowly = Slowly(ManualClock(), {f"{WHY}.1": 99})
    found = await slowly.read([under("1"), under("2")])
    assert found.cut == {(WHY, "1")}
    assert found.rows.keys() == {(STATE, "1")}
    assert found.left == {(STATE, "2"), (WHY, "2")}


async def test_what_the_agent_broke_off_itself_is_cut_wherever_it_stands() -> None:
    async def wandering(column: Oid, seconds: float) -> Walked:
        return Walked((("7", Value(Syntax.INTEGER, 1)),), complete=column.endswith("1"))

    branches = [under("1", STATE), under("2", STATE)]
    places = {(NAME, name): name for name in "12"}
    found = await read_branches(wandering, branches, places, (), ManualClock())
    assert (found.cut, found.left) == ({(STATE, "2")}, set())


async def test_what_was_left_is_told_in_the_sight_and_is_not_read_to_its_end() -> None:
    sight = Sight(START, Reach.ANSWERED, left=frozenset({(STATE, FIRST)}))
    assert why_not(sight, FIRST) is Cause.TABLE_INCOMPLETE
