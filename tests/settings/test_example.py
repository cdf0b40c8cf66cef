"""The example province: loads, is whole, is spread over files, and can be hastened for a demonstration."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitord.domain.looking import Check
from monitord.domain.people import OrganisationRole
from monitord.domain.roster import expand, on_duty
from monitord.judge.registry import builtin_folder, find_checks
from monitord.settings import DailyEntry, DatedEntry, Settings, load
from monitord.settings.rewrite import in_seconds
from tests.settings.small import CHANNELS, loaded, written

CONFIG = Path(__file__).resolve().parents[2] / "config"
SECRETS = {
    "MONITORD_SECRET_CORE": "community-core",
    "MONITORD_SECRET_POST": "community-post",
    "MONITORD_SECRET_TELEGRAM_TOKEN": "123456:token",
}


@pytest.fixture(scope="module")
def checks() -> Mapping[str, Check]:
    return find_checks([builtin_folder()])


@pytest.fixture(scope="module")
def example(checks: Mapping[str, Check]) -> Settings:
    return load(CONFIG, checks, CHANNELS, SECRETS)


def test_the_example_has_neither_mistakes_nor_warnings(example: Settings) -> None:
    assert example.warnings == ()


def test_the_example_is_a_province_and_not_a_toy(example: Settings) -> None:
    assert len(example.units) == 2
    assert len(example.duty_kinds) == 5
    assert sum(device.snmp is not None for device in example.devices.values()) >= 40
    assert sum(device.snmp is None for device in example.devices.values()) == 2
    watched = {target.device for target in example.targets() if target.check == "interface_up"}
    assert len(watched) >= 6
    assert {organisation.role for organisation in example.organisations.values()} >= {
        OrganisationRole.DEPARTMENT,
        OrganisationRole.POLICE,
        OrganisationRole.POWER,
        OrganisationRole.CORPORATE_NOC,
    }


def test_every_device_of_the_example_has_its_own_loopback_address(example: Settings) -> None:
    addresses = [device.snmp.address for device in example.devices.values() if device.snmp]
    assert len(set(addresses)) == len(addresses)
    assert all(address.startswith("127.30.") for address in addresses)


def test_every_duty_of_the_example_is_covered_round_the_clock(example: Settings) -> None:
    slots = [entry for entry in example.roster if isinstance(entry, DailyEntry)]
    dated = [entry.shift for entry in example.roster if isinstance(entry, DatedEntry)]
    first = date(2027, 2, 1)
    shifts = [
        shift
        for entry in slots
        for shift in expand(entry.unit, entry.duty, entry.slot, first, 9, example.zone, entry.source)
    ] + dated
    hours = [datetime(2027, 2, 2, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 6)]
    for unit in example.units:
        for duty in example.duty_kinds:
            assert all(on_duty(shifts, unit, duty, hour) for hour in hours), (unit, duty)


def test_nobody_of_the_example_works_two_shifts_on_end(example: Settings) -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    shifts = sorted(
        (
            shift
            for entry in example.roster
            if isinstance(entry, DailyEntry) and entry.duty == "shift" and entry.unit == "vt-song-mau"
            for shift in expand(entry.unit, entry.duty, entry.slot, date(2027, 2, 1), 30, zone, entry.source)
        ),
        key=lambda shift: shift.start,
    )
    last: dict[str, datetime] = {}
    for shift in shifts:
        assert shift.start - last.get(shift.person, shift.start - timedelta(days=1)) >= timedelta(hours=8)
        last[shift.person] = shift.end


def test_one_slot_of_the_example_crosses_midnight_and_leaders_change_at_seven(example: Settings) -> None:
    slots = {(e.duty, e.slot.start, e.slot.end) for e in example.roster if isinstance(e, DailyEntry)}
    assert ("shift", time(22), time(6)) in slots
    assert ("leader", time(7), time(7)) in slots


def test_the_example_tells_shift_operations_leader_department(example: Settings) -> None:
    ladders = {
        ("vt-song-mau", 1): "0 shift, 5 operations, 15 leader, 20 noc, 30 so-khcn",
        ("vt-song-mau", 2): "0 shift, 10 operations, 20 leader, 60 so-khcn",
        ("vt-song-mau", 3): "0 shift, 15 operations, 45 leader",
        ("vt-song-mau", 4): "0 shift",
        # Its reports wait for approval: the next leaders are asked ten minutes apart.
        ("bd-song-mau", 1): "0 shift, 5 operations, 15 leader, 30 so-khcn, 40 so-khcn, 50 so-khcn, 90 so-khcn",
        ("bd-song-mau", 2): "0 shift, 5 operations, 15 leader, 30 so-khcn, 40 so-khcn, 50 so-khcn, 90 so-khcn",
        ("bd-song-mau", 3): "0 shift, 15 operations, 45 leader",
        ("bd-song-mau", 4): "0 shift",
    }
    for (unit, severity), ladder in ladders.items():
        steps = example.policy_for(unit, severity).steps
        assert ", ".join(f"{step.after // timedelta(minutes=1)} {step.ref}" for step in steps) == ladder


def test_at_night_the_example_wakes_no_leader_for_what_is_not_grave(example: Settings) -> None:
    quiet = {
        (severity, step.ref): f"{step.quiet.start:%H:%M}-{step.quiet.end:%H:%M}"
        for severity in (1, 2, 3, 4)
        for step in example.policy_for("vt-song-mau", severity).steps
        if step.quiet is not None
    }
    assert quiet == {(2, "so-khcn"): "22:00-06:30", (3, "leader"): "22:00-06:00", (4, "shift"): "22:00-06:00"}


def test_the_example_has_an_order_by_which_one_unit_reports_by_itself(example: Settings) -> None:
    assert example.units["vt-song-mau"].auto_send_order
    assert example.units["bd-song-mau"].auto_send_order is None


def test_the_links_of_the_example_hold_a_ring(example: Settings) -> None:
    ends: dict[str, set[str]] = {}
    for link in example.links.values():
        ends.setdefault(link.a[0], set()).add(link.b[0])
        ends.setdefault(link.b[0], set()).add(link.a[0])
    # Away from the first core router and back to it without turning round.
    way, here = ["cr-1"], "agg-bac-mau"
    while here != "cr-1":
        way.append(here)
        here = min((n for n in ends[here] if n != way[-2] and len(ends[n]) > 1), key=lambda n: (n in way, n))
    assert way == ["cr-1", "agg-bac-mau", "agg-go-may", "agg-cu-lao", "cr-2"]


def test_the_files_of_the_example_are_composed_and_say_what_they_are() -> None:
    files = sorted(CONFIG.glob("*.yaml"))
    assert len(files) >= 8
    for file in files:
        text = file.read_text("utf-8")
        assert text.startswith("# "), file
        assert unicodedata.is_normalized("NFC", text), file


def test_a_hastened_copy_turns_minutes_into_seconds_and_keeps_comments(
    tmp_path: Path, checks: Mapping[str, Check], example: Settings
) -> None:
    in_seconds(
        CONFIG,
        tmp_path / "config",
        {
            "desk.state_dir": str(tmp_path / "var"),
            "desk.defaults.interval": "2s",
            "desk.defaults.timeout": "500ms",
            "telegram.base_url": "http://127.0.0.1:8081/bot",
            "devices.cong-tttt.timing": {"interval": "2s", "timeout": "500ms"},
            "devices.dinh-vi.timing.interval": "21s",
            "people.an.nguyen.telegram": 7,
            "log_channel": None,
        },
    )
    hastened = load(tmp_path / "config", checks, CHANNELS, SECRETS)
    policy = hastened.policy_for("vt-song-mau", 1)
    assert [step.after // timedelta(seconds=1) for step in policy.steps] == [0, 5, 15, 20, 30]
    assert (policy.repeat, policy.ack_holds) == (timedelta(minutes=1), timedelta(minutes=2))
    assert hastened.state_dir == tmp_path / "var"
    assert hastened.telegram is not None
    assert hastened.telegram.base_url == "http://127.0.0.1:8081/bot"
    assert hastened.devices["cong-tttt"].timing.timeout == timedelta(milliseconds=500)
    assert hastened.devices["dinh-vi"].timing.interval == timedelta(seconds=21)
    assert hastened.devices["cr-1"].timing.interval == timedelta(seconds=2)
    assert hastened.people["an.nguyen"].telegram == 7
    assert hastened.log_channel is None
    assert hastened.people["binh.tran"] == example.people["binh.tran"]
    assert [entry.slot for entry in hastened.roster if isinstance(entry, DailyEntry)] == [
        entry.slot for entry in example.roster if isinstance(entry, DailyEntry)
    ]
    for file in CONFIG.glob("*.yaml"):
        copy = (tmp_path / "config" / file.name).read_text("utf-8")
        assert [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")] == [
            line for line in copy.splitlines() if line.startswith("#")
        ]


def test_a_hastened_copy_refuses_a_path_to_nobody(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    with pytest.raises(KeyError, match=r"devices\.nobody\.severity"):
        in_seconds(folder, tmp_path / "copy", {"devices.nobody.severity": 1})
    in_seconds(folder, tmp_path / "copy", {"web.port": 8181})
    assert loaded(tmp_path / "copy").web.port == 8181
