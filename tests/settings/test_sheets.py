"""Sections as tables: what Excel saves is read like YAML, and a mistake is told by row and column."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from monitord.settings.cells import MAX_COLUMNS
from monitord.settings.sheets import MAX_UNPACKED
from tests.settings.small import SMALL, loaded, mistakes, written

SITES = SMALL[SMALL.index("sites:\n") : SMALL.index("devices:\n")]
DEVICES = SMALL[SMALL.index("devices:\n") : SMALL.index("links:\n")]
LINKS = SMALL[SMALL.index("links:\n") : SMALL.index("policies:\n")]
REST = SMALL.replace(SITES, "").replace(DEVICES, "").replace(LINKS, "")

SITES_CSV = "id,name,kind,nearest_police\ntram,Trạm,nhà trạm,cong-an\n"
DEVICES_CSV = """\
id;name;unit;site;severity;parent;snmp.address;snmp.port;snmp.community.secret;snmp.community;timing.interval;checks
core;Lõi;vt;tram;1;;127.0.0.1;1161;core;;10s;agent_answers; interface_up name=ge-0/0/1 severity=2 title=Hướng An
edge;Rìa;vt;tram;;core;127.0.0.2;;;public;;agent_answers
page;Trang;vt;tram;;;;;;;;[{check: page_answers, url: "http://127.0.0.1/", slow_after: 3s}]
""".replace("agent_answers; interface_up name=ge-0/0/1 severity=2 title=Hướng An",
            '"agent_answers; interface_up name=ge-0/0/1 severity=2 title=Hướng An"')  # fmt: skip
LINKS_CSV = "id,name,a.device,a.interface,b.device,b.interface\nl1,Đường,core,ge-0/0/1,edge,ge-0/0/1\n"


def as_tables(folder: Path, **changed: str) -> Path:
    """Write the small desk with its network as tables, those of `changed` instead."""
    written(folder, REST)
    tables = {"sites": SITES_CSV, "devices": DEVICES_CSV, "links": LINKS_CSV} | changed
    for name, text in tables.items():
        written(folder, text, f"{name}.csv")
    return folder


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    """Write a workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    path.chmod(0o640)


def test_tables_say_the_same_as_yaml(tmp_path: Path) -> None:
    by_yaml, by_table = loaded(written(tmp_path / "yaml")), loaded(as_tables(tmp_path / "table"))
    assert by_table.warnings == ()
    assert by_table.sites == by_yaml.sites
    assert by_table.devices == by_yaml.devices
    assert by_table.links == by_yaml.links


def test_a_workbook_says_the_same_as_yaml(tmp_path: Path) -> None:
    folder = written(tmp_path / "book", REST)
    rows: dict[str, list[list[object]]] = {
        name: [[cell or None for cell in line] for line in lines]
        for name, lines in {
            "sites": [line.split(",") for line in SITES_CSV.splitlines()],
            "links": [line.split(",") for line in LINKS_CSV.splitlines()],
        }.items()
    }
    keys = DEVICES_CSV.partition("\n")[0].split(";")
    page = '[{check: page_answers, url: "http://127.0.0.1/", slow_after: 3s}]'
    core = "agent_answers\ninterface_up name=ge-0/0/1 severity=2 title=Hướng An"
    devices: list[list[object]] = [
        [*keys],
        ["core", "Lõi", "vt", "tram", 1, None, "127.0.0.1", 1161, "core", None, "10s", core],
        [None] * 12,
        ["edge", "Rìa", "vt", "tram", None, "core", "127.0.0.2", None, None, "public", None, "agent_answers"],
        ["page", "Trang", "vt", "tram", *[None] * 7, page],
    ]
    notes: list[list[object]] = [["whatever", "is", "kept", "here"]]
    workbook(folder / "mang-luoi.xlsx", devices=devices, _notes=notes, **rows)
    by_yaml, by_table = loaded(written(tmp_path / "yaml")), loaded(folder)
    assert (by_table.sites, by_table.devices, by_table.links) == (by_yaml.sites, by_yaml.devices, by_yaml.links)


