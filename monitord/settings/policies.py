"""Escalation policies: which holds where, and that every fault has exactly one."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

from monitord.domain.health import Health
from monitord.domain.loss import LossRule
from monitord.domain.people import Organisation
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.quiet import Quiet
from monitord.domain.storm import AS_EVER, StormRules
from monitord.settings.book import Book, Entry
from monitord.settings.model import PolicyRule, SeverityRule
from monitord.settings.problem import nearest, quoted
from monitord.settings.schema import UnitForm
from monitord.settings.schema_duty import LossRuleForm, PolicyForm, SeverityRuleForm, StepForm, StormForm, TellForm

SEVERITIES = (1, 2, 3, 4)

_Claim = tuple[str, int, tuple[tuple[str, str], ...]]
"""What a policy is the one for: a unit, a severity, and the tags it asks for."""


def policies_of(
    book: Book, organisations: Mapping[str, Organisation], channels: AbstractSet[str]
) -> tuple[PolicyRule, ...]:
    """Return the rules in the order of the files; every severity of every unit falls under exactly one."""
    rules = []
    owner: dict[_Claim, Entry[PolicyForm]] = {}
    units = [entry.given.id for entry in book.entries("units", UnitForm)]
    for entry in book.entries("policies", PolicyForm):
        given = entry.given
        for number, unit in enumerate(given.units):
            book.refer(unit, entry, "units", number, to="units")
        _ascending(entry, book)
        for number, step in enumerate(given.steps):
            _recipient(entry, number, step.tell, organisations, book)
            _channels(entry, number, step, channels, book)
        for unit in dict.fromkeys(given.units or units):
            for severity in dict.fromkeys(given.severities):
                _claim(entry, (unit, severity, tuple(sorted(given.tags.items()))), owner, book)
        steps = tuple(
            PolicyStep(
                s.after,
                *_whom(s.tell),
                tuple(dict.fromkeys(s.channels)),
                Quiet(s.quiet.start, s.quiet.end) if s.quiet else None,
            )
            for s in given.steps
        )
        restoration = tuple(sorted(set(given.restoration)))
        policy = Policy(
            given.id, steps, given.repeat, given.ack_holds, given.noted_holds, restoration, given.approval_waits
        )
        tags = MappingProxyType(dict(given.tags))
        rules.append(PolicyRule(policy, frozenset(given.severities), frozenset(given.units), tags))
    if "policies" not in book.incomplete and len(rules) == len(book.sections.lists["policies"]):
        _whole(owner, book)
    return tuple(rules)


def duties_in(book: Book) -> list[tuple[Entry[PolicyForm], int, str, str]]:
    """Return each duty a policy relies on, as (policy, number of the step, unit, duty kind)."""
    units = [entry.given.id for entry in book.entries("units", UnitForm)]
    return [
        (entry, number, unit, step.tell.duty)
        for entry in book.entries("policies", PolicyForm)
        for number, step in enumerate(entry.given.steps)
        if step.tell.duty is not None
        for unit in entry.given.units or units
    ]


def _ascending(entry: Entry[PolicyForm], book: Book) -> None:
    steps = entry.given.steps
    for number in range(1, len(steps)):
        if steps[number].after <= steps[number - 1].after:
            why = f"step {number + 1} must come later than step {number}: `after` counts from the opening"
            book.findings.add(entry.file, entry.at("steps", number, "after"), why)


def _recipient(
    entry: Entry[PolicyForm], number: int, tell: TellForm, organisations: Mapping[str, Organisation], book: Book
) -> None:
    path = ("steps", number, "tell")
    match _whom(tell):
        case Whom.DUTY, duty:
            book.refer(duty, entry, *path, "duty", to="duty_kinds")
        case Whom.PERSON, person:
            book.refer(person, entry, *path, "person", to="people")
        case Whom.ORGANISATION, name:
            known = book.refer(name, entry, *path, "organisation", to="organisations")
            if known and name in organisations and not (organisations[name].contacts or organisations[name].called):
                why = f"organisation {quoted(name)} has neither `contacts` nor a `phone`: this step would find nobody"
                book.findings.add(entry.file, entry.at(*path, "organisation"), why)


def _channels(entry: Entry[PolicyForm], number: int, step: StepForm, channels: AbstractSet[str], book: Book) -> None:
    for place, channel in enumerate(step.channels):
        refer_channel(book, entry, ("steps", number, "channels", place), channel, channels)


def refer_channel(
    book: Book, entry: Entry[Any], path: tuple[str | int, ...], channel: str, channels: AbstractSet[str]
) -> None:
    """Tell as a mistake at `path` that there is no such channel."""
    if channel not in channels:
        hint = nearest(channel, channels) or f"; known: {', '.join(sorted(channels))}"
        book.findings.add(entry.file, entry.at(*path), f"there is no channel {quoted(channel)}{hint}")


def loss_rules_of(book: Book) -> tuple[LossRule, ...]:
    """Return the rules by which what is lost makes an incident graver, in the order of the files."""
    return tuple(
        LossRule(
            entry.given.id,
            entry.given.severity,
            entry.given.stations,
            entry.given.operator_share,
            entry.given.dark_communes,
            entry.given.subscribers,
            entry.given.priority,
        )
        for entry in book.entries("loss_rules", LossRuleForm)
    )


def storm_rules_of(book: Book) -> StormRules:
    """Return when so much fails that it is a storm; by default as `StormRules` says."""
    entry = book.once("storm", StormForm)
    return AS_EVER if entry is None else StormRules(**dict(entry.given))


def severity_rules_of(book: Book, checks: AbstractSet[str]) -> tuple[SeverityRule, ...]:
    """Return the rules of severity in the order of the files; a check there is not is a mistake."""
    rules = []
    for entry in book.entries("severity_rules", SeverityRuleForm):
        given = entry.given
        if given.check is not None and given.check not in checks:
            why = f"there is no check {quoted(given.check)}{nearest(given.check, checks)}"
            book.findings.add(entry.file, entry.at("check"), why)
        healths = frozenset(Health(health) for health in given.healths)
        rules.append(SeverityRule(given.id, given.severity, MappingProxyType(dict(given.tags)), given.check, healths))
    return tuple(rules)


def _claim(entry: Entry[PolicyForm], claim: _Claim, owner: dict[_Claim, Entry[PolicyForm]], book: Book) -> None:
    unit, severity, _ = claim
    first = owner.setdefault(claim, entry)
    if first is not entry:
        why = f"severity {severity} of unit {quoted(unit)} already has policy {quoted(first.given.id)}, at {first.spot}"
        book.findings.add(entry.file, entry.at("severities"), why)


def _whole(owner: Mapping[_Claim, Entry[PolicyForm]], book: Book) -> None:
    for unit in book.entries("units", UnitForm):
        lacking = [str(severity) for severity in SEVERITIES if (unit.given.id, severity, ()) not in owner]
        if lacking:
            named = "severity " + ", ".join(lacking)
            book.findings.add(unit.file, unit.at("id"), f"no policy for {named} of unit {quoted(unit.given.id)}")


def _whom(tell: TellForm) -> tuple[Whom, str]:
    if tell.duty is not None:
        return Whom.DUTY, tell.duty
    if tell.person is not None:
        return Whom.PERSON, tell.person
    return Whom.ORGANISATION, tell.organisation or ""
