"""Bulletins as they are written: local time becomes instants, and what they name must be there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitord.domain.bulletin import Bulletin
from monitord.domain.looking import Check, Needs, TableRow, Verdict
from monitord.settings import Settings, SettingsError, load
from tests.settings.small import CHANNELS, CHECKS, SECRETS, SMALL, InterfaceParams, broken, written

LOAD = Check(
    "interface_load",
    InterfaceParams,
    lambda params: Needs(rows=(TableRow("1.3", params.name, ("1.4",)),)),
    lambda params, sight, previous: Verdict.up(),
    instance=lambda params: str(params.name),
)
KINDS: Mapping[str, Check] = {**CHECKS, LOAD.name: LOAD}
WITH_LOAD = broken(
    "title: Hướng An}", "title: Hướng An}\n      - {check: interface_load, name: ge-0/0/9, title: Hướng quốc tế}"
)
ONE = """\
bulletins:
  - id: giao-thua
    name: Giao thừa Đinh Mùi
    unit: vt
    to: so
    from: "2027-02-05 22:00"
    at: "2027-02-06 00:30"
    loads: [core/interface_load/ge-0/0/9]
    channels: [telegram, log]
"""


def read(folder: Path, bulletins: str = ONE) -> Settings:
    return load(written(folder / "config", f"{WITH_LOAD}{bulletins}"), KINDS, CHANNELS, SECRETS)


def test_a_bulletin_is_read_and_its_local_hours_become_instants(tmp_path: Path) -> None:
    assert read(tmp_path).bulletins == (
        Bulletin(
            "giao-thua",
            "Giao thừa Đinh Mùi",
            "vt",
            "so",
            datetime(2027, 2, 5, 15, 0, tzinfo=UTC),
            datetime(2027, 2, 5, 17, 30, tzinfo=UTC),
            ("telegram", "log"),
            ("core/interface_load/ge-0/0/9",),
            timedelta(minutes=10),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unit: vt\n    to", "unit: vtt\n    to", "there is no unit `vtt`; did you mean `vt`?"),
        ("to: so", "to: soo", "there is no organisation `soo`; did you mean `so`?"),
        ("to: so", "to: cong-an", "organisation `cong-an` has no `contacts`: nobody there would read it"),
        (
            "[core/interface_load/ge-0/0/9]",
            "[core/interface_load/ge-0/0/8]",
            "`core/interface_load/ge-0/0/8` is no target of check `interface_load`; did you mean"
            " `core/interface_load/ge-0/0/9`?; write `device/interface_load/interface`",
        ),
        (
            "[core/interface_load/ge-0/0/9]",
            "[core/interface_up/ge-0/0/1]",
            "`core/interface_up/ge-0/0/1` is no target of check `interface_load`; did you mean",
        ),
        ("[telegram, log]", "[telegramm]", "there is no channel `telegramm`; did you mean `telegram`?"),
        ("00:30", "24:30", '`at`: a time of day is written "22:00"'),
        ("06 00:30", "05 21:00", "a bulletin tells `at` an instant after `from`, within a month"),
        ("channels: [telegram, log]", "channel: [log]", "unknown key `channel`; did you mean `channels`?"),
    ],
)
def test_a_mistake_says_what_to_write(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert ONE.count(old) == 1
    with pytest.raises(SettingsError) as wrong:
        read(tmp_path, ONE.replace(old, new))
    assert any(told in str(problem) for problem in wrong.value.problems), wrong.value.problems


def test_two_of_one_id_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="bulletin `giao-thua` is here twice"):
        read(tmp_path, ONE + ONE.removeprefix("bulletins:\n"))


def test_without_loads_it_may_still_be_told_how_the_night_went(tmp_path: Path) -> None:
    without = ONE.replace("    loads: [core/interface_load/ge-0/0/9]\n", "")
    assert read(tmp_path, without).bulletins[0].loads == ()


def test_the_small_desk_has_none(tmp_path: Path) -> None:
    assert load(written(tmp_path / "config", SMALL), KINDS, CHANNELS, SECRETS).bulletins == ()
