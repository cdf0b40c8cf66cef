"""Pages of a duty log: ways to people that stay dead, and who must hear of it all the same."""

from pathlib import Path

from monitord.desk.overdue import SOME
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import NoticeState
from monitord.store import tables as t
from monitord.texts.squeeze import plain
from tests.nights.test_channels_watched import AWAY, probes
from tests.nights.test_digests import many, tram
from tests.nights.test_second_channel import got_by, trouble, with_sms, without
from tests.support.night import ACCEPTED, BLOCKED, Night, silent


async def test_a_channel_that_dies_again_soon_after_its_return_is_told_when_it_stays_dead(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        administrator = night.settings.administrators[0]
        await probes(night, AWAY, AWAY, AWAY, ACCEPTED)
        assert got_by(night, "sms", administrator)[-1].startswith("KENH Telegram HOAT DONG LAI.")
        await probes(night, *[AWAY] * 120)
        texts = got_by(night, "sms", administrator)
        assert [text.split(".")[0] for text in texts] == [
            "KENH Telegram KHONG GUI DUOC TIN",
            "KENH Telegram HOAT DONG LAI",
            "KENH Telegram KHONG GUI DUOC TIN",
        ]
        # It is one failure, however late it is told.
        assert len(night.rows(FactKind.CHANNEL_FAILS)) == 2
        await probes(night, ACCEPTED)
        assert got_by(night, "sms", administrator)[-1].startswith("KENH Telegram HOAT DONG LAI.")


async def test_an_administrator_who_cannot_be_reached_there_either_hears_of_a_dead_account_elsewhere(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram", BLOCKED)  # as after the bot was made anew: everybody has to begin it again
        shift = await trouble(night)
        await night.passes(minutes=2)
        administrator = night.settings.administrators[0]
        assert administrator != shift
        texts = got_by(night, "sms", administrator)
        name = plain(night.settings.people[shift].name)
        assert len([text for text in texts if f"KHONG BAO DUOC CHO {name} qua Telegram" in text]) == 1, texts
        # No word about the word: of his own account he has been told by nothing else.
        assert not [text for text in texts if plain(night.settings.people[administrator].name) in text]


async def test_a_stand_in_is_told_once_however_many_ways_to_the_other_are_dead(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        person = night.settings.people[night.on("shift")]
        stand_in = person.stand_ins[0]
        dead = {person.address(channel) for channel in ("telegram", "sms", "mail")}
        night.answer = lambda claimed: BLOCKED if claimed.message.to in dead else ACCEPTED
        await trouble(night)
        await night.passes(10)
        told = [(got.channel, got.text) for got in night.got if got.person == stand_in]
        assert [channel for channel, text in told if "MỚI" in text or "MAT LIEN LAC" in text] == ["telegram"], told


async def test_what_is_long_over_in_a_lane_that_is_held_up_hides_nothing_that_is_new(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.lanes = ("sms", "mail", "log")
        night.whole = False
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        await night.passes(20)
        await night.sees(silent("olt-cu-lao"), Health.UP)
        with night.engine.begin() as connection:  # as after a week in which a device came and went
            (old,) = connection.execute(t.outbox.select().where(t.outbox.c.event == "step")).mappings().all()
            many = [{**old, "id": None, "key": f"{old['key']}:{number}"} for number in range(SOME + 1)]
            connection.execute(t.outbox.insert(), [{k: v for k, v in one.items() if k != "id"} for one in many])
        shift = await trouble(night)
        before = len(got_by(night, "sms", shift))
        for _ in range(30):
            await night.passes(5)
        assert [text for text in got_by(night, "sms", shift)[before:] if "Go May" in text]
        assert night.count(t.outbox, state=NoticeState.PENDING, event="step") > SOME


async def test_what_waits_for_a_look_after_a_start_hides_nothing_that_is_new(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:00", many(231)) as night:
        night.lanes = ()
        for number in range(230):
            await night.sees(tram(number), Health.DOWN)
        night.die()
        night.lanes = None
        night.answers_asks = False
        await night.passes_away(120)
        assert len(night.desk.unlooked()) > 200
        await night.sees(tram(230), Health.DOWN)
        assert [(got.at, "SC-0512-231" in got.text) for got in night.got if got.channel == "telegram"] == [
            ("03:02:00", True)
        ]


async def test_an_old_message_of_what_was_looked_at_is_not_hidden_by_what_waits_for_a_look(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:00", many(231)) as night:
        night.lanes = ()
        for number in range(231):
            await night.sees(tram(number), Health.DOWN)
        night.die()
        night.lanes = None
        night.answers_asks = False
        await night.passes_away(120)
        await night.sees(tram(230), Health.DOWN, first=True)  # it is down still
        await night.passes(5)
        assert [g.at for g in night.got if g.channel == "telegram" and "SC-0512-231" in g.text] == ["03:02:00"]
