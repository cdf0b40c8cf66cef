"""The registry of check kinds: one file declares itself, and a wrong file is named with its path."""

from pathlib import Path

import pytest

from monitord.domain.looking import Reach, Sight
from monitord.judge.registry import CheckFilesWrong, builtin_folder, find_checks
from tests.support.clock import START

SOUND = """
from __future__ import annotations
from dataclasses import dataclass
from monitord.sdk import Check, Needs, Verdict

@dataclass(frozen=True, slots=True)
class Params:
    limit: int = 3

CHECK = Check("{name}", Params, lambda params: Needs(), lambda params, sight, previous: Verdict.up())
"""


def written(folder: Path, file: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file
    path.write_text(text, encoding="utf-8")
    return path


def test_one_new_file_in_an_administrators_folder_is_a_new_check_kind(tmp_path: Path) -> None:
    written(tmp_path, "door_open.py", SOUND.replace("{name}", "door_open"))
    checks = find_checks([tmp_path])
    check = checks["door_open"]
    assert check.params(limit=5).limit == 5
    assert check.judge(check.params(), Sight(START, Reach.ANSWERED), None).health == "up"


def test_the_built_in_folder_is_found_in_a_source_tree() -> None:
    folder = builtin_folder()
    assert folder.is_dir()
    assert {path.stem for path in folder.glob("[a-z]*.py")} == set(find_checks([folder]))


def test_two_files_of_one_name_refuse_to_start_with_both_paths(tmp_path: Path) -> None:
    first = written(tmp_path / "a", "door.py", SOUND.replace("{name}", "door"))
    second = written(tmp_path / "b", "other.py", SOUND.replace("{name}", "door"))
    with pytest.raises(CheckFilesWrong) as wrong:
        find_checks([tmp_path / "a", tmp_path / "b"])
    assert str(first) in str(wrong.value)
    assert str(second) in str(wrong.value)


def test_two_files_of_one_stem_and_different_names_do_not_mix(tmp_path: Path) -> None:
    written(tmp_path / "a", "door.py", SOUND.replace("{name}", "front_door"))
    written(tmp_path / "b", "door.py", SOUND.replace("{name}", "back_door"))
    checks = find_checks([tmp_path / "a", tmp_path / "b"])
    assert set(checks) == {"back_door", "front_door"}
    assert checks["back_door"].params is not checks["front_door"].params


def test_a_folder_named_twice_counts_once(tmp_path: Path) -> None:
    written(tmp_path, "door.py", SOUND.replace("{name}", "door"))
    assert set(find_checks([tmp_path, tmp_path / "." / ".." / tmp_path.name])) == {"door"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_module_here", "line 1: ModuleNotFoundError"),
        ("def judge(:\n", "line 1:"),
        ("\n\nraise SystemExit(3)", "line 3: SystemExit"),
        ("LIMIT = 3", "declares no CHECK"),
        ("CHECK = 'door'", "CHECK is a str"),
        (SOUND.replace("{name}", "Door open"), "CHECK.name is 'Door open'"),
        (SOUND.replace("{name}", "door").replace('"door", Params', '"door", int'), "CHECK.params is not a dataclass"),
    ],
)
def test_a_file_that_is_no_check_is_named_with_its_path(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, "door.py", text)
    with pytest.raises(CheckFilesWrong) as wrong:
        find_checks([tmp_path])
    assert str(path) in str(wrong.value)
    assert said in str(wrong.value)


def test_every_mistake_of_all_folders_is_told_in_one_run(tmp_path: Path) -> None:
    written(tmp_path / "a", "one.py", "1/0")
    written(tmp_path / "a", "two.py", "CHECK = None")
    with pytest.raises(CheckFilesWrong) as wrong:
        find_checks([tmp_path / "a", tmp_path / "absent"])
    assert len(wrong.value.mistakes) == 3


def test_files_that_begin_otherwise_than_with_a_small_letter_are_left_alone(tmp_path: Path) -> None:
    written(tmp_path, "_shared.py", "1/0")
    assert dict(find_checks([tmp_path])) == {}
