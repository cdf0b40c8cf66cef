"""Groups: chats of several people. They are written to beside those on duty, never in their place.

What stands there is read by whoever was let in: roles instead of names, no telephone numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from monitord.domain.incident import Incident
from monitord.domain.notice import Event, Notice, Priority
from monitord.domain.people import TOPIC, Person

MARK = "group:"
"""How the id of a group begins among the ids of persons, where no person's can."""
CHANNEL = "telegram"


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a unit: its numeric chat id (negative), and the topic of a forum it is written to, if any.

    It hears of incidents as grave as `severity` (1 is the gravest), or graver.
    """

    id: str
    name: str
    unit: str
    chat: int
    topic: int | None = None
    severity: int = 4

    def reader(self) -> Person:
        """Return the group as the outbox knows it: somebody who has one address, no duty and no say."""
        topic = {} if self.topic is None else {TOPIC: str(self.topic)}
        return Person(MARK + self.id, self.name, self.unit, telegram=self.chat, addresses=MappingProxyType(topic))


def is_group(person: str) -> bool:
    """Return whether an id of the outbox is that of a group."""
    return person.startswith(MARK)


def hearing(groups: Iterable[Group], incident: Incident) -> tuple[Group, ...]:
    """Return the groups that hear of an incident: none of what is only suspected."""
    return tuple(
        one
        for one in groups
        if one.unit == incident.unit and incident.severity <= one.severity and not incident.suspected
    )


def group_notices(incident: Incident, number: int, groups: Iterable[Group]) -> list[Notice]:
    """Return what groups are told at the first step of a round: one message each, behind those who are asked."""
    return [
        Notice(incident.id, Event.STEP, MARK + one.id, CHANNEL, Priority.FOLLOW_UP, step=number, round=incident.round)
        for one in hearing(groups, incident)
    ]