def test_a_section_may_be_spread_over_yaml_and_tables(tmp_path: Path) -> None:
    folder = written(tmp_path / "both")
    written(folder, "id,name,kind\nxa,Xa,trạm BTS\n", "sites-xa.csv")
    assert set(loaded(folder).sites) == {"tram", "xa"}


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("sites", "cong-an", "cong-ann", "sites.csv:2:4: there is no organisation `cong-ann`; did you mean `cong-an`?"),
        ("sites", "nearest_police", "nearest_polic", "sites.csv:1:4: unknown key `nearest_polic`; did you mean"),
        ("sites", "id,name,", "id,id,", "sites.csv:1:2: column `id` is here twice"),
        ("sites", "kind,nearest", ",nearest", "sites.csv:2:3: the cell `nhà trạm` stands in a column without a key"),
        ("sites", "Trạm,", '"Trạm,', "sites.csv:2:1: not CSV: unexpected end of data"),
        ("devices", "severity=2", "severity=9", "devices.csv:2:12: `severity` must be at most 4"),
        ("devices", "interface_up ", "interface_u ", "devices.csv:2:12: there is no check `interface_u`; did you mean"),
        ("devices", "slow_after: 3s}]", "slow_after: 3s", "devices.csv:4:12: not YAML"),
        ("links", "ge-0/0/1,edge,ge-0/0/1", "ge-0/0/1,edg,ge-0/0/1", "links.csv:2:5: there is no device `edg`"),
    ],
)
def test_a_mistake_is_told_by_row_and_column(tmp_path: Path, table: str, old: str, new: str, told: str) -> None:
    text = {"sites": SITES_CSV, "devices": DEVICES_CSV, "links": LINKS_CSV}[table]
    assert old in text
    found = mistakes(as_tables(tmp_path / "config", **{table: text.replace(old, new, 1)}))
    assert any(told in one for one in found)


def test_a_table_that_is_called_after_nothing_is_a_mistake(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    written(folder, "a,b\n1,2\n", "site.csv")
    workbook(folder / "tram.xlsx", sitess=[["id"]], links=[["id"]])
    [csv, sheet] = mistakes(folder)
    assert csv.endswith("site.csv: a table is called after its section, such as `sites.csv`; did you mean `sites`?")
    assert "tram.xlsx[sitess]: a sheet is called after its section" in sheet


def test_a_telephone_number_that_excel_made_a_number_is_a_mistake(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    workbook(folder / "teams.xlsx", Sheet1=[["id", "name", "phone"], ["doi", "Đội", 900000201]])
    [told] = mistakes(folder)
    assert "teams.xlsx[Sheet1]:2:3: `phone` is a number here, and has lost its leading zeros" in told


def test_what_is_no_workbook_and_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    (folder / "sites.xlsx").write_bytes(b"PK\3\4 nothing of the kind")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(MAX_UNPACKED + 1))
    (folder / "links.xlsx").write_bytes(bomb.getvalue())
    links, sites = mistakes(folder)
    assert "links.xlsx: cannot be read as a workbook: it unpacks to more than" in links
    assert "sites.xlsx: cannot be read as a workbook" in sites


def test_a_table_with_too_many_columns_is_refused(tmp_path: Path) -> None:
    wide = ",".join(f"k{n}" for n in range(MAX_COLUMNS + 1))
    folder = written(tmp_path / "config")
    written(folder, f"{wide}\n{wide}\n", "teams.csv")
    [told] = mistakes(folder)
    assert "teams.csv:1:1: a table has at most 200 columns and 100000 rows" in told


def test_a_secret_in_a_table_that_everybody_can_read_is_a_mistake(tmp_path: Path) -> None:
    folder = as_tables(tmp_path / "config", devices=DEVICES_CSV.replace("public", "of-our-own"))
    assert loaded(folder)
    (folder / "devices.csv").chmod(0o644)
    [told] = mistakes(folder)
    assert told.startswith("devices.csv:3:10:")


def test_a_file_that_excel_has_open_is_not_read(tmp_path: Path) -> None:
    folder = written(tmp_path / "config")
    written(folder, "locked", "~$sites.xlsx")
    assert loaded(folder).files == (folder / "small.yaml",)
