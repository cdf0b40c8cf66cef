"""The ONTs of a PON port: light, power, or neither; and a table that was not read says nothing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.pon_port import CHECK, FAMILIES, IF_DESCR, IF_NAME, Params, judge, needs
from monitord.domain.pon import read_onts
from monitord.sdk import Branch, Cause, Health, Oid, Reach, Sight, Syntax, Value, Verdict
from tests.checks.sights import sight
from tests.support.shared import shared_path

NAME = "GPON 0/1/0"
HUAWEI = FAMILIES["huawei"]
WORKS, LIGHT, POWER, OTHER = (1, -1), (2, 1), (2, 13), (2, 9)
"""State and last cause of an ONT as a Huawei OLT has them."""


def column(numbers: Mapping[int, int]) -> dict[str, Value]:
    return {str(ont): Value(Syntax.INTEGER, number) for ont, number in numbers.items()}


def seen(*onts: tuple[tuple[int, int], int], **more: Any) -> Sight:
    """Return a Huawei port with so many ONTs of each kind."""
    each = [kind for kind, number in onts for _ in range(number)]
    assert HUAWEI.cause is not None
    branches: dict[tuple[Oid, str], dict[str, Value]] = {
        (HUAWEI.state, NAME): column({n: state for n, (state, _) in enumerate(each)}),
        (HUAWEI.cause, NAME): column({n: cause for n, (_, cause) in enumerate(each)}),
    }
    return sight(branches=branches, **more)


def verdict(*onts: tuple[tuple[int, int], int], **params: Any) -> Verdict:
    return judge(Params(NAME, "huawei", **params), seen(*onts), None)


def counted(judged: Verdict) -> str:
    """Return the counts of a verdict's detail: without light, without power, lost otherwise, all."""
    onts = read_onts(judged.detail)
    assert onts is not None, judged.detail
    return f"{onts.light}/{onts.power}/{onts.other}/{onts.total}"


@pytest.mark.parametrize(
    ("onts", "health", "cause", "detail"),
    [
        ([(WORKS, 64)], Health.UP, Cause.FINE, "0/0/0/64"),
        ([(WORKS, 40), (LIGHT, 24)], Health.UP, Cause.FINE, "24/0/0/64"),
        ([(WORKS, 32), (LIGHT, 32)], Health.DOWN, Cause.PON_LIGHT, "32/0/0/64"),
        ([(WORKS, 20), (LIGHT, 40), (OTHER, 4)], Health.DOWN, Cause.PON_LIGHT, "40/0/4/64"),
        ([(POWER, 60), (LIGHT, 4)], Health.DEGRADED, Cause.PON_POWER, "4/60/0/64"),
        ([(WORKS, 2), (POWER, 30), (LIGHT, 30)], Health.DOWN, Cause.PON_LOST, "30/30/0/62"),
        ([(OTHER, 12)], Health.DOWN, Cause.PON_LOST, "0/0/12/12"),
        ([(LIGHT, 4), (POWER, 2)], Health.DOWN, Cause.PON_LOST, "4/2/0/6"),
        ([(LIGHT, 5), (POWER, 2)], Health.DOWN, Cause.PON_LIGHT, "5/2/0/7"),
        ([(LIGHT, 3), (WORKS, 1)], Health.UP, Cause.FINE, "3/0/0/4"),
        ([(LIGHT, 3)], Health.DOWN, Cause.PON_LIGHT, "3/0/0/3"),
        ([(POWER, 2)], Health.DEGRADED, Cause.PON_POWER, "0/2/0/2"),
        ([(LIGHT, 1)], Health.UP, Cause.FINE, "1/0/0/1"),
        ([(LIGHT, 4), (WORKS, 4)], Health.DOWN, Cause.PON_LIGHT, "4/0/0/8"),
        ([((2, 2), 8)], Health.DOWN, Cause.PON_LIGHT, "8/0/0/8"),
        ([(LIGHT, 6), (WORKS, 2), ((7, 1), 1), ((-1, -1), 1)], Health.DOWN, Cause.PON_LIGHT, "6/0/0/8"),
    ],
)
def test_what_most_of_the_lost_lost_is_the_cause(
    onts: list[tuple[tuple[int, int], int]], health: Health, cause: Cause, detail: str
) -> None:
    judged = verdict(*onts)
    assert (judged.health, judged.cause, counted(judged)) == (health, cause, detail)


def test_the_limits_are_the_settings() -> None:
    assert verdict((WORKS, 90), (LIGHT, 10), percent=10).health is Health.DOWN
    assert verdict((WORKS, 90), (LIGHT, 10), percent=11).health is Health.UP
    assert verdict((LIGHT, 3), least=3).health is Health.DOWN
    assert verdict((LIGHT, 9), (WORKS, 1), least=10).health is Health.UP


