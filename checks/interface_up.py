"""An interface that is switched on is up, found by its name (RFC 2863).

Every operational state is called by its own word. `unknown` cannot be told by the agent itself, so nothing is
concluded. `dormant` waits for an event from outside and passes no packets: degraded, unless the line is one that is
called up on demand. Switched off by a person (admin down or testing) is no fault.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from monitord.sdk import (
    Cause,
    Check,
    Happening,
    Health,
    Needs,
    Sight,
    Syntax,
    TableRow,
    Unseen,
    Verdict,
    as_number,
    unanswered,
)

IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
IF_ADMIN = "1.3.6.1.2.1.2.2.1.7"
IF_OPER = "1.3.6.1.2.1.2.2.1.8"
IF_LAST_CHANGE = "1.3.6.1.2.1.2.2.1.9"
UPTIME = "1.3.6.1.2.1.1.3.0"
TICKS = 100
"""Ticks of sysUpTime and of ifLastChange in a second."""

ADMIN = {1: "up", 2: "down", 3: "testing"}
OPER = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "notPresent", 7: "lowerLayerDown"}


@dataclass(frozen=True, slots=True)
class Params:
    """`name`: the interface as the device calls it, exactly; `by`: in ifName or ifDescr; `on_demand`: dormant is its
    rest.
    """

    name: str
    by: Literal["name", "descr"] = "name"
    on_demand: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 255:
            raise ValueError("name: 1 to 255 characters, as the device writes it")
        if self.by not in ("name", "descr"):
            raise ValueError("by: name (ifName) or descr (ifDescr)")


def needs(params: Params) -> Needs:
    """Ask for the administrative and operational state of the interface of that name, and since when."""
    column = IF_NAME if params.by == "name" else IF_DESCR
    return Needs(scalars=(UPTIME,), rows=(TableRow(column, params.name, (IF_ADMIN, IF_OPER, IF_LAST_CHANGE)),))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return down for admin up and oper not up; unknown when the device, the name or the state cannot be seen."""
    if (silent := unanswered(sight)) is not None:
        return silent
    try:
        oper = as_number(sight.cell(IF_OPER, params.name), "ifOperStatus")
    except Unseen as unseen:
        return _not_seen(params, sight, unseen)
    moved = (Happening.RENUMBERED,) if params.name in sight.renumbered else ()
    admin = _admin(params, sight)
    word = OPER.get(oper)
    if word is None:
        return Verdict.unknown(Cause.WRONG_TYPE, f"ifOperStatus {oper}")
    if admin in ("down", "testing"):
        return Verdict.up(f"admin {admin}", None, *moved)
    match word:
        case "up":
            return Verdict.up("", None, *moved)
        case "unknown":
            return Verdict.unknown(Cause.NOT_SUPPORTED, "oper unknown")
        case "dormant" if params.on_demand:
            return Verdict.up("dormant", None, *moved)
        case "dormant":
            return _fault(params, sight, Health.DEGRADED, word, moved)
    return _fault(params, sight, Health.DOWN, word, moved)


def _fault(params: Params, sight: Sight, health: Health, word: str, moved: tuple[Happening, ...]) -> Verdict:
    since, by = began(sight, params.name)
    return Verdict(health, Cause.INTERFACE_DOWN, word, happenings=moved, since=since, since_by=by)


def began(sight: Sight, name: str) -> tuple[datetime | None, str]:
    """Return since when the interface is in its state by what the device says, and by what: ifLastChange, or the uptime
    where it has been so since the agent started (RFC 2863). None where the device says nothing that can be."""
    uptime, change = sight.values.get(UPTIME), sight.rows.get((IF_LAST_CHANGE, name))
    if uptime is None or change is None or {uptime.syntax, change.syntax} != {Syntax.TIMETICKS}:
        return None, ""
    up, last = uptime.raw, change.raw
    if not isinstance(up, int) or not isinstance(last, int) or not 0 <= last <= up:
        return None, ""  # the uptime began anew after 497 days, or this is nonsense
    return sight.at - timedelta(seconds=(up - last) / TICKS), "if_last_change" if last else "uptime"


def _admin(params: Params, sight: Sight) -> str:
    """Return the administrative state; agents that lack it or say nonsense are taken at their operational word."""
    try:
        return ADMIN.get(as_number(sight.cell(IF_ADMIN, params.name)), "up")
    except Unseen:
        return "up"


def _not_seen(params: Params, sight: Sight, unseen: Unseen) -> Verdict:
    if params.name in sight.absent:
        return Verdict.unknown(Cause.NO_SUCH_INTERFACE, f"no interface named {params.name}")
    if sight.cause is not None:
        return Verdict.unknown(sight.cause, sight.detail)
    if sight.incomplete:
        return Verdict.unknown(Cause.TABLE_INCOMPLETE, "the agent does not give its whole table")
    return Verdict.unknown(unseen.cause, unseen.detail)


CHECK = Check(
    name="interface_up",
    params=Params,
    needs=needs,
    judge=judge,
    instance=lambda params: str(params.name),
    summary="an interface that is switched on is up",
)
