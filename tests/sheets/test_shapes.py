"""Rosters as people keep them, good and broken: what is read of each, what is asked at which cell, what is refused."""

from datetime import date

import pytest

from monitord.account.importing import known_of
from tests.sheets.case_files import Case, cases
from tests.support.night import example

KNOWN = known_of(example(), date(2027, 1, 25))
ALL = [(case, kind) for case in cases() for kind in case.kinds]


@pytest.mark.parametrize(("case", "kind"), ALL, ids=[f"{case.name} ({kind})" for case, kind in ALL])
def test_the_roster_is_read_as_the_case_says(case: Case, kind: str) -> None:
    assert case.verdict_on(kind, KNOWN) == case.verdict


def test_there_are_sixty_spreadsheets_and_more() -> None:
    assert len(ALL) >= 60
    assert {kind for _, kind in ALL} == {"xlsx", "xls", "ods", "csv"}
