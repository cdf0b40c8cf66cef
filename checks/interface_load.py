"""How full an interface is (RFC 2863): from the limit on it is congested, which is degraded and never down.

The load is what went in or out since the look before, the fuller direction, against ifHighSpeed or a speed of one's
own: a microwave link or a bought bandwidth is slower than its port. Only the 64-bit counters count; at 1 Gbit/s the
others run over within a minute.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from monitord.sdk import Cause, Check, Health, Needs, Sight, TableRow, Unseen, Verdict, as_number, unanswered

IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
IN_OCTETS = "1.3.6.1.2.1.31.1.1.1.6"
OUT_OCTETS = "1.3.6.1.2.1.31.1.1.1.10"
HIGH_SPEED = "1.3.6.1.2.1.31.1.1.1.15"
LONGEST = timedelta(minutes=15)
"""A look so far back says nothing of the load now."""


@dataclass(frozen=True, slots=True)
class Params:
    """`name`: the interface as the device calls it; `percent`: the load from which it is congested; `mbps`: how fast
    the line is, 0: as ifHighSpeed says; `by`: in ifName or ifDescr.
    """

    name: str
    percent: int = 90
    mbps: int = 0
    by: Literal["name", "descr"] = "name"

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 255:
            raise ValueError("name: 1 to 255 characters, as the device writes it")
        if not 1 <= self.percent <= 100:
            raise ValueError("percent: 1 to 100")
        if not 0 <= self.mbps <= 10_000_000:
            raise ValueError("mbps: 0 (as ifHighSpeed says) to 10000000")
        if self.by not in ("name", "descr"):
            raise ValueError("by: name (ifName) or descr (ifDescr)")


def needs(params: Params) -> Needs:
    """Ask for the octets in and out of the interface of that name, and for its speed."""
    column = IF_NAME if params.by == "name" else IF_DESCR
    return Needs(rows=(TableRow(column, params.name, (IN_OCTETS, OUT_OCTETS, HIGH_SPEED)),))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return degraded from the limit on, up below it; unknown where no load can be known, or not yet."""
    if (silent := unanswered(sight)) is not None:
        return silent
    try:
        now = [as_number(sight.cell(column, params.name), column) for column in (IN_OCTETS, OUT_OCTETS)]
        speed = params.mbps or as_number(sight.cell(HIGH_SPEED, params.name), "ifHighSpeed")
    except Unseen as unseen:
        if params.name in sight.absent:
            return Verdict.unknown(Cause.NO_SUCH_INTERFACE, f"no interface named {params.name}")
        return Verdict.unknown(sight.cause or unseen.cause, sight.detail or unseen.detail)
    if speed <= 0:
        return Verdict.unknown(Cause.NOT_SUPPORTED, "ifHighSpeed 0: give the check its `mbps`")
    before = _before(params, sight, previous)
    if before is None:
        return Verdict.unknown(Cause.NOT_LOOKED, "counted for the first time: the load is known from the next look on")
    since, was = before
    moved = [after - earlier for after, earlier in zip(now, was, strict=True)]
    if min(moved) < 0:
        return Verdict.unknown(Cause.NOT_LOOKED, "counted from nothing again: the device started anew")
    loads = [100 * 8 * octets / since / (speed * 1e6) for octets in moved]
    readings = {"interface_load_in_percent": loads[0], "interface_load_out_percent": loads[1]}
    shown = f"{max(loads):.0f} %"
    if max(loads) >= params.percent:
        return Verdict(Health.DEGRADED, Cause.CONGESTED, shown, readings)
    return Verdict.up(shown, readings)


def _before(params: Params, sight: Sight, previous: Sight | None) -> tuple[float, list[int]] | None:
    """Return the seconds since the look before and its counters, None where there is none that says anything."""
    if previous is None or params.name in sight.renumbered:
        return None
    since = (sight.at - previous.at).total_seconds()
    if sight.mono is not None and previous.mono is not None:
        # A wall clock that was set in between would make any load of it.
        since = sight.mono - previous.mono
    if not 0 < since <= LONGEST.total_seconds():
        return None
    try:
        return since, [as_number(previous.cell(column, params.name), column) for column in (IN_OCTETS, OUT_OCTETS)]
    except Unseen:
        return None


CHECK = Check(
    name="interface_load",
    params=Params,
    needs=needs,
    judge=judge,
    instance=lambda params: str(params.name),
    summary="an interface is not congested",
)
