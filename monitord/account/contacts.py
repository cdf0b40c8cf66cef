"""How each person can be reached, and by which ways he has answered."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitord.domain.group import is_group
from monitord.domain.masking import masked
from monitord.domain.notice import NoticeState
from monitord.domain.people import IMPERSONAL
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import person_of


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to one person. `address` is masked; `answered` is when he answered from it last, None where he never did;
    `changed` says that he did from another one. `told` is when a message was accepted last, `failed` when one last was
    given up.
    """

    person: str
    name: str
    channel: str
    address: str
    answered: datetime | None = None
    changed: bool = False
    told: datetime | None = None
    failed: datetime | None = None


def contacts(connection: sa.Connection, settings: Settings) -> list[Contact]:
    """Return every way to every person of the settings, in their order: an address that is bound goes before what they
    name."""
    known = {row["id"]: person_of(row) for row in connection.execute(sa.select(t.person)).mappings()}
    confirmed = {(row.person, row.channel): row for row in connection.execute(sa.select(t.contact))}
    told, failed = (_last(connection, state) for state in (NoticeState.SENT, NoticeState.DEAD))
    found = []
    for person in (known[name] for name in settings.people if name in known and not is_group(name)):
        for channel in person.ways(way for way in settings.ways if way not in IMPERSONAL):
            key, address = (person.id, channel), person.address(channel) or ""
            row = confirmed.get(key)
            changed = row is not None and row.address != address
            answered = row.confirmed_at if row is not None and not changed else None
            found.append(
                Contact(
                    person.id, person.name, channel, masked(address), answered, changed, told.get(key), failed.get(key)
                )
            )
    return found


def _last(connection: sa.Connection, state: NoticeState) -> dict[tuple[str, str], datetime]:
    o = t.outbox.c
    when = sa.func.max(o.accepted_at if state is NoticeState.SENT else o.created_at).label("at")
    wanted = sa.select(o.person, o.channel, when).where(o.state == state).group_by(o.person, o.channel)
    return {(row.person, row.channel): row.at for row in connection.execute(wanted)}
