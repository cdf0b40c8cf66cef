"""Every mistake is told where it stands, with the nearest right word, and all of them in one run."""

from pathlib import Path

import pytest

from tests.settings.small import SMALL, broken, mistakes, written

ONE_MISTAKE: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("interval: 10s", "intervall: 10s", [("intervall:", "unknown key `intervall`; did you mean `interval`?")]),
    ("interval: 10s", "interval: 15", [("15", "`interval`: say the unit: `15s`, `15m` or `15h`")]),
    ("interval: 10s", "interval: 0s", [("0s", "`interval` must be at least 1s")]),
    ("interval: 10s", "interval: 1ms", [("1ms", "`interval` must be at least 1s")]),
    (
        "interval: 10s",
        "interval: -5s",
        [("-5s", "`interval`: a duration is a whole number with its unit: `30s`, `5m`, `2h`")],
    ),
    ("interval: 10s", "confirm: 0", [("0", "`confirm` must be at least 1")]),
    ("interval: 10s", "confirm: 21", [("21", "`confirm` must be at most 20")]),
    ("interval: 10s", 'confirm: "3"', [('"3"', "`confirm` must be a whole number")]),
    (
        "interval: 10s",
        "interval: 4s",
        [("{interval: 4s", "`interval` 4s is too short: 2 attempts of 2s must end before the next look")],
    ),
    (
        "unit: vt\n    site: tram\n    severity: 1",
        "unit: vtt\n    site: tram\n    severity: 1",
        [("vtt", "there is no unit `vtt`; did you mean `vt`?")],
    ),
    ("    severity: 1\n", "    severity: 5\n", [("5", "`severity` must be at most 4")]),
    ("    severity: 1\n", "    severity: high\n", [("high", "`severity` must be a whole number")]),
    (
        "roster:\n",
        "severity_rules:\n  - {id: a, severity: 1}\nroster:\n",
        [("{id: a", "name `tags`, a `check` or `healths`: a rule for everything would hide the others")],
    ),
    (
        "roster:\n",
        "severity_rules:\n  - {id: a, severity: 1, check: interface_u}\nroster:\n",
        [("interface_u}", "there is no check `interface_u`; did you mean `interface_up`?")],
    ),
    (
        "roster:\n",
        "security_lanes:\n  - {id: cyber, name: Mất an ninh, script: Tôi, authorities: [so]}\nroster:\n",
        [("so]", "organisation `so` has no `phone`: an authority is called")],
    ),
    (
        "roster:\n",
        "security_lanes:\n  - {id: cyber, name: Mất an ninh, script: Tôi, named: [binhh]}\nroster:\n",
        [
            ("cyber", "name `authorities`, or `nearest_police: true`"),
            ("binhh", "there is no person `binhh`; did you mean `binh`?"),
        ],
    ),
    (
        "roster:\n",
        "security_lanes:\n"
        "  - {id: a, name: A, script: Tôi, authorities: [cong-an], named: [binh], suspects: [page_changed]}\n"
        "  - {id: b, name: B, script: Tôi, authorities: [cong-an], suspects: [page_changed, strange_device]}\n"
        "roster:\n",
        [
            ("[page_changed, strange", "name who hears of a suspicion: `named`"),
            ("page_changed, strange", "lane `a` raises a suspicion for `page_changed` already"),
        ],
    ),
    ("  - id: page", "  - id: monitord", [("monitord", "the id `monitord` stands for the desk itself")]),
    ("    parent: core", "    parent: cor", [("cor", "there is no device `cor`; did you mean `core`?")]),
    ("    parent: core", "    parent: edge", [("edge", "parents go in a circle: `edge` -> `edge`")]),
    ("name: Rìa", "naem: Rìa", [("id:", "`name` is missing"), ("naem:", "unknown key `naem`; did you mean `name`?")]),
    (
        "  - id: edge",
        "  - id: core",
        [("core", "device `core` is here twice; first at small.yaml:19"), ("edge", "there is no device `edge`")],
    ),
    (
        "  - id: edge",
        "  - id: Edge",
        [("Edge", "`id`: an id is made of a-z, 0-9, `.`, `_` and `-`, begins with a letter or digit, 64 at most")],
    ),
    (
        "address: 127.0.0.2, community: public",
        "address: 127.0.0.1, port: 1161, community: {secret: core}",
        [("127.0.0.1", "this device is asked twice: 127.0.0.1 port 1161 is also at small.yaml:24")],
    ),
    (
        "address: 127.0.0.2",
        "address: 127.0.0.256",
        [("127.0.0.256", "`address` must be an IP address such as 10.1.2.3")],
    ),
    ("community: public", "version: 2c", [("{address: 127.0.0.2", "`snmp`: version 2c needs a `community`")]),
    ("community: public", "version: 3", [("{address: 127.0.0.2", "`snmp`: version 3 needs a `user`")]),
    ("community: public", "version: 4", [("4", "`version` must be `1`, `2c` or `3`")]),
    (
        "community: public",
        "community: {file: x}",
        [("{file: x", "`community`: a secret kept elsewhere is written {secret: NAME}")],
    ),
    (
        "{check: interface_up, name: ge-0/0/1, severity: 2, title: Hướng An}",
        "{check: interfce_up, name: ge-0/0/1}",
        [("interfce_up", "there is no check `interfce_up`; did you mean `interface_up`?")],
    ),
    (
        "name: ge-0/0/1, severity: 2",
        "nam: ge-0/0/1, severity: 2",
        [
            ("{check: interface_up", "`name` is missing; check `interface_up` needs it"),
            ("nam:", "unknown key `nam`; did you mean `name`?"),
        ],
    ),
    (
        "name: ge-0/0/1, severity: 2",
        "name: ge-0/0/1, sevrity: 2",
        [("sevrity:", "unknown key `sevrity`; did you mean `severity`?")],
    ),
    ("severity: 2, title: Hướng An", "by: index", [("index", "check `interface_up`: by: name or descr")]),
    ("name: ge-0/0/1, severity: 2", "name: [ge], severity: 2", [("[ge]", "`name` must be text; put it in quotes")]),
    (
        "      - {check: interface_up, name: ge-0/0/1, severity: 2, title: Hướng An}",
        "      - {check: agent_answers}",
        [("{check: agent_answers", "target `core/agent_answers` is here twice; first at small.yaml:27")],
    ),
    (
        'url: "http://127.0.0.1/", slow_after: 3s',
        "name: x",
        [
            ("{check: page_answers", "`url` is missing; check `page_answers` needs it"),
            ("name:", "unknown key `name`; known here: check, patience, severity, slow_after, status, title, url"),
        ],
    ),
    ("slow_after: 3s", "slow_after: 3", [("3", "`slow_after`: say the unit: `3s`, `3m` or `3h`")]),
    ("slow_after: 3s", "status: [200, many]", [("many", "`status` must be a whole number")]),
    (
        '{check: page_answers, url: "http://127.0.0.1/", slow_after: 3s}',
        "{check: agent_answers}",
        [("{check: agent_answers", "check `agent_answers` asks by SNMP; the device has no `snmp`")],
    ),
    ("b: {device: edge,", "b: {device: edeg,", [("edeg", "there is no device `edeg`; did you mean `edge`?")]),
    ("b: {device: edge,", "b: {device: core,", [("{device: core", "both ends of the link are the same interface")]),
    ("severities: [1, 2, 3, 4]", "severities: [1, 2, 4]", [("vt", "no policy for severity 3 of unit `vt`")]),
    ("severities: [1, 2, 3, 4]", "severities: []", [("[]", "`severities` must not be empty")]),
    ("tell: {duty: shift}", "tell: {duty: shft}", [("shft", "there is no duty kind `shft`; did you mean `shift`?")]),
    ("tell: {person: binh}", "tell: {person: bin}", [("bin", "there is no person `bin`; did you mean `binh`?")]),
    (
        "tell: {person: binh}",
        "tell: {person: binh, duty: shift}",
        [("{person: binh", "`tell`: tell one of `duty`, `person`, `organisation`")],
    ),
    (
        "tell: {organisation: so}",
        "tell: {organisation: nobody-there}",
        [("nobody-there", "there is no organisation `nobody-there`")],
    ),
    (
        "role: department, contacts: [yen]}",
        "role: department}",
        [("so}", "organisation `so` has neither `contacts` nor a `phone`: this step would find nobody")],
    ),
    (
        "binh}, channels: [telegram]",
        "binh}, channels: [telegrm]",
        [("telegrm", "there is no channel `telegrm`; did you mean `telegram`?")],
    ),
    ("binh}, channels: [telegram]", "binh}, channels: []", [("[]", "`channels` must not be empty")]),
    ("after: 5m", "after: 0s", [("0s", "step 2 must come later than step 1: `after` counts from the opening")]),
    ("repeat: 60m", "repeat: 0s", [("0s", "`repeat` must be at least 1s")]),
    ("roster_owner: an", "roster_owner: anh", [("anh", "there is no person `anh`; did you mean `an`?")]),
    ("leader_duty: shift", "leader_duty: leader", [("leader", "there is no duty kind `leader`")]),
    ("administrators: [an]", "administrators: [ai]", [("ai", "there is no person `ai`")]),
    (
        "zone: Asia/Ho_Chi_Minh",
        "zone: Asia/Ho_Chi_Min",
        [("Asia/Ho_Chi_Min", "there is no time zone `Asia/Ho_Chi_Min`; did you mean `Asia/Ho_Chi_Minh`?")],
    ),
    (
        "zone: Asia/Ho_Chi_Minh",
        "zone: ../../etc/passwd",
        [("../../etc/passwd", "there is no time zone `../../etc/passwd`")],
    ),
    (
        "web: {host: 127.0.0.1",
        "web: {host: 0.0.0.0",
        [("0.0.0.0", "`0.0.0.0` is refused: no logins yet, so loopback only (127.0.0.1 or ::1)")],
    ),
    ("port: 8080", "port: 0", [("0", "`port` must be at least 1")]),
    (
        "telegram: 1002",
        "telegram: 1001",
        [("1001", "this `telegram` id belongs to another person as well, at small.yaml:13")],
    ),
    ("stand_ins: [binh]", "stand_ins: [an]", [("an", "`an` cannot be a stand-in of the same person")]),
    ("name: Bình, home: vt", "name: Bình, home: nowhere", [("nowhere", "there is no unit or organisation `nowhere`")]),
    ("nearest_police: cong-an", "nearest_police: so", [("so", "the role of `so` is department, not police")]),
    (
        "role: department",
        "role: departmnt",
        [
            (
                "departmnt",
                "`role` must be `department`, `police`, `power`, `corporate_noc`, `authority` or `military`;"
                " did you mean `department`?",
            )
        ],
    ),
    ('from: "06:00", to', 'from: "6:00", to', [('"6:00"', '`from`: a time of day is written "22:00"')]),
    (
        'from: "06:00", to',
        'from: "24:00", to',
        [('"24:00"', "`from`: `24:00` can only end a slot; a day begins at `00:00`")],
    ),
    (
        "since: 2026-01-01",
        "since: 2026-02-30",
        [("2026-02-30", "`since`: there is no such day: day is out of range for month")],
    ),
    (", since: 2026-01-01", "", [('{from: "06:00"', "say `since`: the day on which the first of `people` is on duty")]),
    (
        'to: "2027-02-05 24:00"',
        'to: "2027-02-05 21:00"',
        [('{from: "2027-02-05 22:00"', "a shift ends after it begins, within a month")],
    ),
    ("devices:\n", "devices_:\n", [("devices_:", "unknown section `devices_`; did you mean `devices`?")]),
    ("policies:\n", "web: {port: 1}\npolicies:\n", [("web:", "`web` stands here twice; first in line 2")]),
    (
        "units:\n",
        "units: vt\nx:\n",
        [
            ("vt", "`units` must be a list: begin each entry with `- `"),
            (
                "x:",
                "unknown section `x`; known here: anchors, brandname, bulletins, campaigns, communes, coverage,"
                " days_off, deadlines, desk, devices, duty_kinds,"
                " links, log_channel, loss_rules, mail, operators, organisations, people, policies, power_areas,"
                " privacy, rings, roster, routes, security_lanes, services, severity_rules, sites, smpp, sms, storm,"
                " teams, telegram, units, voice, web, webhook",
            ),
        ],
    ),
    ("name: trực ca", "name: 5.5", [("5.5", "`name` must be text; put it in quotes")]),
    ("name: trực ca", "name: ''", [("''", "`name` must not be empty")]),
    ("name: trực ca", "name: ! x", [("! x", "tags such as `!!str` are not used here; put text in quotes")]),
    ("name: trực ca", "? [a] : x, name: y", [("[a]", "a key is a word, not a list or a mapping")]),
]


