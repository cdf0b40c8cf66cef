"""Whoever the desk asked may answer it: stand-ins, persons named by a policy, each request for approval by itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Outcome
from monitord.domain.people import Organisation, OrganisationRole
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.settings.model import DailyEntry, PolicyRule, Settings
from monitord.store import tables as t
from tests.support.night import ACCEPTED, BLOCKED, Got, Night, example, silent

OLT = silent("olt-go-may")
POST = silent("bc-go-may")
POST_UNIT = "bd-song-mau"
DEPARTMENT = "yen.phan"
BOTH = ("telegram", "log")


def with_policy(settings: Settings, *steps: PolicyStep) -> Settings:
    """Return the settings with one policy for every fault."""
    policy = Policy("only", steps)
    return replace(settings, policies=(PolicyRule(policy, frozenset({1, 2, 3, 4})),))


def step(minutes: float, whom: Whom, ref: str) -> PolicyStep:
    """Return a step that tells somebody by both channels."""
    return PolicyStep(timedelta(minutes=minutes), whom, ref, BOTH)


def blocked(night: Night, *people: str) -> None:
    """Let these people have blocked the bot."""
    chats = {str(night.settings.people[p].telegram) for p in people}

    def answer(claimed: Claimed) -> Outcome:
        return BLOCKED if claimed.message.to in chats else ACCEPTED

    night.answer = answer


def to(night: Night, person: str) -> Got:
    """Return the last message with buttons that reached somebody by Telegram."""
    return [g for g in night.got if g.person == person and g.buttons and g.channel == "telegram"][-1]


async def test_the_stand_in_who_was_told_instead_of_somebody_unreachable_may_take_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        blocked(night, operator)
        await night.sees(OLT, Health.DOWN)
        stand_in = night.settings.people[operator].stand_ins[0]
        answer = await night.presses(stand_in, to(night, stand_in).buttons[0])
        assert answer.accepted
        (row,) = night.rows(FactKind.INCIDENT_ACKNOWLEDGED)
        assert row.actor == stand_in


async def test_the_stand_in_of_somebody_without_telegram_may_take_it(tmp_path: Path) -> None:
    settings = with_policy(example(), PolicyStep(timedelta(0), Whom.DUTY, "shift", ("telegram",)))
    async with Night(tmp_path, "2026-12-01 03:00", settings) as night:
        operator = night.on("shift")
        night.die()
        people = {**settings.people, operator: replace(settings.people[operator], telegram=None)}
        night.settings = replace(settings, people=people)
        await night.start()
        await night.sees(OLT, Health.DOWN)
        stand_in = settings.people[operator].stand_ins[0]
        assert (await night.presses(stand_in, to(night, stand_in).buttons[0])).accepted


async def test_a_person_named_by_the_policy_may_take_it(tmp_path: Path) -> None:
    settings = with_policy(example(), step(0, Whom.PERSON, "vinh.chu"), step(30, Whom.PERSON, "minh.do"))
    async with Night(tmp_path, "2026-12-01 03:00", settings) as night:
        await night.sees(OLT, Health.DOWN)
        assert (await night.presses("vinh.chu", to(night, "vinh.chu").buttons[0])).accepted


async def test_who_was_not_asked_may_not_press_the_button_of_a_stand_in(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        blocked(night, operator)
        await night.sees(OLT, Health.DOWN)
        stand_in = night.settings.people[operator].stand_ins[0]
        for other in (DEPARTMENT, "son.ta", "777777"):
            assert not (await night.presses(other, to(night, stand_in).buttons[0])).accepted
        assert night.count(t.incident, phase="open") == 1


async def test_the_leaders_stand_in_may_approve_what_he_was_asked(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        leader = night.on("leader", POST_UNIT)
        blocked(night, leader)
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=31)
        stand_in = night.settings.people[leader].stand_ins[0]
        assert (await night.presses(stand_in, to(night, stand_in).button("approve"))).accepted
        assert DEPARTMENT in {person for _, person in night.told()}


async def test_the_stand_in_of_a_contact_may_confirm_the_receipt(tmp_path: Path) -> None:
    base = example()
    department = replace(base.organisations["so-khcn"], contacts=(DEPARTMENT,))
    settings = replace(base, organisations={**base.organisations, "so-khcn": department})
    async with Night(tmp_path, "2026-12-01 03:00", settings) as night:
        blocked(night, DEPARTMENT)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=31)
        assert (await night.presses("tuan.cao", to(night, "tuan.cao").buttons[0])).accepted


async def test_each_organisation_is_approved_by_itself(tmp_path: Path) -> None:
    base = example()
    police = Organisation("cong-an", "Công an", OrganisationRole.POLICE, ("nam.ly",))
    settings = replace(
        with_policy(
            base,
            step(0, Whom.DUTY, "shift"),
            step(30, Whom.ORGANISATION, "so-khcn"),
            step(45, Whom.ORGANISATION, "cong-an"),
        ),
        organisations={**base.organisations, "cong-an": police},
    )
    async with Night(tmp_path, "2026-12-01 09:00", settings) as night:
        await night.sees(POST, Health.DOWN)
        leader = night.on("leader", POST_UNIT)
        await night.passes(minutes=31)
        assert (await night.presses(leader, to(night, leader).button("approve"))).accepted
        await night.passes(minutes=15)
        assert (await night.presses(leader, to(night, leader).button("approve"))).accepted
        assert "nam.ly" in {person for _, person in night.told()}
        assert night.kinds().count(FactKind.STEP_APPROVED) == 2


async def test_a_reminder_of_what_the_leader_approved_leaves_without_waking_him_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await night.sees(POST, Health.DOWN)
        leader = night.on("leader", POST_UNIT)
        await night.passes(minutes=31)
        assert (await night.presses(leader, to(night, leader).button("approve"))).accepted
        asked = len([person for _, person in night.told() if person == leader])
        await night.passes(minutes=60)
        assert [p for _, p in night.told()].count(DEPARTMENT) == 2
        assert len([person for _, person in night.told() if person == leader]) == asked


async def test_after_an_acknowledgement_ended_the_leader_is_asked_anew_and_his_answer_counts(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(POST, Health.DOWN)
        leader, operator = night.on("leader", POST_UNIT), night.on("shift", POST_UNIT)
        await night.passes(minutes=31)
        assert (await night.presses(leader, to(night, leader).button("approve"))).accepted
        assert (await night.presses(operator, to(night, operator).buttons[0])).accepted
        await night.passes(hours=2, minutes=31)
        before = [p for _, p in night.told()].count(DEPARTMENT)
        assert (await night.presses(leader, to(night, leader).button("approve"))).accepted
        told = [g for g in night.got if g.person == DEPARTMENT and g.buttons]
        assert [p for _, p in night.told()].count(DEPARTMENT) == before + 1
        assert len(told) == 2


async def test_one_approval_pressed_twice_sends_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await night.sees(POST, Health.DOWN)
        leader = night.on("leader", POST_UNIT)
        await night.passes(minutes=31)
        button = to(night, leader).button("approve")
        assert (await night.presses(leader, button)).accepted
        assert not (await night.presses(leader, button)).accepted
        assert [p for _, p in night.told()].count(DEPARTMENT) == 1


async def test_a_leader_whose_duty_is_over_may_not_approve_with_last_nights_button(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await night.sees(POST, Health.DOWN)
        operator = night.on("shift", POST_UNIT)
        await night.passes(minutes=31)
        leader = night.on("leader", POST_UNIT)
        button = to(night, leader).button("approve")
        assert (await night.presses(operator, to(night, operator).buttons[0])).accepted
        night.die()
        other = "uyen.lam" if leader != "uyen.lam" else "son.ta"
        slots = [
            replace(e, slot=replace(e.slot, people=(other,)))
            if isinstance(e, DailyEntry) and (e.unit, e.duty) == (POST_UNIT, "leader")
            else e
            for e in night.settings.roster
        ]
        night.settings = replace(night.settings, roster=tuple(slots), hash="changed")
        await night.clock.advance(60)
        await night.start()
        await night.passes(minutes=30)
        assert night.on("leader", POST_UNIT) == other
        assert not (await night.presses(leader, button)).accepted
        assert DEPARTMENT not in {person for _, person in night.told()}
