"""What is written becomes the value that is meant."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitord.domain.health import Health
from monitord.domain.network import SnmpVersion
from monitord.domain.people import OrganisationRole
from monitord.domain.policy import Whom, from_wire, to_wire
from monitord.domain.quiet import Quiet
from monitord.domain.roster import DailySlot, Shift, expand, on_duty
from monitord.settings import AnchorSettings, DailyEntry, DatedEntry, checks_dirs
from tests.settings.small import SECRETS, SMALL, InterfaceParams, PageParams, broken, loaded, mistakes, written


def test_a_device_has_its_access_its_timing_and_its_targets(tmp_path: Path) -> None:
    core = loaded(written(tmp_path / "config")).devices["core"]
    assert core.snmp is not None
    assert (core.snmp.address, core.snmp.port, core.snmp.version) == ("127.0.0.1", 1161, SnmpVersion.V2C)
    assert core.snmp.community == "community-of-the-core"
    assert core.timing.interval == timedelta(seconds=10)
    assert core.timing.confirm == 3
    assert [target.id for target in core.targets] == ["core/agent_answers", "core/interface_up/ge-0/0/1"]
    interface = core.targets[1]
    assert interface.params == InterfaceParams("ge-0/0/1")
    assert (interface.severity, core.targets[0].severity, interface.title) == (2, 1, "Hướng An")


def test_durations_of_a_check_are_written_like_every_duration(tmp_path: Path) -> None:
    text = broken("slow_after: 3s", "slow_after: 3s, patience: 500ms, status: [200, 204]")
    page = loaded(written(tmp_path / "config", text)).devices["page"]
    assert page.snmp is None
    assert page.targets[0].params == PageParams("http://127.0.0.1/", (200, 204), timedelta(seconds=3), 0.5)


def test_defaults_of_the_desk_hold_where_a_device_says_nothing(tmp_path: Path) -> None:
    text = broken("administrators: [an]", "administrators: [an], defaults: {interval: 1m, retry: 7s, confirm: 5}")
    devices = loaded(written(tmp_path / "config", text)).devices
    assert devices["edge"].timing.interval == timedelta(minutes=1)
    assert devices["core"].timing.interval == timedelta(seconds=10)
    assert devices["core"].timing.retry == timedelta(seconds=7)
    assert devices["core"].timing.confirm == 5


def test_version_three_has_a_user_and_keys_and_no_community(tmp_path: Path) -> None:
    text = broken(
        "community: public}",
        "version: 3, user: look, context: c, auth: {protocol: SHA256, key: {secret: a}},"
        " priv: {protocol: AES, key: {secret: p}}, also_from: [127.0.0.3]}",
    )
    secrets = SECRETS | {"MONITORD_SECRET_A": "auth-pass-phrase", "MONITORD_SECRET_P": "priv-pass-phrase"}
    settings = loaded(written(tmp_path / "config", text), secrets)
    access = settings.devices["edge"].snmp
    assert access is not None
    assert (access.version, access.user, access.context) == (SnmpVersion.V3, "look", "c")
    assert (access.auth_protocol, access.auth_key) == ("SHA256", "auth-pass-phrase")
    assert (access.priv_protocol, access.priv_key) == ("AES", "priv-pass-phrase")
    assert access.also_from == ("127.0.0.3",)
    assert {"auth-pass-phrase", "priv-pass-phrase"} < settings.secrets()


def test_people_units_and_organisations_keep_their_words(tmp_path: Path) -> None:
    text = broken("leader_duty: shift}", 'leader_duty: shift, auto_send: {order: Công văn số 1}, handover: "06:30"}')
    settings = loaded(written(tmp_path / "config", text))
    assert settings.units["vt"].auto_send_order == "Công văn số 1"
    assert settings.units["vt"].handover == time(6, 30)
    assert settings.people["an"].stand_ins == ("binh",)
    assert settings.organisations["cong-an"].role is OrganisationRole.POLICE
    assert settings.organisations["cong-an"].phone == "0900 000 113"
    assert settings.sites["tram"].nearest_police == "cong-an"
    assert settings.administrators == ("an",)


def test_a_name_is_kept_in_composed_form(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config", broken("name: Bình", "name: Bi\u0300nh")))
    assert settings.people["binh"].name == "Bình"


def test_a_policy_holds_for_its_severities_and_units(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config"))
    policy = settings.policy_for("vt", 3)
    assert [(step.after, step.whom, step.ref) for step in policy.steps] == [
        (timedelta(0), Whom.DUTY, "shift"),
        (timedelta(minutes=5), Whom.PERSON, "binh"),
        (timedelta(minutes=30), Whom.ORGANISATION, "so"),
        # The unit lets nothing leave by itself: while nobody answers, the next leaders are asked.
        (timedelta(minutes=40), Whom.NEXT_LEADER, "so"),
        (timedelta(minutes=50), Whom.NEXT_LEADER, "so"),
        (timedelta(minutes=90), Whom.ORGANISATION, "so"),
    ]
    assert policy.steps[0].channels == ("telegram", "log")
    assert (policy.repeat, policy.ack_holds) == (timedelta(minutes=60), timedelta(hours=2))


def test_the_severity_follows_what_is_seen(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config"))
    target = settings.devices["core"].targets[0]
    assert settings.severity_for(target, Health.DOWN) == 1
    assert settings.severity_for(target, Health.GARBLED) == 4


RULES = """\
severity_rules:
  - {id: uu-tien, severity: 1, tags: {customer: dang-nha-nuoc}}
  - {id: cong-phu, severity: 4, check: interface_up, healths: [down]}
