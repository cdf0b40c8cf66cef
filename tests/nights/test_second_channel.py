"""Pages of a duty log: Telegram is away, and people are told, and answer, by what does not share its fate."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.desk.alarms import Standing
from monitord.desk.audit import Finding
from monitord.domain.finding import FindingKind
from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Outcome
from monitord.domain.policy import PolicyStep, Whom
from monitord.settings.form import Form
from monitord.settings.model import ChannelSettings, PolicyRule, Settings
from monitord.store import tables as t
from monitord.texts.squeeze import ONE_PART, plain
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, ZONE, Night, example, silent

LOST = silent("olt-go-may")
CHANNELS = ("telegram", "sms", "mail", "log")
BROKEN = Finding(FindingKind.CHAIN_BROKEN, "x", 1)


def with_sms(numbers: dict[str, str] | None = None, *, order: tuple[str, ...] = CHANNELS) -> Settings:
    """Return the example province with a modem and a mailbox, everybody's number and address, and ladders that use
    them in this order."""
    settings = example()
    people = {}
    for place, person in enumerate(settings.people.values()):
        number = (numbers or {}).get(person.id, f"+8491234{place:04}")
        people[person.id] = replace(person, addresses={"sms": number, "mail": f"{person.id}@vt.example.vn"})
    rules = tuple(
        replace(rule, policy=replace(rule.policy, steps=tuple(replace(s, channels=order) for s in rule.policy.steps)))
        for rule in settings.policies
    )
    channels = {"sms": ChannelSettings(Form(), {}, ONE_PART, True), "mail": ChannelSettings(Form(), {}, None, False)}
    return replace(settings, people=people, policies=rules, channels=channels)


def without(channel: str, outcome: Outcome = NOT_SENT) -> Callable[[Claimed], Outcome]:
    """Let one channel fail and the others work: a Telegram id has no plus, a mail address has an at."""

    def answer(claimed: Claimed) -> Outcome:
        to = claimed.message.to
        is_telegram = to.isdigit()
        fails = is_telegram if channel == "telegram" else "@" in to if channel == "mail" else to.startswith("+")
        return outcome if fails else ACCEPTED

    return answer


async def trouble(night: Night) -> str:
    await night.sees(LOST, Health.DOWN)
    return night.on("shift")


def got_by(night: Night, channel: str, person: str) -> list[str]:
    return [got.text for got in night.got if (got.channel, got.person) == (channel, person)]


async def test_telegram_is_away_and_an_sms_comes_after_three_failures(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        shift = await trouble(night)
        await night.passes(60)
        (text,) = got_by(night, "sms", shift)
        name = "OLT Go May"
        assert text.startswith("SC-0512-001 Muc 2 MAT LIEN LAC ")
        assert name.lower() in text.lower()
        assert text.endswith("Tra loi XN 001 de tiep nhan")
        assert len(text) <= ONE_PART
        (added,) = night.rows(FactKind.CHANNEL_ADDED)
        assert added.refs["added"] == "sms"
        assert (added.ts - night.rows(FactKind.INCIDENT_OPENED)[0].ts) < timedelta(seconds=60)


async def test_an_sms_answers_and_the_ladder_stops(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        shift = await trouble(night)
        await night.passes(60)
        answer = await night.writes(shift, "xn 1")
        assert answer.text == "Đã ghi nhận: tiếp nhận SC-0512-001 lúc 03:08:00. Dừng báo lên cấp trên."
        (row,) = night.rows(FactKind.INCIDENT_ACKNOWLEDGED)
        assert (row.actor, row.refs["heard"]) == (shift, "sms")
        assert "+84" not in str(row.refs)
        await night.passes(minutes=40)
        assert got_by(night, "sms", night.on("operations")) == []
        # Whoever heard of it by SMS hears of its end the same way.
        await night.sees(LOST, Health.UP)
        assert got_by(night, "sms", shift)[-1].startswith("SC-0512-001 DA KHOI PHUC: ")


async def test_the_same_sms_twice_is_answered_twice_and_has_its_effect_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        first = await night.writes(shift, "NN 001 xe cau keo dut cap", key="k")
        again = await night.writes(shift, "NN 001 xe cau keo dut cap", key="k")
        assert first.text == again.text == "Đã ghi nguyên nhân của SC-0512-001."
        assert len(night.rows(FactKind.INCIDENT_NOTE)) == 1
        other = await night.writes(shift, "NN 001 xe cau keo dut cap", channel="mail", key="k")
        assert other.accepted
        assert len(night.rows(FactKind.INCIDENT_NOTE)) == 2


@pytest.mark.parametrize("text", ["XN 001", "CC 001", "TT", "TRUC", "HELP", "/start abc", "Tai khoan sap het tien"])
async def test_a_strangers_sms_does_nothing_and_is_not_answered(tmp_path: Path, text: str) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        await trouble(night)
        answer = await night.writes("+84999999999", text)
        assert (answer.text, answer.accepted) == ("", False)
        assert night.incidents()[0].phase is Phase.OPEN
        assert night.count(t.heard) == 0


async def test_talk_from_one_of_ours_is_no_command(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        for text in ("", "ok", "Gọi cho anh Ba", "/start 4f1c"):
            assert (await night.writes(shift, text)).text == ""
        assert night.count(t.heard) == 0


async def test_the_telephone_of_the_desk_speaks_for_who_is_on_duty(tmp_path: Path) -> None:
    desk = "+84911111111"
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        on, operations = night.on("shift"), night.on("operations")
        off = next(name for name in night.settings.people if not on_some_duty(night, name))
        await night.desk.reload(night.context_of(with_sms({on: desk, off: desk})))
        await trouble(night)
        assert (await night.writes(desk, "XN 001")).accepted
        assert night.incidents()[0].acknowledged_by == on
        # Two of them on duty: nobody knows who of them it was.
        await night.desk.reload(night.context_of(with_sms({on: desk, operations: desk})))
        answer = await night.writes(desk, "CC 001")
        assert (answer.accepted, answer.text.startswith("Số hoặc địa chỉ này của nhiều người đang trực")) == (
            False,
            True,
        )
        assert (await night.writes(desk, "chào")).text == ""
        assert night.rows(FactKind.INCIDENT_ESCALATED) == []


def on_some_duty(night: Night, person: str) -> bool:
    with night.engine.connect() as connection:
        now = night.clock.now()
        mine = sa.and_(t.shift.c.person == person, t.shift.c.starts <= now, t.shift.c.ends > now)
        return connection.execute(sa.select(t.shift.c.id).where(mine)).first() is not None


@pytest.mark.slow
async def test_a_leader_knows_of_it_by_sms(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        shift = await trouble(night)
        await night.passes(minutes=17)
        leader = night.on("leader")
        assert got_by(night, "sms", leader)[0].startswith("SC-0512-001 Muc 2 CHUYEN CAP: ")
        nothing = "SC-0512-001: chưa có gì chờ duyệt hoặc chờ nhận thông tin."
        assert (await night.writes(leader, "DUYET 001")).text == nothing
        assert not (await night.writes(shift, "DN 001")).accepted
        assert (await night.writes(leader, "DN 001")).accepted
        (noted,) = night.rows(FactKind.INCIDENT_NOTED)
        assert (noted.actor, noted.refs["heard"]) == (leader, "sms")


@pytest.mark.slow
async def test_a_leader_approves_by_sms(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", with_sms()) as night:
        night.answer = without("telegram")
        await night.sees(silent("bc-go-may"), Health.DOWN)
        await night.passes(minutes=31)
        leader = night.on("leader", "bd-song-mau")
        (asked,) = [text for text in got_by(night, "sms", leader) if "XIN DUYET" in text]
        assert asked.endswith("Tra loi DUYET 001 de duyet")
        shift = night.on("shift", "bd-song-mau")
        assert not (await night.writes(shift, "DUYET 001")).accepted
        contact = night.settings.organisations["so-khcn"].contacts[0]
        assert got_by(night, "sms", contact) == []
        answer = await night.writes(leader, "duyệt 001")
        assert answer.text.startswith("Đã ghi nhận: duyệt gửi báo cáo SC-0512-001")
        await night.passes(minutes=2)
        assert len(got_by(night, "sms", contact)) == 1


async def test_sms_fails_too_and_a_letter_is_written(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:

        def answer(claimed: Claimed) -> Outcome:
            return ACCEPTED if "@" in claimed.message.to else NOT_SENT

        night.answer = answer
        shift = await trouble(night)
        await night.passes(minutes=3)
        (text,) = got_by(night, "mail", shift)
        assert text.splitlines()[0].endswith("SC-0512-001")
        # By mail nobody can answer here: the text does not name a button that is not there.
        assert "bấm" not in text
        assert "tiếp nhận tại bàn trực" in text
        assert [row.refs["added"] for row in night.rows(FactKind.CHANNEL_ADDED)][:2] == ["sms", "mail"]


async def test_a_number_that_is_refused_is_told_to_the_administrator_by_another_way(tmp_path: Path) -> None:
    settings = with_sms(order=("sms", "telegram"))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        night.answer = without("sms", BLOCKED)
        shift = await trouble(night)
        await night.passes(10)
        assert got_by(night, "telegram", shift)
        administrator = settings.administrators[0]
        broken = [text for text in got_by(night, "telegram", administrator) if "KHÔNG BÁO ĐƯỢC" in text]
        assert settings.people[shift].name in broken[0]
        assert "qua SMS" in broken[0]


async def test_an_alarm_finds_its_way_without_telegram(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        await night.desk.alarm((Standing(BROKEN, night.clock.now()),), frozenset())
        await night.passes(minutes=2)
        texts = got_by(night, "sms", night.settings.administrators[0])
        (text,) = [text for text in texts if "KENH" not in text]  # that Telegram is away is told as well
        assert text.isascii()
        assert len(text) <= ONE_PART


async def test_somebody_without_telegram_is_reached_by_his_number(tmp_path: Path) -> None:
    settings = with_sms()
    nobody_has_it = {name: replace(one, telegram=None) for name, one in settings.people.items()}
    async with Night(tmp_path, "2026-12-05 03:07", replace(settings, people=nobody_has_it)) as night:
        shift = await trouble(night)
        assert len(got_by(night, "sms", shift)) == 1
        assert night.rows(FactKind.COVERAGE_GAP) == []
        assert (await night.writes(shift, "XN 001")).accepted


async def test_a_step_of_sms_alone_tells_by_sms_alone(tmp_path: Path) -> None:
    settings = with_sms()
    step = PolicyStep(timedelta(0), Whom.DUTY, "leader", ("sms",))
    rules = tuple(PolicyRule(replace(r.policy, steps=(step,)), r.severities) for r in settings.policies)
    async with Night(tmp_path, "2026-12-05 03:07", replace(settings, policies=rules)) as night:
        await trouble(night)
        assert {got.channel for got in night.got} == {"sms"}
        (text,) = got_by(night, "sms", night.on("leader"))
        assert text.isascii()


async def test_at_the_last_step_a_letter_alone_tells_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms(order=("mail", "sms", "telegram", "log"))) as night:
        await trouble(night)
        await night.passes(minutes=16)
        # Up to the last step a letter that was taken is enough for a while: the next level comes soon.
        leader = night.on("leader")
        assert len(got_by(night, "mail", leader)) == 1
        assert got_by(night, "sms", leader) == []
        await night.passes(minutes=15)
        contact = night.settings.organisations["so-khcn"].contacts[0]
        assert len(got_by(night, "mail", contact)) == len(got_by(night, "sms", contact)) == 1
        # By SMS he can answer: his telephone does not ring a third time.
        assert got_by(night, "telegram", contact) == []


async def test_a_letter_counts_where_the_settings_say_so(tmp_path: Path) -> None:
    settings = replace(with_sms(order=("mail", "sms", "log")), one_way_counts=frozenset({"mail"}))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await trouble(night)
        await night.passes(minutes=31)
        assert {got.channel for got in night.got} == {"mail"}


@pytest.mark.slow
async def test_telegram_is_away_for_six_hours_and_nothing_is_lost(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 01:00", with_sms()) as night:
        night.answer = without("telegram")
        shift = night.on("shift")
        lost = [silent(name) for name in ("olt-go-may", "olt-cu-lao", "olt-bac-mau") if name in night.settings.devices]
        for target in lost:
            begun = night.clock.now()
            await night.sees(target, Health.DOWN)
            await night.passes(minutes=61)
            first = next(g for g in night.got if g.channel == "sms" and silent_name(night, target) in g.text)
            assert night.clock.now() - begun >= timedelta(minutes=61)
            assert seconds_between(begun, first.at) <= 60
            await night.sees(target, Health.UP)
        await night.passes(hours=6 - len(lost))
        told_by_sms = {got.person for got in night.got if got.channel == "sms"}
        assert shift in told_by_sms
        before = len(night.got)
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=5)
        # Whoever was told by SMS has heard the end there; Telegram brings nothing that is long over.
        late = [got for got in night.got[before:] if got.channel == "telegram"]
        assert not [got.text for got in late if "SỰ CỐ MỚI" in got.text or "CHUYỂN CẤP" in got.text]
        waiting = night.query(t.outbox.c.id, state="pending")
        assert waiting == []
        for incident in night.incidents():
            assert [got for got in night.got if incident.code in got.text and "KHOI PHUC" in got.text]


def silent_name(night: Night, target: str) -> str:
    return plain(night.settings.devices[target.partition("/")[0]].name)


def seconds_between(begun: datetime, clock: str) -> float:
    then = datetime.combine(begun.astimezone(ZONE).date(), time.fromisoformat(clock), tzinfo=ZONE)
    return (then - begun).total_seconds()


async def test_a_message_id_longer_than_its_column_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms(order=("mail",))) as night:
        shift = night.on("shift")
        row = await night.desk.test(shift, "mail", night.settings.administrators[0])
        (claimed,) = await night.desk.claim("mail", 5)
        assert claimed.message.notice == row
        await night.desk.report(row, replace(ACCEPTED, message_ref=f"<n1-{'x' * 200}@vt.example.vn>"))
        assert len(night.query(t.outbox.c.message_ref, id=row)[0][0]) == 64
