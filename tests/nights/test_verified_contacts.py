"""Pages of a duty log: an address is proved by a code, and who may not be reached is known a day before his shift."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.account.contacts import contacts
from monitord.desk.alarms import Standing
from monitord.desk.audit import Finding, audit
from monitord.desk.rostering import RosterRefused
from monitord.domain.finding import FindingKind
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_second_channel import with_sms
from tests.support.night import ACCEPTED, Got, Night

ADMINISTRATOR, OWNER = "minh.do", "giang.vo"
GONE = Outcome(Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT)


async def code(night: Night, whom: str, channel: str = "sms", by: str = ADMINISTRATOR) -> str:
    """Let a code be sent, and return what the telephone shows."""
    await night.desk.roster("contact_verify", by, {"whom": whom, "channel": channel})
    await night.deliver()
    text = [got for got in night.got if (got.person, got.channel) == (whom, channel)][-1].text
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None, text
    return found[0]


async def read_out(night: Night, whom: str, digits: str, by: str = ADMINISTRATOR) -> bool:
    given = {"whom": whom, "channel": "sms", "code": digits}
    return bool((await night.desk.roster("contact_verified", by, given))["right"])


def answered(night: Night, person: str, channel: str) -> bool:
    with night.engine.connect() as connection:
        every = contacts(connection, night.settings)
    return any(one.answered for one in every if (one.person, one.channel) == (person, channel))


def other(digits: str) -> str:
    return f"{(int(digits) + 1) % 10**6:06}"


@pytest.mark.parametrize("channel", ["sms", "mail"])
async def test_who_answers_the_code_from_that_address_has_proved_it(tmp_path: Path, channel: str) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", with_sms()) as night:
        digits = await code(night, "chi.le", channel)
        assert (await night.writes("an.nguyen", digits, channel=channel)).text == ""  # not his address
        assert not answered(night, "chi.le", channel)
        answer = await night.writes("chi.le", f" {digits[:3]} {digits[3:]}", channel=channel)
        assert (answer.text, answer.accepted) == ("Cảm ơn. Đã xác nhận địa chỉ nhận tin này.", True)
        assert answered(night, "chi.le", channel)
        (row,) = night.rows(FactKind.CONTACT_VERIFIED)
        assert (row.actor, row.refs) == (None, {"person": "chi.le", "channel": channel})
        assert (await night.writes("chi.le", digits, channel=channel)).text == ""  # it works once
        assert digits not in str([row.refs for row in night.rows()])


async def test_the_code_may_be_read_to_the_desk(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", with_sms()) as night:
        digits = await code(night, "chi.le")
        assert not await read_out(night, "chi.le", other(digits))
        assert not answered(night, "chi.le", "sms")
        assert await read_out(night, "chi.le", digits, OWNER)
        assert answered(night, "chi.le", "sms")
        assert night.rows(FactKind.CONTACT_VERIFIED)[0].actor == OWNER


async def test_a_code_holds_ten_minutes_and_five_tries_and_the_newest_counts(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", with_sms()) as night:
        first = await code(night, "chi.le")
        await night.passes(minutes=10)
        assert not await read_out(night, "chi.le", first)
        assert (await night.writes("chi.le", first)).text == ""
        second = await code(night, "chi.le")
        await night.passes(1)
        third = await code(night, "chi.le")
        assert second != third
        assert not await read_out(night, "chi.le", second)
        for _ in range(4):
            assert (await night.writes("chi.le", other(third))).text.startswith("Mã không đúng")
        assert not await read_out(night, "chi.le", third)
        assert not answered(night, "chi.le", "sms")
        assert night.count(t.contact) == 0


async def test_an_address_that_changed_meanwhile_is_not_proved(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", with_sms()) as night:
        digits = await code(night, "chi.le")
        chi = night.settings.people["chi.le"]
        moved = replace(chi, addresses={**chi.addresses, "sms": "+84987000111"})
        settings = replace(night.settings, people={**night.settings.people, "chi.le": moved})
        await night.desk.reload(night.context_of(settings))
        assert not await read_out(night, "chi.le", digits)
        assert night.count(t.contact) == 0


async def test_who_may_not_and_what_cannot_be_proved_is_refused(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", with_sms()) as night:
        for by, channel in (
            ("an.nguyen", "sms"),
            ("vinh.chu", "sms"),
            (OWNER, "telegram"),
            (OWNER, "log"),
            (OWNER, "x"),
        ):
            with pytest.raises(RosterRefused):
                await night.desk.roster("contact_verify", by, {"whom": "chi.le", "channel": channel})
        digits = await code(night, "chi.le", by="chi.le")
        with pytest.raises(RosterRefused):  # from his own screen he could read what another telephone got
            await read_out(night, "chi.le", digits, "chi.le")


def checking() -> Settings:
    return replace(with_sms(), check_contacts=True)


def doubted(night: Night) -> list[str]:
    clock = night.clock
    with night.engine.connect() as connection:
        found = audit(connection, night.settings, clock.now(), clock.boot(), clock.boot_id, frozenset(), 1)
    ours = [one for one in found if one.kind is FindingKind.CONTACT_DOUBTFUL]
    return [name.partition("@")[0] for one in ours for name in one.names]


async def test_who_is_on_duty_within_a_day_without_a_proved_contact_is_found(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", checking()) as night:
        here = [name for name in doubted(night) if name.startswith("vt-song-mau/shift/")]
        assert here == [f"vt-song-mau/shift/{name}" for name in ("chi.le", "binh.tran", "an.nguyen", "dung.pham")]
        assert "vt-song-mau/leader/lan.hoang" in doubted(night)  # from seven tomorrow on
        await night.types("chi.le", "TT")
        digits = await code(night, "an.nguyen")
        await night.writes("an.nguyen", digits)
        here = [name for name in doubted(night) if name.startswith("vt-song-mau/shift/")]
        assert here == [f"vt-song-mau/shift/{name}" for name in ("binh.tran", "dung.pham")]


async def test_another_address_must_be_proved_anew(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", checking()) as night:
        digits = await code(night, "chi.le")
        await night.writes("chi.le", digits)
        assert "vt-song-mau/shift/chi.le" not in doubted(night)
        chi = night.settings.people["chi.le"]
        moved = replace(chi, addresses={**chi.addresses, "sms": "+84987000111"})
        night.settings = replace(night.settings, people={**night.settings.people, "chi.le": moved})
        await night.desk.reload(night.context_of(night.settings))
        assert "vt-song-mau/shift/chi.le" in doubted(night)


async def test_a_proved_contact_that_fails_is_found_until_a_message_gets_through(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", checking()) as night:
        await night.types("chi.le", "TT")
        assert "vt-song-mau/shift/chi.le" not in doubted(night)
        night.answer = lambda claimed: GONE if claimed.message.to == "1003" else ACCEPTED
        await night.desk.test("chi.le", "telegram", ADMINISTRATOR)
        await night.deliver()
        assert "vt-song-mau/shift/chi.le" in doubted(night)
        await night.writes("chi.le", "TT")  # another way of his is proved, and works
        assert "vt-song-mau/shift/chi.le" not in doubted(night)
        with night.engine.begin() as connection:
            connection.execute(t.contact.delete().where(t.contact.c.channel == "sms"))
        assert "vt-song-mau/shift/chi.le" in doubted(night)
        night.answer = lambda claimed: ACCEPTED
        await night.passes(1)
        await night.desk.test("chi.le", "telegram", ADMINISTRATOR)
        await night.deliver()
        assert "vt-song-mau/shift/chi.le" not in doubted(night)


def standing(night: Night, *people: str) -> list[Standing]:
    names = tuple(f"{one}@2026-12-05T23:00:00.000000Z" for one in people)
    return [Standing(Finding(FindingKind.CONTACT_DOUBTFUL, "x", len(names), names), night.clock.now())]


def alarms(night: Night, person: str) -> list[Got]:
    return [got for got in night.got if got.person == person and got.text.startswith("⚠️ CẦN CHÚ Ý: người trực")]


async def test_the_owner_of_the_roster_is_told_once_of_each_and_of_his_own_people_alone(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", checking()) as night:
        first = ("vt-song-mau/shift/dung.pham", "bd-song-mau/shift/thao.mai")
        for _ in range(3):
            await night.desk.alarm(standing(night, *first), frozenset())
            await night.deliver()
        (ours,), (theirs,), (all_of,) = (alarms(night, one) for one in (OWNER, "uyen.lam", ADMINISTRATOR))
        assert "• Gồm: Phạm Tiến Dũng (trực ca – Viễn thông Sông Mẫu) từ 06:00 06/12/2026\n" in ours.text
        assert "monitord channel verify NGƯỜI KÊNH" in ours.text
        assert "Mai Phương Thảo" in theirs.text
        assert "Dũng" not in theirs.text
        assert ("Dũng" in all_of.text, "Thảo" in all_of.text) == (True, True)
        night.die()
        await night.passes_away(60)
        await night.desk.alarm(standing(night, *first, "vt-song-mau/shift/an.nguyen"), frozenset())
        await night.deliver()
        assert len(alarms(night, "uyen.lam")) == 1
        (_, second) = alarms(night, OWNER)
        assert ("An" in second.text, "Dũng" in second.text) == (True, False)
        await night.desk.alarm([], frozenset({FindingKind.CONTACT_DOUBTFUL}))
        await night.desk.alarm(standing(night, *first), frozenset())
        await night.deliver()
        assert len(alarms(night, OWNER)) == 3
