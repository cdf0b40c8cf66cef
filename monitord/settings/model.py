"""The settings of a desk as one frozen value: what an administrator decided, checked and built."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from monitord.calendar.holidays import DaysOff, days_off
from monitord.domain.balance import Account
from monitord.domain.bulletin import Bulletin
from monitord.domain.campaign import Campaign, haste_at
from monitord.domain.canary import CanaryRoute
from monitord.domain.coverage import Demand
from monitord.domain.cycle import Cycle
from monitord.domain.deadline import Deadline
from monitord.domain.digest import SINGLY
from monitord.domain.group import Group
from monitord.domain.health import Health
from monitord.domain.lane import Lane
from monitord.domain.loss import LossRule
from monitord.domain.network import Device, Link, Site, Target
from monitord.domain.people import IMPERSONAL, DutyKind, Organisation, Person, Unit
from monitord.domain.policy import Policy, quickened, with_next_leaders
from monitord.domain.roster import DailySlot, Shift
from monitord.domain.rotation import Rotation
from monitord.domain.storm import AS_EVER, StormRules, unit_of
from monitord.domain.topology import NONE as NO_TOPOLOGY
from monitord.domain.topology import PowerArea, Ring, Route, Topology
from monitord.domain.wiring import AREA, CUSTOMERS, LINK, RING, ROUTE, SITE, parts
from monitord.settings.form import Form
from monitord.settings.problem import Problem

Lang = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret text that never shows itself; `reveal()` gives it."""

    value: str = field(repr=False)

    def reveal(self) -> str:
        """Return the secret itself: for the wire only, never for a log."""
        return self.value

    def __str__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """Where a policy holds: for these severities, in these units (empty: in all), for devices with these tags."""

    policy: Policy
    severities: frozenset[int]
    units: frozenset[str] = frozenset()
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def holds(self, unit: str, severity: int, tags: Mapping[str, str] = MappingProxyType({})) -> bool:
        """Return True when the policy is meant for a fault of that severity in that unit, of a device so tagged."""
        meant = severity in self.severities and (not self.units or unit in self.units)
        return meant and self.tags.items() <= tags.items()


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """The severity of what it names: devices with these tags, targets of this check, seen in one of these healths.

    What it does not name it does not ask for. The first rule that fits counts.
    """

    id: str
    severity: int
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    check: str | None = None
    healths: frozenset[Health] = frozenset()

    def fits(self, target: Target, tags: Mapping[str, str], health: Health) -> bool:
        """Return whether it speaks of that target, on a device with those tags, seen so."""
        return (
            self.tags.items() <= tags.items()
            and self.check in (None, target.check)
            and (not self.healths or health in self.healths)
        )


@dataclass(frozen=True, slots=True)
class DailyEntry:
    """A slot of the roster that comes every day; `source` is the place it was written at: `config/roster.yaml:12`."""

    unit: str
    duty: str
    slot: DailySlot
    source: str
    layer: int = 1


@dataclass(frozen=True, slots=True)
class PatternEntry:
    """People who take turns by steps, or crews that live a cycle, with the place it was written at."""

    unit: str
    duty: str
    pattern: Rotation | Cycle
    source: str
    layer: int = 1

    @property
    def people(self) -> tuple[str, ...]:
        """Return everybody who has a turn in it."""
        if isinstance(self.pattern, Rotation):
            return self.pattern.people
        return tuple(name for crew in self.pattern.crews for name in crew.people)


@dataclass(frozen=True, slots=True)
class DatedEntry:
    """A dated shift of the roster, in UTC, with the place it was written at as its `source`."""

    shift: Shift
    layer: int = 1

    @property
    def unit(self) -> str:
        """Return the unit of the shift."""
        return self.shift.unit

    @property
    def duty(self) -> str:
        """Return the duty of the shift."""
        return self.shift.duty


