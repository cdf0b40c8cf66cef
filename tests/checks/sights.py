"""Sights made by hand for checks to judge."""

from datetime import UTC, datetime, timedelta
from typing import Any

from monitord.sdk import Cause, PageSight, Reach, Sight, Syntax, Value

T0 = datetime(2026, 2, 14, 20, 0, tzinfo=UTC)

UPTIME = "1.3.6.1.2.1.1.3.0"
BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
ENGINE = "1.3.6.1.6.3.10.2.1.3.0"


def sight(reach: Reach = Reach.ANSWERED, *, after: float = 0, took: float = 0.01, **more: Any) -> Sight:
    return Sight(T0 + timedelta(seconds=after), reach, timedelta(seconds=took), **more)


def system(uptime: int | None, boots: int | None = None, engine: int | None = None, *, after: float = 0) -> Sight:
    """Return a sight of the system group; what is None the agent lacks."""
    values = {}
    for oid, syntax, number in (
        (UPTIME, Syntax.TIMETICKS, uptime),
        (BOOTS, Syntax.INTEGER, boots),
        (ENGINE, Syntax.INTEGER, engine),
    ):
        values[oid] = Value(Syntax.NO_SUCH_OBJECT) if number is None else Value(syntax, number)
    return sight(after=after, values=values)


def page(status: int | None = 200, body: str | bytes = b"", *, took: float = 0.01, **more: Any) -> Sight:
    raw = body.encode() if isinstance(body, str) else body
    fault: Cause | None = more.get("fault")
    return sight(took=took, cause=fault, page=PageSight(status, body=raw, **more))
