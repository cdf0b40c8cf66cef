"""Communes, cable routes, rings and services: found as people call them, and every mistake told where it stands."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from monitord.domain.network import Generator
from tests.settings.small import SMALL, loaded, mistakes, written

NETWORK = """\
communes:
  - {id: ben, name: xã Bến, code: "90001", since: 2025-07-01, formerly: [xã Bến Trên, xã Bến Dưới]}
  - {id: go, name: xã Gò, until: 2030-01-01, formerly: [xã Bến Dưới]}
operators:
  - {id: nha-mang, name: Nhà mạng}
teams:
  - {id: doi, name: Đội Bến, phone: 0900 000 201}
power_areas:
  - {id: lo, name: Lộ 471}
routes:
  - {id: tuyen, name: Tuyến, segments: [{id: doan, name: Đoạn, communes: [xã bến trên], team: doi}]}
rings:
  - {id: vong, name: Vòng, members: [core, edge, far], hubs: [core]}
services:
  - {id: dv, name: Đường truyền xã, priority: true, path: [core, l1, edge], backup: [l3], subscribers: 12}
loss_rules:
  - {id: a, severity: 1, stations: 5}
"""
FAR = """\
  - id: far
    name: Xa
    unit: vt
    site: tram
    snmp: {address: 127.0.0.3, community: public}
    checks:
      - {check: agent_answers}
      - {check: interface_up, name: ge-0/0/1}
      - {check: interface_up, name: ge-0/0/2}
"""
LINKS = """\
  - {id: l2, name: Đường 2, a: {device: edge, interface: ge-0/0/2}, b: {device: far, interface: ge-0/0/1}}
  - {id: l3, name: Đường 3, a: {device: far, interface: ge-0/0/2}, b: {device: core, interface: ge-0/0/1}}
