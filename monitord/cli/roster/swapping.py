"""`monitord roster swap ...`: somebody asks others to stand in for him; a leader approves."""

from datetime import datetime
from typing import Annotated

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.cli.act import As, ask_daemon
from monitord.cli.place import folder_or_default, settings_at
from monitord.cli.reading import Config, Database, reading
from monitord.cli.roster.changing import From, To, instant_of
from monitord.cli.roster.lists import ALL, Shown, show
from monitord.clock import SystemClock
from monitord.domain.swap import PENDING
from monitord.store import tables as t


def ask(
    *,
    unit: str,
    duty: str,
    start: From,
    end: To,
    person: As,
    whom: Annotated[
        str | None, Parameter(name="--with", help="Only this person is asked; else all who hold that duty.")
    ] = None,
    expires: Annotated[str | None, Parameter(help="When it is over unanswered; default when its hours begin.")] = None,
    reason: str = "",
    config: Config = None,
) -> None:
    """Ask for somebody to stand in. Whoever is on the roster stays on duty until a leader approved it."""
    settings = settings_at(folder_or_default(config))
    given = {"unit": unit, "duty": duty, "with": whom, "reason": reason}
    given |= {"start": instant_of(settings, start), "end": instant_of(settings, end)}
    if expires is not None:
        given["expires"] = instant_of(settings, expires)
    ask_daemon(settings, "roster", act="swap_ask", person=person, given=given)


def take(swap: int, *, person: As, config: Config = None) -> None:
    """Take one: you would be on duty in those hours once a leader approves."""
    _act("swap_take", swap, person, config)


def approve(swap: int, *, person: As, config: Config = None) -> None:
    """Approve one that was taken, as a leader of its unit."""
    _act("swap_approve", swap, person, config)


def decline(swap: int, *, person: As, config: Config = None) -> None:
    """Decline one: as a leader, or as the one who was asked by name."""
    _act("swap_decline", swap, person, config)


def withdraw(swap: int, *, person: As, config: Config = None) -> None:
    """Withdraw one that you asked for and that is not approved yet."""
    _act("swap_withdraw", swap, person, config)


def swaps(*, everything: ALL = False, config: Config = None, database: Database = None) -> int:
    """List the swaps that are not answered yet, with --all those that are over too."""
    with reading(config, database) as desk:
        w = t.swap.c
        wanted = sa.select(t.swap).order_by(w.id)
        if not everything:
            wanted = wanted.where(w.state.in_(PENDING))
        rows = desk.connection.execute(wanted).mappings().all()
        keys = ["number", "unit", "duty", "from", "to", "person", "comes", "reason", "state"]
        shown = Shown(desk, SystemClock().now())
        show(desk, keys, [_cells(shown, row) for row in rows])
    return 0


def _cells(shown: Shown, row: sa.RowMapping) -> list[str]:
    state = shown.words.table[f"swap_{row['state']}"]
    until: datetime = row["expires"]
    if row["state"] in PENDING:
        state += f" ({shown.words.table['until']} {shown.at(until)})"
    place = [shown.unit(row["unit"]), shown.duty(row["duty"]), shown.at(row["starts"]), shown.at(row["ends"])]
    who = [shown.person(row["asker"]), shown.person(row["taker"] or row["named"])]
    return [str(row["id"]), *place, *who, row["reason"], state]


def _act(act: str, swap: int, person: str, config: Config) -> None:
    ask_daemon(settings_at(folder_or_default(config)), "roster", act=act, person=person, given={"swap": swap})


def register(group: cyclopts.App) -> None:
    """Add the commands of this file as a group of their own."""
    under = cyclopts.App(name="swap", help="Swaps: asked for, taken by another, approved by a leader.")
    for command in (ask, take, approve, decline, withdraw):
        under.command(command)
    under.command(swaps, name="list")
    group.command(under)
