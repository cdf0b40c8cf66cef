"""The roster handed out: what counts then, beyond what is written out too; numbers masked, or who took them noted."""

import stat
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from monitord.account.handing_out import lines_of, phone_words
from monitord.desk.rostering import RosterRefused
from monitord.domain.journal import FactKind
from tests.nights.conftest import Run
from tests.support.night import Night

UNIT = "vt-song-mau"


@pytest.mark.parametrize(
    ("written", "whole", "masked"),
    [
        ("0912 345 678", "0912 345 678", "0912 *** 678"),
        ("+84912345678", "0912 345 678", "0912 *** 678"),
        ("0294.3855.123", "0294 3855 123", "0294 *** 123"),
        ("máy lẻ 12", "máy lẻ 12", "***"),
        ("=cmd|0912345678", "=cmd|0912345678", "***"),
        ("", "", ""),
    ],
)
def test_a_telephone_is_whole_or_masked(written: str, whole: str, masked: str) -> None:
    assert phone_words(written, whole=True) == whole
    assert phone_words(written, whole=False) == masked


async def test_a_change_over_the_plan_is_in_what_is_handed_out(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-04 09:00") as night:
        person = night.settings.units[UNIT].roster_owner
        given = {"unit": UNIT, "duty": "leader", "outgoing": None, "incoming": ["lan.hoang"], "reason": ""}
        span = {"start": "2027-02-05T12:00:00+07:00", "end": "2027-02-05T18:00:00+07:00"}
        await night.desk.roster("override", person, {**given, **span})
        with night.engine.connect() as connection:
            unit = night.settings.units[UNIT]
            day = date(2027, 2, 5)
            lines = lines_of(connection, night.settings, unit, day, day, {"leader"})
        assert [(f"{one.start:%H:%M}", f"{one.end:%H:%M}", one.name, one.phone) for one in lines] == [
            ("07:00", "12:00", "Bùi Quốc Khánh", "0900 *** 007"),
            ("12:00", "18:00", "Hoàng Thị Lan", "0900 *** 008"),
            ("18:00", "07:00", "Bùi Quốc Khánh", "0900 *** 007"),
        ]


async def test_who_takes_whole_numbers_is_noted_and_others_are_refused(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-04 09:00") as night:
        owner = night.settings.units[UNIT].roster_owner
        given = {
            "unit": UNIT,
            "start": "2027-02-05T00:00:00+07:00",
            "end": "2027-02-08T00:00:00+07:00",
            "file": "tet.xlsx",
        }
        await night.desk.roster("view", owner, given)
        (row,) = night.rows(FactKind.ROSTER_VIEWED)
        assert (row.actor, row.refs) == (
            owner,
            {"unit": UNIT, "from": "2027-02-04T17:00:00.000000Z", "to": "2027-02-07T17:00:00.000000Z"},
        )
        with pytest.raises(RosterRefused, match="neither keeps"):
            await night.desk.roster("view", "an.nguyen", given)
        assert len(night.rows(FactKind.ROSTER_VIEWED)) == 1


async def test_the_command_writes_a_new_file_that_only_its_maker_reads(run: Run, tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        file = tmp_path / "tet.xlsx"
        given = ("--unit", UNIT, "--from", "29 Tết 2027", "--to", "mùng 2 Tết 2027", "--database", night.database)
        code, out, err = run("export", file, *given)
        assert (code, out) == (0, f"{file}: 22 duties, 3 days\n"), err
        assert '"29 Tết 2027" = 05/02/2027' in err
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
        assert "Thứ Sáu 05/02/2027 (29 Tết)" in [row[1] for row in rows]
        assert not [cell for row in rows for cell in row if "0900 000" in str(cell)]
        assert run("export", file, *given)[0] == 2, "it is there already"
        assert run("export", tmp_path / "ds.xlsx", *given, "--leaders-list")[0] == 0
        assert run("export", tmp_path / "a.csv", *given, "--duty", "leader")[1].endswith("3 duties, 3 days\n")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--from", "30 Tết 2027"), 'did you mean "29 Tết" (05/02/2027)?'),
        (("--unit", "khac"), "there are: "),
        (("--duty", "khac"), "there are: "),
        (("--to", "2030-01-01"), "400 days at most"),
        (("--full-numbers",), "--as PERSON"),
        (("--leaders-list", "--duty", "shift"), "leave --duty out"),
    ],
)
async def test_what_cannot_be_handed_out_says_what_to_type(
    run: Run, tmp_path: Path, more: tuple[str, ...], says: str
) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        given = {"--unit": UNIT, "--from": "2027-02-05", "--to": "2027-02-07", "--database": str(night.database)}
        flags = [flag for flag in more[::2] if flag in ("--full-numbers", "--leaders-list")]
        rest = [word for word in more if word not in flags]
        typed = given | dict(zip(rest[::2], rest[1::2], strict=True))
        code, _, err = run("export", tmp_path / "x.xlsx", *(word for pair in typed.items() for word in pair), *flags)
        assert code == 2
        assert says in err
        assert not (tmp_path / "x.xlsx").exists()
