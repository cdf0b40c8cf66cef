"""The looker that the tests of names and of whole tables share."""

from collections.abc import AsyncIterator

import pytest

from monitord.clock import SystemClock
from monitord.look.transports.snmp_pysnmp import PysnmpEngine
from monitord.look.transports.snmp_sight import SnmpLooker


@pytest.fixture
async def looker() -> AsyncIterator[SnmpLooker]:
    clock = SystemClock()
    engine = PysnmpEngine(clock)
    yield SnmpLooker(engine, clock)
    await engine.close()