def test_a_port_on_which_nothing_works_is_a_fault_however_few_there_are() -> None:
    assert verdict((LIGHT, 2), least=1024).health is Health.DOWN
    assert verdict((LIGHT, 9), ((7, 1), 1), least=10).health is Health.UP, "one of them may work"


@pytest.mark.parametrize(("known", "unknown", "sure"), [(1, 30, False), (79, 21, False), (80, 20, True)])
def test_where_too_few_say_a_state_that_is_known_nothing_is_concluded(known: int, unknown: int, sure: bool) -> None:
    for kind in (WORKS, LIGHT):
        judged = verdict((kind, known), ((7, 1), unknown))
        assert (judged.health is not Health.UNKNOWN) is sure
        assert sure or (judged.cause, judged.readings) == (Cause.WRONG_TYPE, {})


def test_readings_say_how_many_there_are_of_each() -> None:
    assert verdict((WORKS, 5), (LIGHT, 3), (POWER, 2), (OTHER, 1)).readings == {
        "pon_onts_total": 11,
        "pon_onts_working": 5,
        "pon_onts_light": 3,
        "pon_onts_power": 2,
    }


def test_an_ont_whose_reason_is_not_told_is_lost_for_no_reason() -> None:
    onts = {(HUAWEI.state, NAME): column(dict.fromkeys(range(8), 2)), (HUAWEI.cause, NAME): {}}
    judged = judge(Params(NAME, "huawei"), sight(branches=onts), None)
    assert (judged.cause, counted(judged)) == (Cause.PON_LOST, "0/0/8/8")


@pytest.mark.parametrize(
    ("family", "states", "detail"),
    [
        ("zte", {0: 1, 1: 9, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 3}, "9/1/3/15"),
        ("zte_c600", {0: 1, 1: 1, 2: 9, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 2}, "9/1/3/15"),
    ],
)
def test_families_whose_states_say_the_reason_are_read_by_them(
    family: Any, states: dict[int, int], detail: str
) -> None:
    numbers = [state for state, number in states.items() for _ in range(number)]
    branches = {(FAMILIES[family].state, NAME): column(dict(enumerate(numbers)))}
    assert counted(judge(Params(NAME, family), sight(branches=branches), None)) == detail


def test_dasan_says_state_and_reason() -> None:
    dasan = FAMILIES["dasan"]
    branches = {
        (dasan.state, NAME): column(dict(enumerate([1, 1, 1, 1, 1, 1, 2, 3, 0, 255]))),
        (dasan.cause, NAME): column(dict(enumerate([3, 100, 3, 100, 3, 2, 2, 2, 3, 3]))),
    }
    assert counted(judge(Params(NAME, "dasan"), sight(branches=branches), None)) == "5/1/0/8"


def empty(registered: Value | None, **more: Any) -> Verdict:
    rows = {} if registered is None else {(HUAWEI.registered, NAME): registered}
    return judge(Params(NAME, "huawei"), seen(rows=rows, **more), None)


def test_an_empty_port_is_up_where_it_says_itself_that_it_is_empty() -> None:
    judged = empty(Value(Syntax.INTEGER, 0))
    assert (judged.health, judged.detail, judged.readings) == (Health.UP, "0 ONT", {"pon_onts_total": 0})
    no_table = {(FAMILIES["zte"].state, NAME): column({})}
    judged = judge(Params(NAME, "zte"), sight(branches=no_table), None)
    assert (judged.health, judged.cause) == (Health.UNKNOWN, Cause.NOT_SUPPORTED), "it has no such number"


