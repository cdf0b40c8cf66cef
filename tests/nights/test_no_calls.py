"""Pages of a duty log: somebody asks not to be called any more but for severity 1, and nobody is left untold by it."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.desk.rostering import RosterRefused
from monitord.domain.commands import Command, Verb, read_command
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Key, Outcome
from monitord.domain.policy import Policy
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_calls import NOBODY, of_the_line, with_calls
from tests.nights.test_second_channel import got_by, trouble
from tests.support.night import ACCEPTED, Night, silent


def ringing(*order: str) -> Settings:
    """Return the example with telephones, everybody told by these channels in this order."""
    settings = with_calls()
    rules = []
    for rule in settings.policies:
        steps = tuple(replace(step, channels=order) for step in rule.policy.steps)
        policy: Policy = replace(rule.policy, steps=steps)
        rules.append(replace(rule, policy=policy))
    return replace(settings, policies=tuple(rules))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("KHONGGOI", Command(Verb.NO_CALLS)),
        ("không gọi nữa", Command(Verb.NO_CALLS)),
        ("Không gọi", Command(Verb.NO_CALLS)),
        ("khonggoi 6", Command(Verb.NO_CALLS, text="06:00")),
        ("KHONGGOI 6h30", Command(Verb.NO_CALLS, text="06:30")),
        ("không gọi nữa đến 6 giờ", Command(Verb.NO_CALLS, text="06:00")),
        ("khong goi 06:15", Command(Verb.NO_CALLS, text="06:15")),
        ("KHONGGOI 25h", Command(Verb.NO_CALLS, wrong=True)),
        ("KHONGGOI mai", Command(Verb.NO_CALLS, wrong=True)),
        ("không gọi được anh Ba", None),
        ("không có gì", None),
        ("GOILAI", Command(Verb.CALLS_AGAIN)),
        ("gọi lại", Command(Verb.CALLS_AGAIN)),
        ("gọi lại cho anh Ba", None),
        ("goi 014", Command(Verb.CALLED, "014")),
    ],
)
def test_it_is_typed_with_marks_and_without_and_talk_is_talk(text: str, command: Command | None) -> None:
    assert read_command(text) == command


async def test_who_is_not_to_be_called_gets_messages_until_that_hour_and_calls_after_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("voice", "sms", "log")) as night:
        shift = night.on("shift")
        assert (await night.writes(shift, "KHONGGOI")).text == (
            "Đã ghi nhận: không gọi điện cho đồng chí đến 06:00, trừ sự cố mức 1. Gõ GOILAI để được gọi lại."
        )
        await trouble(night)
        assert (got_by(night, "voice", shift), len(got_by(night, "sms", shift))) == ([], 1)
        await night.passes(minutes=10)
        assert got_by(night, "voice", shift) == []
        (row,) = night.rows(FactKind.PERSON_QUIET)
        assert (row.actor, row.refs["heard"]) == (shift, "sms")
        assert (await night.writes(shift, "GOILAI")).accepted
        await night.sees(silent("olt-rach-sen"), Health.DOWN)
        assert len(got_by(night, "voice", shift)) == 1
        assert [row.actor for row in night.rows(FactKind.PERSON_CALLED)] == [shift]


async def test_it_ends_with_the_shift(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:50", ringing("voice", "sms", "log")) as night:
        shift = night.on("shift")
        await night.writes(shift, "KHONGGOI")
        await night.passes(minutes=10)
        with night.engine.begin() as connection:  # he stays for the next shift as well
            connection.execute(t.shift.update().where(t.shift.c.duty == "shift").values(person=shift))
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert len(got_by(night, "voice", shift)) == 1


async def test_of_severity_1_everybody_is_called(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("voice", "sms", "log")) as night:
        shift = night.on("shift")
        await night.writes(shift, "KHONGGOI")
        await night.reports("Mất toàn mạng", severity=1)
        assert len(got_by(night, "voice", shift)) == 1


async def test_where_a_call_was_the_only_way_the_stand_in_is_called(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("voice", "log")) as night:
        shift = night.on("shift")
        (stand_in,) = night.settings.people[shift].stand_ins
        await night.writes(shift, "KHONGGOI")
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert got_by(night, "voice", shift) == []
        assert len(got_by(night, "voice", stand_in)) == 1
        await night.writes(stand_in, "KHONGGOI 6h")
        await night.sees(silent("olt-rach-sen"), Health.DOWN)
        # Nobody is left on that step: the owner of the roster hears of the gap, and the next step is told at once.
        operations = night.on("operations")
        assert night.rows(FactKind.COVERAGE_GAP) != []
        assert got_by(night, "voice", operations) != []


async def test_a_call_that_is_owed_already_becomes_a_message(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("voice", "sms", "log")) as night:
        shift = night.on("shift")
        night.answer = lambda claimed: NOBODY if of_the_line(claimed) else ACCEPTED
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert got_by(night, "sms", shift) == []
        await night.writes(shift, "KHONGGOI")
        assert len(got_by(night, "sms", shift)) == 1
        reasons = [row.refs["reason"] for row in night.rows(FactKind.NOTICE_SUPERSEDED)]
        assert reasons == ["do not call"]
        calls: list[str] = []

        def answer(claimed: Claimed) -> Outcome:
            if of_the_line(claimed) and claimed.message.to == night.settings.people[shift].address("voice"):
                calls.append(night.now())
            return ACCEPTED

        night.answer = answer
        await night.passes(minutes=60)
        assert calls == []


async def test_a_call_does_not_follow_a_message_that_fails(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("sms", "voice", "log")) as night:
        shift = night.on("shift")
        night.lanes = ("voice", "log")  # no SMS leaves
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.writes(shift, "KHONGGOI")
        await night.passes(minutes=4)
        assert got_by(night, "voice", shift) == []
        await night.writes(shift, "GOILAI")
        await night.sees(silent("olt-rach-sen"), Health.DOWN)
        await night.passes(minutes=4)
        assert got_by(night, "voice", shift) != []


async def test_a_leader_says_so_by_a_key_and_by_a_button(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("telegram", "voice", "log")) as night:
        keys: list[tuple[Key, ...]] = []
        leader = night.on("leader")
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=16)
        (letter,) = [got for got in night.got if (got.person, got.channel) == (leader, "telegram")]
        assert "🔕 Không gọi nữa trừ mức 1" in letter.labels
        assert (await night.presses(leader, letter.button("no_calls"))).accepted
        (row,) = night.rows(FactKind.PERSON_QUIET)
        assert (row.actor, row.refs["until"][:16]) == (leader, "2026-12-05T00:00")  # the end of his shift
        await night.writes(leader, "GOILAI")
        await night.reports("Mất toàn mạng", severity=1)
        await night.passes(minutes=16)
        last = [got for got in night.got if (got.person, got.channel) == (leader, "telegram")][-1]
        assert "🔕 Không gọi nữa trừ mức 1" not in last.labels
        assert keys == []


async def test_the_key_is_offered_in_a_call_to_a_leader(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("voice", "sms", "log")) as night:
        keys: dict[str, tuple[Key, ...]] = {}

        def answer(claimed: Claimed) -> Outcome:
            keys[claimed.message.to] = claimed.message.keys
            return ACCEPTED

        night.answer = answer
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=16)
        leader = night.on("leader")
        assert keys[night.settings.people[leader].address("voice") or ""][-1] == Key("4", "KHONGGOI")
        (text,) = got_by(night, "voice", leader)
        assert text.endswith("Bấm phím 4: không gọi nữa, trừ sự cố mức 1.")
        assert (await night.writes(leader, "KHONGGOI", channel="voice")).accepted


async def test_at_the_desk_it_is_said_until_an_hour_at_most_twelve_ahead(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", ringing("voice", "sms", "log")) as night:
        with pytest.raises(RosterRefused, match="12 hours"):
            await night.desk.roster("no_calls", "khanh.bui", {"until": "16:00"})
        await night.desk.roster("no_calls", "khanh.bui", {"until": "06:00"})
        assert night.rows(FactKind.PERSON_QUIET)[0].refs["until"] == "2026-12-04T23:00:00.000000Z"
        answer = await night.desk.roster("calls_again", "khanh.bui", {})
        assert answer["text"] == "Đã ghi nhận: khi cần, hệ thống lại gọi điện cho đồng chí."
        await night.desk.roster("no_calls", "lan.hoang", {})
        assert night.rows(FactKind.PERSON_QUIET)[-1].refs["until"] == "2026-12-05T00:00:00.000000Z"
