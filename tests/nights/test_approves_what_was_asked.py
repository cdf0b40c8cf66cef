"""Pages of a duty log: what a leader approves by a word is what he was asked for, in this round, and has read."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.policy import PolicyStep, Whom
from monitord.settings.model import Settings
from tests.nights.test_second_channel import got_by, with_sms, without
from tests.support.night import NOT_SENT, Night, silent

POST = silent("bc-go-may")
UNIT = "bd-song-mau"


def two_organisations() -> Settings:
    """Return the example in which two organisations are told, one after the other."""
    order = ("telegram", "sms")
    settings = with_sms(order=order)
    one = settings.organisations["so-khcn"]
    whom = ((Whom.DUTY, "shift"), (Whom.DUTY, "leader"), (Whom.ORGANISATION, one.id), (Whom.ORGANISATION, "b-org"))
    steps = tuple(PolicyStep(timedelta(minutes=m), *w, order) for m, w in zip((0, 5, 15, 20), whom, strict=True))
    rules = tuple(replace(r, policy=replace(r.policy, steps=steps)) for r in settings.policies)
    both = {**settings.organisations, "b-org": replace(one, id="b-org", name="Cơ quan B")}
    return replace(settings, organisations=both, policies=rules)


async def test_of_two_that_wait_the_one_he_has_read_is_approved(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", two_organisations()) as night:
        night.answer = without("telegram")
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=16)
        leader = night.on("leader", UNIT)
        assert "XIN DUYET" in got_by(night, "sms", leader)[-1]
        night.answer = lambda claimed: NOT_SENT  # the second request reaches him by nothing
        await night.passes(minutes=6)
        assert (await night.writes(leader, "DUYET 001")).accepted
        assert [row.refs["organisation"] for row in night.rows(FactKind.STEP_APPROVED)] == ["so-khcn"]


async def test_who_says_it_twice_approves_nothing_that_he_has_not_read(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", two_organisations()) as night:
        night.answer = without("telegram")
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=16)
        leader = night.on("leader", UNIT)
        assert (await night.writes(leader, "DUYET 001")).accepted
        night.answer = lambda claimed: NOT_SENT  # the second request reaches him by nothing
        await night.passes(minutes=6)
        again = await night.writes(leader, "DUYET 001")
        assert not again.accepted
        assert [row.refs["organisation"] for row in night.rows(FactKind.STEP_APPROVED)] == ["so-khcn"]


async def test_a_request_of_an_earlier_round_is_not_approved_any_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", with_sms()) as night:
        night.answer = without("telegram")
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=31)
        leader = night.on("leader", UNIT)
        assert [text for text in got_by(night, "sms", leader) if "XIN DUYET" in text]
        shift = night.on("shift", UNIT)
        night.answer = lambda claimed: NOT_SENT  # what is asked anew reaches him by nothing
        await night.writes(shift, "XN 001")
        await night.writes(shift, "CC 001")
        assert night.incidents()[0].round == 1
        answer = await night.writes(leader, "DUYET 001")
        assert (answer.accepted, answer.text) == (
            False,
            "SC-0512-001: chưa có gì chờ duyệt hoặc chờ nhận thông tin.",
        )
        assert night.rows(FactKind.STEP_APPROVED) == []