@pytest.mark.parametrize(
    ("registered", "cause"),
    [
        (Value(Syntax.INTEGER, 64), Cause.NOT_SUPPORTED),
        (Value(Syntax.NO_SUCH_INSTANCE), Cause.NOT_SUPPORTED),
        (None, Cause.NOT_SUPPORTED),
        (Value(Syntax.OCTETS, b"0"), Cause.WRONG_TYPE),
    ],
)
def test_a_table_that_is_not_there_is_not_an_empty_port(registered: Value | None, cause: Cause) -> None:
    judged = empty(registered)
    assert (judged.health, judged.cause) == (Health.UNKNOWN, cause)


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (sight(Reach.SILENT), Cause.DEVICE_SILENT),
        (sight(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED), Cause.NOT_LOOKED),
        (sight(absent=frozenset({NAME})), Cause.NO_SUCH_INTERFACE),
        (sight(cut=frozenset({(HUAWEI.state, NAME)})), Cause.TABLE_INCOMPLETE),
        (
            sight(branches={(HUAWEI.state, NAME): column({1: 2})}, cut=frozenset({(HUAWEI.cause, NAME)})),
            Cause.TABLE_INCOMPLETE,
        ),
        (sight(cause=Cause.AGENT_ERROR, detail="genErr", cut=frozenset({(HUAWEI.state, NAME)})), Cause.AGENT_ERROR),
        (sight(), Cause.NOT_SUPPORTED),
        (seen(((9, 9), 3)), Cause.WRONG_TYPE),
    ],
)
def test_what_was_not_seen_is_unknown_with_its_reason(now: Sight, cause: Cause) -> None:
    judged = judge(Params(NAME, "huawei"), now, None)
    assert (judged.health, judged.cause) == (Health.UNKNOWN, cause)


VALUES = st.builds(
    Value,
    st.sampled_from(Syntax),
    st.one_of(st.none(), st.integers(-3, 14), st.binary(max_size=4), st.text(max_size=4)),
)
TABLE = st.dictionaries(st.integers(0, 9).map(str), VALUES, max_size=10)


@given(st.sampled_from(sorted(FAMILIES)), TABLE, TABLE)
def test_whatever_an_olt_says_the_counts_add_up(
    family: Any, states: dict[str, Value], causes: dict[str, Value]
) -> None:
    made = FAMILIES[family]
    now = sight(branches={(made.state, NAME): states, (made.cause, NAME): causes})
    judged = judge(Params(NAME, family, least=1, percent=1), now, None)
    if judged.health is Health.UNKNOWN:
        return
    total = judged.readings["pon_onts_total"]
    assert total <= len(states)
    onts = read_onts(judged.detail)
    if judged.health is not Health.UP:
        assert onts is not None
        assert onts.lost >= 1
    if onts is not None:
        assert onts.total == total == judged.readings["pon_onts_working"] + onts.lost


def test_it_asks_for_what_lies_under_the_port_and_not_at_every_look() -> None:
    wanted = needs(Params(NAME, "huawei", every=timedelta(minutes=10)))
    assert wanted.branches == (Branch(IF_NAME, NAME, (HUAWEI.state, HUAWEI.cause)),)  # type: ignore[arg-type]
    assert [(row.key_column, row.key, row.columns) for row in wanted.rows] == [(IF_NAME, NAME, (HUAWEI.registered,))]
    assert not needs(Params(NAME, "zte")).rows
    assert wanted.every == timedelta(minutes=10)
    assert needs(Params(NAME, "dasan", by="descr")).branches[0].key_column == IF_DESCR
    assert CHECK.instance(Params(NAME, "huawei")) == NAME


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 256},
        {"family": "nokia"},
        {"percent": 0},
        {"percent": 101},
        {"least": 0},
        {"every": timedelta(seconds=59)},
        {"every": timedelta(hours=2)},
        {"by": "descr"},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: "):
        Params(**{"name": NAME, "family": "huawei", **wrong})


def test_the_ports_of_a_recorded_huawei_have_the_indexes_of_their_interfaces() -> None:
    told = recorded("smartax")
    assert HUAWEI.registered is not None
    ports = told[HUAWEI.registered].keys()
    assert len({told[IF_NAME][index] for index in ports}) == len(ports) > 0
    assert {told[IF_NAME][index][:5] for index in ports} == {"GPON "}
    assert len({told[IF_DESCR][index] for index in ports}) == 1, "which is why they are not found by it"


def test_the_onus_of_a_recorded_zte_lie_under_its_own_table_of_ports_and_under_no_interface() -> None:
    told = recorded("zxa10_c320")
    names, distances = told[FAMILIES["zte"].names["name"]], "1.3.6.1.4.1.3902.1012.3.11.4.1.1."
    under = {column.removeprefix(distances) for column in told if column.startswith(distances)}
    assert under
    assert under <= names.keys()
    assert "gpon_1/1/1" in told[IF_NAME].values()
    assert not under & told[IF_NAME].keys()


def recorded(recording: str) -> dict[str, dict[str, str]]:
    """Return the columns of a recording by their OID, each by index."""
    columns: dict[str, dict[str, str]] = {}
    for line in shared_path(f"data/agents/{recording}.snmprec").read_text(encoding="latin-1").splitlines():
        oid, _, rest = line.partition("|")
        column, _, index = oid.rpartition(".")
        columns.setdefault(column, {})[index] = rest.partition("|")[2]
    return columns
