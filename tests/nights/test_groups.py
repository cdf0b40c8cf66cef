"""Pages of a duty log: the group of the shift reads along, beside those on duty and never in their place."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.account.board import read_board
from monitord.account.courses import course_of
from monitord.domain.digest import GATHERED
from monitord.domain.group import Group
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.marks import Sign
from monitord.domain.masking import without_numbers
from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Outcome, Priority
from monitord.domain.policy import PolicyStep, Whom
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts import pick
from tests.nights.test_digests import many, tram
from tests.nights.test_pictures import cut_ring
from tests.nights.test_storm import alarms, fall
from tests.support.night import ACCEPTED, BLOCKED, Got, Night, example, silent
from tests.support.typhoon import province

ROUTER = silent("olt-go-may")
UNIT = "vt-song-mau"
CHAT = "-1001234567"
TOPIC = f"{CHAT}:7"


def with_group(
    settings: Settings | None = None, *, unit: str = UNIT, severity: int = 4, topic: int | None = 7
) -> Settings:
    group = Group("ca-truc", "Nhóm ca trực Sông Mẫu", unit, int(CHAT), topic, severity)
    return replace(settings or example(), groups=(group,))


def in_group(night: Night, address: str = TOPIC) -> list[Got]:
    return [got for got in night.got if got.person == address]


def without_group(claimed: Claimed) -> Outcome:
    return BLOCKED if claimed.message.to.startswith("-") else ACCEPTED


AWAY = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)


def away(claimed: Claimed) -> Outcome:
    return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT) if claimed.message.to.startswith("-") else ACCEPTED


def names_and_numbers(night: Night) -> set[str]:
    """Return what no text to a group may hold: names of people, and their telephone numbers in every shape."""
    people = night.settings.people.values()
    phones = {p.phone for p in people if p.phone} | {p.phone.replace(" ", "") for p in people if p.phone}
    return {p.name for p in people} | phones


async def test_the_group_reads_what_fails_who_has_it_by_role_and_that_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        (first,) = in_group(night)
        assert first.text.splitlines()[0].startswith("🔴 SỰ CỐ MỚI · Mức 2")
        assert "⏱ Đến 08:05 chưa có người tiếp nhận sẽ báo trực điều hành" in first.text
        assert first.actions() == ["take"]
        await night.passes(minutes=2)
        shift = night.on("shift")
        answer = await night.presses(shift, first.button("take"))
        assert answer.accepted
        assert [i.phase for i in night.incidents()] == [Phase.ACKNOWLEDGED]
        taken, edit = in_group(night)[1:]
        assert edit.edits == first.ref
        assert "• Trực ca tiếp nhận lúc 08:02" in edit.text
        assert taken.text.splitlines()[1].startswith("Trực ca đã tiếp nhận lúc 08:02, sau 2 phút")
        assert (edit.actions(), taken.actions()) == ([], [])
        await night.passes(minutes=5)
        await night.sees(ROUTER, Health.UP)
        over, last = in_group(night)[-2:]
        assert over.text.startswith("🟢 ĐÃ KHÔI PHỤC")
        assert "• Trực ca tiếp nhận lúc 08:02" in over.text
        said = "\n".join(got.text for got in in_group(night))
        assert [word for word in names_and_numbers(night) if word in said] == []
        assert last.edits == first.ref


async def test_who_is_not_on_duty_takes_nothing_in_the_group(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        (first,) = in_group(night)
        on = {p for duty in night.settings.duty_kinds for p in night.everybody_on(duty)}
        off = next(person for person in night.settings.people if person not in on)
        for person in (off, "777000"):
            answer = await night.presses(person, first.button("take"))
            assert not answer.accepted
        assert [i.phase for i in night.incidents()] == [Phase.OPEN]


async def test_nobody_is_told_by_a_group_alone(tmp_path: Path) -> None:
    """The ladder goes on as if there were no group."""
    steps: list[list[tuple[str, str]]] = []
    for settings in (example(), with_group()):
        folder = tmp_path / str(len(steps))
        folder.mkdir()
        async with Night(folder, "2026-12-05 08:00", settings) as night:
            await night.sees(ROUTER, Health.DOWN)
            await night.passes(minutes=50)
            steps.append([(g.at, g.person) for g in night.got if not g.person.startswith("-")])
            fired = [row.refs["people"] for row in night.rows(FactKind.STEP_FIRED)]
            assert not any(who.startswith("group:") for people in fired for who in people)
            assert len(in_group(night)) == (0 if settings is not night.settings or not settings.groups else 1)
    assert steps[0] == steps[1]


async def test_a_round_that_begins_anew_is_told_anew(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        await night.presses(night.on("shift"), in_group(night)[0].button("take"))
        await night.passes(hours=2, minutes=1)
        *_, again = in_group(night)
        assert again.actions() == ["take"]
        assert "• Lần trước: trực ca tiếp nhận lúc 08:00; quá hạn, chưa khôi phục" in again.text


async def test_the_group_hears_even_where_nobody_is_on_duty(tmp_path: Path) -> None:
    settings = replace(with_group(), roster=())
    async with Night(tmp_path, "2026-12-05 08:00", settings) as night:
        await night.sees(ROUTER, Health.DOWN)
        assert len(in_group(night)) == 1


async def test_a_group_of_another_unit_or_for_what_is_graver_hears_nothing(tmp_path: Path) -> None:
    other = next(unit for unit in example().units if unit != UNIT)
    for n, settings in enumerate((with_group(unit=other), with_group(severity=1))):
        folder = tmp_path / str(n)
        folder.mkdir()
        async with Night(folder, "2026-12-05 08:00", settings) as night:
            minor = next(
                i for i in night.settings.targets() if i.severity == 3 and night.settings.devices[i.device].unit == UNIT
            )
            await night.sees(minor.id, Health.DOWN)
            await night.passes(minutes=20)
            assert night.incidents()
            assert in_group(night) == []


async def test_of_a_suspicion_no_group_hears_and_of_a_security_incident_it_hears_to_ask_inside(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        lane = next(iter(night.settings.lanes))
        await night.reports("Trang chủ bị thay đổi, gọi 0912 345 678", lane=lane, suspected=True)
        await night.passes(minutes=30)
        assert in_group(night) == []
        await night.reports("Mất cắp ắc quy, gọi 0912 345 678", lane=lane)
        (got,) = in_group(night)
        assert "• Nội dung: liên hệ nội bộ" in got.text
        assert "ắc quy" not in got.text


async def test_what_people_write_is_masked_where_it_may_be_a_telephone_number(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.reports("Mất cáp ở Cầu Kè, gọi anh Tư 0912 345 678 hoặc 0294.3.855.123")
        (got,) = in_group(night)
        assert "gọi anh Tư 0912 *** 678 hoặc 0294 *** 123" in got.text
        night.says[ROUTER] = (Cause.NO_ANSWER, "contact +84912345678")
        await night.sees(ROUTER, Health.DOWN)
        assert "345678" not in in_group(night)[-1].text


async def test_what_is_not_to_leave_the_unit_is_not_named(tmp_path: Path) -> None:
    settings = with_group()
    name = ROUTER.partition("/")[0]
    kept = replace(settings.devices[name], keep_inside=True)
    async with Night(
        tmp_path, "2026-12-05 08:00", replace(settings, devices=dict(settings.devices) | {name: kept})
    ) as night:
        await night.sees(ROUTER, Health.DOWN)
        await night.presses(night.on("shift"), in_group(night)[0].button("take"))
        await night.sees(ROUTER, Health.UP)
        assert len(in_group(night)) >= 3
        site = settings.sites[kept.site].name
        assert [got for got in in_group(night) if kept.name in got.text or site in got.text] == []
        assert "một thiết bị của đơn vị" in in_group(night)[0].text


async def test_a_step_to_a_person_without_a_title_is_one_to_somebody_of_the_unit(tmp_path: Path) -> None:
    settings = with_group()
    rule = settings.policies[0]
    person = next(iter(settings.people.values()))
    steps = (rule.policy.steps[0], PolicyStep(timedelta(minutes=5), Whom.PERSON, person.id, ("telegram",)))
    people = dict(settings.people) | {person.id: replace(person, title="")}
    policies = (replace(rule, policy=replace(rule.policy, steps=steps)), *settings.policies[1:])
    async with Night(tmp_path, "2026-12-05 08:00", replace(settings, people=people, policies=policies)) as night:
        await night.sees(ROUTER, Health.DOWN)
        (got,) = in_group(night)
        assert person.name not in got.text
        assert f"sẽ báo {night.settings.units[UNIT].name}" in got.text


async def test_a_group_that_became_a_supergroup_is_written_to_there_also_after_a_restart(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group(topic=None)) as night:
        await night.sees(ROUTER, Health.DOWN)
        before = len(in_group(night, CHAT))
        moved = Outcome(Delivery.NOT_SENT, DeliveryCause.MIGRATED, address="-1009999")
        night.answer = lambda claimed: moved if claimed.message.to == CHAT else ACCEPTED
        await night.sees(silent("olt-bac-mau"), Health.DOWN)
        await night.passes(10)
        assert len(in_group(night, "-1009999")) == 1
        night.die()
        await night.passes_away(30)
        await night.sees(ROUTER, Health.UP)
        await night.passes(10)
        assert len(in_group(night, CHAT)) == before
        assert "🟢 ĐÃ KHÔI PHỤC" in in_group(night, "-1009999")[-1].text
        # The settings name another group: that one counts.
        night.die()
        night.settings = replace(night.settings, groups=(replace(night.settings.groups[0], chat=-1005555),))
        await night.passes_away(30)
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        assert len(in_group(night, "-1005555")) == 1


async def test_a_group_that_threw_us_out_is_an_alarm_and_nobody_else_hears_less(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        night.answer = without_group
        await night.sees(ROUTER, Health.DOWN)
        await night.passes(30)
        admin = night.settings.administrators[0]
        alarms_ = [g for g in night.got if g.person == admin and "Nhóm ca trực Sông Mẫu" in g.text]
        assert len(alarms_) >= 1
        assert night.on("shift") in [g.person for g in night.got if g.channel == "telegram"]
        assert night.count(t.outbox, person="group:ca-truc", state="dead") == 1
        assert night.count(t.channel_state, channel="telegram", works=True) == 1


async def test_a_group_out_of_the_settings_is_written_to_no_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        night.die()
        night.settings = replace(night.settings, groups=())
        await night.passes_away(30)
        heard = len(in_group(night))
        await night.sees(ROUTER, Health.UP)
        await night.passes(30)
        assert len(in_group(night)) == heard


async def test_what_piled_up_is_one_message_of_roles(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group(many())) as night:
        await night.sees(tram(0), Health.DOWN)
        (first,) = in_group(night)
        night.answer = away
        for number in range(1, 8):
            await night.passes(20)
            await night.sees(tram(number), Health.DOWN)
        await night.presses(night.on("shift"), first.button("take"))
        night.answer = lambda claimed: ACCEPTED
        await night.passes(130)
        digest = in_group(night)[1]
        assert digest.text.startswith("📬 TIN GỘP")
        assert re.search("SC-0512-001 .* trực ca tiếp nhận", digest.text)
        assert "gõ XN" not in digest.text
        assert [word for word in names_and_numbers(night) if word in digest.text] == []
        assert set(digest.actions()) == {"take"}


@pytest.mark.slow
async def test_in_a_storm_the_group_hears_as_little_as_anybody(tmp_path: Path) -> None:
    settings = province()
    group = Group("ca-truc", "Nhóm", next(iter(settings.units)), int(CHAT))
    async with Night(tmp_path, "2027-09-11 02:30", replace(settings, groups=(group,))) as night:
        await fall(night, alarms(), apart=8)
        await night.passes(minutes=40)
        new = [g for g in in_group(night, CHAT) if g.edits is None]
        assert 1 <= len([g for g in new if g.at < "02:35:00"]) <= 3
        assert len([g for g in new if "⛈️" in g.text]) >= 2
        assert [word for word in names_and_numbers(night) if any(word in g.text for g in new)] == []


def test_what_a_digest_gathers_is_what_a_group_may_get() -> None:
    """A kind of message that is added to digests has to be thought of for groups."""
    assert {str(event) for event in GATHERED} == {
        "step", "sent_back", "reopened", "acknowledged", "restored", "changed", "flapping", "merged", "reminder",
        "taken_away", "ack_expired",
    }  # fmt: skip


async def test_a_person_of_ours_asks_in_a_group_how_the_settings_name_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00") as night:
        shift = night.on("shift")
        answer = await night.types(shift, "/nhom@monitord_bot", chat=-1001234)
        assert answer.text == "Nhóm này trong cấu hình: chat: -1001234"
        for who, text in ((shift, "nhom"), (shift, "/tt"), (shift, "/truc"), ("777000", "/nhom"), (shift, "XN 001")):
            assert (await night.types(who, text, chat=-1001234)).text == ""
        assert "XN" in (await night.types(shift, "/nhom")).text


async def test_a_group_is_tried_and_asked_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.desk.test("group:ca-truc", "telegram", night.settings.administrators[0])
        await night.deliver()
        (got,) = in_group(night)
        assert got.text.startswith("🧪 TIN THỬ")
        assert got.text.endswith("Không cần làm gì.")
        assert got.actions() == []


async def test_what_was_taken_and_is_escalated_by_hand_is_open_again_in_the_group_too(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        shift = night.on("shift")
        await night.presses(shift, in_group(night)[0].button("take"))
        await night.passes(minutes=3)
        heard = len(in_group(night))
        await night.does("escalate", by=shift)
        (again,) = in_group(night)[heard:]
        assert (again.actions(), again.edits) == (["take"], None)
        assert len([g for g in in_group(night) if g.edits is None and g.actions()]) == 2


async def test_the_sketch_of_a_ring_stands_under_its_alert_in_the_group_too(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", with_group()) as night:
        await cut_ring(night)
        alert_, sketch = in_group(night)
        assert sketch.text.startswith("🖼 SƠ ĐỒ RING")
        assert sketch.follows == alert_.ref
        assert sketch.document is not None
        assert [word for word in names_and_numbers(night) if word in alert_.text + sketch.text] == []


async def test_the_page_shows_a_group_as_a_group_and_in_no_role(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        with night.engine.connect() as connection:
            (card,) = read_board(connection, night.settings, pick("vi"), night.clock.now()).incidents
        told = [(line.told.name, line.told.role) for line in card.notices if line.told.channel == "telegram"]
        assert ("Nhóm ca trực Sông Mẫu", "") in told
        assert [role for name, role in told if not name.startswith("Nhóm")] == ["trực ca"]


@pytest.mark.parametrize(
    "said",
    [
        "ĐT:0912345678", "sđt.0912345678", "0912345678/0987654321", "(0912) 345 678", "(024) 3825 1234",
        "a.Nam-0912345678", "0912345678-Nam", "0912345678: anh Nam", "0912\u00a0345\u00a0678", "+84 912 345 678",
        "84912345678", "02943.855.123",
    ],
)  # fmt: skip
def test_a_telephone_number_is_masked_however_it_is_written(said: str) -> None:
    masked = without_numbers(f"Gọi {said} ngay")
    assert "***" in masked
    assert sum(char.isdigit() for char in masked) < sum(char.isdigit() for char in said)


@pytest.mark.parametrize(
    "said",
    ["SC-0512-001", "Thứ Bảy 05/12/2026 (27 tháng Mười)", "10.0.0.5", "Gi0/0/1", "1.248 thuê bao", "đã 1 giờ 05 phút"],
)
def test_what_is_no_telephone_number_stays(said: str) -> None:
    assert without_numbers(said) == said


async def test_no_number_reaches_a_group_by_the_name_of_a_port_or_a_place(tmp_path: Path) -> None:
    settings = with_group()
    device = settings.devices[ROUTER.partition("/")[0]]
    site = replace(settings.sites[device.site], name="Trạm X (LH: 0911 222 333)")
    targets = tuple(replace(one, title="Cổng lên vòng (a. Nam 0912 345 678)") for one in device.targets)
    changed = replace(
        settings,
        sites={**settings.sites, site.id: site},
        devices={**settings.devices, device.id: replace(device, targets=targets)},
    )
    async with Night(tmp_path, "2026-12-05 08:00", changed) as night:
        await night.sees(ROUTER, Health.DOWN)
        (got,) = in_group(night)
        assert "0912 *** 678" in got.text
        assert "0911 *** 333" in got.text


async def test_what_is_reported_by_hand_of_a_place_that_is_not_named_is_not_named(tmp_path: Path) -> None:
    settings = with_group()
    site = next(iter(settings.sites.values()))
    kept = replace(settings, sites={**settings.sites, site.id: replace(site, keep_inside=True)})
    async with Night(tmp_path, "2026-12-05 08:00", kept) as night:
        await night.reports(f"Mất nguồn {site.name}", site=site.id)
        (got,) = in_group(night)
        assert site.name not in got.text
        assert any(site.name in g.text for g in night.got if not g.person.startswith("-"))


async def test_a_group_goes_behind_whoever_is_asked_also_when_it_comes_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        for health in (Health.DOWN, Health.UP, Health.DOWN):
            await night.sees(ROUTER, health)
            await night.passes(60)
        again = night.query(t.outbox.c.priority, event="reopened", person="group:ca-truc")
        assert again == [(Priority.FOLLOW_UP,)]
        assert (Priority.FIRST,) in night.query(t.outbox.c.priority, event="reopened")


async def test_a_group_that_was_taken_out_of_the_settings_is_no_alarm(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        await night.sees(ROUTER, Health.DOWN)
        night.die()
        night.settings = replace(night.settings, groups=())
        await night.passes_away(30)
        await night.sees(ROUTER, Health.UP)
        await night.passes(30)
        assert [g for g in night.got if "Nhóm ca trực" in g.text] == []


async def test_where_anything_is_kept_inside_a_group_gets_no_sketch(tmp_path: Path) -> None:
    settings = with_group()
    other = next(d for d in settings.devices.values() if d.unit != UNIT)
    kept = {**settings.devices, other.id: replace(other, keep_inside=True)}
    async with Night(tmp_path, "2026-12-01 03:00", replace(settings, devices=kept)) as night:
        await cut_ring(night)
        (alert_,) = in_group(night)
        assert alert_.document is None


async def test_a_course_says_nobody_was_told_where_the_group_alone_was(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00", with_group()) as night:
        night.answer = lambda c: ACCEPTED if c.message.to.startswith("-") else AWAY
        night.lanes = ("telegram",)
        await night.sees(ROUTER, Health.DOWN)
        await night.passes(minutes=4)
        assert len(in_group(night)) == 1
        with night.engine.connect() as connection:
            (incident,) = night.incidents()
            course = course_of(connection, night.settings, pick("vi"), incident, night.clock.now(), runs=True)
        signs = [mark.sign for mark in course.marks if mark.sign in (Sign.TOLD, Sign.NOT_TOLD)]
        assert signs == [Sign.NOT_TOLD]
