"""A small province made by a seed: two units, six targets, a roster for some days, and the editions of it."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitord.domain.group import Group
from monitord.domain.health import Health
from monitord.domain.network import Device, Link, Site, SnmpAccess, Target, Timing
from monitord.domain.people import DutyKind, Organisation, OrganisationRole, Person, Unit
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.roster import Shift
from monitord.domain.storm import NEVER, StormRules
from monitord.domain.topology import PowerArea, Ring, Topology, joints_of
from monitord.judge.registry import builtin_folder, find_checks
from monitord.settings.model import DatedEntry, PolicyRule, Secret, Settings, TelegramSettings, WebSettings
from tests.sim.clock import BEGIN

CHECKS = find_checks([builtin_folder()])
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CANARIES = ("0:TOKEN-CANARY", "COMMUNITY-CANARY")
TIMING = Timing(timedelta(seconds=60), timedelta(seconds=10), 3, timedelta(seconds=2), 2)
SLOW = replace(TIMING, interval=timedelta(seconds=120))
RARE = replace(TIMING, interval=timedelta(seconds=600))
QUICK = frozenset({"r1"})
PORT = "ge-0/0/0"
HOLDS = timedelta(hours=2)
WAYS = ("telegram", "log")
HEAVY, LIGHT = "nang", "nhe"
STEPS: Mapping[str, tuple[tuple[float, Whom, str], ...]] = {
    HEAVY: (
        (0, Whom.DUTY, "shift"),
        (600, Whom.DUTY, "ops"),
        (1200, Whom.DUTY, "leader"),
        (2400, Whom.ORGANISATION, "so"),
    ),
    LIGHT: ((0, Whom.DUTY, "shift"), (3600, Whom.DUTY, "leader")),
}
REPEAT = 3600.0
APPROVAL = 600.0
"""Seconds after which the next leader is asked to approve a report; what it adds to the ladder stands in `steps_of`."""
STORMS = StormRules(opened=2, within=timedelta(minutes=10), running=3, alone=1, calm=timedelta(minutes=20))
"""When little enough is a storm that nights have some."""
REOPENS = 600.0
"""Seconds within which a fault that comes back is the same incident."""
DUTIES: Mapping[tuple[str, str], tuple[str, str]] = {
    ("vt", "shift"): ("a1", "a2"),
    ("vt", "ops"): ("o1", "o2"),
    ("vt", "leader"): ("l1", "l2"),
    ("bd", "shift"): ("b1", "b2"),
    ("bd", "ops"): ("p1", "p2"),
    ("bd", "leader"): ("m1", "m2"),
}
"""Who is on duty by day and by night."""
DUTY_NAMES = {"shift": "Trực ca", "ops": "Điều hành", "leader": "Lãnh đạo"}
STAND_INS = {"a1": ("a3",), "o1": ("o2",), "l1": ("l2",), "m2": ("m1",), "d1": ("d2",)}
RESERVE = ("a3", "b3", "k1", "k2")
LEAVER = "x1"
NAMES = ("own", "adm", "d1", "d2", LEAVER, *RESERVE, *(name for pair in DUTIES.values() for name in pair))
GROUP = -1_001
"""The chat of the unit's group; its messages stand in one topic."""
CHAT = {name: 1000 + n for n, name in enumerate(NAMES)}
STRANGER = 999_999
CONTACTS = ("d1", "d2")
AUTO = frozenset({"bd"})
"""Units that send outside without their leader's approval."""
OWNER = {"vt": "own", "bd": "adm"}
REMOVABLE = "s2"
SEVERITY = {"r1": 1, "r2": 2, "s1": 2, "s2": 3, "w1": 3}
RING = ("n1", "n2", "n3", "n4")
"""A ring that some seeds have: its devices in order, the first of them where the monitor is connected."""
GRID = ("q1", "q2", "q3")
"""Devices in one power area that some seeds have, each alone at its place, with its own power supply."""
TRAVEL = 1200.0
"""Seconds that the team needs to get to one of them."""
JOINTS = tuple(zip(RING, (*RING[1:], RING[0]), strict=True))
PARENT = {"s1": "r1"}
"""The device above a device: while it is silent, so is what stands behind it."""
UNIT = {"r1": "vt", "r2": "vt", "s1": "bd", "s2": "bd", "w1": "bd", **dict.fromkeys((*RING, *GRID), "vt")}


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of the settings: the roster as plain shifts, who works here, and what is looked at."""

    number: int
    shifts: tuple[Shift, ...]
    people: frozenset[str]
    devices: frozenset[str]
    unbound: frozenset[str] = frozenset()
    """People without a Telegram address."""
    storms: bool = False
    """Whether so much at once is told as one."""


def first_edition(rng: random.Random) -> Edition:
    """Return a roster of twelve-hour shifts, in some seeds with a gap or with somebody without Telegram."""
    shifts: list[Shift] = []
    midnight = BEGIN.astimezone(ZONE).replace(hour=7, minute=0)
    leaves = rng.random() < 0.5
    for (unit, duty), pair in DUTIES.items():
        for half in range(-2, 10):
            start = midnight + timedelta(hours=12 * half)
            person = LEAVER if leaves and (unit, duty) == ("vt", "ops") and half < 3 else pair[half % 2]
            shifts.append(Shift(unit, duty, person, start, start + timedelta(hours=12), "yaml:r:1"))
    if rng.random() < 0.3:
        gap = rng.choice([("vt", "shift"), ("vt", "leader"), ("bd", "ops"), ("bd", "shift")])
        shifts = [s for s in shifts if (s.unit, s.duty) != gap or s.start > BEGIN or s.end <= BEGIN]
    unbound = frozenset({"o1"}) if rng.random() < 0.3 else frozenset()
    devices = frozenset(SEVERITY) | (frozenset(RING) if rng.random() < 0.12 else frozenset())
    storms = rng.random() < 0.3
    if rng.random() < 0.15:
        devices |= frozenset(GRID)
    return Edition(0, tuple(shifts), frozenset(NAMES), devices, unbound, storms)


def next_edition(edition: Edition, rng: random.Random) -> Edition:
    """Return the edition after it: somebody swapped, somebody gone, a device taken out or put back."""
    number = edition.number + 1
    if rng.random() < 0.25:
        return replace(edition, number=number, storms=not edition.storms)
    match rng.choice(("swap", "swap", "leave", "device")):
        case "swap":
            unit, duty = rng.choice(sorted(DUTIES))
            name = rng.choice(RESERVE)
            shifts = tuple(replace(s, person=name) if (s.unit, s.duty) == (unit, duty) else s for s in edition.shifts)
            return replace(edition, number=number, shifts=shifts)
        case "leave":
            shifts = tuple(replace(s, person="o2") if s.person == LEAVER else s for s in edition.shifts)
            return replace(edition, number=number, shifts=shifts, people=edition.people - {LEAVER})
        case _:
            return replace(edition, number=number, devices=edition.devices ^ {REMOVABLE})


def on_duty(edition: Edition, unit: str, duty: str, at: datetime, known_from: datetime) -> list[str]:
    """Return who is on that duty, by this edition alone; shifts that were over at `known_from` are not known."""
    mine = [s for s in edition.shifts if s.unit == unit and s.duty == duty and s.end > known_from]
    found = [s for s in mine if s.start <= at < s.end]
    return list(dict.fromkeys(s.person for s in sorted(found, key=lambda s: s.start)))


def reachable(edition: Edition, names: Iterable[str]) -> list[str]:
    """Return whom a step to these people reaches: themselves, or their first stand-in with an address."""
    reached: dict[str, None] = {}
    for name in names:
        for candidate in (name, *STAND_INS.get(name, ())):
            if candidate in edition.people and candidate not in edition.unbound:
                reached[candidate] = None
                break
    return list(reached)


def settings_of(edition: Edition) -> Settings:
    """Return the edition as the product's settings."""
    people = {
        name: Person(name, f"Người {name}", "vt", "", "02990000000",
                     None if name in edition.unbound else CHAT[name],
                     tuple(s for s in STAND_INS.get(name, ()) if s in edition.people))
        for name in sorted(edition.people)
    }  # fmt: skip
    devices = {d.id: d for d in map(_device, sorted(edition.devices))}
    return Settings(
        zone=ZONE,
        lang="vi",
        name="Bàn trực mô phỏng",
        units={
            "vt": Unit("vt", "Viễn thông", OWNER["vt"]),
            "bd": Unit("bd", "Bưu điện", OWNER["bd"], auto_send_order="Quyết định 1/QĐ"),
        },
        organisations={"so": Organisation("so", "Sở", OrganisationRole.DEPARTMENT, CONTACTS)},
        duty_kinds={name: DutyKind(name, shown) for name, shown in DUTY_NAMES.items()},
        people=people,
        sites={"tt": Site("tt", "Trung tâm", "room"), **(PLACES if GRID[0] in edition.devices else {})},
        devices=devices,
        links=LINKS if RING[0] in edition.devices else {},
        topology=Topology(
            rings={"vong": THE_RING} if RING[0] in edition.devices else {},
            power_areas={"lo": PowerArea("lo", "Lộ 471")} if GRID[0] in edition.devices else {},
        ),
        policies=(
            PolicyRule(_policy(HEAVY), frozenset({1, 2})),
            PolicyRule(_policy(LIGHT), frozenset({3, 4})),
        ),
        roster=tuple(DatedEntry(shift) for shift in edition.shifts),
        administrators=("adm",),
        telegram=TelegramSettings(Secret(CANARIES[0]), poll_timeout=timedelta(minutes=30)),
        log_channel=Path("messages.log"),
        web=WebSettings(enabled=False),
        state_dir=Path("/nonexistent"),
        database=None,
        runtime_dir=Path("/nonexistent"),
        checks_dirs=(),
        http_workers=2,
        severity_of={Health.GARBLED: 3, Health.AUTH: 3, Health.DEGRADED: 4},
        hash=f"edition-{edition.number}",
        files=(),
        reopen_within=timedelta(seconds=REOPENS),
        digest_over=1,
        storm=STORMS if edition.storms else NEVER,
        groups=(Group("ca", "Nhóm ca trực", "vt", GROUP, topic=7),),
    )  # fmt: skip


