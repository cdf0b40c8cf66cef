"""Pages of a duty log: a step that people make by telephone, such as the corporate network centre."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitord.account.rehearsal import rehearsal
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.policy import PolicyStep, Whom
from monitord.settings.model import Settings
from tests.support.night import CHANNELS, Got, Night, example, silent

CORE = silent("cr-1")
POST = silent("bc-go-may")


def with_centre(after: int, place: int = 3) -> Settings:
    """Return the example with the network centre as a step of the grave ladder, so many minutes after the opening."""
    settings = example()
    rule, *rest = settings.policies
    steps = list(rule.policy.steps)
    steps.insert(place, PolicyStep(timedelta(minutes=after), Whom.ORGANISATION, "noc", CHANNELS))
    policy = replace(rule.policy, steps=tuple(steps))
    return replace(settings, policies=(replace(rule, policy=policy), *rest))


def call_outs(night: Night) -> list[Got]:
    """Return the requests to call that reached somebody by Telegram."""
    return [g for g in night.got if "CẦN GỌI ĐIỆN" in g.text and g.channel == "telegram"]


async def test_the_shift_is_asked_to_call_the_centre_and_gets_its_number(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=31)
        (asked,) = call_outs(night)
        assert (asked.at, asked.person) == ("03:20:00", night.on("shift"))
        assert "Gọi Trung tâm điều hành mạng của tập đoàn: 0900 000 180" in asked.text
        assert "ghi lại tại bàn trực: sự cố 001" in asked.text
        (fired,) = [r for r in night.rows(FactKind.STEP_FIRED) if r.refs["ref"] == "noc"]
        assert (fired.refs["whom"], fired.refs["people"], fired.refs["call"]) == (
            "organisation",
            [night.on("shift")],
            1,
        )
        assert [at for at, _ in night.told()][-2:] == ["03:30:00", "03:30:00"]


async def test_the_message_before_it_says_that_the_centre_is_to_be_called(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=16)
        assert "sẽ nhắc gọi Trung tâm điều hành mạng của tập đoàn" in night.got[-1].text


async def test_once_it_was_spoken_to_nobody_is_asked_to_call_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=10)
        await night.does("call", organisation="noc", unanswered=True)
        await night.does("call", organisation="noc")
        await night.passes(minutes=11)
        assert call_outs(night) == []
        assert [r.refs["reason"] for r in night.rows(FactKind.STEP_UNNEEDED)] == ["called"]


async def test_a_call_of_an_earlier_round_does_not_count_in_the_next(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        await night.sees(CORE, Health.DOWN)
        await night.does("call", organisation="noc")
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.passes(hours=2, minutes=21)
        assert [g.at for g in call_outs(night)] == ["05:20:00"]


async def test_as_the_last_step_it_is_asked_for_again_until_somebody_was_spoken_to(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(45, place=4)) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=110)
        assert [g.at for g in call_outs(night)] == ["03:45:00", "04:45:00"]
        await night.does("call", organisation="noc")
        await night.passes(minutes=60)
        assert len(call_outs(night)) == 2


async def test_nothing_leaves_by_itself_so_no_leader_is_asked_to_approve_a_call(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=25)
        assert [g.person for g in call_outs(night)] == [night.on("shift", "bd-song-mau")]
        assert night.rows(FactKind.STEP_AWAITS_APPROVAL) == []


async def test_who_was_asked_to_call_hears_the_end_in_his_own_role(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=21)
        await night.sees(CORE, Health.UP)
        mine = [g.text for g in night.got if g.person == night.on("shift") and g.edits is None]
        assert mine[-1].startswith("🟢 ĐÃ KHÔI PHỤC")
        assert "Trung tâm điều hành mạng" not in mine[-1]
        assert "Ghi sổ trực" in mine[-1]


async def test_a_rehearsal_says_who_is_asked_to_call_which_number(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_centre(20)) as night:
        device = night.settings.devices["cr-1"]
        with night.engine.connect() as connection:
            said = rehearsal(connection, night.settings, device, device.targets[0], night.clock.now(), 1)
        (call,) = [line for line in said.lines if line.why.call]
        assert (call.person, call.why.call) == (night.on("shift"), "0900 000 180")
        assert call.why.shift is not None
        assert call.why.order is None
