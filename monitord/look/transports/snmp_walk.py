"""One column of a table read row by row, out of agents that may loop, go backwards or never end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from monitord.clock import Clock
from monitord.domain.looking import Oid, Reach, Syntax, Value
from monitord.look.transports.snmp import NO_SUCH_NAME, TOO_BIG, Pdu, Reply

MAX_ROWS = 4096
MAX_SECONDS = 20.0
REPETITIONS = 25

Questioner = Callable[[Pdu, tuple[Oid, ...], int], Awaitable[Reply]]
"""Asks one question with the retries it deserves."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a walk saw: rows as (index, value) in the agent's order.

    `complete` only when the agent led out of the column by itself. `lost` when an answer failed to come, so that
    walking again soon may help; `failure` is the reply to the first question when that was no answer at all.
    """

    rows: tuple[tuple[str, Value], ...] = ()
    complete: bool = False
    lost: bool = False
    failure: Reply | None = None


async def walk(question: Questioner, column: Oid, bulk: bool, clock: Clock, seconds: float = MAX_SECONDS) -> Walked:
    """Return the rows of `column`, or of a part of one. Stops at the first OID that does not increase, at `MAX_ROWS`
    rows and after `seconds`.
    """
    inside = arcs(column)
    rows: list[tuple[str, Value]] = []
    at, repetitions = column, REPETITIONS if bulk else 0
    until = clock.mono() + seconds
    while clock.mono() < until:
        reply = await question(Pdu.BULK if repetitions else Pdu.NEXT, (at,), repetitions)
        if reply.reach is not Reach.ANSWERED:
            return Walked(tuple(rows), lost=True, failure=None if rows or at != column else reply)
        match reply.error_status:
            case 0:
                pass
            case s if s == NO_SUCH_NAME and not bulk:  # v1 ends its view so; from a v2c agent the word proves nothing
                return Walked(tuple(rows), complete=True)
            case s if s == TOO_BIG and repetitions > 1:
                repetitions //= 2
                continue
            case _:
                return Walked(tuple(rows))
        for oid, value in reply.varbinds:
            if value.syntax is Syntax.END_OF_VIEW:
                return Walked(tuple(rows), complete=True)
            here = arcs(oid)
            if here <= arcs(at):
                return Walked(tuple(rows))
            if here[: len(inside)] != inside:
                return Walked(tuple(rows), complete=True)
            rows.append((oid[len(column) + 1 :], value))
            if len(rows) >= MAX_ROWS:
                return Walked(tuple(rows))
            at = oid
    return Walked(tuple(rows))


def arcs(oid: Oid) -> tuple[int, ...]:
    """Return an OID as numbers, which order as agents order (RFC 3416 section 4.2.2)."""
    return tuple(int(arc) for arc in oid.split("."))
