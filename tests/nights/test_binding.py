"""Pages of a duty log: a telephone is bound to a person by a code, looked at, changed, and taken away."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.desk.binding import BindingRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.support.night import Night, example, silent

NEW, STRANGER = 777_001, 666_001
LOST = silent("olt-go-may")
WRONG = "Mã không đúng hoặc đã hết hạn. Xin mã mới tại bàn trực."


def unbound() -> tuple[Settings, str, str]:
    """Return the example in which whoever is on the shift has no account yet, with his id and an administrator's."""
    settings = example()
    person = next(entry.slot.people[0] for entry in settings.roster if entry.duty == "shift")  # type: ignore[union-attr]
    people = {**settings.people, person: replace(settings.people[person], telegram=None)}
    return replace(settings, people=people), person, settings.administrators[0]


async def test_a_code_binds_the_account_that_sent_it_once_the_desk_has_looked(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        code = await night.desk.begin_binding(person, admin)
        assert len(code) == 26
        answer = await night.types(str(NEW), f"/start {code.lower()}")
        assert answer.text == "Đã nhận mã. Chờ bàn trực xác nhận tài khoản này."
        assert (await night.desk.claim_of(person)).account == NEW
        assert (await night.types(str(NEW), "TT")).text == ""  # nothing before it is confirmed
        await night.desk.confirm_binding(person, NEW, admin)
        await night.deliver()
        (told,) = [got for got in night.got if got.channel == "telegram"]
        name = settings.people[person].name
        assert (
            told.text
            == f"✅ Tài khoản này nhận tin và thao tác với tên {name} – {settings.name}. Gõ HELP để xem các lệnh."
        )
        assert (await night.types(str(NEW), "TT")).text.startswith("🟢 TÌNH TRẠNG")
        rows = [row.kind for row in night.rows() if row.kind.startswith("binding.")]
        assert rows == [FactKind.BINDING_BEGUN, FactKind.BINDING_SENT, FactKind.BINDING_MADE]
        # Neither the code nor the account stands in what is hashed in the open.
        shown = " ".join(str(dict(row.refs)) for row in night.rows())
        assert code not in shown
        assert str(NEW) not in shown


async def test_it_outlives_a_restart_and_another_reading_of_the_settings(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        night.die()
        await night.passes_away(5)
        await night.desk.reload(night.context_of(replace(settings, hash="other")))
        assert night.query(t.person.c.telegram, id=person) == [(NEW,)]


async def test_a_person_who_leaves_is_unbound(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        people = {name: one for name, one in settings.people.items() if name != person}
        await night.desk.reload(night.context_of(replace(settings, people=people, hash="other")))
        assert night.query(t.person.c.telegram, id=person) == [(None,)]
        assert night.count(t.bound) == 0
        assert (await night.types(str(NEW), "TT")).text == ""


async def test_another_telephone_takes_over_and_the_old_one_is_told(tmp_path: Path) -> None:
    settings = example()
    admin = settings.administrators[0]
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        person = night.everybody_on("shift")[0]
        old = settings.people[person].telegram
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        claims = {claim.message.to: claim.message.text for claim in await night.desk.claim("telegram", 9)}
        assert claims[str(old)].startswith("⛔ Tài khoản này không còn nhận tin")
        assert claims[str(NEW)].startswith("✅ Tài khoản này nhận tin")


async def test_the_old_account_presses_nothing_any_more(tmp_path: Path) -> None:
    settings = example()
    admin = settings.administrators[0]
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=1)
        person = night.on("shift")
        asked = next(got for got in night.got if got.person == person and got.buttons)
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        assert not (await night.presses(str(settings.people[person].telegram), asked.buttons[0])).accepted
        assert (await night.presses(str(NEW), asked.buttons[0])).accepted


async def test_a_code_is_no_code_after_ten_minutes_and_works_for_one_account(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        code = await night.desk.begin_binding(person, admin)
        assert (await night.types(str(NEW), f"/start {code}")).accepted
        assert (await night.types(str(STRANGER), f"/start {code}")).text == WRONG
        assert (await night.desk.claim_of(person)).account == NEW
        await night.passes(minutes=11)
        assert (await night.types(str(NEW), f"/start {code}")).text == WRONG
        with pytest.raises(BindingRefused, match="give one out"):
            await night.desk.confirm_binding(person, NEW, admin)


async def test_five_wrong_codes_and_nobody_listens_for_a_while(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        code = await night.desk.begin_binding(person, admin)
        for n in range(5):
            assert (await night.types(str(STRANGER), f"/start DOAN{n}")).text == WRONG
        assert (await night.types(str(STRANGER), f"/start {code}")).text == ""
        assert [row.refs["tries"] for row in night.rows(FactKind.BINDING_REFUSED)] == [1, 5]
        assert (await night.types(str(NEW), f"/start {code}")).accepted  # nobody else is kept out
        await night.passes(minutes=11)
        assert (await night.types(str(STRANGER), "/start x")).text == WRONG


async def test_strangers_write_nothing_while_nobody_was_given_a_code(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        rows = len(night.rows())
        for n in range(50):
            assert (await night.types(str(STRANGER + n), "/start ABCDEFGHIJKLMNOPQRSTUVWXYZ")).text == WRONG
        assert (len(night.rows()), night.count(t.binding_try), night.count(t.tg_update)) == (rows, 0, 0)


async def test_the_owner_of_a_roster_makes_nobody_an_administrator_or_a_leader_nor_himself_another(
    tmp_path: Path,
) -> None:
    settings = example()
    owner, admin = settings.units["vt-song-mau"].roster_owner, settings.administrators[0]
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        for whom in (admin, night.on("leader"), owner):
            if whom != owner or owner not in settings.administrators:
                with pytest.raises(BindingRefused, match="may not bind"):
                    await night.desk.begin_binding(whom, owner)
        whom = night.everybody_on("shift")[0]
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(whom, owner)}")
        await night.desk.confirm_binding(whom, NEW, owner)
        await night.deliver()
        (note,) = [got for got in night.got if got.person == admin and "🔑" in got.text]
        assert settings.people[whom].name in note.text


async def test_one_account_is_never_two_peoples_whatever_is_ended_in_which_order(tmp_path: Path) -> None:
    settings = example()
    admin = settings.administrators[0]
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        one, other = [name for name in settings.people if settings.people[name].telegram and name != admin][:2]
        number = settings.people[one].telegram or 0
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(one, admin)}")
        await night.desk.confirm_binding(one, NEW, admin)
        code = await night.desk.begin_binding(other, admin)
        await night.types(str(number), f"/start {code}")
        await night.desk.confirm_binding(other, number, admin)  # the telephone changed hands
        await night.desk.end_binding(one, admin)
        assert night.query(t.person.c.telegram, id=one) == [(None,)]
        assert night.query(t.person.c.telegram, id=other) == [(number,)]


async def test_a_second_binding_of_the_same_account_is_told_as_well(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        for _ in range(2):
            await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
            await night.desk.confirm_binding(person, NEW, admin)
            await night.deliver()
            await night.desk.end_binding(person, admin)
            await night.deliver()
            await night.passes(minutes=1)
        assert night.count(t.outbox, event="bound") == 2


async def test_an_answer_that_names_another_address_moves_no_bound_account(tmp_path: Path) -> None:
    settings = example()
    admin = settings.administrators[0]
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        person = night.everybody_on("shift")[0]
        night.answer = lambda claimed: Outcome(Delivery.NOT_SENT, DeliveryCause.MIGRATED, address="-100999")
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        await night.deliver()
        assert night.query(t.person.c.telegram, id=person) == [(NEW,)]


async def test_an_account_that_two_people_have_speaks_for_neither(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", example()) as night:
        shift, leader = night.on("shift"), night.on("leader")
        number = night.settings.people[leader].telegram
        moved = [Outcome(Delivery.NOT_SENT, DeliveryCause.MIGRATED, address=str(number))]
        night.answer = lambda claimed: moved.pop() if moved else Outcome(Delivery.ACCEPTED)
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=1)
        assert night.query(t.person.c.telegram, id=shift) == night.query(t.person.c.telegram, id=leader)
        asked = next(got for got in night.got if got.channel == "telegram" and got.buttons)
        assert not (await night.presses(leader, asked.button("take"))).accepted
        assert not night.rows(FactKind.INCIDENT_ACKNOWLEDGED)
        assert {row.refs["why"] for row in night.rows(FactKind.PRESS_REFUSED)} == {"stranger"}


async def test_nothing_is_bound_in_a_group_nor_by_who_may_not(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        code = await night.desk.begin_binding(person, admin)
        assert (await night.types(str(NEW), f"/start {code}", chat=-100500)).text == ""
        assert (await night.desk.claim_of(person)).account is None
        other = night.on("shift", "bd-song-mau")
        for by in (other, "nobody"):
            with pytest.raises(BindingRefused, match="may not bind"):
                await night.desk.begin_binding(person, by)
        with pytest.raises(BindingRefused, match="nobody has the id"):
            await night.desk.begin_binding("khong-co", admin)


async def test_one_account_is_one_person(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    other = next(one for one in settings.people.values() if one.telegram is not None and one.id != person)
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        code = await night.desk.begin_binding(person, admin)
        await night.types(other.id, f"/start {code}")
        with pytest.raises(BindingRefused, match=f"that account is {other.id}'s"):
            await night.desk.confirm_binding(person, other.telegram or 0, admin)


async def test_an_ended_binding_hears_nothing_and_is_told_so(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        await night.deliver()
        await night.desk.end_binding(person, admin)
        (last,) = await night.desk.claim("telegram", 9)
        assert (last.message.to, last.message.text[:20]) == (str(NEW), "⛔ Tài khoản này khôn")
        assert (await night.types(str(NEW), "TT")).text == ""
        with pytest.raises(BindingRefused, match="not bound"):
            await night.desk.end_binding(person, admin)


async def test_a_bound_account_is_nobody_elses_whatever_the_settings_say(tmp_path: Path) -> None:
    settings, person, admin = unbound()
    other = next(one.id for one in settings.people.values() if one.telegram is not None and one.id != person)
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, admin)}")
        await night.desk.confirm_binding(person, NEW, admin)
        people = {**settings.people, other: replace(settings.people[other], telegram=NEW)}
        await night.desk.reload(night.context_of(replace(settings, people=people, hash="other")))
        assert night.query(t.person.c.telegram, id=person) == [(NEW,)]
        assert night.query(t.person.c.telegram, id=other) == [(None,)]
