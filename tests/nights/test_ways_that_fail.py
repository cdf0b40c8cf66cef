"""Pages of a duty log: ways to a person that fail without an error, or come and go, and who acts by which right."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.policy import PolicyStep, Whom
from tests.nights.test_second_channel import LOST, got_by, trouble, with_sms, without
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, UNCERTAIN, Night, example, silent

AWAY = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)


async def test_a_section_added_by_a_reload_has_no_lane(tmp_path: Path) -> None:
    with_it = with_sms(order=("sms", "telegram", "log"))
    before = replace(with_it, people=example().people, channels={})
    async with Night(tmp_path, "2026-12-05 03:07", before) as night:
        night.lanes = ("telegram", "log")  # a section counts from the next start
        await night.desk.reload(night.context_of(with_it))
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=40)
        assert night.got


@pytest.mark.slow
async def test_a_section_removed_before_a_restart(tmp_path: Path) -> None:
    s = with_sms(order=("sms", "telegram", "log"))
    async with Night(tmp_path, "2026-12-05 03:07", s) as night:
        night.answer = without("sms")
        shift = await trouble(night)
        people = {n: replace(p, addresses={"mail": p.addresses["mail"]}) for n, p in s.people.items()}
        night.settings = replace(s, people=people, channels={"mail": s.channels["mail"]})
        night.die()
        await night.passes_away(10)
        await night.passes(minutes=4)
        assert got_by(night, "telegram", shift)


async def test_a_lane_that_cannot_start(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.lanes = ("sms", "mail", "log")
        shift = await trouble(night)
        await night.passes(minutes=4)
        assert got_by(night, "sms", shift)


async def test_429_for_an_hour(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        wait = Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, retry_in=timedelta(hours=1))
        night.answer = without("telegram", wait)
        shift = await trouble(night)
        await night.passes(minutes=4)
        assert got_by(night, "sms", shift)  # G2: > 60 s -> second channel


@pytest.mark.slow
async def test_a_probe_hides_a_dead_modem(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms(order=("sms", "telegram", "log"))) as night:
        night.answer = without("sms", UNCERTAIN)
        await night.sees(LOST, Health.DOWN)
        for _ in range(60):
            await night.passes(60)
            await night.desk.probed("sms", ACCEPTED)
        assert night.rows(FactKind.CHANNEL_FAILS)


@pytest.mark.slow
async def test_alarms_while_a_channel_flaps(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        await night.sees(LOST, Health.DOWN)
        for _ in range(12):
            await night.passes(300)
            await night.desk.probed("telegram", ACCEPTED)  # getMe works, sendMessage does not
            await night.deliver()
        told = [x for x in got_by(night, "sms", night.settings.administrators[0]) if x.startswith("KENH")]
        assert len(told) <= 4, len(told)


async def test_one_bad_number_is_no_broken_channel(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms(order=("sms", "telegram"))) as night:
        bad = night.settings.people[night.on("shift")].address("sms")
        fails = Outcome(Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR, "the modem could not send it")
        night.answer = lambda claimed: fails if claimed.message.to == bad else ACCEPTED
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=3)
        assert night.rows(FactKind.CHANNEL_FAILS) == []


@pytest.mark.slow
async def test_a_pile_of_returns(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = lambda claimed: Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED)
        for _ in range(10):
            for outcome in (AWAY, AWAY, AWAY, ACCEPTED):
                await night.desk.probed("telegram", outcome)
                await night.passes(31)
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=3)
        told = [g for g in night.got if g.person == night.settings.administrators[0]]
        assert len(told) <= 8, len(told)  # 10 returns by four channels


@pytest.mark.slow
async def test_duyet_approves_what_its_writer_was_shown(tmp_path: Path) -> None:
    order = ("telegram", "sms")
    s = with_sms(order=order)
    one = next(o for o in s.organisations.values() if o.contacts)
    whom = ((Whom.DUTY, "shift"), (Whom.DUTY, "leader"), (Whom.ORGANISATION, one.id), (Whom.ORGANISATION, "b-org"))
    steps = tuple(PolicyStep(timedelta(minutes=m), *w, order) for m, w in zip((0, 5, 15, 20), whom, strict=True))
    rules = tuple(replace(r, policy=replace(r.policy, steps=steps)) for r in s.policies)
    both = {**s.organisations, "b-org": replace(one, id="b-org", name="Cơ quan B")}
    async with Night(tmp_path, "2026-12-05 09:00", replace(s, organisations=both, policies=rules)) as night:
        night.answer = without("telegram")
        await night.sees(silent("bc-go-may"), Health.DOWN)
        await night.passes(minutes=16)
        leader = night.on("leader", "bd-song-mau")
        assert "So Khoa hoc" in got_by(night, "sms", leader)[-1]
        night.answer = lambda claimed: NOT_SENT  # the second request reaches him by nothing
        await night.passes(minutes=6)
        await night.writes(leader, "DUYET 001")
        approved = [row.refs["organisation"] for row in night.rows() if row.kind == "approval.given"]
        approved = approved or [
            r.refs["organisation"] for r in night.rows() if "approv" in r.kind and r.actor == leader
        ]
        assert approved in ([one.id], []), approved  # it was b-org


async def test_an_old_letter_gives_no_right(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 13:50") as night:
        shift = await trouble(night)
        letter = next(g for g in night.got if g.person == shift and g.channel == "telegram")
        await night.passes(minutes=12)
        assert night.on("shift") != shift
        await night.presses(shift, letter.button("take"))  # within the quarter of an hour after his shift
        edit = [g for g in night.got if g.person == shift and g.edits][-1]
        await night.passes(minutes=130)
        other = night.on("shift")
        await night.types(other, "XN 001")
        await night.passes(minutes=60)
        await night.presses(shift, edit.button("escalate"))  # three hours off duty, it is another's
        incident = night.incidents()[0]
        assert (incident.phase, incident.acknowledged_by) == (Phase.ACKNOWLEDGED, other)


async def test_who_loses_it_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        await night.passes(minutes=6)
        await night.types(shift, "XN 001")
        before = len(night.got)
        await night.types(night.on("operations"), "CC 001")
        await night.passes(minutes=2)
        assert [g for g in night.got[before:] if g.person == shift]


async def test_approval_by_a_letter_alone(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 09:00", with_sms(order=("mail", "sms", "telegram"))) as night:
        await night.sees(silent("bc-go-may"), Health.DOWN)
        await night.passes(minutes=31)
        leader = night.on("leader", "bd-song-mau")
        asked = {g.channel for g in night.got if g.person == leader and "XIN" in g.text}
        assert asked != {"mail"}, asked


async def test_call_out_by_a_letter_alone(tmp_path: Path) -> None:
    s = with_sms(order=("mail", "sms", "telegram"))
    orgs = {o.id: replace(o, contacts=(), phone="0900 000 180") for o in s.organisations.values()}
    async with Night(tmp_path, "2026-12-05 09:00", replace(s, organisations=orgs)) as night:
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=31)
        asked = {g.channel for g in night.got if "GỌI" in g.text or "CAN GOI" in g.text}
        assert asked != {"mail"}, asked


async def test_what_comes_after_the_first_message(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        await night.passes(20)
        await night.sees(LOST, Health.UP)
        await night.passes(minutes=1)
        night.answer = without("telegram")
        for _ in range(4):
            await night.desk.probed("telegram", AWAY)
            await night.passes(30)
        await night.sees(LOST, Health.DOWN)  # TÁI DIỄN, asks the shift again
        await night.passes(minutes=4)
        assert [x for x in got_by(night, "sms", shift) if "TAI DIEN" in x]


@pytest.mark.slow
async def test_it_grows_worse(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        await night.sees(LOST, Health.DEGRADED)
        shift = night.on("shift")
        await night.types(shift, "XN 001")
        night.answer = without("telegram")
        for _ in range(4):
            await night.desk.probed("telegram", AWAY)
            await night.passes(30)
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=30)
        assert got_by(night, "sms", shift)


async def test_a_stand_in_by_his_own_channel(tmp_path: Path) -> None:
    s = with_sms(order=("sms", "telegram"))
    on_telegram = {"an.nguyen"}
    people = {
        n: replace(p, addresses={}) if n in on_telegram else replace(p, telegram=None) for n, p in s.people.items()
    }
    async with Night(tmp_path, "2026-12-05 03:07", replace(s, people=people)) as night:
        night.answer = without("sms", BLOCKED)
        shift = await trouble(night)
        assert people[shift].stand_ins == ("an.nguyen",)
        await night.passes(1)
        assert got_by(night, "telegram", "an.nguyen")


async def test_a_stand_ins_copy_asks_only_his_own_channels(tmp_path: Path) -> None:
    s = with_sms()
    people = {n: replace(p, addresses={}) if n == "an.nguyen" else p for n, p in s.people.items()}
    async with Night(tmp_path, "2026-12-05 03:07", replace(s, people=people)) as night:
        mine = str(s.people[night.on("shift")].telegram)

        def answer(claimed):  # type: ignore[no-untyped-def]
            to = claimed.message.to
            return BLOCKED if to == mine else NOT_SENT if to.isdigit() else ACCEPTED

        night.answer = answer
        await trouble(night)
        await night.passes(minutes=2)
        dead = [(r.refs["person"], r.refs["channel"], r.refs["cause"]) for r in night.rows(FactKind.NOTICE_DEAD)]
        assert len(dead) == 1, dead  # and binh.tran, the stand-in's stand-in, was told twice


async def test_a_test_is_not_told_hours_later(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        shift = night.on("shift")
        await night.desk.test(shift, "telegram", night.settings.administrators[0])
        await night.passes(minutes=120)
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=2)
        assert got_by(night, "telegram", shift) == []