"""
NIGHT_POLICY = """\
  - id: uu-tien
    severities: [1, 2]
    tags: {customer: dang-nha-nuoc}
    restoration: [1h, 30m]
    steps:
      - {after: 0s, tell: {duty: shift}, channels: [telegram]}
      - {after: 5m, tell: {person: binh}, channels: [telegram], quiet: {from: "22:00", to: "06:00"}}
roster:
"""


def test_the_first_rule_that_fits_gives_the_severity_before_what_is_seen_and_the_target_do(tmp_path: Path) -> None:
    text = broken("parent: core", "parent: core\n    tags: {customer: dang-nha-nuoc}") + RULES
    settings = loaded(written(tmp_path / "config", text))
    core, edge = settings.devices["core"].targets, settings.devices["edge"].targets
    assert settings.severity_for(edge[0], Health.GARBLED) == 1
    assert settings.severity_for(core[1], Health.DOWN) == 4
    assert settings.severity_for(core[1], Health.DEGRADED) == 4
    assert settings.severity_for(core[0], Health.DOWN) == 1
    rule = settings.severity_rule(core[1], Health.DOWN)
    assert rule is not None
    assert rule.id == "cong-phu"


def test_a_policy_for_tagged_devices_goes_before_the_one_for_all_and_knows_quiet_hours(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config", broken("roster:\n", NIGHT_POLICY)))
    policy = settings.policy_for("vt", 2, {"customer": "dang-nha-nuoc", "more": "x"})
    assert policy.id == "uu-tien"
    assert policy.restoration == (timedelta(minutes=30), timedelta(hours=1))
    assert policy.steps[1].quiet == Quiet(time(22), time(6))
    assert from_wire(to_wire(policy)) == policy
    assert settings.policy_for("vt", 2).id == settings.policy_for("vt", 3, {"customer": "dang-nha-nuoc"}).id == "all"


def test_slots_keep_local_hours_and_shifts_become_instants(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    settings = loaded(folder)
    assert settings.roster == (
        DailyEntry(
            "vt", "shift", DailySlot(time(6), time(22), ("an", "binh"), date(2026, 1, 1)), f"{folder}/small.yaml:57"
        ),
        DailyEntry("vt", "shift", DailySlot(time(22), time(6), ("binh",), date(2000, 1, 1)), f"{folder}/small.yaml:58"),
        DatedEntry(
            Shift(
                "vt",
                "shift",
                "an",
                datetime(2027, 2, 5, 15, tzinfo=UTC),
                datetime(2027, 2, 5, 17, tzinfo=UTC),
                f"{folder}/small.yaml:62",
            )
        ),
    )


def test_midnight_may_end_a_slot(tmp_path: Path) -> None:
    text = broken('{from: "22:00", to: "06:00", people: [binh]}', '{from: "00:00", to: "24:00", people: [binh]}')
    entry = loaded(written(tmp_path / "config", text)).roster[1]
    assert isinstance(entry, DailyEntry)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    shifts = expand(entry.unit, entry.duty, entry.slot, date(2026, 3, 1), 1, zone, entry.source)
    assert shifts[0].end - shifts[0].start == timedelta(hours=24)
    assert on_duty(shifts, "vt", "shift", datetime(2026, 3, 1, 16, 59, tzinfo=UTC)) == ("binh",)


def test_folders_come_from_the_settings_then_from_systemd_then_from_beside_the_settings(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    assert loaded(folder).state_dir == tmp_path / "state"
    assert loaded(folder).runtime_dir == tmp_path / "state"
    service = SECRETS | {"STATE_DIRECTORY": "/var/lib/monitord:/x", "RUNTIME_DIRECTORY": "/run/monitord"}
    assert loaded(folder, service).state_dir == Path("/var/lib/monitord")
    assert loaded(folder, service).runtime_dir == Path("/run/monitord")
    assert loaded(folder, service).log_channel == Path("/var/lib/monitord/messages.log")
    written(folder, broken("administrators: [an]", "administrators: [an], state_dir: ../here"))
    assert loaded(folder, service).state_dir == folder / "../here"


def test_the_folders_of_own_checks_are_known_before_the_checks_are(tmp_path: Path) -> None:
    folder = written(tmp_path / "config", broken("administrators: [an]", "administrators: [an], checks_dirs: [../own]"))
    (tmp_path / "own").mkdir()
    assert checks_dirs(folder) == (folder / "../own",)
    written(folder, "devices: [", "broken.yaml")
    assert checks_dirs(folder) == (folder / "../own",)
    assert checks_dirs(tmp_path / "nowhere") == ()


def test_the_hash_is_of_what_is_said_and_not_of_comments_or_secrets(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    first = loaded(folder).hash
    written(folder, "# a comment\n" + SMALL)
    assert loaded(folder, SECRETS | {"MONITORD_SECRET_CORE": "other"}).hash == first
    written(folder, broken("community: {secret: core}", "community: one-secret"))
    literal = loaded(folder).hash
    written(folder, broken("community: {secret: core}", "community: two-secret"))
    assert loaded(folder).hash == literal
    written(folder, broken("severity: 1\n", "severity: 2\n"))
    assert loaded(folder).hash != first


def test_settings_never_show_a_secret(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config"))
    assert settings.telegram is not None
    assert settings.telegram.token.reveal() == "123456:token-of-the-bot"
    for secret in ("token-of-the-bot", "community-of-the-core"):
        assert secret not in repr(settings)
    assert "token" not in f"{settings.telegram.token}"
    assert settings.secrets() == {"123456:token-of-the-bot", "community-of-the-core"}


def test_anchors_leave_daily_at_seven_unless_something_else_is_said(tmp_path: Path) -> None:
    assert loaded(written(tmp_path / "none")).anchors is None
    plain = loaded(written(tmp_path / "plain", SMALL + "anchors: {tell: [an]}\n")).anchors
    assert plain == AnchorSettings(("an",), timedelta(hours=24), time(7))
    said = loaded(written(tmp_path / "said", SMALL + 'anchors: {tell: [an, yen], every: 6h, at: "01:00"}\n')).anchors
    assert said == AnchorSettings(("an", "yen"), timedelta(hours=6), time(1))


MORE = """
coverage:
  - {duty: shift, need: 1, most: 2, levels: {tet: 2}}
