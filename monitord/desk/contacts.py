"""Contacts that are confirmed: somebody answered by a channel, from the very address by which he is told.

A message that was accepted proves no more than that somebody has that address.
"""

from datetime import timedelta

import sqlalchemy as sa

from monitord.domain.people import Person
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

WRITTEN = timedelta(hours=1)
"""How often it is written down that somebody goes on answering."""


def confirmed(tx: Tx, person: Person, channel: str, at: Moment) -> None:
    """Note that a person answered by a channel, from his address of now."""
    address = person.address(channel)
    if address is None:
        return
    c = t.contact.c
    mine = sa.and_(c.person == person.id, c.channel == channel)
    known = tx.sql.execute(sa.select(c.address, c.confirmed_at).where(mine)).first()
    if known is not None and known.address == address and timedelta(0) <= at.now - known.confirmed_at < WRITTEN:
        return
    tx.sql.execute(t.contact.delete().where(mine))
    made = {"person": person.id, "channel": channel, "address": address, "confirmed_at": at.now}
    tx.sql.execute(t.contact.insert().values(**made))


def forget(tx: Tx, person: str) -> None:
    """Drop what is known of the contacts of somebody who left."""
    tx.sql.execute(t.contact.delete().where(t.contact.c.person == person))