RosterEntry = DailyEntry | PatternEntry | DatedEntry
"""What the roster holds; where a higher `layer` has anybody, the lower ones do not count."""


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """The Telegram channel. `base_url` ends before the token, as in `https://api.telegram.org/bot`."""

    token: Secret
    base_url: str = "https://api.telegram.org/bot"
    proxy: str | None = field(default=None, repr=False)
    poll_timeout: timedelta = timedelta(seconds=25)
    canary: CanaryRoute | None = None


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """What the section of a channel says, in the shape that its file declares; its secrets by their keys, those of a
    section inside it as `imap.password`. `short` is how many characters of plain ASCII a text may have, None where it
    is a text like any; `hears` says that people can answer, `spoken` that it is read aloud in a call; an attempt
    ends within its `lease`, in seconds. `canary` is the way of its canaries, `account` how its operator is asked what
    is left."""

    given: Form
    secrets: Mapping[str, Secret]
    short: int | None = None
    hears: bool = False
    spoken: bool = False
    lease: float = 30.0
    canary: CanaryRoute | None = None
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The pages. There are no logins yet, so `host` is a loopback address."""

    host: str = "127.0.0.1"
    port: int = 8080
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class DaysOffSettings:
    """What was decided of days off: days `added`, days `removed` and worked, weekends too, and by which `decision`."""

    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()
    decision: str = ""

    def of(self, year: int) -> DaysOff:
        """Return the days off of a year with what was decided; ValueError for a year that is not reckoned."""
        return days_off(year, self.added, self.removed)


@dataclass(frozen=True, slots=True)
class AnchorSettings:
    """Whom anchors of the journal are sent to: persons, every `every` (whole hours of which some make a day), `at` a
    whole hour of the day."""

    tell: tuple[str, ...]
    every: timedelta = timedelta(hours=24)
    at: time = time(7, 0)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an administrator decided. Every id that one part names exists in the other.

    `severity_of` gives the severity of an incident by what is seen; a health that is not in it (down) takes the one of
    the target. `database` is the URL of a PostgreSQL database, None for a file in `state_dir`. `hash` is SHA-256 over
    the content of all files without comments and without secrets, `content` over their bytes as they are
    (`files.content_of`); `warnings` do not stop a start. `watch` says whether a change of the files is noticed.

    `desk_unit` is the unit that is told when the desk itself is blind. A fault that comes back within `reopen_within`
    of its end is the same incident; later, up to `recurrence_within`, a new one that is linked to it. A planned power
    cut lowers the severity of what falls silent in it to `planned_cut_severity`. A target that could not be looked at
    for `unknown_after` is an incident of its own; zero: never. `one_way_counts` are channels without a way back by
    which somebody counts as told all the same. More than `digest_over` messages that wait for one person by one channel
    go as one.
    """

    zone: ZoneInfo
    lang: Lang
    name: str
    units: Mapping[str, Unit]
    organisations: Mapping[str, Organisation]
    duty_kinds: Mapping[str, DutyKind]
    people: Mapping[str, Person]
    sites: Mapping[str, Site]
    devices: Mapping[str, Device]
    links: Mapping[str, Link]
    policies: tuple[PolicyRule, ...]
    roster: tuple[RosterEntry, ...]
    administrators: tuple[str, ...]
    telegram: TelegramSettings | None
    log_channel: Path | None
    web: WebSettings
    state_dir: Path
    database: Secret | None
    runtime_dir: Path
    checks_dirs: tuple[Path, ...]
    http_workers: int
    severity_of: Mapping[Health, int]
    hash: str
    files: tuple[Path, ...]
    warnings: tuple[Problem, ...] = ()
    desk_unit: str = ""
    reopen_within: timedelta = timedelta(0)
    recurrence_within: timedelta = timedelta(days=30)
    planned_cut_severity: int = 3
    unknown_after: timedelta = timedelta(0)
    digest_over: int = SINGLY
    severity_rules: tuple[SeverityRule, ...] = ()
    loss_rules: tuple[LossRule, ...] = ()
    lanes: Mapping[str, Lane] = field(default_factory=lambda: MappingProxyType({}))
    content: str = ""
    watch: bool = True
    anchors: AnchorSettings | None = None
    topology: Topology = NO_TOPOLOGY
    storm: StormRules = AS_EVER
    bulletins: tuple[Bulletin, ...] = ()
    channels: Mapping[str, ChannelSettings] = field(default_factory=lambda: MappingProxyType({}))
    one_way_counts: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    demands: tuple[Demand, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    days_off: DaysOffSettings = DaysOffSettings()
    purge_after: timedelta = timedelta(days=90)
    """How long after their last shift the telephone numbers of people are kept in the database; zero: for ever."""
    check_contacts: bool = True
    """Whether it is an alarm that somebody on duty soon has no contact that was proved and works."""

    def with_channels_of(self, running: "Settings") -> "Settings":
        """Return these settings with the channels that run, which are set up at a start: nobody has an address for
        another, and no step names one. What is left out counts from the next start."""
        ways = running.ways
        people = {
            name: replace(one, addresses=MappingProxyType({c: a for c, a in one.addresses.items() if c in ways}))
            for name, one in self.people.items()
        }
        policies = tuple(
            replace(
                rule,
                policy=replace(
                    rule.policy,
                    steps=tuple(
                        # A step that names none of them goes by all there are, rather than by none.
                        replace(step, channels=tuple(c for c in step.channels if c in ways) or ways)
                        for step in rule.policy.steps
                    ),
                ),
            )
            for rule in self.policies
        )
        return replace(
            self,
            telegram=running.telegram,
            log_channel=running.log_channel,
            channels=running.channels,
            groups=self.groups if running.telegram is not None else (),
            people=MappingProxyType(people),
            policies=policies,
            bulletins=tuple(
                replace(one, channels=tuple(c for c in one.channels if c in ways) or ways) for one in self.bulletins
            ),
        )

    def answers(self, channel: str) -> bool:
        """Return whether somebody who got a message by that channel counts as told at the last step of a policy: he can
        answer there, or the settings say so. Nobody does by an impersonal one."""
        if channel in IMPERSONAL:
            return False
        known = self.channels.get(channel)
        return known is None or known.hears or channel in self.one_way_counts

    @property
    def canaries(self) -> Mapping[str, CanaryRoute]:
        """Return the way of the canaries of each channel that has some."""
        own = {name: known.canary for name, known in self.channels.items() if known.canary is not None}
        first = self.telegram.canary if self.telegram is not None else None
        return own if first is None else {"telegram": first, **own}

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Return how the operator of each channel that has an account is asked what is left on it."""
        return {name: known.account for name, known in self.channels.items() if known.account is not None}

    @property
    def ways(self) -> tuple[str, ...]:
        """Return the channels that are set up: those with buttons, SMS before letters and those before calls, what can
        be answered before what cannot; those that reach nobody by themselves are last."""
        telegram = ("telegram",) if self.telegram is not None else ()
        log = ("log",) if self.log_channel is not None else ()
        ranks = {name: (own.spoken, own.short is None, not own.hears) for name, own in self.channels.items()}
        personal = tuple(sorted((name for name in ranks if name not in IMPERSONAL), key=lambda name: ranks[name]))
        return telegram + personal + tuple(name for name in self.channels if name in IMPERSONAL) + log

    def policy_for(self, unit: str, severity: int, tags: Mapping[str, str] = MappingProxyType({})) -> Policy:
        """Return the policy for a fault of that severity (1-4) in the unit, of a device so tagged.

        One that asks for tags goes before one that asks for none. KeyError when there is no such unit.
        """
        fitting = [rule for rule in self.policies if rule.holds(unit, severity, tags)]
        if not fitting:
            raise KeyError((unit, severity))
        policy = max(fitting, key=lambda rule: len(rule.tags)).policy
        asks = unit in self.units and self.units[unit].auto_send_order is None
        sent = {organisation.id for organisation in self.organisations.values() if organisation.contacts}
        return with_next_leaders(policy, sent) if asks else policy

    def policy_at(
        self, at: datetime, unit: str, severity: int, tags: Mapping[str, str] = MappingProxyType({})
    ) -> Policy:
        """Return the policy of `policy_for` as it holds for a ladder that begins at that instant: the waits are shorter
        while a campaign says so."""
        return quickened(self.policy_for(unit, severity, tags), haste_at(self.campaigns, unit, at))

    def severity_for(self, target: Target, health: Health) -> int:
        """Return the severity of an incident of `target` that is seen as `health`."""
        rule = self.severity_rule(target, health)
        return rule.severity if rule is not None else self.severity_of.get(health, target.severity)

    def severity_rule(self, target: Target, health: Health) -> SeverityRule | None:
        """Return the rule that gives an incident its severity; None when what is seen, or the target, does."""
        device = self.devices.get(target.device)
        tags = device.tags if device is not None else {}
        return next((rule for rule in self.severity_rules if rule.fits(target, tags, health)), None)

    def name_of_whole(self, target: str) -> str | None:
        """Return the name of the link, ring, cable, place or power area of which a target speaks, of a storm that of
        its unit; None for any other target."""
        if (unit := unit_of(target)) is not None:
            return self.units[unit].name if unit in self.units else None
        kind, ident = parts(target) or ("", "")
        known: Mapping[str, Mapping[str, Link | Ring | Route | Site | PowerArea]] = {
            LINK: self.links,
            RING: self.topology.rings,
            ROUTE: self.topology.routes,
            SITE: self.sites,
            AREA: self.topology.power_areas,
            CUSTOMERS: self.topology.power_areas,
        }
        found = known.get(kind, {}).get(ident.partition("@")[0])
        return None if found is None else found.name

    def targets(self) -> Iterator[Target]:
        """Return every target of every device, in the order of the files."""
        return (target for device in self.devices.values() for target in device.targets)

    def secrets(self) -> frozenset[str]:
        """Return every secret text in use, so that logs can be cleaned of it."""
        found = {self.telegram.token.reveal()} if self.telegram else set()
        if self.telegram and self.telegram.proxy and "@" in self.telegram.proxy:
            found.add(self.telegram.proxy)
        if self.database and (password := urlsplit(self.database.reveal()).password):
            found |= {self.database.reveal(), password, unquote(password)}
        found |= {secret.reveal() for channel in self.channels.values() for secret in channel.secrets.values()}
        for device in self.devices.values():
            if device.snmp:
                found |= {device.snmp.community, device.snmp.auth_key, device.snmp.priv_key} - {"public"}
        return frozenset(found - {""})