campaigns:
  - id: tet
    name: Tết Đinh Mùi 2027 24/24
    from: "29 Tết 2027 07:00"
    to: "mùng 4 Tết 2027, 24:00"
    orders: [Công văn 1]
    level: tet
    faster: 0.5
    freeze: true
    reports: ["2027-02-07 14:00", "mùng 1 Tết 2027 06:00"]
    deadlines: [nhanh]
deadlines:
  - {id: nhanh, unit: vt, what: báo cáo nhanh, to: so, due: ["trước 14h00 mùng 2 Tết 2027"]}
"""


def test_what_is_needed_and_a_campaign_with_lunar_days_are_as_they_are_written(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "config", SMALL + MORE))
    (demand,) = settings.demands
    assert (demand.unit, demand.duty, demand.need, demand.most, dict(demand.levels)) == (
        "vt",
        "shift",
        1,
        2,
        {"tet": 2},
    )
    (tet,) = settings.campaigns
    assert (tet.start, tet.end) == (datetime(2027, 2, 5, tzinfo=UTC), datetime(2027, 2, 9, 17, tzinfo=UTC))
    assert (tet.units, tet.orders, tet.level, tet.faster, tet.freeze) == (
        frozenset(),
        ("Công văn 1",),
        "tet",
        0.5,
        True,
    )
    assert tet.reports == (datetime(2027, 2, 5, 23, tzinfo=UTC), datetime(2027, 2, 7, 7, tzinfo=UTC))
    at = [tet.start - timedelta(microseconds=1), tet.start, tet.end - timedelta(microseconds=1), tet.end]
    hastened = [settings.policy_at(when, "vt", 1) for when in at]
    assert [p.steps[1].after for p in hastened] == [timedelta(minutes=m) for m in (5, 2.5, 2.5, 5)]
    assert [p.repeat for p in hastened] == [timedelta(minutes=m) for m in (60, 30, 30, 60)]
    assert {p.ack_holds for p in hastened} == {timedelta(hours=2)}


def test_a_unit_that_says_nothing_needs_one_on_what_a_policy_or_a_daily_slot_names(tmp_path: Path) -> None:
    kinds = "  - {id: shift, name: trực ca}\n  - {id: x, name: x}\n  - {id: y, name: y}\n"
    rosters = """
  - {unit: vt, duty: x, every_day: [{from: "06:00", to: "06:00", people: [an]}]}
  - {unit: vt, duty: y, shifts: [{from: "2027-02-05 22:00", to: "2027-02-05 24:00", person: an}]}
