"""What is asked of the roster: how many each unit needs on each duty, and the campaigns in which it is more."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from monitord.domain.campaign import NORMAL, Campaign
from monitord.domain.coverage import Contract, Demand
from monitord.domain.people import IMPERSONAL, Person
from monitord.settings.book import Book, Entry
from monitord.settings.model import Settings
from monitord.settings.policies import duties_in
from monitord.settings.problem import nearest, quoted
from monitord.settings.schema import UnitForm
from monitord.settings.schema_coverage import CampaignForm, CoverageForm
from monitord.settings.schema_duty import RosterForm


def demands_of(book: Book) -> tuple[Demand, ...]:
    """Return what each unit needs on each duty, one a unit and duty, by unit and duty.

    What no entry speaks of needs one person where a policy or a pattern of the roster names it, and one leader at most.
    """
    units = {entry.given.id: entry.given for entry in book.entries("units", UnitForm)}
    own: dict[tuple[str, str], Entry[CoverageForm]] = {}
    all_of: dict[str, Entry[CoverageForm]] = {}
    for entry in book.entries("coverage", CoverageForm):
        book.refer(entry.given.duty, entry, "duty", to="duty_kinds")
        for number, unit in enumerate(entry.given.units):
            if book.refer(unit, entry, "units", number, to="units"):
                _claim(own.setdefault((unit, entry.given.duty), entry), entry, f"of unit {quoted(unit)}", book)
        if not entry.given.units:
            _claim(all_of.setdefault(entry.given.duty, entry), entry, "of every unit", book)
    named = {(unit, duty) for _, _, unit, duty in duties_in(book)} | {
        (entry.given.unit, entry.given.duty) for entry in book.entries("roster", RosterForm) if not entry.given.shifts
    }
    # What another organisation keeps in the unit's place is asked of the unit only where it says so itself.
    elsewhere = {(unit, duty) for unit, given in units.items() for duty in given.kept_by}
    asked = {*({*named, *((unit, duty) for unit in units for duty in all_of)} - elsewhere), *own}
    demands = []
    for unit, duty in sorted(asked):
        if unit in units:
            found = own.get((unit, duty)) or all_of.get(duty)
            leads = duty == units[unit].leader_duty
            given = found.given if found else CoverageForm(duty=duty, need=1)
            most = given.most if given.most is not None else max(1, given.need) if leads else None
            demands.append(Demand(unit, duty, given.need, most, MappingProxyType(dict(given.levels))))
    return tuple(demands)


def campaigns_of(book: Book, zone: ZoneInfo) -> tuple[Campaign, ...]:
    """Return the campaigns in the order of the files; local instants become UTC here, once."""
    known = {NORMAL, *(level for entry in book.entries("coverage", CoverageForm) for level in entry.given.levels)}
    found = []
    for entry in book.entries("campaigns", CampaignForm):
        given = entry.given
        for number, unit in enumerate(given.units):
            book.refer(unit, entry, "units", number, to="units")
        for number, deadline in enumerate(given.deadlines):
            book.refer(deadline, entry, "deadlines", number, to="deadlines")
        if given.level not in known and "coverage" not in book.incomplete:
            why = f"no entry of `coverage` says what is needed at level {quoted(given.level)}"
            book.findings.add(entry.file, entry.at("level"), why + nearest(given.level, known))
        found.append(
            Campaign(
                given.id,
                given.name,
                _utc(given.start, zone),
                _utc(given.end, zone),
                frozenset(given.units),
                tuple(given.orders),
                given.level,
                given.faster,
                given.freeze,
                tuple(sorted(_utc(at, zone) for at in given.reports)),
                tuple(given.deadlines),
            )
        )
    return tuple(found)


def contract_of(settings: Settings, people: Mapping[str, Person], units: Iterable[str] | None = None) -> Contract:
    """Return what is asked of the roster, of all units or of those; `people` are those who can be told today."""
    wanted = set(settings.units) if units is None else set(units)
    personal = [way for way in settings.ways if way not in IMPERSONAL]
    owners = {unit.id: unit.roster_owner for unit in settings.units.values()}
    silent = frozenset(person.id for person in people.values() if not person.ways(personal))
    demands = tuple(demand for demand in settings.demands if demand.unit in wanted)
    return Contract(demands, MappingProxyType(owners), settings.campaigns, silent)


def _claim(first: Entry[CoverageForm], entry: Entry[CoverageForm], whose: str, book: Book) -> None:
    if first is not entry:
        why = f"duty {quoted(entry.given.duty)} {whose} is spoken of already, at {first.spot}"
        book.findings.add(entry.file, entry.at("duty"), why)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    return at.replace(tzinfo=zone).astimezone(UTC)