@pytest.mark.parametrize(("old", "new", "told"), ONE_MISTAKE, ids=[f"{new[:30]!r}" for _, new, _ in ONE_MISTAKE])
def test_a_mistake_is_told_at_its_place_and_nothing_else_is(
    tmp_path: Path, old: str, new: str, told: list[tuple[str, str]]
) -> None:
    text = broken(old, new)
    found = []
    for mistake in mistakes(written(tmp_path / "config", text)):
        _, line, column, message = mistake.split(":", 3)
        found.append((text.splitlines()[int(line) - 1][int(column) - 1 :], message.strip()))
    assert [message for _, message in found] == [message for _, message in told]
    for (here, _), (pointed, _) in zip(found, told, strict=True):
        assert here.startswith(pointed)


def test_the_small_desk_itself_is_right(tmp_path: Path) -> None:
    assert mistakes(written(tmp_path / "config")) == []


def test_all_mistakes_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    head, tail = SMALL.split("policies:\n")
    folder = written(tmp_path / "config", head.replace("interval: 10s", "intervall: 10s"), "a.yaml")
    written(folder, "policies:\n" + tail.replace("duty: shift}", "duty: night}"), "b.yaml")
    written(folder, "units: [\n  - x", "c.yaml")
    written(folder, "people:\n  - {id: an, name: Anh, home: vt}\n", "d.yaml")
    told = [mistake.split(": ", 1) for mistake in mistakes(folder)]
    assert [place for place, _ in told] == ["a.yaml:25:14", "c.yaml:2:3", "d.yaml:2:10"]
    assert told[0][1] == "unknown key `intervall`; did you mean `interval`?"
    assert told[1][1].startswith("not YAML: ")
    assert told[2][1] == "person `an` is here twice; first at a.yaml:13"


