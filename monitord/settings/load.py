"""A folder of YAML becomes `Settings`, or every mistake of all its files at once."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

from monitord.domain.digest import SINGLY
from monitord.domain.looking import Check
from monitord.domain.network import Timing
from monitord.settings import desk as at_desk
from monitord.settings.book import Book
from monitord.settings.bulletins import bulletins_of
from monitord.settings.channels import Sections as ChannelSections
from monitord.settings.channels import channels_of, forms_of
from monitord.settings.communes import Communes
from monitord.settings.coverage import campaigns_of, demands_of
from monitord.settings.deadlines import days_off_of, deadlines_of
from monitord.settings.files import content
from monitord.settings.folder import Sections, read_folder
from monitord.settings.groups import groups_of
from monitord.settings.lanes import lanes_of
from monitord.settings.model import PolicyRule, Settings
from monitord.settings.network import devices_of, links_of, sites_of
from monitord.settings.people import duty_kinds_of, organisations_of, people_of, units_of
from monitord.settings.policies import loss_rules_of, policies_of, severity_rules_of, storm_rules_of
from monitord.settings.problem import Findings, SettingsError
from monitord.settings.readings import Readings
from monitord.settings.roster import roster_of, warn_of_empty_duties, warn_of_silent_persons
from monitord.settings.schema import DeskForm
from monitord.settings.schema_duty import BulletinForm, PolicyForm
from monitord.settings.secrets import Secrets
from monitord.settings.topology import topology_of


def load(
    folder: Path,
    checks: Mapping[str, Check],
    channels: ChannelSections,
    environ: Mapping[str, str],
    today: date | None = None,
) -> Settings:
    """Return the settings written in `folder`, checked as a whole.

    `checks` are the kinds of check by name, `channels` the channels there are, with their sections; secrets and the
    folders of the service are asked of `environ`. A lunar date without its year is the one nearest to `today`; without
    `today` it is a mistake. Raises SettingsError with every mistake of every file, and nothing else whatever the files
    hold.
    """
    findings = Findings(readings=Readings(today))
    try:
        with _no_collection():
            settings = _settings(folder, checks, channels, environ, findings)
    except Findings.Enough:
        settings = None
    if findings.problems or settings is None:
        raise SettingsError(findings.problems)
    return settings


def checks_dirs(folder: Path) -> tuple[Path, ...]:
    """Return the folders of the administrator's own checks that the settings name, before anything else is known.

    Says nothing of mistakes: `load` does, once the checks are there to load with.
    """
    findings = Findings()
    try:
        sections = read_folder(folder, findings, only="checks_dirs")
        return at_desk.checks_dirs_of(Book(sections, findings).once("desk", DeskForm), folder, findings)
    except Findings.Enough:
        return ()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the cycle collector away while very many values are made that all stay: a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _settings(
    folder: Path,
    checks: Mapping[str, Check],
    channels: ChannelSections,
    environ: Mapping[str, str],
    findings: Findings,
) -> Settings | None:
    sections = read_folder(folder, findings, more=forms_of(channels))
    if not sections.files:
        return None
    book = Book(sections, findings)
    desk = book.once("desk", DeskForm)
    if "desk" not in sections.once and "desk" not in sections.incomplete:
        findings.add(str(folder), (0, 0), "section `desk` is missing: it holds the name of the desk")
    zone = at_desk.zone_of(desk, findings)
    timing = at_desk.timing_from(desk.given.defaults, Timing()) if desk else Timing()
    if desk:
        at_desk.check_timing(timing, desk.file, desk.at("defaults"), findings)
    secrets = Secrets(environ, sections.readable_by_all, findings)
    people = people_of(book, channels)
    organisations = organisations_of(book)
    communes = Communes(book)
    sites = sites_of(book, communes)
    devices = devices_of(book, checks, timing, secrets)
    links = links_of(book)
    state = at_desk.state_dir_of(desk, folder, environ)
    telegram = at_desk.telegram_of(book, secrets)
    settings = Settings(
        zone=zone,
        lang=desk.given.lang if desk else "vi",
        name=desk.given.name if desk else "",
        units=MappingProxyType(units_of(book)),
        organisations=MappingProxyType(organisations),
        duty_kinds=MappingProxyType(duty_kinds_of(book)),
        people=MappingProxyType(people),
        sites=MappingProxyType(sites),
        devices=MappingProxyType(devices),
        links=MappingProxyType(links),
        topology=topology_of(book, communes, sites, devices, links),
        policies=policies_of(book, organisations, frozenset(channels)),
        loss_rules=loss_rules_of(book),
        storm=storm_rules_of(book),
        severity_rules=severity_rules_of(book, frozenset(checks)),
        lanes=MappingProxyType(lanes_of(book)),
        bulletins=bulletins_of(book, zone, devices, organisations, frozenset(channels)),
        roster=roster_of(book, zone),
        demands=demands_of(book),
        campaigns=campaigns_of(book, zone),
        administrators=at_desk.administrators_of(desk, book),
        check_contacts=desk is None or desk.given.check_contacts,
        telegram=telegram,
        log_channel=at_desk.log_channel_of(book, state),
        web=at_desk.web_of(book),
        state_dir=state,
        database=at_desk.database_of(desk, secrets, findings),
        runtime_dir=at_desk.runtime_dir_of(desk, folder, state, environ),
        checks_dirs=at_desk.checks_dirs_of(desk, folder, findings),
        http_workers=desk.given.http_workers if desk else 1,
        severity_of=MappingProxyType(at_desk.severity_of(desk)),
        desk_unit=at_desk.desk_unit_of(desk, book),
        reopen_within=desk.given.reopen_within if desk else timedelta(0),
        recurrence_within=desk.given.recurrence_within if desk else timedelta(0),
        planned_cut_severity=desk.given.planned_cut_severity if desk else 3,
        unknown_after=desk.given.unknown_after if desk else timedelta(0),
        digest_over=desk.given.digest_over if desk else SINGLY,
        hash=sections.digest,
        content=content(sections.prints),
        watch=desk.given.watch if desk else True,
        anchors=at_desk.anchors_of(book, people, telegram),
        purge_after=at_desk.purge_after_of(book),
        channels=channels_of(book, channels, secrets),
        groups=groups_of(book),
        one_way_counts=at_desk.one_way_counts_of(desk, book, frozenset(channels)),
        deadlines=deadlines_of(book, zone),
        days_off=days_off_of(book),
        files=tuple(sections.files),
        warnings=(),
    )
    secrets.close()
    missing = _missing(settings, channels)
    _warn(folder, sections, book, settings, missing)
    return replace(
        settings,
        policies=tuple(_usable(rule, missing) for rule in settings.policies),
        bulletins=tuple(
            replace(one, channels=tuple(c for c in one.channels if c not in missing)) for one in settings.bulletins
        ),
        warnings=tuple(sorted(set(findings.warnings))),
    )


def _warn(folder: Path, sections: Sections, book: Book, settings: Settings, missing: Mapping[str, str]) -> None:
    if not sections.lists["devices"]:
        book.findings.warn(str(folder), (0, 0), "nothing is monitored: there are no devices")
    warn_of_empty_duties(book)
    warn_of_silent_persons(book, dict(settings.people), settings.ways)
    told: set[str] = set()
    for bulletin in book.entries("bulletins", BulletinForm):
        if missing.keys() >= set(bulletin.given.channels):
            why = "none of these channels has its section: nobody would be asked"
            book.findings.add(bulletin.file, bulletin.at("channels"), why)
    for entry in book.entries("policies", PolicyForm):
        for number, step in enumerate(entry.given.steps):
            if step.channels and missing.keys() >= set(step.channels):
                where = entry.at("steps", number, "channels")
                book.findings.add(
                    entry.file, where, "none of these channels has its section: this step would tell nobody"
                )
            for place, channel in enumerate(step.channels):
                if channel in missing and channel not in told:
                    why = f"channel `{channel}` is used here, but there is no section `{missing[channel]}`"
                    book.findings.warn(entry.file, entry.at("steps", number, "channels", place), why)
                    told.add(channel)


def _missing(settings: Settings, channels: ChannelSections) -> Mapping[str, str]:
    """Return the channels that are not set up, with the section each would need."""
    return {name: {"log": "log_channel"}.get(name, name) for name in channels if name not in settings.ways}


def _usable(rule: PolicyRule, missing: Mapping[str, str]) -> PolicyRule:
    """Return the rule without channels that are not set up: a message put to one would wait for ever."""
    steps = tuple(
        replace(step, channels=tuple(c for c in step.channels if c not in missing)) for step in rule.policy.steps
    )
    return replace(rule, policy=replace(rule.policy, steps=steps))
