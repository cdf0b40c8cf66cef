"""A large OLT with a slow agent, looked at by the real looker, transport, judge and check: every port has its turn."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

from checks import pon_port
from monitord.domain.edge import Edge
from monitord.domain.health import Cause, Health
from monitord.domain.looking import Reach, Syntax, Value
from monitord.domain.network import Device, Target
from monitord.judge.runner import Judge
from monitord.look.looker import Looker
from monitord.look.plan import plan
from monitord.look.transports.snmp import Ask, Pdu, Reply
from monitord.look.transports.snmp_branches import BUDGET
from monitord.look.transports.snmp_sight import SnmpLooker
from monitord.look.transports.snmp_walk import arcs
from tests.look.test_looker import Desk, Pages
from tests.support.clock import ManualClock
from tests.support.looking import SEEN, check, device

OLT = pon_port.FAMILIES["huawei"]
PORTS = [f"GPON 0/1/{n}" for n in range(16)]
ONTS = 8


class SlowAgent:
    """An engine before one agent that takes so many seconds for each question about its ONTs."""

    def __init__(self, clock: ManualClock, takes: float) -> None:
        self.clock = clock
        self.takes = takes
        self.fast: list[float] = []
        self.cells = {SEEN: Value(Syntax.OCTETS, Health.UP.encode())}
        for port, name in enumerate(PORTS, 1):
            self.cells[f"{pon_port.IF_NAME}.{port}"] = Value(Syntax.OCTETS, name.encode())
            for ont in range(ONTS):
                self.cells[f"{OLT.state}.{port}.{ont}"] = Value(Syntax.INTEGER, 1)
                self.cells[f"{OLT.cause}.{port}.{ont}"] = Value(Syntax.INTEGER, -1)
        self.order = sorted(self.cells, key=arcs)

    def darken(self, port: int) -> None:
        for ont in range(ONTS):
            self.cells[f"{OLT.state}.{port}.{ont}"] = Value(Syntax.INTEGER, 2)
            self.cells[f"{OLT.cause}.{port}.{ont}"] = Value(Syntax.INTEGER, 1)

    async def ask(self, ask: Ask) -> Reply:
        if ask.pdu is Pdu.GET:
            if SEEN in ask.oids:
                self.fast.append(self.clock.mono())
            lacking = Value(Syntax.NO_SUCH_OBJECT)
            return Reply(Reach.ANSWERED, tuple((oid, self.cells.get(oid, lacking)) for oid in ask.oids))
        await self.clock.sleep(self.takes)
        after = [oid for oid in self.order if arcs(oid) > arcs(ask.oids[0])][: ask.max_repetitions]
        end = (("1.3.9", Value(Syntax.END_OF_VIEW)),)
        return Reply(Reach.ANSWERED, tuple((oid, self.cells[oid]) for oid in after) or end)

    async def close(self) -> None:
        return


@asynccontextmanager
async def olt(takes: float) -> AsyncGenerator[tuple[ManualClock, SlowAgent, Judge, list[Edge]]]:
    """Yield an OLT of sixteen ports under watch, whose agent takes so long for each column of a port."""
    clock, desk = ManualClock(), Desk()
    agent, judge = SlowAgent(clock, takes), Judge({"told": check(), "pon_port": pon_port.CHECK}, "desk", "boot")
    looker = Looker(clock, SnmpLooker(agent, clock), Pages(clock), judge, desk)
    checks = {"told": check(), "pon_port": pon_port.CHECK}
    looker.reload(plan([watched()], checks))
    running = asyncio.create_task(looker.run())
    try:
        yield clock, agent, judge, desk.edges
    finally:
        await looker.stop()
        await running


def watched() -> Device:
    one = device(interval=60, retry=5)
    ports = (
        Target(f"olt-1/pon_port/{name}", "olt-1", "pon_port", name, pon_port.Params(name, "huawei"), 3)
        for name in PORTS
    )
    return replace(one, targets=(*one.targets, *ports))


async def test_the_last_port_of_a_slow_olt_is_seen_and_its_fault_is_confirmed() -> None:
    async with olt(takes=2.4) as (clock, agent, judge, edges):
        await clock.advance(300)
        assert judge.tally() == {Health.UP: 1 + len(PORTS)}, "a round takes four looks"
        agent.darken(len(PORTS))
        await clock.advance(600)
        (last,) = [edge for edge in edges if edge.now is Health.DOWN and edge.firmness == "hard"]
        assert (last.target, last.cause) == (f"olt-1/pon_port/{PORTS[-1]}", Cause.PON_LIGHT)
        assert not [edge for edge in edges if edge.cause is Cause.TABLE_INCOMPLETE]


async def test_the_looks_of_a_slow_olt_do_not_wait_longer_than_the_budget() -> None:
    async with olt(takes=2.4) as (clock, agent, _, _):
        await clock.advance(1200)
        assert max(b - a for a, b in pairwise(agent.fast[1:])) <= 60 + BUDGET + 2.4
