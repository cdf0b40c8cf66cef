"""What every decision of the desk needs beside the database: the settings, the moment, and the words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitord.desk.wholes import storms_of, wholes_of
from monitord.domain.decision import Decision
from monitord.domain.dutybook import DutyBook
from monitord.domain.incident import Incident, Phase
from monitord.domain.network import OURSELVES, SIGHT, Device, Site, Target, parents_of
from monitord.domain.notice import Notice
from monitord.domain.policy import Whom
from monitord.domain.topology import Service, devices_at
from monitord.domain.wiring import AGENT, Wiring, wiring_of
from monitord.settings.model import Settings
from monitord.store.roster import leaders_ahead
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Words

GRACE = timedelta(minutes=15)
"""How long after the end of a shift its holder may still take an incident: handovers overlap."""


@dataclass(frozen=True, slots=True)
class Context:
    """The settings in force, indexed as the desk asks them, and the language people read."""

    settings: Settings
    words: Words
    targets: Mapping[str, tuple[Device, Target]]
    agents: Mapping[str, str]
    below: Mapping[str, tuple[str, ...]]
    wiring: Wiring
    at_site: Mapping[str, tuple[str, ...]]
    services_over: Mapping[str, tuple[Service, ...]]
    in_commune: Mapping[str, tuple[Site, ...]]
    stations: Mapping[str, int]

    @staticmethod
    def of(settings: Settings, words: Words) -> "Context":
        """Return the context for a set of settings.

        `agents` names the target that says whether a device answers, `below` the devices behind a device, at any
        depth; `wiring` is how they hang together. Links, rings and cables are targets of their own. `at_site` are the
        devices at each site, `services_over` the services that need a device or a link, `in_commune` the sites of a
        commune, `stations` how many base stations each operator has.
        """
        index = {target.id: (device, target) for device in settings.devices.values() for target in device.targets}
        sight = Target(SIGHT, OURSELVES, SIGHT.partition("/")[2], None, None, severity=1, title="")
        ourselves = Device(OURSELVES, words.page["ourselves"], settings.desk_unit, "", (sight,), severity=1)
        index[SIGHT] = (ourselves, sight)
        agents = {device.id: target.id for device, target in index.values() if target.check == AGENT}
        below: dict[str, list[str]] = {}
        for device in settings.devices.values():
            for parent in parents_of(settings.devices, device):
                below.setdefault(parent.id, []).append(device.id)
        wiring = wiring_of(settings.devices, settings.links, settings.topology, agents, settings.sites)
        index |= {target.id: (device, target) for device in wholes_of(settings, wiring) for target in device.targets}
        storms = storms_of(settings, words.page["storm"])
        index |= {target.id: (device, target) for device in storms for target in device.targets}
        over: dict[str, list[Service]] = {}
        for service in settings.topology.services.values():
            for item in dict.fromkeys((*service.path, *service.backup)):
                over.setdefault(item, []).append(service)
        communes: dict[str, list[Site]] = {}
        stations: dict[str, int] = {}
        for site in settings.sites.values():
            communes.setdefault(site.commune, []).append(site)
            if site.operator is not None:
                stations[site.operator] = stations.get(site.operator, 0) + site.stations
        return Context(
            settings,
            words,
            index,
            agents,
            {parent: tuple(found) for parent, found in below.items()},
            wiring,
            devices_at(settings.devices, settings.sites),
            {item: tuple(found) for item, found in over.items()},
            {name: tuple(sites) for name, sites in communes.items()},
            stations,
        )

    def ladder_book(self, tx: Tx, at: Moment, incident: Incident) -> DutyBook:
        """Return the duty book at a moment for the next step of an incident: with the leaders of the days ahead where
        its policy may ask them."""
        book = self.book(tx, at)
        unit = self.settings.units.get(incident.unit)
        if unit is None or not any(step.whom is Whom.NEXT_LEADER for step in incident.policy.steps):
            return book
        return replace(book, leaders=leaders_ahead(tx.sql, unit.id, unit.leader_duty, at.now))

    def book(self, tx: Tx, at: Moment, back: timedelta = timedelta(0)) -> DutyBook:
        """Return the duty book at a moment, read in the writer's transaction."""
        return DutyBook(
            at=at.now,
            shifts=tx.shifts_at(at.now, back),
            people=tx.people(),
            units=self.settings.units,
            organisations=self.settings.organisations,
            duty_kinds=self.settings.duty_kinds,
            zone=self.settings.zone,
            groups=self.settings.groups,
            away=tx.away_at(at.now),
            uncalled=tx.uncalled_at(at.now),
            administrators=self.settings.administrators,
        )


def write(
    tx: Tx,
    decision: Decision,
    at: Moment,
    ladder_now: datetime | None = None,
    tell_from: Callable[[Notice], datetime | None] = lambda notice: None,
) -> None:
    """Write everything one decision says: journal, incident, the one timer, outbox.

    `tell_from` says from when on a notice may leave, None: at once. What a storm tells of has no timer of its own.

    `ladder_now` is the instant by the ladder's own time where that is not the wall's: after a step of the wall clock
    the two differ, and the distance to the next timer is the ladder's.
    """
    tx.append(decision.facts, at)
    tx.save(decision.incident)
    tx.disarm(decision.incident.id)
    if decision.timer is not None and not (decision.incident.storm and decision.incident.phase is Phase.OPEN):
        tx.arm(decision.incident.id, decision.timer, at, ladder_now or at.now)
    for notice in decision.notices:
        tx.queue(notice, at.now, tell_from(notice))
