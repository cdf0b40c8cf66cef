"""What comes in by channels without buttons (SMS, e-mail): one transaction {text, effect, journal}.

Identity is the sender's address and nothing else: how far it can be forged is written in each channel's file.
"""

import sqlalchemy as sa

from monitord.desk import balances, canaries, contacts, verifying
from monitord.desk.context import GRACE, Context
from monitord.desk.typed import obey
from monitord.domain.commands import NUMBERED, Verb, read_command
from monitord.domain.dutybook import DutyBook
from monitord.domain.people import Person
from monitord.domain.roster import duties_of
from monitord.domain.update import Answer, Heard
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx


def hear(tx: Tx, context: Context, heard: Heard, at: Moment) -> Answer:
    """Let a text have its effect once; one that was heard before is answered as it was and changes nothing.

    What is no command, and what nobody of ours sends, has no effect, is not answered and not kept.
    """
    mine = sa.and_(t.heard.c.channel == heard.channel, t.heard.c.key == heard.key)
    seen = tx.sql.execute(sa.select(t.heard.c.answer).where(mine)).scalar()
    if seen is not None:
        return Answer(seen)
    if canaries.heard(tx, context, heard, at) or balances.heard(tx, context, heard, at):
        return Answer()
    if (confirmed := verifying.heard(tx, context, heard, at)) is not None:
        return confirmed
    command = read_command(heard.text)
    if command is None or command.verb is Verb.BIND:
        return Answer()
    senders = _senders(tx, heard, context.book(tx, at, GRACE), at)
    if len(senders) != 1:
        return Answer(context.words.page["shared_address"] if senders else "")
    contacts.confirmed(tx, senders[0], heard.channel, at)
    canaries.person_heard(tx, context, heard.channel, at)
    text, accepted = obey(tx, context, senders[0], command, heard, at)
    if command.verb in NUMBERED:
        tx.sql.execute(t.heard.insert().values(channel=heard.channel, key=heard.key, received=at.now, answer=text))
    return Answer(text, accepted)


def _senders(tx: Tx, heard: Heard, book: DutyBook, at: Moment) -> list[Person]:
    """Return whose address it is. The telephone of a desk is several people's: it speaks for the one of them who is on
    duty; where two are, nobody knows who of them it is."""
    found = [p for p in tx.people().values() if p.address(heard.channel) == heard.sender]
    return found if len(found) <= 1 else [p for p in found if duties_of(book.shifts, p.id, at.now)]
