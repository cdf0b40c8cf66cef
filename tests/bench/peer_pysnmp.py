"""The peer: the same GETs by pysnmp's hlapi.v3arch as its users write them; prints CPU microseconds per GET.

Run as `python -m tests.bench.peer_pysnmp <devices> <rounds> <oid>...` while the agents are there.
"""

import asyncio
import sys
import time

from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    get_cmd,
)

from tests.bench.settings import COMMUNITY, PORT, address_of

SIDE_BY_SIDE = 50


async def measure(devices: int, rounds: int, oids: list[str]) -> tuple[float, float]:
    """Return CPU microseconds of a GET in the first round, which makes each device known, and in the later ones.

    RuntimeError when one was not answered.
    """
    engine, community, context = SnmpEngine(), CommunityData(COMMUNITY, mpModel=1), ContextData()
    targets = [await UdpTransportTarget.create((address_of(n), PORT), timeout=5, retries=1) for n in range(devices)]
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def ask(target: UdpTransportTarget) -> None:
        async with places:
            objects = [ObjectType(ObjectIdentity(oid)) for oid in oids]
            error, status, _, got = await get_cmd(engine, community, target, context, *objects)
            if error or status or len(got) != len(oids):
                raise RuntimeError(f"{error or status}")

    async def round_of_all() -> float:
        began = time.process_time()
        await asyncio.gather(*(ask(target) for target in targets))
        return (time.process_time() - began) / devices * 1e6

    first = await round_of_all()
    later = [await round_of_all() for _ in range(rounds)]
    engine.close_dispatcher()
    return first, sum(later) / len(later)


if __name__ == "__main__":
    print(*asyncio.run(measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
