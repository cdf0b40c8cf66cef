"""The buttons under a letter, and the references by which a press is known again."""

import base64
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain import signing
from monitord.domain.incident import Incident
from monitord.domain.notice import Button, ButtonFace, Event
from monitord.domain.policy import Whom, step_of
from monitord.store import tables as t
from monitord.store.tx import Tx

Faces = tuple[tuple[ButtonFace, ...], ...]


def faces(tx: Tx, context: Context, key: bytes, row: Any, event: Event, incident: Incident | None) -> Faces:
    """Return the buttons under an outbox row; their references are written in the same transaction."""
    match event:
        case Event.STEP:
            actions = [Button.RECEIPT] if row["organisation"] else [Button.TAKE]
            if incident is not None and _to_leader(context, row, incident):
                actions = [Button.NOTED, Button.TAKE]
        case Event.REOPENED if row["organisation"]:
            actions = [Button.RECEIPT]
        case Event.SENT_BACK | Event.REOPENED | Event.HANDED | Event.REMINDER | Event.CALL_OUT:
            actions = [Button.TAKE]
        case Event.APPROVAL:
            actions = [Button.TAKE, Button.APPROVE]
        case Event.BULLETIN_ASK:
            actions = [Button.APPROVE]
        case Event.BULLETIN:
            actions = [Button.RECEIPT]
        case _:
            return ()
    made = []
    for action in actions:
        mine = sa.and_(t.button.c.notice == row["id"], t.button.c.action == action)
        ref = tx.sql.execute(sa.select(t.button.c.ref).where(mine)).scalar()
        if ref is None:
            ref = tx.token(signing.REF_BYTES)
            tx.sql.execute(
                t.button.insert().values(
                    ref=ref, notice=row["id"], incident=row["incident"], person=row["person"], action=action
                )
            )
        made.append(ButtonFace(context.words.button(action), signing.sign(key, ref_bytes(ref), action)))
    return tuple((face,) for face in made)


def ref_bytes(token: str) -> bytes:
    """Return the bytes behind a token of `signing.REF_BYTES` bytes, as stored in base64url without padding."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def ref_token(raw: bytes) -> str:
    """Return the stored form of a button's reference."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _to_leader(context: Context, row: Any, incident: Incident) -> bool:
    unit = context.settings.units.get(incident.unit)
    step = step_of(incident.policy, row["step"] or 0)
    return unit is not None and step.whom is Whom.DUTY and step.ref == unit.leader_duty
