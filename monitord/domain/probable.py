"""What a fault probably comes from, said only with its evidence; a pure function of that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitord.domain.pon import Mostly, Onts


class Suspect(StrEnum):
    """What is suspected of a fault. UNKNOWN: nothing that is known points anywhere."""

    UNKNOWN = "unknown"
    BATTERY = "battery_exhausted"
    FIBRE = "fibre"
    CABLE = "cable_cut"
    MAINS = "mains_lost"
    CUSTOMERS = "customers_power"


OF_ONTS = {Mostly.LIGHT: Suspect.FIBRE, Mostly.POWER: Suspect.CUSTOMERS, Mostly.UNSAID: Suspect.UNKNOWN}
"""What it is when most of the ONTs behind a port are lost so."""
LONG = timedelta(minutes=30)
"""What a power supply says it lasts may be wrong by so much."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside a fault: that nothing answers (`silent`), since when the power supplies of the place ran
    on battery as they were last seen (`mains_lost`), how long they would still have lasted when the silence began
    (`lasting`) and whether they still say so (`still_seen`), that they were last seen well (`power_well`), the links to
    the place, all of which are dead, and the cable segments along which every link is. `onts`
    is what the ONTs behind PON ports said when they were lost."""

    silent: bool = False
    mains_lost: datetime | None = None
    lasting: timedelta | None = None
    still_seen: bool = False
    power_well: bool = False
    dead_links: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    onts: Onts | None = None


def probable(known: Evidence) -> Suspect:
    """Return what the evidence points to.

    Silence after the mains were lost is an exhausted battery, unless that would have lasted for long; silence with good
    power behind a dead link is the fibre, and so is light that most ONTs of a port lost; a cable is cut where all its
    links are dead at once.
    """
    if known.segments:
        return Suspect.CABLE
    if known.onts is not None:
        return OF_ONTS[known.onts.mostly]
    if not known.silent:
        return Suspect.MAINS if known.mains_lost is not None else Suspect.UNKNOWN
    lasts = known.lasting is not None and known.lasting > LONG
    if known.dead_links and (known.power_well or lasts):
        return Suspect.FIBRE
    if known.mains_lost is not None and not lasts and not known.still_seen:
        return Suspect.BATTERY
    return Suspect.UNKNOWN