def test_a_file_that_cannot_be_read_makes_nobody_look_for_what_it_may_hold(tmp_path: Path) -> None:
    head, tail = SMALL.split("people:\n")
    people, rest = tail.split("sites:\n")
    folder = written(tmp_path / "config", head + "sites:\n" + rest, "a.yaml")
    written(folder, "people:\n" + people + "\t- {", "people.yaml")
    told = mistakes(folder)
    assert [line.split(":")[0] for line in told] == ["people.yaml"]
    assert "'\\t' that cannot start any token" in told[0]


def test_a_wrong_entry_still_exists_for_those_who_name_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "config", broken("name: Bình, home: vt", "name: Bình, home: vt, age: 5"))
    assert mistakes(folder) == [
        "small.yaml:14:38: unknown key `age`; known here: addresses, home, id, mail, mobile, name, phone, stand_ins, "
        "telegram, title"
    ]


def test_two_policies_for_one_fault_name_both_places(tmp_path: Path) -> None:
    second = "  - {id: two, severities: [4], steps: [{after: 0, tell: {duty: shift}, channels: [log]}]}\nroster:\n"
    folder = written(tmp_path / "config", broken("roster:\n", second))
    assert mistakes(folder) == ["small.yaml:53:27: severity 4 of unit `vt` already has policy `all`, at small.yaml:46"]


