"""Units, organisations, duty kinds and persons."""

from types import MappingProxyType
from typing import Any

from monitord.domain.people import DutyKind, FormerName, Organisation, OrganisationRole, Person, Unit
from monitord.settings.book import Book, Entry
from monitord.settings.channels import Sections, addresses_of
from monitord.settings.problem import quoted
from monitord.settings.schema import DutyKindForm, OrganisationForm, PersonForm, UnitForm


def duty_kinds_of(book: Book) -> dict[str, DutyKind]:
    """Return the kinds of duty by id."""
    return {e.given.id: DutyKind(e.given.id, e.given.name) for e in book.entries("duty_kinds", DutyKindForm)}


def units_of(book: Book) -> dict[str, Unit]:
    """Return the units by id."""
    units = {}
    for entry in book.entries("units", UnitForm):
        given = entry.given
        book.refer(given.roster_owner, entry, "roster_owner", to="people")
        book.refer(given.leader_duty, entry, "leader_duty", to="duty_kinds")
        order = given.auto_send.order if given.auto_send else None
        for number, duty in enumerate(given.roll_call):
            book.refer(duty, entry, "roll_call", number, to="duty_kinds")
        if given.department is not None:
            book.refer(given.department, entry, "department", to="organisations")
        for duty, keeper in given.kept_by.items():
            book.refer(duty, entry, "kept_by", duty, to="duty_kinds")
            book.refer(keeper, entry, "kept_by", duty, to="organisations")
        units[given.id] = Unit(
            given.id,
            given.name,
            given.roster_owner,
            given.leader_duty,
            order,
            given.address_form,
            given.handover,
            tuple(given.roll_call),
            given.department,
            MappingProxyType(dict(given.kept_by)),
        )
    return units


def organisations_of(book: Book) -> dict[str, Organisation]:
    """Return the other organisations by id; an id that is a unit's as well is a mistake."""
    organisations = {}
    for entry in book.entries("organisations", OrganisationForm):
        given = entry.given
        if given.id in book.ids["units"]:
            first = book.ids["units"][given.id]
            book.findings.add(entry.file, entry.at("id"), f"{quoted(given.id)} is already a unit, at {first}")
        _refer_each(book, entry, "contacts", given.contacts)
        role = OrganisationRole(given.role)
        former = tuple(FormerName(one.name, one.until) for one in given.former)
        organisations[given.id] = Organisation(
            given.id,
            given.name,
            role,
            tuple(given.contacts),
            given.phone,
            given.valid_from,
            given.valid_to,
            tuple(given.aliases),
            former,
        )
    return organisations


def people_of(book: Book, channels: Sections) -> dict[str, Person]:
    """Return the persons by id; two persons with one chat are a mistake, because a press would not say who pressed."""
    people = {}
    chats: dict[int, str] = {}
    for entry in book.entries("people", PersonForm):
        given = entry.given
        book.refer(given.home, entry, "home", to=("units", "organisations"))
        _refer_each(book, entry, "stand_ins", given.stand_ins)
        if given.id in given.stand_ins:
            place = entry.at("stand_ins", given.stand_ins.index(given.id))
            book.findings.add(entry.file, place, f"{quoted(given.id)} cannot be a stand-in of the same person")
        if given.telegram is not None:
            if given.telegram in chats:
                why = f"this `telegram` id belongs to another person as well, at {chats[given.telegram]}"
                book.findings.add(entry.file, entry.at("telegram"), why)
            chats.setdefault(given.telegram, entry.spot)
        people[given.id] = Person(
            given.id,
            given.name,
            given.home,
            given.title,
            given.phone,
            given.telegram,
            tuple(given.stand_ins),
            addresses_of(entry, channels, book),
        )
    return people


def _refer_each(book: Book, entry: Entry[Any], key: str, names: list[str]) -> None:
    for number, name in enumerate(names):
        book.refer(name, entry, key, number, to="people")
        if name in names[:number]:
            book.findings.add(entry.file, entry.at(key, number), f"{quoted(name)} is here twice")
