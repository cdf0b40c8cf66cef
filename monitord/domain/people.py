"""Who there is: persons, units, organisations, duty kinds."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told.

    `home` is the id of the unit or organisation; `telegram` the numeric private chat id.
    """

    id: str
    name: str
    home: str
    title: str = ""
    phone: str = ""
    telegram: int | None = None
    stand_ins: tuple[str, ...] = ()


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
    approval is needed. `roster_owner` is told of gaps. `handover` is the "giờ đổi trực".
    """

    id: str
    name: str
    roster_owner: str
    leader_duty: str = "leader"
    auto_send_order: str | None = None
    address_form: str = "đồng chí"
    handover: time = time(7, 0)


class OrganisationRole(StrEnum):
    """What another organisation is to us."""

    DEPARTMENT = "department"
    POLICE = "police"
    POWER = "power"
    CORPORATE_NOC = "corporate_noc"
    AUTHORITY = "authority"
    MILITARY = "military"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Another organisation.

    `contacts` are persons told by message, in order; police and the corporate NOC are called by people (`phone`).
    """

    id: str
    name: str
    role: OrganisationRole
    contacts: tuple[str, ...] = ()
    phone: str = ""

    @property
    def called(self) -> bool:
        """Return whether people reach it by telephone alone, and no message does."""
        return not self.contacts and bool(self.phone)
