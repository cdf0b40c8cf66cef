"""Deadlines and days off as they are written: read at their place, said how, or refused with what may be meant."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitord.settings import Settings, SettingsError, load
from tests.settings.small import CHANNELS, CHECKS, SECRETS, SMALL, mistakes, written

ONE = """\
deadlines:
  - id: danh-sach
    unit: vt
    what: danh sách lãnh đạo trực Tết
    to: so
    due: ["trước ngày 20/01/2027"]
  - {id: bao-cao, unit: vt, what: báo cáo, to: so, due: ["trước 09h00 mùng 4, mùng 2"], person: binh}
days_off: {added: [2026-08-31, 29 Tết 2027], removed: [2026-08-22], decision: "Thông báo 12345/TB-BNV"}
"""


def read(folder: Path, text: str = ONE) -> Settings:
    return load(written(folder / "config", SMALL + text), CHECKS, CHANNELS, SECRETS, date(2026, 12, 1))


def test_deadlines_are_read_in_order_of_time_and_the_reading_without_a_year_is_said(tmp_path: Path) -> None:
    settings = read(tmp_path)
    first, second = settings.deadlines
    assert [due.at for due in first.dues] == [datetime(2027, 1, 19, 17, tzinfo=UTC)]
    assert [due.at for due in second.dues] == [datetime(2027, 2, day, 2, tzinfo=UTC) for day in (7, 9)]
    assert (first.person, second.person, second.what, second.to) == (None, "binh", "báo cáo", "so")
    told = [one.text for one in settings.warnings if "is read as" in one.text]
    assert told == [
        "`trước 09h00 mùng 4, mùng 2` is read as of 2027-02-07, 2027-02-09 (nearest to today); "
        "write the year, so that it is the same day whenever it is read"
    ]


def test_the_yearly_decision_moves_days_off(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.days_off.decision == "Thông báo 12345/TB-BNV"
    year = settings.days_off.of(2026)
    assert year.off(date(2026, 8, 31))
    assert not year.off(date(2026, 8, 22)), "a Saturday that is worked"
    assert date(2027, 2, 5) in settings.days_off.of(2027).holidays
    assert read(tmp_path, "").days_off.of(2026).off(date(2026, 9, 2)), "what the law says holds without a decision"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("trước ngày 20/01/2027", "trước ngày 30 Tết 2027", 'did you mean "29 Tết" (05/02/2027)?'),
        ("trước ngày 20/01/2027", "20/01/2027", "does not say whether that time itself is too late"),
        ("trước ngày 20/01/2027", "trước 31/02/2027", "there is no such day"),
        ('["trước ngày 20/01/2027"]', "[]", "`due` must not be empty"),
        ("to: so\n", "to: sos\n", "there is no organisation `sos`; did you mean `so`?"),
        ("person: binh", "person: bin", "there is no person `bin`; did you mean `binh`?"),
        ("mùng 4, mùng 2", "mùng 2 Tết 2027, 07/02/2027", "is the same time as"),
        ("id: bao-cao", "id: danh-sach", "deadline `danh-sach` is here twice"),
        ("removed: [2026-08-22]", "removed: [2026-08-31]", "2026-08-31 is both off (`added`) and worked"),
    ],
)
def test_a_mistake_is_told_with_what_may_be_meant(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert ONE.count(old) >= 1, old
    with pytest.raises(SettingsError) as wrong:
        read(tmp_path, ONE.replace(old, new))
    (problem,) = wrong.value.problems
    assert told in problem.text
    assert (problem.line > 63, problem.column > 0) == (True, True)


def test_without_a_today_a_deadline_needs_its_year(tmp_path: Path) -> None:
    (told,) = mistakes(written(tmp_path / "config", SMALL + ONE))
    assert "`trước 09h00 mùng 4, mùng 2` has no year" in told