"""
    text = broken("  - {id: shift, name: trực ca}\n", kinds) + rosters
    found = {d.duty: (d.need, d.most) for d in loaded(written(tmp_path / "config", text)).demands}
    assert found == {"shift": (1, 1), "x": (1, None)}  # shift is the leader's duty there


def test_an_entry_for_a_unit_goes_before_the_one_for_all(tmp_path: Path) -> None:
    text = SMALL + "\ncoverage:\n  - {duty: shift, need: 3}\n  - {units: [vt], duty: shift, need: 2}\n"
    (demand,) = loaded(written(tmp_path / "config", text)).demands
    assert (demand.need, demand.most) == (2, 2)


def test_what_is_asked_of_a_roster_is_refused_where_it_makes_no_sense(tmp_path: Path) -> None:
    cases = {
        "need: 1, most": ("need: 3, most", "`most` must not be less than `need`"),
        "level: tet": (
            "level: tett",
            "no entry of `coverage` says what is needed at level `tett`; did you mean `tet`?",
        ),
        '"29 Tết 2027 07:00"': ('"30 Tết 2027 07:00"', "29 Tết"),
        '"29 Tết 2027 07:00" ': ('"hôm nào 07:00"', "names no lunar date"),
        "24:00": ("24:30", "is on no clock"),
        "deadlines: [nhanh]": ("deadlines: [nhan]", "there is no deadline `nhan`; did you mean `nhanh`?"),
        "faster: 0.5": ("faster: 0", "0.1"),
        "duty: shift, need: 1": ("duty: shft, need: 1", "there is no duty kind `shft`"),
    }
    for number, (old, (new, why)) in enumerate(cases.items()):
        assert old.strip() in MORE
        (mistake,) = mistakes(written(tmp_path / str(number), SMALL + MORE.replace(old.strip(), new)))
        assert why in mistake