def place_of(device: str) -> str:
    """Return the id of the site where a device of the power area stands."""
    return f"noi-{device}"


PLACES = {
    place_of(name): Site(place_of(name), f"Nơi {name}", "room", power_area="lo", travel=timedelta(seconds=TRAVEL))
    for name in GRID
}
LINKS = {f"{a}-{b}": Link(f"{a}-{b}", f"{a} - {b}", (a, b), (b, a)) for a, b in JOINTS}
THE_RING = Ring("vong", "Vòng", RING, frozenset(RING[:1]), joints_of(RING, LINKS))


def timing(device: str) -> Timing:
    """Return how often a device is looked at."""
    return TIMING if device in QUICK else RARE if device in RING else SLOW


def steps_of(policy: str, unit: str) -> tuple[tuple[float, Whom, str], ...]:
    """Return the steps of a ladder in a unit: where a leader must approve, the next ones are asked while nobody did."""
    steps = STEPS[policy]
    after, whom, ref = steps[-1]
    if unit in AUTO or whom is not Whom.ORGANISATION:
        return steps
    asked = ((after + n * APPROVAL, Whom.NEXT_LEADER, ref) for n in (1, 2))
    return (*steps, *asked, (after + REPEAT, whom, ref))


def leaders_ahead(edition: Edition, unit: str, now: datetime, known_from: datetime) -> list[str]:
    """Return who leads a unit in the days ahead, by this edition, whose turn comes first in front; shifts that were
    over at `known_from` are not known."""
    first: dict[str, datetime] = {}
    for shift in edition.shifts:
        ahead = max(now, known_from) < shift.end and shift.start < now + timedelta(days=14)
        if (shift.unit, shift.duty) == (unit, "leader") and ahead:
            first[shift.person] = min(shift.start, first.get(shift.person, shift.start))
    return sorted(first, key=lambda person: (first[person], person))