def test_parents_in_a_circle_are_told_once(tmp_path: Path) -> None:
    text = broken("    severity: 1\n", "    severity: 1\n    parent: edge\n")
    assert mistakes(written(tmp_path / "config", text)) == [
        "small.yaml:24:13: parents go in a circle: `core` -> `edge` -> `core`"
    ]


def test_one_address_with_two_communities_is_two_devices(tmp_path: Path) -> None:
    text = broken("address: 127.0.0.2, community: public", "address: 127.0.0.1, port: 1161, community: public")
    assert mistakes(written(tmp_path / "config", text)) == []


def test_a_misspelt_key_does_not_hide_the_other_mistakes_of_its_entry(tmp_path: Path) -> None:
    first = SMALL.index("    unit: vt\n")
    text = SMALL[:first] + "    unit: vtt\n" + SMALL[first + len("    unit: vt\n") :]
    told = mistakes(written(tmp_path / "config", text.replace("community:", "comunity:", 1)))
    assert any("comunity" in line for line in told)
    assert any("vtt" in line for line in told)


@pytest.mark.parametrize(
    ("said", "mistake"),
    [
        ("{tell: [am]}", "63:18: there is no person `am`"),
        ("{tell: [an, an]}", "63:22: `an` is here twice"),
        ("{tell: []}", "63:17: `tell` must not be empty"),
        ("{tell: [an], every: 5h}", "63:30: `every` must be 1, 2, 3, 4, 6, 8, 12 or 24 hours: `24h`"),
        ("{tell: [an], every: 30m}", "63:30: `every` must be 1, 2, 3, 4, 6, 8, 12 or 24 hours: `24h`"),
        ('{tell: [an], at: "07:30"}', '63:27: anchors are made at whole hours: write `at` as "07:00"'),
        ("{tell: [an], telegram: -1001}", "63:23: unknown key `telegram`; known here: at, every, tell"),
    ],
)
def test_anchors_that_could_not_be_sent_are_told(tmp_path: Path, said: str, mistake: str) -> None:
    told = mistakes(written(tmp_path / "config", f"{SMALL}anchors: {said}\n"))
    assert [one.removeprefix("small.yaml:") for one in told] == [mistake]


def test_anchors_need_telegram_and_somebody_whom_it_reaches(tmp_path: Path) -> None:
    text = SMALL + "anchors: {tell: [yen]}\n"
    told = mistakes(written(tmp_path / "config", text.replace(", telegram: 1003", "")))
    assert told == ["small.yaml:63:18: `yen` has no `telegram` id: no anchor arrives there"]
    without = text.replace("telegram: {token: {secret: telegram_token}}\n", "")
    told = mistakes(written(tmp_path / "config", without))
    assert "small.yaml:62:10: `anchors` are sent by Telegram: section `telegram` is missing" in told


def test_a_roll_call_of_a_duty_there_is_not_is_a_mistake(tmp_path: Path) -> None:
    text = broken("leader_duty: shift}", "leader_duty: shift, roll_call: [shift, shfit]}")
    (mistake,) = mistakes(written(tmp_path / "config", text))
    assert "`shfit`" in mistake
    assert "did you mean `shift`" in mistake
