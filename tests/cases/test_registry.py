"""Every case is borne by a test or named with the reason why not, and nothing else is."""

import ast

import pytest

from tests.cases.not_yet import NOT_YET
from tests.cases.registry import borne, known, marks


def reasons() -> dict[tuple[str, str], str]:
    """Return the cases without a test, each with its reason."""
    return {(file, ident): reason for file, row in NOT_YET.items() for ident, reason in row.items()}


def test_every_case_is_borne_by_a_test_or_named_with_its_reason() -> None:
    missing = known() - borne().keys() - reasons().keys()
    assert not missing, "no test bears them, and no reason is given: " + ", ".join(map("/".join, sorted(missing)))


def test_what_is_borne_or_named_is_a_case() -> None:
    cases = known()
    strange = {f"{'/'.join(one)} in {tests[0]}" for one, tests in borne().items() if one not in cases}
    strange |= {f"{'/'.join(one)} in not_yet" for one in reasons().keys() - cases}
    assert strange == set()


def test_no_case_is_both_borne_and_excused() -> None:
    assert borne().keys() & reasons().keys() == set()


def test_every_reason_says_something() -> None:
    assert [one for one, reason in reasons().items() if len(reason.split()) < 4] == []


def test_marks_are_read_wherever_they_stand_before_a_test() -> None:
    text = """
@pytest.mark.case("state", "a")
@pytest.mark.parametrize("x", cases("uptime", "b", "c"))
async def test_one(x): ...
@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.case("state", "d"))])
def test_two(x): ...
@pytest.mark.case("state", "e")
def helper(): ...
"""
    assert list(marks(ast.parse(text), "here")) == [
        ("test_one", ("state", "a")),
        ("test_one", ("uptime", "b")),
        ("test_one", ("uptime", "c")),
        ("test_two", ("state", "d")),
    ]


@pytest.mark.parametrize("mark", ['pytest.mark.case("state")', 'pytest.mark.case("state", name)', 'cases("x", *ids)'])
def test_a_mark_that_is_not_written_out_is_refused_with_its_place(mark: str) -> None:
    with pytest.raises(ValueError, match=r"here:2: write"):
        list(marks(ast.parse(f"\n@{mark}\ndef test_one(): ..."), "here"))
