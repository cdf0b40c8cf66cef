"""Interfaces: every state by its own word, and not seeing is not down."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.interface_up import (
    CHECK,
    IF_ADMIN,
    IF_DESCR,
    IF_LAST_CHANGE,
    IF_NAME,
    IF_OPER,
    OPER,
    UPTIME,
    Params,
    judge,
)
from monitord.sdk import Cause, Happening, Health, Reach, Sight, Syntax, Unseen, Value, Verdict
from tests.checks.sights import T0, sight
from tests.support.shared import shared_path

NAME = "Cổng 0/1"


def seen(admin: int | None, oper: int | None, **more: Any) -> Sight:
    cells = {(IF_ADMIN, NAME): admin, (IF_OPER, NAME): oper}
    rows = {key: Value(Syntax.INTEGER, number) for key, number in cells.items() if number is not None}
    return sight(rows=rows, **more)


def verdict(admin: int | None, oper: int | None, params: Params | None = None, **more: Any) -> Verdict:
    return judge(params or Params(NAME), seen(admin, oper, **more), None)


@pytest.mark.parametrize(
    ("oper", "health", "cause", "word"),
    [
        (1, Health.UP, Cause.FINE, ""),
        (2, Health.DOWN, Cause.INTERFACE_DOWN, "down"),
        (3, Health.DOWN, Cause.INTERFACE_DOWN, "testing"),
        (4, Health.UNKNOWN, Cause.NOT_SUPPORTED, "oper unknown"),
        (5, Health.DEGRADED, Cause.INTERFACE_DOWN, "dormant"),
        (6, Health.DOWN, Cause.INTERFACE_DOWN, "notPresent"),
        (7, Health.DOWN, Cause.INTERFACE_DOWN, "lowerLayerDown"),
        (8, Health.UNKNOWN, Cause.WRONG_TYPE, "ifOperStatus 8"),
        (-1, Health.UNKNOWN, Cause.WRONG_TYPE, "ifOperStatus -1"),
    ],
)
def test_a_state_is_called_by_its_word(oper: int, health: Health, cause: Cause, word: str) -> None:
    judged = verdict(1, oper)
    assert (judged.health, judged.cause, judged.detail) == (health, cause, word)


@pytest.mark.parametrize("oper", OPER)
@pytest.mark.parametrize("admin", [2, 3])
def test_switched_off_by_a_person_is_no_fault(admin: int, oper: int) -> None:
    judged = verdict(admin, oper)
    assert judged.health is Health.UP
    assert judged.detail == ("admin down" if admin == 2 else "admin testing")


def test_dormant_is_the_rest_of_a_line_called_up_on_demand() -> None:
    assert verdict(1, 5, Params(NAME, on_demand=True)).health is Health.UP
    assert verdict(1, 2, Params(NAME, on_demand=True)).health is Health.DOWN


def test_an_agent_without_admin_status_is_taken_at_its_oper_status() -> None:
    """Case if-partial-admin."""
    assert verdict(None, 1).health is Health.UP
    assert verdict(None, 2).health is Health.DOWN


@pytest.mark.parametrize("reach", [Reach.SILENT, Reach.REFUSED, Reach.UNREACHABLE, Reach.GARBLED, Reach.AUTH])
def test_a_device_that_is_not_seen_says_nothing_of_its_interfaces(reach: Reach) -> None:
    judged = judge(Params(NAME), sight(reach), None)
    assert (judged.health, judged.cause) == (Health.UNKNOWN, Cause.DEVICE_SILENT)


def test_not_looked_stays_our_fault() -> None:
    judged = judge(Params(NAME), sight(Reach.NOT_LOOKED, cause=Cause.NAME_NOT_RESOLVED), None)
    assert (judged.health, judged.cause) == (Health.UNKNOWN, Cause.NAME_NOT_RESOLVED)


def test_why_an_interface_is_not_seen_is_said() -> None:
    for more, cause in (
        ({"absent": frozenset({NAME})}, Cause.NO_SUCH_INTERFACE),
        ({"incomplete": True}, Cause.TABLE_INCOMPLETE),
        ({"cause": Cause.AGENT_ERROR, "detail": "genErr"}, Cause.AGENT_ERROR),
        ({}, Cause.NOT_SUPPORTED),
    ):
        judged = verdict(None, None, **more)
        assert (judged.health, judged.cause) == (Health.UNKNOWN, cause)


def test_a_table_broken_off_does_not_hide_an_interface_that_was_seen() -> None:
    assert verdict(1, 2, incomplete=True).health is Health.DOWN


def test_a_wrong_type_is_unknown() -> None:
    odd = sight(rows={(IF_OPER, NAME): Value(Syntax.OCTETS, b"up")})
    judged = judge(Params(NAME), odd, None)
    assert (judged.health, judged.cause) == (Health.UNKNOWN, Cause.WRONG_TYPE)


def test_a_renumbered_interface_is_an_event() -> None:
    assert verdict(1, 1, renumbered=frozenset({NAME})).happenings == (Happening.RENUMBERED,)
    assert verdict(1, 2, renumbered=frozenset({NAME})).happenings == (Happening.RENUMBERED,)


def test_it_asks_by_name_or_by_description() -> None:
    by_name, by_descr = CHECK.needs(Params(NAME)), CHECK.needs(Params(NAME, by="descr"))
    assert [row.key_column for row in by_name.rows + by_descr.rows] == [IF_NAME, IF_DESCR]
    assert CHECK.instance(Params(NAME)) == NAME


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "x" * 256}, {"name": "x", "by": "alias"}])
def test_bad_params_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="name"):
        Params(**wrong)  # type: ignore[arg-type]


RECORDINGS = {
    "if-down-siklu": ("siklu", {"down": 1}),
    "if-down-vsol": ("vsolution_v1600d", {"down": 4}),
    "if-unknown-lowerlayer": ("ericsson-6600_6600", {"down": 10, "lowerLayerDown": 1, "oper unknown": 4}),
    "if-notpresent": ("smartax", {"down": 32, "notPresent": 5}),
    "if-testing": ("iosxe_isr4321", {"testing": 1}),
}


@pytest.mark.parametrize("case", RECORDINGS)
def test_recorded_devices_are_judged_as_their_cases_say(case: str) -> None:
    recording, expected = RECORDINGS[case]
    words: Counter[str] = Counter()
    for admin, oper in recorded(shared_path(f"data/agents/{recording}.snmprec")):
        judged = judge(Params(NAME), seen(admin, oper), None)
        if judged.health is not Health.UP:
            words[judged.detail] += 1
    for word, count in expected.items():
        assert words[word] == count, words


def recorded(path: Path) -> list[tuple[int | None, int]]:
    """Return (admin, oper) of each interface of a recording."""
    columns: dict[str, dict[str, int]] = {IF_ADMIN: {}, IF_OPER: {}}
    for line in path.read_text(encoding="latin-1").splitlines():
        oid, _, rest = line.partition("|")
        column, _, index = oid.rpartition(".")
        if column in columns:
            columns[column][index] = int(rest.partition("|")[2])
    return [(columns[IF_ADMIN].get(index), oper) for index, oper in columns[IF_OPER].items()]


def test_unseen_of_the_sight_does_not_escape() -> None:
    try:
        verdict(None, None)
    except Unseen:
        pytest.fail("the check lets Unseen through although it has better words")


def ticking(uptime: int | None, last: int | None, **more: Any) -> Sight:
    """Return a port that is down on an agent up for so many ticks, in its state since so many of them."""
    down = seen(1, 2)
    cells = {} if last is None else {(IF_LAST_CHANGE, NAME): Value(Syntax.TIMETICKS, last)}
    values = {} if uptime is None else {UPTIME: Value(Syntax.TIMETICKS, uptime)}
    return replace(down, values=values, rows={**down.rows, **cells}, **more)


def test_the_device_says_since_when_a_port_is_down() -> None:
    judged = judge(Params(NAME), ticking(90_000, 60_000), None)
    assert (judged.since, judged.since_by) == (T0 - timedelta(seconds=300), "if_last_change")


def test_a_port_that_is_so_since_the_agent_started_began_with_its_uptime() -> None:
    judged = judge(Params(NAME), ticking(12_000, 0), None)
    assert (judged.since, judged.since_by) == (T0 - timedelta(seconds=120), "uptime")


@pytest.mark.parametrize(("uptime", "last"), [(100, 200), (None, 5), (5, None), (None, None)])
def test_what_the_device_says_that_cannot_be_is_not_believed(uptime: int | None, last: int | None) -> None:
    judged = judge(Params(NAME), ticking(uptime, last), None)
    assert (judged.health, judged.since, judged.since_by) == (Health.DOWN, None, "")


def test_it_asks_for_the_last_change_of_its_interface() -> None:
    wanted = CHECK.needs(Params(NAME))
    assert wanted.scalars == (UPTIME,)
    assert [row.columns for row in wanted.rows] == [(IF_ADMIN, IF_OPER, IF_LAST_CHANGE)]