"""
WHOLE = (
    SMALL.replace("links:\n", FAR + "links:\n", 1)
    .replace("interface: ge-0/0/1}}\npolicies:", "interface: ge-0/0/1}, along: [tuyen/doan]}\n" + LINKS + "policies:")
    .replace(
        "kind: nhà trạm,",
        "kind: nhà trạm, commune: xã bến  TRÊN, operator: nha-mang, stations: 2, team: doi, travel: 25m,"
        " battery: 4h, generator: portable, power_area: lo,",
    )
    + NETWORK
)


def test_the_network_is_read_whole(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path, WHOLE))
    assert settings.warnings == ()
    site, topology = settings.sites["tram"], settings.topology
    assert (site.commune, site.commune_id) == ("xã Bến", "ben")
    assert (site.operator, site.stations, site.team, site.travel) == ("nha-mang", 2, "doi", timedelta(minutes=25))
    assert (site.battery, site.generator, site.power_area) == (timedelta(hours=4), Generator.PORTABLE, "lo")
    assert topology.communes["ben"].since == date(2025, 7, 1)
    assert topology.rings["vong"].joints == (("l1",), ("l2",), ("l3",))
    assert topology.rings["vong"].hubs == {"core"}
    [segment] = topology.routes["tuyen"].segments
    assert (segment.id, segment.communes, segment.team) == ("tuyen/doan", ("ben",), "doi")
    assert settings.links["l1"].along == ("tuyen/doan",)
    service = topology.services["dv"]
    assert (service.path, service.backup, service.priority) == (("core", "l1", "edge"), ("l3",), True)


ONE_MISTAKE = [
    ("commune: xã bến  TRÊN", "commune: xã Bếnn", "there is no commune `xã Bếnn`; did you mean `xã Bến`?"),
    ("commune: xã bến  TRÊN", "commune: xã bến dưới", "`xã bến dưới` may be any of `ben`, `go`: write the id"),
    ("communes: [xã bến trên]", "communes: [xã x]", "there is no commune `xã x`; did you mean `xã Gò`?"),
    ("since: 2025-07-01", "since: 2025-07-01, until: 2025-07-01", "`until` must be after `since`"),
    ("operator: nha-mang", "operator: nha-mangg", "there is no operator `nha-mangg`; did you mean `nha-mang`?"),
    (", team: doi, travel", ", team: dooi, travel", "there is no team `dooi`; did you mean `doi`?"),
    ("power_area: lo", "power_area: lo1", "there is no power area `lo1`; did you mean `lo`?"),
    ("power_area: lo", "power_area: lo, military: so", "the role of `so` is department, not military"),
    ("generator: portable", "generator: big", "`generator` must be `none`, `fixed` or `portable`"),
    ("travel: 25m", "travel: 25", "`travel`: say the unit: `25s`, `25m` or `25h`"),
    ("along: [tuyen/doan]", "along: [tuyen/doan1]", "there is no cable segment `tuyen/doan1`; did you mean"),
    ("[core, edge, far]", "[core, edge, farr]", "there is no device `farr`; did you mean `far`?"),
    ("[core, edge, far]", "[core, edge]", "a ring has at least three `members`"),
    ("hubs: [core]", "hubs: [page]", "hub `page` is no member of the ring"),
    ("backup: [l3]", "backup: [l33]", "there is no device or link `l33`; did you mean `l3`?"),
    ("severity: 1, stations: 5", "severity: 1", "name a limit: `stations`, `operator_share`"),
    ("{id: lo, name: Lộ 471}", "{id: lo, name: Lộ 471, supplier: so}", "the role of `so` is department, not power"),
]


@pytest.mark.parametrize(("old", "new", "told"), ONE_MISTAKE, ids=[new for _, new, _ in ONE_MISTAKE])
def test_a_mistake_is_told_once_and_where_it_stands(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in WHOLE
    text = WHOLE.replace(old, new, 1)
    [mistake] = mistakes(written(tmp_path, text))
    _, line, column, message = mistake.split(":", 3)
    assert told in message
    changed = next(n for n, (a, b) in enumerate(zip(WHOLE.splitlines(), text.splitlines(), strict=True), 1) if a != b)
    assert int(line) == changed
    assert int(column) > 1


def test_a_ring_whose_members_stand_in_another_order_than_its_links_is_a_mistake(tmp_path: Path) -> None:
    more = WHOLE.replace("[core, edge, far]", "[core, edge, page, far]")
    assert [m.split(":", 3)[3].strip()[:40] for m in mistakes(written(tmp_path, more))] == [
        "no link joins `edge` and `page`: members",
        "no link joins `page` and `far`: members ",
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (", team: doi, travel: 25m", "", None),
        ("communes: [xã bến trên], team: doi", "communes: [xã bến trên]", None),
        (", power_area: lo", "", "no site lies in this power area"),
        ("operator: nha-mang, stations: 2, ", "", "no site is this operator's"),
        ("operator: nha-mang, ", "", "says how many `stations` there are, and not whose (`operator`)"),
        (", along: [tuyen/doan]", "", "no link runs along segment `doan`: its cut would not be seen"),
        ("      - {check: interface_up, name: ge-0/0/1}\n", "", "nobody looks at either end of link `l2`"),
        ("backup: [l3]", "backup: [l1]", "`l1` is in `path` as well: when it fails, the backup fails with it"),
    ],
)
def test_what_nothing_names_and_what_cannot_be_seen_is_a_warning(
    tmp_path: Path, old: str, new: str, told: str | None
) -> None:
    assert old in WHOLE
    found = [str(warning) for warning in loaded(written(tmp_path, WHOLE.replace(old, new, 1))).warnings]
    assert found == [] if told is None else any(told in one for one in found)


def test_a_team_nobody_names_is_a_warning(tmp_path: Path) -> None:
    text = WHOLE.replace(", team: doi, travel: 25m", "").replace("communes: [xã bến trên], team: doi", "communes: []")
    [warning] = loaded(written(tmp_path, text)).warnings
    assert warning.text == "no site and no cable segment names this team"
