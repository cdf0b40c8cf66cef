"""The planted bugs fit the code as it is: each text stands there exactly once, and what comes of it can be compiled."""

import shutil
from pathlib import Path

import pytest

from tests.sim.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_fits_the_code_and_compiles(mutant: Mutant, tmp_path: Path) -> None:
    for name, _, _ in mutant.changes:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    mutant.plant(tmp_path)
    for name, _, _ in mutant.changes:
        planted = (tmp_path / name).read_text("utf-8")
        assert planted != (ROOT / name).read_text("utf-8")
        compile(planted, name, "exec")


def test_there_are_forty_and_each_has_a_name_of_its_own() -> None:
    assert len(MUTANTS) >= 40
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
