"""Dates by the moon in the settings: read where a date stands, said how, and never guessed."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from monitord.settings import Settings, SettingsError, load
from monitord.settings.model import DailyEntry, DatedEntry
from tests.settings.small import CHANNELS, CHECKS, SECRETS, broken, loaded, mistakes, written

DECEMBER = date(2026, 12, 1)
SHIFT = '{from: "2027-02-05 22:00", to: "2027-02-05 24:00", person: an}'


def read(folder: Path, start: str, end: str, today: date | None = DECEMBER) -> Settings:
    text = broken(SHIFT, f'{{from: "{start}", to: "{end}", person: an}}')
    return load(written(folder / "config", text), CHECKS, CHANNELS, SECRETS, today)


def shift_of(settings: Settings) -> tuple[datetime, datetime]:
    (dated,) = [one for one in settings.roster if isinstance(one, DatedEntry)]
    return dated.shift.start, dated.shift.end


NIGHT = (datetime(2027, 2, 5, 15, 0, tzinfo=UTC), datetime(2027, 2, 5, 17, 0, tzinfo=UTC))


def test_a_dated_shift_may_be_named_by_the_moon(tmp_path: Path) -> None:
    settings = read(tmp_path, "29 Tết 2027 22:00", "29 Tết 2027 24:00", None)
    assert shift_of(settings) == NIGHT
    assert settings.warnings == loaded(written(tmp_path / "plain")).warnings


def test_without_its_year_it_is_the_nearest_and_the_reading_is_said_at_its_place(tmp_path: Path) -> None:
    settings = read(tmp_path, "29 Tết 22:00", "mùng 1 00:00")
    assert shift_of(settings) == NIGHT
    assert shift_of(read(tmp_path, "29 Tết 22:00", "mùng 1 00:00", date(2027, 2, 20))) == NIGHT
    told = [str(one).partition("/config/")[2] for one in settings.warnings if "is read as" in one.text]
    assert told == [
        'small.yaml:62:16: "29 Tết 22:00" is read as 2027-02-05 22:00 (nearest to today); '
        "write the year, so that it is the same day whenever it is read",
        'small.yaml:62:36: "mùng 1 00:00" is read as 2027-02-06 00:00 (nearest to today); '
        "write the year, so that it is the same day whenever it is read",
    ]


def test_without_a_today_the_year_must_be_written(tmp_path: Path) -> None:
    text = broken("since: 2026-01-01", "since: mùng 1 Tết")
    assert mistakes(written(tmp_path / "config", text)) == [
        'small.yaml:57:65: `since`: "mùng 1 Tết" has no year: write the year, '
        "so that it is the same day whenever it is read"
    ]


def test_30_tet_of_2027_is_refused_at_its_place_with_the_29th(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(tmp_path, "30 Tết 22:00", "mùng 1 00:00")
    assert str(wrong.value).partition("/config/")[2] == (
        'small.yaml:62:16: `from`: "30 Tết" does not exist: that month of the lunar year 2026 has no day 30; '
        'did you mean "29 Tết" (05/02/2027)?'
    )


def test_a_turn_may_begin_on_a_lunar_day(tmp_path: Path) -> None:
    text = broken("since: 2026-01-01", "since: mùng 1 Tết 2026")
    settings = loaded(written(tmp_path / "config", text))
    assert date(2026, 2, 17) in [one.slot.since for one in settings.roster if isinstance(one, DailyEntry)]
