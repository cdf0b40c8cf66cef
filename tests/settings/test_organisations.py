"""Organisations change their names and end; a unit says to which it reports, and which keeps a duty for it."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from monitord.domain.people import Organisation, OrganisationRole, is_called, is_there, name_at
from tests.settings.small import SMALL, broken, loaded, mistakes, written

NOW = "Sở Khoa học và Công nghệ"
LONG = (
    "{id: so, name: Sở, role: department, contacts: [yen], valid_from: 2004-01-01, valid_to: 2030-01-01,"
    " aliases: [Sở KH&CN], former: [{name: Sở Bưu chính Viễn thông, until: 2008-03-01},"
    " {name: Sở Thông tin và Truyền thông, until: 2025-03-01}]}"
)


def department(tmp_path: Path) -> Organisation:
    text = broken("{id: so, name: Sở, role: department, contacts: [yen]}", LONG.replace("name: Sở,", f"name: {NOW},"))
    return loaded(written(tmp_path / "config", text)).organisations["so"]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2005-06-01", "Sở Bưu chính Viễn thông"),
        ("2008-02-29", "Sở Bưu chính Viễn thông"),
        ("2008-03-01", "Sở Thông tin và Truyền thông"),
        ("2024-12-31", "Sở Thông tin và Truyền thông"),
        ("2025-02-28", "Sở Thông tin và Truyền thông"),
        ("2025-03-01", NOW),
        ("2027-02-05", NOW),
    ],
)
def test_a_report_about_an_earlier_year_keeps_the_name_of_that_year(tmp_path: Path, day: str, name: str) -> None:
    assert name_at(department(tmp_path), date.fromisoformat(day)) == name


def test_without_former_names_it_was_always_called_so() -> None:
    plain = Organisation("so", "Sở", OrganisationRole.DEPARTMENT)
    assert {name_at(plain, date(year, 1, 1)) for year in (1990, 2027)} == {"Sở"}
    assert is_there(plain, date(1990, 1, 1))


def test_it_is_there_from_its_first_day_up_to_its_last(tmp_path: Path) -> None:
    known = department(tmp_path)
    there = [
        is_there(known, day) for day in (date(2003, 12, 31), date(2004, 1, 1), date(2029, 12, 31), date(2030, 1, 1))
    ]
    assert there == [False, True, True, False]


def test_it_is_meant_by_each_of_its_names(tmp_path: Path) -> None:
    known = department(tmp_path)
    for written_so in (NOW, "sở  thông tin và truyền thông", "Sở KH&CN", "Sở Bưu chính Viễn thông"):
        assert is_called(known, written_so)
    assert not is_called(known, "Sở Xây dựng")


def test_several_units_report_to_one_department_and_another_keeps_a_duty(tmp_path: Path) -> None:
    text = broken(
        "{id: vt, name: Viễn thông, roster_owner: an, leader_duty: shift}",
        "{id: vt, name: Viễn thông, roster_owner: an, leader_duty: shift, department: so, kept_by: {network: noc}}\n"
        "  - {id: bd, name: Bưu điện, roster_owner: an, leader_duty: shift, department: so}",
    )
    text = text.replace("duty_kinds:\n", "duty_kinds:\n  - {id: network, name: trực mạng}\n")
    text = text.replace(
        "organisations:\n", "organisations:\n  - {id: noc, name: NOC, role: corporate_noc, phone: 0900}\n"
    )
    text = text.replace("tell: {duty: shift}", "tell: {duty: network}", 1)
    settings = loaded(written(tmp_path / "config", text))
    assert {unit.department for unit in settings.units.values()} == {"so"}
    assert dict(settings.units["vt"].kept_by) == {"network": "noc"}
    empty = [text for text in map(str, settings.warnings) if "duty `network`" in text]
    assert len(empty) == 1  # of the other unit, which keeps it itself
    assert "`bd`" in empty[0]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("department: nowhere", "there is no organisation `nowhere`"),
        ("kept_by: {network: so}", "there is no duty kind `network`"),
        ("kept_by: {shift: nowhere}", "there is no organisation `nowhere`"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, what: str, why: str) -> None:
    text = broken("leader_duty: shift}", f"leader_duty: shift, {what}}}")
    assert any(why in one for one in map(str, mistakes(written(tmp_path / "config", text))))


def test_it_does_not_end_before_it_begins(tmp_path: Path) -> None:
    text = broken("contacts: [yen]}", "contacts: [yen], valid_from: 2025-03-01, valid_to: 2025-03-01}")
    assert any("`valid_to`" in one for one in map(str, mistakes(written(tmp_path / "config", text))))


def test_numbers_are_kept_ninety_days_unless_something_else_is_said(tmp_path: Path) -> None:
    assert loaded(written(tmp_path / "none")).purge_after == timedelta(days=90)
    said = loaded(written(tmp_path / "said", SMALL + "privacy: {purge_after_days: 0}\n"))
    assert said.purge_after == timedelta(0)
    assert loaded(written(tmp_path / "desk")).check_contacts
    text = broken("administrators: [an]", "administrators: [an], check_contacts: false")
    assert not loaded(written(tmp_path / "off", text)).check_contacts
