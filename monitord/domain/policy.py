"""Escalation policies: who is told how long after an incident opened, frozen inside the incident."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from monitord.domain.quiet import Quiet


class Whom(StrEnum):
    """What a step names: a duty kind of the incident's unit, a person, or another organisation.

    NEXT_LEADER is no step of the settings: while nobody has approved the report to the organisation it names, the next
    leader of the own unit is asked.
    """

    DUTY = "duty"
    PERSON = "person"
    ORGANISATION = "organisation"
    NEXT_LEADER = "next_leader"


LEAVING = frozenset({Whom.ORGANISATION, Whom.NEXT_LEADER})
"""What is about telling another organisation."""


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One step: `after` counts from the opening of the incident; `channels` are tried in that order.

    In its `quiet` hours it is not told; at their end it is, while nobody has taken the incident.
    """

    after: timedelta
    whom: Whom
    ref: str
    channels: tuple[str, ...]
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """An escalation policy: steps in ascending order of delay; the last one repeats until somebody takes the incident.

    "Tiếp nhận" stops the ladder for `ack_holds`, and not longer than to the next of the restoration timers, which are
    counted from detection. `noted_holds` is how long a leader's "đã nhận thông tin" pauses the steps above him,
    `approval_waits` how long one leader is waited for before the next is asked; zero: nobody else is asked.
    """

    id: str
    steps: tuple[PolicyStep, ...]
    repeat: timedelta = timedelta(minutes=60)
    ack_holds: timedelta = timedelta(hours=2)
    noted_holds: timedelta = timedelta(minutes=15)
    restoration: tuple[timedelta, ...] = ()
    approval_waits: timedelta = timedelta(0)


MOST_ASKED = 2
"""Leaders asked to approve one report after the one on duty."""


def with_next_leaders(policy: Policy, sent: AbstractSet[str]) -> Policy:
    """Return the policy of a unit whose reports to the organisations `sent` wait for approval: behind each such step
    the next leaders are asked, `approval_waits` apart. The last step stays the last, and repeats as before."""
    waits, last = policy.approval_waits, policy.steps[-1]
    if not waits:
        return policy
    steps = list(policy.steps)
    for step in policy.steps:
        if step.whom is Whom.ORGANISATION and step.ref in sent:
            asked = (
                replace(step, after=step.after + n * waits, whom=Whom.NEXT_LEADER) for n in range(1, MOST_ASKED + 1)
            )
            steps += [one for one in asked if one.after < last.after + policy.repeat]
    steps.sort(key=lambda step: step.after)
    if steps[-1] is not last:
        steps.append(replace(last, after=last.after + policy.repeat))
    return replace(policy, steps=tuple(steps))


def quickened(policy: Policy, haste: float) -> Policy:
    """Return the policy with each wait of its ladder multiplied by `haste`, 0 < haste <= 1; what is taken is taken as
    long as ever."""
    if haste == 1:
        return policy
    return replace(
        policy,
        steps=tuple(replace(step, after=step.after * haste) for step in policy.steps),
        repeat=policy.repeat * haste,
        approval_waits=policy.approval_waits * haste,
    )


def is_again(policy: Policy, number: int) -> int:
    """Return how often the step of that number was told before it, as a repeat or because it stands there twice."""
    last = len(policy.steps) - 1
    step = step_of(policy, number)
    same = sum(s.whom is step.whom and s.ref == step.ref for s in policy.steps[: min(number, last)])
    return max(0, number - last) + (same if step.whom is Whom.ORGANISATION else 0)


BREATH = timedelta(minutes=15)
"""A restoration timer that falls due sooner is passed over: who takes it late is not asked again at once."""


def taken_until(policy: Policy, detected: datetime, now: datetime) -> datetime:
    """Return until when an acknowledgement given at `now` stops the ladder of a fault detected at `detected`."""
    coming = (detected + after for after in policy.restoration)
    return min([now + policy.ack_holds, *(at for at in coming if at >= now + BREATH)])


def due_at(policy: Policy, base: datetime, step: int) -> datetime:
    """Return the instant of `step`, counted from `base`; numbers behind the last step are its repeats."""
    last = len(policy.steps) - 1
    if step <= last:
        return base + policy.steps[step].after
    return base + policy.steps[last].after + (step - last) * policy.repeat


def step_of(policy: Policy, number: int) -> PolicyStep:
    """Return what step `number` names; numbers behind the last one repeat it."""
    return policy.steps[min(number, len(policy.steps) - 1)]


def highest_due(policy: Policy, base: datetime, after: int, now: datetime) -> int | None:
    """Return the highest step later than `after` whose instant is not later than `now`, or None."""
    reached = None
    number = after + 1
    while due_at(policy, base, number) <= now:
        reached = number
        number += 1
    return reached


def to_wire(policy: Policy) -> dict[str, Any]:
    """Return the policy as JSON-ready values, delays in seconds; `from_wire` gives it back unchanged."""
    return {
        "id": policy.id,
        "repeat": policy.repeat.total_seconds(),
        "ack_holds": policy.ack_holds.total_seconds(),
        "noted_holds": policy.noted_holds.total_seconds(),
        "approval_waits": policy.approval_waits.total_seconds(),
        "restoration": [after.total_seconds() for after in policy.restoration],
        "steps": [
            {"after": s.after.total_seconds(), "whom": s.whom, "ref": s.ref, "channels": list(s.channels)}
            | ({"quiet": [s.quiet.start.isoformat(), s.quiet.end.isoformat()]} if s.quiet else {})
            for s in policy.steps
        ],
    }


def _quiet(wire: Any) -> Quiet | None:
    return None if wire is None else Quiet(*(time.fromisoformat(clock) for clock in wire))


def from_wire(wire: Mapping[str, Any]) -> Policy:
    """Return the policy of `to_wire`."""
    return Policy(
        id=str(wire["id"]),
        steps=tuple(
            PolicyStep(
                timedelta(seconds=s["after"]),
                Whom(s["whom"]),
                str(s["ref"]),
                tuple(s["channels"]),
                _quiet(s.get("quiet")),
            )
            for s in wire["steps"]
        ),
        repeat=timedelta(seconds=wire["repeat"]),
        ack_holds=timedelta(seconds=wire["ack_holds"]),
        noted_holds=timedelta(seconds=wire["noted_holds"]),
        # Frozen before there were restoration timers: the acknowledgement alone counted.
        restoration=tuple(timedelta(seconds=s) for s in wire.get("restoration", ())),
        approval_waits=timedelta(seconds=wire.get("approval_waits", 0)),
    )
