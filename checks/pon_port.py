"""Whether the ONTs of a PON port work, and what those that do not say of the reason: no light, or no power at home.

Light lost to most of them at once is a fibre; dying gasps of most of them are a power cut among the customers, in which
the network serves. One ONT, or a few, is a customer's affair and no fault here.

A table that an agent lacks looks like a port without ONTs. So a port is empty where it says itself that it is, and
where no column is known in which it does, an empty table is unknown.

What each family's tables are indexed by, and what their numbers mean, was checked as far as this:

- `huawei` (MA5600T, MA5800; HUAWEI-XPON-MIB): ifIndex and ONT, states and causes as several public programs read them;
  in a recorded OLT (V800R018) the PON ports have the index of ifName, and one ifDescr for all of them. Whether the
  number of a port's ONTs counts those that are switched off was not found out.
- `zte` (C300, C320; ZXGPON-SERVICE-MIB): states as a quoted MIB and several public programs have them. The index is
  not ifIndex: in a recorded C320 it is that of the OLT's own table of PON ports. So `name` is the port's name there,
  `OLT-1` unless somebody gave it another one; two ports of one name are not told apart, and the first is taken. The
  column called the number of a port's ONUs is 0 in that recording for ports that have some, so it is not asked.
- `zte_c600` (C600, C610, C620, C650): ifIndex and ONU, states 2, 4, 5 and 7 as programs that were compared with the
  command line read them. Later C300 and C320 have these tables, too, but some of them another ifIndex: unknown there.
- `dasan` (SLE-GPON-MIB): ifIndex and ONU, states and reasons as two public programs have them from the MIB. They take
  the names of the ports from ifDescr; whether ifName has them, too, is not known.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from monitord.sdk import (
    Branch,
    Cause,
    Check,
    Health,
    Mostly,
    Needs,
    Oid,
    Onts,
    Sight,
    TableRow,
    Unseen,
    Value,
    Verdict,
    as_number,
    unanswered,
)

IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
HUAWEI = "1.3.6.1.4.1.2011.6.128.1.1.2"
ZTE = "1.3.6.1.4.1.3902.1012.3"
ZTE_C600 = "1.3.6.1.4.1.3902.1082.500.10.2"
DASAN = "1.3.6.1.4.1.6296.101.23.3.1.1"
KNOWN = 80
"""Percent of the ONTs of a port whose state must be known for the others to say nothing."""


class Ont(StrEnum):
    """How an ONT is: it works, or it does not, for want of light, of power, or of something that was not said."""

    WORKING = "working"
    LIGHT = "light"
    POWER = "power"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Family:
    """How OLTs of one make tell of their ONTs.

    `names` are the columns in which the port is found, by the word that `by` has for it; the index of its row begins
    those of its ONTs. Where a state says no more than that an ONT does not work, the column `cause` says why.
    `registered` is the number of ONTs that the port itself tells of.
    """

    names: Mapping[str, Oid]
    state: Oid
    states: Mapping[int, Ont]
    cause: Oid | None = None
    causes: Mapping[int, Ont] | None = None
    registered: Oid | None = None


FAMILIES = {
    "huawei": Family(
        names={"name": IF_NAME},
        state=f"{HUAWEI}.46.1.15",  # hwGponDeviceOntControlRunStatus
        states={1: Ont.WORKING, 2: Ont.OTHER},
        cause=f"{HUAWEI}.46.1.24",  # hwGponDeviceOntControlLastDownCause: LOS, LOSi or LOBi, dying gasp
        causes={1: Ont.LIGHT, 2: Ont.LIGHT, 13: Ont.POWER},
        registered=f"{HUAWEI}.21.1.16",  # hwGponDeviceOltControlOntNum
    ),
    "zte": Family(
        names={"name": f"{ZTE}.13.1.1.1"},
        state=f"{ZTE}.28.2.1.4",  # zxGponOntPhaseState: logging, los, syncMib, working, dyingGasp, authFailed, offline
        states={
            0: Ont.OTHER,
            1: Ont.LIGHT,
            2: Ont.WORKING,
            3: Ont.WORKING,
            4: Ont.POWER,
            5: Ont.OTHER,
            6: Ont.OTHER,
        },
    ),
    "zte_c600": Family(
        names={"name": IF_NAME},
        state=f"{ZTE_C600}.3.8.1.4",  # the same states as above, counted from 1
        states={
            1: Ont.OTHER,
            2: Ont.LIGHT,
            3: Ont.WORKING,
            4: Ont.WORKING,
            5: Ont.POWER,
            6: Ont.OTHER,
            7: Ont.OTHER,
        },
        registered=f"{ZTE_C600}.2.3.1.14",
    ),
    "dasan": Family(
        names={"name": IF_NAME, "descr": IF_DESCR},
        state=f"{DASAN}.2",  # sleGponOnuStatus: inactive, active, running
        states={1: Ont.OTHER, 2: Ont.WORKING, 3: Ont.WORKING},
        cause=f"{DASAN}.45",  # sleGponOnuDeactiveReason: dgi, losi, los
        causes={2: Ont.POWER, 3: Ont.LIGHT, 100: Ont.LIGHT},
    ),
}


@dataclass(frozen=True, slots=True)
class Params:
    """`name`: the PON port as the device calls it; `family`: the make of the OLT; `percent`: the share of its ONTs, and
    `least`: the number of them, from which those lost are the port's fault (where all of two or more are lost it is one
    whatever `least` says); `every`: how often they are counted; `by`:
    the column the name is found in.
    """

    name: str
    family: Literal["huawei", "zte", "zte_c600", "dasan"]
    percent: int = 50
    least: int = 4
    every: timedelta = timedelta(minutes=5)
    by: Literal["name", "descr"] = "name"

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > 255:
            raise ValueError("name: 1 to 255 characters, as the device writes it")
        if self.family not in FAMILIES:
            raise ValueError(f"family: {', '.join(FAMILIES)}")
        if not 1 <= self.percent <= 100:
            raise ValueError("percent: 1 to 100")
        if not 1 <= self.least <= 1024:
            raise ValueError("least: 1 to 1024")
        if not timedelta(minutes=1) <= self.every <= timedelta(hours=1):
            raise ValueError("every: 1m to 1h")
        if self.by not in (known := FAMILIES[self.family].names):
            raise ValueError(f"by: {' or '.join(known)}; that is how the ports of {self.family} are told apart")


def needs(params: Params) -> Needs:
    """Ask for the states of the ONTs of the port of that name, and for the reasons of those that do not work."""
    family = FAMILIES[params.family]
    column = family.names[params.by]
    columns = (family.state,) if family.cause is None else (family.state, family.cause)
    rows = () if family.registered is None else (TableRow(column, params.name, (family.registered,)),)
    return Needs(rows=rows, branches=(Branch(column, params.name, columns),), every=params.every)


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return down where so many ONTs are lost for want of light or for no reason that most of them share, degraded
    where it is for want of power; unknown where they were not all seen, or too many say nothing that is known.

    The detail is the counts, as `Onts` writes them.
    """
    if (silent := unanswered(sight)) is not None:
        return silent
    family = FAMILIES[params.family]
    try:
        states = sight.branch(family.state, params.name)
        causes = {} if family.cause is None else sight.branch(family.cause, params.name)
        if not states:
            return _empty(family, params.name, sight)
    except Unseen as unseen:
        if params.name in sight.absent:
            return Verdict.unknown(Cause.NO_SUCH_INTERFACE, f"no PON port named {params.name}")
        return Verdict.unknown(sight.cause or unseen.cause, sight.detail or unseen.detail)
    counts = Counter(kind for ont in states if (kind := _kind(family, states[ont], causes.get(ont))) is not None)
    total = counts.total()
    if total * 100 < KNOWN * len(states):
        return Verdict.unknown(Cause.WRONG_TYPE, f"{total} of {len(states)} ONTs say a state that is known")
    onts = Onts(counts[Ont.LIGHT], counts[Ont.POWER], counts[Ont.OTHER], total)
    readings = {
        "pon_onts_total": float(total),
        "pon_onts_working": float(counts[Ont.WORKING]),
        "pon_onts_light": float(onts.light),
        "pon_onts_power": float(onts.power),
    }
    # A port on which nothing works is no customer's affair, unless it has but one.
    dark = onts.lost == len(states) > 1
    if not dark and (onts.lost < params.least or onts.lost * 100 < params.percent * total):
        return Verdict.up(str(onts), readings)
    match onts.mostly:
        case Mostly.LIGHT:
            return Verdict.down(Cause.PON_LIGHT, str(onts), readings)
        case Mostly.POWER:
            return Verdict(Health.DEGRADED, Cause.PON_POWER, str(onts), readings)
    return Verdict.down(Cause.PON_LOST, str(onts), readings)


def _kind(family: Family, state: Value, cause: Value | None) -> Ont | None:
    """Return how an ONT is, None where it says nothing that is known."""
    kind = family.states.get(_number(state))
    if kind is Ont.OTHER and cause is not None and family.causes is not None:
        return family.causes.get(_number(cause), kind)
    return kind


def _number(value: Value) -> int:
    try:
        return as_number(value)
    except Unseen:
        return -1  # what none of these tables means anything by


def _empty(family: Family, name: str, sight: Sight) -> Verdict:
    """Return up for a port that says itself that it has no ONTs; Unseen where it does not."""
    if family.registered is None:
        raise Unseen(Cause.NOT_SUPPORTED, "no ONT in the table of their states")
    registered = as_number(sight.cell(family.registered, name), "number of ONTs")
    if registered:
        raise Unseen(Cause.NOT_SUPPORTED, f"the port has {registered} ONTs, the table of their states none")
    return Verdict.up("0 ONT", {"pon_onts_total": 0.0})


CHECK = Check(
    name="pon_port",
    params=Params,
    needs=needs,
    judge=judge,
    instance=lambda params: str(params.name),
    summary="the ONTs of a PON port have light and power",
)