def policy_of(severity: int) -> str:
    """Return which policy holds for a severity."""
    return HEAVY if severity <= 2 else LIGHT


def ports_of(device: str) -> tuple[str, ...]:
    """Return the ports of a device of the ring, called after the devices at their other ends."""
    return tuple(b if a == device else a for a, b in JOINTS if device in (a, b))


def _policy(name: str) -> Policy:
    steps = tuple(PolicyStep(timedelta(seconds=after), whom, ref, WAYS) for after, whom, ref in STEPS[name])
    return Policy(name, steps, timedelta(seconds=REPEAT), HOLDS, approval_waits=timedelta(seconds=APPROVAL))


def _device(name: str) -> Device:
    def target(check: str, instance: str | None = None, **params: object) -> Target:
        kind = CHECKS[check]
        ident = f"{name}/{check}" + (f"/{instance}" if instance else "")
        return Target(ident, name, check, instance, kind.params(**params), SEVERITY.get(name, 2))

    if name == "w1":
        targets = (target("page_answers", url="http://w1.example/"),)
        return Device(name, "Trang w1", UNIT[name], "tt", targets, SEVERITY[name], None, timing(name))
    found = [target("agent_answers")]
    if name == "r2":
        found.append(target("interface_up", PORT, name=PORT))
    found += [target("interface_up", port, name=port) for port in ports_of(name)]
    if name in GRID:
        found.append(target("ups_battery"))
    access = SnmpAccess(name, 161, community=CANARIES[1])
    return Device(
        name,
        f"Thiết bị {name}",
        UNIT[name],
        place_of(name) if name in GRID else "tt",
        tuple(found),
        SEVERITY.get(name, 2),
        access,
        timing(name),
        parent=PARENT.get(name),
    )
