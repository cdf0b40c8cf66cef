"""What a fault probably comes from, said only with its evidence; a pure function of that."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Suspect(StrEnum):
    """What is suspected of a fault. UNKNOWN: nothing that is known points anywhere."""

    UNKNOWN = "unknown"
    BATTERY = "battery_exhausted"
    FIBRE = "fibre"
    CABLE = "cable_cut"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside a fault: that nothing answers (`silent`), since when the power supplies of the place ran
    on battery as they were last seen (`mains_lost`), that they were last seen well (`power_well`), the links to the
    place that are dead, and the cable segments along which every link is."""

    silent: bool = False
    mains_lost: datetime | None = None
    power_well: bool = False
    dead_links: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()


def probable(known: Evidence) -> Suspect:
    """Return what the evidence points to.

    Silence after the mains were lost is an exhausted battery; silence with good power behind a dead link is the fibre;
    a cable is cut where all its links are dead at once.
    """
    if known.segments:
        return Suspect.CABLE
    if known.silent and known.mains_lost is not None:
        return Suspect.BATTERY
    if known.silent and known.power_well and known.dead_links:
        return Suspect.FIBRE
    return Suspect.UNKNOWN
