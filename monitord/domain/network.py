"""The network as it is named: sites, devices, links, and the targets looked at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

TargetId = str
"""`device/check` or `device/check/instance`, the instance by name."""

OURSELVES = "monitord"
"""The device id that stands for the desk itself; no device of the settings may have it."""
SIGHT = f"{OURSELVES}/sight"
"""The target that says whether we see at all."""

BY_HAND = "by-hand/"
"""How the targets of incidents begin that people report: nobody looks at them."""


class SnmpVersion(StrEnum):
    """SNMP message versions."""

    V1 = "1"
    V2C = "2c"
    V3 = "3"


@dataclass(frozen=True, slots=True)
class SnmpAccess:
    """How to ask a device by SNMP.

    Secrets stay out of `repr`. Protocol names as in RFC 3414/3826/7860: MD5, SHA, SHA256 ...; DES, AES, AES256 ...
    """

    address: str
    port: int = 161
    version: SnmpVersion = SnmpVersion.V2C
    community: str = field(default="", repr=False)
    user: str = ""
    auth_protocol: str | None = None
    auth_key: str = field(default="", repr=False)
    priv_protocol: str | None = None
    priv_key: str = field(default="", repr=False)
    context: str = ""
    also_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timing:
    """How often a device is looked at and when a fault counts.

    `confirm` failed looks in a row, `retry` apart, make it hard. Without `flapping` every change is told.
    """

    interval: timedelta = timedelta(seconds=30)
    retry: timedelta = timedelta(seconds=5)
    confirm: int = 3
    timeout: timedelta = timedelta(seconds=2)
    attempts: int = 2
    flapping: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """One thing judged: a check on a device, with validated params."""

    id: TargetId
    device: str
    check: str
    instance: str | None
    params: Any
    severity: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device or a page with the targets looked at in one go."""

    id: str
    name: str
    unit: str
    site: str
    targets: tuple[Target, ...]
    severity: int = 3
    snmp: SnmpAccess | None = None
    timing: Timing = Timing()
    parent: str | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    keep_inside: bool = False


class Generator(StrEnum):
    """The generator of a site: none, one that stands there, one that is brought."""

    NONE = "none"
    FIXED = "fixed"
    PORTABLE = "portable"


@dataclass(frozen=True, slots=True)
class Site:
    """A place: equipment room, base station, post office, data centre.

    What is `keep_inside` ("không gửi ra ngoài") is named to nobody outside the unit. `commune` is its name,
    `commune_id` the id where communes are listed. `team` gets there in `travel`; without mains its battery lasts for
    `battery`. `stations` counts the base stations of `operator` there, `subscribers` who hangs on it.
    """

    id: str
    name: str
    kind: str
    commune: str = ""
    address: str = ""
    nearest_police: str | None = None
    keep_inside: bool = False
    commune_id: str | None = None
    authority: str | None = None
    military: str | None = None
    operator: str | None = None
    stations: int = 0
    subscribers: int = 0
    team: str | None = None
    travel: timedelta | None = None
    battery: timedelta | None = None
    generator: Generator = Generator.NONE
    power_area: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two interfaces, each end as (device id, interface name).

    `along` are the ids of the cable segments it runs in (`route/segment`).
    """

    id: str
    name: str
    a: tuple[str, str]
    b: tuple[str, str]
    along: tuple[str, ...] = ()


def parents_of(devices: Mapping[str, Device], device: Device) -> Iterator[Device]:
    """Yield the devices above a device, the nearest first; the settings have no circles."""
    while device.parent is not None and (parent := devices.get(device.parent)) is not None:
        yield parent
        device = parent
