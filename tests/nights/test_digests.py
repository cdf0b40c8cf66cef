"""Pages of a duty log: more than five messages wait for one person, and he gets one."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts.squeeze import ONE_PART
from tests.nights.test_many_held import crowd
from tests.nights.test_second_channel import with_sms, without
from tests.support.night import ACCEPTED, BLOCKED, UNCERTAIN, Got, Night, example, silent

HEAD = "📬 TIN GỘP"
CODES = [f"SC-0512-{n:03}" for n in range(1, 9)]


def many(count: int = 8, settings: Settings | None = None) -> Settings:
    """Return a province with so many routers more, each of which is an incident of its own."""
    return replace(settings or example(), devices=crowd(count).devices)


def tram(number: int) -> str:
    return silent(f"tram-{number:04d}")


def telegram(night: Night, person: str) -> list[Got]:
    return [got for got in night.got if (got.channel, got.person) == ("telegram", person)]


async def lost_unheard(night: Night, count: int = 7) -> str:
    """Let Telegram be away while a router is lost every twenty seconds; return who is on shift."""
    night.answer = without("telegram")
    for number in range(count):
        await night.sees(tram(number), Health.DOWN)
        await night.passes(20)
    return night.on("shift")


async def come_back(night: Night, seconds: float = 70) -> None:
    night.answer = lambda claimed: ACCEPTED
    await night.passes(seconds)


def gathered(night: Night, person: str) -> list[Got]:
    return [got for got in telegram(night, person) if got.text.startswith(HEAD)]


async def test_telegram_comes_back_and_what_waited_is_one_message_of_how_things_stand(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night, 8)
        await night.sees(tram(7), Health.UP)  # nobody was told of it, so nobody is told of its end
        await come_back(night)
        (got,) = telegram(night, shift)
        assert got.text.startswith("📬 TIN GỘP lúc 08:0")
        assert "7 tin về 7 sự cố" in got.text
        assert "tin cũ nhất đã chờ 3 phút" in got.text
        lines = got.text.splitlines()[2:-1]
        assert [line.split()[1] for line in lines] == CODES[:7]
        assert all(line.startswith("🔴") and line.endswith("chưa tiếp nhận") for line in lines)
        assert got.actions() == ["take"] * 7
        assert night.count(t.outbox, state="pending", person=shift) == 0
        accepted = [r for r in night.rows(FactKind.NOTICE_ACCEPTED) if r.refs["channel"] == "telegram"]
        assert [r.refs["person"] for r in accepted].count(shift) == 7
        assert len({r.refs["bundle"] for r in accepted if r.refs["person"] == shift}) == 1


async def test_each_button_takes_its_own_incident_and_the_message_is_edited_where_it_stands(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night)
        await come_back(night)
        (got,) = gathered(night, shift)
        answer = await night.presses(shift, got.buttons[2])
        assert answer.accepted
        assert "SC-0512-003" in answer.text
        assert [i.code for i in night.incidents() if i.phase is Phase.ACKNOWLEDGED] == ["SC-0512-003"]
        await night.passes(5)
        edited = gathered(night, shift)[-1]
        assert edited.edits is not None
        assert "🟡 SC-0512-003" in edited.text
        assert all(code in edited.text for code in CODES[:7])
        assert set(edited.buttons) == set(got.buttons) - {got.buttons[2]}
        again = await night.presses(shift, got.buttons[2])
        assert not again.accepted
        await night.sees(tram(2), Health.UP)
        await night.passes(5)
        assert "🟢 SC-0512-003" in gathered(night, shift)[-1].text


async def test_what_asks_for_the_first_time_rings_by_itself_however_many_there_are(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        await night.desk.take_edges([night.edge(tram(number), Health.DOWN) for number in range(8)])
        await night.passes(5)
        mine = telegram(night, night.on("shift"))
        assert len(mine) == 8
        assert not any(got.text.startswith(HEAD) for got in mine)


async def test_many_ends_at_once_are_one_message(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        for number in range(7):
            await night.sees(tram(number), Health.DOWN)
        shift = night.on("shift")
        before = len(telegram(night, shift))
        await night.desk.take_edges([night.edge(tram(number), Health.UP) for number in range(7)])
        await night.passes(5)
        (got,) = [one for one in telegram(night, shift)[before:] if one.edits is None]
        assert got.text.startswith("📬 TIN GỘP lúc 08:00: 7 tin về 7 sự cố")
        assert "chờ" not in got.text
        assert got.text.count("🟢") == 7
        assert got.buttons == ()


async def test_a_digest_that_may_have_arrived_says_so_when_it_comes_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night)
        night.answer = without("telegram", UNCERTAIN)
        await night.passes(70)
        await come_back(night)
        (got,) = gathered(night, shift)
        assert "(có thể trùng tin trước)" in got.text.splitlines()[0]


async def test_a_death_in_the_middle_of_a_digest_loses_none_of_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night)
        await night.clock.advance(61)
        claimed = next(one for one in await night.desk.claim("telegram", 50) if one.message.also)
        assert len(claimed.message.also) == 6
        night.die()
        await night.passes_away(20)
        await come_back(night)
        (got,) = gathered(night, shift)
        assert all(code in got.text for code in CODES[:7])
        assert "(có thể trùng tin trước)" in got.text
        assert night.count(t.outbox, state="pending", person=shift) == 0


async def test_a_digest_that_is_given_back_waits_as_if_nobody_had_touched_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night)
        tried = night.query(t.outbox.c.attempts, person=shift, channel="telegram")
        await night.clock.advance(61)
        for claimed in await night.desk.claim("telegram", 50):
            await night.desk.give_back(claimed.message.notice, timedelta(seconds=1))
        assert night.query(t.outbox.c.attempts, person=shift, channel="telegram") == tried
        await come_back(night)
        assert len(gathered(night, shift)) == 1


async def test_who_cannot_be_reached_gets_all_of_it_by_sms_in_as_few_as_tell_every_number(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many(settings=with_sms())) as night:
        shift = await lost_unheard(night)
        night.answer = without("telegram", BLOCKED)
        await night.passes(70)
        short = [got.text for got in night.got if (got.channel, got.person) == ("sms", shift)]
        assert all(len(text) <= ONE_PART for text in short)
        for number in range(1, 8):
            assert any(f"{number:03}" in text for text in short)
        assert (await night.writes(shift, "XN 004")).accepted


async def test_sms_that_waited_are_one_sms(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many(settings=with_sms(order=("sms", "log")))) as night:
        night.answer = without("sms")
        for number in range(7):
            await night.sees(tram(number), Health.DOWN)
            await night.passes(20)
        await come_back(night)
        shift = night.on("shift")
        (text,) = [got.text for got in night.got if (got.channel, got.person) == ("sms", shift)]
        assert text.startswith("TIN GOP 7 su co: Chua nhan 001 002 003 004 005 006 007.")
        assert text.endswith("Tra loi XN 001 de tiep nhan")


async def test_a_reminder_that_somebody_asked_for_is_not_told_before_its_time(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = night.on("shift")
        await night.sees(tram(0), Health.DOWN)
        await night.presses(shift, telegram(night, shift)[0].button("take"))
        assert (await night.types(shift, "HOAN 001 30")).accepted
        await lost_unheard(night, 8)
        await come_back(night)
        (got,) = gathered(night, shift)
        assert "SC-0512-001" not in got.text
        assert night.count(t.outbox, state="pending", event="reminder") == 1


async def test_a_drill_is_never_told_with_what_is_real(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night)
        with night.engine.begin() as connection:
            connection.execute(t.incident.update().where(t.incident.c.code == "SC-0512-004").values(drill=True))
        night.whole = False
        await come_back(night)
        (real,) = gathered(night, shift)
        assert "SC-0512-004" not in real.text
        (drill,) = [got.text for got in telegram(night, shift) if "SC-0512-004" in got.text]
        assert drill.startswith("🧪 DIỄN TẬP")


async def test_a_step_that_was_repeated_before_it_left_is_told_once(tmp_path: Path) -> None:
    made = example()
    shift_alone = tuple(
        replace(rule, policy=replace(rule.policy, steps=rule.policy.steps[:1])) for rule in made.policies
    )
    async with Night(
        tmp_path, "2026-12-05 08:00", replace(made, policies=shift_alone)
    ) as night:  # it alone is asked, every hour
        shift = night.on("shift")
        night.answer = without("telegram")
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=65)
        await come_back(night)
        (got,) = telegram(night, shift)
        assert "nhắc lại lần" in got.text
        reasons = [row.refs["reason"] for row in night.rows(FactKind.NOTICE_SUPERSEDED) if row.refs["event"] == "step"]
        assert reasons
        assert set(reasons) == {"newer step"}


async def test_what_is_over_by_then_is_not_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        shift = await lost_unheard(night)
        await night.desk.take_edges([night.edge(tram(3), Health.UP)])
        await come_back(night)
        (got,) = gathered(night, shift)
        assert "6 tin về 6 sự cố" in got.text
        assert "SC-0512-004" not in got.text


async def test_after_a_start_nothing_is_gathered_of_what_nobody_has_looked_at_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", many()) as night:
        await lost_unheard(night)
        night.die()
        night.answers_asks = False
        await night.passes_away(70)
        await night.desk.take_edges([night.edge(tram(0), Health.DOWN, first=True)])
        claimed = await night.desk.claim("telegram", 50)
        assert claimed
        assert not any(one.message.also for one in claimed)


async def test_a_daemon_that_died_with_a_message_tells_by_the_next_channel_at_its_next_claim(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_sms()) as night:
        shift = night.on("shift")
        await night.desk.take_edges([night.edge(silent("cr-1"), Health.DOWN)])
        assert await night.desk.claim("telegram", 50)
        night.die()
        await night.passes_away(70)
        await night.desk.take_edges([night.edge(silent("cr-1"), Health.DOWN, first=True)])
        assert await night.desk.claim("telegram", 50)
        assert night.count(t.outbox, channel="sms", person=shift) == 1
