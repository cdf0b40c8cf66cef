"""Who there is: persons, units, organisations, duty kinds."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType

IMPERSONAL = frozenset({"log", "webhook"})
"""The channels that write to no person: they need no address of anybody, and nobody is told by them alone."""

TOPIC = "telegram_topic"
"""Under what among the addresses the topic of a forum stands; Telegram's address is `-1001234:7` then."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told; a group stands among them as one without duties.

    `home` is the id of the unit or organisation; `telegram` the numeric private chat id; `addresses` are those of other
    channels, by the channel: a mobile number as `+84912345678`, an e-mail address.
    """

    id: str
    name: str
    home: str
    title: str = ""
    phone: str = ""
    telegram: int | None = None
    stand_ins: tuple[str, ...] = ()
    addresses: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    def address(self, channel: str) -> str | None:
        """Return where a channel reaches this person, None where it does not; an impersonal one is given the id."""
        if channel in IMPERSONAL:
            return self.id
        if channel == "telegram":
            topic = self.addresses.get(TOPIC)
            return None if self.telegram is None else f"{self.telegram}:{topic}" if topic else str(self.telegram)
        return self.addresses.get(channel)

    def ways(self, channels: Iterable[str]) -> tuple[str, ...]:
        """Return those of `channels` for which there is an address, in order."""
        return tuple(channel for channel in channels if self.address(channel) is not None)


@dataclass(frozen=True, slots=True)
class DutyKind:
    """A kind of duty as data: `shift` (trực ca), `leader` (trực lãnh đạo) ... `name` is what people read."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that keeps a duty desk: a telecom branch, a provincial post.

    `auto_send_order` names the order by which the unit lets steps leave the house without its leader's approval; None
    means that
    approval is needed. `roster_owner` is told of gaps. `handover` is the "giờ đổi trực". Who comes on a duty
    of `roll_call` is asked to say so. `department` is the organisation it reports to; `kept_by` names the organisation
    that keeps a duty in its place, by the duty.
    """

    id: str
    name: str
    roster_owner: str
    leader_duty: str = "leader"
    auto_send_order: str | None = None
    address_form: str = "đồng chí"
    handover: time = time(7, 0)
    roll_call: tuple[str, ...] = ()
    department: str | None = None
    kept_by: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)


class OrganisationRole(StrEnum):
    """What another organisation is to us."""

    DEPARTMENT = "department"
    POLICE = "police"
    POWER = "power"
    CORPORATE_NOC = "corporate_noc"
    AUTHORITY = "authority"
    MILITARY = "military"


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that something had up to, not including, the day `until`."""

    name: str
    until: date


@dataclass(frozen=True, slots=True)
class Organisation:
    """Another organisation.

    `contacts` are persons told by message, in order; police and the corporate NOC are called by people (`phone`). It is
    there from the day `valid_from` up to, not including, `valid_to`; `former` are the names it had before, `aliases`
    other names by which people write of it.
    """

    id: str
    name: str
    role: OrganisationRole
    contacts: tuple[str, ...] = ()
    phone: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    former: tuple[FormerName, ...] = ()

    @property
    def called(self) -> bool:
        """Return whether people reach it by telephone alone, and no message does."""
        return not self.contacts and bool(self.phone)


def name_at(organisation: Organisation, day: date) -> str:
    """Return what an organisation was called on a day: a report about an earlier year keeps the name of that year."""
    then = [former for former in organisation.former if day < former.until]
    return min(then, key=lambda former: former.until).name if then else organisation.name


def is_there(organisation: Organisation, day: date) -> bool:
    """Return whether an organisation exists on a day."""
    begun = organisation.valid_from is None or organisation.valid_from <= day
    return begun and (organisation.valid_to is None or day < organisation.valid_to)


def is_called(organisation: Organisation, written: str) -> bool:
    """Return whether somebody may mean an organisation by what he wrote: its name, a former one or an alias, in any
    case and with any blanks."""
    names = (organisation.name, *organisation.aliases, *(former.name for former in organisation.former))
    return _plainly(written) in map(_plainly, names)


def _plainly(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
