"""The buttons under a letter, and the references by which a press is known again."""

import base64
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain import signing
from monitord.domain.incident import Incident, Phase
from monitord.domain.notice import Button, ButtonFace, Event
from monitord.domain.policy import Whom, step_of
from monitord.domain.storm import unit_of
from monitord.store import tables as t
from monitord.store.tx import Tx

Faces = tuple[tuple[ButtonFace, ...], ...]
LISTED = frozenset({Event.STEP, Event.STORM, Event.TAKEN_EDIT, Event.RESTORED_EDIT})
"""Under what of a storm its list can be asked for; a message that is edited keeps that button."""


BESIDE = [Button.CALLED, Button.ESCALATE]
"""What stands beside "take it" under a letter that asks the desk: to have called is not yet to have taken."""
HOLDING = [Button.CALLED, Button.SNOOZE, Button.ESCALATE]
"""What stands under the letters of whoever has it."""


def faces(tx: Tx, context: Context, key: bytes, row: Any, event: Event, incident: Incident | None) -> Faces:
    """Return the buttons under an outbox row; their references are written in the same transaction."""
    made = []
    for action in actions(context, row, event, incident):
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


def actions(context: Context, row: Any, event: Event, incident: Incident | None) -> list[Button]:
    """Return what the reader of an outbox row can do about it at a touch."""
    asked = _asked(context, row, event, incident)
    # What leaves the unit never has the list: it names our equipment.
    storm = incident is not None and unit_of(incident.target) is not None and not row["organisation"]
    return [*asked, Button.LIST] if storm and event in LISTED else asked


def _asked(context: Context, row: Any, event: Event, incident: Incident | None) -> list[Button]:
    # Security incidents are spoken of, not touched; a storm's incidents are worked on by themselves.
    touched = incident is not None and incident.lane is None and unit_of(incident.target) is None
    beside = BESIDE if touched else []
    match event:
        case Event.STEP:
            if incident is not None and _to_leader(context, row, incident):
                return [Button.NOTED, Button.TAKE]
            return [Button.RECEIPT] if row["organisation"] else [Button.TAKE, *beside]
        case Event.STORM if incident is not None and incident.phase is Phase.OPEN:
            return [Button.TAKE]
        case Event.REOPENED if row["organisation"]:
            return [Button.RECEIPT]
        case Event.TAKEN_EDIT | Event.REMINDER if incident is not None and _has_it(row, incident):
            return HOLDING if touched else []
        case Event.SENT_BACK | Event.REOPENED:
            return [Button.TAKE, *beside]
        case Event.HANDED | Event.TAKEN_AWAY | Event.REMINDER | Event.CALL_OUT:
            return [Button.TAKE]
        case Event.APPROVAL:
            return [Button.TAKE, Button.APPROVE]
        case Event.BULLETIN_ASK:
            return [Button.APPROVE]
        case Event.BULLETIN:
            return [Button.RECEIPT]
        case _:
            return []


def ref_bytes(token: str) -> bytes:
    """Return the bytes behind a token of `signing.REF_BYTES` bytes, as stored in base64url without padding."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def ref_token(raw: bytes) -> str:
    """Return the stored form of a button's reference."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _has_it(row: Any, incident: Incident) -> bool:
    return incident.phase is Phase.ACKNOWLEDGED and incident.acknowledged_by == row["person"]


def _to_leader(context: Context, row: Any, incident: Incident) -> bool:
    unit = context.settings.units.get(incident.unit)
    step = step_of(incident.policy, row["step"] or 0)
    return unit is not None and step.whom is Whom.DUTY and step.ref == unit.leader_duty
