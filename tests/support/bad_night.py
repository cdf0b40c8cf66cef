"""A database as after a very bad night: thousands of running incidents, multiplied from one that the desk decided."""

from pathlib import Path

import sqlalchemy as sa

from monitord.domain.health import Health
from monitord.store import tables as t
from tests.support.night import Night, silent


def multiply(connection: sa.Connection, table: sa.Table, rows: int, **changed: str) -> None:
    """Write `rows` copies of a table's first row, `n` counting up from 1."""
    columns = [c.name for c in table.columns if c.name != "id"]
    taken = ", ".join(changed.get(name, f'r."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.exec_driver_sql(
        f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {rows}) "
        f"INSERT INTO {table.name} ({names}) SELECT {taken} FROM c, {table.name} r "
        f"WHERE r.id = (SELECT min(id) FROM {table.name})"
    )


async def a_bad_night(folder: Path, running: int) -> Night:
    """Return a night of so many running incidents, four times as many that are over, ten times as many notices, and
    twenty timers an incident."""
    night = Night(folder, "2026-12-01 03:00")
    await night.start()
    await night.sees(silent("olt-go-may"), Health.DOWN)
    await night.passes(minutes=2)
    with night.engine.begin() as connection:
        # Beside the one that is there.
        phase = f"CASE WHEN n < {running} THEN 'open' ELSE 'restored' END"
        code, target = "'SC-' || n", "'device-' || n || '/agent_answers'"
        multiply(connection, t.incident, 5 * running - 1, code=code, target=target, number="n + 10", phase=phase)
        multiply(connection, t.timer, 19 * running, incident=f"r.incident + n % {5 * running}", state="'fired'")
        later = {"incident": "r.incident + n", "state": "'armed'", "due_boot": "r.due_boot + 1000 + n"}
        multiply(connection, t.timer, running - 1, **later)
        incident, state = f"r.incident + n % {running}", "CASE WHEN n % 5 = 0 THEN 'pending' ELSE 'sent' END"
        multiply(connection, t.outbox, 10 * running, key="'k' || n", incident=incident, state=state)
    return night
